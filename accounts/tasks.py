from celery import shared_task
from django.utils.timezone import now

from accounts.sending import send_due_letters


@shared_task(name="accounts.drain")
def drain() -> None:
    send_due_letters(at=now())
