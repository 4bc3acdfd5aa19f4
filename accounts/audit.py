"""What the audit learns otherwise than from its triggers: personal data taken away, and who came to the desk."""

from datetime import datetime
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from accounts.forgetting import sign_of
from accounts.limits import network_of
from accounts.models import AuditEntry, Erasure, Export, User, What


def record_export(of: Model, what: Export, *, by: User | None, rows: int, at: datetime) -> None:
    """`rows` people's data left the portal in one file. Nobody: whoever opened the page by the link of an invitation."""
    AuditEntry.objects.create(
        at=at,
        actor=by,
        what=What.EXPORTED,
        model=of._meta.label,
        object_pk=str(of.pk),
        after={"export": what.value, "rows": rows},
    )


def record_person(what: What, email: str, *, by: User | None, rows: int, at: datetime) -> None:
    """What was done about whoever has this address. Which one it was can be asked, and not read: it is kept keyed."""
    account = User.objects.filter(email=email).first()
    export = {"export": Export.PERSON.value} if what == What.EXPORTED else {}
    AuditEntry.objects.create(
        at=at,
        actor=by,
        what=what,
        model=User._meta.label if account else "",
        object_pk=str(account.pk) if account else "",
        after={**export, "address": sign_of(email), "rows": rows},
    )


def record_erasure(erasure: Erasure, *, rows: int) -> None:
    """Without the address and without its code: the erasure has one, for as long as it is kept."""
    AuditEntry.objects.create(
        at=erasure.at,
        actor=erasure.by,
        what=What.ERASED,
        model=erasure._meta.label,
        object_pk=str(erasure.pk),
        after={"rows": rows},
    )


# Receivers of Django's and allauth's signals: they look on and decide nothing. A visitor's comings and goings are not told.
def signed_in(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    if user.is_staff:
        _record(What.SIGNED_IN, request, user, actor=user)


def signed_out(*, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user and user.is_staff:
        _record(What.SIGNED_OUT, request, user, actor=user)


def password_refused(*, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Never what was typed: the account of the desk that it names, or none."""
    named = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    _record(What.SIGN_IN_REFUSED, request, User.objects.filter(email=named, is_staff=True).first())


def code_refused(*, request: HttpRequest, user: User, **kwargs: Any) -> None:
    _record(What.SIGN_IN_REFUSED, request, user if user.is_staff else None)


def _record(what: What, request: HttpRequest | None, account: User | None, actor: User | None = None) -> None:
    AuditEntry.objects.create(
        at=timezone.now(),
        actor=actor,
        what=what,
        model=User._meta.label if account else "",
        object_pk=str(account.pk) if account else "",
        after={"network": network_of(request)} if request else {},
    )
