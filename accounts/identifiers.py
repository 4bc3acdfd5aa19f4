"""Numbers by which Polish registers know an organization. Each refusal says which number is wrong, and how."""

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
