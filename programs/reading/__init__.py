"""A text as it is read, on the page and on paper.

tree.py (rows become a tree), tables.py (columns and totals), markup.py (HTML), changes.py (HTML of a redline),
summary.py (a redline in short).
"""

from programs.reading.markup import Piece, html, pieces, printed
from programs.reading.tables import Table, as_table
from programs.reading.tree import Group, Node, contents, spelling, tree
from programs.rows import READ, TextRow

__all__ = [
    "READ",
    "Group",
    "Node",
    "Piece",
    "Table",
    "TextRow",
    "as_table",
    "contents",
    "html",
    "pieces",
    "printed",
    "spelling",
    "tree",
]
