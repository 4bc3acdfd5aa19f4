from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import marks
from programs.imports import matching
from programs.imports.matching import Likeness, Match, propose
from programs.imports.result import ReadRow, Skipped
from programs.marks import Spelling, Target
from programs.numbering import Unit

BOOKMARK, SAME_WORDS, SAME_NUMBER, SIMILAR = Likeness
NOTHING = Spelling({})


@dataclass(frozen=True)
class Existing:
    kind: str
    citation: str
    text: str = ""
    heading: str = ""
    depth: int = 0
    cells: list = field(default_factory=list)
    provision_id: UUID = field(default_factory=uuid4)


def par(number: int, text: str = "", **more) -> Existing:
    return Existing(Unit.PARAGRAPH, f"§ {number}", text, **more)


def row(number: int, text: str = "", **more) -> ReadRow:
    return ReadRow(text, **{"kind": Unit.PARAGRAPH, "citation": f"§ {number}", **more})


def matched(rows, units, spelling=NOTHING) -> list[tuple[int | None, Likeness | None]]:
    """For each row the place of the unit that is proposed, and why."""
    places = {unit.provision_id: place for place, unit in enumerate(units)} | {None: None}
    return [(places[match.provision], match.reason) for match in propose(rows, units, spelling)]


def test_the_surest_reason_wins():
    units = [
        par(1, "Celem programu jest wzmacnianie współpracy."),
        par(2, "Program określa zasady, zakres i formy."),
        par(3, "Zadania wykonuje urząd do dnia 30 listopada."),
        par(4, "Środki wynoszą dziesięć tysięcy złotych rocznie."),
    ]
    rows = [
        row(1, "Zupełnie nowe brzmienie.", provision=units[3].provision_id),
        row(2, "Celem programu jest wzmacnianie współpracy."),
        row(3, "Zadania wykonuje prezydent do dnia 30 listopada."),
        row(4, "Program określa zasady, zakres, formy i środki."),
        row(5, "Czegoś takiego dotąd nie było."),
    ]
    assert matched(rows, units) == [(3, BOOKMARK), (0, SAME_WORDS), (2, SAME_NUMBER), (1, SIMILAR), (None, None)]


def test_a_ratio_tells_how_much_is_the_same():
    units = [par(1, "raz dwa trzy cztery"), par(2, "pięć sześć")]
    bookmarked = row(1, "raz dwa trzy osiem", provision=units[0].provision_id)
    assert propose([bookmarked, row(3, "pięć sześć"), row(4, "nic")], units, NOTHING) == [
        Match(units[0].provision_id, BOOKMARK, 0.75),
        Match(units[1].provision_id, SAME_WORDS, 1.0),
        Match(None, None, 0.0),
    ]


def test_a_bookmark_of_another_text_is_no_reason():
    assert matched([row(1, "Cel.", provision=uuid4())], [par(1, "Zasady i zakres.")]) == [(None, None)]


WORDS = ["jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć", "dziesięć"]


@pytest.mark.parametrize(("kept", "reason"), [(5, SAME_NUMBER), (4, None)])
def test_of_units_of_one_number_half_the_words_are_the_same(kept, reason):
    read = [*WORDS[:kept], *(f"nowe{place}" for place in range(10 - kept))]
    assert matched([row(1, " ".join(read))], [par(1, " ".join(WORDS))])[0][1] == reason


@pytest.mark.parametrize(("kept", "reason"), [(6, SIMILAR), (5, None)])
def test_of_units_of_other_numbers_three_words_in_five_are_the_same(kept, reason):
    read = [*WORDS[:kept], *(f"nowe{place}" for place in range(10 - kept))]
    assert matched([row(2, " ".join(read))], [par(1, " ".join(WORDS))])[0][1] == reason


def test_units_of_another_kind_are_the_same_only_with_the_same_words():
    point = row(1, "celem jest rozwój organizacji;", kind=Unit.POINT, citation="§ 1 pkt 1")
    letter = Existing(Unit.LETTER, "§ 1 pkt 1 lit. a", "celem jest rozwój organizacji;")
    assert matched([point], [letter]) == [(0, SAME_WORDS)]
    assert matched([row(1, "celem jest rozwój wszystkich organizacji;")], [letter]) == [(None, None)]
    repealed = Existing(Unit.LETTER, "§ 1 pkt 1 lit. a", "(uchylony)")
    assert matched([row(1, "(uchylony)")], [repealed]) == [(None, None)]


