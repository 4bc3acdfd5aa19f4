from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.actions import UnitDraft, add_unit, edit_unit, move_unit, remove_unit, start_version
from programs.exports import docx
from programs.models import Purpose
from programs.numbering import ALLOWED_CHILDREN, Unit
from tests.factories.programs import TEXT, WRITTEN, draft, frozen, unit
from tests.programs.test_docx import EVERYTHING, bookmarks
from tests.programs.texts import lit, par, pkt
from tests.programs.word_files import (
    AT,
    W,
    file_of,
    part,
    printed,
    read,
    read_by_libreoffice,
    redline_of,
    settled,
    texts,
)

NAMES = [UUID(int=number) for number in range(1, 15)]
WORDS = st.sampled_from(
    ["", "Słowa.", "Inne słowa.", "Słowa i 10 000 zł.", "Dwie\nlinie.", f"Patrz {{ref:{NAMES[0]}}} i {{sum:{NAMES[1]}}}."]
)
CELLS = st.sampled_from(["", "a", "b c", "10", "20", "Razem", "="])


@st.composite
def some_texts(draw):
    """A small text; its units bear some of a few names, so that two such texts have units in common."""
    free = list(draw(st.permutations(NAMES)))
    names = {}

    def units(place, depth):
        kinds = sorted(ALLOWED_CHILDREN[place])
        drafts = []
        for _ in range(draw(st.integers(0, 3 if depth < 2 else 1)) if kinds else 0):
            if not free:
                break
            name, kind = free.pop(), draw(st.sampled_from(kinds))
            drafts.append(one_unit(Unit(kind), depth))
            names[id(drafts[-1])] = name
        return drafts

    def one_unit(kind, depth):
        heading = draw(st.sampled_from(["", "Tytuł", "Inny tytuł"]))
        if kind == Unit.TABLE:
            width = draw(st.integers(0, 2))
            rows = st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=3)
            return UnitDraft(kind, heading, cells=draw(rows) if width else [])
        return UnitDraft(kind, heading, draw(WORDS), children=units(kind, depth + 1))

    top = units(None, 0)
    return texts(*top, names=names)


@given(some_texts(), some_texts())
def test_all_accepted_is_the_new_text_and_all_rejected_the_old_one(old, new):
    content = redline_of(old, new)
    assert read(settled(content, accept=True)) == printed(new)
    assert read(settled(content, accept=False)) == printed(old)


@given(some_texts())
def test_a_version_beside_itself_has_no_change(same):
    content = redline_of(same, same)
    assert not changes(content)
    assert part(content).xpath("count(//*)") == part(file_of(same)).xpath("count(//*)")


def test_words_that_stay_are_not_marked():
    name = NAMES[0]
    old, new = par("Termin to 14 dni od ogłoszenia."), par("Termin to 21 dni od ogłoszenia.")
    content = redline_of(texts(old, names={id(old): name}), texts(new, names={id(new): name}))
    assert changes(content) == [("del", "14"), ("ins", "21")]


def test_a_unit_that_only_got_another_number_is_not_marked():
    kept = par("Drugi paragraf.")
    content = redline_of(texts(kept, names={id(kept): NAMES[0]}), texts(par("Nowy."), kept, names={id(kept): NAMES[0]}))
    assert changes(content) == [("ins", ""), ("ins", "Nowy.")]
    assert read(settled(content, accept=True)) == ["§ 1. Nowy.", "§ 2. Drugi paragraf."]


def test_a_citation_follows_what_it_cites():
    kept, citing = par("Cytowany."), par(f"Patrz {{ref:{NAMES[0]}}}.")
    names = {id(kept): NAMES[0], id(citing): NAMES[1]}
    content = redline_of(texts(kept, citing, names=names), texts(par("Nowy."), kept, citing, names=names))
    assert changes(content) == [("ins", ""), ("ins", "Nowy."), ("del", "§ 1"), ("ins", "§ 2")]


def test_a_number_that_is_typed_is_changed_like_words():
    letters = [lit(f"litera {number},") for number in range(29)]
    names = {id(one): UUID(int=100 + number) for number, one in enumerate(letters)}
    old = texts(par("a", pkt("b", *letters)), names=names)
    new = texts(par("a", pkt("b", *letters[1:])), names=names)
    content = redline_of(old, new)
    assert ("del", "zb") in changes(content)
    assert read(settled(content, accept=True)) == printed(new)
    assert read(settled(content, accept=False)) == printed(old)


def test_a_row_of_a_table_comes_and_goes_whole():
    old = UnitDraft(Unit.TABLE, cells=[["Zadanie", "Kwota"], ["Sport", "10"], ["Kultura", "20"], ["Razem", "="]])
    new = UnitDraft(Unit.TABLE, cells=[["Zadanie", "Kwota"], ["Sport", "15"], ["Zdrowie", "5"], ["Nauka", "1"], ["Razem", "="]])
    names = {id(old): NAMES[0], id(new): NAMES[0]}
    content = redline_of(texts(par("", old), names=names), texts(par("", new), names=names))
    rows = [
        (["".join(cell.itertext()) for cell in row.iter(f"{W}tc")], [each.tag[len(W) :] for each in row.find(f"{W}trPr")[1:]])
        for row in part(content).iter(f"{W}tr")
    ]
    assert rows == [
        (["Zadanie", "Kwota"], ["tblHeader"]),
        (["Sport", "1015"], []),
        (["Kultura", "20"], ["del"]),
        (["Zdrowie", "5"], ["ins"]),
        (["Nauka", "1"], ["ins"]),
        (["Razem", "3021"], []),
    ]


