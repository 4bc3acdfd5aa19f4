from datetime import datetime

from django.db import transaction

from accounts.models import User
from accounts.once import token_of
from accounts.roles import Duty, has_duty
from consultations.models import Channel
from meetings import letters
from meetings.actions.people import normalized
from meetings.actions.refusals import TopicsAreClosed
from meetings.models import Meeting, MeetingAction, TopicProposal, WorkingGroup
from programs.freshness import public_changed


@transaction.atomic
def propose_topic(
    meeting: Meeting,
    *,
    title: str,
    text: str,
    name: str,
    email: str,
    organization_name: str,
    form_token: str,
    at: datetime,
    language: str = "pl",
    channel: Channel = Channel.PORTAL,
    entered_by: User | None = None,
) -> TopicProposal:
    """Record an extra topic; staff decide which group takes it. Raises TopicsAreClosed.

    Staff may enter one that came by telephone or e-mail after the deadline, until the meeting begins.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting.pk)
    token = token_of(form_token, title, text, name, normalized(email))
    if repeated := TopicProposal.objects.filter(form_token=token).first():
        return repeated
    by_staff = entered_by is not None and has_duty(entered_by, Duty.RUN_MEETINGS)
    if not meeting.may(MeetingAction.RESIGN if by_staff else MeetingAction.PROPOSE_TOPIC, at):
        raise TopicsAreClosed(meeting, at)
    topic = TopicProposal.objects.create(
        meeting=meeting,
        title=title,
        text=text,
        name=name,
        email=normalized(email),
        organization_name=organization_name,
        language=language,
        channel=channel,
        entered_by=entered_by,
        received_at=at,
        form_token=token,
    )
    letters.owe_topic_receipt(topic, at=at)
    return topic


@transaction.atomic
def take_topic(topic: TopicProposal, *, group: WorkingGroup | None, at: datetime) -> TopicProposal:
    """Put the topic on a group's agenda, where everybody sees it; without a group, take it off."""
    topic = TopicProposal.objects.select_for_update().get(pk=topic.pk)
    topic.group = group
    topic.save(update_fields=["group"])
    public_changed(at=at)
    return topic
