from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import redline
from programs.marks import Spelling, Target, reference, total_of
from programs.redline import Row, Run, cells, spelled, tokens, words

PROVISION = UUID("3f2b1c9e-0000-4000-8000-000000000001")
TABLE = [["Lp.", "Zadanie", "Kwota"], ["1.", "Kultura", "10 000"], ["2.", "Sport", "20 500 zł"], ["", "Razem", "30 500 zł"]]


def shown(old, new):
    """A redline that can be read in an expectation."""
    written = {"same": "{}", "old": "[-{}]", "new": "[+{}]"}
    return "".join(written[run.op].format(run.words) for run in words(old, new))


def old_words(runs):
    return "".join(run.words for run in runs if run.op != "new")


def new_words(runs):
    return "".join(run.words for run in runs if run.op != "old")


def old_table(rows):
    return [[old_words(cell) for cell in row.cells] for row in rows if row.op != "new"]


def new_table(rows):
    return [[new_words(cell) for cell in row.cells] for row in rows if row.op != "old"]


@pytest.mark.parametrize(
    "token",
    [
        *("{ref:3f2b1c9e-0000-4000-8000-000000000001}", "{sum:3f2b1c9e-0000-4000-8000-000000000001}", "{zl:2140000.50}"),
        *("5", "5 000", "5 000 000,00", "5\u00a0000\u00a0000,00", "2.140.000,50", "12,5", "14.30", "2026"),
        *("30 listopada 2026 r.", "30\u00a0listopada 2026\u00a0r.", "30 listopada", "1 MAJA 2026", "2026-11-30"),
        *("30.11.2026", "1.1.2026 r."),
        *("§ 12", "§12a", "§\u00a012", "ust. 3", "art. 5a", "Art. 5a", "pkt 2", "lit. a", "lit. za", "ust.\u00a03"),
        *("słowo", "gęślą", "5a", "o\u0301smy", " ", " \n\t ", "\u00a0", ".", "„", "–", "😀"),
    ],
)
def test_what_a_reader_takes_for_one_thing_is_one_token(token):
    assert tokens(token) == [token]
    assert tokens(f"({token},") == ["(", token, ","]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dwa słowa", ["dwa", " ", "słowa"]),
        ("społeczno-gospodarczy", ["społeczno", "-", "gospodarczy"]),
        ("start. 5", ["start", ".", " ", "5"]),
        ("§§ 5 i 6", ["§", "§ 5", " ", "i", " ", "6"]),
        ("lit. polska", ["lit", ".", " ", "polska"]),
        ("5 majaczeń", ["5", " ", "majaczeń"]),
        ("30 listopada 20266 r.", ["30 listopada", " ", "20266", " ", "r", "."]),
        ("2026 500", ["2026", " ", "500"]),
        ("10 0000", ["10", " ", "0000"]),
        ("Koniec 5.", ["Koniec", " ", "5", "."]),
        ("{ref:xyz}", ["{", "ref", ":", "xyz", "}"]),
        ("§ 12 ust. 3 pkt 2", ["§ 12", " ", "ust. 3", " ", "pkt 2"]),
    ],
)
def test_what_only_looks_like_one_thing_is_several_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("do 30 listopada 2026 r.", "do 15 grudnia 2026 r.", "do [-30 listopada 2026 r.][+15 grudnia 2026 r.]"),
        ("do 30 listopada", "do 15 grudnia", "do [-30 listopada][+15 grudnia]"),
        ("kwota 5 000 000 zł", "kwota 5 250 000 zł", "kwota [-5 000 000][+5 250 000] zł"),
        ("mowa w § 12 ust. 3", "mowa w § 13 ust. 3", "mowa w [-§ 12][+§ 13] ust. 3"),
        ("5 000", "5\u00a0000", "[-5 000][+5\u00a0000]"),
        # A sentence is added behind a full stop, a word before the next one.
        (
            "Jest. Termin to 14 dni.",
            "Jest. Termin biegnie. Termin to 21 dni.",
            "Jest.[+ Termin biegnie.] Termin to [-14][+21] dni.",
        ),
        ("wspiera organizacje", "wspiera wszystkie organizacje", "wspiera [+wszystkie ]organizacje"),
        ("wspiera wszystkie organizacje", "wspiera organizacje", "wspiera [-wszystkie ]organizacje"),
        # Changes that a lone space parts are one run for a reader, whatever the space.
        ("ala ma kota", "ola miała kota", "[-ala ma][+ola miała] kota"),
        ("ala\u00a0ma kota", "ola\u00a0miała kota", "[-ala\u00a0ma][+ola\u00a0miała] kota"),
        ("(tak )", "( nie)", "([-tak ][+ nie])"),
        ("(tak\u00a0)", "(\u00a0nie)", "([-tak\u00a0][+\u00a0nie])"),
        # A space or comma that stays is not struck out because words came, or went, around it.
        ("organizacje, podmioty", "organizacje społeczne, inne podmioty", "organizacje[+ społeczne],[+ inne] podmioty"),
        ("organizacje społeczne, inne podmioty", "organizacje, podmioty", "organizacje[- społeczne],[- inne] podmioty"),
        ("( )", "(b c)", "([+b] [+c])"),
        ("a. b", "a, b", "a[-.][+,] b"),
        ("a  b", "a b", "a[-  ][+ ]b"),
        ("", "nowe słowa", "[+nowe słowa]"),
        ("stare słowa", "", "[-stare słowa]"),
        ("te same", "te same", "te same"),
        ("", "", ""),
    ],
)
def test_a_change_is_shown_as_a_reader_would_mark_it(old, new, expected):
    assert shown(old, new) == expected


