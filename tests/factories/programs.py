"""Programs and their texts, written by the verbs."""

from datetime import UTC, date, datetime
from typing import Any

from programs.actions import UnitDraft, create_program, edit_unit, freeze_version, record_resolution, start_version, write_units
from programs.models import DraftVersion, Program, ProgramKind, ProvisionText, Purpose, Resolution, StatutoryElement
from programs.numbering import Unit

WRITTEN = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
FROZEN = datetime(2026, 9, 10, 8, 0, tzinfo=UTC)

TABLE = [["Lp.", "Dziedzina", "Kwota w zł"], ["1", "Kultura", "10 000"], ["2", "Sport", "20 500,50"], ["", "Razem", "30 500,50"]]
# Rozdział 1: § 1, § 2 (pkt 1, pkt 2 lit. a, lit. b, pkt 3); Rozdział 2: § 3 (ust. 1, ust. 2 with a table), załącznik nr 1.
TEXT = [
    UnitDraft(
        Unit.CHAPTER,
        heading="Cele programu",
        children=[
            UnitDraft(Unit.PARAGRAPH, text="Celem jest zażółć gęślą jaźń."),
            UnitDraft(
                Unit.PARAGRAPH,
                text="Program:",
                children=[
                    UnitDraft(Unit.POINT, text="wspiera organizacje;"),
                    UnitDraft(
                        Unit.POINT,
                        text="rozwija:",
                        children=[UnitDraft(Unit.LETTER, text="wolontariat,"), UnitDraft(Unit.LETTER, text="wiedzę;")],
                    ),
                    UnitDraft(Unit.POINT, text='chroni "dobre zwyczaje".'),
                ],
            ),
        ],
    ),
    UnitDraft(
        Unit.CHAPTER,
        heading="Środki",
        children=[
            UnitDraft(
                Unit.PARAGRAPH,
                children=[
                    UnitDraft(Unit.SUBPARAGRAPH, text="O środkach mówi § 12, a kwota to 10 000 zł."),
                    UnitDraft(
                        Unit.SUBPARAGRAPH,
                        text="Podział określa tabela:",
                        children=[UnitDraft(Unit.TABLE, heading="Planowane środki", cells=TABLE)],
                    ),
                ],
            )
        ],
    ),
    UnitDraft(Unit.ANNEX, heading="Kryteria", children=[UnitDraft(Unit.PARAGRAPH, text="Ofertę ocenia komisja.")]),
]


def program(slug: str = "2027", *, kind: ProgramKind = ProgramKind.ANNUAL, previous: Program | None = None) -> Program:
    first_year = int(slug[:4])
    return create_program(
        title=f"Program współpracy na {first_year} rok",
        slug=slug,
        kind=kind,
        first_year=first_year,
        last_year=first_year if kind == ProgramKind.ANNUAL else first_year + 3,
        previous=previous,
        at=WRITTEN,
    )


def draft(
    of: Program | None = None, *, units: list[UnitDraft] | None = None, purpose: Purpose = Purpose.CONSULTATION
) -> DraftVersion:
    version = start_version(of or program(), purpose=purpose, at=WRITTEN)
    write_units(version, TEXT if units is None else units, at=WRITTEN)
    return version


def frozen(
    of: Program | None = None, *, units: list[UnitDraft] | None = None, purpose: Purpose = Purpose.CONSULTATION
) -> DraftVersion:
    return freeze_version(draft(of, units=units, purpose=purpose), by=None, at=FROZEN)


def adopted(of: Program, *, adopted_on: date, number: str = "XXXV/900/21", **words: str) -> Resolution:
    """The council's resolution on a frozen text of one sentence."""
    version = frozen(of, units=paragraphs(1), purpose=Purpose.ADOPTED)
    return record_resolution(of, version=version, number=number, adopted_on=adopted_on, by=None, at=FROZEN, **words)


def paragraphs(count: int) -> list[UnitDraft]:
    return [UnitDraft(Unit.PARAGRAPH, text=f"Treść numer {number}.") for number in range(1, count + 1)]


def unit(version: DraftVersion, citation: str) -> ProvisionText:
    return version.texts.get(citation=citation)


def reword(text: ProvisionText, /, **words: Any) -> ProvisionText:
    """Edit some of the words of a unit; the others stay."""
    return edit_unit(text, **{"heading": text.heading, "text": text.text, "cells": text.cells, **words}, at=WRITTEN)


def element(number: int, *, kind: ProgramKind = ProgramKind.ANNUAL) -> StatutoryElement:
    return StatutoryElement.objects.create(
        kind=kind, number=number, name=f"zasada {number}", citation=f"art. 5a ust. 4 pkt {number}"
    )
