"""Words kept to be finished later: whole, behind an address nobody can guess, thirty days from the last saving."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts import limits
from consultations.actions.drafts import keep_draft
from consultations.deadlines import day_words, local_day
from consultations.models import KeptDraft, Submission, VoiceKind
from desk.privacy.retention import retain
from programs.actions import freeze_version, remove_unit, start_version
from programs.models import Purpose
from tests.consultations.test_voices_letters import KINDS, fields_of, letter_of, press, texts_on
from tests.consultations.test_voices_wording import renewed
from tests.consultations.voice_pages import fill, text_of, url_of
from tests.factories.voices import CLOSES, DURING, TICK, consultation, unit

pytestmark = pytest.mark.django_db
DAYS = timedelta(days=30)


@pytest.fixture
def made():
    return consultation()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


def keep(client, kind, made, **changes):
    """Type, save and follow to the draft's own page."""
    saved = fill(client, kind, made, step="keep", **changes)
    assert saved.status_code == 302
    return client.get(saved.url)


# --- Kept ---------------------------------------------------------------------------------------


@KINDS
def test_words_right_or_wrong_come_back_as_they_were_typed(client, made, kind):
    wrong = {"name": "", "email": "anna.example", "reasons": "ż" * 10_000, "text": "Zażółć\n<b>🙂"}
    page = keep(client, kind, made, **wrong)
    form = page.context["form"]
    assert {name: form[name].value() for name in wrong} == wrong
    assert form["organization"].value() == "Stowarzyszenie Żółty Latawiec"
    assert not form.errors
    draft = KeptDraft.objects.get()
    assert (draft.kind, draft.consultation, draft.saved_at) == (kind, made, DURING)
    assert not Submission.objects.exists()


@KINDS
def test_its_page_says_its_address_until_when_it_stays_and_is_found_by_no_search_engine(client, made, kind):
    page = keep(client, kind, made)
    words, draft = text_of(page), KeptDraft.objects.get()
    address = reverse("consultations:draft", args=[made.slug, draft.token])
    assert f'value="http://testserver{address}"' in words
    assert day_words(local_day(draft.kept_until), DURING) in words
    assert draft.kept_until == DURING + DAYS
    assert len(draft.token) == 43
    assert page["Referrer-Policy"] == "strict-origin"
    assert page["X-Robots-Tag"] == "noindex"
    assert "no-store" in page["Cache-Control"]
    assert 'content="noindex"' in words


@KINDS
def test_the_whole_letter_is_kept_in_its_order(client, made, kind):
    texts = ["Tekst pierwszy.", "Tekst drugi.", "Tekst trzeci."]
    page = press(client, kind, made, letter_of(client, kind, made, texts), "change-1")
    opened = client.get(press(client, kind, made, page, "keep", text="Zmieniony.").url)
    assert opened.context["form"]["text"].value() == "Zmieniony."
    for words in ("Tekst pierwszy.", "Tekst trzeci."):
        assert words in text_of(opened)
    checked = press(client, kind, made, opened, "check")
    assert texts_on(checked) == ["Tekst pierwszy.", "Zmieniony.", "Tekst trzeci."]


@KINDS
def test_saved_again_it_stays_at_its_address_and_its_days_begin_anew(client, made, kind, clock):
    first = keep(client, kind, made, text="Wcześniej.")
    clock.shift(timedelta(days=2))
    again = press(client, kind, made, first, "keep", text="Później.")
    draft = KeptDraft.objects.get()
    assert again.url == draft.get_absolute_url() == first.wsgi_request.path
    assert draft.kept_until == DURING + timedelta(days=2) + DAYS
    assert client.get(again.url).context["form"]["text"].value() == "Później."


@KINDS
def test_two_windows_overwrite_neither_words(client, made, kind, clock):
    opened = keep(client, kind, made, text="Wspólne.")
    clock.shift(timedelta(minutes=1))
    first = press(client, kind, made, opened, "keep", text="Pierwsze okno.")
    clock.shift(timedelta(minutes=1))
    second = press(client, kind, made, opened, "keep", text="Drugie okno.")
    assert first.url != second.url
    shown = [client.get(page.url).context["form"]["text"].value() for page in (first, second)]
    assert shown == ["Pierwsze okno.", "Drugie okno."]


