from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.money import column_sum, figures, in_words, is_total, parse, table_total, with_totals, wrong_totals

amounts = st.decimals(0, Decimal("999999999999999.99"), places=2)
cells = st.sampled_from(["", " ", "=", "Razem", "suma:", "1", "10 000", "2\u00a0500,50 zł", "brak", "12%"]) | st.text(max_size=5)
ragged = st.lists(st.lists(cells, max_size=4), max_size=6)

HEAD = ["Zadanie", "Opis", "Kwota w zł"]
ROWS = [["Kultura", "koncerty", "10 000"], ["Sport", "zawody", "20\u00a0500,50 zł"]]


def table(*total, rows=ROWS):
    return [HEAD, *rows, *([list(total)] if total else [])]


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("0", "0"),
        ("7", "7"),
        ("7 zł", "7"),
        ("7zł", "7"),
        ("7,05", "7.05"),
        ("2140000", "2140000"),
        (" 2 140 000 ", "2140000"),
        ("2\u00a0140\u00a0000,50\u00a0zł", "2140000.50"),
        ("2.140.000,50 zł", "2140000.50"),
        ("999 999 999 999,99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed, amount):
    assert parse(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "zł",
        "dwa",
        "-5",
        "7,5",
        "7,555",
        "10.50",
        "1 00",
        "1000 000",
        "1  000",
        "12%",
        "5 zl",
        "5 EUR",
        "=",
        "1-2",
        "1 000 000 ,50",
    ],
)
def test_what_is_no_amount_is_not_guessed(typed):
    assert parse(typed) is None


@pytest.mark.parametrize(
    ("amount", "printed"),
    [
        ("0", "0"),
        ("0.01", "0,01"),
        ("999", "999"),
        ("1000", "1 000"),
        ("2140000.00", "2 140 000"),
        ("2140000.50", "2 140 000,50"),
        ("1000000.05", "1 000 000,05"),
    ],
)
def test_figures_are_grouped_and_grosze_shown_when_there_are_any(amount, printed):
    assert figures(Decimal(amount)) == printed


@given(amounts)
def test_figures_are_read_back(amount):
    assert parse(figures(amount)) == parse(f"{figures(amount)} zł") == amount


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "0 zł (słownie: zero złotych)"),
        ("1", "1 zł (słownie: jeden złoty)"),
        ("2", "2 zł (słownie: dwa złote)"),
        ("4", "4 zł (słownie: cztery złote)"),
        ("5", "5 zł (słownie: pięć złotych)"),
        ("12", "12 zł (słownie: dwanaście złotych)"),
        ("22", "22 zł (słownie: dwadzieścia dwa złote)"),
        ("25", "25 zł (słownie: dwadzieścia pięć złotych)"),
        ("112", "112 zł (słownie: sto dwanaście złotych)"),
        ("0.01", "0,01 zł (słownie: zero złotych, jeden grosz)"),
        ("1.02", "1,02 zł (słownie: jeden złoty, dwa grosze)"),
        ("3.12", "3,12 zł (słownie: trzy złote, dwanaście groszy)"),
        ("10.20", "10,20 zł (słownie: dziesięć złotych, dwadzieścia groszy)"),
        ("2140000", "2 140 000 zł (słownie: dwa miliony sto czterdzieści tysięcy złotych)"),
    ],
)
def test_an_amount_is_said_in_polish(amount, words):
    assert in_words(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("row", "total"),
    [
        (["Razem", "", "5"], True),
        (["", " OGÓŁEM: ", "5"], True),
        (["suma", "5"], True),
        (["łącznie"], True),
        (["Razem z VAT", "5"], False),
        (["1", "Razem", "5"], False),
        (["", ""], False),
        ([], False),
    ],
)
def test_a_row_of_totals_says_so_in_its_first_filled_cell(row, total):
    assert is_total(row) is total


