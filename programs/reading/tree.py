"""The rows of a version in reading order become a tree."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from programs import money
from programs.marks import Spelling, Target
from programs.numbering import Unit
from programs.reading.tables import Table, as_table
from programs.rows import TextRow


@dataclass(slots=True)
class Node:
    text: TextRow
    spelling: Spelling
    children: list["Node"] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.text.kind

    @property
    def words(self) -> str:
        """The text as printed, before typesetting."""
        return self.spelling.words(self.text.text)

    @property
    def groups(self) -> list["Group"]:
        """What stands in it, in runs of one kind: a run of points is one list."""
        return groups(self.children)

    @property
    def table(self) -> Table:
        return as_table(self.text.cells)


@dataclass(frozen=True, slots=True)
class Group:
    kind: str
    nodes: Sequence[Node]


def tree(texts: Sequence[TextRow]) -> list[Node]:
    """The top units of a text given in reading order, each with what stands in it."""
    spelled = spelling(texts)
    nodes: dict[int, Node] = {}
    top: list[Node] = []
    for text in texts:
        node = nodes[text.pk] = Node(text, spelled)
        (top if text.parent_id is None else nodes[text.parent_id].children).append(node)
    return top


def groups(nodes: Sequence[Node]) -> list[Group]:
    return [Group(kind, list(run)) for kind, run in groupby(nodes, key=attrgetter("kind"))]


def spelling(texts: Sequence[TextRow]) -> Spelling:
    """How the marks of a version are printed; all its texts are needed."""
    totals = {text.provision_id: money.table_total(text.cells) for text in texts if text.kind == Unit.TABLE}
    return Spelling({text.provision_id: Target(text.citation, text.anchor, totals.get(text.provision_id)) for text in texts})


def contents(texts: Iterable[TextRow]) -> list[TextRow]:
    return [text for text in texts if text.kind in (Unit.CHAPTER, Unit.ANNEX)]