@KINDS
def test_sending_from_an_old_window_keeps_what_was_saved_since(client, made, kind, clock):
    opened = keep(client, kind, made, text="Wspólne.")
    clock.shift(timedelta(minutes=1))
    newer = press(client, kind, made, opened, "keep", text="Nowsze.")
    press(client, kind, made, press(client, kind, made, opened, "check"), "send")
    assert Submission.objects.count() == 1
    assert client.get(newer.url).context["form"]["text"].value() == "Nowsze."


@KINDS
@pytest.mark.parametrize(
    "token", ["a" * 43, "x", "\x00", "ż" * 500, "x 2026-13-41T00:00Z", "x 2026-10-01T00:00", "\x00 2026-10-01T00:00Z"]
)
def test_nobody_chooses_the_address_of_a_draft(client, made, kind, token):
    fill(client, kind, made, step="keep", draft=token)
    assert KeptDraft.objects.get().token != token


def test_a_draft_is_not_overwritten_from_another_consultation_or_kind(made):
    typed = {"author": {}, "letter": [{}], "nth": 0}
    first = keep_draft(made, kind=VoiceKind.REMARK, typed=typed, edition="", at=DURING)
    other = consultation("2028")
    for where, kind in ((other, VoiceKind.REMARK), (made, VoiceKind.PROPOSAL)):
        assert keep_draft(where, kind=kind, typed=typed, edition=first.edition, at=DURING).token != first.token


# --- Sent ---------------------------------------------------------------------------------------


@KINDS
def test_sending_takes_the_draft_away_and_sending_twice_gives_the_first_receipt(client, made, kind):
    opened = keep(client, kind, made)
    other = keep(client, kind, made)
    checked = press(client, kind, made, opened, "check")
    assert KeptDraft.objects.count() == 2
    first, second = (press(client, kind, made, checked, "send") for _ in range(2))
    assert first.url == second.url
    assert Submission.objects.count() == 1
    assert [draft.edition for draft in KeptDraft.objects.all()] == [fields_of(other)["draft"]]


@KINDS
def test_what_is_refused_stays_kept(client, made, kind):
    opened = keep(client, kind, made, name="")
    assert press(client, kind, made, opened, "send").status_code == 200
    assert KeptDraft.objects.count() == 1


@KINDS
def test_saved_in_another_window_after_it_was_sent_nothing_is_lost(client, made, kind):
    opened = keep(client, kind, made)
    press(client, kind, made, press(client, kind, made, opened, "check"), "send")
    again = press(client, kind, made, opened, "keep", text="Jeszcze to.")
    assert client.get(again.url).context["form"]["text"].value() == "Jeszcze to."


@KINDS
def test_at_an_address_where_nothing_is_kept_the_page_says_why(client, made, kind):
    opened = keep(client, kind, made)
    press(client, kind, made, press(client, kind, made, opened, "check"), "send")
    unknown = reverse("consultations:draft", args=[made.slug, "a" * 43])
    elsewhere = reverse(
        "consultations:draft",
        args=[
            consultation("2028").slug,
            KeptDraft.objects.create(consultation=made, kind=kind, token="b" * 43, saved_at=DURING).token,
        ],
    )
    for address in (opened.wsgi_request.path, unknown, elsewhere):
        gone = client.get(address)
        assert gone.status_code == 404
        assert "noindex" in text_of(gone)
        assert "<h1>" in text_of(gone)


@pytest.mark.parametrize("page", ["szkic", "przyjeto"])
@pytest.mark.parametrize("token", ["%00", "%C5%BC", "a%2Fb"])
def test_an_address_that_no_token_could_make_is_just_not_found(client, made, page, token):
    assert client.get(f"/konsultacje/{made.slug}/{page}/{token}/").status_code == 404


# --- Thirty days --------------------------------------------------------------------------------


@KINDS
@pytest.mark.parametrize(("at", "stays"), [(DURING + DAYS - TICK, True), (DURING + DAYS, False)])
def test_it_stays_to_the_last_moment_of_its_days_and_no_longer(client, made, kind, at, stays, clock):
    address = keep(client, kind, made).wsgi_request.path
    clock.move_to(at)
    assert client.get(address).status_code == (200 if stays else 404)
    retain(at=at)
    assert KeptDraft.objects.exists() is stays


# --- After the close, after a change of the text ------------------------------------------------