@pytest.mark.parametrize(
    ("rows", "right"),
    [
        (ROWS, "30500.50"),
        ([*ROWS, ["Nauka", "", ""]], "30500.50"),
        ([["Kultura", "", "0"]], "0"),
        ([*ROWS, ["Nauka", "", "do ustalenia"]], None),
        ([["Kultura", "", ""]], None),
        ([], None),
    ],
)
def test_a_column_adds_up_only_when_all_that_it_holds_are_amounts(rows, right):
    assert column_sum(table("Razem", "", "1", rows=rows), 2) == (right and Decimal(right))


def test_the_head_and_the_total_are_not_added():
    assert column_sum([["", "2026"], ["a", "5"], ["b", "6"], ["Razem", "100"]], 1) == 11


def test_an_equals_sign_in_the_row_of_the_total_is_the_sum():
    assert with_totals(table("Razem", "", " = "))[-1] == ["Razem", "", "30 500,50"]


@pytest.mark.parametrize(
    "cells",
    [
        [["", "="], ["a", "5"], ["Razem", "5"]],
        [*table(), ["Inne", "", "="]],
        table("Razem", "=", "5"),
        table("Razem", "", "30 500,50"),
    ],
)
def test_everything_else_is_printed_as_typed(cells):
    assert with_totals(cells) == cells


@pytest.mark.parametrize(
    ("total", "wrong"),
    [
        ("30 500,50", []),
        ("30500,50 zł", []),
        ("=", []),
        ("", []),
        ("do ustalenia", []),
        ("30 500,51", [("30 500,51", Decimal("30500.50"))]),
        ("0", [("0", Decimal("30500.50"))]),
    ],
)
def test_a_typed_total_must_be_what_its_rows_add_up_to(total, wrong):
    assert wrong_totals(table("Razem", "", total)) == wrong


def test_a_total_may_stand_above_its_rows():
    assert wrong_totals([["", "2026"], ["Razem", "5"], ["a", "1"]]) == [("5", Decimal(1))]


def test_a_total_of_words_is_not_checked():
    assert wrong_totals(table("Razem", "7", "30 500,50")) == []


def test_each_column_is_checked_by_itself():
    cells = [["", "2026", "2027"], ["a", "1", "2"], ["b", "3", "4"], ["Razem", "5", "5"]]
    assert wrong_totals(cells) == [("5", Decimal(4)), ("5", Decimal(6))]


def test_a_text_quotes_the_last_column_that_adds_up():
    assert table_total([["", "2026", "2027", "Uwagi"], ["a", "1", "2", "x"], ["b", "3", "4", ""]]) == 6
    assert table_total([["", "2026"], ["a", "brak"]]) is None
    assert table_total([["Lp."], ["1"]]) is None
    assert table_total([HEAD]) is None
    assert table_total([]) is None


@given(ragged)
def test_whatever_is_typed_into_a_table_it_is_printed_in_its_shape(cells):
    printed = with_totals(cells)
    assert [len(row) for row in printed] == [len(row) for row in cells]
    assert all(
        new == old or old.strip() == "="
        for row, typed in zip(printed, cells, strict=True)
        for new, old in zip(row, typed, strict=True)
    )
    assert all(typed != right for typed, right in wrong_totals(cells))
    total = table_total(cells)
    assert total is None or total >= 0


@given(st.lists(amounts, min_size=1, max_size=6))
def test_a_printed_total_is_never_wrong(column):
    cells = [["Zadanie", "Kwota"], *([str(n), figures(amount)] for n, amount in enumerate(column)), ["Razem", "="]]
    printed = with_totals(cells)
    assert parse(printed[-1][1]) == sum(column)
    assert wrong_totals(printed) == []
    assert table_total(cells) == table_total(printed) == sum(column)


def test_a_column_that_its_total_row_leaves_empty_is_no_total():
    cells = [["Zadanie", "Kwota", "Rok"], ["a", "10 000", "2026"], ["b", "20 000", "2027"], ["Razem", "=", ""]]
    assert table_total(cells) == Decimal(30000)
    assert table_total(cells[:-1]) == Decimal(4053)
