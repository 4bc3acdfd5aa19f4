"""The table of voices: a row for each answer, so a voice that was answered in parts has several. No column about a person."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from django.conf import settings

from consultations.models import Channel, VoiceKind
from consultations.reporting.voices import Replied, Ruling, Said
from consultations.reporting.words import moment


class Column(NamedTuple):
    name: str
    width: int  # in characters
    value: Callable[[Said, Replied], str]


def told(ruling: Ruling) -> str:
    """An earlier wording of an answer, in one cell."""
    return f"{moment(ruling.published_at)}: {ruling.outcome_words}. {ruling.reasons}".strip()


COLUMNS = (
    Column("Numer", 16, lambda said, reply: said.signature),
    Column("Rodzaj", 12, lambda said, reply: str(VoiceKind(said.kind).label)),
    Column("Wpłynęło", 12, lambda said, reply: said.received_on.isoformat()),
    Column("Sposób", 14, lambda said, reply: str(Channel(said.channel).label)),
    Column("Autor", 28, lambda said, reply: said.author),
    Column("Temat", 22, lambda said, reply: said.topic),
    Column("Miejsce w projekcie", 20, lambda said, reply: said.place),
    Column("Wersja projektu", 9, lambda said, reply: "" if said.version is None else str(said.version)),
    Column("Obecne brzmienie", 45, lambda said, reply: said.quote),
    Column("Proponowane brzmienie", 45, lambda said, reply: said.proposed_wording),
    Column("Treść", 45, lambda said, reply: said.text),
    Column("Uzasadnienie autora", 45, lambda said, reply: said.reasons),
    Column("Której części dotyczy odpowiedź", 30, lambda said, reply: reply.part),
    Column("Rozstrzygnięcie", 20, lambda said, reply: reply.ruling.outcome_words),
    Column("Uzasadnienie urzędu", 45, lambda said, reply: reply.ruling.reasons),
    Column("Odpowiedź ogłoszono", 22, lambda said, reply: moment(reply.ruling.published_at)),
    Column("Powód późniejszego ogłoszenia", 24, lambda said, reply: reply.ruling.note),
    Column("Wcześniejsze odpowiedzi", 40, lambda said, reply: "\n".join(map(told, reply.corrected))),
    Column("Adres", 40, lambda said, reply: settings.PUBLIC_URL + said.url),
)


def rows(said: Sequence[Said]) -> Iterator[list[str]]:
    """Call with Polish active."""
    for one in said:
        for reply in one.answers:
            yield [column.value(one, reply) for column in COLUMNS]
