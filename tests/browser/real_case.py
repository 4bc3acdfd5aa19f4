"""The year 2021 as it was lived: what stood before the browser opens, whose windows it opens, and at what moment.

The portal runs in this process, so that its clock can be set: the days are those of the real case, and the acceptance is
moved to the day whose fourteenth is a holiday.
"""

from contextlib import contextmanager
from datetime import date, datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import time_machine
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from openpyxl import Workbook
from playwright.sync_api import Page

from accounts.models import User
from accounts.roles import Role
from consultations.actions import add_event, add_stage, add_topic, create_consultation, publish_consultation
from consultations.imports.columns import head
from consultations.models import Consultation, EventKind
from consultations.stages import Kind
from meetings import actions as meetings
from meetings.models import Sector, WorkingGroup
from programs import actions as texts
from programs.models import DraftVersion, ProgramKind, Purpose
from programs.numbering import Unit
from tests.browser.conftest import Visit

WARSAW = ZoneInfo("Europe/Warsaw")
SLUG, YEAR = "2022", 2022
WORDS = [
    "Gmina wspiera organizacje w rozwoju.",
    "Konkursy ogłasza się do 15 stycznia.",
    "Wkład własny wynosi co najmniej 5% kosztów zadania.",
    "Błędy formalne poprawia się w terminie 5 dni.",
    "Małe granty nie przekraczają 10 000 zł.",
    "Forum odbywa się raz w roku.",
]


def moment(day: str, hour: str = "12:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{hour}").replace(tzinfo=WARSAW)


@contextmanager
def clock(day: str, hour: str = "12:00"):
    with time_machine.travel(moment(day, hour), tick=True):
        yield moment(day, hour)


def hire(role: Role, name: str) -> User:
    user = User.objects.create_user(f"{name.lower()}@urzad.example.org", "tajne", name=name, is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


def announced(coordinator: User) -> Consultation:
    """The plan of the year, published: six stages, the acceptance that opens the remarks, the council."""
    at = moment("2021-07-10")
    program = texts.create_program(
        title=f"Program współpracy na {YEAR} rok", slug=SLUG, kind=ProgramKind.ANNUAL, first_year=YEAR, last_year=YEAR, at=at
    )
    made = create_consultation(
        title=f"Wspólnie o programie na {YEAR} rok",
        slug=SLUG,
        programs=[program],
        contact_email="wspolpraca@urzad.example.org",
        host="Referat współpracy",
        at=at,
    )
    acceptance = add_event(
        made, kind=EventKind.ACCEPTANCE, name="Przyjęcie projektu", planned_on=date(2021, 9, 8), by=coordinator, at=at
    )
    add_event(made, kind=EventKind.SESSION, name="Sesja Rady Miasta", planned_on=date(2021, 11, 18), by=coordinator, at=at)
    dates = {
        Kind.PROPOSALS: (moment("2021-07-14", "00:00"), moment("2021-07-23", "00:00")),
        Kind.MEETING: (moment("2021-07-22", "16:30"), moment("2021-07-22", "19:00")),
        Kind.DRAFTING: (moment("2021-07-23", "00:00"), moment("2021-10-16", "00:00")),
    }
    for kind, (opens_at, closes_at) in dates.items():
        add_stage(made, kind=kind, name=str(kind.label), opens_at=opens_at, closes_at=closes_at, by=coordinator, at=at)
    add_stage(
        made,
        kind=Kind.REMARKS,
        name="Uwagi do projektu",
        shown_as="after_act",
        after_event=acceptance,
        days_after=14,
        by=coordinator,
        at=at,
    )
    add_topic(made, name="Procedura konkursowa", at=at)
    return publish_consultation(made, by=coordinator, at=at)


def called(made: Consultation, coordinator: User, moderator: User) -> WorkingGroup:
    at = moment("2021-07-12")
    meeting = meetings.create_meeting(
        made,
        title="Spotkanie o programie",
        slug="spotkanie-2021",
        mode="remote",
        place="Teams",
        starts_at=moment("2021-07-22", "16:30"),
        ends_at=moment("2021-07-22", "18:30"),
        by=coordinator,
        at=at,
    )
    people = {Sector.LOCAL_GOVERNMENT: "Maria Urzędowa", Sector.NGO: "Kosma Społeczny"}
    group = meetings.add_group(
        meeting,
        name="Konkursy",
        topic=made.topics.get(),
        capacity=10,
        room_link="https://rooms.example.org/1",
        moderators=people,
        at=at,
    )
    meetings.set_moderator(group, sector=Sector.NGO, name="Kosma Społeczny", email=moderator.email, user=moderator, at=at)
    meetings.publish_meeting(meeting, by=coordinator, at=at)
    return group


def drafted(made: Consultation, drafter: User) -> DraftVersion:
    """§ 1–6, frozen for the public to remark on."""
    at = moment("2021-10-15")
    version = texts.start_version(made.programs.get(), purpose=Purpose.CONSULTATION, by=drafter, at=at)
    units = [texts.UnitDraft(Unit.PARAGRAPH, text=words) for words in WORDS]
    texts.write_units(version, [texts.UnitDraft(Unit.CHAPTER, heading="Zasady", children=units)], at=at)
    return texts.freeze_version(version, by=drafter, at=at)


def revised(made: Consultation, purpose: Purpose, drafter: User, *, at: datetime) -> DraftVersion:
    """A new version of the newest text, to be written in."""
    program = made.programs.get()
    return texts.start_version(program, purpose=purpose, based_on=program.versions.latest("number"), by=drafter, at=at)


def sheet(rows: list[dict[str, str]]) -> bytes:
    """As an official fills it in: each row a letter, its cells by the names of the columns."""
    book = Workbook()
    names = list(rows[0])
    book.active.append([head(name) for name in names])
    for row in rows:
        book.active.append([row[name] for name in names])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def sit_down(window: Visit, user: User) -> Page:
    """Signed in: how that is done is another test's matter."""
    client = Client()
    client.force_login(user)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    window.context.clear_cookies()
    window.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": window.url}])
    return window.page
