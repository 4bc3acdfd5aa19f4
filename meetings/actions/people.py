"""Who signs up, and when two people or two organizations are the same one."""

import unicodedata
from dataclasses import dataclass

from accounts.models import Organization
from meetings.models import Registration, WorkingGroup

# NFKD takes marks off letters; these letters are made of one piece.
_ONE_PIECE = str.maketrans({"ł": "l", "đ": "d", "ø": "o"})


@dataclass(frozen=True)
class SignUp:
    """What a person says when signing up. Empty strings for what was not said."""

    name: str
    email: str
    organization_name: str = ""
    organization: Organization | None = None
    phone: str = ""
    needs: str = ""
    language: str = "pl"


def folded(text: str) -> str:
    """For comparing names as people do: without case, accents and extra spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_ONE_PIECE)
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def normalized(email: str) -> str:
    return email.strip().lower()


def entry_named(name: str) -> Organization | None:
    """The directory's entry of that name; the name stays as it was typed when there is none."""
    key = folded(name)
    if not key:
        return None
    names = Organization.objects.order_by("pk").values_list("pk", "name")
    found = next((pk for pk, known in names.iterator() if folded(known) == key), None)
    return Organization.objects.get(pk=found) if found else None


def of_one_organization(group: WorkingGroup, organization_pk: int | None, name: str) -> int:
    """How many people of this organization are in the group; 0 for somebody who speaks for nobody."""
    key = folded(name)
    seated = Registration.objects.active().filter(group=group).values_list("organization_id", "organization_name")
    return sum(
        (organization_pk is not None and pk == organization_pk) or (bool(key) and folded(typed) == key) for pk, typed in seated
    )