@KINDS
@pytest.mark.parametrize(("at", "is_open"), [(CLOSES - TICK, True), (CLOSES, False)])
def test_after_the_close_a_draft_still_opens_says_so_and_can_be_taken_away(client, made, kind, at, is_open, clock):
    address = keep(client, kind, made).wsgi_request.path
    clock.move_to(at)
    opened = client.get(address)
    words = text_of(opened)
    assert "Zażółć gęślą jaźń" in words
    assert ('value="download"' not in words) is is_open
    assert ('name="step" value="keep"' in words) is is_open
    closed = opened.context["closed"]
    assert closed is None if is_open else str(closed) in words
    body = press(client, kind, made, opened, "download").content.decode()
    assert "Zażółć gęślą jaźń" in body
    assert "Anna Żółć" in body


@KINDS
def test_kept_too_late_it_is_kept_all_the_same(client, made, kind, clock):
    opened = keep(client, kind, made)
    clock.move_to(CLOSES)
    press(client, kind, made, opened, "keep", text="Za późno.")
    assert KeptDraft.objects.get().typed["letter"][0]["text"] == "Za późno."


def test_a_draft_on_words_that_have_changed_says_so_and_sends_nothing_unseen(client, made):
    place = unit(made)
    address = keep(client, "remark", made, quoted=str(place.provision_id), proposed_wording=place.text).wsgi_request.path
    assert client.get(address).context["form"].notice == ""
    renewed(place)
    opened = client.get(address)
    assert opened.context["form"].notice in text_of(opened)
    assert opened.context["form"].notice
    assert "Zupełnie nowy zapis." in text_of(opened)
    judged = press(client, "remark", made, opened, "send").context["form"]
    assert set(judged.errors) == {"place"}
    assert judged["proposed_wording"].value() == "Zupełnie nowy zapis."
    assert not Submission.objects.exists()


def test_a_draft_on_a_provision_that_is_gone_names_it_and_keeps_every_word(client, made):
    place = unit(made, "§ 2")
    address = keep(client, "remark", made).wsgi_request.path
    new = start_version(place.version.program, purpose=Purpose.CONSULTATION, based_on=place.version, at=DURING)
    remove_unit(new.texts.get(provision=place.provision_id), at=DURING)
    freeze_version(new, by=None, at=DURING, despite=["unexplained:1"])
    opened = client.get(address)
    form = opened.context["form"]
    assert "§ 2" in form.notice
    assert (form["text"].value(), form["proposed_wording"].value()) == ("Za mało.", "Lepsze brzmienie <b>")
    refused = press(client, "remark", made, opened, "check")
    assert set(refused.context["form"].errors) == {"place"}
    assert "Lepsze brzmienie <b>" in text_of(refused)
    elsewhere = str(unit(made, "§ 1").provision_id)
    assert press(client, "remark", made, refused, "send", place=elsewhere).status_code == 302


# --- Against abuse ------------------------------------------------------------------------------


@KINDS
def test_too_many_savings_are_refused_with_the_text_kept_on_the_page(client, made, kind, monkeypatch):
    monkeypatch.setattr("accounts.limits.FORMS_FROM_ONE_NETWORK", limits.Limit("forms", 1, timedelta(minutes=15)))
    keep(client, kind, made)
    refused = fill(client, kind, made, step="keep")
    assert refused.context["form"].non_field_errors() == [str(limits.TooMany.in_words)]
    assert "Zażółć gęślą jaźń" in text_of(refused)
    assert KeptDraft.objects.count() == 1


@KINDS
def test_a_program_that_fills_in_everything_keeps_nothing(client, made, kind):
    refused = fill(client, kind, made, step="keep", website="https://example.com")
    assert refused.context["form"].non_field_errors()
    assert not KeptDraft.objects.exists()


@KINDS
def test_of_what_is_posted_only_the_fields_of_the_form_are_kept(client, made, kind):
    client.post(url_of(kind, made), {"step": "keep", "text": "Mój tekst.", "is_staff": "1", "released_at": "2026-01-01"})
    typed = KeptDraft.objects.get().typed
    assert typed.keys() == {"author", "letter", "nth"}
    assert typed["author"].keys() == {"name", "email", "organization"}
    assert not {"is_staff", "released_at", "stamp", "website"} & typed["letter"][0].keys()
