"""The desk's one list: each filter and each search finds exactly what it says; what is done to many is done to those seen."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import User
from accounts.roles import Role
from consultations.actions.answers import OwnAnswer, draft_answer, return_answer, send_for_approval
from consultations.actions.publication import publish_answers
from consultations.actions.voices import Author, RemarkText, submit_remarks, withdraw_submission
from consultations.models import Channel, Decision, Department, Outcome, Part, Step, Submission, VoiceKind
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, PUBLISHED, REASONS, answered, drafted, drafter, published
from tests.factories.voices import CLOSES, DURING, TICK, consultation, coordinator, proposal, remark, token, unit

pytestmark = pytest.mark.django_db
LIST = reverse("admin:consultations_voice_changelist")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ANSWERED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


def listed(desk, **asked):
    return set(desk.get(LIST, asked).context["cl"].queryset)


def part_of(voice):
    return voice.parts.get()


def sent(voice):
    drafted(part_of(voice))
    send_for_approval(part_of(voice), by=drafter(), at=ANSWERED)
    return voice


def at_every_step(made):
    voices = {step: remark(made) for step in Step if step != Step.PUBLISHED}
    voices[Step.PUBLISHED] = proposal(made)
    answered(voices[Step.PUBLISHED])
    publish_answers(made, [VoiceKind.PROPOSAL], by=coordinator(), at=PUBLISHED)
    drafted(part_of(voices[Step.DRAFT]))
    sent(voices[Step.REVIEW])
    sent(voices[Step.RETURNED])
    return_answer(part_of(voices[Step.RETURNED]), why="Dopisz.", seen=1, by=coordinator(), at=ANSWERED)
    answered(voices[Step.APPROVED])
    return voices


@pytest.fixture
def steps(made):
    return at_every_step(made)


def test_each_step_lists_its_voices_and_no_others(desk, made, steps):
    withdraw_submission(remark(made).submission, at=DURING)
    for step in Step:
        assert listed(desk, step=step.value) == {steps[step]}


def test_what_is_still_to_be_answered_is_told_from_what_is_approved(desk, made, steps):
    withdraw_submission(remark(made).submission, at=DURING)
    closed = {steps[Step.APPROVED], steps[Step.PUBLISHED]}
    assert listed(desk, unanswered="yes") == set(steps.values()) - closed
    assert listed(desk, unanswered="no") == closed


def test_the_list_is_narrowed_to_mine_my_departments_and_nobodys(desk, made):
    mine, ours, others, nobodys = (proposal(made) for _one in range(4))
    department = Department.objects.create(name="Wydział Sportu")
    department.members.add(coordinator())
    Part.objects.filter(voice=mine).update(assignee=coordinator())
    Part.objects.filter(voice=ours).update(department=department)
    Part.objects.filter(voice=others).update(assignee=drafter(), department=Department.objects.create(name="Inny"))
    assert listed(desk, assigned="me") == {mine}
    assert listed(desk, assigned="department") == {ours}
    assert listed(desk, assigned="nobody") == {nobodys}
    assert listed(desk, assigned="everybody") == {mine, ours, others, nobodys}


def test_overdue_is_what_was_due_before_today_and_has_no_answer(desk, made):
    voices = {days: proposal(made) for days in (-1, 0, 1)}
    for days, voice in voices.items():
        Part.objects.filter(voice=voice).update(due_on=localdate() + timedelta(days=days))
    done = answered(proposal(made))
    Part.objects.filter(voice=done).update(due_on=localdate() - timedelta(days=1))
    assert listed(desk, due="overdue") == {voices[-1]}


def test_kind_consultation_topic_and_channel_narrow_the_list(desk, made):
    other = proposal(consultation("2028"))
    first, second, said = proposal(made, topic=0), proposal(made, topic=1), remark(made)
    Submission.objects.filter(pk=second.submission_id).update(channel=Channel.PAPER)
    assert listed(desk, consultation__id__exact=made.pk) == {first, second, said}
    assert listed(desk, kind__exact="remark") == {said}
    assert listed(desk, topic__id__exact=second.topic_id) == {second}
    assert listed(desk, submission__channel__exact="paper") == {second}
    assert other in listed(desk)


def test_a_paragraph_lists_the_remarks_on_it_in_any_version(desk, made):
    on_it, whole, other = remark(made, citation="§ 2"), remark(made, citation=""), remark(made, citation="§ 3")
    key = on_it.provision_text.provision_id
    assert listed(desk, paragraph=key) == {on_it}
    assert "§ 2" in text_of(desk.get(LIST, {"paragraph": key}))
    for nothing in ("", "§ 2", "1"):
        assert listed(desk, paragraph=nothing) == {on_it, whole, other}


def test_numbers_citations_and_words_find_what_they_name(desk, made):
    author = Author("Łucja Źdźbło", "lucja@example.org", "Fundacja Ćma")
    on_unit, in_unit, whole = (remark(made, citation=one) for one in ("§ 2", "§ 1 pkt 2", ""))
    first, last = unit(made, "§ 1"), unit(made, "§ 3")
    said = [RemarkText(first.version, first, until_text=last, proposed_wording="Inaczej.")]
    ranged = submit_remarks(made, author=author, remarks=said, form_token=token(), at=DURING).voices.get()
    words = proposal(made, text="Zażółć gęślą jaźń", author=author)
    everything = {on_unit, in_unit, whole, ranged, words}
    for typed, found in {
        "U/2027/002": {in_unit},
        "u/2027/2": {in_unit},
        "P/2027/002": set(),
        "1": {on_unit, words},
        "§ 2": {on_unit, ranged},
        "§2": {on_unit, ranged},
        "§ 1": {in_unit, ranged},
        "§1 pkt  2": {in_unit, ranged},
        "§ 9": set(),
        "zazolc GESLA": {words},
        "gęślą zażółć": {words},
        "fundacja cma": {ranged, words},
        "Źdźbło": {ranged, words},
        "lucja@example.org jazn": {words},
        "jazn wolontariat": set(),
        "": everything,
        "  ": everything,
    }.items():
        assert listed(desk, q=typed) == found, typed


def test_the_row_says_in_words_how_far_the_answer_is_and_that_it_is_overdue(desk, made):
    voice = remark(made)
    Part.objects.filter(voice=voice).update(due_on=localdate() - timedelta(days=1), assignee=drafter())
    sent(voice)
    with_words = desk.get(LIST, HTTP_ACCEPT_LANGUAGE="en").content.decode()
    row = with_words.split("<tbody>")[1]
    for words in ("U/2027/001", "Stowarzyszenie Żółty Latawiec", "§ 2", "Inne słowa.", "Redaktorka", 'class="tag stop"'):
        assert words in row


def test_a_correction_in_the_making_is_not_overdue(desk, made):
    voice = answered(remark(made))
    Part.objects.update(due_on=localdate() - timedelta(days=1))
    published(made, at=ANSWERED)
    draft_answer(voice.parts.get(), outcome=Outcome.NOTED, reasons=REASONS, seen=1, by=drafter(), at=ANSWERED)
    assert 'class="tag stop"' not in desk.get(LIST).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_for_any_number_of_voices(desk, made, rows, django_assert_num_queries):
    for _one in range(rows):
        voice = remark(made)
        Part.objects.filter(voice=voice).update(assignee=drafter(), department=Department.objects.get_or_create(name="Sport")[0])
        sent(voice)
    desk.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        desk.get(LIST)


LIST_QUERIES = 10


# --- Many at once --------------------------------------------------------------------------------


def act(client, name, *voices, seen_at=None):
    data = {"action": name, "_selected_action": [voice.pk for voice in voices]}
    if seen_at:
        data["seen_at"] = seen_at.isoformat()
    return [str(message) for message in client.post(LIST, data, follow=True).context["messages"]]


def steps_of(*voices):
    return [Part.objects.select_related("current").get(voice=voice).step for voice in voices]


def test_drafts_are_sent_together_and_what_is_no_draft_stays(desk, made):
    first, second, none = (proposal(made) for _one in range(3))
    drafted(part_of(first))
    drafted(part_of(second))
    act(desk, "send", first, second, none)
    assert steps_of(first, second, none) == [Step.REVIEW, Step.REVIEW, Step.NONE]
    assert len(act(desk, "send", none)) == 1


def test_answers_are_approved_together_but_for_ones_own(desk, made):
    theirs, own, draft_only = (proposal(made) for _one in range(3))
    sent(theirs)
    drafted(part_of(draft_only))
    said = {"outcome": Outcome.NOTED, "reasons": REASONS, "by": coordinator(), "at": ANSWERED}
    draft_answer(part_of(own), seen=0, **said)
    send_for_approval(part_of(own), by=coordinator(), at=ANSWERED)
    told = act(desk, "approve", theirs, own, draft_only)
    assert steps_of(theirs, own, draft_only) == [Step.APPROVED, Step.REVIEW, Step.DRAFT]
    assert Decision.objects.get(part__voice=theirs).approved_by == coordinator()
    assert len(told) == 2
    assert str(OwnAnswer.in_words) in told[1]
    assert len(act(desk, "approve", draft_only)) == 1


@pytest.mark.parametrize(("seen_at", "step"), [(ANSWERED - TICK, Step.REVIEW), (ANSWERED, Step.APPROVED)])
def test_words_written_after_the_list_was_shown_are_not_approved_unseen(desk, made, seen_at, step):
    voice = sent(proposal(made))
    act(desk, "approve", voice, seen_at=seen_at)
    assert steps_of(voice) == [step]


@pytest.mark.parametrize("seen_at", ["", "2026-99-99T00:00:00", "wczoraj", "2026-09-22T10:00:00"])
def test_a_list_that_does_not_say_when_it_was_shown_is_taken_at_its_word(desk, made, seen_at):
    voice = sent(proposal(made))
    desk.post(LIST, {"action": "approve", "_selected_action": [voice.pk], "seen_at": seen_at})
    assert steps_of(voice) == [Step.APPROVED]


def test_a_withdrawn_voice_is_neither_sent_nor_approved(desk, made):
    voice = sent(proposal(made))
    withdraw_submission(voice.submission, at=DURING)
    act(desk, "approve", voice)
    assert steps_of(voice) == [Step.REVIEW]


@pytest.mark.parametrize("name", ["send", "approve", "release", "assign"])
def test_the_auditor_looks_and_does_nothing(client, made, name):
    auditor = User.objects.create_user("audytor@example.org", is_staff=True)
    auditor.groups.add(Group.objects.get_or_create(name=Role.AUDITOR)[0])
    client.force_login(auditor)
    voice, waiting = proposal(made), sent(proposal(made))
    drafted(part_of(voice))
    assert listed(client) == {voice, waiting}
    client.post(LIST, {"action": name, "_selected_action": [voice.pk, waiting.pk]})
    assert steps_of(voice, waiting) == [Step.DRAFT, Step.REVIEW]
    assert not made.voices.released(CLOSES).exists()
