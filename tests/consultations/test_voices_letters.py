"""Several voices in one letter, without a session and without a script; ranges of provisions."""

import re
from html import unescape

import pytest
import time_machine
from django.core import signing
from django.template.loader import render_to_string

from accounts.models import Letter
from accounts.rendering import as_message
from consultations.actions.voices import ProposalText, RangeIsWrong, submit_proposal
from consultations.deadlines import until_words
from consultations.forms.voices.letters import AT_MOST, DAMAGED, FULL
from consultations.models import Channel, Submission, Voice
from consultations.quotes import quote_of
from tests.consultations.test_voices_wording import renewed
from tests.consultations.voice_pages import fill, remark_on, stamp_on, text_of, typed, url_of
from tests.factories.voices import AUTHOR, CLOSES, DURING, consultation, coordinator, token, unit

pytestmark = pytest.mark.django_db
KINDS = pytest.mark.parametrize("kind", ["proposal", "remark"])


@pytest.fixture
def made():
    return consultation()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


def fields_of(response):
    """What a browser would post back: of a form that is not judged as of one that is."""
    form = response.context["form"]
    return {name: str(form[name].value() or "") for name in form.fields}


def press(client, kind, made, response, step, **changes):
    return client.post(url_of(kind, made), {**fields_of(response), **changes, "step": step})


def letter_of(client, kind, made, texts):
    """Each typed, checked, and the next one added; the check page of the whole letter."""
    page = fill(client, kind, made, text=texts[0])
    for text in texts[1:]:
        empty = press(client, kind, made, page, "another")
        page = press(client, kind, made, empty, "check", **without_author(typed(kind, made, text=text)))
    return page


def without_author(fields):
    return {name: value for name, value in fields.items() if name not in ("name", "email", "organization")}


def texts_on(page):
    return [str(voice["text"].value()) for voice in page.context["form"].voices]


# --- Adding, changing, taking out ---------------------------------------------------------------


@KINDS
def test_another_one_is_asked_for_on_an_empty_form_that_keeps_the_author_and_lists_what_is_there(client, made, kind):
    empty = press(client, kind, made, fill(client, kind, made, text="Pierwszy tekst."), "another")
    form = empty.context["form"]
    assert {name: form[name].value() or "" for name in ("text", "reasons")} == {"text": "", "reasons": ""}
    assert form["name"].value() == "Anna Żółć"
    assert form["email"].value() == "Anna@Example.org"
    assert not form.errors
    assert "Pierwszy tekst." in text_of(empty)
    assert not Submission.objects.exists()


@KINDS
def test_one_letter_one_receipt_all_numbers_and_all_words(client, made, kind):
    page = letter_of(client, kind, made, ["Tekst pierwszy.", "Tekst drugi.", "Tekst trzeci."])
    assert texts_on(page) == ["Tekst pierwszy.", "Tekst drugi.", "Tekst trzeci."]
    sent = press(client, kind, made, page, "send")
    letter = Submission.objects.get()
    voices = letter.voices.order_by("number")
    assert [(voice.number, voice.text) for voice in voices] == [(1, "Tekst pierwszy."), (2, "Tekst drugi."), (3, "Tekst trzeci.")]
    receipt = text_of(client.get(sent.url))
    mail = as_message(Letter.objects.get()).body
    for voice in voices:
        assert voice.signature in receipt
        assert voice.text in receipt
        assert voice.signature in mail
        assert voice.text in mail
    assert voices[0].signature + "–003" in receipt


@KINDS
def test_sent_twice_it_is_one_letter_also_after_the_close(client, made, kind, clock):
    page = letter_of(client, kind, made, ["Tekst pierwszy.", "Tekst drugi."])
    first, second = (press(client, kind, made, page, "send") for _ in range(2))
    clock.move_to(CLOSES)
    stamp = signing.loads(fields_of(page)["stamp"], salt="form")
    third = press(client, kind, made, page, "send", stamp=signing.dumps(stamp, salt="form"))
    assert first.url == second.url == third.url
    assert (Submission.objects.count(), Voice.objects.count(), Letter.objects.count()) == (1, 2, 1)


@KINDS
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_each_can_be_changed_and_keeps_its_place(client, made, kind, nth):
    texts = ["Tekst pierwszy.", "Tekst drugi.", "Tekst trzeci."]
    form_page = press(client, kind, made, letter_of(client, kind, made, texts), f"change-{nth}")
    assert form_page.context["form"]["text"].value() == texts[nth]
    again = press(client, kind, made, form_page, "check", text="Zmieniony.")
    assert texts_on(again) == [*texts[:nth], "Zmieniony.", *texts[nth + 1 :]]


