"""The words of letters at the desk: read, tried, saved, given up; what is refused stays typed."""

import html as entities
from uuid import uuid4

import pytest

from accounts.editing import save_text
from accounts.kinds import KINDS
from accounts.models import Letter, LetterText, User
from accounts.roles import Role
from accounts.texts import Text, default_text
from tests.factories.accounts import NOW, person

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/lettertext/"
EDIT = f"{LIST}stage_closes/pl/"
GOOD = {"subject": "Został tydzień: {what}", "body": "{what} {until}.\r\n\r\n=> {page_url} Otwórz", "why": "Bo {because}."}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def coordinator(client) -> User:
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


def own(by: User, **values: str) -> LetterText:
    text = Text(**{"subject": "Własny temat", "body": "{what} {until}", "why": "Bo tak.", **values})
    return save_text("stage_closes", "pl", text=text, by=by, at=NOW)


def frame_in(html: str) -> str:
    return entities.unescape(html.split('<iframe class="letter" src="')[1].split('"')[0])


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "reads", "resets"), [(Role.COORDINATOR, 200, 200), (Role.AUDITOR, 200, 403), (Role.DRAFTER, 403, 403)]
)
def test_who_reads_the_texts(client, role, reads, resets):
    own(person("other@example.org", Role.COORDINATOR))
    client.force_login(person("", role))
    assert [client.get(address).status_code for address in (LIST, EDIT, f"{EDIT}html/")] == [reads] * 3
    assert client.get(f"{EDIT}reset/").status_code == resets


@pytest.mark.parametrize("button", ["save", "test", "preview"])
def test_a_reader_changes_nothing_and_is_offered_nothing(client, button):
    client.force_login(person("", Role.AUDITOR))
    assert client.post(EDIT, {**GOOD, button: "1"}).status_code == 403
    assert client.post(f"{EDIT}reset/").status_code == 403
    assert not LetterText.objects.exists()
    assert not Letter.objects.exists()
    assert 'name="save"' not in client.get(EDIT).content.decode()


@pytest.mark.parametrize("address", ["nonsense/pl/", "stage_closes/de/", "test/pl/", "stage_closes/pl/nonsense/"])
def test_what_is_no_letter_is_not_found(client, coordinator, address):
    assert client.get(f"{LIST}{address}").status_code == 404


def test_there_is_nothing_to_reset_without_an_own_text(client, coordinator):
    assert client.get(f"{EDIT}reset/").status_code == 404


# --- Reading -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"test"}))
def test_every_letter_can_be_read_and_looked_at(client, coordinator, kind):
    assert f"{LIST}{kind}/pl/" in client.get(LIST).content.decode()
    answer = client.get(f"{LIST}{kind}/pl/")
    assert answer.context["form"].initial["subject"] == default_text(kind, "pl").subject
    assert "{public_url}" in answer.content.decode()
    assert client.get(frame_in(answer.content.decode())).status_code == 200


def test_the_list_tells_own_texts_from_the_portals(client, coordinator):
    own(coordinator)
    html = client.get(LIST).content.decode()
    assert html.count(">własny tekst<") == 1
    assert html.count(">tekst portalu<") == 2 * len(KINDS) - 3


@pytest.mark.parametrize("count", [1, 27])
def test_pages_take_the_same_queries_however_many_texts_are_own(client, coordinator, django_assert_num_queries, count):
    for kind in list(KINDS)[:count]:
        LetterText.objects.create(
            kind=kind, language="pl", subject="T", body="B", why="W", changed_at=NOW, changed_by=coordinator
        )
    with django_assert_num_queries(6):
        client.get(LIST)
    with django_assert_num_queries(7):
        client.get(EDIT)


def test_placeholders_are_listed_with_meaning_and_example(client, coordinator):
    html = client.get(EDIT).content.decode()
    for words in ("{until}", "termin słowami", "do czwartku 22 lipca", "=&gt; {page_url} Słowa na przycisku"):
        assert words in html


