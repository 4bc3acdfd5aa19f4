"""A portal of its own at which many people sign up over HTTP: gunicorn, a database, and what stands in it.

The database is looked at from outside: the verbs run in the web server and in no other process meanwhile.
"""

import json
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import psycopg2

from accounts import tokens
from desk.bench.house import Server, ask, manage
from desk.bench.visitors import Answer, Visitor
from tests.browser.portal import own_database

DAY = timedelta(days=1)
# Of groups: the rush, the control, the swaps, the storm.
RUSH, CONTROL, SWAPS, STORM = (12, 13, 12, 13), (4, 4), (7, 7, 7, 7), (3, 4, 3, 4)
SEATED = 6  # in each group of the swaps, before they begin
THREADS = {"workers": 2, "threads": 8}


class Group(NamedTuple):
    pk: int
    capacity: int
    taken: int
    seated: list[int]  # sign-ups, in the order in which they were made
    waiting: list[int]  # in the order of the queue


class Meeting(NamedTuple):
    slug: str
    groups: list[int]

    @property
    def form(self) -> str:
        return f"/spotkania/{self.slug}/zapisy/"


class Portal:
    def __init__(self, environment: dict[str, str], connection: psycopg2.extensions.connection, meetings: list[Meeting]) -> None:
        self.environment, self.connection = environment, connection
        self.rush, self.control, self.swaps, self.storm = meetings

    def query(self, question: str, *values: object) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(question, values)
            return cursor.fetchall()

    def groups(self, meeting: Meeting) -> list[Group]:
        rows = self.query(
            "SELECT group_id, id, waits_since FROM meetings_registration WHERE ended_at IS NULL ORDER BY waits_since, id"
        )
        return [
            Group(
                *counted,
                seated=[pk for group, pk, since in rows if group == counted[0] and since is None],
                waiting=[pk for group, pk, since in rows if group == counted[0] and since is not None],
            )
            for counted in self.query(
                "SELECT id, capacity, taken FROM meetings_workinggroup WHERE id = ANY(%s) ORDER BY id", meeting.groups
            )
        ]

    def emails(self, meeting: Meeting) -> list[str]:
        """Of everybody who has a seat or waits for one."""
        question = "SELECT email FROM meetings_registration WHERE ended_at IS NULL AND group_id = ANY(%s) ORDER BY email"
        return [email for (email,) in self.query(question, meeting.groups)]

    def happened(self, meeting: Meeting) -> set[str]:
        question = "SELECT DISTINCT what FROM meetings_registrationevent WHERE group_id = ANY(%s)"
        return {what for (what,) in self.query(question, meeting.groups)}


@contextmanager
def portal_of_its_own(folder: Path) -> Iterator[Portal]:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "VAR_DIR": str(folder),
        "TMPDIR": str(folder),
        # Each visitor has an address of its own, as behind a proxy: else the limit for one network would refuse them.
        "TRUSTED_PROXIES": "1",
        # No worker is to be woken.
        "REDIS_URL": "",
    }
    with own_database(environment):
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "createcachetable")
        made = json.loads(ask("tests.meetings.crowd", "open_meetings()", environment))
        with closing(psycopg2.connect(environment["DATABASE_URL"])) as connection:
            connection.autocommit = True
            yield Portal(environment, connection, [Meeting(*one) for one in made])


def serving(portal: Portal, application: str = "config.wsgi") -> Server:
    return Server(application, environment=portal.environment, **THREADS)


def link(pk: int) -> str:
    return f"/l/{tokens.sign(tokens.Purpose.REGISTRATION, pk, at=datetime.now(UTC))}/"


def press(visitor: Visitor, pk: int, act: str, **answers: str) -> Answer:
    """A button behind the link of somebody's letter."""
    return visitor.post(link(pk), {"act": act, **answers})


def open_meetings() -> None:
    """Runs in the portal's environment. Prints the address and the groups of each meeting."""
    from meetings import actions
    from tests.factories import consultations
    from tests.factories import meetings as make

    at = datetime.now(UTC)
    consultation = consultations.published()
    made = []
    for number, capacities in enumerate((RUSH, CONTROL, SWAPS, STORM)):
        hours = {"starts_at": at + 9 * DAY, "ends_at": at + 10 * DAY, "signup_until": at + 8 * DAY, "topics_until": None}
        meeting = make.meeting(consultation=consultation, slug=f"tlok-{number}", groups=0, publish=False, **hours)
        groups = [make.group(meeting, name=f"Grupa {n}", capacity=capacity) for n, capacity in enumerate(capacities)]
        actions.publish_meeting(meeting, by=None, at=at)
        made.append((meeting.slug, [group.pk for group in groups]))
        for group in groups if capacities is SWAPS else ():
            for _ in range(SEATED):
                make.registered(group, at=at)
    print(json.dumps(made))
