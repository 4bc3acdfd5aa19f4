"""The coordinator runs the year alone: each job begins at the desk and goes on by what stands on the page.

On a phone links and buttons are tapped; at a desk nothing but the keyboard is used. Addresses are never typed.
"""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import AuditEntry, Letter, State, User
from accounts.roles import Role
from accounts.sending import send_due_letters
from consultations import deadlines
from consultations.models import Consultation, DateChange, Stage
from consultations.reminders import owe_due_reminders
from consultations.stages import Kind
from meetings.models import GroupModerator, Meeting
from tests.browser.conftest import DESK, PHONE, Visit, follow
from tests.browser.real_case import WARSAW, announced, called, clock, hire, moment, sit_down
from tests.factories.consultations import follower
from tests.factories.meetings import person, registered

FOLLOWER, GUEST = "latawiec@example.org", "gosc@example.org"
NEW, OLD = "nowa.prowadzaca@example.org", "ngo@example.org"


@pytest.fixture(params=[PHONE, DESK], ids=["phone", "desk"])
def window(request, live_server, chromium):
    opened = Visit(chromium, live_server.url, viewport=request.param)
    yield opened
    opened.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_coordinator_alone(window):
    coordinator = hire(Role.COORDINATOR, "Jadwiga")
    source = announced(coordinator)
    called(source, coordinator, User.objects.create_user("kosma@example.org", name="Kosma"))
    with clock("2022-05-09"):
        sit_down(window, coordinator)
        prepare_next_year(window)
        publish(window)
        publish_the_meeting(window)
    made = Consultation.objects.latest("pk")
    with clock("2022-05-16"):
        move_a_deadline(window, made)
        change_a_moderator(window, made)
        retry_a_letter(window)
    the_follower_hears_of_the_new_day_once(made)
    assert window.faults == []
    told = AuditEntry.objects.filter(model="consultations.Stage", what="changed")
    assert {entry.actor_id for entry in told} == {coordinator.pk}


# --- Ways ------------------------------------------------------------------------------------------


def begin(window: Visit) -> Page:
    """Every job begins at the desk: the one address that the coordinator knows."""
    window.page.goto("/admin/")
    window.check()
    return window.page


def go(window: Visit, what: Locator) -> None:
    """Follow a visible link or button, and look at the page it leads to."""
    expect(what).to_be_visible()
    if window.page.viewport_size == PHONE:
        follow(what)
    else:
        reach(what)
        with window.page.expect_navigation():
            window.page.keyboard.press("Enter")
    window.check()


def reach(what: Locator) -> None:
    """By the Tab key alone, and what is reached is seen to be."""
    page = what.page
    for _step in range(400):
        if what.evaluate("node => node === document.activeElement"):
            outlined = "node => { const s = getComputedStyle(node); return s.outlineStyle !== 'none' || s.boxShadow !== 'none'; }"
            assert what.evaluate(outlined), f"nothing shows that the focus is on {what}"
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the Tab key does not reach {what}")


def write(window: Visit, name: str, words: str) -> None:
    field = window.page.locator(f"[name={name}]")
    if window.page.viewport_size == DESK:
        reach(field)
    field.fill(words)


def as_typed(when: datetime) -> str:
    return f"{when.astimezone(WARSAW):%Y-%m-%dT%H:%M}"


def saved(page: Page) -> None:
    expect(page.locator(".errornote")).to_have_count(0)
    expect(page.locator(".messagelist .success")).to_be_visible()


# --- Jobs ------------------------------------------------------------------------------------------


def prepare_next_year(window: Visit) -> None:
    page = begin(window)
    go(window, page.get_by_role("link", name="Przygotuj konsultacje na inny rok"))
    page.get_by_label("Zacznij od").select_option(label="Wspólnie o programie na 2022 rok")
    go(window, page.get_by_role("button", name="Pokaż terminy"))
    # One who starts from the program for 2022 most often wants the next one.
    expect(page.get_by_label("Nazwa w adresie")).to_have_value("2023")
    go(window, page.get_by_role("button", name="Zapisz konsultacje"))
    saved(page)
    expect(page.locator("h1")).to_contain_text("Wspólnie o programie na 2023 rok")
    assert page.request.get("/konsultacje/2023/").status == 404


def publish(window: Visit) -> None:
    page = begin(window)
    go(window, page.get_by_role("link", name="Sprawdź daty i opublikuj konsultacje"))
    go(window, page.get_by_role("button", name="Zapisz i opublikuj konsultacje"))
    saved(page)
    follower(Consultation.objects.get(slug="2023"), email=FOLLOWER, at=moment("2022-05-10"))
    assert page.request.get("/konsultacje/2023/").status == 200


def publish_the_meeting(window: Visit) -> None:
    page = begin(window)
    go(window, page.get_by_role("link", name="Przygotuj i opublikuj spotkanie"))
    go(window, page.get_by_role("button", name="Zapisz i opublikuj"))
    expect(page.locator(".messagelist .error")).to_contain_text("Konkursy")
    write(window, "groups-0-city_moderator", "Maria Urzędowa")
    write(window, "groups-0-ngo_moderator", "Jan Społeczny")
    write(window, "groups-0-ngo_email", OLD)
    write(window, "groups-0-room_link", "https://rooms.example.org/2023")
    go(window, page.get_by_role("button", name="Zapisz i opublikuj"))
    saved(page)
    assert Letter.objects.get(to=OLD).kind == "moderator_invitation"


