"""people.py: people; letters.py: the outbox; texts.py: its words; suppressions.py: refusing addresses;
contacts.py: lists of contacts; audit.py."""

from accounts.admin import audit, contacts, letters, people, suppressions, texts

__all__ = ["audit", "contacts", "letters", "people", "suppressions", "texts"]
