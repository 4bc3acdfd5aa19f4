"""People and the organizations they speak for (people.py), and how we write to them (letters.py)."""

from accounts.models.letters import TROUBLE, WAITING, Heartbeat, Letter, LetterText, Rate, State, Suppression
from accounts.models.people import Membership, Organization, Register, User

__all__ = [
    "TROUBLE",
    "WAITING",
    "Heartbeat",
    "Letter",
    "LetterText",
    "Membership",
    "Organization",
    "Rate",
    "Register",
    "State",
    "Suppression",
    "User",
]
