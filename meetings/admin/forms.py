"""What staff type. Every rule here is asked of the verbs' own facts, so that a refusal stands beside its field."""

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminTextareaWidget
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.folding import folded
from consultations.forms.moments import MomentField
from consultations.models import Channel
from meetings import actions
from meetings.actions.arranging import MOMENTS
from meetings.models import Meeting, MeetingAction, Registration, Sector, TopicProposal, WorkingGroup

CLOSED_WORDS = ("topics_closed_words", "signup_closed_words", "confirm_closed_words")
WHERE = ("mode", "place", "directions", "accessibility")
WHO = ("without_signup", "has_waiting_list", "limit_per_organization")
WORDS = ("title", "description", *WHERE, *WHO, *CLOSED_WORDS)
DEADLINES = (*MOMENTS, "separate_confirmation", "releases_silent")
GROUP_HOURS = ("starts_at", "ends_at")
GROUP_WORDS = (
    "name",
    "parent",
    "description",
    "topic",
    "position",
    "capacity",
    "remote_capacity",
    "room",
    "room_link",
    *GROUP_HOURS,
)
SECTOR_OF = {"city_moderator": Sector.LOCAL_GOVERNMENT, "ngo_moderator": Sector.NGO}
EMAIL_OF = {"city_moderator": "city_email", "ngo_moderator": "ngo_email"}
Choices = list[tuple[Any, Any]]
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


MODERATOR_HELP = _("Once the meeting is published, the link to the group's page goes there.")