# Pieces that meet in odd ways, so that chance finds the collisions.
PIECES = st.sampled_from(
    [
        *(" ", "  ", "\n", "\u00a0", ".", ",", "-", "(", "{", "}", "a", "i", "słowo", "zażółć", "😀", "\U0002f800", "\u0301"),
        *("§ 12", "ust. 3", "lit. a", "5 000", "000", "5,00", "30 listopada", "2026 r.", "2026-11-30"),
        *(reference(PROVISION), total_of(PROVISION), "{zl:5.00}", "{ref:"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60))


@st.composite
def edited(draw, item, sequences):
    """A sequence and what a few edits made of it."""
    old = draw(sequences)
    new = list(old)
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(new)))
        new[start : start + draw(st.integers(0, 3))] = draw(st.lists(item, max_size=3))
    return old, new


EDITED_TEXTS = edited(PIECES, st.lists(PIECES, max_size=60)).map(lambda pair: tuple(map("".join, pair)))


@given(TEXTS)
def test_tokens_join_to_their_text(text):
    assert "".join(tokens(text)) == text


@given(st.one_of(st.tuples(TEXTS, TEXTS), EDITED_TEXTS))
def test_both_texts_are_recovered_from_the_runs(pair):
    old, new = pair
    runs = words(old, new)
    assert (old_words(runs), new_words(runs)) == (old, new)
    # No run is empty, none continues another, and old words come before the new ones.
    assert all(run.words for run in runs)
    assert {(one.op, two.op) for one, two in pairwise(runs)} <= {
        *(("same", "old"), ("same", "new"), ("old", "new"), ("old", "same"), ("new", "same")),
    }
    assert (old == new) == all(run.op == "same" for run in runs)


@given(EDITED_TEXTS)
def test_no_run_ends_within_a_token(pair):
    old, new = pair
    runs = words(old, new)
    for text, op in ((old, "old"), (new, "new")):
        ends = [0]
        for token in tokens(text):
            ends.append(ends[-1] + len(token))
        cut = 0
        for run in runs:
            cut += len(run.words) if run.op in ("same", op) else 0
            assert cut in ends


@given(st.one_of(st.tuples(TEXTS, TEXTS), EDITED_TEXTS))
def test_texts_are_recovered_when_time_runs_out(pair):
    old, new = pair
    redline._changed_words.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(redline._DIFFER, "Diff_Timeout", 1e-9)
        runs = words(old, new)
    redline._changed_words.cache_clear()
    assert (old_words(runs), new_words(runs)) == (old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" ".join(map(str, range(3_300))), " ".join(map(str, range(5_000, 8_300)))),
        ("., " * 6_666, ",. " * 6_666),
        ("a b c " * 3_333, "b a d c " * 2_500),
        ("😀a" * 10_000, "a😀" * 10_000),
        ("1 000 " * 3_333, "1 001 " * 3_333),
        ("{ref:" * 4_000, "{zl:" * 5_000),
        ("x" + "a." * 9_999, "y" + "a." * 7_000),
    ],
    ids=["numbers", "punctuation", "three words", "emoji", "amounts", "braces", "one word"],
)
def test_a_unit_of_the_greatest_length_is_compared(old, new):
    # With no bound on time, some of these take minutes.
    runs = words(old, new)
    assert (old_words(runs), new_words(runs)) == (old, new)


