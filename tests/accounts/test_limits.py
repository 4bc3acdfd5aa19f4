"""How often: counted exactly, whoever asks at once; and whose network it is that asks."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory

from accounts import limits
from accounts.limits import FORMS_FROM_ONE_NETWORK, Limit, TooMany, count_against, count_form, network_of
from accounts.models import Rate
from tests.factories.accounts import NOW, SECOND

THREE = Limit("three", 3, timedelta(minutes=15))
THREADS, EACH = 8, 25


@pytest.mark.django_db
def test_the_last_one_allowed_and_the_first_one_refused():
    for _ in range(3):
        count_against(THREE, "10.0.0.0/24", at=NOW)
    with pytest.raises(TooMany) as refusal:
        count_against(THREE, "10.0.0.0/24", at=NOW)
    assert str(refusal.value.in_words)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "limit"),
    [("10.0.1.0/24", THREE), ("10.0.0.0/24", Limit("others", 3, timedelta(minutes=15)))],
    ids=["network", "limit"],
)
def test_others_are_counted_apart(key, limit):
    for _ in range(3):
        count_against(THREE, "10.0.0.0/24", at=NOW)
    count_against(limit, key, at=NOW)
    assert sorted(Rate.objects.values_list("count", flat=True)) == [1, 3]


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "refused"), [(timedelta(minutes=15) - SECOND, True), (timedelta(minutes=15), False)])
def test_a_new_window_begins_on_time(later, refused):
    # NOW is the first moment of a window: a full hour.
    for _ in range(3):
        count_against(THREE, "10.0.0.0/24", at=NOW)
    if refused:
        with pytest.raises(TooMany):
            count_against(THREE, "10.0.0.0/24", at=NOW + later)
    else:
        count_against(THREE, "10.0.0.0/24", at=NOW + later)


@pytest.mark.django_db
def test_the_window_is_kept_as_a_moment():
    count_against(THREE, "10.0.0.0/24", at=NOW + timedelta(minutes=14))
    assert Rate.objects.get().window == NOW


@pytest.mark.django_db
def test_a_very_long_key_is_counted_all_the_same():
    count_against(THREE, "x" * 5000, at=NOW)
    assert Rate.objects.get().count == 1


def count_in_threads() -> int:
    """How many of all the calls were let through."""
    limit = Limit("storm", 100, timedelta(minutes=15))
    start = threading.Barrier(THREADS)
    through: list[int] = []
    crashes: list[BaseException] = []

    def work() -> None:
        try:
            start.wait()
            for _ in range(EACH):
                try:
                    count_against(limit, "10.0.0.0/24", at=NOW)
                except TooMany:
                    continue
                through.append(1)
        except BaseException as error:
            crashes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert crashes == []
    return len(through)


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_counted_exactly():
    assert count_in_threads() == 100
    assert Rate.objects.get().count == THREADS * EACH


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_eight_at_once_are_counted_exactly_on_postgresql():
    assert connection.vendor == "postgresql"
    assert count_in_threads() == 100
    assert Rate.objects.get().count == THREADS * EACH


# --- Whose network -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_a_network_is_a_neighborhood(address, network):
    assert network_of(RequestFactory().get("/", REMOTE_ADDR=address)) == network


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        # Without a proxy of ours the header is the visitor's own invention.
        (0, "198.51.100.7", "192.0.2.0/24"),
        (1, "198.51.100.7", "198.51.100.0/24"),
        # What stands left of our proxies' own entries was sent by the visitor.
        (1, "203.0.113.9, 198.51.100.7", "198.51.100.0/24"),
        (2, "203.0.113.9, 198.51.100.7, 10.0.0.1", "198.51.100.0/24"),
        # Fewer steps than proxies: somebody came round them.
        (2, "198.51.100.7", "192.0.2.0/24"),
        (1, "", "unknown"),
    ],
)
def test_the_address_is_counted_from_our_own_proxies(settings, proxies, forwarded, network):
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.77", HTTP_X_FORWARDED_FOR=forwarded)
    assert network_of(request) == network


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("which", "counted"),
    [("FORMS_FROM_ONE_NETWORK", {"forms:192.0.2.0/24": 2, "letters:anna@example.org": 1}),
     ("LETTERS_TO_ONE_ADDRESS", {"forms:192.0.2.0/24": 2, "letters:anna@example.org": 2})],
    ids=["network", "address"],
)  # fmt: skip
def test_a_form_that_is_refused_is_counted_and_one_too_many_for_its_network_costs_the_address_nothing(
    monkeypatch, which, counted
):
    monkeypatch.setattr(f"accounts.limits.{which}", replace(getattr(limits, which), count=1))
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.77")
    count_form(request, "Anna@example.org", at=NOW)
    with pytest.raises(TooMany):
        count_form(request, "anna@example.org", at=NOW)
    assert dict(Rate.objects.values_list("key", "count")) == counted


def test_the_limit_for_forms_leaves_room_for_an_office():
    assert FORMS_FROM_ONE_NETWORK.count >= 30
