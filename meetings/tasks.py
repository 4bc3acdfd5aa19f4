from celery import shared_task
from django.utils import timezone

from meetings.actions import release_all_lapsed
from meetings.reminders import owe_attendance_reminders, owe_signup_closing


@shared_task(name="meetings.tick")
def tick() -> None:
    at = timezone.now()
    release_all_lapsed(at=at)
    owe_signup_closing(at)
    owe_attendance_reminders(at)
