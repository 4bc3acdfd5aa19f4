"""People, and the organizations they speak for."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.functional import Promise, lazy
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import (
    AccountIsOutOfReach,
    NobodyWouldKeepAccounts,
    OwnSecondFactor,
    end_sessions,
    may_change_account,
    resume_invitations,
    save_account,
    take_second_factor,
    verify_organizations,
)
from accounts.admin import merging
from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.identifiers import digits
from accounts.models import Membership, Organization, Portal, Register, Sphere, User
from accounts.roles import GIVEN_BY_GROUP, ROLE_WORDS, Duty, Role, roles_of


class MembershipInline(DeskAdmin, admin.StackedInline["Membership", "Organization | User"]):
    model = Membership
    duty = Duty.KEEP_DIRECTORY
    extra = 0
    raw_id_fields = ("user", "organization")


class UserForm(forms.ModelForm[User]):
    """The roles of a person, chosen by name; groups are how they are kept."""

    roles = forms.MultipleChoiceField(
        label=_("Roles at the desk"),
        choices=[(role.value, ROLE_WORDS[role]) for role in GIVEN_BY_GROUP],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Moderators are not chosen here: name them in their working group."),
    )

    class Meta:
        model = User
        fields = ("email", "name", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["roles"] = [role.value for role in roles_of(self.instance)]

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


@admin.register(User)
class UserAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[User]):
    duty = Duty.KEEP_DIRECTORY
    refusals = (AccountIsOutOfReach, NobodyWouldKeepAccounts)
    change_list_template = "accounts/admin/user_list.html"
    actions = ("end_sessions", "take_second_factor")
    form = UserForm
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active")
    search_fields = ("email", "name")
    ordering = ("email",)
    inlines = (MembershipInline,)
    fieldsets = (
        (
            None,
            {
                "fields": ("email", "name", "is_active"),
                "description": _(
                    "People sign in with a code that we send to this e-mail. Closing an account keeps what the person sent."
                ),
            },
        ),
        (
            _("Work at the desk"),
            {
                "fields": ("roles",),
                "description": _("Choose what this person does. Without a role they see only their own matters."),
            },
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or may_change_account(obj, by=staff(request)))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: forms.ModelForm[User], change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        save_account(obj, roles=[Role(value) for value in form.cleaned_data["roles"]], by=staff(request))

    @admin.action(description=_("Sign out everywhere"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        self._each(request, chosen, end_sessions, _("Signed out everywhere: %(people)s."))

    @admin.action(description=_("Take off the second factor (the phone is lost)"), permissions=["change"])
    def take_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        done = _("The second factor is off: %(people)s. Each sets up a new one when signing in.")
        self._each(request, chosen, take_second_factor, done)

    def _each(self, request: HttpRequest, chosen: QuerySet[User], verb: Callable[..., None], done: Promise) -> None:
        people = []
        for user in chosen:
            try:
                verb(user, by=staff(request))
            except (AccountIsOutOfReach, OwnSecondFactor) as refused:
                self.message_user(request, f"{refused.in_words} ({user})", messages.ERROR)
            else:
                people.append(str(user))
        if people:
            self.message_user(request, done % {"people": ", ".join(people)}, messages.SUCCESS)


def _of_the_act(words: Promise) -> Promise:
    """Said when the page is: the settings may change."""
    return cast(Promise, lazy(lambda: str(words) % {"act": Portal.current().cited_act}, str)())


class OrganizationForm(forms.ModelForm[Organization]):
    """Numbers as people write them: with spaces and dashes, KRS without its leading zeros."""

    nip = forms.CharField(label=_("NIP"), required=False)
    regon = forms.CharField(label=_("REGON"), required=False)
    spheres = forms.ModelMultipleChoiceField(
        label=_("spheres of public tasks"),
        queryset=Sphere.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_of_the_act(_("Points of art. 4 sec. 1 of the Act %(act)s.")),
    )

    class Meta:
        model = Organization
        fields = (
            "name",
            "legal_form",
            "register",
            "register_number",
            "nip",
            "regon",
            "seat",
            "email",
            "source",
            "consent",
            "spheres",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Q(retired_on=None) | Q(retired_on__gt=localdate())
        if self.instance.pk:
            offered |= Q(pk__in=self.instance.spheres.values("pk"))
        self.fields["spheres"].queryset = Sphere.objects.filter(offered)  # type: ignore[attr-defined]

    def clean_nip(self) -> str:
        return digits(self.cleaned_data["nip"])

    def clean_regon(self) -> str:
        return digits(self.cleaned_data["regon"])

    def clean_register_number(self) -> str:
        number = str(self.cleaned_data["register_number"])
        return digits(number).zfill(10) if number and self.cleaned_data.get("register") == Register.KRS else number


@admin.register(Sphere)
class SphereAdmin(DeskAdmin, admin.ModelAdmin[Sphere]):
    duty = Duty.KEEP_DIRECTORY
    add_title = _("Add a sphere of public tasks")
    list_help = _of_the_act(
        _(
            "Points of art. 4 sec. 1 of the Act %(act)s. When the Act changes, add the new point or say from when an old one "
            "is not in force."
        )
    )
    list_display = ("label", "name", "position", "retired_on")
    search_fields = ("label", "name")

    def has_delete_permission(self, request: HttpRequest, obj: Sphere | None = None) -> bool:
        # Organizations have it: a point that is struck out is given its day instead.
        return False


class MergedFilter(admin.SimpleListFilter):
    """An entry that was merged is only the way to another one: it is listed when somebody asks for it."""

    title, parameter_name = _("entries"), "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("merged into another one"))]

    def queryset(self, request: HttpRequest, organizations: QuerySet[Organization]) -> QuerySet[Organization]:
        return organizations.filter(merged_into__isnull=self.value() != "yes")


@admin.register(Organization)
class OrganizationAdmin(DeskAdmin, admin.ModelAdmin[Organization]):
    duty = Duty.KEEP_DIRECTORY
    change_list_template = "accounts/admin/organization_list.html"
    add_title = _("Add an organization")
    form = OrganizationForm
    list_display = ("name", "seat", "register", "register_number", "nip", "is_verified")
    list_filter = (
        MergedFilter,
        "register",
        "spheres",
        ("verified_at", admin.EmptyFieldListFilter),
        ("uninvited_at", admin.EmptyFieldListFilter),
    )
    search_fields = ("name", "register_number", "nip", "regon")
    inlines = (MembershipInline,)
    readonly_fields = ("uninvited_at", "merged_into")
    actions = ("verify", "invite_again", "merge")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "legal_form", "seat", "email", "source", "consent", "uninvited_at", "merged_into"),
                "description": _(
                    "Only the name is needed. Invitations go to the e-mail given here, once the organization is verified "
                    "and as long as it has not asked for no more of them."
                ),
            },
        ),
        (
            _("Numbers"),
            {
                "fields": ("register", "register_number", "nip", "regon"),
                "description": _("Many clubs have none of them. A number that is given is checked for slips."),
            },
        ),
        (_("Work"), {"fields": ("spheres",), "description": _("What the organization does for the public good.")}),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Organization | None = None) -> bool:
        # What people sent in its name points here.
        return False

    def get_urls(self) -> list[URLPattern]:
        return [*merging.pages(self), *super().get_urls()]

    @admin.action(description=_("Merge two entries"), permissions=["change"])
    def merge(self, request: HttpRequest, chosen: QuerySet[Organization]) -> HttpResponse | None:
        keys = sorted(chosen.values_list("pk", flat=True)[:3])
        if len(keys) == 2:
            return redirect("admin:accounts_merge", *keys)
        self.message_user(request, _("Tick exactly two entries to merge them."), messages.WARNING)
        return None

    @admin.display(boolean=True, description=_("verified"), ordering="verified_at")
    def is_verified(self, organization: Organization) -> bool:
        return organization.verified_at is not None

    @admin.action(description=_("Mark as verified"), permissions=["change"])
    def verify(self, request: HttpRequest, chosen: QuerySet[Organization]) -> None:
        verify_organizations(chosen, at=timezone.now())

    @admin.action(description=_("Invite again"), permissions=["change"])
    def invite_again(self, request: HttpRequest, chosen: QuerySet[Organization]) -> None:
        refusing = chosen.exclude(uninvited_at=None)
        for organization in refusing:
            resume_invitations(organization)
        if n := len(refusing):
            words = ngettext("Invited again: %(n)d organization.", "Invited again: %(n)d organizations.", n)
            self.message_user(request, words % {"n": n}, messages.SUCCESS)
        else:
            self.message_user(request, _("None of them had asked for no more invitations."), messages.WARNING)
