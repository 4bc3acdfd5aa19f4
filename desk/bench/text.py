"""A text of 1,300 units, of which 500 change: copied, compared, shown and sent out, each beside something plain.

In a folder and on a database of its own. What is promised in seconds is printed in seconds; what is judged is a ratio.
"""

import difflib
import json
import re
import time
from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from random import Random
from statistics import median
from typing import NamedTuple

from django.db import transaction
from django.test import RequestFactory
from django.utils.timezone import now
from docx import Document

from desk.bench import Result
from desk.bench.bare import bare
from desk.bench.house import ask, own_house
from desk.bench.pages import OneWorker, beside_bare
from programs import redline
from programs.actions import UnitDraft, create_program, edit_unit, freeze_version, start_version, write_units
from programs.comparison import Change, Fate, compare
from programs.exports.docx import redline_docx
from programs.models import DraftVersion, ProgramKind, ProvisionText, Purpose
from programs.numbering import Unit
from programs.readiness import holes
from programs.reading.changes import compared
from programs.views.changes import made

SLUG = "2030"
CHAPTERS, PARAGRAPHS, POINTS = 13, 20, 4  # each chapter has 20 §, each § has 4 points: 1,300 units in 13 chapters
EDITED, WORDS_EACH = 500, 3  # three words of each give way to others: 3,000 insertions and deletions
ROUNDS = 5
# The promises of 150 ms and 300 ms of CPU were given where the bare view took 17.7 ms.
VERSION_PAGE, CHANGES_PAGE = 150 / 17.7, 300 / 17.7
# The comparison also places 800 units that stayed, and knows amounts, dates and citations as whole words. The file for Word
# has its numbering, a process of its own with limits, and is the same to the byte each time.
COPY, COMPARE, DOCX = 1.5, 2.5, 4.0
WORDS = re.findall(
    r"\w+",
    """program gmina miasto organizacja pozarządowa współpraca zadanie publiczne dotacja konkurs oferta komisja środki
    mieszkańcy wolontariat partnerstwo zasada pomocniczość jawność sprawozdanie rozliczenie termin umowa wsparcie
    sport edukacja młodzież seniorzy zdrowie dostępność konsultacje projekt uchwała prezydent rada pełnomocnik""",
)
PHRASES = [
    "w § 5 ust. 2",
    "do dnia 30 listopada 2029 r.",
    "w kwocie 10 000 zł",
    "o której mowa w art. 5a ust. 4 pkt 2 ustawy",
    "i",
]


def text() -> list[Result]:
    with own_house("config.bench", ["collectstatic", "--noinput"], EMAIL_URL="dummymail://") as environment:
        try:
            ask("desk.bench.text", "build()", environment)
            found = json.loads(ask("desk.bench.text", "measure()", environment))
        finally:
            ask("desk.bench.signup", "leave_no_wakes()", environment)
        with (
            OneWorker("desk.bench.bare:make_application()", environment=environment) as plain,
            OneWorker("config.wsgi", environment=environment) as portal,
        ):
            pages = [
                beside_bare(plain, portal, path) for path in (f"/programy/{SLUG}/wersje/2/", f"/programy/{SLUG}/zmiany/1-2/")
            ]
    for line in found["lines"]:
        print(line)
    return [
        Result("text-copy", found["copy"], COPY),
        Result("text-redline", found["compare"], COMPARE),
        Result("text-page", pages[0], VERSION_PAGE),
        Result("text-changes-page-first", found["page"], CHANGES_PAGE),
        Result("text-changes-page", pages[1], CHANGES_PAGE),
        Result("text-docx", found["docx"], DOCX),
    ]


def build() -> None:
    """Runs in that house: version 1, and version 2 with the changes; both frozen."""
    chance, at = Random(1300), now()  # noqa: S311 - the same text each time
    program = create_program(title="Długi program", slug=SLUG, kind=ProgramKind.ANNUAL, first_year=2030, last_year=2030, at=at)
    first = start_version(program, purpose=Purpose.CONSULTATION, at=at)
    write_units(first, [_chapter(chance) for _ in range(CHAPTERS)], at=at)
    _freeze(first)
    second = start_version(program, purpose=Purpose.COUNCIL, based_on=first, at=at)
    units = second.texts.exclude(kind=Unit.CHAPTER).select_related("version")
    for unit in chance.sample(list(units), EDITED):
        words = unit.text.split()
        for place in range(WORDS_EACH):
            # Far enough from one another to be changes of their own.
            words[1 + 5 * place] = f"nowe{chance.randrange(10**6)}"
        edit_unit(unit, heading="", text=" ".join(words), at=at)
    _freeze(second)


