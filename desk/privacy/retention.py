"""What the clock erases. Each rule says which rows are kept too long; the register says why they were kept at all."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.forgetting import empty_letters
from accounts.models import ContactImport, Erasure, Letter, Rate, RetentionRun, Suppression
from accounts.models.contacts import LISTS_LIVE
from accounts.periods import PROOFS, STOPPED, UNPROVEN, kept_for
from consultations.models import Follow, KeptDraft, VoiceImport
from consultations.models.intake import DRAFTS_LIVE
from meetings.models import Registration, WorkingGroup

BATCH = 500
# The beat comes far more often, so that a new portal, or one that stood still at night, does not wait.
ONCE_IN = timedelta(hours=20)


@dataclass(frozen=True)
class Rule:
    name: str
    since: Promise
    period: Callable[[], timedelta]
    # Those whose time was over at that moment.
    over: Callable[[datetime], QuerySet[Any]]
    # What stands in the place of what is erased; None: the row goes.
    left: dict[str, Any] | None = field(default=None, hash=False)

    def due(self, at: datetime) -> QuerySet[Any]:
        return self.over(at - self.period())


AFTER_THE_MEETING = _("after the meeting")
NOBODY = {"name": "", "name_key": "", "email": "", "phone": "", "needs": "", "organization_number": ""}


def _nothing() -> timedelta:
    return timedelta(0)


def _unproven(before: datetime) -> QuerySet[Registration]:
    return Registration.objects.filter(meeting__ends_at__lte=before, email_confirmed_at=None, present_at=None, erased_at=None)


def _signed_out(before: datetime) -> QuerySet[UserSession]:
    alive = Session.objects.filter(expire_date__gt=before).values("session_key")
    found: QuerySet[UserSession] = UserSession.objects.exclude(session_key__in=alive)
    return found


RULES = (
    Rule(
        "unproven_sign_ups",
        AFTER_THE_MEETING,
        lambda: UNPROVEN,
        _unproven,
        NOBODY,
    ),
    Rule(
        "needs",
        AFTER_THE_MEETING,
        lambda: kept_for("needs"),
        lambda before: Registration.objects.filter(meeting__ends_at__lte=before).exclude(needs=""),
        {"needs": ""},
    ),
    Rule(
        "phones",
        AFTER_THE_MEETING,
        lambda: kept_for("phones"),
        lambda before: Registration.objects.filter(meeting__ends_at__lte=before).exclude(phone=""),
        {"phone": ""},
    ),
    Rule(
        "rooms",
        AFTER_THE_MEETING,
        lambda: kept_for("phones"),
        lambda before: WorkingGroup.objects.filter(meeting__ends_at__lte=before).exclude(room_link=""),
        {"room_link": ""},
    ),
    Rule(
        "letters",
        _("after it was sent, or given up"),
        lambda: kept_for("letters"),
        lambda before: Letter.objects.over(before),
        {},
    ),
    Rule(
        "rates", _("after they were counted"), lambda: kept_for("rates"), lambda before: Rate.objects.filter(window__lte=before)
    ),
    Rule(
        "drafts", _("after it was last saved"), lambda: DRAFTS_LIVE, lambda before: KeptDraft.objects.filter(saved_at__lte=before)
    ),
    Rule("sheets", _("after it was put up"), lambda: DRAFTS_LIVE, lambda before: VoiceImport.objects.filter(at__lte=before)),
    Rule("lists", _("after it was put up"), lambda: LISTS_LIVE, lambda before: ContactImport.objects.filter(made_at__lte=before)),
    Rule(
        "unconfirmed_follows",
        _("after you asked"),
        lambda: UNPROVEN,
        lambda before: Follow.objects.filter(asked_at__lte=before, confirmed_at=None, ended_at=None),
    ),
    Rule(
        "stopped_follows",
        _("after you asked us to stop"),
        lambda: STOPPED,
        lambda before: Follow.objects.filter(ended_at__lte=before, asked_at__lte=before),
    ),
    Rule(
        "suppressions",
        _("after the address works again"),
        lambda: UNPROVEN,
        lambda before: Suppression.objects.filter(lifted_at__lte=before),
    ),
    Rule("user_sessions", _("after signing out"), _nothing, _signed_out),
    Rule("sessions", _("after signing out"), _nothing, lambda before: Session.objects.filter(expire_date__lte=before)),
    Rule("erasures", _("after it was done"), lambda: PROOFS, lambda before: Erasure.objects.filter(at__lte=before)),
)


def report(*, at: datetime) -> dict[str, int]:
    """What retain() would erase at this moment, by the name of the rule."""
    gone: dict[str, int] = {}
    for rule in RULES:
        due = rule.due(at)
        # A sign-up that is forgotten whole loses its needs and telephone with it.
        if rule.name in ("needs", "phones"):
            due = due.exclude(pk__in=RULES[0].due(at))
        gone[rule.name] = due.count()
    return gone


def retain(*, at: datetime) -> RetentionRun:
    """Erase what is kept too long, in small transactions; a run that died is made up for by the next one."""
    gone = {rule.name: _carry_out(rule, at=at) for rule in RULES}
    return RetentionRun.objects.create(at=at, went=gone)


def retain_once_a_day(at: datetime) -> None:
    if not RetentionRun.objects.filter(at__gt=at - ONCE_IN).exists():
        retain(at=at)


def _carry_out(rule: Rule, *, at: datetime) -> int:
    done = 0
    while keys := list(rule.due(at).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            done += _erase(rule, keys, at=at)
    return done


def _erase(rule: Rule, keys: list[Any], *, at: datetime) -> int:
    """The condition is asked again under the lock: somebody may have saved the draft this moment."""
    rows = rule.due(at).filter(pk__in=keys).select_for_update(of=("self",))
    if rule.name == "letters":
        return empty_letters(list(rows), at=at, for_good=False)
    locked = rule.due(at).model._default_manager.filter(pk__in=[row.pk for row in rows])
    if rule.left is None:
        count = len(rows)
        locked.delete()
        return count
    more = {"erased_at": at} if rule.name == "unproven_sign_ups" else {}
    return int(locked.update(**rule.left, **more))
