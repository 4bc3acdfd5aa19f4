"""What staff type. Every rule here is asked of the verbs' own facts, so that a refusal stands beside its field."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from consultations.models import Channel
from meetings import actions
from meetings.actions.arranging import MOMENTS
from meetings.models import Meeting, MeetingAction, Registration, Sector, TopicProposal, WorkingGroup

WORDS = ("title", "description", "mode", "place", "limit_per_organization")
DEADLINES = (*MOMENTS, "separate_confirmation")
GROUP_WORDS = ("name", "description", "topic", "position", "capacity", "room", "room_link")
SECTOR_OF = {"city_moderator": Sector.LOCAL_GOVERNMENT, "ngo_moderator": Sector.NGO}
BY_STAFF = [choice for choice in Channel.choices if choice[0] != Channel.PORTAL]


class MeetingForm(forms.ModelForm[Meeting]):
    reason = forms.CharField(
        label=_("Why the dates change"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed once the meeting is published. People read it beside the old and the new date."),
    )

    class Meta:
        model = Meeting
        fields = ("consultation", "slug", *WORDS, *DEADLINES)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        moved = set(MOMENTS) & set(self.changed_data)
        if self.instance.published_at and moved and not cleaned.get("reason", "").strip():
            self.add_error("reason", actions.MoveNeedsAReason().in_words)
        return cleaned

    def words(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in WORDS}

    def moments(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in DEADLINES}


class GroupForm(forms.ModelForm[WorkingGroup]):
    city_moderator = forms.CharField(label=_("Moderator from the city"), required=False, max_length=150)
    ngo_moderator = forms.CharField(label=_("Moderator from an organization"), required=False, max_length=150)
    room_link = forms.URLField(
        label=_("link to the room"),
        required=False,
        assume_scheme="https",
        help_text=_("Shown and mailed only to people of this group who confirmed that they come."),
    )

    class Meta:
        model = WorkingGroup
        fields = GROUP_WORDS
        widgets = {"description": AdminTextareaWidget(attrs={"rows": 2})}

    def __init__(self, *args: Any, meeting: Meeting, topics: list[tuple[Any, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        if "topic" in self.fields:
            self.fields["topic"].choices = topics  # type: ignore[attr-defined]  # a model choice
        if self.instance.pk:
            names = {moderator.sector: moderator.name for moderator in self.instance.moderators.all()}
            for field, sector in SECTOR_OF.items():
                self.initial[field] = names.get(sector, "")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        meeting = self.meeting
        if cleaned.get("capacity") is not None and cleaned["capacity"] < self.instance.taken:
            self.add_error("capacity", actions.GroupHasMorePeople(self.instance).in_words)
        if meeting.published_at and meeting.cancelled_at is None:
            needed = [*SECTOR_OF, *(["room_link"] if meeting.is_remote else [])]
            for field in needed:
                if not cleaned.get(field):
                    self.add_error(field, _("People see this meeting already, so its groups must stay complete."))
        return cleaned

    def words(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in GROUP_WORDS}

    def moderators(self) -> dict[Sector, str]:
        return {sector: self.cleaned_data[field] for field, sector in SECTOR_OF.items() if self.cleaned_data[field]}


class GroupFormSet(forms.BaseInlineFormSet[WorkingGroup, Meeting, forms.ModelForm[WorkingGroup]]):
    @cached_property
    def topics(self) -> list[tuple[Any, Any]]:
        """The topics of this consultation, asked for once and not once for each group."""
        known = self.instance.consultation.topics.all() if self.instance.pk else []
        return [("", "---------"), *((topic.pk, topic) for topic in known)]

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        return {**super().get_form_kwargs(index), "meeting": self.instance, "topics": self.topics}


class GroupOfMeeting(forms.ModelChoiceField[WorkingGroup]):
    def label_from_instance(self, obj: WorkingGroup) -> str:
        return f"{obj.meeting}: {obj} ({obj.taken} / {obj.capacity})"


class RegistrationEntryForm(forms.ModelForm[Registration]):
    """Somebody who rang, wrote or came: written down by staff through the same verb as the portal's form."""

    group = GroupOfMeeting(WorkingGroup.objects.none(), label=_("Group"))
    channel = forms.ChoiceField(label=_("How it came"), choices=BY_STAFF, initial=Channel.PHONE)

    class Meta:
        model = Registration
        fields = ("group", "name", "email", "phone", "organization_name", "needs", "channel")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at = timezone.now()
        running = Meeting.objects.published(at).filter(cancelled_at=None, ends_at__gt=at)
        groups = WorkingGroup.objects.filter(meeting__in=running).select_related("meeting")
        self.fields["group"].queryset = groups  # type: ignore[attr-defined]  # a model choice

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        group = cleaned.get("group")
        if group is None:
            return cleaned
        meeting = group.meeting
        at = timezone.now()
        if not meeting.is_published(at) or meeting.cancelled_at or meeting.ends_at <= at:
            self.add_error("group", actions.SignUpIsClosed(meeting, at).in_words)
        elif group.free <= 0 and not group.registrations.lapsed(at).exists():
            self.add_error("group", actions.GroupIsFull(group).in_words)
        email, name_key = actions.normalized(cleaned.get("email", "")), actions.folded(cleaned.get("name", ""))
        known = meeting.registrations.active().filter(email=email, name_key=name_key)
        if email and (registration := known.first()):
            self.add_error("name", actions.AlreadySignedUp(registration).in_words)
        return cleaned

    @property
    def person(self) -> actions.SignUp:
        fields = ("name", "email", "phone", "organization_name", "needs")
        return actions.SignUp(**{field: self.cleaned_data[field] for field in fields})


class RegistrationForm(forms.ModelForm[Registration]):
    """What staff may change about somebody signed up: the group. The rest is shown."""

    class Meta:
        model = Registration
        fields = ("group",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "group" in self.fields:
            self.fields["group"].queryset = self.instance.meeting.groups.all()  # type: ignore[attr-defined]  # a model choice

    def clean_group(self) -> WorkingGroup:
        group: WorkingGroup = self.cleaned_data["group"]
        if "group" in self.changed_data and group.free <= 0:
            raise forms.ValidationError(actions.GroupIsFull(group).in_words)
        if "group" in self.changed_data and self.instance.ended_at:
            raise forms.ValidationError(actions.RegistrationHasEnded(self.instance).in_words)
        return group


class TopicEntryForm(forms.ModelForm[TopicProposal]):
    channel = forms.ChoiceField(label=_("How it came"), choices=BY_STAFF, initial=Channel.PHONE)

    class Meta:
        model = TopicProposal
        fields = ("meeting", "title", "text", "name", "email", "organization_name", "channel")

    def clean_meeting(self) -> Meeting:
        meeting: Meeting = self.cleaned_data["meeting"]
        at = timezone.now()
        if not meeting.may(MeetingAction.RESIGN, at):
            raise forms.ValidationError(actions.TopicsAreClosed(meeting, at).in_words)
        return meeting


class TopicForm(forms.ModelForm[TopicProposal]):
    """What staff decide about a topic: which group takes it."""

    class Meta:
        model = TopicProposal
        fields = ("group",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "group" in self.fields:
            self.fields["group"].queryset = self.instance.meeting.groups.all()  # type: ignore[attr-defined]  # a model choice
