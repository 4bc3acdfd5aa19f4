"""What a citation that staff type names in the text under remark."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.folding import folded
from consultations.actions.voices import RangeIsWrong
from consultations.models import Consultation
from consultations.quotes import versions_under_remark
from programs.models import DraftVersion, ProvisionText

NO_TEXT = _("No text has been put to consultation here yet. Freeze a version for it first.")
NO_SUCH = _("There is no such provision in the draft. Write it as cited there: § 12 ust. 3 pkt 1.")
WHICH = _("This consultation has several documents with such a place. Write before it which: %(slug)s: § 5.")
# Folded words for a remark on no unit.
WHOLE = {"", "calosc", "caly dokument", "caly projekt", "calosc dokumentu", "calosc projektu"}


class Place(NamedTuple):
    """Without a text it is the whole document."""

    version: DraftVersion
    text: ProvisionText | None = None
    until: ProvisionText | None = None


class Citations:
    """Those of one consultation: two queries, however many citations are looked for."""

    def __init__(self, consultation: Consultation) -> None:
        self.versions = versions_under_remark(consultation)
        by_key = {version.pk: version for version in self.versions}
        self._cited: defaultdict[str, list[ProvisionText]] = defaultdict(list)
        for text in ProvisionText.objects.filter(version__in=self.versions).order_by("version_id", "rank"):
            text.version = by_key[text.version_id]
            self._cited[_key(text.citation)].append(text)

    def find(self, typed: str) -> Place:
        """ "§ 5", "§ 5 – § 7", "§ 5-7", "§ 5 pkt 1-3"; with a document before it: "2027: § 5". Raises ValidationError."""
        if not self.versions:
            raise forms.ValidationError(NO_TEXT)
        slug, colon, cited = typed.rpartition(":")
        versions = [version for version in self.versions if not colon or version.program.slug == slug.strip()]
        key = _key(cited)
        found = [place for version in versions for place in self._in(version, key)]
        if not found:
            raise forms.ValidationError(NO_SUCH)
        if len(found) > 1:
            raise forms.ValidationError(WHICH, params={"slug": found[0].version.program.slug})
        if (place := found[0]).until and place.text and place.until.rank <= place.text.rank:
            raise forms.ValidationError(RangeIsWrong.in_words)
        return place

    def _in(self, version: DraftVersion, key: str) -> Iterator[Place]:
        """The place in one version, if it is there."""
        if key in WHOLE:
            yield Place(version)
        elif text := self._unit(version, key):
            yield Place(version, text)
        else:
            for dash in re.finditer(" ?- ?", key):
                begins, ends = key[: dash.start()], key[dash.end() :]
                text, until = self._unit(version, begins), self._end(version, begins.split(), ends)
                if text and until:
                    yield Place(version, text, until)
                    return

    def _unit(self, version: DraftVersion, key: str) -> ProvisionText | None:
        return next((text for text in self._cited.get(key, ()) if text.version_id == version.pk), None)

    def _end(self, version: DraftVersion, begins: list[str], ends: str) -> ProvisionText | None:
        """What is not repeated is as at the beginning: of "§ 5 pkt 1-3" the end is § 5 pkt 3."""
        keys = (" ".join([*begins[:kept], ends]) for kept in reversed(range(len(begins))))
        return next((text for key in keys if (text := self._unit(version, key))), None)


def _key(citation: str) -> str:
    """As people tell citations apart: "§5pkt1" is "§ 5 pkt. 1"."""
    words = re.sub("[.,;]", " ", re.sub("[‐-―−]", "-", folded(citation))).replace("§", "§ ")
    return " ".join(re.sub(r"(?<=[^\W\d])(?=\d)|(?<=\d)(?=[^\W\d])", " ", words).split())