class GroupForm(forms.ModelForm[WorkingGroup]):
    city_moderator = forms.CharField(label=_("Moderator from the city"), required=False, max_length=150)
    city_email = forms.EmailField(label=_("E-mail of the moderator from the city"), required=False, help_text=MODERATOR_HELP)
    ngo_moderator = forms.CharField(label=_("Moderator from an organization"), required=False, max_length=150)
    ngo_email = forms.EmailField(
        label=_("E-mail of the moderator from an organization"), required=False, help_text=MODERATOR_HELP
    )
    starts_at = MomentField(label=_("starts at a time of its own"), required=False)
    ends_at = MomentField(label=_("ends at a time of its own"), required=False)
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

    def __init__(self, *args: Any, meeting: Meeting, topics: Choices, parents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.meeting = meeting
        for field, choices in (("topic", topics), ("parent", parents)):
            if field in self.fields:
                own = [(pk, name) for pk, name in choices if field != "parent" or pk != self.instance.pk or not pk]
                self.fields[field].choices = own  # type: ignore[attr-defined]  # a model choice
        if self.instance.pk:
            known = {moderator.sector: moderator for moderator in self.instance.moderators.all()}
            for field, sector in SECTOR_OF.items():
                if moderator := known.get(sector):
                    self.initial[field], self.initial[EMAIL_OF[field]] = moderator.name, moderator.email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        self._check_places(cleaned)
        meeting = self.meeting
        if meeting.published_at and meeting.cancelled_at is None and self.instance.cancelled_at is None:
            needed = [*(SECTOR_OF if not cleaned.get("parent") else ())]
            needed += ["room_link"] if meeting.is_remote and not self.is_divided else []
            needed += ["room"] if meeting.is_on_site and not self.is_divided else []
            for field in needed:
                if not cleaned.get(field):
                    self.add_error(field, _("People see this meeting already, so its groups must stay complete."))
        return cleaned

    @cached_property
    def is_divided(self) -> bool:
        return bool(self.instance.pk) and self.instance.subgroups.exists()

    def _check_places(self, cleaned: dict[str, Any]) -> None:
        group = self.instance
        for field, taken, remotely in (("capacity", group.taken, False), ("remote_capacity", group.remote_taken, True)):
            wanted = cleaned.get(field)
            if wanted is not None and wanted < taken:
                self.add_error(field, actions.GroupHasMorePeople(group, remotely=remotely, wanted=wanted).in_words)

    def words(self) -> dict[str, Any]:
        return {field: self.cleaned_data[field] for field in GROUP_WORDS}

    def nobody(self) -> list[Sector]:
        """Sectors whose moderator was taken off the form."""
        return [sector for field, sector in SECTOR_OF.items() if field in self.changed_data and not self.cleaned_data[field]]

    def moderators(self) -> dict[Sector, actions.ModeratorWords]:
        given = self.cleaned_data
        return {
            sector: {"name": given[field], "email": given[EMAIL_OF[field]]} for field, sector in SECTOR_OF.items() if given[field]
        }


class GroupFormSet(forms.BaseInlineFormSet[WorkingGroup, Meeting, forms.ModelForm[WorkingGroup]]):
    @cached_property
    def topics(self) -> Choices:
        """The topics of this consultation, asked for once and not once for each group."""
        known = self.instance.consultation.topics.all() if self.instance.pk else []
        return [("", "---------"), *((topic.pk, topic) for topic in known)]

    @cached_property
    def parents(self) -> Choices:
        """Groups that may be divided: those that are no sub-groups themselves."""
        known = self.instance.groups.filter(parent=None, cancelled_at=None) if self.instance.pk else []
        return [("", "---------"), *((group.pk, group) for group in known)]

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        given = {"meeting": self.instance, "topics": self.topics, "parents": self.parents}
        return {**super().get_form_kwargs(index), **given}


class GroupOfMeeting(forms.ModelChoiceField[WorkingGroup]):
    def label_from_instance(self, obj: WorkingGroup) -> str:
        return f"{obj.meeting}: {obj.full_name} ({obj.taken} / {obj.capacity})"


class RegistrationEntryForm(forms.ModelForm[Registration]):
    """Somebody who rang, wrote or came: written down by staff through the same verb as the portal's form."""

    group = GroupOfMeeting(WorkingGroup.objects.none(), label=_("Group"))
    channel = forms.ChoiceField(label=_("How it came"), choices=BY_STAFF, initial=Channel.PHONE)
    waits = forms.BooleanField(label=_("if the group is full, put on its waiting list"), required=False)

    class Meta:
        model = Registration
        fields = (
            *("group", "name", "email", "phone", "organization_name", "may_be_named", "needs", "remotely", "waits", "channel"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        at = timezone.now()
        running = Meeting.objects.published(at).filter(cancelled_at=None, ends_at__gt=at)
        groups = WorkingGroup.objects.filter(meeting__in=running).taking_people().select_related("meeting", "parent")
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
        elif cleaned.get("remotely") and not meeting.is_hybrid:
            self.add_error("remotely", actions.NoSuchWayToTakePart(group).in_words)
        elif (
            group.free_for(remotely=cleaned.get("remotely", False)) <= 0
            and not cleaned.get("waits")
            and not group.registrations.lapsed(at).exists()
        ):
            self.add_error("group", actions.GroupIsFull(group).in_words)
        email, name_key = actions.normalized(cleaned.get("email", "")), folded(cleaned.get("name", ""))
        known = meeting.registrations.active().filter(email=email, name_key=name_key)
        if email and (registration := known.first()):
            self.add_error("name", actions.AlreadySignedUp(registration).in_words)
        return cleaned

    @property
    def person(self) -> actions.SignUp:
        fields = ("name", "email", "phone", "organization_name", "may_be_named", "needs", "remotely", "waits")
        return actions.SignUp(**{field: self.cleaned_data[field] for field in fields})


class RegistrationForm(forms.ModelForm[Registration]):
    """What staff may change about somebody signed up: the group. The rest is shown."""

    class Meta:
        model = Registration
        fields = ("group",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "group" in self.fields:
            # Its own group too, though it may have been called off since.
            own = self.instance.meeting.groups.filter(Q(cancelled_at=None, subgroups=None) | Q(pk=self.instance.group_id))
            self.fields["group"].queryset = own.distinct()  # type: ignore[attr-defined]  # a model choice

    def clean_group(self) -> WorkingGroup:
        group: WorkingGroup = self.cleaned_data["group"]
        is_full = group.free_for(remotely=self.instance.remotely) <= 0 and not self.instance.is_waiting
        if "group" in self.changed_data and is_full:
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
    """What staff decide about a topic: which group takes it, which topic it is joined with, or why not."""

    class Meta:
        model = TopicProposal
        fields = ("outcome", "group", "merged_into", "answer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "group" in self.fields:
            meeting = self.instance.meeting
            self.fields["group"].queryset = meeting.groups.filter(cancelled_at=None)  # type: ignore[attr-defined]  # a model choice
            others = meeting.topic_proposals.filter(outcome="accepted").exclude(pk=self.instance.pk)
            self.fields["merged_into"].queryset = others  # type: ignore[attr-defined]  # as above

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("outcome") and (cleaned.get("group") or cleaned.get("merged_into")):
            self.add_error("outcome", _("Choose also what is decided: taken up, joined with another topic, or not taken up."))
        return cleaned

    def decision(self) -> dict[str, Any]:
        """Of a changed decision the rest is what it needs: an empty group does not stay with a rejected topic."""
        outcome = self.cleaned_data["outcome"]
        keeps = {"accepted": "group", "merged": "merged_into"}.get(outcome)
        given = {field: self.cleaned_data[field] if field == keeps else None for field in ("group", "merged_into")}
        return {"outcome": outcome, "answer": self.cleaned_data["answer"], **given}

    def _post_clean(self) -> None:
        # The constraints are asked of the decision as the verb would write it.
        if not self.errors:
            self.instance.decided_at = timezone.now() if self.cleaned_data["outcome"] else None
            for field, value in self.decision().items():
                self.cleaned_data[field] = value
        super()._post_clean()  # type: ignore[misc]  # ModelForm's own, which the stubs leave out


class CancelGroupForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the group is called off, in a sentence that people will read"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    into = GroupOfMeeting(
        WorkingGroup.objects.none(),
        label=_("Move its people to"),
        required=False,
        empty_label=_("nowhere: ask each of them to choose another group"),
    )

    def __init__(self, *args: Any, group: WorkingGroup, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = WorkingGroup.objects.filter(meeting=group.meeting_id).exclude(pk=group.pk).taking_people()
        self.fields["into"].queryset = others.select_related("meeting", "parent")  # type: ignore[attr-defined]  # a model choice
