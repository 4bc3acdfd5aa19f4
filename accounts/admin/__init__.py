"""people.py: accounts and organizations; letters.py: the outbox; texts.py: its words; suppressions.py: refusing addresses."""

from accounts.admin import letters, people, suppressions, texts

__all__ = ["letters", "people", "suppressions", "texts"]
