"""Letters that come back, as Postfix and Exchange say it, and everything else that lands in that mailbox."""

import io
import os
from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from accounts.bounces import LetterIsUnknown, NotADeliveryReport, NothingFailed, read_bounce, take_bounce
from accounts.management.commands import take_bounce as command
from accounts.models import Letter, State, Suppression
from accounts.rendering import message_id
from tests.factories.accounts import NOW, owed

LATER = NOW + timedelta(hours=1)

POSTFIX = """\
Return-Path: <>
Date: Mon, 23 Nov 2026 10:00:07 +0100 (CET)
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: wspolnie@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F1A22C0.1795424407/mx.example.org"
Message-Id: <20261123090007.5B3C12C1@mx.example.org>

This is a MIME-encapsulated message.

--4F1A22C0.1795424407/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

--4F1A22C0.1795424407/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4F1A22C0
X-Postfix-Sender: rfc822; wspolnie@example.org
Arrival-Date: Mon, 23 Nov 2026 10:00:05 +0100 (CET)

Final-Recipient: rfc822; {final}
Original-Recipient: rfc822;{original}
Action: {action}
Status: {status}
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; {said}

--4F1A22C0.1795424407/mx.example.org
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <wspolnie@example.org>
From: =?utf-8?q?Wsp=C3=B3lnie?= <wspolnie@example.org>
To: {to}
Message-ID: {message_id}
Subject: =?utf-8?q?Podpis?=

--4F1A22C0.1795424407/mx.example.org--
"""

EXCHANGE = """\
From: <postmaster@urzad.example.com>
To: <wspolnie@example.org>
Date: Mon, 23 Nov 2026 09:00:09 +0000
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="2b5c9e71-0d0f-4f0e-9c55-6a1f8f2a7c11"
X-MS-Exchange-Message-Is-Ndr:
Content-Language: pl-PL
Subject: =?utf-8?B?TmllIGRvc3RhcmN6b25v?=
MIME-Version: 1.0

--2b5c9e71-0d0f-4f0e-9c55-6a1f8f2a7c11
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="alt"

--alt
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: base64

TmllIHpuYWxlemlvbm8gYWRyZXNhdGE=

--alt
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PHA+TmllIHpuYWxlemlvbm8gYWRyZXNhdGE8L3A+

--alt--

--2b5c9e71-0d0f-4f0e-9c55-6a1f8f2a7c11
Content-Type: message/delivery-status

Reporting-MTA: dns;AM0PR01.urzad.example.com
Received-From-MTA: dns;mx.example.org
Arrival-Date: Mon, 23 Nov 2026 09:00:08 +0000

Final-Recipient: rfc822;{final}
Action: {action}
Status: {status}
Diagnostic-Code: smtp;{said}
X-Display-Name: Anna

--2b5c9e71-0d0f-4f0e-9c55-6a1f8f2a7c11
Content-Type: message/rfc822

From: =?utf-8?q?Wsp=C3=B3lnie?= <wspolnie@example.org>
To: <{to}>
Message-ID:
 {message_id}
Subject: Podpis
Content-Type: text/plain

Body
--2b5c9e71-0d0f-4f0e-9c55-6a1f8f2a7c11--
"""
SAID = {
    POSTFIX: "550 5.1.1 <anna@example.org>: Recipient address rejected:\n    User unknown in virtual mailbox table",
    EXCHANGE: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
}
BOTH = pytest.mark.parametrize("shape", [POSTFIX, EXCHANGE], ids=["Postfix", "Exchange"])


def sent(to: str = "anna@example.org", **values: object) -> Letter:
    letter = owed(to, **values)
    Letter.objects.filter(pk=letter.pk).update(state=State.SENT, sent_at=NOW)
    return Letter.objects.get(pk=letter.pk)


def report(shape: str, letter: Letter, **values: str) -> bytes:
    """As the shape's mail server writes it, with line ends as they travel."""
    known = {"final": letter.to, "original": letter.to, "to": letter.to, "message_id": message_id(letter)}
    known |= {"action": "failed", "status": "5.1.1", "said": SAID[shape]}
    return shape.format(**{**known, **values}).replace("\n", "\r\n").encode()


# --- What a report says --------------------------------------------------------------------------


@pytest.mark.django_db
@BOTH
def test_a_report_names_the_letter_the_address_and_the_reason(shape):
    letter = sent()
    bounce = read_bounce(report(shape, letter))
    assert (bounce.addresses, bounce.message_id, bounce.status) == ({letter.to}, message_id(letter), "5.1.1")
    assert bounce.words == " ".join(SAID[shape].split())
    assert bounce.is_nobody_there


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
@BOTH
def test_what_is_late_or_has_arrived_has_not_failed(shape, action):
    letter = sent()
    with pytest.raises(NothingFailed):
        take_bounce(report(shape, letter, action=action, status="4.4.1"), at=LATER)
    letter.refresh_from_db()
    assert letter.state == State.SENT


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: I am on holiday\r\n\r\nBack on Monday.",
        POSTFIX.replace("multipart/report", "multipart/mixed").encode(),
        POSTFIX.replace("message/delivery-status", "text/plain").encode(),
        POSTFIX.replace("text/rfc822-headers", "text/plain").encode(),
        POSTFIX.replace("Action:", "X-Action:").encode(),
        POSTFIX[:600].encode(),
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n--x--",
        b"Content-Type: multipart/report\r\n\r\nno boundary",
    ],
)
def test_what_is_no_report_is_refused_by_name(raw):
    with pytest.raises(NotADeliveryReport):
        read_bounce(raw)