@KINDS
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_each_can_be_taken_out(client, made, kind, nth):
    texts = ["Tekst pierwszy.", "Tekst drugi.", "Tekst trzeci."]
    page = press(client, kind, made, letter_of(client, kind, made, texts), f"drop-{nth}")
    assert texts_on(page) == texts[:nth] + texts[nth + 1 :]
    press(client, kind, made, page, "send")
    assert [voice.text for voice in Voice.objects.order_by("number")] == texts[:nth] + texts[nth + 1 :]


@KINDS
def test_an_empty_one_can_be_left_out_from_its_form(client, made, kind):
    empty = press(client, kind, made, fill(client, kind, made, text="Jedyny."), "another")
    page = press(client, kind, made, empty, "drop-1")
    assert texts_on(page) == ["Jedyny."]
    assert page.context["form"].is_to_be_checked


@KINDS
@pytest.mark.parametrize("step", ["drop-0", "change-7", "drop--1", "change-", "change-²"])
def test_a_button_that_is_not_there_does_nothing(client, made, kind, step):
    page = press(client, kind, made, fill(client, kind, made, text="Jedyny."), step)
    assert (page.status_code, Submission.objects.count()) == (200, 0)
    assert page.context["form"]["text"].value() == "Jedyny."


@KINDS
def test_twenty_make_a_letter_and_one_more_is_refused_with_nothing_lost(client, made, kind):
    texts = [f"Tekst {number}." for number in range(AT_MOST)]
    page = letter_of(client, kind, made, texts)
    assert 'value="another"' not in text_of(page)
    refused = press(client, kind, made, page, "another")
    assert refused.context["form"].non_field_errors() == [str(FULL)]
    sent = press(client, kind, made, refused, "send")
    assert sent.status_code == 302
    assert [voice.text for voice in Voice.objects.order_by("number")] == texts
    assert 'value="another"' in text_of(letter_of(client, kind, made, texts[:-1]))


@KINDS
def test_twenty_of_the_longest_still_fit_into_one_post(client, made, kind):
    """Characters of four bytes that hardly repeat, so that nothing helps: the worst that can be typed."""
    words = "".join(chr(0x1F300 + (n * 7919) % 700) for n in range(2000))
    long = {"text": words * 2, "reasons": words}
    if kind == "remark":
        long["proposed_wording"] = words[::-1] * 2
    page = fill(client, kind, made, **long)
    for _ in range(AT_MOST - 1):
        empty = press(client, kind, made, page, "another")
        page = press(client, kind, made, empty, "check", **without_author(typed(kind, made, **long)))
    assert press(client, kind, made, page, "send").status_code == 302
    assert Voice.objects.count() == AT_MOST


@KINDS
def test_a_download_holds_the_whole_letter(client, made, kind):
    page = letter_of(client, kind, made, ["Tekst pierwszy.", "Tekst drugi."])
    body = press(client, kind, made, page, "download", email="źle").content.decode()
    for words in ("Tekst pierwszy.", "Tekst drugi.", "źle", "Anna Żółć"):
        assert words in body


def test_the_receipt_by_mail_says_until_when_the_letter_can_be_changed(client, made):
    fill(client, "proposal", made, step="send")
    assert until_words(CLOSES, DURING) in plain(as_message(Letter.objects.get()).body)
    late = {"channel": Channel.PAPER, "entered_by": coordinator(), "received_at": CLOSES, "late_reason": "Chorowała."}
    submit_proposal(made, author=AUTHOR, proposals=[ProposalText("a")], form_token=token(), at=CLOSES, **late)
    assert Letter.objects.latest("pk").context["change_note"] == ""
    assert until_words(CLOSES, CLOSES) not in plain(as_message(Letter.objects.latest("pk")).body)


def plain(text):
    return text.replace("\u00a0", " ")


# --- Forged, damaged, overtaken -----------------------------------------------------------------


@KINDS
@pytest.mark.parametrize(
    "rest",
    ["zmyślone", signing.dumps([0, [{"text": "Obcy."}]], salt="form", compress=True)],
    ids=["made up", "signed for something else"],
)
@pytest.mark.parametrize("step", ["check", "send", "another", "keep"])
def test_what_was_not_signed_here_is_refused_in_words_and_what_was_typed_stays(client, made, kind, rest, step):
    page = press(client, kind, made, fill(client, kind, made, text="Mój tekst."), step, rest=rest)
    form = page.context["form"]
    assert form.non_field_errors() == [str(DAMAGED)]
    assert form["text"].value() == "Mój tekst."
    assert "Obcy." not in text_of(page)
    assert press(client, kind, made, page, "send").status_code == 302
    assert [voice.text for voice in Voice.objects.all()] == ["Mój tekst."]


