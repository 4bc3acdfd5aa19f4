"""What a letter looks like when it leaves."""

from datetime import timedelta
from email import message_from_bytes, policy

import pytest
import time_machine

from accounts import tokens
from accounts.models import Letter
from accounts.rendering import BUTTON_STYLE, as_html, as_message, as_plain
from accounts.tokens import Purpose
from tests.factories.accounts import NOW

# The office's own words are looked up for each letter.
pytestmark = pytest.mark.django_db


def letter(**values: object) -> Letter:
    given = {"to": "anna@example.org", "kind": "unknown_account", "occasion": "unknown_account:1", "owed_at": NOW, **values}
    return Letter(**given)


def received(**values: object):
    """The letter as a mail program reads it."""
    return message_from_bytes(as_message(letter(**values)).message().as_bytes(), policy=policy.default)


def header(message, name: str) -> str:
    # A long header begins on the line below its name.
    return str(message[name]).strip()


def part(message, kind: str) -> str:
    (found,) = [piece for piece in message.walk() if piece.get_content_type() == kind]
    return found.get_content()


# --- Text into HTML ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>"),
        ("One\ntwo", "<p>One<br>\ntwo</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("Bring:\n- a\n- b\nThank you", "<p>Bring:</p>\n<ul><li>a</li><li>b</li></ul>\n<p>Thank you</p>"),
        ("<b>Zażółć</b> & co", "<p>&lt;b&gt;Zażółć&lt;/b&gt; &amp; co</p>"),
        (
            "See https://example.org/a?b=1&c=2.",
            '<p>See <a href="https://example.org/a?b=1&amp;c=2">https://example.org/a?b=1&amp;c=2</a>.</p>',
        ),
        ("- <script>alert(1)</script>", "<ul><li>&lt;script&gt;alert(1)&lt;/script&gt;</li></ul>"),
        (
            "He wrote:\n> <b>One</b>\n> two\n>\n> - www.evil.example",
            "<p>He wrote:</p>\n<blockquote><p>&lt;b&gt;One&lt;/b&gt;<br>\ntwo</p><p>- www.evil.example</p></blockquote>",
        ),
        ("\n\n  \n", ""),
        ("- Who: evil.example/prize @", "<ul><li>Who: evil.example/prize @</li></ul>"),
        ("anna@example.org, awww.example.org", "<p>anna@example.org, awww.example.org</p>"),
        (
            "evil.example <WWW.example.org>, (http://a.example)",
            '<p>evil.example &lt;<a href="http://WWW.example.org">WWW.example.org</a>&gt;, '
            '(<a href="http://a.example">http://a.example</a>)</p>',
        ),
    ],
)
def test_plain_text_becomes_html(text, html):
    assert as_html(text) == html


def test_a_button_leads_to_our_own_pages(settings):
    settings.PUBLIC_URL = "https://wspolnie.example.org"
    line = '=> https://wspolnie.example.org/l/abc/ Confirm <now> & "then"'
    assert as_html(line) == (
        f'<p class="main"><a href="https://wspolnie.example.org/l/abc/" style="{BUTTON_STYLE}">'
        "Confirm &lt;now&gt; &amp; &quot;then&quot;</a></p>"
    )
    assert as_plain(line) == 'Confirm <now> & "then":\nhttps://wspolnie.example.org/l/abc/'


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "https://wspolnie.example.org.evil.example/",
        "https://wspolnie.example.org@evil.example/",
        "javascript:x",
    ],
)
def test_what_a_visitor_types_becomes_no_button(settings, address):
    settings.PUBLIC_URL = "https://wspolnie.example.org"
    line = f"=> {address} Click here"
    assert 'class="main"' not in as_html(line)
    assert as_plain(line) == line


# --- The whole letter ----------------------------------------------------------------------------


def test_text_and_html_say_the_same_in_the_letters_language():
    message = received(kind="login_code", context={"code": "123456"}, language="en")
    assert header(message, "Subject") == "123456 is your code for signing in"
    assert message["Content-Language"] == "en"
    assert "\n123456\n" in part(message, "text/plain")
    assert '<p class="code">123456</p>' in part(message, "text/html")
    assert '<html lang="en">' in part(message, "text/html")
    for kind in ("text/plain", "text/html"):
        assert "Tell the code to nobody." in part(message, kind)
        assert "You get this letter because somebody" in part(message, kind)


