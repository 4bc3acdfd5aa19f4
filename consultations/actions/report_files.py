"""Files of reports that are public: asked for again whenever what they are made of has changed, made by the worker."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from consultations.exports import report_docx, report_pdf, table_xlsx
from consultations.models import Consultation, Report, ReportFile, ReportFormat
from consultations.reporting.source import gathered, source_of
from programs.actions.making import Cancelled, Progress, drop_file, make, try_file_again, wake_for

OLD_KEPT = timedelta(days=1)
# A machine that was too busy, or was restarted three times, is no reason to be without the file until the report changes.
TRY_AGAIN = timedelta(hours=1)


@transaction.atomic
def ask_for_report_file(consultation: Consultation, file_format: ReportFormat, *, at: datetime) -> ReportFile:
    """The file of what the public may read now; if it is not there, the worker is asked to make it."""
    file, _is_new = ReportFile.objects.get_or_create(
        consultation=consultation, format=file_format, source=source_of(consultation, at), defaults={"asked_at": at}
    )
    # What was made of other facts is of the present again.
    if file.trouble == "changed" or (file.trouble and file.stopped_at and file.stopped_at <= at - TRY_AGAIN):
        try_file_again(file, at=at)
    else:
        wake_for(file)
    return file


def make_report_file(file: ReportFile, *, at: datetime, clock: Callable[[], datetime]) -> bool:
    """Make a file that is owed; whether this call made it. `clock` tells when it was done."""
    return make(file, press=partial(_press, at), source=lambda made: source_of(made.consultation, clock()), at=at, clock=clock)


@transaction.atomic
def drop_old_report_files(at: datetime) -> int:
    """Take away files of what a report said before, once whoever was about to download them has them; how many went."""
    old = ReportFile.objects.filter(asked_at__lt=at - OLD_KEPT).select_related("consultation")
    present = {report.consultation_id: source_of(report.consultation, at) for report in Report.objects.public(at)}
    gone = [file for file in old if file.source != present.get(file.consultation_id)]
    for file in gone:
        drop_file(file)
    return len(gone)


def _press(at: datetime, file: ReportFile, progress: Progress, cancelled: Cancelled) -> tuple[bytes, int | None]:
    """The content, and how many pages a PDF has."""
    told, said = gathered(file.consultation, at)
    if file.format == ReportFormat.PDF:
        return report_pdf.report_pdf(told, said, progress=progress, cancelled=cancelled)
    if file.format == ReportFormat.DOCX:
        return report_docx.report_docx(told, said, progress=progress), None
    return table_xlsx.table_xlsx(told, said), None
