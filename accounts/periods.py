"""How long the office keeps what it need not keep for the file of a consultation. Imports no model."""

from datetime import timedelta

from django.conf import settings

# Follows that nobody confirmed; sign-ups whose address was never proven; addresses that work again.
UNPROVEN = timedelta(days=30)
# A "no more letters" is kept until nobody could write by mistake any more.
STOPPED = timedelta(days=365)
# That somebody was erased, so that whoever asks again is told when.
PROOFS = timedelta(days=3 * 365)


def kept_for(what: str) -> timedelta:
    return timedelta(days=settings.RETENTION_DAYS[what])
