"""The main jobs of three people, clicked through: an NGO's representative, the coordinator, an official."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from desk.demo.calendar import Calendar
from desk.demo.people import STAFF
from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.portal import eventually

CURRENT = str(Calendar(datetime.now().astimezone().date()).program_year)
PASSWORD = {account.role.value: (account.email, account.password) for account in STAFF}


def send(page: Page) -> None:
    """Step 1 to step 2, and send."""
    follow(page.locator("form:has([name=stamp]) .actions .button").first)
    expect(page.locator("dl.answers").last).to_be_visible()
    follow(page.locator("button[name=step][value=send]"))


def sign_in(window, role: str) -> Page:
    email, password = PASSWORD[role]
    window.page.goto("/admin/")
    window.page.fill("[name=login]", email)
    window.page.fill("[name=password]", password)
    follow(window.page.locator("main form button").first)
    expect(window.page.locator("#user-tools")).to_be_visible()
    return window.page


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_a_representative_signs_up_on_a_phone_and_confirms(portal, visit, java_script):
    person = f"Anna Próbna {java_script}"
    address = f"anna.{java_script}@example.org".lower()
    phone = visit(viewport=PHONE, java_script_enabled=java_script)
    page = phone.page
    page.goto("/")
    follow(page.locator(f"a[href='/konsultacje/{CURRENT}/']").first)
    follow(page.locator(".now .button").first)
    page.locator("[name=group]").first.check()
    page.fill("[name=name]", person)
    page.fill("[name=email]", address)
    page.fill("[name=organization_name]", "Stowarzyszenie Żółty Latawiec")
    send(page)
    expect(page.locator("h1")).to_be_visible()
    assert address not in page.url

    letter = portal.letter(address, "potwierdź")
    page.goto(portal.link_in(letter))
    # A mail scanner that only opens the link changes nothing.
    page.goto(portal.link_in(letter))
    follow(page.locator("main form button[name=act]").first)
    registered = portal.letter(address, "zapis")
    assert "rooms.example.org" in registered

    desk = sign_in(visit(), "coordinator")
    desk.goto("/admin/meetings/registration/?q=" + person.replace(" ", "+"))
    expect(desk.locator("#result_list tbody tr")).to_have_count(1)
    assert phone.faults == []


def test_a_form_with_mistakes_says_which_and_keeps_what_was_typed(visit):
    window = visit(viewport=PHONE)
    page = window.page
    page.goto(f"/spotkania/{CURRENT}/zapisy/")
    page.fill("[name=name]", "Żaneta Ćma")
    page.fill("[name=email]", "zaneta.example.org")
    follow(page.locator("form .actions .button"))
    expect(page.locator(".errors a")).to_have_count(2)
    expect(page.locator("[name=name]")).to_have_value("Żaneta Ćma")
    expect(page.locator("[name=email]")).to_have_value("zaneta.example.org")
    window.check()


def test_a_proposal_gets_a_number_and_a_receipt(portal, visit):
    window = visit(viewport=PHONE)
    page = window.page
    page.goto(f"/konsultacje/{CURRENT}/propozycje/nowa/")
    page.fill("[name=text]", "Wypożyczalnia sprzętu na imprezy sąsiedzkie: stoły, ławki, nagłośnienie.")
    page.fill("[name=name]", "Jan Próbny")
    page.fill("[name=email]", "jan.probny@example.org")
    topic = page.locator("[name=topic]")
    if topic.count() and topic.first.evaluate("node => node.tagName") == "SELECT":
        topic.select_option(index=1)
    elif topic.count():
        topic.first.check()
    send(page)
    window.check()
    number = re.search(rf"P/{CURRENT}/\d{{3}}", page.locator("main").inner_text())[0]
    assert number in portal.letter("jan.probny@example.org", "")


def test_a_remark_starts_at_its_paragraph(portal, visit):
    page = visit(viewport=PHONE).page
    page.goto("/programy/2027-2030/wersje/1/")
    follow(page.locator("#par-5 > .do a").first)
    wording = page.locator("[name=proposed_wording]")
    assert len(wording.input_value()) > 20
    wording.fill(wording.input_value() + " Uwagę zgłasza próba.")
    page.fill("[name=reasons]", "Żeby sprawdzić drogę uwagi.")
    page.fill("[name=name]", "Ewa Próbna")
    page.fill("[name=email]", "ewa.probna@example.org")
    send(page)
    assert re.search(r"U/2027-2030/\d{3}", page.locator("main").inner_text())
    assert "Uwagę zgłasza próba." in portal.letter("ewa.probna@example.org", "")


def test_the_coordinator_moves_a_stage_and_the_page_says_why(visit):
    desk = visit(viewport=DESK)
    page = sign_in(desk, "coordinator")
    page.goto("/admin/consultations/stage/?q=Analiza")
    follow(page.get_by_role("link", name=re.compile("Analiza")).first)
    closes = page.locator("[name=closes_at]")
    moved = datetime.fromisoformat(closes.input_value()) + timedelta(days=3)
    closes.fill(moved.strftime("%Y-%m-%dT%H:%M"))
    follow(page.locator("[name=_save]"))
    expect(page.locator(".errorlist").first).to_be_visible()  # without a reason: refused in words
    page.fill("[name=reason]", "Uwag jest więcej, niż się spodziewaliśmy.")
    follow(page.locator("[name=_save]"))
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.goto(f"/konsultacje/{CURRENT}/")
    if not page.get_by_text("Uwag jest więcej, niż się spodziewaliśmy.").count():
        page.goto("/konsultacje/2027-2030/")
    expect(page.get_by_text("Uwag jest więcej, niż się spodziewaliśmy.")).to_be_visible()
    assert desk.faults == []


def test_a_reminder_goes_out_once_before_sign_up_closes(portal):
    """To the demonstration's confirmed followers, none of whom has signed up; the scheduler ticks each minute."""
    followers = [f"obserwuje0{n}@example.com" for n in range(1, 5)]
    reminded = {
        address: eventually(lambda to=address: portal.messages(to, "kończą"), f"a reminder to {address}") for address in followers
    }
    for messages in reminded.values():
        (message,) = messages
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"{portal.url}/l/" in message["List-Unsubscribe"]


