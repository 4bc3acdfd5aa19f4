from datetime import datetime

from accounts.alarms import tell_of_trouble
from accounts.beats import periodic
from accounts.sending import send_due_letters


@periodic("accounts.drain")
def drain(at: datetime) -> None:
    send_due_letters(at=at)
    tell_of_trouble(at)
