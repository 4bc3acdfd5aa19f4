"""A page before it is public, for whoever is handed its link: things.py (what can be shown, and by whom), views.py."""
