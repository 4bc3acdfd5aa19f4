from datetime import datetime

from accounts.beats import periodic
from meetings.actions import recount_all, release_all_silent, settle_all
from meetings.reminders import owe_due_reminders


@periodic("meetings.tick")
def tick(at: datetime) -> None:
    settle_all(at=at)
    release_all_silent(at=at)
    recount_all(at=at)
    owe_due_reminders(at)
