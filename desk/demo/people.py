from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.actions import give_roles
from accounts.models import Organization, Sphere, User
from accounts.roles import GIVEN_BY_GROUP, Role
from desk.demo.calendar import Calendar


@dataclass(frozen=True)
class StaffAccount:
    role: Role
    email: str
    name: str
    password: str
    what_for: object


# They exist in the demonstration only: a production start refuses them (desk.checks).
STAFF = (
    StaffAccount(
        Role.COORDINATOR,
        "koordynator@example.org",
        "Koordynatorka",
        "demo-koordynator",
        _("runs the consultation: stages, meetings, letters"),
    ),
    StaffAccount(
        Role.DRAFTER,
        "redaktor@example.org",
        "Redaktor",
        "demo-redaktor",
        _("writes and freezes the text, takes the PDF"),
    ),
    StaffAccount(
        Role.MODERATOR,
        "moderator@example.org",
        "Moderatorka",
        "demo-moderator",
        _("runs a thematic group: its page is among “My matters”"),
    ),
    StaffAccount(
        Role.OFFICIAL,
        "komorka@example.org",
        "Pracownica wydziału",
        "demo-komorka",
        _("answers what is assigned to her department, sees nothing else"),
    ),
    StaffAccount(Role.AUDITOR, "audytor@example.org", "Audytor", "demo-audytor", _("reads everything, changes nothing")),
)


def hire_staff() -> dict[Role, User]:
    hired = {}
    for account in STAFF:
        user = User.objects.create_user(account.email, account.password, name=account.name, is_staff=True)
        if account.role in GIVEN_BY_GROUP:
            give_roles(user, roles=[account.role], by=None)
        hired[account.role] = user
    return hired


def enter_organizations(calendar: Calendar, *, at: datetime) -> None:
    rows = calendar.read("organizations.json")
    spheres = dict(Sphere.objects.values_list("label", "pk"))
    labels = [row.pop("spheres") for row in rows]
    entered = Organization.objects.bulk_create(Organization(**row, verified_at=at, created_at=at) for row in rows)
    has = Organization.spheres.through
    has.objects.bulk_create(
        has(organization_id=organization.pk, sphere_id=spheres[label])
        for organization, given in zip(entered, labels, strict=True)
        for label in given
    )
