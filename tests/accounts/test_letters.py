"""Owing, withdrawing and repeating letters."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from accounts.letters import (
    AddressIsWrong,
    LetterCameTooLate,
    LetterIsNotInTrouble,
    SecretIsGone,
    owe_letter,
    retry_letter,
    withdraw_letters,
    withdraw_unwanted,
)
from accounts.models import Letter, State
from accounts.sending import sweep
from accounts.tokens import Purpose
from tests.factories.accounts import NOW, owed, person

HOUR = timedelta(hours=1)


@pytest.mark.django_db
def test_a_letter_is_owed_once_for_one_occasion():
    first = owed(occasion="closing:stage:1", context={"title": "first"})
    owe_letter(first.to, kind="unknown_account", occasion="closing:stage:1", at=NOW + HOUR, context={"title": "second"})
    letter = Letter.objects.get()
    assert (letter.context, letter.owed_at, letter.state) == ({"title": "first"}, NOW, State.QUEUED)


@pytest.mark.django_db
def test_another_occasion_or_another_address_is_another_letter():
    owed(occasion="closing:stage:1")
    owed(occasion="closing:stage:2")
    owed("jan@example.org", occasion="closing:stage:1")
    assert Letter.objects.count() == 3


@pytest.mark.django_db
def test_everything_a_letter_needs_is_kept():
    owe_letter(
        "anna@example.org",
        kind="submission_receipt",
        occasion="receipt:1",
        at=NOW,
        context={"number": "P/2026/014"},
        language="en",
        link=(Purpose.SUBMISSION, 7),
        unfollow=9,
        calendar="BEGIN:VCALENDAR",
        expires_at=NOW + HOUR,
    )
    letter = Letter.objects.get()
    assert (letter.link_purpose, letter.link_pk, letter.unfollow_pk) == ("s", 7, 9)
    assert (letter.language, letter.calendar, letter.context) == ("en", "BEGIN:VCALENDAR", {"number": "P/2026/014"})
    assert (letter.owed_at, letter.next_attempt_at, letter.expires_at) == (NOW, NOW, NOW + HOUR)


@pytest.mark.django_db
def test_one_mailbox_however_it_is_written():
    owed("Anna@Example.org ".strip().lower(), occasion="receipt:1")
    owe_letter(" Anna@EXAMPLE.org", kind="unknown_account", occasion="receipt:1", at=NOW)
    assert list(Letter.objects.values_list("to", flat=True)) == ["anna@example.org"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "to",
    [
        "",
        "anna",
        "anna@example.org, jan@example.org",
        "anna@example.org\nBcc: jan@example.org",
        "anna@example.org\r\nSubject: x",
        "Anna <anna@example.org>",
        "anna@example.org\x00",
        f"{'a' * 300}@example.org",
        '"anna"@example.org',
        '"\\anna"@example.org',
        "=?utf-8?q?=61nna?=@example.org",
    ],
)
def test_what_is_not_one_address_is_refused_in_words(to):
    with pytest.raises(AddressIsWrong) as refusal:
        owe_letter(to, kind="submission_receipt", occasion="receipt:1", at=NOW)
    assert str(refusal.value.in_words)
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_a_letter_that_its_cause_takes_back_was_never_owed():
    with transaction.atomic():
        owed()
        transaction.set_rollback(True)
    assert not Letter.objects.exists()


@pytest.mark.django_db
def test_the_database_itself_refuses_a_second_letter():
    letter = owed()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(to=letter.to, occasion=letter.occasion, owed_at=NOW, next_attempt_at=NOW)


# --- Withdrawing ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_withdrawing_takes_the_occasion_and_nothing_that_only_begins_like_it():
    occasions = [
        "closing:stage:1",
        "closing:stage:1:2026-11-30T23:00+00:00",
        "closing:stage:12",
        "closing:stage:12:x",
        "opened:1",
    ]
    for occasion in occasions:
        owed(occasion=occasion)
    withdraw_letters("closing:stage:1", at=NOW)
    kept = Letter.objects.exclude(state=State.OBSOLETE).values_list("occasion", flat=True)
    assert sorted(kept) == ["closing:stage:12", "closing:stage:12:x", "opened:1"]


@pytest.mark.django_db
def test_a_prefix_may_end_with_its_colon():
    owed(occasion="closing:stage:1:x")
    owed(occasion="closing:stage:12:x")
    withdraw_letters("closing:stage:1:", at=NOW)
    assert [letter.occasion for letter in Letter.objects.filter(state=State.QUEUED)] == ["closing:stage:12:x"]


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_only_a_letter_not_yet_handed_over_can_be_withdrawn(state):
    owed(occasion="closing:stage:1")
    Letter.objects.update(state=state, sent_at=NOW if state == State.SENT else None)
    withdraw_letters("closing:stage:1", at=NOW)
    assert Letter.objects.get().state == (State.OBSOLETE if state in {State.QUEUED, State.LEASED} else state)


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_what_is_begun_or_in_trouble_is_over_once_it_is_withdrawn(state):
    owed(occasion="closing:stage:1", expires_at=NOW + HOUR)
    owed(occasion="closing:stage:12", expires_at=NOW + HOUR)
    Letter.objects.update(state=state, sent_at=NOW if state == State.SENT else None)
    withdraw_letters("closing:stage:1", at=NOW)
    withdrawn, other = Letter.objects.order_by("pk")
    assert withdrawn.expires_at == (NOW + HOUR if state in {State.SENT, State.OBSOLETE} else NOW)
    assert other.expires_at == NOW + HOUR


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN, State.SUPPRESSED])
def test_staff_do_not_send_once_more_what_somebody_has_said_stop_to(state):
    unwanted, wanted = owed(kind="news", unfollow=7), owed(kind="news", unfollow=8)
    Letter.objects.update(state=state)
    withdraw_unwanted(Purpose.UNFOLLOW, 7, at=NOW)
    with pytest.raises(LetterCameTooLate):
        retry_letter(unwanted, by=person(), at=NOW)
    retry_letter(wanted, by=person(), at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("stop", [Purpose.DIRECTORY, Purpose.QUIET])
def test_stopping_reaches_letters_behind_the_same_link_alone(stop):
    unwanted = owed(link=(stop, 7))
    owed(link=(stop, 8))
    owed(link=(Purpose.REGISTRATION, 7))
    owed(unfollow=7)
    withdraw_unwanted(stop, 7, at=NOW)
    assert list(Letter.objects.filter(state=State.OBSOLETE)) == [unwanted]


@pytest.mark.django_db
@pytest.mark.parametrize("expires_at", [None, NOW + 2 * HOUR])
def test_a_letter_owed_again_is_over_when_its_new_caller_says(expires_at):
    owed(occasion="closing:stage:1", expires_at=NOW + HOUR)
    withdraw_letters("closing:stage:1", at=NOW)
    assert owed(occasion="closing:stage:1", expires_at=expires_at).expires_at == expires_at


def many_have_left() -> None:
    sent = {"kind": "news", "state": State.SENT, "owed_at": NOW, "next_attempt_at": NOW, "sent_at": NOW}
    Letter.objects.bulk_create([Letter(to="anna@example.org", occasion=f"news:stage:{n}:1", **sent) for n in range(5000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_letter")


def plan_of(act: Callable[[], None], *, column: str) -> str:
    """How the database carries out the one statement of this act that changes this column of letters."""
    with CaptureQueriesContext(connection) as asked:
        act()
    changes = [query["sql"] for query in asked if query["sql"].startswith('UPDATE "accounts_letter"')]
    (statement,) = (change for change in changes if f'SET "{column}"' in change)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    return plan


@pytest.mark.postgresql
@pytest.mark.django_db
def test_a_beginning_of_an_occasion_is_found_by_an_index():
    many_have_left()
    assert "letter_by_occasion" in plan_of(lambda: withdraw_letters("news:stage:7", at=NOW), column="state")


@pytest.mark.postgresql
@pytest.mark.django_db
def test_secrets_to_be_erased_are_found_by_an_index():
    many_have_left()
    assert "letter_of_secret_kind" in plan_of(lambda: sweep(at=NOW), column="context")


@pytest.mark.django_db
def test_a_deadline_that_moves_away_and_comes_back_owes_its_letter_again():
    owed(occasion="closing:stage:1:A", context={"until": "A"})
    withdraw_letters("closing:stage:1", at=NOW)
    owe_letter(
        "anna@example.org", kind="unknown_account", occasion="closing:stage:1:A", at=NOW + HOUR, context={"until": "again"}
    )
    letter = Letter.objects.get()
    assert (letter.state, letter.context, letter.next_attempt_at) == (State.QUEUED, {"until": "again"}, NOW + HOUR)


@pytest.mark.django_db
@pytest.mark.parametrize(("expires_at", "state"), [(NOW + HOUR, State.OBSOLETE), (NOW + 2 * HOUR, State.QUEUED)])
def test_a_letter_dropped_as_too_late_is_not_owed_again_for_the_same_late_moment(expires_at, state):
    owed(occasion="closing:stage:1:A", expires_at=NOW + HOUR)
    Letter.objects.update(state=State.OBSOLETE)
    owe_letter("anna@example.org", kind="unknown_account", occasion="closing:stage:1:A", at=NOW + HOUR, expires_at=expires_at)
    assert Letter.objects.get().state == state


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.LEASED, State.SENDING, State.SENT, State.UNCERTAIN, State.FAILED])
def test_no_other_letter_is_owed_twice(state):
    owed(occasion="receipt:1")
    Letter.objects.update(state=state, sent_at=NOW if state == State.SENT else None)
    owe_letter("anna@example.org", kind="unknown_account", occasion="receipt:1", at=NOW + HOUR)
    assert Letter.objects.get().state == state


# --- Repeating -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("state", State.values)
def test_only_a_letter_that_staff_should_look_at_is_repeated(state):
    letter = owed()
    Letter.objects.update(state=state, sent_at=NOW if state == State.SENT else None)
    if state in {State.FAILED, State.UNCERTAIN, State.SUPPRESSED}:
        retry_letter(letter, by=person(), at=NOW + HOUR)
        assert Letter.objects.filter(state=State.QUEUED, next_attempt_at=NOW + HOUR).exists()
    else:
        with pytest.raises(LetterIsNotInTrouble) as refusal:
            retry_letter(letter, by=person(), at=NOW + HOUR)
        assert str(refusal.value.in_words)
        assert Letter.objects.get().state == state


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["login_code", "password_reset"])
@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
def test_a_letter_whose_secret_is_erased_is_not_repeated(kind, state):
    letter = owed(kind=kind, context={"code": "123456"}, expires_at=NOW + HOUR)
    Letter.objects.update(state=state)
    with pytest.raises(SecretIsGone) as refusal:
        retry_letter(letter, by=person(), at=NOW)
    with override("en"):
        assert "sign-in page" in str(refusal.value.in_words)
    assert Letter.objects.get().state == state


@pytest.mark.django_db
def test_a_letter_is_repeated_until_the_moment_it_is_about():
    letter = owed(expires_at=NOW + HOUR)
    Letter.objects.update(state=State.FAILED)
    with pytest.raises(LetterCameTooLate) as refusal:
        retry_letter(letter, by=person(), at=NOW + HOUR)
    assert str(refusal.value.in_words)
    assert Letter.objects.get().state == State.FAILED
    retry_letter(letter, by=person(), at=NOW + HOUR - timedelta(microseconds=1))
    assert Letter.objects.get().state == State.QUEUED
