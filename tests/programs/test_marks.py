from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from programs.marks import (
    MARK,
    NO_TOTAL,
    NOWHERE,
    Part,
    Spelling,
    Target,
    UnknownMark,
    amount,
    as_cited,
    reference,
    stored,
    targets_of,
    total_of,
    typed,
)

SUBPARAGRAPH, TABLE, ANNEX, WORDY_TABLE, GONE = (UUID(int=number) for number in range(1, 6))
SPELLING = Spelling(
    {
        SUBPARAGRAPH: Target("§ 12 ust. 3", "par-12-ust-3"),
        TABLE: Target("§ 13 tabela", "par-13-tab-1", Decimal("2140000.50")),
        ANNEX: Target("załącznik nr 1 § 1", "zalacznik-1-par-1"),
        WORDY_TABLE: Target("§ 14 tabela", "par-14-tab-1"),
    }
)
CITED = {as_cited(target.citation): provision for provision, target in SPELLING.targets.items()}

words = st.text(st.characters(exclude_characters="{", exclude_categories=["Cs"]), max_size=12)
marks = st.one_of(
    st.sampled_from([SUBPARAGRAPH, TABLE, ANNEX, GONE]).map(reference),
    st.sampled_from([TABLE, WORDY_TABLE, GONE]).map(total_of),
    st.decimals(0, Decimal("999999999999999.99"), places=2).map(amount),
)
texts = st.lists(words | marks, max_size=8).map("".join)
anything = st.text() | st.lists(st.sampled_from(["{", "}", " ", "razem:", "§ 12 ust. 3", "§ 9", "2 000 zł", "7"])).map("".join)


@pytest.mark.parametrize(
    ("mark", "as_typed", "as_printed"),
    [
        (reference(SUBPARAGRAPH), "{§ 12 ust. 3}", "§ 12 ust. 3"),
        (reference(ANNEX), "{załącznik nr 1 § 1}", "załącznik nr 1 § 1"),
        ("{zl:2.00}", "{2 zł}", "2 zł (słownie: dwa złote)"),
        ("{zl:1000.05}", "{1 000,05 zł}", "1 000,05 zł (słownie: tysiąc złotych, pięć groszy)"),
        (
            total_of(TABLE),
            "{razem: § 13 tabela}",
            "2 140 000,50 zł (słownie: dwa miliony sto czterdzieści tysięcy złotych, pięćdziesiąt groszy)",
        ),
        (total_of(WORDY_TABLE), "{razem: § 14 tabela}", NO_TOTAL),
        (reference(GONE), reference(GONE), NOWHERE),
        (total_of(GONE), total_of(GONE), NO_TOTAL),
    ],
)
def test_a_mark_is_typed_by_name_stored_by_meaning_and_printed_in_words(mark, as_typed, as_printed):
    assert typed(f"Zob. {mark}.", SPELLING) == f"Zob. {as_typed}."
    assert stored(f"Zob. {as_typed}.", CITED) == f"Zob. {mark}."
    assert SPELLING.words(f"Zob. {mark}.") == f"Zob. {as_printed}."


@given(texts)
@example("}{zl:0.00}}")
def test_what_is_typed_is_stored_as_it_was(text):
    assert stored(typed(text, SPELLING), CITED) == text


@given(anything)
@example("{{§ 12 ust. 3}}")
def test_whatever_people_type_is_stored_once_for_all_or_refused(text):
    try:
        kept = stored(text, CITED)
    except UnknownMark as refused:
        unknown = refused.words
        assert f"{{{unknown}}}" in text
    else:
        assert stored(typed(kept, SPELLING), CITED) == kept
        assert stored(kept, CITED) == kept


@given(texts | anything)
def test_the_parts_of_a_text_are_its_words(text):
    parts = list(SPELLING.parts(text))
    assert "".join(part.words for part in parts) == SPELLING.words(text)
    assert not any(MARK.search(part.words) for part in parts)
    assert {part.target for part in parts} <= {None, *SPELLING.targets}


def test_a_part_that_names_a_provision_leads_to_it():
    text = f"O {reference(SUBPARAGRAPH)}{total_of(TABLE)}{reference(GONE)}{total_of(WORDY_TABLE)}."
    total = "2 140 000,50 zł (słownie: dwa miliony sto czterdzieści tysięcy złotych, pięćdziesiąt groszy)"
    assert list(SPELLING.parts(text)) == [
        Part("O "),
        Part("§ 12 ust. 3", SUBPARAGRAPH),
        Part(total, TABLE),
        Part(NOWHERE),
        Part(NO_TOTAL),
        Part("."),
    ]


def test_the_targets_of_a_text_are_named_with_what_is_quoted_of_them():
    text = f"{total_of(TABLE)} {amount(Decimal(5))} {reference(GONE)}, {reference(GONE)}"
    assert list(targets_of(text)) == [("sum", TABLE), ("ref", GONE), ("ref", GONE)]


@pytest.mark.parametrize(
    "inside",
    ["§ 12 ust. 3", " §\u00a012  ust.\u00a03 ", "§12 ust.3", "§ 12 UST. 3", "§\n12 ust. 3"],
)
def test_a_citation_may_be_typed_with_any_spaces_and_letters(inside):
    assert stored(f"{{{inside}}}", CITED) == reference(SUBPARAGRAPH)


@pytest.mark.parametrize("inside", ["razem: § 13 tabela", "Razem:§\u00a013 tabela", " RAZEM:  § 13  Tabela "])
def test_a_total_may_be_typed_with_any_spaces_and_letters(inside):
    assert stored(f"{{{inside}}}", CITED) == total_of(TABLE)


@pytest.mark.parametrize("inside", ["2140000,50", "2 140 000,50 zł", "2\u00a0140\u00a0000,50\u00a0zł", " 2.140.000,50zł "])
def test_an_amount_may_be_typed_with_any_spaces(inside):
    assert stored(f"{{{inside}}}", CITED) == "{zl:2140000.50}"


@pytest.mark.parametrize(
    "inside",
    [
        "",
        "§ 12 ust. 4",
        "razem:",
        "razem: § 15 tabela",
        "razem § 13 tabela",
        "2 140 000,5 zł",
        "ref:13",
        f"REF:{SUBPARAGRAPH}",
        "zl:5",
        "imię",
    ],
)
def test_braces_that_hold_something_else_are_refused_by_name(inside):
    with pytest.raises(UnknownMark) as refused:
        stored(f"Zob. {{§ 12 ust. 3}} i {{{inside}}}.", CITED)
    assert refused.value.words == inside


@pytest.mark.parametrize("lone", ["{", "}", "a } b { c", "{ bez końca", "}{"])
def test_a_lone_brace_is_a_character_like_any_other(lone):
    assert stored(lone, CITED) == typed(lone, SPELLING) == SPELLING.words(lone) == lone


def test_an_amount_of_more_digits_than_a_mark_holds_is_refused():
    largest = "{zl:999999999999999.99}"
    assert stored("{999999999999999,99}", CITED) == largest
    assert typed(largest, SPELLING) == "{999 999 999 999 999,99 zł}"
    with pytest.raises(UnknownMark):
        stored("{1000000000000000}", CITED)


@pytest.mark.parametrize(
    "broken", ["{ref:1}", f"{{zl:{GONE}}}", "{zl:5.5}", "{zl:-5.00}", f"{{ref:{str(GONE).replace('0', 'g')}}}"]
)
def test_what_only_looks_like_a_mark_is_printed_as_it_is(broken):
    assert SPELLING.words(broken) == broken
    assert list(targets_of(broken)) == []
