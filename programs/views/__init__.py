"""What the public sees of programs: pages.py (programs and versions), changes.py (redlines), files.py (what is downloaded)."""
