"""A consultation as the coordinator makes one, and people who follow it: everything through the verbs."""

from datetime import UTC, datetime, timedelta
from itertools import count

from django.contrib.auth.models import Group
from django.core.files.base import ContentFile

from accounts.models import User
from accounts.roles import Role
from consultations.actions import news, schedule
from consultations.models import Announcement, Consultation, Document, Follow, Stage
from consultations.stages import Kind
from programs.actions import create_program
from programs.models import Program, ProgramKind

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

# The moments of the real case, in summer time: midnight in Poland is 22.00 UTC of the day before.
PUBLISHED = datetime(2021, 7, 4, 7, 0, tzinfo=UTC)
OPENS = datetime(2021, 10, 20, 10, 0, tzinfo=UTC)  # noon in Poland
CLOSES = datetime(2021, 11, 3, 23, 0, tzinfo=UTC)  # midnight after 3 November

_numbers = count(1)


def coordinator() -> User:
    user = User.objects.create_user(f"koordynator{next(_numbers)}@example.org", "a long password", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=Role.COORDINATOR)[0])
    return user


def program(year: int = 2022) -> Program:
    n = next(_numbers)
    return create_program(
        title=f"Program współpracy na {year} rok",
        slug=f"{year}-{n}",
        kind=ProgramKind.ANNUAL,
        first_year=year,
        last_year=year,
        at=PUBLISHED,
    )


def planned(**values: object) -> Consultation:
    """Not yet published."""
    n = next(_numbers)
    given = {
        "title": f"Program współpracy na 2022 rok, konsultacje {n}",
        "slug": f"konsultacje-{n}",
        "programs": [program()],
        "contact_email": "koordynator@urzad.example.org",
        "host": "Pełnomocnik Prezydenta Miasta ds. współpracy z NGO",
        "phone": "56 000 00 00",
        "lead": "Razem ustalamy zadania.",
        **values,
    }
    return schedule.create_consultation(at=PUBLISHED, **given)


def stage(of: Consultation, **values: object) -> Stage:
    given = {"kind": Kind.REMARKS, "name": "Uwagi do projektu", "opens_at": OPENS, "closes_at": CLOSES, **values}
    return schedule.add_stage(of, by=None, at=PUBLISHED, **given)


def published(*, at: datetime = PUBLISHED, **values: object) -> Consultation:
    """With one stage, for remarks, that is open from OPENS to CLOSES."""
    made = planned(**values)
    stage(made)
    return schedule.publish_consultation(made, by=None, at=at)


def announcement(of: Consultation, *, at: datetime = PUBLISHED, **values: object) -> Announcement:
    n = next(_numbers)
    given = {"slug": f"ogloszenie-{n}", "title": f"Ogłoszenie nr {n}", "body": "Zapraszamy na spotkanie.", **values}
    return news.publish_announcement(of, at=at, **given)


def document(
    of: Consultation, *, name: str = "program-2021.pdf", content: bytes = b"%PDF-1.7 test", **values: object
) -> Document:
    given = {"title": "Program na 2021 rok", "at": PUBLISHED, **values}
    return news.add_document(of, file=ContentFile(content, name=name), **given)


def follower(of: Consultation | None, *, email: str = "", at: datetime = PUBLISHED, language: str = "pl") -> Follow:
    """Asked and confirmed."""
    address = email or f"obserwuje{next(_numbers)}@example.org"
    return news.confirm_follow(news.follow(of, email=address, at=at, language=language), at=at)
