"""Sign-ups a second when 32 people want seats of one group, beside a bare view that locks, counts and inserts.

Only the last POST is timed: everybody has opened the form and checked the answers before the clock starts.
"""

import json
import time
from datetime import timedelta
from functools import partial
from itertools import count
from statistics import median, quantiles
from typing import NamedTuple
from urllib.parse import urlencode

from celery import current_app
from django.utils.timezone import now

from consultations.models import Consultation
from desk.bench import Result
from desk.bench.house import Server, ask, own_house
from desk.bench.visitors import Visitor, at_once
from meetings.actions import add_group, create_meeting, publish_meeting
from meetings.models import Meeting, Registration, Sector, WorkingGroup

CLIENTS, EACH, ROUNDS, PROMISED = 32, 4, 5, 0.5
# And one round before, which is not timed.
PLACES = CLIENTS * EACH * (ROUNDS + 1)
WORKERS, THREADS = 4, 1  # as docs/deployment.md has it


class Round(NamedTuple):
    rate: float
    seconds: list[float]


class Side:
    """One of the two that are measured: where its last POST goes, and what it says."""

    def __init__(self, server: Server, group: int, path: str, *, is_bare: bool) -> None:
        self.group, self.path, self.is_bare = group, path, is_bare
        self.visitors = [Visitor(server.port, number) for number in range(CLIENTS)]
        self.numbers = count()
        self.rounds: list[Round] = []

    def prepare(self, visitor: Visitor) -> list[str]:
        bodies = []
        if self.is_bare:
            # The portal's visitor is connected by opening the form.
            visitor.ask("/")
        for _ in range(EACH):
            number = next(self.numbers)
            answers = {"group": str(self.group), "name": f"Osoba {number}", "email": f"osoba{number}@example.org"}
            bodies.append(urlencode(answers) if self.is_bare else visitor.fill_in(self.path, answers))
        return bodies

    def play(self) -> Round:
        bodies = at_once([partial(self.prepare, visitor) for visitor in self.visitors])
        started = time.monotonic()
        took = at_once([partial(self.send, visitor, mine) for visitor, mine in zip(self.visitors, bodies, strict=True)])
        elapsed = time.monotonic() - started
        return Round(CLIENTS * EACH / elapsed, [seconds for mine in took for seconds in mine])

    def send(self, visitor: Visitor, bodies: list[str]) -> list[float]:
        took = []
        for body in bodies:
            started = time.monotonic()
            answer = visitor.ask(self.path, body)
            took.append(time.monotonic() - started)
            if answer.status != 302:
                raise RuntimeError(f"{self.path} answered {answer.status}: {answer.text[:2000]}")
        return took

    def __str__(self) -> str:
        rates = [one.rate for one in self.rounds]
        cuts = quantiles([seconds for one in self.rounds for seconds in one.seconds], n=100)
        return (
            f"{median(rates):.0f} sign-ups/s ({min(rates):.0f} to {max(rates):.0f}), "
            f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
        )


def signup() -> list[Result]:
    """In a folder and on a database of its own, so that the demonstration never sees these people."""
    # Each client has an address of its own, as behind a proxy: else the limit for one network would refuse them.
    variables = {"EMAIL_URL": "dummymail://", "TRUSTED_PROXIES": "1"}
    with own_house("config.bench", ["collectstatic", "--noinput"], ["load_demo"], **variables) as environment:
        slug, plain, ours = json.loads(ask("desk.bench.signup", "open_groups()", environment))
        start = partial(Server, workers=WORKERS, threads=THREADS, environment=environment)
        try:
            with start("desk.bench.bare:make_application()") as bare_server, start("config.wsgi") as portal_server:
                bare = Side(bare_server, plain, "/zapisy/", is_bare=True)
                portal = Side(portal_server, ours, f"/spotkania/{slug}/zapisy/", is_bare=False)
                take_turns(bare, portal)
            ask("desk.bench.signup", f"check({ours}, {plain})", environment)
        finally:
            ask("desk.bench.signup", "leave_no_wakes()", environment)
    print(f"bare view: {bare}\nportal: {portal}")
    ratios = [mine.rate / other.rate for mine, other in zip(portal.rounds, bare.rounds, strict=True)]
    return [Result("signup", median(ratios), PROMISED, is_floor=True)]


def take_turns(bare: Side, portal: Side) -> None:
    """Round by round, so that a machine that slows down slows both."""
    for number in range(ROUNDS + 1):
        for side in (bare, portal):
            played = side.play()
            if number:  # the first warms up
                side.rounds.append(played)
    for visitor in (*bare.visitors, *portal.visitors):
        visitor.leave()


def open_groups() -> None:
    """Runs in that house. Prints the portal's meeting, the group for the bare view, and the portal's group."""
    consultation = Consultation.objects.published(now()).latest("published_at")
    plain, ours = (_group(consultation, f"bench-{number}") for number in range(2))
    print(json.dumps([ours.meeting.slug, plain.pk, ours.pk]))


def _group(consultation: Consultation, slug: str) -> WorkingGroup:
    at = now()
    starts_at = at + timedelta(days=14)
    ends_at = starts_at + timedelta(hours=2)
    meeting: Meeting = create_meeting(consultation, title=slug, slug=slug, starts_at=starts_at, ends_at=ends_at, by=None, at=at)
    group = add_group(
        meeting,
        name="Grupa",
        capacity=PLACES,
        room_link="https://rooms.example.org/1",
        moderators={Sector.LOCAL_GOVERNMENT: "Maria Testowa", Sector.NGO: "Jan Przykładowy"},
        at=at,
    )
    publish_meeting(meeting, by=None, at=at)
    return group


def check(ours: int, plain: int) -> None:
    """Runs in that house: everybody who was told so has a seat."""
    found = [Registration.objects.filter(group=group).count() for group in (ours, plain)]
    taken = WorkingGroup.objects.get(pk=ours).taken
    if [*found, taken] != [PLACES] * 3:
        raise RuntimeError(f"{PLACES} sign-ups each, and there are {found}, {taken} counted")


def leave_no_wakes() -> None:
    """Runs in that house: nobody works for its queue, and a Redis outlives it."""
    current_app.control.purge()
