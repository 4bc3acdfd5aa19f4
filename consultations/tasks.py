from datetime import datetime

from accounts.beats import periodic
from consultations.reminders import owe_due_reminders


@periodic("consultations.remind")
def remind(at: datetime) -> None:
    owe_due_reminders(at)