def test_what_moved_has_one_bookmark_where_it_stands_now_and_what_went_has_its_own():
    moved, stays, gone = par("Ten."), par("Tamten.", pkt("x")), par("Ginie.")
    names = {id(moved): NAMES[0], id(stays): NAMES[1], id(gone): NAMES[2]}
    content = redline_of(texts(moved, stays, gone, names=names), texts(stays, moved, names=names))
    marks = bookmarks(content)
    assert sorted(marks) == sorted(set(marks))
    assert {f"p_{name.hex}" for name in NAMES[:3]} <= set(marks)


def test_changes_are_by_the_office_and_of_the_moment_of_the_version(settings):
    kept = par("Było.")
    content = redline_of(texts(kept), texts(par("Jest.")))
    signed = {(each.get(f"{W}author"), each.get(f"{W}date")) for each in part(content).iter(f"{W}ins", f"{W}del")}
    assert signed == {(settings.MUNICIPALITY["name"], f"{AT:%Y-%m-%dT%H:%M:%SZ}")}


def test_each_page_says_which_versions_are_compared():
    content = redline_of(texts(par("Było.")), texts(par("Jest.")))
    assert "Zmiany między wersją 1 a wersją 2" in "".join(part(content, "word/header.xml").itertext())
    cover = ["".join(paragraph.itertext()) for paragraph in part(content).iter(f"{W}p")][2:4]
    assert cover == [
        "Zmiany między wersją 1 a wersją 2",
        "wersja 1 z 10 września 2026 r.; wersja 2 z 10 września 2026 r.",
    ]


@pytest.fixture
def edited(db):
    """A frozen version, and the next one after one change of each kind."""
    base = frozen(units=TEXT)
    version = start_version(base.program, purpose=Purpose.COUNCIL, at=WRITTEN, based_on=base)
    edit_unit(unit(version, "§ 1"), heading="Cel", text="Celem jest zażółcić gęślą jaźń do końca roku.", at=WRITTEN)
    move_unit(unit(version, "§ 2 pkt 3"), parent=unit(version, "§ 2"), after=None, at=WRITTEN)
    remove_unit(unit(version, "§ 2 pkt 3 lit. a"), at=WRITTEN)
    add_unit(version, kind=Unit.PARAGRAPH, parent=unit(version, "rozdział 1"), text="Nowy paragraf.", at=WRITTEN)
    table = version.texts.get(kind=Unit.TABLE)
    cells = [list(row) for row in table.cells]
    cells[1:2] = [["1", "Zdrowie", "7 000"], ["1a", "Nauka", "3 000"]]
    edit_unit(table, heading="Środki", text="", cells=cells, at=WRITTEN)
    return base, version


def test_the_same_versions_give_the_same_bytes(edited):
    first, second = (docx.redline_docx(*edited, progress=print, cancelled=lambda: False) for _ in range(2))
    assert first == second


@pytest.mark.libreoffice
def test_libreoffice_reads_the_new_text_after_all_is_accepted_and_the_old_one_after_all_is_rejected(edited, tmp_path):
    base, version = edited
    content = docx.redline_docx(base, version, progress=print, cancelled=lambda: False)
    assert len(changes(content)) > 15
    accepted = read_by_libreoffice(settled(content, accept=True), tmp_path)
    rejected = read_by_libreoffice(settled(content, accept=False), tmp_path)
    assert accepted == printed(list(version.texts.in_reading_order()))
    assert rejected == printed(list(base.texts.in_reading_order()))


@pytest.mark.libreoffice
def test_libreoffice_opens_it_with_its_changes(tmp_path):
    old, new = texts(*EVERYTHING), texts(*EVERYTHING[2:], *EVERYTHING[:2])
    shown = read_by_libreoffice(redline_of(old, new), tmp_path)
    assert {"Cele programu", "Kryteria"} <= set(shown)


def test_versions_that_nobody_froze_are_drafts(db):
    base = draft(units=[par("Było.")])
    version = start_version(base.program, purpose=Purpose.WORKING, at=WRITTEN, based_on=base)
    content = docx.redline_docx(base, version, progress=print, cancelled=lambda: False)
    assert b"projekt roboczy" in b"".join(each.get("string", "").encode() for each in part(content, "word/header.xml").iter())


def changes(content: bytes) -> list[tuple[str, str]]:
    """What came and what went, in order; the sign of a paragraph or a row has no words."""
    return [(each.tag.removeprefix(W), "".join(each.itertext())) for each in part(content).iter(f"{W}ins", f"{W}del")]
