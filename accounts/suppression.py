"""Addresses whose mail server has said for good that there is no such mailbox.

Reminders and news to them stop, visibly, until staff lift it. What a person asked for is tried all the same. A server
that refused the address and then takes a letter for it lifts it too; after a bounce its taking one proves nothing.
"""

import re
from datetime import datetime

from accounts.models import Suppression, User

ENHANCED = re.compile(r"\b5\.(?P<subject>\d{1,3})\.(?P<detail>\d{1,3})\b")
# 5.1.7 and 5.1.8 are about our own address, 5.1.9 about the next server.
NO_SUCH_MAILBOX = {"0", "1", "2", "3", "4", "6", "10"}
# Said with the same codes, but about us, about the letter, or about today.
ABOUT_SOMETHING_ELSE = re.compile(
    r"sender|spam|block|black|policy|polityk|reject due|reputation|spf|dkim|dmarc|relay|auth|"
    r"quota|full|pełn|przepełn|limit|too (many|much)|disabled|suspend|try again|later",
    re.IGNORECASE,
)
NOBODY_THERE = re.compile(
    r"no such (user|mailbox|recipient|address|account|person)|"
    r"(user|recipient|mailbox|address|account)( \S+)? (is )?(unknown|unavailable|invalid|not (found|local|known))|"
    r"(unknown|invalid|nonexistent|no) (user|recipient|mailbox|local part|account)|"
    r"does(n't| not) (exist|have an? .{0,40}account)|no mailbox (here|by that name)|"
    r"nie istnieje|nieznany (adresat|odbiorca|użytkownik)|nie ma takie(j|go)|brak (takiej )?(skrzynki|użytkownika|konta)",
    re.IGNORECASE,
)


def says_no_such_mailbox(code: int, words: str) -> bool:
    """Whether a mail server's answer about the recipient says that the mailbox does not exist and never will.

    In doubt it does not: a letter too many is a smaller wrong than a reminder that never comes.
    """
    if not 500 <= code < 600:
        return False
    words = re.sub(r"\S+@\S+", "", words)  # a name in an address is no answer
    enhanced = ENHANCED.search(words)
    if enhanced and (enhanced["subject"], enhanced["detail"]) != ("0", "0"):
        is_mailbox = enhanced["subject"] == "1" and enhanced["detail"] in NO_SUCH_MAILBOX
        # 5.1.0 is "something with an address": some servers say it of the sender's.
        return is_mailbox and not (enhanced["detail"] == "0" and ABOUT_SOMETHING_ELSE.search(words))
    return code in (550, 551, 553) and not ABOUT_SOMETHING_ELSE.search(words) and bool(NOBODY_THERE.search(words))


def suppress(address: str, *, reason: str, at: datetime, by_bounce: bool = False) -> None:
    """Stop reminders to an address. A second refusal changes nothing while the first is in force."""
    suppression = Suppression(email=address, reason=reason[:300], since=at, by_bounce=by_bounce)
    Suppression.objects.bulk_create([suppression], ignore_conflicts=True)


def lift_suppression(suppression: Suppression, *, by: User | None, at: datetime) -> None:
    """Write to the address again from now on; what was not sent meanwhile is sent only when staff ask for it.

    `by` is None when its server has taken a letter. Lifted once, it stays lifted by whoever was first.
    """
    Suppression.objects.active().filter(pk=suppression.pk).update(lifted_at=at, lifted_by=by)
