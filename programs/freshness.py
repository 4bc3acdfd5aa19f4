"""What anonymous readers and caches may keep, and until when.

A cached page must not offer a button after its deadline. Verbs that change what the public reads call
`public_changed`; those that set a moment call `mark_boundaries`. A repeated visit then costs one query, and a page
is never kept past the next moment at which it changes by itself, nor past midnight, when "3 days left" changes.
"""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec, cast

from django.conf import settings
from django.db import connection
from django.db.models import F, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import http_date
from django.views.decorators.gzip import gzip_page

from accounts.models import Portal
from accounts.models.portal import forget_unless
from programs.models import Boundary, Revision

KEEP = timedelta(seconds=60)
P = ParamSpec("P")


# Built once: it is asked on every request.
_REVISION = Revision.objects.filter(pk=1).values_list(
    "number", "changed_at", "next_boundary", Subquery(Portal.objects.filter(pk=1).values("changed_at"))
)
# Written out: every verb ends with it while others wait, and composing it anew takes longer than carrying it out.
_CHANGED = "UPDATE programs_revision SET number = number + 1, changed_at = %s WHERE id = 1"


class Freshness(NamedTuple):
    state: str
    changed_at: datetime | None
    next_boundary: datetime | None


def public_changed(*, at: datetime) -> None:
    """Call last in a verb: the row stays locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_CHANGED, [connection.ops.adapt_datetimefield_value(at)])
        is_there = cursor.rowcount
    if not is_there:
        Revision.objects.bulk_create([Revision(pk=1, number=1, changed_at=at)], ignore_conflicts=True)


def mark_boundaries(owner: str, moments: Iterable[datetime | None], *, at: datetime) -> None:
    """Replace the moments at which `owner` ("stage:12") changes what the public sees."""
    Boundary.objects.filter(owner=owner).delete()
    Boundary.objects.bulk_create([Boundary(owner=owner, moment=moment) for moment in {m for m in moments if m}])
    public_changed(at=at)
    Revision.objects.filter(pk=1).update(next_boundary=_first_after(at))


def freshness(at: datetime) -> Freshness:
    """What the validity of every public page depends on. One query, and two more once after each boundary."""
    number, changed_at, next_boundary = _revision()
    if next_boundary and next_boundary <= at:
        # Of the visitors who come first after the boundary one counts it; nobody before could be told "unchanged".
        Revision.objects.filter(pk=1, next_boundary=next_boundary).update(
            number=F("number") + 1, changed_at=at, next_boundary=_first_after(at)
        )
        number, changed_at, next_boundary = _revision()
    return Freshness(f"{settings.RELEASE} {number} {timezone.localdate(at)}", changed_at, next_boundary)


def etag_of(address: str, fresh: Freshness) -> str:
    """Of one address: nobody can hold the tag of a page that is not there. Weak, since it goes out compressed and plain."""
    return f'W/"{hashlib.sha256(f"{fresh.state} {address}".encode()).hexdigest()[:20]}"'


def last_modified(fresh: Freshness, at: datetime) -> int | None:
    """In seconds; none while a change is so young that another may fall into the same second."""
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    changed_at = max(midnight, fresh.changed_at or midnight)
    return int(changed_at.timestamp()) if at - changed_at > timedelta(seconds=2) else None


def _revision() -> tuple[int, datetime | None, datetime | None]:
    number, changed_at, next_boundary, portal_changed_at = next(iter(_REVISION.all()), (0, None, None, None))
    forget_unless(portal_changed_at)
    return number, changed_at, next_boundary


def _first_after(at: datetime) -> Subquery:
    return Subquery(Boundary.objects.filter(moment__gt=at).order_by("moment").values("moment")[:1])


def seconds_to_keep(at: datetime, next_boundary: datetime | None) -> int:
    """How long a cache may keep a page made at `at`: at most a minute, never past the boundary or local midnight."""
    midnight = (timezone.localtime(at) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    until = min(moment for moment in (at + KEEP, midnight, next_boundary) if moment)
    return max(0, int((until - at).total_seconds()))


def publicly_cached(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """For pages that everybody reads alike: no user, no session, no token in them."""
    compressed = gzip_page(view)

    @wraps(view)
    def cached(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        at = timezone.now()
        fresh = freshness(at)
        etag, modified = etag_of(request.get_full_path(), fresh), last_modified(fresh, at)
        response = get_conditional_response(request, etag, modified)
        if response is None:
            response = compressed(request, *args, **kwargs)
        if response.status_code in (200, 304):
            response["ETag"] = etag
            if modified:
                response["Last-Modified"] = http_date(modified)
            patch_cache_control(response, public=True, max_age=seconds_to_keep(at, fresh.next_boundary))
        return response

    # Wrapping keeps the parameters, which the checker loses.
    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], cached)