def test_a_text_of_more_tokens_than_there_are_characters_is_replaced_whole(monkeypatch):
    monkeypatch.setattr(redline, "_FIRST_CODE", redline._LAST_CODE - 7)
    assert shown("aa bb cc dd ee", "aa bb cc dd ff gg") == "aa bb cc dd [-ee][+ff gg]"
    assert shown("aa bb cc dd ee", "aa bb cc dd ff gg hh") == "[-aa bb cc dd ee][+aa bb cc dd ff gg hh]"


def test_a_character_that_also_stands_for_a_token_is_taken_for_itself():
    assert shown("słowo tu", "\U00020000 tu") == "[-słowo][+\U00020000] tu"


def test_the_same_pair_is_compared_once():
    assert words("raz dwa", "raz trzy") is words("raz dwa", "raz trzy")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (TABLE, ["same", "same", "same", "same"]),
        # An amount changed, a row came and the ones behind it got other numbers: their names tell who is who.
        (
            [TABLE[0], ["1.", "Kultura", "9 000"], ["2.", "Nauka", "1 000"], ["3.", "Sport", "21 500 zł"], TABLE[3]],
            ["same", "edited", "new", "edited", "same"],
        ),
        ([TABLE[0], ["1.", "Sport", "20 500 zł"], TABLE[3]], ["same", "old", "edited", "same"]),
        # As many rows as before, none of the old names: one for one.
        ([TABLE[0], ["1.", "Teatr", "10 000"], ["2.", "Bieganie", "5"], TABLE[3]], ["same", "edited", "edited", "same"]),
        ([TABLE[0], ["1.", "Teatr", "10 000"], TABLE[3]], ["same", "old", "old", "new", "same"]),
        # A column more: each row as it was and as it is.
        ([[*row, "1"] for row in TABLE], ["old", "new"] * 4),
        ([], ["old"] * 4),
    ],
)
def test_rows_of_a_table_are_matched(new, expected):
    rows = cells(TABLE, new)
    assert [row.op for row in rows] == expected
    assert (old_table(rows), new_table(rows)) == (TABLE, new)


def test_an_edited_row_is_compared_cell_by_cell():
    assert cells([["1", "Kultura i sport", "", "5"]], [["1", "Kultura i nauka", "x", "5"]]) == (
        Row(
            "edited",
            (
                (Run("same", "1"),),
                (Run("same", "Kultura i "), Run("old", "sport"), Run("new", "nauka")),
                (Run("new", "x"),),
                (Run("same", "5"),),
            ),
        ),
    )


ROWS = st.lists(st.sampled_from(["", "1", "2", "Kultura", "Sport", "Kultura i sport", "10 000", "10 500 zł"]), max_size=4)
TABLES = st.lists(ROWS, max_size=8)


@given(st.one_of(st.tuples(TABLES, TABLES), edited(ROWS, TABLES)))
def test_both_tables_are_recovered_from_the_rows(pair):
    old, new = pair
    rows = cells(old, new)
    assert (old_table(rows), new_table(rows)) == (old, new)
    assert all(run.op == "same" for row in rows if row.op == "same" for cell in row.cells for run in cell)
    assert all(any(run.op != "same" for cell in row.cells for run in cell) for row in rows if row.op == "edited")
    assert all(run.op == row.op for row in rows if row.op in ("old", "new") for cell in row.cells for run in cell)


def test_a_table_of_ten_thousand_rows_is_compared():
    old = [[str(number), f"Zadanie {number}", "10 000"] for number in range(10_000)]
    new = [[str(number), f"Zadanie {number} nowe", "9 000"] for number in range(0, 10_000, 2)]
    rows = cells(old, new)
    assert (old_table(rows), new_table(rows)) == (old, new)


def test_runs_are_spelled_as_each_version_prints_its_marks():
    ref, total = reference(PROVISION), total_of(PROVISION)
    before = Spelling({PROVISION: Target("§ 12", "par-12", Decimal(5))})
    after = Spelling({PROVISION: Target("§ 13", "par-13", Decimal(6))})
    runs = words(f"Mówi {ref} oraz {total}.", f"Mówi {ref}.")
    assert list(spelled(runs, before, after)) == [
        Run("same", "Mówi § 13"),
        Run("old", " oraz 5 zł (słownie: pięć złotych)"),
        Run("same", "."),
    ]


@given(EDITED_TEXTS)
def test_spelled_runs_read_as_the_spelled_texts(pair):
    old, new = pair
    before = Spelling({PROVISION: Target("§ 12", "par-12", Decimal(5))})
    after = Spelling({PROVISION: Target("§ 13", "par-13", Decimal(6))})
    assert new_words(spelled(words(old, new), before, after)) == after.words(new)
    assert old_words(spelled(words(old, new), before, before)) == before.words(old)
