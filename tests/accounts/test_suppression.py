"""Addresses that do not exist: what a mail server says of them, and what we then send and do not send."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.letters import AddressRefusesLetters, owe_letter, retry_letter
from accounts.models import Letter, State, Suppression
from accounts.roles import Role
from accounts.sending import send_due_letters
from accounts.suppression import lift_suppression, says_no_such_mailbox, suppress
from tests.factories.accounts import NOW, owed, person

MINUTE = timedelta(minutes=1)
REMINDER, RECEIPT = "signup_closes", "submission_receipt"
NOBODY = "550 5.1.1 <anna@example.org>: Recipient address rejected: User unknown in virtual mailbox table"

# --- What mail servers say -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (550, NOBODY),  # Postfix
        (550, "5.1.1 <anna@example.org>: Recipient address rejected: User unknown in local recipient table"),
        (554, "5.1.1 <anna@example.org>: Recipient address rejected: User unknown in relay recipient table"),
        (550, "5.1.2 <anna@nowhere.example>: Recipient address rejected: Domain not found"),
        (556, "5.1.10 <anna@example.org>: Recipient address rejected: Domain example.org does not accept mail (nullMX)"),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient anna@example.org not found by SMTP address lookup"),  # Exchange
        (550, "#5.1.0 Address rejected."),  # Cisco
        (550, "5.1.1 The email account that you tried to reach does not exist. Please try double-checking - gsmtp"),  # Gmail
        (550, "5.1.6 <anna@example.org> The mailbox has moved"),
        (550, "5.0.0 <anna@example.org>... User unknown"),
        (550, "5.0.0 No such user here"),
        (550, "<anna@example.org>: No such user: anna@example.org"),
        (550, "Podany adres nie istnieje (no such user)"),
        (550, "Skrzynka anna@example.org nie istnieje"),
        (550, "Nie ma takiego konta"),
        (550, "Nieznany odbiorca"),
        (550, "Requested action not taken: mailbox unavailable"),
        (550, "Mailbox not found"),
        (550, "no mailbox here by that name"),
        (550, "Unknown user"),
        (550, "Invalid recipient <full.black@example.org>"),
        (551, "User not local; please try <forward-path>"),
        (553, "sorry, no mailbox here by that name (#5.1.1)"),  # qmail
    ],
)
def test_an_address_that_does_not_exist(code, words):
    assert says_no_such_mailbox(code, words)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (250, "2.1.5 OK"),
        (450, "4.1.1 <anna@example.org>: Recipient address rejected: unverified address: User unknown"),
        (451, "4.7.1 Greylisting in action, please come back later"),
        (421, "4.7.0 Too many connections"),
        (452, "4.2.2 The email account that you tried to reach is over quota"),
        (550, "5.7.1 Message rejected due to local policy: no such user for you"),
        (550, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
        (550, "5.7.26 This mail has been blocked because the sender is unauthenticated"),  # Gmail
        (550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)"),  # Exchange Online
        (550, "5.1.8 Access denied, bad outbound sender"),
        (553, "5.1.8 <wspolnie@example.org>: Sender address rejected: Domain not found"),
        (550, "5.1.7 <wspolnie@example.org>: Sender address rejected: undeliverable address: User unknown"),
        (550, "5.1.0 <wspolnie@example.org>: Sender address rejected: User unknown in virtual mailbox table"),
        (552, "5.2.2 Mailbox full"),
        (550, "5.2.1 The email account that you tried to reach is disabled"),
        (552, "Mailbox not found"),
        (554, "Message refused as spam"),
        (554, "Transaction failed"),
        (550, "Blocked: your address has a bad reputation"),
        (550, "Requested action not taken: mailbox unavailable. Reject due to SPF policy"),
        (550, "Skrzynka przepełniona"),
        (550, "relay not permitted"),
        (550, "authentication required"),
        (550, "Administrative prohibition"),
        (550, ""),
        (553, "sorry, that domain isn't in my list of allowed rcpthosts"),
    ],
)
def test_everything_else_is_a_matter_of_today_or_of_ours(code, words):
    assert not says_no_such_mailbox(code, words)


# --- What follows --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_refused_address_is_suppressed_with_the_servers_words(sink):
    sink.on_recipient.append(NOBODY)
    letter = owed()
    send_due_letters(at=NOW)
    suppression = Suppression.objects.get()
    assert (suppression.email, suppression.reason, suppression.lifted_at) == (letter.to, f"550 {NOBODY[4:]}", None)
    assert Letter.objects.get().state == State.FAILED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("where", "reply"),
    [
        ("on_mail", NOBODY),
        ("on_data", NOBODY),
        ("on_recipient", "550 5.7.1 policy"),
        ("on_recipient", "552 5.2.2 full"),
        ("on_recipient", "450 4.1.1 User unknown"),
    ],
)
def test_a_refusal_that_is_not_of_the_mailbox_suppresses_nobody(sink, where, reply):
    getattr(sink, where).append(reply)
    owed()
    send_due_letters(at=NOW)
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_a_second_refusal_changes_nothing_and_one_after_lifting_begins_anew():
    suppress("anna@example.org", reason="first", at=NOW)
    suppress("anna@example.org", reason="second", at=NOW + MINUTE)
    first = Suppression.objects.get()
    assert (first.reason, first.since) == ("first", NOW)
    lift_suppression(first, by=person(), at=NOW + MINUTE)
    suppress("anna@example.org", reason="third", at=NOW + 2 * MINUTE)
    assert [row.reason for row in Suppression.objects.active()] == ["third"]


@pytest.mark.django_db
def test_lifting_says_who_and_when_and_the_first_to_lift_stays_named():
    suppress("anna@example.org", reason="550", at=NOW)
    first, second = person(), person()
    suppression = Suppression.objects.get()
    lift_suppression(suppression, by=first, at=NOW + MINUTE)
    lift_suppression(suppression, by=second, at=NOW + 2 * MINUTE)
    suppression.refresh_from_db()
    assert (suppression.lifted_by, suppression.lifted_at) == (first, NOW + MINUTE)


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "state"), [(REMINDER, State.SUPPRESSED), (RECEIPT, State.QUEUED)])
def test_a_reminder_to_a_refusing_address_is_written_but_not_queued(kind, state, django_capture_on_commit_callbacks):
    suppress("anna@example.org", reason="550 no such user", at=NOW)
    with django_capture_on_commit_callbacks() as callbacks:
        letter = owed(kind=kind)
    assert letter.state == state
    assert bool(callbacks) == (state == State.QUEUED)
    if state == State.SUPPRESSED:
        assert letter.history == [{"at": NOW.isoformat(), "what": "suppressed", "words": "550 no such user", "by": ""}]


@pytest.mark.django_db
def test_a_reminder_to_another_address_or_after_lifting_is_queued():
    suppress("anna@example.org", reason="550", at=NOW)
    assert owed("jan@example.org", kind=REMINDER).state == State.QUEUED
    lift_suppression(Suppression.objects.get(), by=person(), at=NOW)
    assert owed("anna@example.org", kind=REMINDER).state == State.QUEUED


@pytest.mark.django_db
def test_a_withdrawn_reminder_that_comes_back_is_not_queued_to_a_refusing_address():
    owed(kind=REMINDER, occasion="signup_closes:1")
    Letter.objects.update(state=State.OBSOLETE)
    suppress("anna@example.org", reason="550", at=NOW)
    owe_letter("anna@example.org", kind=REMINDER, occasion="signup_closes:1", at=NOW)
    assert Letter.objects.get().state == State.SUPPRESSED


@pytest.mark.django_db
def test_a_reminder_that_was_queued_before_the_refusal_is_not_sent():
    reminder = owed(kind=REMINDER)
    suppress("anna@example.org", reason="550", at=NOW)
    assert send_due_letters(at=NOW) == 0
    reminder.refresh_from_db()
    assert (reminder.state, [line["what"] for line in reminder.history]) == (State.SUPPRESSED, ["suppressed"])
    assert mail.outbox == []


@pytest.mark.django_db
def test_a_receipt_is_tried_all_the_same_and_its_arrival_lifts_the_suppression():
    suppress("anna@example.org", reason="550", at=NOW)
    suppress("jan@example.org", reason="550", at=NOW)
    owed()
    assert send_due_letters(at=NOW) == 1
    assert [row.email for row in Suppression.objects.active()] == ["jan@example.org"]
    lifted = Suppression.objects.get(email="anna@example.org")
    assert lifted.lifted_by is None
    assert lifted.lifted_at >= NOW


@pytest.mark.django_db
def test_what_came_back_later_is_not_disproved_by_a_server_that_takes_everything():
    suppress("anna@example.org", reason="550", at=NOW, by_bounce=True)
    owed()
    assert send_due_letters(at=NOW) == 1
    assert Suppression.objects.active().exists()


@pytest.mark.django_db
def test_a_kept_back_reminder_is_sent_only_when_staff_ask_and_the_address_was_freed():
    suppress("anna@example.org", reason="550", at=NOW)
    reminder, coordinator = owed(kind=REMINDER), person("", Role.COORDINATOR)
    with pytest.raises(AddressRefusesLetters) as refusal:
        retry_letter(reminder, by=coordinator, at=NOW + MINUTE)
    assert str(refusal.value.in_words)
    lift_suppression(Suppression.objects.get(), by=coordinator, at=NOW + MINUTE)
    assert send_due_letters(at=NOW + MINUTE) == 0
    retry_letter(reminder, by=coordinator, at=NOW + MINUTE)
    assert send_due_letters(at=NOW + MINUTE) == 1
