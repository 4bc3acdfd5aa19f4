"""Files of voices: which are refused and why, and the sheets that the desk hands out."""

import pytest
import time_machine
from django.urls import reverse

from consultations.forms.imported import rows_of as judged
from consultations.imports.columns import COLUMNS, head
from consultations.imports.reader import MAX_BYTES, read
from consultations.imports.refusals import Reason
from consultations.imports.sheets import CHANNELS
from consultations.models import VoiceImport, VoiceKind
from tests.consultations.sheet_desk import NEW, post, put_up
from tests.consultations.voice_pages import text_of
from tests.factories.sheets import GOOD, book, opened
from tests.factories.voices import CLOSES, consultation, coordinator

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(CLOSES, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


# --- What is wrong with a file ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", b"Kana\xc5\x82;Data\n", Reason.NOT_EXCEL),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Reason.OLD_EXCEL),
        ("a.xlsx", b"PK\x03\x04" + bytes(100), Reason.BROKEN),
        ("a.xlsx", b"PK" + bytes(MAX_BYTES), Reason.TOO_LARGE),
        ("a.xlsx", book([]), Reason.NO_ROWS),
    ],
    ids=["csv", "old", "broken", "large", "empty"],
)
def test_another_file_is_refused_in_words_and_nothing_is_kept(desk, made, name, data, reason):
    form = post(desk, made, data, name=name).context["form"]
    assert form.errors == {"file": [str(reason.label)]}
    assert not VoiceImport.objects.exists()


def test_a_column_that_is_not_known_is_named_to_whoever_put_the_file_up(desk, made):
    data = book([{"a": "papier"}], columns="a", heads=["Kanal łączności"])
    assert "Kanal łączności" in text_of(post(desk, made, data))


def test_without_a_file_it_asks_for_one(desk, made):
    form = desk.post(reverse(NEW), {"consultation": made.pk, "kind": VoiceKind.REMARK}).context["form"]
    assert set(form.errors) == {"file"}


# --- Sheets that are handed out ---------------------------------------------------------------------


def test_the_empty_sheet_lists_what_its_cells_take_and_reads_back(desk, made):
    answer = desk.post(reverse(NEW), {"consultation": made.pk, "kind": VoiceKind.REMARK, "blank": "1"})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="glosy-2027.xlsx"'
    sheets = opened(answer.content)
    assert list(sheets) == ["Głosy", "Listy", "Objaśnienia"]
    assert sheets["Głosy"] == [[head(name) for name in COLUMNS]]
    channels, topics, citations = ([words for words in column if words] for column in zip(*sheets["Listy"], strict=True))
    assert channels == [head("channel"), *CHANNELS.values()]
    assert topics == [head("topic"), "Procedura konkursowa", "Wolontariat", "inna sprawa"]
    assert citations == [head("citation"), "całość", "rozdział 1", "§ 1", "§ 1 pkt 1", "§ 1 pkt 2", "§ 2", "§ 3"]
    assert [row[0] for row in sheets["Objaśnienia"][1:]] == [head(name) for name in COLUMNS]
    # Each word of the lists is taken, and each head known.
    rows = [{**GOOD, "citation": cited, "text": cited} for cited in citations[1:]]
    rows += [{**GOOD, "topic": topic, "text": topic} for topic in topics[1:]]
    sheet = put_up(desk, made, rows)
    assert [row.errors for row in judged(sheet, CLOSES)] == [[]] * 10


def test_the_empty_sheet_for_proposals_has_no_columns_of_the_text(desk, made):
    answer = desk.post(reverse(NEW), {"consultation": made.pk, "kind": VoiceKind.PROPOSAL, "blank": "1"})
    sheets = opened(answer.content)
    assert not {head("citation"), head("proposed_wording")} & set(sheets["Głosy"][0])
    assert len(sheets["Listy"][0]) == 2


def test_a_sheet_given_back_holds_no_formula(desk, made):
    """Words that begin with = stay words, for whoever opens it and when it is put up again."""
    sheet = put_up(desk, made, [{**GOOD, "text": "=1+1"}, {**GOOD, "name": "@SUM(A1)", "citation": "§ 99", "text": "+a"}])
    answer = desk.get(reverse("admin:consultations_returned", args=[sheet.pk]))
    assert [row.errors for row in read(answer.content)] == [{}, {}]
    assert [row.said["text"] for row in read(answer.content)] == ["=1+1", "+a"]
    assert desk.get(reverse("admin:consultations_returned", args=[put_up(desk, made, [GOOD]).pk])).status_code == 404
