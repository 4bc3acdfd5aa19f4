"""Letters that did not come by the portal: written down by staff one by one, or row by row from a sheet."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.once import token_of
from accounts.spreadsheets import Unreadable
from consultations.actions.answers import draft_answer, send_for_approval
from consultations.actions.voices import (
    Author,
    LateNeedsAReason,
    NotUnderConsultation,
    ProposalText,
    RangeIsWrong,
    ReceivedInTheFuture,
    RemarkText,
    StageIsClosed,
    submit_proposal,
    submit_remarks,
)
from consultations.imports.columns import COLUMNS
from consultations.imports.refusals import Reason
from consultations.models import Channel, Consultation, Outcome, Part, Submission, Voice, VoiceImport, VoiceKind
from programs.child import ChildFailed, Limits, run
from programs.freshness import public_changed
from programs.uploads import FileIsEmpty, FileIsOfNoUse, check_file

LARGEST_SCAN = 20_000_000  # bytes
READING = Limits(cpu=20, wall=40, memory=1_000_000_000, output=50_000_000)


class SignatureIsMissing(Exception):
    """Nothing unsigned is dropped, and nothing unsigned is considered."""

    in_words = _("Nobody signed this letter. Write who signed it, or write why it is not considered.")


class ScanIsTooLarge(Exception):
    in_words = _("This file is larger than 20 MB. Scan the letter in black and white, or at 200 dots an inch.")


# What may be refused of a letter that somebody enters.
REFUSALS = (
    *(StageIsClosed, LateNeedsAReason, ReceivedInTheFuture, NotUnderConsultation, RangeIsWrong, SignatureIsMissing),
    *(FileIsEmpty, FileIsOfNoUse, ScanIsTooLarge),
)


@dataclass(frozen=True)
class EnteredLetter:
    """As it came to the office; `said` is of one kind."""

    consultation: Consultation
    author: Author
    said: Sequence[ProposalText | RemarkText]
    channel: Channel
    received_at: datetime
    late_reason: str = ""
    # Why it is recorded, but not considered.
    set_aside: str = ""
    scan: File[bytes] | None = None


def check_scan(file: File[bytes]) -> None:
    """Raises FileIsEmpty, FileIsOfNoUse, ScanIsTooLarge."""
    check_file(file)
    if file.size > LARGEST_SCAN:
        raise ScanIsTooLarge


@transaction.atomic
def record_letter(letter: EnteredLetter, *, form_token: str, by: User, at: datetime) -> Submission:
    """Give its voices the next numbers. Raises each of REFUSALS.

    What is set aside gets that answer at once, which somebody else approves as any other.
    """
    if not (letter.author.name or letter.set_aside):
        raise SignatureIsMissing
    if letter.scan:
        check_scan(letter.scan)
    submission = _submitted(letter, form_token=form_token, by=by, at=at)
    if letter.set_aside:
        for part in Part.objects.standing().filter(voice__submission=submission, current=None).order_by("pk"):
            draft_answer(part, outcome=Outcome.NOT_CONSIDERED, reasons=letter.set_aside, seen=0, by=by, at=at)
            send_for_approval(part, by=by, at=at)
    if letter.scan and not submission.scan:
        # A name that nobody guesses, and that says nothing of whoever wrote.
        submission.scan.save(secrets.token_hex(16) + PurePosixPath(str(letter.scan.name)).suffix.lower(), letter.scan)
    # A report that is public counts it.
    public_changed(at=at)
    return submission


def _submitted(letter: EnteredLetter, *, form_token: str, by: User, at: datetime) -> Submission:
    envelope: dict[str, Any] = {
        "author": letter.author,
        "form_token": form_token,
        "channel": letter.channel,
        "entered_by": by,
        "received_at": letter.received_at,
        "late_reason": letter.late_reason,
        "at": at,
    }
    proposals = [one for one in letter.said if isinstance(one, ProposalText)]
    remarks = [one for one in letter.said if isinstance(one, RemarkText)]
    if proposals:
        return submit_proposal(letter.consultation, proposals=proposals, **envelope)
    return submit_remarks(letter.consultation, remarks=remarks, **envelope)


def put_up_sheet(consultation: Consultation, *, kind: VoiceKind, file: File[bytes], by: User, at: datetime) -> VoiceImport:
    """Read a workbook and keep its rows; nothing is recorded yet. Raises Unreadable."""
    rows = _read(file)
    for row in rows:
        row["token"] = _token(consultation, kind, row["said"])
    name = PurePosixPath(str(file.name)).name[-200:]
    return VoiceImport.objects.create(consultation=consultation, kind=kind, file_name=name, rows=rows, by=by, at=at)


def _read(file: File[bytes]) -> list[dict[str, Any]]:
    """As reader.Read says, of one file. Raises Unreadable."""
    try:
        answer: list[dict[str, Any]] | dict[str, Any] = json.loads(
            run("consultations.imports.reader", file.read(), limits=READING)
        )
    except ChildFailed as failed:
        raise Unreadable(Reason.UNPACKS_TOO_LARGE) from failed
    if isinstance(answer, dict):
        raise Unreadable(Reason(answer["reason"]), answer["named"])
    return answer


def _token(consultation: Consultation, kind: VoiceKind, said: Mapping[str, str]) -> str:
    """By which a row is known again when its sheet is put up once more, in whatever order of columns."""
    return token_of("sheet", consultation.pk, kind, *(said.get(name, "") for name in COLUMNS))


def numbers_of(put_up: VoiceImport) -> dict[str, int]:
    """By the token of each row that is recorded, from this sheet or an earlier one: the number of its voice."""
    tokens = [row["token"] for row in put_up.rows]
    known = Voice.objects.filter(consultation=put_up.consultation_id, submission__form_token__in=tokens)
    return dict(known.values_list("submission__form_token", "number"))


def record_rows(put_up: VoiceImport, letters: Mapping[str, EnteredLetter], *, by: User, at: datetime) -> int:
    """Record one letter for each row, by its token; how many there are more. A row that is recorded is not recorded again.

    Each is a transaction of its own, so that nobody waits for the whole sheet; what is refused now is left in it.
    """
    before = numbers_of(put_up)
    for token, letter in letters.items():
        if token not in before:
            _record_row(letter, token, by=by, at=at)
    with transaction.atomic():
        locked = VoiceImport.objects.select_for_update().get(pk=put_up.pk)
        numbers = numbers_of(locked)
        # The letter has them now: names and addresses are not kept twice.
        locked.rows = [
            {"row": row["row"], "token": row["token"], "number": numbers[row["token"]]} if row["token"] in numbers else row
            for row in locked.rows
        ]
        locked.recorded_at = locked.recorded_at or at
        locked.save(update_fields=["rows", "recorded_at"])
    put_up.rows, put_up.recorded_at = locked.rows, locked.recorded_at
    return len(numbers) - len(before)


def _record_row(letter: EnteredLetter, token: str, *, by: User, at: datetime) -> None:
    """Known by what the row says, in whatever version of the text its place is found by now."""
    try:
        with transaction.atomic():
            Consultation.objects.select_for_update(no_key=True).get(pk=letter.consultation.pk)
            if Submission.objects.filter(form_token=token).exists():
                return
            submission = record_letter(letter, form_token=token, by=by, at=at)
            submission.form_token = token
            submission.save(update_fields=["form_token"])
    except REFUSALS:
        # A date has moved since the page was shown: its next look at this row says so.
        return


def forget_sheet(put_up: VoiceImport) -> None:
    """What was recorded of it stays."""
    put_up.delete()