def test_when_the_text_has_changed_an_earlier_remark_is_shown_again_before_anything_is_sent(client, made):
    page = letter_of(client, "remark", made, ["Uwaga pierwsza.", "Uwaga druga."])
    new = renewed(unit(made))
    # The one in the fields first, then the one that travelled with it.
    for text in ("Uwaga druga.", "Uwaga pierwsza."):
        page = press(client, "remark", made, page, "send")
        form = page.context["form"]
        assert not Submission.objects.exists()
        assert (form["text"].value(), set(form.errors)) == (text, {"place"})
    assert press(client, "remark", made, page, "send").status_code == 302
    assert [(voice.text, voice.version) for voice in Voice.objects.order_by("number")] == [
        ("Uwaga pierwsza.", new),
        ("Uwaga druga.", new),
    ]


def test_the_check_of_a_letter_asks_the_database_for_each_remark_a_bounded_number_of_times(
    client, made, django_assert_num_queries
):
    one, three = (letter_of(client, "remark", made, texts) for texts in (["a"], ["a", "b", "c"]))
    # The words of the place, once for the fields and once for the remark as it is sent.
    with django_assert_num_queries(8):
        press(client, "remark", made, one, "check")
    with django_assert_num_queries(8 + 2 * 1):
        press(client, "remark", made, three, "check")


# --- Ranges -------------------------------------------------------------------------------------


def on_range(made, first, last, **changes):
    return {**remark_on(unit(made, first)), "until": str(unit(made, last).provision_id), "proposed_wording": "", **changes}


def test_a_remark_may_be_about_several_provisions_in_a_row(client, made):
    page = fill(client, "remark", made, **on_range(made, "§ 2", "§ 3"))
    assert "§ 2 – § 3" in text_of(page)
    receipt = press(client, "remark", made, page, "send")
    voice = Voice.objects.get()
    assert (voice.provision_text, voice.until_text, voice.place) == (unit(made, "§ 2"), unit(made, "§ 3"), "§ 2 – § 3")
    assert "§ 2 – § 3" in text_of(client.get(receipt.url))
    assert "§ 2 – § 3" in plain(as_message(Letter.objects.get()).body)


def test_the_quote_of_a_range_goes_to_the_end_of_its_last_unit(made):
    assert quote_of(unit(made, "§ 1 pkt 1"), unit(made, "§ 1 pkt 2")) == "1) wspieranie organizacji;\n2) rozwój wolontariatu."
    paragraph = "§ 1. Celami programu są:\n    1) wspieranie organizacji;\n    2) rozwój wolontariatu."
    assert quote_of(unit(made, "rozdział 1"), unit(made, "§ 1")).endswith(paragraph.replace("\n", "\n    "))
    second = '§ 2. Zapis nr 2 o kwocie 10 000 zł i "zasadach".'
    assert quote_of(unit(made, "§ 1"), unit(made, "§ 2")) == f"{paragraph}\n{second}"


def test_a_range_too_long_to_read_in_one_piece_is_not_quoted(client):
    made = consultation(paragraphs=200)
    assert quote_of(unit(made, "§ 2"), unit(made, "§ 200")) == ""
    fill(client, "remark", made, step="send", **on_range(made, "§ 2", "§ 200"))
    assert (Voice.objects.get().place, Voice.objects.get().quote) == ("§ 2 – § 200", "")


@pytest.mark.parametrize(("first", "last"), [("§ 3", "§ 2"), ("§ 1 pkt 2", "§ 1")])
def test_a_range_that_ends_before_it_begins_is_refused_at_its_end(client, made, first, last):
    page = fill(client, "remark", made, **on_range(made, first, last))
    assert page.context["form"].errors == {"until": [str(RangeIsWrong.in_words)]}
    assert '<details class="clause range" open>' in page.content.decode()
    assert "Za mało." in text_of(page)


def test_a_range_cannot_begin_with_the_whole_document(client, made):
    page = fill(client, "remark", made, **{**on_range(made, "§ 2", "§ 3"), "place": f"v{unit(made).version_id}"})
    assert set(page.context["form"].errors) == {"until"}


