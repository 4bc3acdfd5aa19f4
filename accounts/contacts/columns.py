"""Which columns a list may have, by the Polish names that offices give them."""

import re

from accounts.folding import folded

HEADS = {
    "name": "nazwa",
    "email": "e-mail",
    "nip": "NIP",
    "regon": "REGON",
    "krs": "KRS",
    "register": "rejestr",
    "register_number": "numer w rejestrze",
    "seat": "siedziba",
    "legal_form": "forma prawna",
    "spheres": "sfery",
    "consent": "zgoda",
    "source": "źródło",
}
# The first column of a list that we gave back.
ADVICE = "co poprawić"
_OTHER_NAMES = {
    "name": ("nazwa organizacji", "pełna nazwa", "organizacja"),
    "email": ("adres e-mail", "mail", "poczta elektroniczna"),
    "nip": ("nr NIP", "numer NIP"),
    "regon": ("nr REGON", "numer REGON"),
    "krs": ("nr KRS", "numer KRS"),
    "register_number": ("numer", "nr w rejestrze"),
    "seat": ("miejscowość",),
    "spheres": ("sfera", "sfery pożytku", "sfery zadań publicznych"),
    "consent": ("zgoda na zaproszenia",),
    "source": ("źródło danych",),
}
_PHONES = ("telefon", "tel", "nr telefonu", "numer telefonu", "telefon kontaktowy")


def key(heading: str) -> str:
    return re.sub(r"[^a-z0-9]", "", folded(heading))


KNOWN = {key(heading): name for name in HEADS for heading in (HEADS[name], *_OTHER_NAMES.get(name, ()))}
PHONES = frozenset(key(heading) for heading in _PHONES)


def is_phone(heading: str) -> bool:
    return key(heading) in PHONES
