"""The desk's list of voices: entered, looked at, released; nothing is rewritten there and nothing deleted."""

import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Letter, Organization, User
from accounts.roles import Role
from consultations.actions.voices import LateNeedsAReason, edit_voice, withdraw_submission
from consultations.models import Channel, Submission, Voice, VoiceKind
from tests.consultations.voice_pages import text_of
from tests.factories.voices import CLOSES, DURING, OPENS, TICK, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
LIST = "admin:consultations_voice_changelist"
ADD = "admin:consultations_voice_add"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(CLOSES, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


def staff(role):
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def entered(made, **changes):
    return {
        "form_token": "b" * 32,
        "consultation": made.pk,
        "kind": VoiceKind.PROPOSAL,
        "channel": Channel.PAPER,
        "received_at": local(DURING),
        "late_reason": "",
        "name": "Jan Ćwik",
        "email": "",
        "organization": "",
        "organization_name": "Koło Gospodyń",
        "topic": "",
        "citation": "",
        "proposed_wording": "",
        "text": "Zażółć gęślą jaźń",
        "reasons": "",
        **changes,
    }


def test_a_paper_proposal_is_entered_through_the_verb(desk, made):
    assert desk.get(reverse(ADD)).status_code == 200
    response = desk.post(reverse(ADD), entered(made, topic=made.topics.get(position=0).pk))
    assert response.status_code == 302
    voice = Voice.objects.get()
    assert (voice.number, voice.text, voice.topic.position) == (1, "Zażółć gęślą jaźń", 0)
    submission = voice.submission
    assert (submission.channel, submission.entered_by, submission.received_at) == (Channel.PAPER, coordinator(), DURING)
    assert (submission.is_late, submission.author, Letter.objects.count()) == (False, "Koło Gospodyń", 0)


def test_a_remark_is_entered_by_its_citation(desk, made):
    known = Organization.objects.create(name="Fundacja Ćma")
    said = {"kind": VoiceKind.REMARK, "citation": "§1 pkt  2", "proposed_wording": "Nowe."}
    data = entered(made, organization=known.pk, organization_name="", email="jan@example.org", **said)
    assert desk.post(reverse(ADD), data).status_code == 302
    voice = Voice.objects.get()
    assert (voice.place, voice.quote, voice.proposed_wording) == ("§ 1 pkt 2", "rozwój wolontariatu.", "Nowe.")
    assert (voice.submission.author, voice.submission.organization) == ("Fundacja Ćma", known)
    assert Letter.objects.get().to == "jan@example.org"


def test_a_double_click_at_the_desk_is_one_letter(desk, made):
    for _ in range(2):
        assert desk.post(reverse(ADD), entered(made)).status_code == 302
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"received_at": local(CLOSES)}, "late_reason"),
        ({"received_at": local(OPENS - 60_000_000 * TICK)}, "late_reason"),
        ({"received_at": local(CLOSES + 60_000_000 * TICK)}, "received_at"),
        ({"received_at": "wczoraj"}, "received_at"),
        ({"text": ""}, "text"),
        ({"name": ""}, "name"),
        ({"channel": Channel.PORTAL}, "channel"),
        ({"citation": "§ 2"}, "citation"),
        ({"kind": VoiceKind.REMARK, "text": ""}, "proposed_wording"),
        ({"kind": VoiceKind.REMARK, "citation": "§ 99"}, "citation"),
    ],
)
def test_what_is_wrong_is_said_at_the_field(desk, made, changes, field):
    response = desk.post(reverse(ADD), entered(made, **changes))
    assert set(response.context["adminform"].form.errors) == {field}
    assert not Submission.objects.exists()


def test_a_refusal_after_the_form_has_agreed_keeps_what_was_typed(desk, made, monkeypatch):
    """A stage may be moved while the letter is being recorded."""

    def moved_meanwhile(*args, **kwargs):
        raise LateNeedsAReason

    monkeypatch.setattr("consultations.forms.entered.record_letter", moved_meanwhile)
    response = desk.post(reverse(ADD), entered(made))
    form = response.context["adminform"].form
    assert form.non_field_errors() == [str(LateNeedsAReason.in_words)]
    assert (form["text"].value(), form["form_token"].value()) == ("Zażółć gęślą jaźń", "b" * 32)


