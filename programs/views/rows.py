"""What stands below each unit on the page of a version: what can be done with it, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from uuid import UUID

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from programs.lineage import Since
from programs.numbering import Unit
from programs.reading import Node, printed
from programs.reading.because import Because, told


@dataclass(frozen=True, slots=True)
class Remarks:
    """How many a provision has in the consultation of that slug."""

    count: int
    slug: str


class UnitRows:
    """Called for each unit: its row as markup. Built once for a page, since 1,300 units share all but their names.

    `taking_remarks` is the slug of a consultation that takes remarks on this version now; `changes_url` the page of
    what changed since the version that `since` is about.
    """

    def __init__(
        self,
        *,
        remarks: Mapping[UUID, Sequence[Remarks]],
        taking_remarks: str,
        since: Mapping[UUID, Since],
        changes_url: str,
        reasons: Because,
    ) -> None:
        self.remarks, self.since, self.changes_url, self.reasons = remarks, since, changes_url, reasons
        self.comment_url = escape(reverse("consultations:remark_new", args=[taking_remarks])) if taking_remarks else ""
        self.comment, self.on = escape(_("Comment on %(citation)s")), escape(_("on %(citation)s"))
        # All are about one version.
        number = next((each.number for each in since.values()), 0)
        self.changed_inside = _("changed inside since version %(number)s") % {"number": number}
        language = get_language()
        # The text around it is Polish.
        self.language = "" if language == "pl" else f' lang="{language}"'

    def __call__(self, node: Node) -> str:
        provision = node.text.provision_id
        reasons = told(self.reasons.get(provision, ()), links=True)
        return f"{reasons}{self._row(node, provision, printed(node.text.citation))}"

    def _row(self, node: Node, provision: UUID, citation: str) -> str:
        links = []
        if self.comment_url:
            comment = self.comment % {"citation": citation}
            links.append(f'<a href="{self.comment_url}?provision={provision}">{comment}</a>')
        remarks = [self._remarks(each, provision, citation) for each in self.remarks.get(provision, ())]
        links += remarks
        since = self.since.get(provision)
        changed = since is not None and not since.is_quiet
        words = since.in_words if since else ""
        if node.kind == Unit.PARAGRAPH and not changed and self._changed_inside(node):
            changed, words = True, self.changed_inside
        if words:
            links.append(self._named(f"{self.changes_url}#{node.text.anchor}", printed(capfirst(words)), citation))
        if not links:
            return ""
        # A paragraph offers its row to whoever reads on; the row of any other unit waits until the unit is chosen.
        is_seen = remarks or (node.kind == Unit.PARAGRAPH and (self.comment_url or changed))
        return f'<p class="{"do" if is_seen else "do still"}"{self.language}>{" ".join(links)}</p>\n'

    def _changed_inside(self, node: Node) -> bool:
        for child in node.children:
            since = self.since.get(child.text.provision_id)
            if (since and not since.is_quiet) or self._changed_inside(child):
                return True
        return False

    def _remarks(self, remarks: Remarks, provision: UUID, citation: str) -> str:
        words = ngettext("%(count)d remark", "%(count)d remarks", remarks.count) % {"count": remarks.count}
        return self._named(f"{reverse('consultations:remarks', args=[remarks.slug])}?provision={provision}", words, citation)

    def _named(self, url: str, words: str, citation: str) -> str:
        """A link that says out of its place what it is about."""
        return f'<a href="{escape(url)}">{words} <span class="visually-hidden">{self.on % {"citation": citation}}</span></a>'
