"""What letters say: the portal's words, the office's own, and how their placeholders are filled."""

import re
from pathlib import Path
from string import ascii_lowercase

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from accounts.editing import preview, reset_text, save_text, send_test
from accounts.kinds import KINDS, SECRET_KINDS
from accounts.letters import owe_letter
from accounts.models import Letter, LetterText
from accounts.placeholders import STANDARD
from accounts.rendering import as_message, texts
from accounts.story import shown
from accounts.texts import (
    Text,
    TextIsBroken,
    check_text,
    default_text,
    fill,
    filled,
    own_texts,
    placeholders_of,
    text_of,
    used_in,
)
from accounts.tokens import Purpose
from tests.factories.accounts import NOW, person

pytestmark = pytest.mark.django_db

EVERY_LETTER = [(kind, language) for kind in KINDS for language, _words in settings.LANGUAGES]
GOOD = Text("Are you coming? {meeting}", "Tell us {until}.\n\n=> {link} Tell us\n\n{facts}", "You signed up.")


@pytest.fixture(autouse=True)
def _sentences_in_english():
    with translation.override("en"):
        yield


NOTHING_LEFT = "In some letters nothing would be left of the field “%s”. Add words of your own."


def changed(**parts: str) -> Text:
    return Text(**{"subject": GOOD.subject, "body": GOOD.body, "why": GOOD.why, **parts})


# --- Filling -------------------------------------------------------------------------------------

names = st.text(ascii_lowercase + "_", min_size=1, max_size=8).filter(lambda name: name[0] != "_")
anything = st.text(st.characters(exclude_characters="\r"), min_size=1)
braceless = st.text(st.characters(exclude_characters="{}"))


@given(braceless, st.dictionaries(names, anything))
def test_a_text_without_placeholders_stays_as_it_is(text, values):
    assert fill(text, values) == text


@given(names, anything, braceless, braceless)
def test_what_a_visitor_typed_is_never_filled_again(name, typed, before, after):
    braces = f"{typed}{{{name}}}{{other}}"
    assert fill(f"{before}{{{name}}}{after}", {name: braces, "other": "secret"}) == f"{before}{braces}{after}"


@given(st.lists(braceless.filter(lambda line: "\n" not in line)), names)
def test_a_line_whose_placeholder_is_empty_is_left_out_and_no_other(lines, name):
    text = Text("s", "\n".join([f"Reason: {{{name}}}", *lines]), "w")
    assert filled(text, {name: ""})["body"] == "\n".join(lines).strip()
    assert filled(text, {name: "x"})["body"] == "\n".join(["Reason: x", *lines]).strip()


@given(names)
def test_a_subject_or_a_reason_keeps_its_words_around_an_empty_placeholder(name):
    said = filled(Text(f"Forum {{{name}}} today", "b", f"Because\n{{{name}}} of it"), {name: ""})
    assert (said["subject"], said["why"]) == ("Forum today", "Because\n of it")


@given(braceless, names)
def test_what_has_no_value_stays_as_typed(text, name):
    assert fill(f"{text}{{{name}}}", {}) == f"{text}{{{name}}}"


def test_a_value_of_several_lines_takes_the_place_of_one():
    assert fill("Facts:\n{facts}\nBye", {"facts": "- a\n- {b}", "b": "no"}) == "Facts:\n- a\n- {b}\nBye"


# --- The portal's own words ------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(Path(settings.BASE_DIR, "templates/emails").glob("*.txt")), ids=lambda path: path.stem)
def test_a_default_is_words_and_placeholders_that_its_kind_declares(path):
    source = path.read_text()
    if path.stem == "letter":
        return
    assert set(re.findall(r"{{ *(.*?) *}}", source)) <= set(placeholders_of(path.stem))
    tags = set(re.findall(r"{% *(\w+)", source))
    assert tags <= {"extends", "load", "block", "endblock", "translate", "blocktranslate", "endblocktranslate"}


@pytest.mark.parametrize(("kind", "language"), EVERY_LETTER)
def test_every_kind_has_words_that_can_be_sent(kind, language):
    text = default_text(kind, language)
    assert check_text(kind, text) == []
    assert used_in(text) <= set(placeholders_of(kind))
    assert [each.name for each in KINDS[kind].placeholders if not str(each.sample)] == []


@pytest.mark.parametrize(("kind", "language"), EVERY_LETTER)
def test_every_kind_can_be_looked_at_before_its_first_letter(kind, language):
    seen = preview(kind, language, text=default_text(kind, language))
    assert seen.subject
    assert not re.search(r"[{}]", seen.subject + seen.plain)
    why = seen.plain.partition("\n-- \n")[2]
    assert len(why.split("\n\n")[0]) > 10
    assert "<img" not in seen.html
    assert f'<html lang="{language}">' in seen.html
    assert "public_url" not in seen.plain


