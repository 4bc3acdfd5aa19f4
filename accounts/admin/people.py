"""People, and the organizations they speak for."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.actions import AccountIsOutOfReach, give_roles, may_change_account, resume_invitations, verify_organizations
from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.identifiers import digits
from accounts.models import Membership, Organization, Register, User
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
    refusals = (AccountIsOutOfReach,)
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
        super().save_model(request, obj, form, change)
        give_roles(obj, roles=[Role(value) for value in form.cleaned_data["roles"]], by=staff(request))


class OrganizationForm(forms.ModelForm[Organization]):
    """Numbers as people write them: with spaces and dashes, KRS without its leading zeros, spheres with commas."""

    nip = forms.CharField(label=_("NIP"), required=False)
    regon = forms.CharField(label=_("REGON"), required=False)
    spheres = forms.CharField(
        label=_("spheres of public tasks"),
        required=False,
        help_text=_("Points of art. 4 sec. 1 of the Act, for example: 1, 22a."),
    )

    class Meta:
        model = Organization
        fields = ("name", "legal_form", "register", "register_number", "nip", "regon", "seat", "email", "spheres")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["spheres"] = ", ".join(self.instance.spheres)

    def clean_spheres(self) -> list[str]:
        return re.findall(r"\w+", self.cleaned_data["spheres"])

    def clean_nip(self) -> str:
        return digits(self.cleaned_data["nip"])

    def clean_regon(self) -> str:
        return digits(self.cleaned_data["regon"])

    def clean_register_number(self) -> str:
        number = str(self.cleaned_data["register_number"])
        return digits(number).zfill(10) if number and self.cleaned_data.get("register") == Register.KRS else number


@admin.register(Organization)
class OrganizationAdmin(DeskAdmin, admin.ModelAdmin[Organization]):
    duty = Duty.KEEP_DIRECTORY
    add_title = _("Add an organization")
    form = OrganizationForm
    list_display = ("name", "seat", "register", "register_number", "nip", "is_verified")
    list_filter = ("register", ("verified_at", admin.EmptyFieldListFilter), ("uninvited_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "register_number", "nip", "regon")
    inlines = (MembershipInline,)
    readonly_fields = ("uninvited_at",)
    actions = ("verify", "invite_again")
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "legal_form", "seat", "email", "uninvited_at"),
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
