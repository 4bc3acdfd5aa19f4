"""Who is written to about stages, announcements and texts, and with which words: each once, and nobody in vain."""

from datetime import UTC, datetime

import pytest
from celery import current_app
from django.utils.translation import gettext

from accounts.models import Letter
from consultations import tasks
from consultations.actions import news, schedule
from consultations.actions.voices import withdraw_submission
from consultations.models import Follow
from consultations.reminders import owe_due_reminders
from consultations.stages import Kind
from consultations.things import NEWS_FOR
from programs import actions as texts
from programs.models import Program
from programs.models import Purpose as Reading
from tests.consultations.reminded import DUE, letter, organization, told, words
from tests.factories import meetings, programs, voices
from tests.factories.consultations import (
    CLOSES,
    HOUR,
    OPENS,
    PUBLISHED,
    TICK,
    announcement,
    coordinator,
    follower,
    planned,
    published,
    stage,
)

pytestmark = pytest.mark.django_db


# --- A stage closes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("at", "is_told"), [(DUE - TICK, False), (DUE, True), (CLOSES - TICK, True), (CLOSES, False)])
def test_followers_are_told_in_the_last_three_days(at, is_told):
    follow = follower(published())
    owe_due_reminders(at)
    assert told() == ([follow.email] if is_told else [])


def test_the_letter_says_until_when_and_dies_with_the_deadline():
    made = published()
    follow, english = follower(made), follower(made, language="en")
    owe_due_reminders(DUE)
    one, other = (letter("stage_closes", of.email) for of in (follow, english))
    assert (one.expires_at, one.unfollow_pk, one.language) == (CLOSES, follow.pk, "pl")
    assert one.context["page_url"].endswith(f"/konsultacje/{made.slug}/uwagi/nowa/")
    assert "/en/" not in one.context["page_url"]
    assert other.context["until"] == "until Wednesday 3 November"
    assert f"/en/konsultacje/{made.slug}/" in other.context["page_url"]


def test_proposals_close_too_and_the_letter_leads_to_their_form():
    made = planned()
    stage(made, kind=Kind.PROPOSALS)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    follow = follower(made)
    owe_due_reminders(DUE)
    assert letter("stage_closes", follow.email).context["page_url"].endswith(f"/{made.slug}/propozycje/nowa/")


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.PROPOSALS, Kind.REMARKS}))
def test_stages_in_which_nobody_speaks_close_in_silence(kind):
    made = planned()
    stage(made, kind=kind)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    follower(made)
    for at in (OPENS, DUE):
        owe_due_reminders(at)
    assert told() == told("stage_opens") == []


def test_nothing_is_owed_before_publication():
    hidden = planned()
    stage(hidden)
    follower(hidden)
    owe_due_reminders(DUE)
    assert told() == []


# --- Who follows ------------------------------------------------------------------------------------


def test_only_the_confirmed_who_have_not_stopped_are_told():
    made = published()
    kept = follower(made)
    news.follow(made, email="niepotwierdzony@example.org", at=PUBLISHED, language="pl")
    news.end_follow(follower(made), at=OPENS)
    follower(published())  # of another consultation, with its own letter
    owe_due_reminders(DUE)
    here = Letter.objects.filter(context__consultation=made.title, kind="stage_closes")
    assert list(here.values_list("to", flat=True)) == [kept.email]


def test_who_follows_this_and_all_gets_one_letter_that_stops_this():
    made = published()
    everything = follower(None, email="anna@example.org")
    this = follower(made, email="anna@example.org")
    follower(None, email="jan@example.org")
    assert everything.pk != this.pk
    owe_due_reminders(DUE)
    assert told() == ["anna@example.org", "jan@example.org"]
    assert letter("stage_closes", "anna@example.org").unfollow_pk == this.pk


@pytest.mark.parametrize(("asked_again", "is_told"), [(-TICK, False), (0 * TICK, True)])
def test_who_stopped_this_hears_of_it_only_by_following_all_later(asked_again, is_told):
    made = published()
    news.end_follow(follower(made, email="anna@example.org"), at=OPENS)
    follower(None, email="anna@example.org", at=OPENS + asked_again)
    owe_due_reminders(DUE)
    assert told() == (["anna@example.org"] if is_told else [])


@pytest.mark.parametrize("wants", ["wants_reminders", "wants_news"])
def test_each_hears_only_what_they_chose(wants):
    made = published()
    follow = follower(made, email="anna@example.org")
    follower(None, email="anna@example.org")
    Follow.objects.filter(pk=follow.pk).update(**{wants: False})
    announcement(made, at=OPENS)
    for at in (OPENS, DUE):
        owe_due_reminders(at)
    reminders, happened = [told("stage_opens"), told("stage_closes")], told("news")
    chosen, refused = (happened, reminders) if wants == "wants_reminders" else (reminders, [happened])
    assert chosen in (["anna@example.org"], [["anna@example.org"]] * 2)
    assert not any(refused)


# --- Who has spoken ---------------------------------------------------------------------------------


def remarked(made, email: str):
    version = voices.draft(f"2{Program.objects.count():03d}")
    made.programs.add(version.program)
    author = voices.Author("Anna", email)
    said = [voices.RemarkText(version, text="Uwaga.")]
    return voices.submit_remarks(made, author=author, remarks=said, form_token=voices.token(), at=OPENS)


