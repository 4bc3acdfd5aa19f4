from datetime import datetime

from accounts.beats import periodic
from meetings.actions import release_all_lapsed
from meetings.reminders import owe_due_reminders


@periodic("meetings.tick")
def tick(at: datetime) -> None:
    release_all_lapsed(at=at)
    owe_due_reminders(at)