def test_whoever_answered_a_link_signs_in_by_a_code(portal, visit):
    window = visit(viewport=PHONE)
    page = window.page
    page.goto("/moje/")
    page.fill("[name=email]", "pelagia.latawiec@example.org")
    follow(page.locator("main form button").first)
    code = re.search(r"\b[0-9]{6}\b", portal.letter("pelagia.latawiec@example.org", "kod"))[0]
    page.fill("[name=code]", code)
    follow(page.locator("main form button").first)
    expect(page.locator("h1")).to_have_text("Moje sprawy")
    expect(page.locator("main .matter")).not_to_have_count(0)
    window.check()
    follow(page.locator("main .matter a").first)
    expect(page.locator("h1")).to_have_text("Masz miejsce na spotkaniu")
    window.check()


def test_the_coordinator_publishes_a_meeting_when_it_is_complete(visit):
    page = sign_in(visit(), "coordinator")
    starts = datetime.now().astimezone() + timedelta(days=30)
    page.goto("/admin/meetings/meeting/add/")
    page.select_option("[name=consultation]", index=1)
    page.fill("[name=title]", "Dyżur próbny")
    page.fill("[name=slug]", "dyzur-probny")
    page.fill("[name=starts_at]", starts.strftime("%Y-%m-%dT16:30"))
    page.fill("[name=ends_at]", starts.strftime("%Y-%m-%dT18:00"))
    follow(page.locator("[name=_continue]"))
    expect(page.locator(".messagelist .success")).to_be_visible()
    follow(page.locator("[name=_publish]"))
    expect(page.locator(".messagelist .error")).to_be_visible()  # no group yet: refused in words
    assert page.request.get("/spotkania/dyzur-probny/").status == 404


def test_an_official_takes_the_pdf_of_the_frozen_draft(portal, visit):
    window = visit()

    def ready():
        answer = window.context.request.get("/programy/2027-2030/wersje/1.pdf")
        assert answer.status in (200, 503)
        assert answer.status == 200 or int(answer.headers["retry-after"]) > 0
        return answer if answer.status == 200 else None

    pdf = eventually(ready, "the PDF")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.body().startswith(b"%PDF-1.7")
