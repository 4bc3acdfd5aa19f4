"""What caches may keep: a page is stale from the very moment of a boundary, whoever comes first."""

from datetime import UTC, datetime, timedelta

import pytest

from programs.freshness import freshness, last_modified, mark_boundaries, public_changed, seconds_to_keep
from programs.models import Revision

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
SOON, LATER = NOW + timedelta(minutes=5), NOW + timedelta(minutes=9)
TICK = timedelta(microseconds=1)


def test_nothing_changed_is_the_same_and_one_query(django_assert_num_queries):
    mark_boundaries("stage:1", [SOON, LATER, None], at=NOW)
    with django_assert_num_queries(1):
        first = freshness(NOW)
    assert freshness(SOON - TICK) == first
    assert first.next_boundary == SOON


def test_a_change_makes_every_page_new():
    public_changed(at=NOW)
    before = freshness(NOW)
    public_changed(at=NOW)
    assert freshness(NOW).state != before.state


def test_each_boundary_makes_every_page_new_once(django_assert_num_queries):
    mark_boundaries("stage:1", [SOON, LATER], at=NOW)
    before = freshness(SOON - TICK)
    with django_assert_num_queries(3):
        after = freshness(SOON)
    assert after.state != before.state
    assert after.next_boundary == LATER
    with django_assert_num_queries(1):
        assert freshness(LATER - TICK) == after
    last = freshness(LATER)
    assert last.state != after.state
    assert last.next_boundary is None


def test_of_two_who_come_past_a_boundary_at_once_one_counts_it():
    mark_boundaries("stage:1", [SOON], at=NOW)
    number = Revision.objects.get().number
    assert freshness(SOON) == freshness(SOON + TICK)
    assert Revision.objects.get().number == number + 1


def test_moving_a_boundary_replaces_it_and_leaves_the_others():
    mark_boundaries("stage:1", [SOON], at=NOW)
    mark_boundaries("stage:2", [LATER], at=NOW)
    mark_boundaries("stage:1", [LATER + timedelta(days=1)], at=NOW)
    assert freshness(NOW).next_boundary == LATER


def test_the_day_is_part_of_it():
    """ "3 days left" changes at midnight in Warsaw, 22.00 UTC in summer."""
    public_changed(at=NOW)
    midnight = datetime(2026, 7, 1, 22, tzinfo=UTC)
    assert freshness(midnight - TICK).state != freshness(midnight).state


@pytest.mark.parametrize(
    ("at", "boundary", "seconds"),
    [
        (NOW, None, 60),
        (NOW, NOW + timedelta(seconds=61), 60),
        (NOW, NOW + timedelta(seconds=59), 59),
        (NOW, NOW + timedelta(milliseconds=900), 0),
        (datetime(2026, 7, 1, 21, 59, 30, tzinfo=UTC), None, 30),
        # The night the clocks go back: midnight of 26 October is 23.00 UTC of the 25th.
        (datetime(2026, 10, 25, 22, 59, 40, tzinfo=UTC), None, 20),
    ],
)
def test_a_cache_keeps_a_minute_at_most_and_never_past_what_comes(at, boundary, seconds):
    assert seconds_to_keep(at, boundary) == seconds


def test_a_young_change_has_no_last_modified():
    public_changed(at=NOW)
    fresh = freshness(NOW)
    assert last_modified(fresh, NOW + timedelta(seconds=2)) is None
    assert last_modified(fresh, NOW + timedelta(seconds=2) + TICK) == int(NOW.timestamp())


def test_both_kinds_of_question_are_answered_304(client):
    page = client.get("/programy/")
    assert client.get("/programy/", headers={"If-None-Match": page["ETag"]}).status_code == 304
    assert client.get("/programy/", headers={"If-Modified-Since": page["Last-Modified"]}).status_code == 304
    assert client.get("/programy/", headers={"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}).status_code == 200


def test_the_tag_of_one_page_says_nothing_of_another(client):
    tag = client.get("/programy/")["ETag"]
    assert client.get("/programy/nie-ma/", headers={"If-None-Match": tag}).status_code == 404


def test_a_stale_session_is_not_taken_away_by_a_page_that_caches_share(client):
    client.cookies["sessionid"] = "of-another-day"
    page = client.get("/programy/")
    assert not page.cookies
    assert "Cookie" not in page.headers.get("Vary", "")
