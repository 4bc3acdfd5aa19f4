from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from accounts.once import token_of
from accounts.roles import Duty, has_duty
from consultations.models import Channel
from meetings import letters
from meetings.actions.people import normalized
from meetings.actions.refusals import GroupIsElsewhere, GroupTakesNobody, TopicIsElsewhere, TopicNeedsADecision, TopicsAreClosed
from meetings.models import Meeting, MeetingAction, TopicOutcome, TopicProposal, WorkingGroup
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
def decide_topic(
    topic: TopicProposal,
    *,
    outcome: str,
    at: datetime,
    group: WorkingGroup | None = None,
    merged_into: TopicProposal | None = None,
    answer: str = "",
) -> TopicProposal:
    """Take the topic up in a group, where everybody sees it; join it with another; or not, with reasons. The author hears.

    Without an outcome the decision is taken back. The same decision again changes nothing. Raises TopicNeedsADecision,
    GroupIsElsewhere, GroupTakesNobody, TopicIsElsewhere.
    """
    if group and group.meeting_id != topic.meeting_id:
        raise GroupIsElsewhere(group)
    if group and WorkingGroup.objects.filter(pk=group.pk, cancelled_at__isnull=False).exists():
        raise GroupTakesNobody(group)
    if merged_into and merged_into.meeting_id != topic.meeting_id:
        raise TopicIsElsewhere
    topic = TopicProposal.objects.select_for_update(of=("self",)).select_related("meeting").get(pk=topic.pk)
    before = (topic.outcome, topic.answer, topic.group_id, topic.merged_into_id)
    topic.outcome, topic.answer = outcome, answer.strip()
    topic.group = group if outcome == TopicOutcome.ACCEPTED else None
    topic.merged_into = merged_into if outcome == TopicOutcome.MERGED else None
    if before == (topic.outcome, topic.answer, topic.group_id, topic.merged_into_id):
        return topic
    topic.decided_at = at if outcome else None
    try:
        topic.validate_constraints()
    except ValidationError as error:
        raise TopicNeedsADecision(error) from error
    topic.save()
    letters.withdraw_topic_answer(topic, at=at)
    if outcome:
        letters.owe_topic_answer(topic, at=at)
    public_changed(at=at)
    return topic
