"""People and organizations (people.py), letters to them (letters.py), who did what (audit.py), lists of
contacts (contacts.py), links that were revoked (links.py), whose portal it is (portal.py), what was done about
personal data (privacy.py)."""

from accounts.models.audit import AuditEntry, Export, What
from accounts.models.contacts import ContactImport
from accounts.models.letters import TROUBLE, WAITING, Heartbeat, Letter, LetterText, Rate, State, Suppression
from accounts.models.links import RevokedPreview
from accounts.models.people import Membership, Organization, Register, Sphere, User
from accounts.models.portal import Portal
from accounts.models.privacy import Erasure, RetentionRun

__all__ = [
    "TROUBLE",
    "WAITING",
    "AuditEntry",
    "ContactImport",
    "Erasure",
    "Export",
    "Heartbeat",
    "Letter",
    "LetterText",
    "Membership",
    "Organization",
    "Portal",
    "Rate",
    "Register",
    "RetentionRun",
    "RevokedPreview",
    "Sphere",
    "State",
    "Suppression",
    "User",
    "What",
]
