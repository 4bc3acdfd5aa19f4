"""Who is told that remarks close soon: each once, for each value of the deadline, and nobody in vain."""

import pytest
from celery import current_app

from accounts.models import Letter, State
from consultations import reminders, tasks
from consultations.actions import news, schedule
from consultations.actions.voices import withdraw_submission
from consultations.reminders import REMIND_BEFORE, owe_closing_reminders
from consultations.stages import Kind
from tests.factories import meetings, voices
from tests.factories.consultations import CLOSES, DAY, HOUR, OPENS, PUBLISHED, TICK, follower, planned, published, stage

pytestmark = pytest.mark.django_db

DUE = CLOSES - REMIND_BEFORE


def reminded() -> list[str]:
    found = Letter.objects.filter(kind="remarks_closing").exclude(state=State.OBSOLETE)
    return sorted(found.values_list("to", flat=True))


@pytest.mark.parametrize(("at", "told"), [(DUE - TICK, False), (DUE, True), (CLOSES - TICK, True), (CLOSES, False)])
def test_followers_are_told_in_the_last_three_days(at, told):
    follow = follower(published())
    owe_closing_reminders(at)
    assert reminded() == ([follow.email] if told else [])


def test_a_letter_is_owed_once_however_often_the_clock_ticks(django_assert_num_queries):
    made = published()
    for _one in range(3):
        follower(made)
    owe_closing_reminders(DUE)
    # Who has been told costs nothing more: stages, stage, letters, spoken, followers, ended, meetings; two savepoints.
    with django_assert_num_queries(9):
        owe_closing_reminders(DUE + HOUR)
    assert len(reminded()) == Letter.objects.filter(kind="remarks_closing").count() == 3


def test_a_stage_that_has_moved_since_the_run_began_reminds_nobody(monkeypatch):
    first, second = published(), published()
    told, spared = follower(first), follower(second)
    remind = reminders._remind

    def moving(of, closes_at, at):
        remind(of, closes_at, at)
        later = second.stages.get()
        schedule.move_stage(later, opens_at=OPENS, closes_at=CLOSES + 7 * DAY, reason="Powód.", by=None, at=at)

    monkeypatch.setattr(reminders, "_remind", moving)
    owe_closing_reminders(DUE)
    assert reminded() == [told.email]
    assert spared.email not in reminded()


@pytest.mark.django_db(transaction=True)
def test_a_run_wakes_the_post_once_for_each_stage(monkeypatch):
    made = published()
    for _one in range(5):
        follower(made)
    woken = []
    monkeypatch.setattr("accounts.letters.wake", lambda *args: woken.append(args))
    owe_closing_reminders(DUE)
    assert len(reminded()) == 5
    assert len(woken) == 1


def test_a_moved_deadline_owes_a_new_letter_and_the_old_one_is_dropped():
    made = published()
    follow = follower(made)
    owe_closing_reminders(DUE)
    of = made.stages.get()
    schedule.move_stage(of, opens_at=OPENS, closes_at=CLOSES + 7 * DAY, reason="Powód.", by=None, at=DUE + HOUR)
    assert reminded() == []
    owe_closing_reminders(DUE + 2 * HOUR)
    assert reminded() == []
    owe_closing_reminders(DUE + 7 * DAY)
    assert reminded() == [follow.email]
    occasions = list(Letter.objects.filter(kind="remarks_closing").order_by("pk").values_list("occasion", flat=True))
    assert occasions == [
        f"remarks_closing:stage:{of.pk}:2021-11-03T23:00+00:00",
        f"remarks_closing:stage:{of.pk}:2021-11-10T23:00+00:00",
    ]


def test_a_deadline_that_moved_away_unsent_and_came_back_is_told_again():
    made = published()
    follow = follower(made)
    owe_closing_reminders(DUE)
    for closes_at in (CLOSES + 7 * DAY, CLOSES):
        schedule.move_stage(made.stages.get(), opens_at=OPENS, closes_at=closes_at, reason="Powód.", by=None, at=DUE + HOUR)
    owe_closing_reminders(DUE + 2 * HOUR)
    assert reminded() == [follow.email]


