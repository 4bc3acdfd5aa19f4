"""What remarks may stand on, and the words they quote."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import takewhile

from consultations.models import Consultation, Voice
from programs.lineage import whereabouts
from programs.models import DraftVersion, ProvisionText, Purpose
from programs.money import with_totals
from programs.numbering import Unit
from programs.reading import spelling

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


def tell_where_now(voices: Iterable[Voice]) -> None:
    """Set on each remark on a provision where that is in the newest public version, if one has come since.

    Three queries for each program, however many remarks.
    """
    by_program: defaultdict[int, list[Voice]] = defaultdict(list)
    for voice in voices:
        if voice.version and voice.provision_text:
            by_program[voice.version.program_id].append(voice)
    for program, said in by_program.items():
        newest = DraftVersion.objects.public().select_related("program").filter(program=program).latest("number")
        before = [voice for voice in said if voice.version and voice.version.number < newest.number]
        if not before:
            continue
        found = whereabouts([voice.provision_text for voice in before if voice.provision_text], newest)
        for voice in before:
            voice.newest, voice.now_at = newest, found[voice.provision_text_id or 0]


def quote_of(text: ProvisionText, until: ProvisionText | None = None) -> str:
    """The words of a unit with everything that stands in it, as printed, line by line, without its own number.

    Of a range that ends with `until`, everything from the one to the end of the other, with its numbers; nothing of one
    that is too long.
    """
    quote = _lines_of_range(text, until) if until else _lines_of(text)
    # Only marks need to know the whole text: references and amounts.
    return spelling(list(text.version.texts.in_reading_order())).words(quote) if "{" in quote else quote


def _lines_of_range(text: ProvisionText, until: ProvisionText) -> str:
    following = text.version.texts.filter(rank__gte=text.rank).order_by("rank")
    after = following.filter(rank__gt=until.rank, depth__lte=until.depth).first()
    units = list(following.filter(rank__lt=after.rank) if after else following)
    top = min(unit.depth for unit in units)
    quote = "\n".join(line for unit in units for line in _printed(unit, unit.depth - top))
    return quote if len(quote) <= QUOTE_AT_MOST else ""


def _lines_of(text: ProvisionText) -> str:
    following = text.version.texts.filter(rank__gt=text.rank).order_by("rank")
    inside = takewhile(lambda unit: unit.depth > text.depth, following.iterator(chunk_size=200))
    lines = _own_lines(text)
    for unit in inside:
        lines += _printed(unit, unit.depth - text.depth - 1)
        if sum(map(len, lines)) > QUOTE_AT_MOST:
            return "\n".join(_own_lines(text))
    return "\n".join(lines)


def _printed(unit: ProvisionText, depth: int) -> list[str]:
    first, *rest = _own_lines(unit) or [""]
    return [f"{INDENT * depth}{line}" for line in (f"{unit.label} {first}".rstrip(), *rest)]


def _own_lines(text: ProvisionText) -> list[str]:
    if text.kind == Unit.TABLE:
        return [" | ".join(row) for row in with_totals(text.cells)]
    return [line for line in (text.heading, text.text) if line]
