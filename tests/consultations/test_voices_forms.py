"""The two forms in which people say something: what is taken, what is refused in words, and that nothing typed is lost."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.urls import reverse

from accounts import limits
from accounts.forms import STAMP_LIVES
from accounts.models import Letter, Organization
from consultations.models import Submission, Voice
from consultations.stages import Kind
from tests.consultations.voice_pages import URLS, fill, send_from, stamp_on, text_of, typed, url_of
from tests.factories.voices import CLOSES, DURING, OPENS, TICK, consultation

pytestmark = pytest.mark.django_db

KINDS = pytest.mark.parametrize("kind", ["proposal", "remark"])


@pytest.fixture
def made():
    return consultation()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


@pytest.mark.parametrize(("kind", "own"), [("proposal", {"", "0"}), ("remark", {"", "whole"})])
def test_polish_names_on_a_list_say_that_they_are_polish_and_the_words_of_the_page_do_not(client, made, kind, own):
    shown = text_of(client.get(url_of(kind, made)))
    options = re.findall(r'<option value="([^"]*)"([^>]*)>', shown[shown.index("<select") : shown.index("</select>")])
    unmarked = {re.sub(r"v\d+", "whole", value) for value, attributes in options if 'lang="pl"' not in attributes}
    assert unmarked == own
    assert len(options) > len(own)


# --- The way through ----------------------------------------------------------------------------


@KINDS
def test_filled_in_checked_sent_and_received(client, made, kind):
    checked = fill(client, kind, made)
    assert not Submission.objects.exists()
    assert "Zażółć gęślą jaźń" in text_of(checked)
    receipt = send_from(client, kind, made, checked.content.decode())
    submission = Submission.objects.get()
    assert (receipt.status_code, receipt.url) == (302, reverse("consultations:receipt", args=[made.slug, submission.form_token]))
    page = text_of(client.get(receipt.url))
    voice = Voice.objects.get()
    assert voice.signature in page
    assert "Zażółć gęślą jaźń" in page
    assert (submission.name, submission.email) == ("Anna Żółć", "anna@example.org")
    assert (submission.organization_name, submission.received_at) == ("Stowarzyszenie Żółty Latawiec", DURING)
    assert "\r" not in voice.text
    assert voice.reasons == "Zażółć gęślą jaźń"
    assert Letter.objects.get().to == "anna@example.org"


def test_a_proposal_keeps_what_was_typed(client, made):
    fill(client, "proposal", made, step="send")
    voice = Voice.objects.get()
    assert (voice.text, voice.topic) == ("Więcej warsztatów\ndla mieszkańców 🙂", made.topics.get(position=0))


def test_a_proposal_may_be_about_another_matter(client, made):
    fill(client, "proposal", made, step="send", topic="0")
    assert Voice.objects.get().topic is None


def test_the_check_page_shows_the_proposed_wording_as_a_difference_said_in_words_too(client, made):
    page = text_of(fill(client, "remark", made, proposed_wording='Zapis nr 2 o kwocie 20 000 zł i "zasadach" <b>.'))
    changed = re.sub("<span class=.said.>([^<]*)</span>", r"\1", page[page.index('class="wording"') :])
    changed = changed[changed.index(">") + 1 : changed.index("</div>")]
    assert changed == (
        "Zapis nr 2 o kwocie [usunięto: <del>10 000</del>] [dodano: <ins>20 000</ins>] zł i „zasadach”[dodano: <ins> <b></ins>]."
    )


def test_a_comment_alone_stands_after_the_present_wording(client, made):
    page = text_of(fill(client, "remark", made, proposed_wording=""))
    assert page.index("Zapis nr 2 o kwocie 10 000 zł i „zasadach”.</dd>") < page.index(">Za mało.</dd>")
    assert "<ins>" not in page


@KINDS
def test_back_from_the_check_page_everything_is_still_typed(client, made, kind):
    page = text_of(fill(client, kind, made, step="edit"))
    for value in typed(kind, made).values():
        assert value.replace("\r\n", "\n") in page.replace("\r\n", "\n")
    assert not Submission.objects.exists()


@KINDS
def test_a_double_click_sends_one_letter_and_shows_the_same_receipt(client, made, kind):
    data = {"stamp": stamp_on(text_of(client.get(url_of(kind, made)))), "step": "send", **typed(kind, made)}
    first, second = client.post(url_of(kind, made), data), client.post(url_of(kind, made), data)
    assert first.url == second.url
    assert (Submission.objects.count(), Letter.objects.count()) == (1, 1)


@KINDS
def test_back_from_the_receipt_other_words_are_another_letter(client, made, kind):
    data = {"stamp": stamp_on(text_of(client.get(url_of(kind, made)))), "step": "send", **typed(kind, made)}
    first, second = client.post(url_of(kind, made), data), client.post(url_of(kind, made), {**data, "text": "Inny tekst."})
    assert first.url != second.url
    assert [voice.text for voice in Voice.objects.order_by("pk")][1] == "Inny tekst."
    assert "Inny tekst." in text_of(client.get(second.url))


def test_an_organization_of_the_directory_is_recognized_and_offered(client, made):
    known = Organization.objects.create(name="Fundacja Ćma", verified_at=OPENS)
    Organization.objects.create(name="Fundacja Nieznana")
    page = text_of(client.get(url_of("proposal", made)))
    assert 'value="Fundacja Ćma"' in page
    assert "Fundacja Nieznana" not in page
    fill(client, "proposal", made, step="send", organization="  FUNDACJA   ćma ")
    assert Submission.objects.get().organization == known


@KINDS
def test_the_form_is_kept_by_no_cache_and_says_what_fields_are_for(client, made, kind):
    response = client.get(url_of(kind, made))
    assert "no-store" in response["Cache-Control"]
    page = text_of(response)
    for what in ("name", "email", "organization"):
        assert f'autocomplete="{what}"' in page
    assert "maxlength" not in re.search(r'<textarea[^>]*name="text"[^>]*>', page)[0]
    assert 'data-counter="4000"' in page


# --- What is wrong ------------------------------------------------------------------------------

LONG = "ż" * 10_000
WRONG = [
    ("name", ""),
    ("name", "ł" * 151),
    ("email", ""),
    ("email", "anna.example.org"),
    ("email", "a@b"),
    ("email", "a@example.org\nBcc: b@example.org"),
    ("email", "a" * 250 + "@example.org"),
    ("organization", LONG),
    ("reasons", LONG),
    ("reasons", "ż" * 2001),
    ("text", LONG),
    ("text", "ż" * 4001),
]


TOPICS = [("topic", ""), ("topic", "999999"), ("topic", "x")]


@pytest.mark.parametrize(("field", "value"), [*WRONG, *TOPICS, ("text", ""), ("text", " \x00 ")])
def test_a_wrong_proposal_comes_back_whole_with_a_sentence_at_the_field(client, made, field, value):
    assert_refused(client, "proposal", made, field, value)


@pytest.mark.parametrize(
    ("field", "value"), [*WRONG, ("proposed_wording", LONG), ("place", ""), ("place", "abc"), ("place", "v999999")]
)
def test_a_wrong_remark_comes_back_whole_with_a_sentence_at_the_field(client, made, field, value):
    assert_refused(client, "remark", made, field, value)


def assert_refused(client, kind, made, field, value):
    response = fill(client, kind, made, step="send", **{field: value})
    form = response.context["form"]
    assert (response.status_code, set(form.errors)) == (200, {field})
    [sentence] = form.errors[field]
    assert sentence.endswith((".", "org"))
    assert not Submission.objects.exists()
    page = text_of(response)
    kept = {name: answer for name, answer in typed(kind, made).items() if name not in (field, "place", "topic")}
    for answer in (*kept.values(), value.replace("\x00", "") if field not in ("place", "topic") else ""):
        assert answer.strip().replace("\r\n", "\n") in page.replace("\r\n", "\n")


@pytest.mark.parametrize(("field", "limit"), [("text", 4000), ("reasons", 2000)])
def test_the_longest_text_is_taken_and_one_more_character_is_refused_with_the_number(client, made, field, limit):
    response = fill(client, "proposal", made, step="send", **{field: "ż" * (limit + 1)})
    [sentence] = response.context["form"].errors[field]
    assert str(limit + 1) in sentence
    assert str(limit) in sentence
    assert fill(client, "proposal", made, step="send", **{field: "ż" * limit}).status_code == 302
    assert len(getattr(Voice.objects.get(), field)) == limit


@KINDS
def test_what_looks_like_a_page_or_a_trick_is_kept_as_text(client, made, kind):
    words = "<script>alert('ą')</script> {{ 7|add:1 }} \x00'; DROP TABLE -- 🙂 مرحبا"
    checked = fill(client, kind, made, text=words)
    assert "<script>alert" not in checked.content.decode()
    receipt = send_from(client, kind, made, checked.content.decode())
    assert Voice.objects.get().text == words.replace("\x00", "")
    assert "<script>alert" not in client.get(receipt.url).content.decode()


@KINDS
def test_a_program_that_fills_in_everything_is_stopped(client, made, kind):
    response = fill(client, kind, made, step="send", website="https://example.com")
    assert not Submission.objects.exists()
    assert response.context["form"].non_field_errors()
    assert "Zażółć gęślą jaźń" in text_of(response)


@KINDS
@pytest.mark.parametrize("stamp", ["", "zmyślony", "old"])
def test_a_stale_or_forged_stamp_shows_the_answers_once_more_and_then_lets_through(client, made, kind, stamp, clock):
    if stamp == "old":
        stamp = stamp_on(text_of(client.get(url_of(kind, made))))
        clock.shift(timedelta(seconds=STAMP_LIVES + 1))
    response = client.post(url_of(kind, made), {"stamp": stamp, "step": "send", **typed(kind, made)})
    assert (response.status_code, Submission.objects.count()) == (200, 0)
    assert send_from(client, kind, made, response.content.decode()).status_code == 302
    assert Submission.objects.count() == 1


def test_a_stamp_of_another_purpose_is_no_stamp(client, made):
    other = signing.dumps("a" * 32, salt="link")
    client.post(url_of("proposal", made), {"stamp": other, "step": "send", **typed("proposal", made)})
    assert not Submission.objects.exists()


@KINDS
def test_too_many_forms_are_refused_with_the_text_kept(client, made, kind, monkeypatch):
    monkeypatch.setattr("accounts.limits.FORMS_FROM_ONE_NETWORK", limits.Limit("forms", 1, timedelta(minutes=15)))
    assert fill(client, kind, made, step="send").status_code == 302
    response = fill(client, kind, made, step="send")
    assert response.context["form"].non_field_errors() == [str(limits.TooMany.in_words)]
    assert "Zażółć gęślą jaźń" in text_of(response)
    assert Submission.objects.count() == 1


@KINDS
def test_too_many_letters_to_one_address_are_refused_with_the_text_kept(client, made, kind, monkeypatch):
    once = limits.Limit("letters", 1, timedelta(hours=1), limits.TooManyLetters)
    monkeypatch.setattr("accounts.limits.LETTERS_TO_ONE_ADDRESS", once)
    assert fill(client, kind, made, step="send", email="anna@example.org").status_code == 302
    response = fill(client, kind, made, step="send", email=" ANNA@example.org")
    assert response.context["form"].non_field_errors() == [str(limits.TooManyLetters.in_words)]
    assert limits.TooManyLetters.in_words != limits.TooMany.in_words
    assert "Zażółć gęślą jaźń" in text_of(response)
    assert fill(client, kind, made, step="send", email="jan@example.org").status_code == 302
    assert Submission.objects.count() == 2


def test_without_the_token_the_text_is_given_back(made):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(url_of("proposal", made), {"step": "send", **typed("proposal", made)})
    assert response.status_code == 403
    assert "Zażółć gęślą jaźń" in text_of(response)


# --- The deadline -------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize(("at", "taken"), [(OPENS - TICK, False), (OPENS, True), (CLOSES - TICK, True), (CLOSES, False)])
def test_a_post_counts_to_the_last_moment_and_a_refused_one_keeps_the_text(client, made, kind, at, taken, clock):
    stamp = stamp_on(text_of(client.get(url_of(kind, made))))
    with time_machine.travel(at, tick=False):
        response = client.post(url_of(kind, made), {"stamp": stamp_at(at, stamp), "step": "send", **typed(kind, made)})
    assert Submission.objects.exists() is taken
    if not taken:
        page = text_of(response)
        assert response.context["form"].non_field_errors()
        assert "Zażółć gęślą jaźń" in page
        assert 'value="download"' in page


def stamp_at(at, stamp):
    """The same token on a page shown just before."""
    with time_machine.travel(at, tick=False):
        return signing.dumps(signing.loads(stamp, salt="form"), salt="form")


@KINDS
def test_after_the_deadline_the_page_says_so_and_what_to_do(client, made, kind, clock):
    clock.move_to(CLOSES)
    response = client.get(url_of(kind, made))
    page = text_of(response)
    assert response.status_code == 200
    assert "<textarea" not in page
    assert "20" in page
    assert reverse("consultations:contact", args=[made.slug]) in page
    assert "56 000 00 00" in page


@KINDS
def test_already_at_the_first_step_the_close_is_told_with_the_text_kept(client, made, kind, clock):
    stamp = stamp_on(text_of(client.get(url_of(kind, made))))
    clock.move_to(CLOSES)
    for step in ("check", "edit", "quote"):
        response = client.post(url_of(kind, made), {"stamp": stamp, "step": step, **typed(kind, made)})
        assert response.context["form"].non_field_errors()
        assert "Zażółć gęślą jaźń" in text_of(response)


@KINDS
def test_what_was_typed_can_be_taken_away_as_a_file_whatever_is_wrong_with_it(client, made, kind, clock):
    clock.move_to(CLOSES + timedelta(days=9))
    response = client.post(url_of(kind, made), {"step": "download", **typed(kind, made, email="źle", text=LONG)})
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment; filename=")
    assert response["Content-Disposition"].isascii()
    body = response.content.decode()
    for words in ("Zażółć gęślą jaźń", LONG, "źle", "Anna Żółć", "Zapis nr 2" if kind == "remark" else "Procedura konkursowa"):
        assert words in body
    assert not Submission.objects.exists()


def test_only_published_consultations_take_forms(client, made):
    made.published_at = DURING + TICK
    made.save()
    for kind in URLS:
        assert client.get(url_of(kind, made)).status_code == 404


def test_when_only_one_kind_is_open_the_other_is_closed(client, made):
    made.stages.filter(kind=Kind.REMARKS).delete()
    assert "<textarea" in text_of(client.get(url_of("proposal", made)))
    assert "<textarea" not in text_of(client.get(url_of("remark", made)))


def test_a_receipt_is_found_by_its_own_address_only(client, made):
    fill(client, "proposal", made, step="send")
    token = Submission.objects.get().form_token
    other = consultation("2030")
    assert client.get(reverse("consultations:receipt", args=[other.slug, token])).status_code == 404
    assert client.get(reverse("consultations:receipt", args=[made.slug, "f" * 32])).status_code == 404
    response = client.get(reverse("consultations:receipt", args=[made.slug, token]))
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in text_of(response)
    assert "/l/" not in text_of(response)
