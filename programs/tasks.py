import logging
from datetime import datetime

from celery import shared_task
from django.utils.timezone import now

from accounts.beats import periodic
from programs.actions import render_version
from programs.models import DraftVersion, FileFormat

logger = logging.getLogger(__name__)


@shared_task(name="programs.render")
def render(version_pk: int) -> None:
    render_version(DraftVersion.objects.select_related("program").get(pk=version_pk), at=now())


@periodic("programs.render_owed")
def render_owed(at: datetime) -> None:
    """Sweeps after a message that was lost, and after a worker that died."""
    for version in DraftVersion.objects.without_file(FileFormat.PDF).select_related("program"):
        try:
            render_version(version, at=at)
        except Exception:
            # One text that cannot be printed must not keep the others waiting; the next sweep tries again.
            logger.exception("The file of version %s could not be made", version.pk)