def move_a_deadline(window: Visit, made: Consultation) -> None:
    """Of proposals, and the day of the meeting: its people get letters at once, everybody reads why."""
    group = made.meetings.get().groups.get()
    registered(group, person("Gość Spotkania", GUEST), at=moment("2022-05-12"))
    page = begin(window)
    go(window, page.get_by_role("link", name=made.title, exact=True))
    go(window, page.get_by_role("link", name="Etapy", exact=True))
    stage = made.stages.get(kind=Kind.PROPOSALS)
    go(window, page.get_by_role("link", name=stage.name, exact=True))
    closes = stage.closes_at + timedelta(days=7)
    write(window, "closes_at", as_typed(closes))
    go(window, page.get_by_role("button", name="Zapisz", exact=True))
    expect(page.locator(".errornote")).to_be_visible()
    write(window, "reason", "Organizacje prosiły o więcej czasu.")
    go(window, page.get_by_role("button", name="Zapisz", exact=True))
    saved(page)
    assert Stage.objects.get(pk=stage.pk).closes_at == closes
    move_the_meeting(window, made)
    follow_to_the_public_page(window, made)


def to_its_meeting(window: Visit, made: Consultation) -> Page:
    """Meetings of other years may have the same title, so by the consultation."""
    page = begin(window)
    go(window, page.get_by_role("link", name=made.title, exact=True))
    go(window, page.get_by_role("link", name="Spotkania", exact=True))
    go(window, page.get_by_role("link", name=made.meetings.get().title, exact=True))
    return page


def the_follower_hears_of_the_new_day_once(made: Consultation) -> None:
    """Each morning of July as the portal's clock would: of the old day, nothing."""
    closes = deadlines.last_day(made.stages.get(kind=Kind.PROPOSALS).closes_at)
    for day in range(1, closes.day + 1):
        owe_due_reminders(moment(f"2022-07-{day:02}", "09:01"))
    letter = Letter.objects.get(to=FOLLOWER, kind="stage_closes")
    assert f"{closes.day} lipca" in letter.context["until"]


def move_the_meeting(window: Visit, made: Consultation) -> None:
    page, meeting = to_its_meeting(window, made), made.meetings.get()
    starts, ends = meeting.starts_at + timedelta(days=7), meeting.ends_at + timedelta(days=7)
    write(window, "starts_at", as_typed(starts))
    write(window, "ends_at", as_typed(ends))
    write(window, "reason", "Sala jest zajęta.")
    go(window, page.get_by_role("button", name="Zapisz", exact=True))
    saved(page)
    letter = Letter.objects.get(to=GUEST, kind="meeting_moved")
    assert letter.context["reason"] == "Sala jest zajęta."
    assert Meeting.objects.get(pk=meeting.pk).starts_at == starts


def follow_to_the_public_page(window: Visit, made: Consultation) -> None:
    page = begin(window)
    go(window, page.get_by_role("link", name="Pokaż stronę"))
    go(window, page.locator("main").get_by_role("link", name=made.title).first)
    for reason in DateChange.objects.filter(consultation=made).values_list("reason", flat=True):
        expect(page.get_by_text(reason).first).to_be_visible()


def change_a_moderator(window: Visit, made: Consultation) -> None:
    """Somebody else runs the group: the new one is invited, and the old invitation opens nothing."""
    page = to_its_meeting(window, made)
    write(window, "groups-0-ngo_moderator", "Nowa Prowadząca")
    write(window, "groups-0-ngo_email", NEW)
    go(window, page.get_by_role("button", name="Zapisz", exact=True))
    saved(page)
    assert list(GroupModerator.objects.filter(group__meeting__consultation=made).exclude(email="").values_list("email")) == [
        (NEW,)
    ]
    assert Letter.objects.get(to=NEW).kind == "moderator_invitation"


def retry_a_letter(window: Visit) -> None:
    lost = Letter.objects.filter(to=GUEST, kind="meeting_moved")
    lost.update(state=State.FAILED, error="550 5.1.1 nobody here", troubled_at=moment("2022-05-16", "12:30"))
    page = begin(window)
    go(window, page.get_by_role("link", name="Listy, które nie wyszły"))
    row = page.locator("#result_list tbody tr", has_text=GUEST)
    expect(row).to_have_count(1)
    box = row.get_by_role("checkbox")
    if page.viewport_size == DESK:
        reach(box)
        page.keyboard.press("Space")
    else:
        box.check()
    page.get_by_label("Akcja").select_option(label="Wyślij jeszcze raz")
    go(window, page.get_by_role("button", name="Wykonaj"))
    saved(page)
    assert lost.get().state == State.QUEUED
    send_due_letters(at=moment("2022-05-16", "13:00"))
    assert lost.get().state == State.SENT
