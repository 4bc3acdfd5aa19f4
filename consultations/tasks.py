from celery import shared_task
from django.utils import timezone

from consultations.reminders import owe_closing_reminders


@shared_task(name="consultations.remind")
def remind() -> None:
    owe_closing_reminders(timezone.now())