# --- Preview and trial ---------------------------------------------------------------------------


def test_a_preview_shows_what_is_typed_and_saves_nothing(client, coordinator):
    answer = client.post(EDIT, {**GOOD, "preview": "1"})
    html = answer.content.decode()
    assert "Podgląd wpisanego tekstu" in html
    assert answer.context["preview"].subject.startswith("Został tydzień: ")
    assert "{what}" not in answer.context["preview"].plain
    framed = client.get(frame_in(html))
    assert "Otwórz" in framed.content.decode()
    assert "sandbox" in framed["Content-Security-Policy"]
    assert answer.context["form"]["body"].value() == GOOD["body"]
    assert not LetterText.objects.exists()


def test_a_preview_says_what_is_wrong_and_is_shown_all_the_same(client, coordinator):
    answer = client.post(EDIT, {**GOOD, "subject": "{untill}", "preview": "1"})
    assert "{until}" in str(answer.context["form"].non_field_errors())
    # At the top, and beside the preview that the page has jumped to.
    assert answer.content.decode().count("Czy chodzi o {until}?") == 2
    assert answer.context["preview"].subject == "{untill}"


def test_a_preview_that_has_gone_says_so(client, coordinator):
    answer = client.get(f"{EDIT}html/{uuid4()}/")
    assert "wygasł" in answer.content.decode()


def test_a_preview_runs_nothing_that_is_typed(client, coordinator):
    answer = client.post(EDIT, {**GOOD, "body": "<script>alert(1)</script> {until}", "preview": "1"})
    framed = client.get(frame_in(answer.content.decode()))
    assert b"<script>alert" not in answer.content + framed.content


def test_a_trial_goes_to_whoever_edits_and_saves_nothing(client, coordinator):
    answer = client.post(EDIT, {**GOOD, "test": "1"})
    letter = Letter.objects.get()
    assert (letter.to, letter.kind) == ("coordinator@example.org", "test")
    assert "coordinator@example.org" in str(*answer.context["messages"])
    assert answer.context["form"]["subject"].value() == GOOD["subject"]
    assert not LetterText.objects.exists()


# --- Saving --------------------------------------------------------------------------------------


def test_saved_words_are_the_offices_own(client, coordinator):
    assert client.post(EDIT, {**GOOD, "save": "1"}, follow=True).redirect_chain == [(LIST, 302)]
    saved = LetterText.objects.get()
    assert (saved.subject, saved.body) == (GOOD["subject"], "{what} {until}.\n\n=> {page_url} Otwórz")
    assert (saved.changed_by, saved.changed_at) == (coordinator, NOW)


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("subject", "{nonsense}"),
        ("subject", ""),
        ("body", "   "),
        ("why", "x" * 401),
        ("body", "Nawias { bez pary"),
        ("body", "=> http://elsewhere.example.org/ Kliknij"),
        ("subject", "x" * 10_000),
        ("body", "a\x00b"),
    ],
)
@pytest.mark.parametrize("button", ["save", "test"])
def test_what_is_refused_is_explained_and_stays_typed(client, coordinator, field, words, button):
    answer = client.post(EDIT, {**GOOD, field: words, button: "1"})
    form = answer.context["form"]
    assert answer.status_code == 200
    assert form.errors
    assert form[field].value() == words
    assert "Nic nie zostało zapisane" in answer.content.decode()
    assert not LetterText.objects.exists()
    assert not Letter.objects.exists()


def test_reset_shows_both_texts_and_asks_first(client, coordinator):
    own(coordinator)
    html = client.get(f"{EDIT}reset/").content.decode()
    assert "Własny temat" in html
    assert default_text("stage_closes", "pl").subject in html
    assert LetterText.objects.exists()
    assert client.post(f"{EDIT}reset/").status_code == 302
    assert not LetterText.objects.exists()
