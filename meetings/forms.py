from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.db.models import QuerySet
from django.utils.translation import get_language, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import VisitorForm
from meetings.actions import SignUp
from meetings.models import Meeting, Registration, WorkingGroup
from meetings.words import places_left

TOO_LONG = ngettext_lazy(
    "Write at most %(limit_value)d character: yours has %(show_value)d. Shorten it; nothing has been cut off.",
    "Write at most %(limit_value)d characters: yours has %(show_value)d. Shorten it; nothing has been cut off.",
    "limit_value",
)


@dataclass(frozen=True)
class GroupLabel:
    """A group as a row of the form: its name, what it talks about, how many places are left."""

    title: str
    detail: str = ""
    note: str = ""
    note_tone: str = ""

    def __str__(self) -> str:
        return self.title


class GroupRows(forms.RadioSelect):
    """Names in Polish. A full group is shown and cannot be chosen; whoever sends it all the same is told so in words."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"lang": "pl", "disabled": value.instance.free <= 0}
        return option


class GroupField(forms.ModelChoiceField[WorkingGroup]):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            WorkingGroup.objects.none(),
            empty_label=None,
            widget=GroupRows,
            error_messages={
                "required": _("Choose the group you want to work in."),
                "invalid_choice": _("There is no such group in this meeting. Choose one from the list."),
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> Any:
        return GroupLabel(obj.name, obj.description, places_left(obj), "go" if obj.free > 0 else "")


def offer(form: forms.Form, groups: QuerySet[WorkingGroup]) -> None:
    field = form.fields["group"]
    assert isinstance(field, GroupField)  # noqa: S101 - tells the type checker what the class says
    field.queryset = groups


def one_line(label: Any, limit: int, *, required: Any = "", autocomplete: str = "", **kwargs: Any) -> forms.CharField:
    """A short answer. The limit is told in words, so the browser may not cut what is pasted."""
    attrs = {"autocomplete": autocomplete} if autocomplete else {}
    attrs |= kwargs.pop("attrs", {})
    return forms.CharField(
        label=label,
        required=bool(required),
        validators=[MaxLengthValidator(limit, TOO_LONG)],
        widget=forms.TextInput(attrs=attrs),
        error_messages={"required": required} if required else {},
        **kwargs,
    )


def long_text(label: Any, limit: int, *, rows: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        validators=[MaxLengthValidator(limit, TOO_LONG)],
        widget=forms.Textarea(attrs={"rows": rows, "data-counter": str(limit)}),
        **kwargs,
    )


def e_mail(help_text: Any, *, required: Any) -> forms.EmailField:
    return forms.EmailField(
        label=_("E-mail"),
        help_text=help_text,
        max_length=None,
        validators=[MaxLengthValidator(254, TOO_LONG)],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": required,
            "invalid": _("This is not a whole e-mail address. It has an @ sign and a dot after it: anna@example.org."),
        },
    )


class PersonForm(VisitorForm):
    """What every form of a meeting asks about whoever fills it in."""

    name = one_line(_("First and last name"), 150, required=_("Write your first and last name."), autocomplete="name")
    organization_name = one_line(
        _("Organization"),
        250,
        autocomplete="organization",
        help_text=_("Start typing and choose from the list, or write the whole name. Leave empty if you come for yourself."),
        attrs={"list": "organizations"},
    )


class SignUpForm(PersonForm):
    email = e_mail(
        _("We send a link there. Your place counts once you have clicked it."),
        required=_("Write your e-mail: we send the link there."),
    )
    group = GroupField(
        label=_("In which group do you want to work?"),
        help_text=_("The groups work at the same time, so choose one. You can change it until sign-up closes."),
    )
    phone = one_line(
        _("Telephone"),
        40,
        autocomplete="tel",
        attrs={"type": "tel", "class": "half"},
        help_text=_("We call only if something changes at the last moment."),
    )
    needs = long_text(
        _("What do you need to take full part?"),
        1000,
        rows=3,
        help_text=_(
            "For example a sign language interpreter, a step-free room, materials in large print. "
            "At most 1000 characters; we keep it for 14 days after the meeting."
        ),
    )
    field_order = ("website", "group", "name", "email", "organization_name", "phone", "needs", "stamp")

    def __init__(self, data: Mapping[str, Any] | None = None, *, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer(self, meeting.groups.all())
        # White space or letters only is no number anybody could ring.
        self.fields["phone"].validators.append(
            RegexValidator(r"^[0-9+() /–-]{6,}$", _("Write the number with digits, for example 56 600 00 00."))
        )

    @property
    def person(self) -> SignUp:
        answers = self.cleaned_data
        return SignUp(
            name=answers["name"],
            email=answers["email"],
            organization_name=answers["organization_name"],
            phone=answers["phone"],
            needs=answers["needs"],
            language=get_language() or "pl",
        )


class TopicForm(PersonForm):
    email = e_mail(_("We send a copy of your topic there."), required=_("Write your e-mail: we send a copy of your topic there."))
    title = one_line(_("Topic"), 200, required=_("Write the topic in one sentence."))
    text = long_text(
        _("Why does it matter?"), 2000, rows=6, help_text=_("A few sentences help the moderators. At most 2000 characters.")
    )
    field_order = ("website", "title", "text", "name", "email", "organization_name", "stamp")


class ChangeGroupForm(forms.Form):
    group = GroupField(label=_("To which group do you want to move?"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, registration: Registration, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer(self, registration.meeting.groups.exclude(pk=registration.group_id))
