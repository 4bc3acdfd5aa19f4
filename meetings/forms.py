from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator, RegexValidator
from django.utils.translation import get_language, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.forms import VisitorForm
from accounts.identifiers import digits, kind_of_number
from accounts.periods import kept_for
from meetings.actions import SignUp, WalkIn
from meetings.models import Meeting, Registration, WorkingGroup
from meetings.words import group_when, has_places, places_left

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
    more: tuple[str, ...] = ()
    note: str = ""
    note_tone: str = ""

    def __str__(self) -> str:
        return self.title


class GroupRows(forms.RadioSelect):
    """Names in Polish. A full group without a waiting list is shown and cannot be chosen; whoever sends it is told in words."""

    may_wait = False

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"] |= {"lang": "pl", "disabled": not (self.may_wait or has_places(value.instance))}
        return option


class GroupChoices(forms.models.ModelChoiceIterator[WorkingGroup]):
    """Which groups take people, and what their rows say, is asked when they are shown. An answer is only looked up: whether
    its group takes people the verb asks under its lock, and says why not."""

    def __iter__(self) -> Iterator[Any]:
        groups: Any = self.field.queryset
        rows = groups.taking_people().with_waiting().select_related("meeting", "parent")
        self.queryset = rows.prefetch_related("moderators", "parent__moderators")
        return super().__iter__()


class GroupField(forms.ModelChoiceField[WorkingGroup]):
    iterator = GroupChoices

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
        # Their names alone: what each of them is stands on the meeting's page.
        names = ", ".join(one.name.partition(",")[0] for one in obj.run_by())
        run_by = _("run by: %(names)s") % {"names": names} if names else ""
        more = tuple(filter(None, (group_when(obj), run_by)))
        return GroupLabel(obj.full_name, obj.description, more, places_left(obj), "go" if has_places(obj) else "")


def offer(form: forms.Form, meeting: Meeting, *, without: int = 0, may_wait: bool) -> None:
    """The groups of this meeting, except one."""
    field = form.fields["group"]
    assert isinstance(field, GroupField)  # noqa: S101 - tells the type checker what the class says
    groups = WorkingGroup.objects.filter(meeting=meeting)
    field.queryset = groups.exclude(pk=without) if without else groups
    assert isinstance(field.widget, GroupRows)  # noqa: S101 - as above
    field.widget.may_wait = may_wait


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


