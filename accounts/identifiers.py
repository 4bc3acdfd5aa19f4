"""Numbers by which Polish registers know an organization, and addresses. Each refusal says what is wrong, and how."""

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum.pl import nip, regon


def digits(value: str) -> str:
    """The number without the spaces and dashes people write it with."""
    return re.sub(r"[\s\-\u2013]", "", value)


def validate_nip(value: str) -> None:
    if not nip.is_valid(value):
        raise ValidationError(_("This NIP is not right: it has 10 digits, the last one checks the others. Look for a slip."))


def validate_regon(value: str) -> None:
    if not regon.is_valid(value):
        raise ValidationError(
            _("This REGON is not right: it has 9 or 14 digits, the last one checks the others. Look for a slip.")
        )


def validate_krs(value: str) -> None:
    # KRS numbers carry no check digit.
    if not re.fullmatch(r"[0-9]{10}", value):
        raise ValidationError(_("A KRS number has 10 digits, for example 0000123456."))


def kind_of_number(value: str) -> str:
    """Which field of an organization a number belongs to: "krs", "nip" or "regon". Raises ValidationError.

    A KRS number begins with 0, a NIP never does; both have 10 digits.
    """
    if len(value) == 10 and value.startswith("0"):
        validate_krs(value)
        return "krs"
    if len(value) == 10:
        validate_nip(value)
        return "nip"
    if len(value) in (9, 14):
        validate_regon(value)
        return "regon"
    raise ValidationError(
        _("Write a KRS or NIP number with 10 digits, or a REGON with 9 or 14. You can also leave this field empty.")
    )


def validate_one_mailbox(address: str) -> None:
    """On the way out quotation marks are taken off, =?…?= is decoded and a domain is folded: one mailbox would have a
    thousand addresses."""
    mailbox, _sign, domain = address.lower().rpartition("@")
    if '"' in mailbox or "=?" in mailbox:
        raise ValidationError(_("We cannot write to an address with a quotation mark or with =? before the @. Give another one."))
    try:
        is_folded = domain.isascii() or domain.encode("idna").decode("idna") == domain
    except UnicodeError:
        is_folded = False
    if not is_folded:
        raise ValidationError(_("Write what stands after the @ with ordinary letters."))