@given(st.binary(max_size=300), st.integers(0, len(POSTFIX)), st.sampled_from([POSTFIX, EXCHANGE]))
def test_no_noise_in_a_report_breaks_the_reader(noise, place, shape):
    raw = shape.encode()
    with suppress(NotADeliveryReport, NothingFailed):
        read_bounce(raw[:place] + noise + raw[place:])


# --- What follows --------------------------------------------------------------------------------


@pytest.mark.django_db
@BOTH
@pytest.mark.parametrize("state", [State.SENT, State.UNCERTAIN])
def test_a_letter_that_came_back_has_failed_and_its_address_is_suppressed(shape, state):
    letter, other = sent(), sent()
    if state == State.UNCERTAIN:
        Letter.objects.filter(pk=letter.pk).update(state=state, sent_at=None)
    assert take_bounce(report(shape, letter), at=LATER) == letter
    letter.refresh_from_db()
    other.refresh_from_db()
    assert (letter.state, letter.sent_at, letter.troubled_at, other.state) == (State.FAILED, None, LATER, State.SENT)
    assert "550 5.1.1" in letter.error
    assert [line["what"] for line in letter.history] == ["failed"]
    assert [(row.email, row.by_bounce) for row in Suppression.objects.active()] == [(letter.to, True)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("5.7.1", "550 5.7.1 policy"),
        ("5.2.2", "552 5.2.2 mailbox full"),
        ("4.4.7", "450 4.1.1 User unknown"),
        ("5.1.8", "550 5.1.8 bad sender"),
        ("5.0.0", ""),
    ],
)
def test_another_reason_fails_the_letter_and_suppresses_nobody(status, said):
    letter = sent()
    take_bounce(report(POSTFIX, letter, status=status, said=said), at=LATER)
    letter.refresh_from_db()
    assert (letter.state, letter.error) == (State.FAILED, said or status)
    assert not Suppression.objects.exists()


@pytest.mark.django_db
def test_words_that_no_row_can_hold_are_kept_without_their_poison():
    letter = sent()
    take_bounce(
        report(POSTFIX, letter, said="550 5.1.1 \x00User\t unknown \udcff".encode("utf-8", "surrogatepass").decode("latin-1")),
        at=LATER,
    )
    letter.refresh_from_db()
    assert letter.error.startswith("550 5.1.1 User unknown")


@pytest.mark.django_db
def test_a_forwarded_letter_is_found_by_the_address_that_we_wrote_to():
    letter = sent()
    take_bounce(report(POSTFIX, letter, final="x@elsewhere.example", original="y@elsewhere.example"), at=LATER)
    assert [row.email for row in Suppression.objects.active()] == [letter.to]


@pytest.mark.django_db
def test_a_report_that_comes_twice_changes_nothing_more():
    letter = sent()
    for at in (LATER, LATER + timedelta(hours=1)):
        take_bounce(report(POSTFIX, letter), at=at)
    letter.refresh_from_db()
    assert (len(letter.history), letter.troubled_at, Suppression.objects.count()) == (1, LATER, 1)


@pytest.mark.django_db
def test_a_letter_that_is_on_its_way_again_stays_on_its_way():
    letter = owed()
    take_bounce(report(POSTFIX, letter), at=LATER)
    letter.refresh_from_db()
    assert (letter.state, Suppression.objects.count()) == (State.QUEUED, 1)


@pytest.mark.django_db
def test_nobody_can_silence_an_address_without_knowing_a_letter_to_it():
    mine, yours = sent("mine@example.org"), sent("yours@example.org")
    for forged in (
        report(POSTFIX, yours, message_id="<guessed@127.0.0.1>"),
        report(POSTFIX, yours, message_id=message_id(mine)),
    ):
        with pytest.raises(LetterIsUnknown):
            take_bounce(forged, at=LATER)
    assert not Suppression.objects.exists()


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def piped(monkeypatch, capsys, caplog):
    def pipe(raw: bytes) -> str:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("take_bounce")
        out = capsys.readouterr()
        assert (out.err, caplog.text) == ("", "")
        return out.out

    return pipe


@pytest.mark.django_db
def test_the_command_says_one_line_about_everything_it_is_given_and_names_nobody(piped):
    letter, unknown = sent(), sent("jan@example.org")
    reports = [report(POSTFIX, letter), report(EXCHANGE, letter, action="delayed"), b"hello"]
    gone = report(POSTFIX, unknown)
    unknown.delete()
    lines = [piped(raw) for raw in (*reports, gone)]
    assert lines[0] == f"Letter {letter.pk} came back.\n"
    assert all(line.count("\n") == 1 and "@" not in line for line in lines)
    assert len(set(lines)) == 4


def test_without_the_database_the_mail_server_is_asked_to_come_again(monkeypatch, piped):
    def away(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(command, "take_bounce", away)
    with pytest.raises(CommandError) as refusal:
        piped(b"")
    assert refusal.value.returncode == os.EX_TEMPFAIL