@pytest.mark.parametrize("kind", KINDS)
def test_no_placeholder_is_declared_twice_or_hides_a_common_one(kind):
    declared = placeholders_of(kind)
    assert len(declared) == len(set(declared))
    assert {each.name for each in STANDARD} <= set(declared)


# --- What the office may write ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(body="{untill}\n=> {link} Go"), ["Letters of this kind do not know {untill}. Did you mean {until}?"]),
        (changed(why="Hello {Until}"), ["Letters of this kind do not know {Until}. Did you mean {until}?"]),
        (changed(subject="{until"), ["A brace has no partner in this line: {until"]),
        (changed(subject="until}"), ["A brace has no partner in this line: until}"]),
        (changed(body="Come."), ["The text has to contain {link}: without it the reader can do nothing."]),
        (changed(subject="One\ntwo"), ["The subject has to be one line."]),
        (changed(subject=" "), ["Write something in the field “subject”."]),
        (changed(why=""), ["Write something in the field “why the person gets this letter”."]),
        (changed(subject="x" * 151), ["The field “subject” is too long: at most 150 characters."]),
        (changed(subject="{new_deadline}"), [NOTHING_LEFT % "subject"]),
        (changed(why=" {new_deadline} {new_deadline}"), [NOTHING_LEFT % "why the person gets this letter"]),
        (changed(subject="Come {link}"), ["The subject cannot hold {link}: let it stand in the text."]),
        (changed(body="{link}\nThe facts: {facts}"), ["{facts} holds several lines: let it stand in a line of its own."]),
    ],
)
def test_what_is_wrong_is_said_in_words(text, said):
    assert check_text("confirm_attendance", text) == said


@pytest.mark.parametrize("part", ["subject", "why"])
def test_beside_words_or_what_always_speaks_a_silent_placeholder_may_stand(part):
    for words in ("!{new_deadline}", "{new_deadline} {until}"):
        assert check_text("confirm_attendance", changed(**{part: words})) == []


def test_a_body_of_which_a_letter_might_keep_nothing_is_refused():
    assert check_text("meeting_cancelled", changed(subject="x", body="Reason: {reason}\n{link}")) == []
    assert check_text("signup_closes", changed(body="Mind: {new_deadline}")) == [NOTHING_LEFT % "text"]


def test_a_word_that_resembles_nothing_is_answered_with_all_that_can_be_used():
    (said,) = check_text("unknown_account", Text("a", "{zzzzzz}", "b"))
    assert said == "Letters of this kind do not know {zzzzzz}. They know: {municipality}, {public_url}."


@pytest.mark.parametrize("kind", sorted(SECRET_KINDS))
def test_a_letter_that_lets_somebody_in_has_to_hold_what_does(kind):
    (name,) = (each.name for each in KINDS[kind].placeholders)
    assert check_text(kind, Text("a", "b", "c")) == [f"The text has to contain {{{name}}}: without it the reader can do nothing."]
    assert check_text(kind, Text("a", f"{{{name}}}", "c")) == []


@pytest.mark.parametrize("line", ["=> {link} Go", "=> {public_url} Go", "=> {public_url}/ Go", "=> {public_url}/en/ Go"])
def test_a_button_leads_into_the_portal(line):
    assert check_text("confirm_attendance", changed(body=f"{line}\n{{link}}")) == []


@pytest.mark.parametrize(
    "line",
    [
        *("=> {link}", "=>{link} Go", "=> {link}Go to it", "=> {until} Go", "=> https://evil.example/ Go"),
        *("=> {public_url}.evil Go", "=> {public_url}Go to it", "=> {public_url}/{until} Go"),
    ],
)
def test_another_button_is_refused(line):
    (said,) = check_text("confirm_attendance", changed(body=f"{line}\n{{link}}"))
    assert said.startswith(f"This is not a button: {line}.")


# --- Saving, resetting, sending ----------------------------------------------------------------------


def letter(**values: object) -> Letter:
    given = {"to": "anna@example.org", "kind": "confirm_attendance", "language": "en", "occasion": "x:1", "owed_at": NOW}
    context = {"meeting": "Forum", "until": "until Monday", "when": "on Tuesday", "mode": "on site"}
    return Letter(**{**given, "context": context, "link_purpose": Purpose.REGISTRATION, "link_pk": 1, **values})


def test_letters_say_what_the_office_wrote_until_it_takes_that_back():
    by = person()
    save_text("confirm_attendance", "en", text=changed(body="Tell us\r\n{until}\r\n=> {link} Go"), by=by, at=NOW)
    saved = LetterText.objects.get()
    assert (saved.body, saved.changed_by, saved.changed_at) == ("Tell us\n{until}\n=> {link} Go", by, NOW)
    assert "Tell us\nuntil Monday\nGo:\nhttp" in as_message(letter()).body
    assert text_of("confirm_attendance", "pl") == default_text("confirm_attendance", "pl")
    save_text("confirm_attendance", "en", text=GOOD, by=by, at=NOW)
    assert text_of("confirm_attendance", "en") == GOOD
    assert (reset_text("confirm_attendance", "en"), reset_text("confirm_attendance", "en")) == (True, False)
    assert text_of("confirm_attendance", "en") == default_text("confirm_attendance", "en")


