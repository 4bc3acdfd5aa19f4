"""What remarks may stand on, and the words they quote."""

from consultations.models import Consultation
from programs.models import DraftVersion, ProvisionText, Purpose
from programs.numbering import Unit

# A whole chapter is too long to be reworded in one remark: only its own heading is quoted.
QUOTE_AT_MOST = 4000  # characters
INDENT = "    "


def versions_under_remark(consultation: Consultation) -> list[DraftVersion]:
    """The newest version put to consultation of each program."""
    newest: dict[int, DraftVersion] = {}
    shown = DraftVersion.objects.public().filter(purpose=Purpose.CONSULTATION, program__consultations=consultation)
    for version in shown.select_related("program").order_by("program_id", "number"):
        newest[version.program_id] = version
    return list(newest.values())


def quote_of(text: ProvisionText) -> str:
    """The words of a unit with everything that stands in it, line by line, without its own number."""
    following = text.version.texts.filter(rank__gt=text.rank).order_by("rank")
    lines = _own_lines(text)
    for unit in following.iterator(chunk_size=200):
        if unit.depth <= text.depth:
            break
        first, *rest = _own_lines(unit) or [""]
        margin = INDENT * (unit.depth - text.depth - 1)
        lines += [f"{margin}{unit.label} {first}".rstrip(), *(f"{margin}{line}" for line in rest)]
        if sum(map(len, lines)) > QUOTE_AT_MOST:
            return "\n".join(_own_lines(text))
    return "\n".join(lines)


def _own_lines(text: ProvisionText) -> list[str]:
    if text.kind == Unit.TABLE:
        return [" | ".join(row) for row in text.cells]
    return [line for line in (text.heading, text.text) if line]
