"""One row of a list, judged as strictly as what is typed into a form. Asks no database: the spheres are handed in."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.contacts.reading import Row
from accounts.folding import folded
from accounts.identifiers import digits, validate_krs, validate_nip, validate_one_mailbox, validate_regon
from accounts.models import Organization, Register

_REGISTERS = {
    Register.KRS: ("krs", "krajowy rejestr sadowy", "rejestr krs"),
    Register.STAROSTA: ("starosta", "rejestr starosty", "ewidencja starosty"),
    Register.ARIMR: ("arimr", "rejestr arimr", "krajowy rejestr kol gospodyn wiejskich"),
    Register.OTHER: ("inny", "inny rejestr"),
}
REGISTERS = {words: register.value for register, some in _REGISTERS.items() for words in some}
LONGEST = {
    name: Organization._meta.get_field(name).max_length or 0  # type: ignore[union-attr]
    for name in ("name", "email", "legal_form", "register_number", "seat", "source", "consent")
}


class Broken(TextChoices):
    STRAY = "stray", gettext_lazy("There are words beyond the last column that has a name. Move them under a name.")
    RUN_ON = (
        "run_on",
        gettext_lazy("A cell of this row runs over into the next rows: a quotation mark is not closed. Close it or delete it."),
    )


@dataclass
class Contact:
    row: int
    said: Mapping[str, str]
    values: dict[str, str] = field(default_factory=dict)  # by field of Organization, filled ones only
    spheres: frozenset[int] = frozenset()
    # The name of a column, empty for the whole row, and a sentence.
    errors: list[tuple[str, str]] = field(default_factory=list)


def judged(row: Row, spheres: Mapping[str, int]) -> Contact:
    """`spheres` are keys by folded point or name."""
    contact = Contact(row["row"], row["said"])
    if code := row.get("broken"):
        contact.errors.append(("", str(Broken(code).label)))
        return contact
    contact.values = {name: " ".join(text.split()) for name, text in row["said"].items() if name not in ("spheres", "krs")}
    if not contact.values.get("name"):
        contact.errors.append(("name", _("The name is missing. Write how the organization is called.")))
    _check_register(contact, row["said"].get("krs", ""))
    for name, numbered in (("nip", validate_nip), ("regon", validate_regon)):
        if name in contact.values:
            contact.values[name] = digits(contact.values[name])
            _check(contact, name, numbered)
    _check(contact, "email", validate_email, validate_one_mailbox)
    for name, longest in LONGEST.items():
        if len(contact.values.get(name, "")) > longest:
            contact.errors.append((name, _("At most %(n)d characters fit here. Write it shorter.") % {"n": longest}))
    _find_spheres(contact, spheres)
    return contact


def _check(contact: Contact, name: str, *validators: Callable[[str], None]) -> None:
    value = contact.values.get(name)
    try:
        for validator in validators if value else ():
            validator(value or "")
    except ValidationError as refused:
        words = _("This is not an e-mail address. Write one address, for example biuro@example.org, or leave the cell empty.")
        is_none = validators[0] is validate_email and refused.code == "invalid"
        contact.errors.append((name, words if is_none else str(refused.message)))


def _check_register(contact: Contact, krs: str) -> None:
    """A number of KRS may stand in a column of its own or beside the name of its register."""
    values, errors = contact.values, contact.errors
    register = REGISTERS.get(folded(values.pop("register", "")), "")
    if contact.said.get("register") and not register:
        errors.append(("register", _("This register is not known. Write KRS, starosta, ARiMR or inny.")))
        return
    number = values.pop("register_number", "")
    if register == Register.KRS and number:
        number = digits(number).zfill(10)
    if krs:
        krs = digits(krs).zfill(10)
        if register not in ("", Register.KRS) or (number and number != krs):
            errors.append(("krs", _("Next to the KRS number stands another register or number. Leave one of them.")))
            return
        register, number = Register.KRS.value, krs
    if number and not register:
        errors.append(("register", _("Write the register that this number comes from: KRS, starosta, ARiMR or inny.")))
        return
    values |= {name: value for name, value in (("register", register), ("register_number", number)) if value}
    if register == Register.KRS and number:
        _check(contact, "register_number", validate_krs)


def _find_spheres(contact: Contact, known: Mapping[str, int]) -> None:
    typed = contact.said.get("spheres", "")
    found: set[int] = set()
    for words in _parts(typed, known):
        if words in known:
            found.add(known[words])
        else:
            sentence = _("The Act has no such sphere: %(words)s. Write points of art. 4 sec. 1, for example 1, 3, 11.")
            contact.errors.append(("spheres", sentence % {"words": words[:60]}))
    contact.spheres = frozenset(found)


def _parts(typed: str, known: Mapping[str, int]) -> Iterable[str]:
    """Names of spheres hold commas: a comma divides only what is not a name."""
    for part in re.split(r"[;|\r\n]", typed):
        words = folded(part)
        pieces = [words] if words in known else [folded(piece) for piece in part.split(",")]
        yield from (re.sub(r"^(pkt|p\.) ?|[.)]$", "", piece) for piece in pieces if piece)