def test_a_broken_text_is_not_saved_and_not_sent():
    for verb in (lambda **given: save_text(by=person(), **given), lambda **given: send_test(to=person(), **given)):
        with pytest.raises(TextIsBroken) as refused:
            verb(kind="confirm_attendance", language="en", text=changed(body="{oops}"), at=NOW)
        assert len(refused.value.in_words) == 2
    assert not LetterText.objects.exists()
    assert not Letter.objects.exists()


def test_a_saved_text_that_names_what_letters_no_longer_hold_is_said_in_words():
    LetterText.objects.create(
        kind="confirm_attendance", language="en", subject="a", body="{gone} {link}", why="c", changed_at=NOW
    )
    with pytest.raises(TextIsBroken, match=r"do not know \{gone\}"):
        texts(letter())


def test_who_sends_many_asks_once_for_the_offices_words():
    save_text("confirm_attendance", "en", text=GOOD, by=person(), at=NOW)
    own = own_texts()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        said = [texts(letter(), own) for _ in range(3)]
    assert (len(asked), {each["subject"] for each in said}) == (0, {"Are you coming? Forum"})


@pytest.mark.parametrize(("why", "links"), [("You signed up.", 1), ("Resign: {link}", 2)])
def test_what_is_kept_of_a_letter_lets_nobody_in_and_what_leaves_does(why, links):
    save_text("confirm_attendance", "en", text=changed(why=why), by=person(), at=NOW)
    said = texts(letter())
    assert "".join(said.values()).count("/l/…/") == links
    sent = as_message(letter(), said)
    assert "…" not in sent.body
    assert len(set(re.findall(r"/en/l/\S{20,}/", sent.body))) == 1
    assert len(re.findall(r"/en/l/\S{20,}/", sent.body)) == links


# --- Previews and tests on oneself -------------------------------------------------------------------


def owed(**values: object) -> None:
    given = {"kind": "confirm_attendance", "occasion": "x:1", "language": "en", "context": letter().context}
    owe_letter("anna@example.org", at=NOW, **{"link": (Purpose.REGISTRATION, 1), **given, **values})


def test_a_preview_shows_the_newest_letter_of_its_kind_and_language_without_its_links():
    owed()
    owed(occasion="x:2", context={**letter().context, "meeting": "Newest", "room_link": "https://rooms.example.org/secret"})
    owed(occasion="x:3", language="pl", context={"meeting": "Polish"})
    seen = preview("confirm_attendance", "en", text=changed(body=f"{GOOD.body}\n{{typo}}"))
    assert seen.subject == "Are you coming? Newest"
    assert "- When: on Tuesday" in seen.plain
    assert "{typo}" in seen.plain
    assert f"Tell us:\n{settings.PUBLIC_URL}/\n" in seen.plain
    assert "/l/" not in seen.plain + seen.html


@pytest.mark.parametrize(
    ("values", "stops"),
    [
        ({"link": (Purpose.DIRECTORY, 1)}, True),
        ({"link": (Purpose.QUIET, 1)}, True),
        ({"link": None, "unfollow": 1}, True),
        ({"link": (Purpose.REGISTRATION, 1)}, False),
        ({"link": None}, False),
    ],
)
def test_a_preview_says_how_to_stop_where_the_letter_does(values, stops):
    owed(kind="invitation", **values)
    seen = preview("invitation", "en", text=default_text("invitation", "en"))
    for plain in (seen.plain, shown(Letter.objects.get()).plain, as_message(Letter.objects.get()).body):
        assert ("To stop these letters" in plain) == stops


def test_a_preview_of_a_secret_shows_no_living_code():
    owed(kind="login_code", context={"code": "LIVING-1"})
    seen = preview("login_code", "en", text=default_text("login_code", "en"))
    assert "LIVING" not in seen.subject + seen.plain + seen.html
    assert "ABC-123" in seen.plain


def test_staff_see_a_text_in_their_own_mailbox_before_anybody_else_does():
    owed()
    by = person()
    send_test("confirm_attendance", "en", text=GOOD, to=by, at=NOW)
    sent = as_message(Letter.objects.get(to=by.email))
    assert sent.subject == "[trial] Are you coming? Forum"
    assert f"Tell us:\n{settings.PUBLIC_URL}/\n" in sent.body
    assert "You signed up." in sent.body
    assert not Letter.objects.filter(to=by.email).exclude(link_purpose="", unfollow_pk=None).exists()


def test_braces_in_a_letter_on_trial_stay_braces():
    owed(context={**letter().context, "meeting": "{why} {subject}"})
    by = person()
    send_test("confirm_attendance", "en", text=GOOD, to=by, at=NOW)
    assert as_message(Letter.objects.get(to=by.email)).subject == "[trial] Are you coming? {why} {subject}"
