"""Who signs up, and when two people or two organizations are the same one."""

from dataclasses import dataclass

from accounts.actions import organization_numbered
from accounts.folding import folded
from accounts.models import Organization
from meetings.models import Registration, WorkingGroup


@dataclass(frozen=True)
class SignUp:
    """What a person says when signing up. Empty strings for what was not said."""

    name: str
    email: str
    organization_name: str = ""
    organization: Organization | None = None
    organization_number: str = ""
    phone: str = ""
    needs: str = ""
    # The organization, never the person.
    may_be_named: bool = False
    language: str = "pl"
    # At a hybrid meeting: from afar.
    remotely: bool = False
    # Would rather wait for a place than have none.
    waits: bool = False


def normalized(email: str) -> str:
    return email.strip().lower()


def entry_of(person: SignUp) -> Organization | None:
    """The directory's entry of that number or that name; what was typed stays as it is when there is none."""
    if person.organization:
        return person.organization.heir
    if person.organization_number and (numbered := organization_numbered(person.organization_number)):
        return numbered
    key = folded(person.organization_name)
    if not key:
        return None
    names = Organization.objects.order_by("pk").values_list("pk", "name")
    found = next((pk for pk, known in names.iterator() if folded(known) == key), None)
    return Organization.objects.select_related("merged_into").get(pk=found).heir if found else None


def of_one_organization(group: WorkingGroup, organization_pk: int | None, name: str) -> int:
    """How many people of this organization are in the group or wait for it; 0 for somebody who speaks for nobody."""
    key = folded(name)
    seated = Registration.objects.active().filter(group=group).values_list("organization_id", "organization_name")
    return sum(
        (organization_pk is not None and pk == organization_pk) or (bool(key) and folded(typed) == key) for pk, typed in seated
    )
