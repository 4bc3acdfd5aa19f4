"""From the bytes of a Word file to its units. Pure: no database, no settings, nothing outside the bytes is opened."""

from typing import Final, Literal

from programs.imports.changes import counts, settle
from programs.imports.numbering import Numbers
from programs.imports.ooxml import child
from programs.imports.package import Package
from programs.imports.paragraphs import Body, Paragraph
from programs.imports.refusals import Reason, Unreadable
from programs.imports.result import ReadText, Skipped
from programs.imports.roles import assemble
from programs.imports.rows import rows
from programs.imports.styles import Styles
from programs.imports.units import Tree
from programs.imports.warning_codes import WarningCode

Tracked = Literal["stop", "accept", "reject"]
_LONGEST_TITLE: Final = 250


def read(data: bytes, *, tracked: Tracked) -> ReadText:
    """What a file says, with all its tracked changes accepted or rejected; "stop" refuses a file that has any.

    Raises Unreadable, and nothing else, whatever the bytes are.
    """
    package = Package(data)
    name, document = package.main()
    body = child(document, "body")
    if body is None:
        raise Unreadable(Reason.NO_TEXT)
    insertions, deletions = counts(body)
    if tracked == "stop" and insertions + deletions:
        raise Unreadable(Reason.TRACKED, count=insertions + deletions)
    settle(body, accept=tracked != "reject")
    styles = Styles(package.xml(package.related("styles", to=name)))
    reader = Body(styles, Numbers(package.xml(package.related("numbering", to=name)), styles))
    blocks = list(reader.blocks(body))
    if not any(block.text.strip() if isinstance(block, Paragraph) else block.words for block in blocks):
        raise Unreadable(Reason.NO_TEXT)
    tree = assemble(blocks)
    external = {WarningCode.EXTERNAL} if package.has_external_parts() else set()
    return ReadText(
        title=(tree.title or _first_words(tree))[:_LONGEST_TITLE],
        rows=rows(tree.drafts),
        insertions=insertions,
        deletions=deletions,
        comments=tree.found[WarningCode.COMMENT_DROPPED],
        images=tree.found[WarningCode.IMAGE_DROPPED],
        warnings=sorted(tree.homeless | reader.warnings | external),
    )


def _first_words(tree: Tree) -> str:
    return next((draft.piece.text for draft in tree.drafts if draft.skipped == Skipped.TITLE), "")
