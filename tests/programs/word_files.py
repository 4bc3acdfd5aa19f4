"""Word files of ours, made without a database and read as Word reads them."""

import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4
from zipfile import ZipFile

from lxml import etree

from programs.actions import UnitDraft
from programs.exports.docx import gathering, press
from programs.marks import Spelling
from programs.models import DraftVersion, Program, ProvisionText, Purpose
from programs.money import with_totals
from programs.numbering import Unit, number
from programs.reading import spelling

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
AT = datetime(2026, 9, 10, 8, 0, tzinfo=UTC)
Element = etree._Element


def texts(*units: UnitDraft, names: Mapping[int, UUID] | None = None) -> list[ProvisionText]:
    """Rows as the verbs would number them, unsaved; `names` gives a draft, by its id(), its provision."""
    placed = list(_placed(units, None))
    numbered = number([(place, parent, Unit(draft.kind)) for place, (draft, parent) in enumerate(placed)])
    rows: list[ProvisionText] = []
    for place, (draft, parent) in enumerate(placed):
        rows.append(
            ProvisionText(
                pk=place,
                parent_id=parent,
                provision_id=(names or {}).get(id(draft)) or uuid4(),
                kind=draft.kind,
                heading=draft.heading,
                text=draft.text,
                cells=[list(row) for row in draft.cells],
                depth=0 if parent is None else rows[parent].depth + 1,
                label=numbered[place].label,
                citation=numbered[place].citation,
            )
        )
    return rows


def _placed(units: Sequence[UnitDraft], parent: int | None, start: int = 0) -> Iterator[tuple[UnitDraft, int | None]]:
    for unit in units:
        yield unit, parent
        inside = list(_placed(unit.children, start, start + 1))
        yield from inside
        start += 1 + len(inside)


def version(number: int = 1, *, frozen: bool = True) -> DraftVersion:
    program = Program(title="Program współpracy na 2027 rok", slug="2027", first_year=2027, last_year=2027)
    frozen_at, sha256 = (AT, f"{number:064}") if frozen else (None, "")
    return DraftVersion(
        program=program, number=number, purpose=Purpose.CONSULTATION, created_at=AT, frozen_at=frozen_at, sha256=sha256
    )


def file_of(rows: list[ProvisionText], *, frozen: bool = True) -> bytes:
    return press.main(gathering.as_version(version(frozen=frozen), rows).to_json())


def redline_of(old: list[ProvisionText], new: list[ProvisionText]) -> bytes:
    return press.main(gathering.as_redline(version(1), old, version(2), new).to_json())


def printed(rows: Sequence[ProvisionText]) -> list[str]:
    """What a person reads, a line a paragraph, a cell or a line of either; without empty ones."""
    spelled = spelling(rows)
    return [line for row in rows for line in _lines(row, spelled) if line]


def _lines(row: ProvisionText, spelled: Spelling) -> Iterator[str]:
    words = spelled.words(row.text).split("\n")
    if row.kind in (Unit.CHAPTER, Unit.ANNEX):
        yield from (row.label, row.heading, *words)
    elif row.kind == Unit.TABLE:
        yield f"{row.label}. {row.heading}" if row.heading else row.label
        yield from (line for cells in with_totals(row.cells) for cell in cells for line in cell.split("\n"))
    else:
        yield row.heading if row.kind == Unit.PARAGRAPH else ""
        yield f"{row.label} {words[0]}".strip()
        yield from words[1:]


def part(content: bytes, name: str = "word/document.xml") -> Element:
    with ZipFile(BytesIO(content)) as package:
        return etree.fromstring(package.read(name))


def replaced(content: bytes, name: str, root: Element) -> bytes:
    packed = BytesIO()
    with ZipFile(BytesIO(content)) as package, ZipFile(packed, "w") as copy:
        for each in package.namelist():
            copy.writestr(each, etree.tostring(root) if each == name else package.read(each))
    return packed.getvalue()


def settled(content: bytes, *, accept: bool) -> bytes:
    """The file after "accept all" or "reject all"."""
    root = part(content)
    stays, goes = (f"{W}{name}" for name in (("ins", "del") if accept else ("del", "ins")))
    for row in list(root.iter(f"{W}tr")):
        if row.find(f"{W}trPr/{goes}") is not None:
            row.getparent().remove(row)
    for table in list(root.iter(f"{W}tbl")):
        if table.find(f"{W}tr") is None:
            table.getparent().remove(table)
    for run in list(root.iter(goes)):
        if run.getparent().tag not in (f"{W}rPr", f"{W}trPr"):
            run.getparent().remove(run)
    for paragraph in list(root.iter(f"{W}p")):
        if paragraph.find(f"{W}pPr/{W}rPr/{goes}") is not None:
            # Its mark goes, so what is left of it would begin the next paragraph.
            assert not _words(paragraph)
            paragraph.getparent().remove(paragraph)
    etree.strip_tags(root, stays)
    for deleted in root.iter(f"{W}delText"):
        deleted.tag = f"{W}t"
    return replaced(content, "word/document.xml", root)


