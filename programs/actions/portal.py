"""Whose portal it is. Stands here, above accounts, because every public page says it."""

from datetime import datetime
from hashlib import sha256
from math import floor

from django.db import transaction
from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.contrast import ENOUGH, PAPER, Colour, contrast, nearest, readable
from accounts.models import Portal, User
from accounts.models.portal import forget
from accounts.roles import Duty, has_duty
from programs.freshness import public_changed
from programs.logo import Logo, logo_of


class PortalIsOutOfReach(Exception):
    in_words: Promise = _("You may not change the settings of the portal. Ask the coordinator to do it.")


class NoColor(Exception):
    in_words: Promise = _("Write the color as # and six digits or letters from a to f, for example #1f5f8b.")


class FaintColor(Exception):
    """Links in it, and white letters on it, could not be read by everybody."""

    def __init__(self, accent: Colour) -> None:
        self.in_words = _(
            "Letters in the color %(color)s would be too faint: on the page their contrast is %(contrast)s to 1, "
            "and at least %(enough)s to 1 is needed. "
            "The nearest color that can be read is %(nearest)s: choose it or a darker one."
        ) % {
            "color": accent,
            # Rounded down: a figure just short of enough must not look like enough.
            "contrast": number_format(floor(contrast(accent, PAPER) * 100) / 100, 2),
            "enough": number_format(ENOUGH, 1),
            "nearest": nearest(accent, PAPER),
        }


def accepted(accent: str) -> str:
    """The color as it is kept. Raises NoColor and FaintColor."""
    try:
        colour = Colour.of(accent.strip()) if accent.strip() else None
    except ValueError:
        raise NoColor from None
    if colour and not readable(colour, PAPER):
        raise FaintColor(colour)
    return str(colour or "")


class LogoIsUnnamed(Exception):
    in_words: Promise = _("Write what the logo shows: whoever cannot see it is read these words.")


@transaction.atomic
def set_up(portal: Portal, *, by: User, at: datetime, logo: bytes | None = None) -> None:
    """`logo` replaces the one there is, empty takes it away. Raises PortalIsOutOfReach, NoColor, FaintColor, LogoIsUnnamed and
    what logo_of raises."""
    if not has_duty(by, Duty.SET_UP):
        raise PortalIsOutOfReach
    portal.accent = accepted(portal.accent)
    if logo is not None:
        portal.logo_kind, portal.logo = logo_of(logo) if logo else Logo("", b"")
        portal.logo_sum = sha256(portal.logo).hexdigest() if logo else ""
    if portal.logo_sum and not portal.logo_words:
        raise LogoIsUnnamed
    portal.changed_at = at
    portal.save()
    transaction.on_commit(forget)
    public_changed(at=at)
