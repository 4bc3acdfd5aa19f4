from celery import shared_task
from django.utils.timezone import now

from desk.privacy.retention import retain_once_a_day


# No heartbeat: it has something to do once a day, and says so in a row of its own.
@shared_task(name="desk.retain")
def retain() -> None:
    retain_once_a_day(now())