def way_to_take_part() -> forms.ChoiceField:
    """Asked at a hybrid meeting only."""
    return forms.ChoiceField(
        label=_("How will you take part?"),
        choices=[("room", _("on site")), ("remote", _("remotely"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you come to the place or take part remotely.")},
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
    way = way_to_take_part()
    waits = forms.BooleanField(
        label=_("If there is no place left, put me on the waiting list"),
        required=False,
        initial=True,
        help_text=_("We write to you as soon as a place becomes free; you then have time to take it."),
    )
    organization_number = one_line(
        _("KRS, NIP or REGON of the organization"),
        20,
        attrs={"class": "half", "inputmode": "numeric"},
        help_text=_("Only if your organization is not on the list: it helps us to tell organizations of a like name apart."),
    )
    may_be_named = forms.BooleanField(
        label=_("You may name our organization on the list of those who took part"),
        required=False,
        help_text=_("Only the organization, never you. You can change this at any time behind the link in our letter."),
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
        help_text=_("For example a sign language interpreter, a step-free room, materials in large print."),
    )
    field_order = (
        "website",
        "group",
        "way",
        "waits",
        "name",
        "email",
        "organization_name",
        "organization_number",
        "may_be_named",
        "phone",
        "needs",
        "stamp",
    )

    def __init__(self, data: Mapping[str, Any] | None = None, *, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        days = kept_for("needs").days
        kept = ngettext(
            "At most 1000 characters; we keep it for %(n)d day after the meeting.",
            "At most 1000 characters; we keep it for %(n)d days after the meeting.",
            days,
        )
        self.fields["needs"].help_text = f"{self.fields['needs'].help_text} {kept % {'n': days}}"
        if not meeting.is_hybrid:
            del self.fields["way"]
        if not meeting.has_waiting_list:
            del self.fields["waits"]
        offer(self, meeting, may_wait=meeting.has_waiting_list)
        # White space or letters only is no number anybody could ring.
        self.fields["phone"].validators.append(
            RegexValidator(r"^[0-9+() /–-]{6,}$", _("Write the number with digits, for example 56 600 00 00."))
        )

    def clean_organization_number(self) -> str:
        number = digits(self.cleaned_data["organization_number"])
        if number:
            kind_of_number(number)
        return number

    @property
    def notice(self) -> str:
        """Before the answers are sent: that there is no place in the group chosen, as far as we know now."""
        group: WorkingGroup = self.cleaned_data["group"]
        if group.free_for(remotely=self.person.remotely) > 0 or not self.person.waits:
            return ""
        words = _("This group has no place left now. If you send this, you wait for one: we write to you when it is there.")
        return str(words)

    @property
    def person(self) -> SignUp:
        answers = self.cleaned_data
        return SignUp(
            name=answers["name"],
            email=answers["email"],
            organization_name=answers["organization_name"],
            organization_number=answers["organization_number"],
            may_be_named=answers["may_be_named"],
            remotely=answers.get("way") == "remote",
            waits=answers.get("waits", False),
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
    way = way_to_take_part()

    def __init__(self, data: Mapping[str, Any] | None = None, *, registration: Registration, **kwargs: Any) -> None:
        meeting = registration.meeting
        own = {"group": registration.group_id, "way": "remote" if registration.remotely else "room"}
        super().__init__(data, initial=own if meeting.is_hybrid else None, **kwargs)
        if not meeting.is_hybrid:
            del self.fields["way"]
        # At a hybrid meeting somebody may stay in the group and only change how they take part.
        without = 0 if meeting.is_hybrid else registration.group_id
        offer(self, meeting, without=without, may_wait=registration.is_waiting or meeting.is_hybrid)

    @property
    def change(self) -> dict[str, Any]:
        """What actions.change_group takes."""
        way = self.cleaned_data.get("way")
        return {"group": self.cleaned_data["group"], "remotely": None if way is None else way == "remote"}


class WalkInsForm(forms.Form):
    """One person a line: "Anna Nowak, Stowarzyszenie Żółty Latawiec"."""

    people_text = forms.CharField(
        label=_("People who came without signing up"),
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        max_length=20_000,
        help_text=_("One person a line: first and last name, then after a comma the organization."),
        error_messages={"required": _("Write at least one name.")},
    )

    @property
    def people(self) -> list[WalkIn]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["people_text"].replace("\x00", "").splitlines()]
        parted = [line.partition(",") for line in lines if line]
        return [WalkIn(name.strip(), organization.strip()) for name, _comma, organization in parted if name.strip()]

    def clean_people_text(self) -> str:
        text: str = self.cleaned_data["people_text"]
        for line in text.splitlines():
            name, _comma, organization = line.partition(",")
            if organization.strip() and not name.strip():
                raise forms.ValidationError(_("A line has no name before the comma: “%(line)s”.") % {"line": line[:40]})
            if len(name) > 150 or len(organization) > 250:
                raise forms.ValidationError(
                    _("A line is too long for a name and an organization: “%(line)s …”. Write one person a line.")
                    % {"line": line[:40]}
                )
        return text


class NoteForm(forms.Form):
    body = long_text(_("Notes"), 50_000, rows=12)
    base = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class ConclusionForm(forms.Form):
    text = long_text(_("Conclusion"), 5000, rows=3)
    reasons = long_text(_("Reasons"), 5000, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = True
        self.fields["text"].error_messages["required"] = _("Write the conclusion.")