def measure() -> None:
    """Runs in that house. Prints ratios and lines for people, as JSON."""
    first, second = DraftVersion.objects.filter(program__slug=SLUG).order_by("number")
    rows = list(second.texts.in_reading_order())
    copied = _in_turns(lambda: _undone(partial(_copy, second)), lambda: _undone(partial(_plain_copy, second, rows)))
    both = compared(first, second)
    pairs = [(change.said.text, change.says.text) for change in both.comparison.changes if change.fate == Fate.EDITED]
    texts = [list(version.texts.in_reading_order()) for version in (first, second)]
    diffed = _in_turns(lambda: _redline(*texts), lambda: [_plain_diff(*pair) for pair in pairs])
    request = RequestFactory().get("/")
    shown = _in_turns(lambda: made(first, second), lambda: bare(request))
    # Its child uses the time of another process.
    word = partial(redline_docx, first, second, progress=_ignore, cancelled=lambda: False)
    sent = _in_turns(word, lambda: _plain_docx(both.comparison.changes), clock=time.perf_counter)
    lines = [
        f"{len(rows)} units, {len(pairs)} edited",
        f"copy of a version: {copied}; the rows alone by bulk_create",
        f"all units compared, those edited by words: {diffed}; difflib by words on the edited units alone",
        f"the changes as a page, made anew: {shown}; the bare view",
        f"the changes for Word: {sent}; the same paragraphs and runs by python-docx, without marks and numbers",
    ]
    ratios = {"copy": copied.ratio, "compare": diffed.ratio, "page": shown.ratio, "docx": sent.ratio}
    print(json.dumps({"lines": lines, **ratios}))


class Turns(NamedTuple):
    """Seconds of ours and of the plain one, round by round in turns, so that a machine that slows down slows both."""

    ours: list[float]
    plain: list[float]

    @property
    def ratio(self) -> float:
        return median(mine / other for mine, other in zip(self.ours, self.plain, strict=True))

    def __str__(self) -> str:
        return f"{median(self.ours) * 1000:.0f} ms beside {median(self.plain) * 1000:.0f} ms, {self.ratio:.2f} times"


def _in_turns(
    ours: Callable[[], object], plain: Callable[[], object], *, clock: Callable[[], float] = time.process_time
) -> Turns:
    turns = Turns([], [])
    for turn in range(ROUNDS + 1):
        for call, seconds in zip((ours, plain), turns, strict=True):
            started = clock()
            call()
            if turn:  # the first warms up
                seconds.append(clock() - started)
    return turns


def _chapter(chance: Random) -> UnitDraft:
    points = [[UnitDraft(Unit.POINT, text=_sentence(chance)) for _ in range(POINTS)] for _ in range(PARAGRAPHS)]
    paragraphs = [UnitDraft(Unit.PARAGRAPH, text=_sentence(chance), children=inner) for inner in points]
    return UnitDraft(Unit.CHAPTER, heading=" ".join(chance.sample(WORDS, 3)), children=paragraphs)


def _sentence(chance: Random) -> str:
    """Some 120 characters, as a unit of the real programs has."""
    return " ".join([*chance.sample(WORDS, 10), chance.choice(PHRASES), *chance.sample(WORDS, 3)]) + ";"


def _freeze(version: DraftVersion) -> None:
    despite = [hole.code for hole in holes(version, list(version.texts.in_reading_order()))]
    freeze_version(version, by=None, at=now(), despite=despite)


def _undone(write: Callable[[], object]) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def _copy(version: DraftVersion) -> None:
    start_version(version.program, purpose=Purpose.WORKING, based_on=version, at=now())


def _plain_copy(version: DraftVersion, rows: Sequence[ProvisionText]) -> None:
    empty = DraftVersion.objects.create(program=version.program, number=99)
    names = ("provision_id", "position", "kind", "heading", "text", "cells", "label", "citation", "anchor", "rank", "depth")
    copies = [ProvisionText(version=empty, **{name: getattr(row, name) for name in names}) for row in rows]
    ProvisionText.objects.bulk_create(copies)


def _redline(old: Sequence[ProvisionText], new: Sequence[ProvisionText]) -> None:
    redline._changed_words.cache_clear()  # a page that nobody has seen yet
    for change in compare(old, new).changes:
        change.text  # noqa: B018 - compared when it is asked for


def _plain_diff(old: str, new: str) -> object:
    before, after = (re.findall(r"\w+|\W", words) for words in (old, new))
    return difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()


def _plain_docx(changes: Sequence[Change]) -> bytes:
    document = Document()
    for change in changes:
        paragraph = document.add_paragraph(change.unit.label)
        for run in change.text:
            paragraph.add_run(run.words)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _ignore(_percent: int) -> None: ...
