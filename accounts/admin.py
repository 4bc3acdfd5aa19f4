import re
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actions import give_roles, may_change_account, verify_organizations
from accounts.identifiers import digits
from accounts.letters import LetterIsNotInTrouble, retry_letter
from accounts.models import Letter, Membership, Organization, Register, User
from accounts.roles import GIVEN_BY_GROUP, ROLE_WORDS, Duty, Role, roles_of


def staff(request: HttpRequest) -> User:
    """Whoever works at the desk: the admin lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 - tells the type checker what the admin has made sure of
    return request.user


class DeskAdmin:
    """Who may open an admin page: `duty` changes, READ_ALL (or the duty) looks. Stands before ModelAdmin or an inline."""

    duty: Duty
    add_title: Promise | None = None  # where "Add" and the name do not make a Polish sentence
    list_help: Promise | None = None
    named_by_kind = False  # the page of a row without a name of its own
    show_facets = admin.ShowFacets.NEVER

    def _has(self, request: HttpRequest, *duties: Duty) -> bool:
        user = request.user
        return user.is_authenticated and user.is_active and not user.duties.isdisjoint(duties)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._has(request, self.duty, Duty.READ_ALL)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty, Duty.READ_ALL)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)


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
class UserAdmin(DeskAdmin, admin.ModelAdmin[User]):
    duty = Duty.KEEP_DIRECTORY
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
    list_filter = ("register", ("verified_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "register_number", "nip", "regon")
    inlines = (MembershipInline,)
    actions = ("verify",)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "legal_form", "seat", "email"),
                "description": _("Only the name is needed. Invitations go to the e-mail given here."),
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


KIND_WORDS = {
    "confirm_attendance": _("will you come: please confirm"),
    "contact": _("a question from the contact form"),
    "follow_confirm": _("following: confirm the address"),
    "group_changed": _("the group has changed"),
    "login_code": _("sign-in code"),
    "meeting_cancelled": _("the meeting is cancelled"),
    "meeting_moved": _("the meeting has moved"),
    "password_reset": _("new password"),
    "remarks_closing": _("remarks close soon"),
    "signup_cancelled": _("sign-up withdrawn"),
    "signup_closing": _("sign-up closes soon"),
    "signup_confirm": _("sign-up: confirm the address"),
    "signup_registered": _("signed up for the meeting"),
    "submission_receipt": _("receipt for a voice"),
    "submission_withdrawn": _("a voice withdrawn"),
    "topic_receipt": _("receipt for an extra topic"),
    "unknown_account": _("sign-in: no such account"),
}


class KindFilter(admin.AllValuesFieldListFilter):
    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            kind = str(choice["display"])
            yield {**choice, "display": KIND_WORDS.get(kind, kind)}


@admin.register(Letter)
class LetterAdmin(DeskAdmin, admin.ModelAdmin[Letter]):
    """Every letter: owed, sent, failed and why. Nothing is typed here; a letter in trouble can be sent once more."""

    duty = Duty.SEE_LETTERS
    named_by_kind = True
    list_help = _(
        "Every letter of the portal, the newest first. To send one in trouble once more, tick it and choose the action."
    )
    list_display = ("to", "about", "state", "owed_at", "sent_at", "attempt", "error")
    list_filter = ("state", ("kind", KindFilter))
    search_fields = ("to", "occasion")
    date_hierarchy = "owed_at"
    actions = ("retry",)
    fieldsets = (
        (
            None,
            {
                "fields": ("to", "about", "occasion", "language", "state"),
                "description": _(
                    "Letters leave by themselves within a minute. One that failed or is in doubt can be sent once more "
                    "from the list: choose it and the action “Send once more”."
                ),
            },
        ),
        (_("Times"), {"fields": ("owed_at", "next_attempt_at", "sent_at", "expires_at", "attempt", "error")}),
    )

    @admin.display(description=_("about"), ordering="kind")
    def about(self, letter: Letter) -> str:
        return str(KIND_WORDS.get(letter.kind, letter.kind))

    # Whom the portal writes to is not for everybody who may read the rest.
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._has(request, Duty.SEE_LETTERS)

    def has_view_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return self._has(request, Duty.SEE_LETTERS)

    def has_add_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Letter | None = None) -> bool:
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return self._has(request, Duty.RUN_PROCESS)

    @admin.action(description=_("Send once more"), permissions=["retry"])
    def retry(self, request: HttpRequest, chosen: QuerySet[Letter]) -> None:
        at = timezone.now()
        for letter in chosen:
            try:
                retry_letter(letter, at=at)
            except LetterIsNotInTrouble as refusal:
                self.message_user(request, f"{letter.to}: {refusal.in_words}", messages.WARNING)
            else:
                self.message_user(request, _("%(to)s: the letter is sent once more.") % {"to": letter.to})