def read(content: bytes) -> list[str]:
    """As `printed`, of the units in a settled file, with the numbers that Word counts."""
    counted = _Counted(content)
    return [
        line.strip()
        for paragraph in part(content).iter(f"{W}p")
        if _style(paragraph) not in ("Wydawca", "Title", "Subtitle", "Wersja", "Metryka")
        for line in f"{counted.label(paragraph)}{_words(paragraph)}".split("\n")
        if line.strip()
    ]


def _style(paragraph: Element) -> str:
    return paragraph.find(f"{W}pPr/{W}pStyle").get(f"{W}val")


def _words(paragraph: Element) -> str:
    signs = {f"{W}br": "\n", f"{W}tab": " "}
    parts = paragraph.iter(f"{W}t", f"{W}br", f"{W}tab")
    return "".join(signs.get(each.tag) or each.text for each in parts)


@dataclass
class _Level:
    pattern: str
    format: str
    follows: str


class _Counted:
    """Numbers of paragraphs, as ECMA-376 part 1, 17.9 tells: a level counts on until one above it has counted."""

    def __init__(self, content: bytes) -> None:
        self.levels: dict[tuple[str, int], _Level] = {}
        for abstract in part(content, "word/numbering.xml").iter(f"{W}abstractNum"):
            for level in abstract.iter(f"{W}lvl"):
                suffix = level.find(f"{W}suff")
                self.levels[abstract.get(f"{W}abstractNumId"), int(level.get(f"{W}ilvl"))] = _Level(
                    level.find(f"{W}lvlText").get(f"{W}val"),
                    level.find(f"{W}numFmt").get(f"{W}val"),
                    " " if suffix is None else "",
                )
        self.styles = {
            style.get(f"{W}styleId"): style.find(f"{W}pPr/{W}numPr")
            for style in part(content, "word/styles.xml").iter(f"{W}style")
        }
        self.counts: dict[tuple[str, int], int] = {}

    def label(self, paragraph: Element) -> str:
        own = paragraph.find(f"{W}pPr/{W}numPr")
        properties = self.styles[_style(paragraph)] if own is None else own
        if properties is None:
            return ""
        number_id = properties.find(f"{W}numId").get(f"{W}val")
        level = properties.find(f"{W}ilvl")
        place = number_id, 0 if level is None else int(level.get(f"{W}val"))
        if number_id == "0":
            return ""
        self.counts = {at: count for at, count in self.counts.items() if at[0] != place[0] or at[1] <= place[1]}
        self.counts[place] = self.counts.get(place, 0) + 1
        return self._print(place, self.counts[place])

    def _print(self, place: tuple[str, int], count: int) -> str:
        level = self.levels[place]
        turns, letter = divmod(count - 1, 26)
        shown = chr(ord("a") + letter) * (turns + 1) if level.format == "lowerLetter" else str(count)
        assert level.pattern.count("%") == (level.format != "bullet")
        return re.sub("%[1-9]", shown, level.pattern) + level.follows


def by_libreoffice(content: bytes, to: str, folder: Path) -> bytes:
    """The file, opened and saved by LibreOffice as another format: "pdf", "txt:Text"."""
    source = folder / "file.docx"
    source.write_bytes(content)
    # A profile of its own, so that it neither meets nor waits for another one that runs.
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)  # noqa: S603 - our own command
    return source.with_suffix(f".{to.partition(':')[0]}").read_bytes()


def read_by_libreoffice(content: bytes, folder: Path) -> list[str]:
    """As `printed`: what LibreOffice shows between the title page and the last line."""
    text = by_libreoffice(content, "txt:Text", folder).decode("utf-8-sig")
    # Plain text gets bullets of LibreOffice's own.
    lines = [" ".join(line.replace("◦ ", "– ").split()) for line in text.split("\n") if line.strip()]
    ends = [place for place, line in enumerate(lines) if line.startswith(("wersja ", "Urząd "))]
    return lines[ends[0] + 1 : ends[-1]]
