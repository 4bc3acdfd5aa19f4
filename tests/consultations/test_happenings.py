"""Who hears of what has happened: an announcement, a text after consultation, an invitation."""

import pytest

from accounts.actions import stop_invitations
from accounts.models import Letter, State
from accounts.rendering import as_message
from accounts.tokens import Purpose
from consultations import reminding
from consultations.actions import news, schedule
from consultations.reminders import owe_due_reminders
from consultations.stages import Kind
from consultations.things import INVITED_FOR, NEWS_FOR
from programs import actions as texts
from programs.models import Purpose as Reading
from programs.models import Revision
from tests.consultations.reminded import letter, organization, told, words
from tests.factories import programs
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    TICK,
    announcement,
    follower,
    planned,
    published,
    stage,
)

pytestmark = pytest.mark.django_db


# --- What has happened ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_told"), [(OPENS - TICK, False), (OPENS, True), (OPENS + NEWS_FOR - TICK, True), (OPENS + NEWS_FOR, False)]
)
def test_an_announcement_is_told_to_followers_while_it_is_new(at, is_told):
    made = published()
    follow = follower(made)
    told_of = announcement(made, at=OPENS, title="Ważne", body="Pierwszy\nakapit.\n\nDrugi.")
    owe_due_reminders(at)
    assert told("news") == ([follow.email] if is_told else [])
    if is_told:
        text = words(letter("news"))
        assert "Ważne Pierwszy akapit." in text
        assert "Drugi" not in text
        assert f"/aktualnosci/{told_of.slug}/" in text


def test_an_announcement_taken_off_the_site_is_not_told_and_one_edited_is_told_once():
    made = published()
    follow = follower(made)
    gone, kept = (announcement(made, at=OPENS) for _one in range(2))
    news.withdraw_announcement(gone, at=OPENS)
    owe_due_reminders(OPENS)
    news.edit_announcement(kept, title="Inny", body="Inny", at=OPENS + HOUR)
    owe_due_reminders(OPENS + HOUR)
    assert told("news") == [follow.email]
    news.withdraw_announcement(kept, at=OPENS + HOUR)
    assert told("news") == []


def test_an_announcement_published_again_is_told_to_those_who_have_no_letter_of_it():
    made = published()
    first, unsent = follower(made), follower(made)
    item = announcement(made, at=OPENS)
    owe_due_reminders(OPENS)
    Letter.objects.filter(kind="news", to=first.email).update(state=State.SENT, sent_at=OPENS)
    news.withdraw_announcement(item, at=OPENS + HOUR)
    new = follower(made, at=OPENS + HOUR)
    again = OPENS + 2 * HOUR
    news.edit_announcement(item, title="Inny", body="Inny", at=again)
    for _tick in range(2):
        owe_due_reminders(again)
    assert told("news") == sorted([first.email, unsent.email, new.email])


@pytest.mark.parametrize(
    ("purpose", "is_told"),
    [(Reading.AFTER, True), (Reading.ADOPTED, True), (Reading.CONSULTATION, False), (Reading.COUNCIL, False)],
)
def test_the_text_after_consultation_is_told_to_all(monkeypatch, purpose, is_told):
    made = published()
    follow = follower(made)
    draft = programs.draft(made.programs.get(), purpose=purpose)
    owe_due_reminders(OPENS)
    assert told("results") == []
    texts.freeze_version(draft, by=None, at=CLOSES)
    owe_due_reminders(CLOSES)
    assert told("results") == ([follow.email] if is_told else [])


def test_a_text_of_two_consultations_is_told_to_followers_of_either_and_once_to_those_of_both():
    made = published()
    other = published(programs=[made.programs.get()])
    here, there, both = follower(made), follower(other), follower(made)
    follower(other, email=both.email)
    texts.freeze_version(programs.draft(made.programs.get(), purpose=Reading.AFTER), by=None, at=CLOSES)
    owe_due_reminders(CLOSES)
    assert told("results") == sorted([here.email, there.email, both.email])


# --- Organizations are invited ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "is_invited"), [(OPENS - TICK, False), (OPENS, True), (OPENS + INVITED_FOR - TICK, True), (OPENS + INVITED_FOR, False)]
)
def test_organizations_are_invited_in_the_first_week_of_remarks(at, is_invited):
    published()
    club = organization("Klub", "klub@example.org")
    owe_due_reminders(at)
    assert told("invitation") == ([club.email] if is_invited else [])


def test_one_mailbox_is_one_invitation_and_those_who_said_no_get_none():
    made = published()
    first = organization("Klub", "Klub@example.org")
    organization("Sekcja klubu", "klub@example.org")
    organization("Bez adresu", "")
    organization("Niesprawdzona", "nowa@example.org", verified_at=None)
    organization("Nie chce", "Nie@example.org", uninvited_at=PUBLISHED)
    organization("Dzieli skrzynkę z tą, która nie chce", "nie@example.org")
    owe_due_reminders(OPENS)
    found = letter("invitation")
    assert (found.to, found.link_purpose, found.link_pk) == ("klub@example.org", Purpose.DIRECTORY, first.pk)
    assert made.stages.get().invited == 1


def test_an_organization_that_said_no_a_moment_ago_is_not_invited(monkeypatch):
    published()
    stopped, other = organization("Klub", "klub@example.org"), organization("Koło", "kolo@example.org")

    def meanwhile(*args: object) -> bool:
        stop_invitations(stopped, at=OPENS)
        return True

    monkeypatch.setattr(reminding, "_is_meant", meanwhile)
    owe_due_reminders(OPENS)
    assert told("invitation") == [other.email]


def test_an_invitation_can_be_stopped_with_one_click():
    published()
    organization("Klub", "klub@example.org")
    owe_due_reminders(OPENS)
    message = as_message(letter("invitation"))
    address = message.extra_headers["List-Unsubscribe"].strip("<>")
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in message.body


def test_the_public_page_changes_once_with_the_number_of_the_invited():
    made = published()
    organization("Klub", "klub@example.org")
    before = Revision.objects.get().number
    for _tick in range(2):
        owe_due_reminders(OPENS)
    assert Revision.objects.get().number == before + 1
    organization("Koło", "kolo@example.org", verified_at=OPENS + DAY)
    owe_due_reminders(OPENS + DAY)
    assert (made.stages.get().invited, Revision.objects.get().number) == (2, before + 2)


def test_both_the_announcement_and_the_remarks_invite():
    made = planned()
    opens = PUBLISHED + DAY
    announced = stage(made, kind=Kind.ANNOUNCEMENT, opens_at=opens, closes_at=opens + DAY)
    stage(made)
    schedule.publish_consultation(made, by=None, at=PUBLISHED)
    organization("Klub", "klub@example.org")
    owe_due_reminders(opens + 3 * DAY)
    assert letter("invitation").occasion.startswith(f"invitation:stage:{announced.pk}:")
    owe_due_reminders(OPENS)
    assert Letter.objects.filter(kind="invitation").count() == 2
