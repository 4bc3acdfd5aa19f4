from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import validate_krs, validate_nip, validate_regon
from accounts.roles import ALLOWS, GIVEN_BY_GROUP, Duty, Role, duties_of

TOTP = "totp"  # allauth's name for codes from a phone; an emergency code alone is no second factor


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def coordinators(self) -> models.QuerySet[User]:
        """Whoever runs consultations now: they are told when something goes wrong by itself."""
        return self.filter(is_active=True, groups__name=Role.COORDINATOR.value)

    def carrying(self, duty: Duty) -> models.QuerySet[User]:
        """Active accounts whose roles carry a duty, in the order in which they are locked."""
        groups = [role.value for role in GIVEN_BY_GROUP if duty in ALLOWS[role]]
        in_group = Exists(User.groups.through.objects.filter(user=OuterRef("pk"), group__name__in=groups))
        return self.filter(Q(is_superuser=True) | in_group, is_active=True).order_by("pk")

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(
        _("e-mail"), unique=True, error_messages={"unique": _("There is an account with this e-mail already.")}
    )
    name = models.CharField(_("first and last name"), max_length=150, blank=True)
    is_staff = models.BooleanField(_("works at the desk"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("since"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message=_("Write the e-mail in small letters."),
            )
        ]

    @property
    def lacks_second_factor(self) -> bool:
        """Whether this account must set one up before it does anything at the desk. Asks the rows each time."""
        if not settings.STAFF_NEED_SECOND_FACTOR:
            return False
        factors = self.authenticator_set  # type: ignore[attr-defined]  # allauth has no types
        return not factors.filter(type=TOTP).exists()

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def duties(self) -> frozenset[Duty]:
        """What this person may do at the desk. An admin page asks dozens of times, so the object remembers."""
        return duties_of(self)


class Register(models.TextChoices):
    KRS = "krs", _("National Court Register (KRS)")
    STAROSTA = "starosta", _("the starosta's register")
    ARIMR = "arimr", _("ARiMR register of rural housewives' circles")
    OTHER = "other", _("another register")


class Sphere(models.Model):
    """A point of art. 4 sec. 1 of the Act. The points are no numbers: 1aa stands between 1a and 1b, so they have a place."""

    label = models.CharField(
        _("point"), max_length=10, unique=True, error_messages={"unique": _("There is a point with this label already.")}
    )
    name = models.CharField(_("name"), max_length=300)
    position = models.PositiveSmallIntegerField(_("place in the list"), default=0)
    retired_on = models.DateField(
        _("struck out of the Act on"),
        null=True,
        blank=True,
        help_text=_("From that day it is not offered any more. Organizations that have it keep it."),
    )

    class Meta:
        verbose_name = _("sphere of public tasks")
        verbose_name_plural = _("spheres of public tasks")
        ordering = ("position", "label")
        constraints = [models.CheckConstraint(condition=~Q(label=""), name="sphere_has_a_label")]

    def __str__(self) -> str:
        return f"{self.label} – {self.name}" if self.name else self.label


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def invitable(self) -> OrganizationQuerySet:
        """With an address that staff have looked at, and that did not ask us to stop."""
        return self.standing().exclude(email="").filter(verified_at__isnull=False, uninvited_at=None)

    def standing(self) -> OrganizationQuerySet:
        """Without those that turned out to be another one: see accounts.merging."""
        return self.filter(merged_into=None)


class Organization(models.Model):
    """Whom people speak for. Nothing but the name is required: many clubs have no KRS number, some no NIP."""

    name = models.CharField(_("name"), max_length=250)
    legal_form = models.CharField(_("legal form"), max_length=100, blank=True)
    register = models.CharField(_("register"), max_length=10, choices=Register, blank=True)
    register_number = models.CharField(_("number in the register"), max_length=40, blank=True)
    nip = models.CharField(_("NIP"), max_length=10, blank=True, validators=[validate_nip])
    regon = models.CharField(_("REGON"), max_length=14, blank=True, validators=[validate_regon])
    seat = models.CharField(_("seat"), max_length=150, blank=True)
    email = models.EmailField(_("e-mail for invitations"), blank=True)
    source = models.CharField(_("where we know it from"), max_length=200, blank=True)
    consent = models.CharField(
        _("consent to invitations"), max_length=200, blank=True, help_text=_("When it was given and how, in a few words.")
    )
    uninvited_at = models.DateTimeField(_("asked for no more invitations"), null=True, blank=True, editable=False)
    spheres = models.ManyToManyField(Sphere, blank=True, related_name="organizations", verbose_name=_("spheres of public tasks"))
    # Entered by a visitor, not yet looked at by staff.
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    created_at = models.DateTimeField(_("entered"), default=timezone.now, editable=False)
    # The same organization, entered twice: this entry stays only as the way to that one.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged", verbose_name=_("merged into")
    )
    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("register", "register_number"),
                condition=~Q(register_number=""),
                name="organization_is_entered_once_per_register",
                violation_error_message=_("An organization with this number is in the directory already."),
            ),
            models.CheckConstraint(
                condition=Q(register_number="") | ~Q(register=""),
                name="organization_number_names_its_register",
                violation_error_message=_("Choose the register that this number comes from."),
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="organization_is_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def heir(self) -> Organization:
        """The entry that stands for this one: itself, unless it was merged."""
        return self.merged_into or self

    def clean(self) -> None:
        if self.register == Register.KRS and self.register_number:
            validate_krs(self.register_number)


class Membership(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships", verbose_name=_("account"))
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="memberships", verbose_name=_("organization"))
    function = models.CharField(_("function"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        constraints = [models.UniqueConstraint(fields=("user", "organization"), name="membership_once_per_organization")]

    def __str__(self) -> str:
        return f"{self.user} – {self.organization}"