def test_polish_letters_and_markup_survive(settings):
    settings.MUNICIPALITY = {"name": "Gmina Żółć & <Gęśl>", "office": "x"}
    message = received(kind="login_code", context={"code": "zażółć <gęślą> & jaźń"}, language="en")
    assert header(message, "Subject") == "zażółć <gęślą> & jaźń is your code for signing in"
    assert "zażółć <gęślą> & jaźń" in part(message, "text/plain")
    assert "Gmina Żółć & <Gęśl>" in part(message, "text/plain")
    assert "<p>zażółć &lt;gęślą&gt; &amp; jaźń</p>" in part(message, "text/html")
    assert "Gmina Żółć &amp; &lt;Gęśl&gt;" in part(message, "text/html")
    assert as_message(letter(kind="login_code", context={"code": "ż"})).message()["Subject"].startswith("=?utf-8?")


def test_a_line_break_in_a_title_starts_no_other_header():
    message = received(kind="login_code", context={"code": "1\r\nBcc: jan@example.org\r\n\r\nbody"}, language="en")
    assert header(message, "Subject") == "1 Bcc: jan@example.org body is your code for signing in"
    assert message["Bcc"] is None
    assert message["To"] == "anna@example.org"


def test_the_same_letter_has_the_same_identity_and_another_letter_another():
    identity = received()["Message-ID"]
    assert received(context={"other": "text"}, owed_at=NOW)["Message-ID"] == identity
    assert received(occasion="unknown_account:2")["Message-ID"] != identity
    assert received(to="jan@example.org")["Message-ID"] != identity
    assert "anna" not in identity


def test_no_holiday_answer_is_asked_for():
    assert received()["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("values", "purpose"),
    [
        ({"unfollow_pk": 9}, Purpose.UNFOLLOW),
        ({"link_purpose": Purpose.DIRECTORY, "link_pk": 9}, Purpose.DIRECTORY),
        ({"link_purpose": Purpose.QUIET, "link_pk": 9}, Purpose.QUIET),
        ({"unfollow_pk": 9, "link_purpose": Purpose.REGISTRATION, "link_pk": 1}, Purpose.UNFOLLOW),
    ],
)
def test_letters_under_preferences_can_be_stopped_with_one_click(values, purpose):
    message = received(**values)
    stop = tokens.address(purpose, 9, at=NOW)
    assert header(message, "List-Unsubscribe") == f"<{stop}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in part(message, "text/plain")
    assert stop in part(message, "text/html")


@pytest.mark.parametrize("values", [{}, {"link_purpose": Purpose.REGISTRATION, "link_pk": 9}])
def test_other_letters_offer_no_stopping(values):
    message = received(**values)
    assert message["List-Unsubscribe"] is None
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize(("language", "prefix"), [("pl", "/l/"), ("en", "/en/l/")])
def test_a_signed_link_leads_to_the_letters_language_and_stays_the_same(settings, language, prefix):
    with time_machine.travel(NOW, tick=False):
        first = header(received(unfollow_pk=9, language=language), "List-Unsubscribe")
    with time_machine.travel(NOW + timedelta(hours=5), tick=False):
        second = header(received(unfollow_pk=9, language=language), "List-Unsubscribe")
    assert first == second
    assert first.startswith(f"<{settings.PUBLIC_URL}{prefix}")
    assert tokens.read(first.strip("<>").rstrip("/").rsplit("/", 1)[1], at=NOW) == tokens.Link(Purpose.UNFOLLOW, 9)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_an_invitation_is_shown_by_programs_that_know_it_and_opened_by_the_others(method):
    calendar = f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nSUMMARY:Spotkanie – Toruń\r\nEND:VCALENDAR\r\n"
    message = received(calendar=calendar)
    (ways,) = [piece for piece in message.walk() if piece.get_content_type() == "multipart/alternative"]
    shown = list(ways.iter_parts())[-1]
    # RFC 6047: the method stands in the MIME type too, and no disposition makes a mere file of it.
    assert dict(shown["Content-Type"].params) == {"charset": "utf-8", "method": method}
    assert shown.get_content_type() == "text/calendar"
    assert shown["Content-Disposition"] is None
    assert shown.get_payload(decode=True).decode().splitlines() == calendar.splitlines()
    (opened,) = message.iter_attachments()
    assert (opened.get_content_type(), opened.get_filename()) == ("application/ics", "wspolnie.ics")
    assert opened.get_payload(decode=True).decode() == calendar


def test_a_letter_without_calendar_has_no_attachment():
    assert list(received().iter_attachments()) == []