def proposed(made, email: str):
    said = [voices.ProposalText("Tekst")]
    author = voices.Author("Anna", email)
    return voices.submit_proposal(made, author=author, proposals=said, form_token=voices.token(), at=OPENS)


def test_who_has_spoken_is_left_in_peace_and_who_took_it_back_is_told():
    made = published()
    follower(made, email="anna@example.org")
    silent = follower(made)
    submission = remarked(made, "Anna@example.org")
    owe_due_reminders(DUE)
    assert told() == [silent.email]
    withdraw_submission(submission, at=DUE)
    owe_due_reminders(DUE + HOUR)
    assert told() == sorted(["anna@example.org", silent.email])


def test_a_proposal_is_not_a_remark():
    made = published()
    stage(made, kind=Kind.PROPOSALS)
    follow = follower(made)
    proposed(made, follow.email)
    owe_due_reminders(DUE)
    assert letter("stage_closes", follow.email).context["page_url"].endswith("/uwagi/nowa/")


def test_the_signed_up_who_have_not_spoken_are_told_without_following(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    times = {"starts_at": OPENS, "ends_at": OPENS + HOUR, "signup_until": None, "topics_until": None}
    group = meetings.meeting(consultation=made, **times).groups.first()
    coming = meetings.registered(group, at=PUBLISHED)
    meetings.held(group, at=PUBLISHED)  # has not answered the letter: the address may be somebody else's
    stopped, unwilling = (meetings.registered(group, at=PUBLISHED) for _one in range(2))
    news.end_follow(follower(made, email=stopped.email), at=PUBLISHED)
    Follow.objects.filter(pk=follower(made, email=unwilling.email).pk).update(wants_reminders=False)
    owe_due_reminders(DUE)
    assert told() == [coming.email]
    found = letter("stage_closes", coming.email)
    assert found.unfollow_pk is None
    assert found.context["because"] == gettext("you signed up for the meeting of this consultation")


# --- A stage opens ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_told"), [(OPENS - TICK, False), (OPENS, True), (OPENS + NEWS_FOR - TICK, True), (OPENS + NEWS_FOR, False)]
)
def test_an_opening_is_told_while_it_is_news(at, is_told):
    follow = follower(published())
    owe_due_reminders(at)
    assert told("stage_opens") == ([follow.email] if is_told else [])


def test_an_opening_is_told_to_those_who_followed_before_it():
    made = published()
    early, _late = follower(made, at=OPENS), follower(made, at=OPENS + TICK)
    owe_due_reminders(OPENS + HOUR)
    assert told("stage_opens") == [early.email]
    assert letter("stage_opens").context["window"] == "od środy 20 października, godz. 12.00 do środy 3 listopada"


def test_a_stage_shorter_than_its_news_is_not_told_of_once_closed():
    made = planned()
    stage(made, closes_at=OPENS + HOUR)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    follower(made)
    owe_due_reminders(OPENS + HOUR)
    assert told("stage_opens") == []


# --- For staff --------------------------------------------------------------------------------------


def test_coordinators_hear_how_many_voices_wait_before_the_analysis_ends():
    made = published()
    opens, closes = CLOSES, datetime(2021, 11, 20, 23, tzinfo=UTC)
    stage(made, kind=Kind.ANALYSIS, name="Analiza uwag", opens_at=opens, closes_at=closes)
    who = coordinator()
    due = datetime(2021, 11, 17, 7, tzinfo=UTC)
    owe_due_reminders(due)
    assert told("staff_unanswered") == []  # nothing waits
    remarked(made, "anna@example.org")
    withdraw_submission(remarked(made, "jan@example.org"), at=OPENS)
    owe_due_reminders(due)
    found = letter("staff_unanswered")
    assert (found.to, found.context["remarks"], found.context["proposals"]) == (who.email, "1", "0")
    assert "do soboty 20 listopada" in words(found)


def test_the_answers_are_reminded_of_from_eight_on_the_third_day_before():
    made = published()
    stage(made, kind=Kind.ANALYSIS, opens_at=CLOSES, closes_at=datetime(2021, 11, 20, 23, tzinfo=UTC))
    remarked(made, "anna@example.org")
    coordinator()
    owe_due_reminders(datetime(2021, 11, 17, 7, tzinfo=UTC) - TICK)
    assert told("staff_unanswered") == []


# --- The letters and the task -----------------------------------------------------------------------


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_letter_is_whole(language):
    made = published(lead="Razem ustalamy zadania.")
    follower(made, language=language)
    announcement(made, at=OPENS)
    organization("Klub", "klub@example.org")
    owe_due_reminders(OPENS)
    owe_due_reminders(DUE)
    texts.freeze_version(programs.draft(made.programs.get(), purpose=Reading.ADOPTED), by=None, at=CLOSES)
    owe_due_reminders(CLOSES)
    found = Letter.objects.exclude(kind="follow_confirm")
    assert {one.kind for one in found} == {"stage_opens", "stage_closes", "news", "results", "invitation"}
    for one in found:
        text = words(one)
        assert not set("{}") & set(text)
        assert "None" not in text


def test_the_task_is_found_by_name_and_takes_the_present(time_machine):
    follow = follower(published())
    time_machine.move_to(DUE, tick=False)
    assert current_app.tasks["consultations.remind"] is not None
    tasks.remind()
    assert told() == [follow.email]
