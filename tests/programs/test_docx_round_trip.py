"""What we send out and a person sends back unchanged is the same text, with the same identities."""

from itertools import chain, count
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from programs.actions import UnitDraft
from programs.imports.figures import summed
from programs.imports.reader import Tracked, read
from programs.marks import MARK, reference, total_of
from programs.models import ProvisionText
from programs.numbering import Unit
from programs.reading import spelling
from tests.programs.texts import lit, par, pkt
from tests.programs.word_files import file_of, redline_of, texts

NAMES = [UUID(int=number) for number in range(1, 13)]
WORDS = st.text(st.sampled_from('aąŻ 1.,;:)(–-"„”§&<>{}🙂'), max_size=30).map(str.strip)
LINES = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)
MARKS = st.sampled_from(["{zl:2140000.50}", "{zl:1.00}", *map(reference, NAMES[:8]), *map(total_of, NAMES[:8])])
TEXTS = st.one_of(LINES, st.builds("{} {} {}".format, WORDS, MARKS, WORDS)).map(str.strip)
HEADINGS = st.sampled_from(["", "Tytuł", "środki i „zasady”", "§ 5", "1. Cel", "rozdział 2", "Tabela 7", "a) b"])
CELLS = st.sampled_from(["", "a", "b 1)", "10", "2 000,50", "Razem", "=", "dwie\nlinie"])


@st.composite
def tables(draw):
    width = draw(st.integers(1, 3))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=4))
    return UnitDraft(Unit.TABLE, draw(HEADINGS), cells=[["Nagłówek", *rows[0][1:]], *rows[1:]])


@st.composite
def units(draw, kind):
    """A unit with what may stand in it, in an order that a reader of the paper can tell: a table comes first."""
    inside = []
    if kind in (Unit.PARAGRAPH, Unit.SUBPARAGRAPH, Unit.POINT):
        inside += draw(st.lists(tables(), max_size=1))
    if kind in INSIDE:
        inside += draw(st.lists(units(draw(st.sampled_from(INSIDE[kind]))), max_size=2))
    is_headed = kind in (Unit.CHAPTER, Unit.ANNEX, Unit.PARAGRAPH)
    return UnitDraft(kind, draw(HEADINGS) if is_headed else "", draw(TEXTS), children=inside)


INSIDE = {
    Unit.CHAPTER: [Unit.PARAGRAPH],
    Unit.ANNEX: [Unit.PARAGRAPH, Unit.SUBPARAGRAPH, Unit.POINT],
    Unit.PARAGRAPH: [Unit.SUBPARAGRAPH, Unit.POINT],
    Unit.SUBPARAGRAPH: [Unit.POINT],
    Unit.POINT: [Unit.LETTER],
    Unit.LETTER: [Unit.INDENT],
}


@st.composite
def lawful_texts(draw):
    top = [
        *draw(st.lists(units(Unit.PARAGRAPH), min_size=1, max_size=2)),
        *draw(st.lists(units(Unit.CHAPTER), max_size=2)),
        *draw(st.lists(units(Unit.ANNEX), max_size=2)),
    ]
    names = chain(draw(st.permutations(NAMES)), (UUID(int=number) for number in count(100)))
    return texts(*top, names={id(one): next(names) for one in _every(top)})


def _every(drafts):
    for one in drafts:
        yield one
        yield from _every(one.children)


def written(rows: list[ProvisionText]) -> list[tuple[object, ...]]:
    """All that is stored of a text; a mark that names nothing is the words that it prints."""
    spelled = spelling(rows)

    def kept(mark):
        return mark[0] if any(part.target for part in spelled.parts(mark[0])) or mark["amount"] else spelled.words(mark[0])

    return [(row.kind, row.heading, MARK.sub(kept, row.text), row.parent_id, summed(row.cells), row.provision_id) for row in rows]


def read_back(content: bytes, *, tracked: Tracked = "stop") -> list[tuple[object, ...]]:
    rows = read(content, tracked=tracked).rows
    units = [row for row in rows if row.kind]
    place = {rows.index(row): number for number, row in enumerate(units)}
    return [
        (
            row.kind,
            row.heading,
            row.text,
            None if row.parent is None else place[row.parent],
            [list(cells) for cells in row.cells],
            row.provision,
        )
        for row in units
    ]


@given(lawful_texts())
def test_a_version_comes_back_as_it_went_out(rows):
    assert read_back(file_of(rows)) == written(rows)


@settings(max_examples=40)
@given(lawful_texts(), lawful_texts())
def test_changes_that_are_accepted_come_back_as_the_new_text(old, new):
    assert read_back(redline_of(old, new), tracked="accept") == written(new)


def test_what_word_would_count_otherwise_comes_back_too():
    letters = [lit(f"litera {number},") for number in range(1, 30)]
    rows = texts(par("Punkty:", pkt("wiele:", *letters), pkt("po nich:", lit("znów a."))))
    assert read_back(file_of(rows)) == written(rows)