def test_of_units_with_the_same_words_those_of_one_number_belong_together_then_those_in_order():
    units = [par(1, "(uchylony)"), par(2, "(uchylony)"), par(3, "(uchylony)")]
    rows = [row(2, "(uchylony)"), row(5, "(uchylony)"), row(6, "(uchylony)"), row(7, "(uchylony)")]
    assert matched(rows, units) == [(1, SAME_WORDS), (0, SAME_WORDS), (2, SAME_WORDS), (None, None)]


def test_a_unit_without_words_is_known_by_what_stands_in_it():
    units = [par(1), Existing(Unit.SUBPARAGRAPH, "§ 1 ust. 1", "Celem jest rozwój.", depth=1), par(2)]
    rows = [row(4), row(4, "Celem jest rozwój.", kind=Unit.SUBPARAGRAPH, citation="§ 4 ust. 1", depth=1, parent=0), row(5)]
    assert matched(rows, units) == [(0, SAME_WORDS), (1, SAME_WORDS), (None, None)]


def test_tables_are_compared_by_their_cells_as_printed():
    cells = [["Zadanie", "Kwota"], ["Sport", "10"], ["Razem", "="]]
    units = [Existing(Unit.TABLE, "§ 1 tabela", heading="Środki", cells=cells)]
    typed = [*cells[:2], ["Razem", "10"]]
    assert matched([row(1, kind=Unit.TABLE, citation="§ 9 tabela", heading="Środki", cells=typed)], units) == [(0, SAME_WORDS)]


def test_typography_and_spaces_make_no_difference():
    units = [par(1, 'Program "Wspólnie" - 2026')]
    assert matched([row(7, "Program  „Wspólnie” –\u00a02026")], units) == [(0, SAME_WORDS)]


def test_marks_are_compared_as_they_are_printed():
    cited = uuid4()
    spelling = Spelling({cited: Target("§ 12 ust. 3", "par-12-ust-3")})
    units = [par(1, f"Zgodnie z {marks.reference(cited)} przyznaje się {{zl:100.00}}.")]
    typed = row(4, "Zgodnie z § 12 ust. 3 przyznaje się 100 zł (słownie: sto złotych).")
    assert matched([typed], units, spelling) == [(0, SAME_WORDS)]


def test_skipped_paragraphs_are_nobody():
    skipped = ReadRow("Celem jest rozwój.", skipped=Skipped.TITLE)
    assert matched([skipped, row(1, "Celem jest rozwój.")], [par(1, "Celem jest rozwój.")]) == [(None, None), (0, SAME_WORDS)]
    assert matched([], [par(1, "x")]) == []
    assert matched([row(1, "x")], []) == [(None, None)]


SOME = st.lists(st.sampled_from(["cel", "zasady", "środki", "program", "rada", "§", "(uchylony)"]), max_size=6).map(" ".join)


@given(st.lists(SOME, max_size=12), st.lists(SOME, max_size=12), st.data())
def test_no_unit_is_proposed_twice_and_each_proposal_has_a_reason(old, new, data):
    units = [par(number, text) for number, text in enumerate(old)]
    names = st.sampled_from([*[unit.provision_id for unit in units], None])
    rows = [row(number, text, provision=data.draw(names)) for number, text in enumerate(new)]
    # The reader gives each bookmark once.
    seen = set()
    rows = [one for one in rows if one.provision is None or not (one.provision in seen or seen.add(one.provision))]
    matches = propose(rows, units, NOTHING)
    proposed = [match.provision for match in matches if match.provision]
    assert len(matches) == len(rows)
    assert len(proposed) == len(set(proposed)) <= len(units)
    for one, match in zip(rows, matches, strict=True):
        assert (match.provision is None) == (match.reason is None)
        assert 0 <= match.ratio <= 1
        assert (match.reason == BOOKMARK) == (one.provision is not None)
    assert propose(rows, units, NOTHING) == matches


def test_a_text_of_thirteen_hundred_units_written_anew_costs_a_few_comparisons_a_unit(monkeypatch):
    count = 1_300
    filler = "oraz innych podmiotów prowadzących działalność pożytku publicznego na terenie gminy"
    units = [par(number, f"zadanie {number} numer{number} {filler}") for number in range(count)]
    rows = [row(number + 1, f"zadanie {number} numer{number} {filler} w roku 2027") for number in range(count)]
    compared = []
    ratio = matching._Pairs._ratio
    monkeypatch.setattr(matching._Pairs, "_ratio", lambda *args: compared.append(args) or ratio(*args))
    assert [match.provision for match in propose(rows, units, NOTHING)] == [unit.provision_id for unit in units]
    assert len(compared) <= (matching._COMPARED + 1) * count
