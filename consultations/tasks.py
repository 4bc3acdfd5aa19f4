import logging
from datetime import datetime

from celery import shared_task
from django.utils.timezone import now

from accounts.beats import periodic
from consultations.actions.report_files import ask_for_report_file, drop_old_report_files, make_report_file
from consultations.models import Report, ReportFile, ReportFormat
from consultations.reminders import owe_due_reminders
from programs.models.file import owed

logger = logging.getLogger(__name__)


@periodic("consultations.remind")
def remind(at: datetime) -> None:
    owe_due_reminders(at)


@shared_task(name="consultations.make_file")
def make(file_pk: int) -> None:
    # It may have been taken away while the message waited.
    for file in ReportFile.objects.filter(pk=file_pk):
        make_report_file(file, at=now(), clock=now)


@periodic("consultations.render_reports")
def render_reports(at: datetime) -> None:
    """Reports that say something new get new files; sweeps after messages that were lost and after a worker that died."""
    for report in Report.objects.public(at).select_related("consultation"):
        try:
            for file_format in ReportFormat:
                ask_for_report_file(report.consultation, file_format, at=at)
        except Exception:
            # As below: a year whose facts cannot be gathered must not leave the other years without their files.
            logger.exception("Files of report %s could not be asked for", report.pk)
    for file in ReportFile.objects.filter(owed(at)):
        try:
            make_report_file(file, at=now(), clock=now)
        except Exception:
            # One report that cannot be printed must not keep the others waiting; the next sweep tries again.
            logger.exception("File %s of a report could not be made", file.pk)
    drop_old_report_files(at)
