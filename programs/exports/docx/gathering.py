"""What a Word file is made from, read out of the database: all that the child process needs, and nothing of our secrets."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import capfirst

from accounts.models import Portal
from programs import money
from programs.comparison import longest_rising
from programs.exports.docx.levels import told_depths, typed_labels
from programs.exports.docx.rows import Document, Pair, Row, Targets
from programs.models import DraftVersion, ProvisionText
from programs.numbering import Unit
from programs.reading import as_table, spelling


def of_version(version: DraftVersion) -> Document:
    return as_version(version, list(version.texts.in_reading_order()))


def of_redline(base: DraftVersion, version: DraftVersion) -> Document:
    old, new = (list(each.texts.in_reading_order()) for each in (base, version))
    return as_redline(base, old, version, new)


def as_version(version: DraftVersion, texts: Sequence[ProvisionText]) -> Document:
    """Texts are whole and in reading order, here and below."""
    with translation.override("pl"):
        purpose = capfirst(version.get_purpose_display())
    words, targets = _words(version), _targets(texts)
    return _document(
        version,
        subtitle=purpose,
        words=words,
        running=words,
        is_proof=not version.is_frozen,
        pairs=[(row, row) for row in _rows(texts)],
        old=targets,
        new=targets,
    )


def as_redline(base: DraftVersion, old: Sequence[ProvisionText], version: DraftVersion, new: Sequence[ProvisionText]) -> Document:
    subtitle = f"Zmiany między wersją {base.number} a wersją {version.number}"
    return _document(
        version,
        subtitle=subtitle,
        words=f"{_words(base)}; {_words(version)}",
        running=subtitle,
        is_proof=not (base.is_frozen and version.is_frozen),
        pairs=list(paired(list(_rows(old)), list(_rows(new)))),
        old=_targets(old),
        new=_targets(new),
    )


def paired(old: Sequence[Row], new: Sequence[Row]) -> Iterator[Pair]:
    """Both texts in one order, so that without the new rows it is the old text, and without the old ones the new text.

    As many units as can be stay in their places; one that moved, or that Word could not count in both texts, comes twice.
    """
    places = {row.provision: place for place, row in enumerate(old)}
    alike = {
        row.provision: place for row in new if (place := places.get(row.provision)) is not None and row.shape == old[place].shape
    }
    rising = longest_rising(list(alike.values()))
    stays = {provision: place for provision, place in alike.items() if place in rising}
    at, came = 0, list[Row]()
    for row in new:
        place = stays.get(row.provision)
        if place is None:
            came.append(row)
            continue
        yield from _replaced(old[at:place], came)
        yield old[place], row
        at, came = place + 1, []
    yield from _replaced(old[at:], came)


def _replaced(gone: Sequence[Row], came: Sequence[Row]) -> Iterator[Pair]:
    yield from ((row, None) for row in gone)
    yield from ((None, row) for row in came)


def _document(version: DraftVersion, **parts: Any) -> Document:
    checksum = f", suma kontrolna tekstu: {version.sha256}" if version.sha256 else ""
    return Document(
        title=version.program.title,
        author=Portal.current().name,
        imprint=f"{Portal.current().office}, {_words(version)}{checksum}",
        moment=f"{(version.frozen_at or version.created_at).astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        **parts,
    )


def _words(version: DraftVersion) -> str:
    """As on paper: wersja 2 z 10 września 2026 r."""
    with translation.override("pl"):
        return render_to_string("programs/_version_words.html", {"version": version}).strip()


def _rows(texts: Sequence[ProvisionText]) -> Iterator[Row]:
    parents = {text.parent_id for text in texts}
    in_annex = list(_in_annex(texts))
    labels = typed_labels((text.kind, within, text.label) for text, within in zip(texts, in_annex, strict=True))
    depths = told_depths((text.kind, text.depth) for text in texts)
    for text, within, label, depth in zip(texts, in_annex, labels, depths, strict=True):
        yield Row(
            provision=text.provision_id.hex,
            kind=text.kind,
            in_annex=within,
            label=label,
            holds=text.pk in parents,
            heading=text.heading,
            text=text.text,
            cells=money.with_totals(text.cells),
            columns=[(cell.width, cell.is_number) for cell in as_table(text.cells).header.cells],
            depth=depth,
        )


def _in_annex(texts: Sequence[ProvisionText]) -> Iterator[bool]:
    within = False
    for text in texts:
        within = text.kind == Unit.ANNEX or (within and text.depth > 0)
        yield within


def _targets(texts: Sequence[ProvisionText]) -> Targets:
    return {
        provision.hex: (target.citation, None if target.total is None else str(target.total))
        for provision, target in spelling(texts).targets.items()
    }
