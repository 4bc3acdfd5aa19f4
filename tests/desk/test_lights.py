"""The lights of the desk: fine only when everything is, each trouble in a sentence that leads to it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.beats import TASK_WORDS
from accounts.letters import OutboxHealth
from accounts.models import Heartbeat, Letter, State, User
from accounts.roles import Role
from desk.lights import Level, counts, lights
from tests.factories.accounts import NOW, SECOND, owed, person

MINUTE = timedelta(minutes=1)


def health(*, beat: timedelta = MINUTE, **values: object) -> OutboxHealth:
    given = {"queued": 0, "oldest_queued_at": None, "failed": 0, "uncertain": 0, "suppressed": 0}
    return OutboxHealth(**{**given, "since_beat": dict.fromkeys(TASK_WORDS, beat), **values})


def levels(found: OutboxHealth) -> list[Level]:
    return [light.level for light in lights(found, NOW)]


def test_when_all_is_well_one_calm_sentence_says_so():
    found = lights(health(queued=3, oldest_queued_at=NOW - MINUTE, suppressed=2), NOW)
    assert [(light.level, light.sentence) for light in found] == [
        (Level.GO, "Listy wychodzą. Ostatnie sprawdzenie: przed chwilą")
    ]


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (2 * MINUTE - SECOND, "przed chwilą"),
        (2 * MINUTE, "2 minuty temu"),
        (5 * MINUTE - SECOND, "4 minuty temu"),
    ],
)
def test_the_last_look_is_told_by_the_slowest_task(ago, words):
    found = health(since_beat={**dict.fromkeys(TASK_WORDS, SECOND), "meetings.tick": ago})
    assert lights(found, NOW)[0].sentence.endswith(f": {words}")


@pytest.mark.parametrize(("ago", "level"), [(5 * MINUTE - SECOND, Level.GO), (5 * MINUTE, Level.STOP)])
def test_five_minutes_of_silence_are_too_many(ago, level):
    assert levels(health(since_beat={**dict.fromkeys(TASK_WORDS, SECOND), "accounts.drain": ago})) == [level]


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=12), "już 12 minut:"),
        (timedelta(minutes=59), "już 59 minut:"),
        (timedelta(minutes=60), "już 1 godzinę:"),
        (timedelta(hours=47), "już 47 godzin:"),
        (timedelta(hours=48), "już 2 dni:"),
    ],
)
def test_silence_names_what_stands_still_and_for_how_long(ago, words):
    found = lights(health(since_beat={**dict.fromkeys(TASK_WORDS, SECOND), "accounts.drain": ago}), NOW)
    assert words in found[0].sentence
    assert str(TASK_WORDS["accounts.drain"]) in found[0].sentence
    assert str(TASK_WORDS["meetings.tick"]) not in found[0].sentence


def test_a_task_that_never_ran_is_no_green_light():
    assert levels(health(since_beat={})) == [Level.STOP]
    assert levels(health(since_beat=dict.fromkeys(list(TASK_WORDS)[1:], SECOND))) == [Level.STOP]


@pytest.mark.parametrize(("waited", "level"), [(10 * MINUTE, Level.GO), (10 * MINUTE + SECOND, Level.LOOK)])
def test_a_letter_waits_ten_minutes_before_anybody_is_told(waited, level):
    assert levels(health(queued=1, oldest_queued_at=NOW - waited)) == [level]


@pytest.mark.parametrize(("trouble", "level", "page"), [("failed", Level.STOP, "failed"), ("uncertain", Level.LOOK, "uncertain")])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_letters_in_trouble_are_counted_and_linked(trouble, level, page, n):
    (light,) = lights(health(**{trouble: n}), NOW)
    assert (light.level, light.url) == (level, f"/admin/accounts/letter/?state__in={page}")
    assert f" {n} " in light.sentence


def test_each_trouble_has_its_own_light_the_gravest_first():
    found = health(beat=9 * MINUTE, failed=1, uncertain=1, queued=1, oldest_queued_at=NOW - 11 * MINUTE)
    assert levels(found) == [Level.STOP, Level.STOP, Level.LOOK, Level.LOOK]


def test_every_number_leads_somewhere():
    assert [number for _words, number, _url in counts(health(queued=1, failed=2, uncertain=3, suppressed=4))] == [1, 2, 3, 4]


# --- On the page ---------------------------------------------------------------------------------


def beating() -> None:
    Heartbeat.objects.bulk_create([Heartbeat(task=task, at=NOW) for task in TASK_WORDS])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "is_told"), [(Role.COORDINATOR, True), (Role.AUDITOR, True), (Role.DRAFTER, False), (Role.MODERATOR, False)]
)
def test_whoever_sees_letters_sees_the_lights(client, time_machine, role, is_told):
    time_machine.move_to(NOW, tick=False)
    beating()
    user = person("staff@example.org", *([] if role is Role.MODERATOR else [role]))
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    html = client.get(reverse("admin:index")).content.decode()
    assert ("Listy wychodzą." in html) is is_told


@pytest.mark.django_db
def test_every_link_of_the_lights_opens(client, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(person("", Role.AUDITOR))
    found = health(failed=1, uncertain=1, queued=1, oldest_queued_at=NOW - 11 * MINUTE)
    urls = [light.url for light in lights(found, NOW)] + [url for _words, _number, url in counts(found)]
    assert {client.get(url).status_code for url in urls} == {200}


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 30])
def test_the_first_page_takes_the_same_queries_whatever_waits(client, time_machine, django_assert_num_queries, count):
    time_machine.move_to(NOW, tick=False)
    beating()
    for number in range(count):
        letter = owed(f"p{number}@example.org")
        if number % 2:
            Letter.objects.filter(pk=letter.pk).update(state=State.FAILED, troubled_at=NOW)
    client.force_login(person("", Role.COORDINATOR))
    with django_assert_num_queries(11):
        assert client.get(reverse("admin:index")).status_code == 200
