import logging
from datetime import datetime

from celery import shared_task
from django.utils.timezone import now

from accounts.beats import periodic
from programs.actions import ask_for_file, drop_old_proofs, forget_imports, make_file, read_import
from programs.models import DraftVersion, FileFormat, TextImport, VersionFile

logger = logging.getLogger(__name__)


@shared_task(name="programs.make_file")
def make(file_pk: int) -> None:
    # It may have been taken away while the message waited.
    for file in VersionFile.objects.filter(pk=file_pk):
        make_file(file, at=now(), clock=now)


@shared_task(name="programs.read_import")
def read(import_pk: int) -> None:
    for put_up in TextImport.objects.filter(pk=import_pk):
        read_import(put_up, at=now(), clock=now)


@periodic("programs.render_owed")
def render_owed(at: datetime) -> None:
    """Sweeps after messages that were lost, after a worker that died, and after what nobody needs any more."""
    for file_format in FileFormat:
        for version in DraftVersion.objects.without_file(FileFormat(file_format)):
            ask_for_file(version, FileFormat(file_format), at=at)
    for file in VersionFile.objects.owed(at):
        try:
            make_file(file, at=now(), clock=now)
        except Exception:
            # One text that cannot be printed must not keep the others waiting; the next sweep tries again.
            logger.exception("File %s could not be made", file.pk)
    for put_up in TextImport.objects.owed(at):
        try:
            read_import(put_up, at=now(), clock=now)
        except Exception:
            logger.exception("Import %s could not be read", put_up.pk)
    drop_old_proofs(at)
    forget_imports(at)
