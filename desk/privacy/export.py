"""Everything that the portal keeps of one person, handed over: by the lines of the register, so that none is forgotten."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.timezone import localdate
from django.utils.translation import gettext, gettext_lazy

from accounts.audit import record_person
from accounts.forgetting import sign_of
from accounts.models import AuditEntry, User, What
from accounts.roles import Duty, has_duty
from consultations.models import Submission, Voice
from desk.privacy.register import REGISTER, Kept
from desk.privacy.theirs import LEFT_OUT, SECRETS, THEIRS
from meetings.ical import own_entries
from meetings.models import Registration, TopicProposal
from meetings.views.own import has_entry
from programs.exports.packing import entry

# Whoever has the file must not act with the links that its letters hold.
LINK = re.compile(r"/l/[^/\s\"]+")


class MayNotExport(Exception):
    in_words = gettext_lazy("Only a coordinator looks up and downloads the data of another person.")


@dataclass(frozen=True)
class Found:
    label: str
    lines: list[Kept]
    rows: list[dict[str, Any]]


def found_of(email: str) -> list[Found]:
    """By tables of the register, those where there is something. A constant number of queries."""
    found = [Found(label, _lines(label), theirs.rows(email, _columns(label))) for label, theirs in THEIRS.items()]
    return [one for one in found if one.rows]


def export_person(email: str, *, by: User, at: datetime) -> bytes:
    """A ZIP for whoever has proven the address, or for a coordinator whom the person has asked. Raises MayNotExport."""
    email = email.strip().lower()
    if by.email != email and not has_duty(by, Duty.KEEP_DIRECTORY):
        raise MayNotExport
    found = found_of(email)
    record_person(What.EXPORTED, email, by=by, rows=sum(len(one.rows) for one in found), at=at)
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in [("dane.json", _data(email, found, at)), *_files(email, at)]:
            archive.writestr(entry(name), content)
    return packed.getvalue()


def look_up(email: str, *, by: User, at: datetime) -> list[Found]:
    """Whoever looks at what there is of somebody is on record. Raises MayNotExport."""
    if not has_duty(by, Duty.KEEP_DIRECTORY):
        raise MayNotExport
    found = found_of(email)
    record_person(What.LOOKED_UP, email, by=by, rows=sum(len(one.rows) for one in found), at=at)
    return found


def looked_before(email: str) -> QuerySet[AuditEntry]:
    seen = AuditEntry.objects.filter(what__in=(What.LOOKED_UP, What.EXPORTED), after__address=sign_of(email))
    return seen.select_related("actor")


def zip_response(content: bytes, *, name: str, at: datetime) -> HttpResponse:
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}-{localdate(at)}.zip"'
    return response


def _lines(label: str) -> list[Kept]:
    return [one for one in REGISTER if one.label == label]


def _columns(label: str) -> list[str]:
    columns = {name for one in _lines(label) for name in one.columns if f"{label}.{name}" not in SECRETS}
    return sorted(columns)


def _data(email: str, found: Iterable[Found], at: datetime) -> bytes:
    said = {
        "address": email,
        "at": at,
        "data": [
            {
                "table": one.label,
                "what": [line.what for line in one.lines],
                "why": list(dict.fromkeys(str(line.why) for line in one.lines)),
                "rows": one.rows,
            }
            for one in found
        ],
        "left_out": LEFT_OUT | SECRETS,
    }
    text = json.dumps(said, cls=Words, ensure_ascii=False, indent=2)
    return LINK.sub("/l/…", text).encode()


class Words(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        return str(o) if isinstance(o, Promise) else super().default(o)


def _files(email: str, at: datetime) -> list[tuple[str, bytes]]:
    voices = Voice.objects.filter(submission__email__iexact=email).select_related("consultation", "submission")
    files = [(f"teksty/{voice.signature.replace('/', '-')}.md", _voice_text(voice)) for voice in voices.order_by("pk")]
    topics = TopicProposal.objects.filter(email__iexact=email).select_related("meeting").order_by("pk")
    files += [(f"teksty/temat-{topic.pk}.md", _text(topic.title, str(topic.meeting), topic, ("text",))) for topic in topics]
    scanned = Submission.objects.filter(email__iexact=email).exclude(scan="").order_by("pk")
    files += [_scan(one) for one in scanned]
    meetings = Registration.objects.filter(email__iexact=email).select_related("meeting", "group__parent", "group__meeting")
    if entries := [one for one in meetings.order_by("pk") if has_entry(one)]:
        files.append(("spotkania.ics", own_entries(entries, at=at)))
    return files


def _scan(submission: Submission) -> tuple[str, bytes]:
    """One that is gone from the disk keeps nothing else back: a sentence stands in its place."""
    name = f"skany/{str(submission.scan.name).rpartition('/')[2]}"
    try:
        with submission.scan.open() as scan:
            return name, bytes(scan.read())
    except FileNotFoundError:
        return f"{name}.txt", gettext("This scan is not where it should be. Write to the office and ask for it.").encode()


def _voice_text(voice: Voice) -> bytes:
    return _text(voice.signature, voice.consultation.title, voice, ("quote", "proposed_wording", "text", "reasons"))


def _text(title: str, of: str, row: Any, columns: Iterable[str]) -> bytes:
    said = [f"# {title}", of]
    for column in columns:
        if words := getattr(row, column):
            said += [f"## {row._meta.get_field(column).verbose_name}", words]
    return "\n\n".join([*said, ""]).encode()
