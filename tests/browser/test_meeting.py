"""A meeting from the coordinator's desk to the conclusions, on phones: with scripts and without."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.portal import eventually
from tests.browser.test_main_jobs import CURRENT, send, sign_in

IN_FORM = "%Y-%m-%dT%H:%M"


def arrange(page: Page, name: str, *, capacity: int, mailbox: str) -> str:
    """The coordinator makes a meeting that begins within the hour, with one group, and publishes it; its slug."""
    starts = datetime.now().astimezone() + timedelta(minutes=45)
    page.goto("/admin/meetings/meeting/add/")
    # In the archive, so that nobody who follows the current consultation hears of it.
    archive = page.locator("[name=consultation] option", has_text="2022")
    page.select_option("[name=consultation]", value=archive.get_attribute("value"))
    given = {
        "title": f"Spotkanie {name}",
        "starts_at": starts.strftime(IN_FORM),
        "ends_at": (starts + timedelta(hours=2)).strftime(IN_FORM),
        "place": "Teams",
    }
    for field, value in given.items():
        page.fill(f"[name={field}]", value)
    page.locator(".add-row a").click()
    group = {
        "name": "Małe granty",
        "city_moderator": "Bogna Próbna",
        "city_email": f"bogna.{name}@example.org",
        "ngo_moderator": "Kosma Próbny",
        "ngo_email": mailbox,
        "capacity": str(capacity),
        "room_link": "https://rooms.example.org/proba",
    }
    for field, value in group.items():
        page.fill(f"[name=groups-0-{field}]", value)
    follow(page.locator("[name=_continue]"))
    follow(page.locator("[name=_publish]"))
    expect(page.locator(".messagelist .success").last).to_be_visible()
    return f"spotkanie-{name}"


def begin(page: Page) -> None:
    """The hour was wrong: it began five minutes ago."""
    page.fill("[name=starts_at]", (datetime.now().astimezone() - timedelta(minutes=5)).strftime(IN_FORM))
    page.fill("[name=reason]", "Pomyłka w godzinie.")
    follow(page.locator("[name=_continue]"))
    expect(page.locator(".messagelist .success").last).to_be_visible()


def put_down(page: Page, slug: str, name: str, address: str) -> None:
    """Somebody signs up on a phone, and would wait for a place."""
    page.goto(f"/spotkania/{slug}/zapisy/")
    page.locator("[name=group]").first.check()
    page.fill("[name=name]", name)
    page.fill("[name=email]", address)
    send(page)


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_a_place_that_becomes_free_is_offered_and_taken(portal, visit, java_script):
    name = f"kolejka-{java_script}".lower()
    slug = arrange(sign_in(visit(), "coordinator"), name, capacity=1, mailbox=f"kosma.{name}@example.org")
    first, second = f"pierwsza.{slug}@example.org", f"druga.{slug}@example.org"
    one, two = (visit(viewport=PHONE, java_script_enabled=java_script) for _ in range(2))
    put_down(one.page, slug, "Pierwsza Próbna", first)
    one.page.goto(portal.link_in(portal.letter(first)))
    follow(one.page.locator("button[value=confirm]"))
    put_down(two.page, slug, "Druga Próbna", second)
    two.page.goto(portal.link_in(portal.letter(second)))
    follow(two.page.locator("button[value=confirm]"))
    if java_script:
        two.check()
    waits = two.page.locator("h1").inner_text()
    one.page.goto(one.page.url + "?krok=rezygnacja")
    follow(one.page.locator("button[value=resign]"))
    offer = eventually(lambda: next(iter(portal.letters(second, "mamy dla Ciebie miejsce")), None), "the offer")
    two.page.goto(portal.link_in(offer))
    assert two.page.locator("h1").inner_text() != waits
    if java_script:
        two.check()
    assert "rooms.example.org" not in two.page.content()
    follow(two.page.locator("button[value=attend]"))
    expect(two.page.locator("a[href='https://rooms.example.org/proba']")).to_be_visible()
    assert one.faults == two.faults == []


def write_on_a_slow_network(page: Page) -> None:
    """What is typed while a save is on its way is saved upon its answer, not against it."""
    sheet, held = "**/notatki/", []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(sheet, hold_the_first)
    with page.expect_request(sheet):
        page.fill("[name=body]", "Kosma: za mało małych grantów. Jeden")
    page.fill("[name=body]", "Kosma: za mało małych grantów. Jeden, dwa")
    page.wait_for_timeout(2000)  # longer than the page waits after the last key
    with page.expect_response(lambda answer: "dwa" in (answer.request.post_data or "")) as second:
        held[0].continue_()
    assert second.value.status == 200


def test_two_moderators_run_a_group_and_its_conclusion_becomes_a_proposal(portal, visit):
    mailbox = "kosma.przebieg@example.org"
    desk = visit(viewport=DESK)
    arrange(sign_in(desk, "coordinator"), "przebieg", capacity=5, mailbox=mailbox)
    begin(desk.page)
    kosma, bogna = visit(viewport=PHONE), visit(viewport=PHONE, java_script_enabled=False)
    kosma.page.goto(portal.link_in(portal.letter(mailbox)))
    bogna.page.goto(portal.link_in(portal.letter("bogna.przebieg@example.org")))
    assert "/l/" not in kosma.page.url
    kosma.check()

    kosma.page.locator("details summary").first.click()
    kosma.page.fill("[name=people_text]", "Anna Próbna, Klub Próbny\nJan Próbny")
    follow(kosma.page.locator("details button"))
    expect(kosma.page.locator(".door .here")).to_have_count(2)
    kosma.page.locator("button[value=absent]").first.click()  # in place: the page stays
    expect(kosma.page.locator(".door .gone")).to_have_count(1)
    kosma.check()
    bogna.page.reload()
    follow(bogna.page.locator(".door .gone button[value=present]"))
    expect(bogna.page.locator(".door .here")).to_have_count(2)

    kosma.page.fill("[name=body]", "Kosma: za mało małych grantów.")
    expect(kosma.page.locator("[data-state]")).to_contain_text(re.compile(r"\d\.\d\d"))
    kosma.page.reload()
    expect(kosma.page.locator("[name=body]")).to_have_value("Kosma: za mało małych grantów.")
    write_on_a_slow_network(kosma.page)
    # Her page is older than his text: she is shown both, and loses nothing.
    bogna.page.fill("[name=body]", "Bogna: terminy są za krótkie.")
    follow(bogna.page.locator("form[data-autosave] button"))
    expect(bogna.page.locator("main")).to_contain_text("Kosma: za mało małych grantów.")
    expect(bogna.page.locator("[name=body]")).to_have_value("Bogna: terminy są za krótkie.")
    follow(bogna.page.locator("main form button").first)

    kosma.page.fill("[name=text]", "Zwiększyć pulę małych grantów o połowę.")
    kosma.page.on("dialog", lambda dialog: dialog.accept())
    follow(kosma.page.locator("form[action*=wnioski] button:not([name])"))
    expect(kosma.page.locator("main")).to_contain_text("Zwiększyć pulę małych grantów o połowę.")

    follow(desk.page.get_by_role("link", name="Wnioski", exact=True).first)
    desk.check()
    follow(desk.page.locator(".submit-row input[type=submit]"))
    numbers = re.search(r"P/[\w-]+/\d{3}", desk.page.locator(".messagelist .success").inner_text())[0]
    kosma.page.reload()
    expect(kosma.page.get_by_role("link", name=numbers)).to_be_visible()
    kosma.check()
    assert kosma.faults == bogna.faults == desk.faults == []


def test_a_group_is_called_off_with_a_preview(visit):
    desk = visit()
    page = sign_in(desk, "coordinator")
    slug = arrange(page, "odwolana", capacity=5, mailbox="kosma.odwolana@example.org")
    page.locator(".add-row a").click()
    for name, value in {"name": "Druga", "city_moderator": "A", "ngo_moderator": "B", "capacity": "3"}.items():
        page.fill(f"[name=groups-1-{name}]", value)
    page.fill("[name=groups-1-room_link]", "https://rooms.example.org/druga")
    follow(page.locator("[name=_continue]"))
    follow(page.locator("a[href*='/groups/'][href$='/cancel/']").first)
    desk.check()
    page.fill("[name=reason]", "Prowadząca zachorowała.")
    follow(page.locator(".submit-row input[type=submit]"))
    page.goto(f"/spotkania/{slug}/")
    expect(page.get_by_text("Prowadząca zachorowała.")).to_be_visible()
    desk.check()


@pytest.mark.parametrize("paper", ["plakat.pdf", "plakat-a3.pdf"])
def test_the_posters_are_there(visit, paper):
    answer = visit().context.request.get(f"/spotkania/{CURRENT}/{paper}")
    assert answer.headers["content-type"] == "application/pdf"