def test_the_letter_says_until_when_and_dies_with_the_deadline():
    made = published()
    follow = follower(made)
    english = follower(made, language="en")
    owe_closing_reminders(DUE)
    letter, other = (Letter.objects.get(to=of.email, kind="remarks_closing") for of in (follow, english))
    assert (letter.expires_at, letter.unfollow_pk, letter.language) == (CLOSES, follow.pk, "pl")
    assert letter.context["address"].endswith(f"/konsultacje/{made.slug}/uwagi/nowa/")
    assert "/en/" not in letter.context["address"]
    assert other.context["until"] == "until Wednesday 3 November"
    assert f"/en/konsultacje/{made.slug}/" in other.context["address"]


def test_only_the_confirmed_who_have_not_stopped_are_told():
    made = published()
    kept = follower(made)
    news.follow(made, email="niepotwierdzony@example.org", at=PUBLISHED, language="pl")
    news.end_follow(follower(made), at=OPENS)
    follower(published())  # of another consultation, with its own letter
    owe_closing_reminders(DUE)
    assert list(Letter.objects.filter(context__title=made.title, kind="remarks_closing").values_list("to", flat=True)) == [
        kept.email
    ]


def test_who_follows_this_and_all_gets_one_letter_that_stops_this():
    made = published()
    everything = follower(None, email="anna@example.org")
    this = follower(made, email="anna@example.org")
    follower(None, email="jan@example.org")
    assert everything.pk != this.pk
    owe_closing_reminders(DUE)
    assert reminded() == ["anna@example.org", "jan@example.org"]
    assert Letter.objects.get(to="anna@example.org", kind="remarks_closing").unfollow_pk == this.pk


def remarked(made, email: str):
    version = voices.draft(f"20{made.pk:02d}")
    made.programs.add(version.program)
    author = voices.Author("Anna", email)
    said = [voices.RemarkText(version, text="Uwaga.")]
    return voices.submit_remarks(made, author=author, remarks=said, form_token=voices.token(), at=OPENS)


def test_who_has_spoken_is_left_in_peace_and_who_took_it_back_is_told():
    made = published()
    follower(made, email="anna@example.org")
    silent = follower(made)
    submission = remarked(made, "Anna@example.org")
    owe_closing_reminders(DUE)
    assert reminded() == [silent.email]
    withdraw_submission(submission, at=DUE)
    owe_closing_reminders(DUE + HOUR)
    assert reminded() == sorted(["anna@example.org", silent.email])


def test_a_proposal_is_not_a_remark():
    made = published()
    stage(made, kind=Kind.PROPOSALS)
    follow = follower(made)
    author = voices.Author("Anna", follow.email)
    voices.submit_proposal(made, author=author, proposals=[voices.ProposalText("Tekst")], form_token=voices.token(), at=OPENS)
    owe_closing_reminders(DUE)
    assert reminded() == [follow.email]


def test_the_signed_up_who_have_not_spoken_are_told_without_following(monkeypatch):
    monkeypatch.setattr(meetings, "PUBLISHED", PUBLISHED)
    made = published()
    times = {"starts_at": OPENS, "ends_at": OPENS + HOUR, "signup_until": None, "topics_until": None}
    group = meetings.meeting(consultation=made, **times).groups.first()
    coming = meetings.registered(group, at=PUBLISHED)
    meetings.held(group, at=PUBLISHED)  # has not answered the letter: the address may be somebody else's
    stopped = meetings.registered(group, at=PUBLISHED)
    news.end_follow(follower(made, email=stopped.email), at=PUBLISHED)
    owe_closing_reminders(DUE)
    assert reminded() == [coming.email]
    assert Letter.objects.get(to=coming.email, kind="remarks_closing").unfollow_pk is None


def test_nothing_is_owed_before_publication_nor_for_stages_of_other_kinds():
    hidden = planned()
    stage(hidden)
    follower(hidden)
    other = planned()
    stage(other, kind=Kind.PROPOSALS)
    schedule.publish_consultation(other, by=None, at=PUBLISHED)
    follower(other)
    owe_closing_reminders(DUE)
    assert reminded() == []


def test_the_task_is_found_by_name_and_takes_the_present(time_machine):
    follow = follower(published())
    time_machine.move_to(DUE, tick=False)
    assert current_app.tasks["consultations.remind"] is not None
    tasks.remind()
    assert reminded() == [follow.email]