@pytest.mark.parametrize("until", ["abc", "00000000-0000-0000-0000-000000000000", "v1"])
def test_a_range_ends_with_a_provision_of_the_draft(client, made, until):
    page = fill(client, "remark", made, **{**on_range(made, "§ 2", "§ 3"), "until": until})
    assert set(page.context["form"].errors) == {"until"}


def test_a_range_of_one_provision_is_that_provision(client, made):
    fill(client, "remark", made, step="send", **on_range(made, "§ 2", "§ 2"))
    voice = Voice.objects.get()
    assert (voice.until_text, voice.quote) == (None, quote_of(unit(made, "§ 2")))


def test_the_wording_of_a_range_is_shown_and_not_put_into_the_field(client, made):
    opened = client.get(url_of("remark", made), {"provision": str(unit(made, "§ 1").provision_id)})
    chosen = press(client, "remark", made, opened, "quote", until=str(unit(made, "§ 2").provision_id))
    form = chosen.context["form"]
    assert form.quote == quote_of(unit(made, "§ 1"), unit(made, "§ 2"))
    assert form["proposed_wording"].value() == ""
    back = press(client, "remark", made, chosen, "quote", until="")
    assert back.context["form"]["proposed_wording"].value() == quote_of(unit(made, "§ 1"))


def test_a_wording_left_as_it_was_filled_in_is_no_proposal_for_a_range(client, made):
    first = unit(made, "§ 2")
    quoted = {"quoted": str(first.provision_id), "proposed_wording": first.text}
    fill(client, "remark", made, step="send", **{**on_range(made, "§ 2", "§ 3"), **quoted})
    assert Voice.objects.get().proposed_wording == ""


def test_the_proposed_wording_of_a_range_is_shown_whole_after_the_present_one(client, made):
    page = fill(client, "remark", made, **on_range(made, "§ 2", "§ 3", proposed_wording="Jeden wspólny zapis."))
    words = text_of(page)
    assert "<ins>" not in words
    assert words.index("§ 3. Zapis nr 3") < words.index(">Jeden wspólny zapis.</dd>")


# --- Writing of any kind ------------------------------------------------------------------------

SCRIPTS = ["مرحبا بالعالم", "Прошу добавить Ґ і Є", "🙂🏳️‍🌈 👩‍👩‍👧", "שלום", "ą\u0301 e\u0308"]


@KINDS
@pytest.mark.parametrize("words", SCRIPTS)
def test_a_letter_in_any_script_is_kept_as_typed_and_shown_in_its_own_direction(client, made, kind, words):
    page = fill(client, kind, made, text=words, reasons=words, name=words)
    assert f'<dd dir="auto">{words}</dd>' in text_of(page)
    receipt = press(client, kind, made, page, "send")
    voice = Voice.objects.select_related("submission").get()
    assert (voice.text, voice.reasons, voice.submission.name) == (words, words, words)
    assert re.search(rf'dir="auto">\s*<p>{re.escape(words)}', text_of(client.get(receipt.url)))
    form = unescape(client.get(url_of(kind, made)).content.decode())
    assert re.search(r'<textarea[^>]*name="text"[^>]*dir="auto"', form)


@KINDS
def test_pasted_nul_characters_are_dropped_in_every_voice_of_the_letter(client, made, kind):
    page = letter_of(client, kind, made, ["Te\x00kst pierwszy.", "\x00Tekst drugi."])
    press(client, kind, made, page, "send")
    assert [voice.text for voice in Voice.objects.order_by("number")] == ["Tekst pierwszy.", "Tekst drugi."]


def test_ten_thousand_characters_are_kept_and_refused_with_both_numbers(client, made):
    words = "ż" * 10_000
    page = fill(client, "proposal", made, text=words)
    [sentence] = page.context["form"].errors["text"]
    assert "10000" in re.sub(r"\s", "", sentence)
    assert "4000" in re.sub(r"\s", "", sentence)
    assert words in text_of(page)
    assert stamp_on(text_of(page))


def test_the_receipt_by_mail_tells_a_comment_from_the_proposed_wording():
    voice = {"signature": "U/2027/001", "proposed_wording": "Nowe słowa.", "text": "Komentarz autora."}
    words = render_to_string("emails/parts/voices.txt", {"voices": [voice, voice | {"proposed_wording": ""}]})
    assert "> Nowe słowa.\n\nKomentarz:\n> Komentarz autora." in words
    assert words.count("Komentarz:") == 1