def test_a_topic_of_another_consultation_is_refused(desk, made):
    other = consultation("2030")
    response = desk.post(reverse(ADD), entered(made, topic=other.topics.first().pk))
    assert set(response.context["adminform"].form.errors) == {"topic"}


def test_a_late_letter_is_recorded_with_its_reason_and_seen_as_late(desk, made):
    desk.post(reverse(ADD), entered(made, received_at=local(CLOSES), late_reason="Poczta."))
    assert Voice.objects.get().submission.late_reason == "Poczta."
    assert "P/2027/001</a>" in text_of(desk.get(reverse(LIST), {"late": "yes"}))
    assert "P/2027/001</a>" not in text_of(desk.get(reverse(LIST), {"late": "no"}))


def test_the_chosen_voices_are_released_together(desk, made):
    first, second, third = proposal(made), remark(made), proposal(made)
    data = {"action": "release", "_selected_action": [first.pk, second.pk]}
    assert desk.post(reverse(LIST), data).status_code == 302
    assert set(Voice.objects.released(CLOSES)) == {first, second}
    assert third not in Voice.objects.released(CLOSES)
    assert Voice.objects.get(pk=first.pk).released_by == coordinator()


def test_words_changed_since_the_list_was_shown_are_not_released_unseen(desk, made, clock):
    kept, changed = proposal(made), proposal(made)
    clock.move_to(DURING)
    page = text_of(desk.get(reverse(LIST)))
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)[1]
    edit_voice(changed, text="Zmienione po obejrzeniu.", at=DURING + TICK)
    clock.move_to(CLOSES)
    desk.post(reverse(LIST), {"action": "release", "_selected_action": [kept.pk, changed.pk], "seen_at": seen_at})
    assert set(Voice.objects.released(CLOSES)) == {kept}


@pytest.mark.parametrize(
    ("parameter", "first", "second"),
    [("released", "no", "yes"), ("unconfirmed", "yes", "no"), ("withdrawn", "no", "yes")],
)
def test_each_filter_parts_the_list_in_two(desk, made, parameter, first, second):
    plain, changed = proposal(made), proposal(made)
    Submission.objects.filter(pk=changed.submission_id).update(email_confirmed_at=DURING)
    desk.post(reverse(LIST), {"action": "release", "_selected_action": [changed.pk]})
    withdraw_submission(changed.submission, at=DURING)
    for value, (shown, hidden) in {first: (plain, changed), second: (changed, plain)}.items():
        page = text_of(desk.get(reverse(LIST), {parameter: value}))
        assert shown.signature in page
        assert hidden.signature not in page


def test_the_row_shows_the_original_and_lets_nobody_rewrite_it(desk, made):
    voice = remark(made)
    url = reverse("admin:consultations_voice_change", args=[voice.pk])
    page = text_of(desk.get(url))
    for words in ("Anna Żółć", "anna@example.org", "Inne słowa.", "U/2027/001"):
        assert words in page
    desk.post(url, {"text": "podmienione", "proposed_wording": "podmienione"})
    assert desk.post(reverse("admin:consultations_voice_delete", args=[voice.pk]), {"post": "yes"}).status_code == 403
    assert Voice.objects.get().proposed_wording == "Inne słowa."


def test_the_list_takes_the_same_queries_for_any_number_of_voices(desk, made):
    counts = []
    for rows in (1, 29):
        for _ in range(rows):
            remark(made)
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "looks", "enters"),
    [(Role.COORDINATOR, True, True), (Role.DRAFTER, True, True), (Role.AUDITOR, True, False), ("nobody", False, False)],
)
def test_who_looks_and_who_enters(client, made, role, looks, enters):
    voice = proposal(made)
    client.force_login(staff(role))
    assert (client.get(reverse(LIST)).status_code == 200) is looks
    assert (client.get(reverse(ADD)).status_code == 200) is enters
    client.post(reverse(LIST), {"action": "release", "_selected_action": [voice.pk]})
    assert Voice.objects.released(CLOSES).exists() is enters
