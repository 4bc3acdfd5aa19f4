"""What happens to accounts."""

from collections.abc import Iterable
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import kind_of_number
from accounts.letters import withdraw_unwanted
from accounts.models import Organization, Register, User
from accounts.roles import GIVEN_BY_GROUP, Duty, Role, has_duty, roles_of
from accounts.tokens import Purpose


class AccountIsOutOfReach(Exception):
    in_words: Promise = _("You may not change this account. Ask the administrator of the portal to do it.")


class NobodyWouldKeepAccounts(Exception):
    in_words: Promise = _(
        "After this nobody could manage accounts any more. Make somebody else a coordinator first, then change this account."
    )


class OwnSecondFactor(Exception):
    in_words: Promise = _("Your own second factor you change on the page “Your account”, where we ask for a code first.")


class RoleIsNotGiven(ValueError):
    """Moderators and representatives are rows of their own; nobody is made a superuser at the desk."""


@transaction.atomic
def account_for(email: str, *, name: str = "") -> User:
    """The account of whoever has proved that the address is theirs; made without their noticing, with no password."""
    email = email.strip().lower()
    user, made = User.objects.get_or_create(email=email, defaults={"name": name, "password": ""})
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user


@transaction.atomic
def give_roles(user: User, *, roles: Iterable[Role], by: User | None) -> None:
    """Let somebody have exactly these roles at the desk. `by` is None for commands.

    Raises AccountIsOutOfReach, RoleIsNotGiven.
    """
    wanted = frozenset(roles)
    if not wanted <= set(GIVEN_BY_GROUP):
        raise RoleIsNotGiven(", ".join(sorted(wanted - set(GIVEN_BY_GROUP))))
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is not None and not may_change_account(user, by=by):
        raise AccountIsOutOfReach
    user.groups.set([Group.objects.get_or_create(name=role.value)[0] for role in sorted(wanted)])
    # A moderator is one by a row of a group: losing the other roles does not close the desk to them.
    user.is_staff = not roles_of(user).isdisjoint({*GIVEN_BY_GROUP, Role.MODERATOR, Role.SUPERUSER})
    user.save(update_fields=["is_staff"])


@transaction.atomic
def save_account(user: User, *, roles: Iterable[Role], by: User) -> None:
    """Make or change an account at the desk: what `user` holds, and exactly these roles.

    Raises AccountIsOutOfReach, NobodyWouldKeepAccounts, RoleIsNotGiven.
    """
    # Locked first and in one order: two coordinators may be about to close each other's accounts.
    had_keepers = bool(User.objects.carrying(Duty.KEEP_DIRECTORY).select_for_update())
    if user.pk and not may_change_account(User.objects.get(pk=user.pk), by=by):
        raise AccountIsOutOfReach
    user.save()
    give_roles(user, roles=roles, by=by if user != by else None)
    if had_keepers and not User.objects.carrying(Duty.KEEP_DIRECTORY).exists():
        raise NobodyWouldKeepAccounts


@transaction.atomic
def end_sessions(user: User, *, by: User) -> None:
    """Sign somebody out wherever they are signed in. Raises AccountIsOutOfReach."""
    if not may_change_account(user, by=by):
        raise AccountIsOutOfReach
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def take_second_factor(user: User, *, by: User) -> None:
    """The phone is lost: whoever signs in next sets up a new one. Raises AccountIsOutOfReach, OwnSecondFactor."""
    if user == by:
        # Somebody who finds a desk left open must not get rid of it.
        raise OwnSecondFactor
    end_sessions(user, by=by)
    Authenticator.objects.filter(user=user).delete()


def organization_numbered(number: str) -> Organization | None:
    """The directory's entry with this KRS, NIP or REGON number. Raises ValidationError for a number that is none of them."""
    kind = kind_of_number(number)
    known = Organization.objects.select_related("merged_into")
    if kind == "krs":
        found = known.filter(register=Register.KRS, register_number=number).first()
    else:
        found = known.filter(**{kind: number}).order_by("pk").first()
    return found and found.heir


@transaction.atomic
def enter_organization(name: str, *, number: str = "", at: datetime) -> Organization:
    """An entry of the directory, made by somebody who has proven an address; staff have not verified it yet.

    Somebody of the same organization may have been quicker: then theirs.
    """
    numbers: dict[str, str] = {}
    if number:
        kind = kind_of_number(number)
        numbers = {"register": Register.KRS, "register_number": number} if kind == "krs" else {kind: number}
    try:
        with transaction.atomic():
            return Organization.objects.create(name=name, created_at=at, **numbers)
    except IntegrityError:
        return Organization.objects.get(register=Register.KRS, register_number=number).heir


def verify_organizations(organizations: QuerySet[Organization], *, at: datetime) -> int:
    """Staff have looked at what visitors entered; how many were new to them."""
    return organizations.filter(verified_at=None).update(verified_at=at)


@transaction.atomic
def stop_invitations(organization: Organization, *, at: datetime) -> Organization:
    """The organization has asked for no more: invitations that have not left are withdrawn."""
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    if locked.uninvited_at is None:
        locked.uninvited_at = at
        locked.save(update_fields=["uninvited_at"])
    # Letters of before a merging name the entry of then.
    for pk in (locked.pk, *locked.merged.values_list("pk", flat=True)):
        withdraw_unwanted(Purpose.DIRECTORY, pk, at=at)
    return locked


@transaction.atomic
def resume_invitations(organization: Organization) -> Organization:
    locked = Organization.objects.select_for_update().get(pk=organization.pk)
    locked.uninvited_at = None
    locked.save(update_fields=["uninvited_at"])
    # They said "no" with the same mailbox, or handed theirs over.
    locked.merged.update(uninvited_at=None)
    return locked


def may_change_account(user: User, *, by: User) -> bool:
    """Whoever could change the address of a superuser's account could sign in as one."""
    return has_duty(by, Duty.KEEP_DIRECTORY) and (by.is_superuser or not user.is_superuser)
