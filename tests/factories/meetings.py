"""A meeting as the coordinator makes one, and people who sign up: everything through the verbs."""

from datetime import UTC, datetime, timedelta
from itertools import count

from accounts.models import Letter
from consultations.models import Consultation
from meetings import actions
from meetings.models import Meeting, Registration, Sector, WorkingGroup
from tests.factories import consultations
from tests.factories.consultations import coordinator

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)

# 22 July 2027 is a Thursday; moments of the real case, six years on.
PUBLISHED = datetime(2027, 7, 4, 7, tzinfo=UTC)
TOPICS_UNTIL = datetime(2027, 7, 19, 11, tzinfo=UTC)  # 13.00 in Poland
SIGNUP_UNTIL = datetime(2027, 7, 22, 12, tzinfo=UTC)  # 14.00
STARTS = datetime(2027, 7, 22, 14, 30, tzinfo=UTC)  # 16.30
ENDS = STARTS + 2 * HOUR
NOW = datetime(2027, 7, 10, 9, tzinfo=UTC)

__all__ = ["coordinator"]

_numbers = count(1)


def consultation() -> Consultation:
    return consultations.published(at=PUBLISHED, contact_email="koordynator@example.org")


def meeting(*, groups: int = 2, capacity: int = 5, remote: int = 0, publish: bool = True, **values: object) -> Meeting:
    """Remote, with whole groups, as in the real case: topics, then sign-up, then the meeting. `remote`: hybrid places."""
    n = next(_numbers)
    given = {
        "title": "Spotkanie „Wspólnie o programie”",
        "slug": f"spotkanie-{n}",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "topics_until": TOPICS_UNTIL,
        "signup_until": SIGNUP_UNTIL,
        "place": "Teams",
        **values,
    }
    made = actions.create_meeting(given.pop("consultation", None) or consultation(), by=None, at=PUBLISHED, **given)
    for number in range(1, groups + 1):
        group(made, name=f"Grupa {number}", capacity=capacity, remote_capacity=remote, position=number)
    return actions.publish_meeting(made, by=None, at=PUBLISHED) if publish else made


def group(of: Meeting, **values: object) -> WorkingGroup:
    number = next(_numbers)
    given = {
        "name": f"Grupa dodatkowa {number}",
        "capacity": 5,
        "room": f"Sala {number}",
        "room_link": f"https://rooms.example.org/{number}",
        "moderators": {Sector.LOCAL_GOVERNMENT: "Maria Testowa", Sector.NGO: "Jan Przykładowy"},
        **values,
    }
    return actions.add_group(of, at=PUBLISHED, **given)


def person(name: str = "", email: str = "", **values: object) -> actions.SignUp:
    n = next(_numbers)
    return actions.SignUp(name=name or f"Osoba {n}", email=email or f"osoba{n}@example.org", **values)


def token() -> str:
    return f"{next(_numbers):032x}"


def held(group: WorkingGroup, who: actions.SignUp | None = None, *, at: datetime = NOW, **values: object) -> Registration:
    """Signed up, the letter not answered yet."""
    return actions.sign_up(group, person=who or person(), form_token=token(), at=at, **values)


def registered(group: WorkingGroup, who: actions.SignUp | None = None, *, at: datetime = NOW) -> Registration:
    """Signed up, the letter answered within a minute."""
    return actions.confirm_email(held(group, who, at=at), at=at + timedelta(minutes=1))


def waiting(group: WorkingGroup, who: actions.SignUp | None = None, *, at: datetime = NOW, **values: object) -> Registration:
    """In the queue of a full group, the letter answered within a minute."""
    queued = held(group, who or person(waits=True, **values), at=at)
    return actions.confirm_email(queued, at=at + timedelta(minutes=1))


def full(group: WorkingGroup, *, at: datetime = NOW) -> list[Registration]:
    """Every place in the room taken, in the order of the people."""
    return [registered(group, at=at) for _place in range(WorkingGroup.objects.get(pk=group.pk).free)]


def hybrid(*, groups: int = 2, capacity: int = 2, remote: int = 1, **values: object) -> Meeting:
    given = {"mode": "hybrid", "place": "Sala 10", **values}
    return meeting(groups=groups, capacity=capacity, remote=remote, **given)


def letters_to(email: str, kind: str = "") -> list[Letter]:
    found = Letter.objects.filter(to=email).order_by("pk")
    return list(found.filter(kind=kind) if kind else found)
