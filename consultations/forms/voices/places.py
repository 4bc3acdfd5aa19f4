"""What remarks in one consultation may be about, by the keys of the form's lists."""

from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext

from consultations.forms.voices.fields import Polish
from consultations.models import Consultation
from consultations.quotes import quote_of, versions_under_remark
from programs.models import DraftVersion, ProvisionText

Choice = tuple[str, str]
# So many digits any database takes for a key.
_DIGITS = 9


class PlaceChoices:
    """A key is "v12" for the whole of version 12, or the UUID of a provision in a version under remark."""

    def __init__(self, consultation: Consultation) -> None:
        self.versions = {f"v{version.pk}": version for version in versions_under_remark(consultation)}
        texts = ProvisionText.objects.filter(version__in=self.versions.values()).order_by("version__program_id", "rank")
        self.texts = {str(text.provision_id): text for text in texts.select_related("version__program")}

    @cached_property
    def units(self) -> list[Choice]:
        return [(key, Polish(f"{self._program_of(text.version)}{_name(text)}")) for key, text in self.texts.items()]

    @cached_property
    def all(self) -> list[Choice]:
        whole = [(key, self._program_of(version) + gettext("the whole document")) for key, version in self.versions.items()]
        return whole + self.units

    def _program_of(self, version: DraftVersion) -> str:
        return f"{version.program.slug}: " if len(self.versions) > 1 else ""

    @property
    def read(self) -> str:
        """The versions that can be read now, by their keys: "12 15"."""
        return " ".join(str(version.pk) for version in self.versions.values())

    def version(self, place: str) -> DraftVersion | None:
        return self.texts[place].version if place in self.texts else self.versions.get(place)

    def is_range(self, place: str, until: str) -> bool:
        first, last = self.texts.get(place), self.texts.get(until)
        return bool(first and last and first.version_id == last.version_id and first.rank < last.rank)

    def wording(self, place: str, until: str = "") -> str:
        """Empty for what is no place, for the whole document, and for a range that is too long or none."""
        if place not in self.texts:
            return ""
        if until in ("", place):
            return quote_of(self.texts[place])
        return quote_of(self.texts[place], self.texts[until]) if self.is_range(place, until) else ""

    def name(self, place: str, until: str = "") -> str:
        """As cited: "§ 5 – § 7"; empty for what is no place."""
        if self.is_range(place, until):
            return f"{self._program_of(self.texts[place].version)}{self.texts[place].citation} – {self.texts[until].citation}"
        return next((str(name) for key, name in self.all if key == place), "")


def before(provision: str, read: Iterable[str]) -> ProvisionText | None:
    """The provision in one of the public versions that `read` names by their keys."""
    with suppress(ValueError):
        public = DraftVersion.objects.public().filter(pk__in=[key for key in read if key.isdecimal() and len(key) <= _DIGITS])
        return ProvisionText.objects.filter(version__in=public, provision=UUID(provision)).select_related("version").first()
    return None


def _name(text: ProvisionText) -> str:
    return f"{text.citation} – {text.opening}" if text.opening else text.citation
