"""What we export and read again is what it was, also when Word or LibreOffice saved it in between."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs import marks
from programs.actions import UnitDraft
from programs.imports.labels import RANKS
from programs.imports.reader import read
from programs.imports.result import ReadText
from programs.models import ProvisionText
from programs.numbering import ALLOWED_CHILDREN, Unit
from tests.programs.texts import chapter, lit, par, pkt, tir, ust
from tests.programs.word_files import by_libreoffice, file_of, redline_of, texts

TABLE = UnitDraft(
    Unit.TABLE,
    heading="Środki",
    cells=[
        ["Lp.", "Dziedzina", "Kwota w zł"],
        ["1", "Kultura", "10 000"],
        ["2", "Sport\ni turystyka", "20 500,50"],
        ["", "Razem", "="],
    ],
)
EVERYTHING = [
    par("Przed rozdziałami."),
    UnitDraft(
        Unit.CHAPTER,
        heading="Cele programu",
        text="Rozdział mówi o celach.\n1. I o zasadach.",
        children=[
            par("Celem jest „zażółć gęślą jaźń”.", heading="Cele"),
            par("", ust("Pierwszy.", pkt("a:", lit("b,", tir("c,"), tir("d;")), lit("e;"))), ust("Drugi.", pkt("f."))),
            par("", heading="1. Tytuł jak numer"),
            par("Podział:\n1) nie punkt,\n– nie tiret.", TABLE, UnitDraft(Unit.TABLE, cells=[["", ""], ["x", ""]])),
        ],
    ),
    chapter(par("wiele:", *[pkt(f"punkt {number};", *[lit("litera,")] * (29 if number == 2 else 0)) for number in range(1, 4)])),
    UnitDraft(Unit.CHAPTER, children=[par("Bez tytułu."), par("")]),
    UnitDraft(Unit.ANNEX, heading="do uchwały", text="Do oceny.", children=[par("Od nowa.", ust("Ustęp.")), par("Drugi.")]),
    UnitDraft(Unit.ANNEX, heading="Wzór", children=[ust("Bez paragrafu:", pkt("k;"), pkt("l."))]),
    UnitDraft(Unit.ANNEX, children=[TABLE, TABLE, UnitDraft(Unit.TABLE, heading="Bez kolumn")]),
    chapter(par("Po załącznikach § biegnie dalej.")),
]

Tree = list[tuple[object, ...]]


def tree_of(rows: list[ProvisionText]) -> Tree:
    return [(row.kind, row.heading, row.text, [*map(list, row.cells)], row.provision_id, row.citation) for row in rows]


def tree_read(text: ReadText) -> Tree:
    units = text.units
    return [(row.kind, row.heading, row.text, [*map(list, row.cells)], row.provision, row.citation) for row in units]


def told(text: ReadText) -> dict[str, list[str]]:
    return {row.citation: [str(code) for code in row.warnings] for row in text.rows if row.warnings}


def test_a_version_is_read_as_it_was_exported():
    rows = texts(*EVERYTHING)
    text = read(file_of(rows), tracked="stop")
    assert tree_read(text) == tree_of(rows)
    assert text.title == "Program współpracy na 2027 rok"
    assert (text.warnings, told(text)) == ([], {"§ 8": ["empty"]})


@pytest.mark.libreoffice
def test_a_version_is_read_as_it_was_after_libreoffice_saved_it(tmp_path):
    rows = texts(*EVERYTHING)
    text = read(by_libreoffice(file_of(rows), "docx:MS Word 2007 XML", tmp_path), tracked="stop")
    assert tree_read(text) == tree_of(rows)


def test_references_amounts_and_totals_are_marks_again():
    cited = texts(*EVERYTHING)[1:2] + texts(par("Cel."))
    table = texts(par("Podział:", TABLE))
    words = (
        f"O czym mowa w {marks.reference(cited[0].provision_id)} i {marks.reference(cited[1].provision_id)}, "
        f"kwota {marks.total_of(table[1].provision_id)} oraz {{zl:10000.00}}, {{zl:0.50}} i {{zl:2140000.00}}."
    )
    names = {}
    drafts = [par("Cel."), chapter(par("", ust("Ustęp."))), par("Podział:", TABLE), par(words)]
    names = {
        id(drafts[0]): cited[1].provision_id,
        id(drafts[1]): cited[0].provision_id,
        id(drafts[2].children[0]): table[1].provision_id,
    }
    rows = texts(*drafts, names=names)
    assert read(file_of(rows), tracked="stop").units[-1].text == words


OLD = [
    par("Pierwszy."),
    chapter(par("Termin: 14 dni.", pkt("a;"), pkt("b;"), pkt("c.")), par("Usunięty.")),
    par("Podział:", TABLE),
]


def test_a_redline_is_the_new_text_when_accepted_and_the_old_one_when_rejected():
    old = texts(*OLD)
    names = {row.text: row.provision_id for row in old if row.kind != Unit.TABLE}
    table = UnitDraft(Unit.TABLE, heading="Nowe środki", cells=[*TABLE.cells[:2], ["3", "Zdrowie", "5"], TABLE.cells[-1]])
    drafts = [
        par("Nowy na początku."),
        par("Pierwszy."),
        chapter(par("Termin: 21 dni roboczych.", pkt("c;"), pkt("a;"), pkt("nowy."))),
        par("Podział:", table),
    ]
    known = {"Termin: 21 dni roboczych.": "Termin: 14 dni.", "c;": "c."}

    def named(units):
        for unit in units:
            if (was := known.get(unit.text, unit.text)) in names:
                yield id(unit), names[was]
            yield from named(unit.children)

    new = texts(*drafts, names={**dict(named(drafts)), id(table): old[-1].provision_id, id(drafts[2]): names[""]})
    redline = redline_of(old, new)
    assert tree_read(read(redline, tracked="accept")) == tree_of(new)
    assert [row[:4] for row in tree_read(read(redline, tracked="reject"))] == [row[:4] for row in tree_of(old)]


WORDS = st.one_of(
    st.sampled_from(["", "1. Nie ustęp.", "§ 5. 1. Nie paragraf", "– nie tiret", "a) nie litera\n2) nie punkt", "Uzasadnienie"]),
    st.sampled_from(
        ["Załącznik nr 1", "Tabela 1. Nie podpis", "Przewodniczący Rady", "Rozdział 2\nNie rozdział", "do uchwały", "I. Nie"]
    ),
    st.text("aąZŻ0§.,;:()-–\"„”'<&>{}% \n\t", max_size=30),
).map(str.strip)
LINES = WORDS.map(lambda words: " ".join(words.split()))
CELLS = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(WORDS, min_size=width, max_size=width), max_size=4))
HEADED = (Unit.CHAPTER, Unit.ANNEX, Unit.PARAGRAPH, Unit.TABLE)
DRAWN = st.lists(st.tuples(st.sampled_from(Unit), LINES, WORDS, CELLS), min_size=1, max_size=12)


def placed(drawn) -> list[UnitDraft]:
    """Units that stand where their numbers alone tell that they stand; a kind that may not come next is left out."""
    top: list[UnitDraft] = []
    path: list[UnitDraft] = []
    for kind, heading, words, cells in drawn:
        while path and not _holds(path[-1].kind, kind):
            path.pop()
        if kind not in ALLOWED_CHILDREN[path[-1].kind if path else None]:
            continue
        unit = UnitDraft(
            kind,
            heading=heading if kind in HEADED else "",
            text="" if kind == Unit.TABLE else words,
            cells=cells if kind == Unit.TABLE else [],
            children=[],
        )
        (path[-1].children if path else top).append(unit)
        if kind != Unit.TABLE:
            path.append(unit)
    return top


def _holds(outer: Unit, inner: Unit) -> bool:
    return inner in ALLOWED_CHILDREN[outer] if inner == Unit.TABLE else RANKS[outer] < RANKS[inner]


@settings(max_examples=200)
@given(DRAWN)
def test_any_text_whose_numbers_tell_its_order_is_read_as_it_was_exported(drawn):
    rows = texts(*placed([(Unit.PARAGRAPH, "", "Cel.", []), *drawn]))
    assert tree_read(read(file_of(rows), tracked="stop")) == tree_of(rows)
