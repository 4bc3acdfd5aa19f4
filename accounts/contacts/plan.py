"""What each row of a list would do to the directory. Pure: the entries are handed in; deciding again is calling it again."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.contacts.rows import Contact
from accounts.folding import folded

# Fields of one row belong together.
FILLED = (
    ("legal_form",),
    ("register", "register_number"),
    ("nip",),
    ("regon",),
    ("seat",),
    ("email",),
    ("source",),
    ("consent",),
)
KEPT = tuple(name for names in FILLED for name in names)

Key = tuple[str, str, str]


class Outcome(TextChoices):
    """In the order of the page: what needs work comes first."""

    REFUSED = "refused", gettext_lazy("to be corrected")
    COMPLETES = "completes", gettext_lazy("completes an entry")
    NEW = "new", gettext_lazy("new")
    SAME = "same", gettext_lazy("in the directory already")


@dataclass(frozen=True)
class Entry:
    """One row of the directory; `heir` is the entry that stands for it."""

    pk: int
    heir: int
    values: Mapping[str, str]
    spheres: frozenset[int] = frozenset()
    is_verified: bool = True
    is_refusing: bool = False  # asked for no more invitations


@dataclass
class Planned:
    contact: Contact
    outcome: Outcome
    entry: Entry | None = None
    fills: dict[str, str] = field(default_factory=dict)
    spheres: frozenset[int] = frozenset()
    # Fields of the entry that say something else than the row, and stay.
    stays: list[str] = field(default_factory=list)
    # The address has asked for no more invitations, be it under another name.
    is_refusing: bool = False
    errors: list[tuple[str, str]] = field(default_factory=list)


def plan(contacts: Iterable[Contact], entries: Iterable[Entry]) -> list[Planned]:
    directory = _Directory(entries)
    return [directory.placed(contact) for contact in contacts]


def keys(values: Mapping[str, str]) -> list[Key]:
    """By which an organization is known again: its numbers."""
    found = [(name, "", values[name]) for name in ("nip", "regon") if values.get(name)]
    if values.get("register_number"):
        found.append(("register", values["register"], values["register_number"]))
    return found


def name_key(values: Mapping[str, str]) -> Key:
    return ("name", folded(values.get("name", "")), values.get("email", "").lower())


def contradict(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Of one name, and two organizations all the same: a number says so."""
    names = ["nip", "regon"]
    if one.get("register") == other.get("register"):
        names.append("register_number")
    return any(one.get(name) and other.get(name) and one[name] != other[name] for name in names)


def _differ(one: Mapping[str, str], other: Mapping[str, str], name: str) -> bool:
    return one.get(name, "").lower() != other.get(name, "").lower()


class _Directory:
    """The entries and, row after row, what the list has said."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = {entry.pk: entry for entry in entries}
        self.known: defaultdict[Key, set[int]] = defaultdict(set)
        for entry in self.entries.values():
            for key in (*keys(entry.values), name_key(entry.values)):
                self.known[key].add(entry.heir)
        emails = {(entry.values.get("email") or "").lower() for entry in self.entries.values() if entry.is_refusing}
        self.refusing = emails - {""}
        self.said: dict[Key, Contact] = {}

    def placed(self, contact: Contact) -> Planned:
        if contact.errors:
            return Planned(contact, Outcome.REFUSED, errors=contact.errors)
        found = self._found(contact.values)
        if len(found) > 1:
            names = ", ".join(f"„{self.entries[pk].values['name']}”" for pk in sorted(found)[:3])
            words = _("This row fits several entries of the directory: %(names)s. Merge them or correct the row.")
            return Planned(contact, Outcome.REFUSED, errors=[("", words % {"names": names})])
        entry = self.entries[found.pop()] if found else None
        own = [*keys(contact.values), name_key(contact.values), *([("entry", "", str(entry.pk))] if entry else [])]
        if earlier := self._earlier(contact, own):
            return self._again(contact, earlier, entry)
        for key in own:
            self.said.setdefault(key, contact)
        return self._completed(contact, entry) if entry else self._new(contact)

    def _found(self, values: Mapping[str, str]) -> set[int]:
        by_number = {pk for key in keys(values) for pk in self.known.get(key, ())}
        by_name = self.known.get(name_key(values), set())
        return by_number or {pk for pk in by_name if not contradict(self.entries[pk].values, values)}

    def _earlier(self, contact: Contact, own: Iterable[Key]) -> Contact | None:
        for key in own:
            one = self.said.get(key)
            if one and not (key[0] == "name" and contradict(one.values, contact.values)):
                return one
        return None

    def _again(self, contact: Contact, earlier: Contact, entry: Entry | None) -> Planned:
        """What says nothing more than the earlier row is lost on nobody; what does is for a person to join."""
        adds = any(_differ(earlier.values, contact.values, name) for name in contact.values if name != "name")
        if not adds and contact.spheres <= earlier.spheres:
            return Planned(contact, Outcome.SAME, entry)
        words = _("This is the same organization as in row %(row)d, and the rows differ. Join them into one row.")
        return Planned(contact, Outcome.REFUSED, errors=[("", words % {"row": earlier.row})])

    def _new(self, contact: Contact) -> Planned:
        refusing = contact.values.get("email", "").lower() in self.refusing
        return Planned(contact, Outcome.NEW, None, dict(contact.values), contact.spheres, is_refusing=refusing)

    def _completed(self, contact: Contact, entry: Entry) -> Planned:
        values, has = contact.values, entry.values
        fills: dict[str, str] = {}
        for names in FILLED:
            if not has.get(names[-1]) and has.get(names[0], "") in ("", values.get(names[0], "")):
                fills |= {name: values[name] for name in names if values.get(name) and not has.get(name)}
        stays = [name for name in KEPT if name in values and name not in fills and _differ(has, values, name)]
        if folded(values["name"]) != folded(has["name"]):
            stays.insert(0, "name")
        spheres = contact.spheres if not entry.spheres else frozenset[int]()
        if not contact.spheres <= (entry.spheres or spheres):
            stays.append("spheres")
        changes = bool(fills or spheres or not entry.is_verified)
        refusing = entry.is_refusing or fills.get("email", "").lower() in self.refusing
        outcome = Outcome.COMPLETES if changes else Outcome.SAME
        return Planned(contact, outcome, entry, fills, spheres, stays, refusing)
