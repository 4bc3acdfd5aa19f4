"""The year of the real case as far as the handbook shows it: each picture is taken where its chapter says one is."""

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.models import User
from accounts.roles import Role
from consultations.actions.voices import Author
from consultations.models import Consultation, Outcome, Stage, Voice
from consultations.stages import Kind
from programs.models import Purpose
from tests.browser.conftest import DESK, Visit, follow
from tests.browser.pictures import PICTURES, TAKEN, picture
from tests.browser.real_case import announced, called, drafted, hire, moment, revised, sit_down
from tests.factories.answers import answered
from tests.factories.voices import proposal

PROPOSED = {
    ("Anna Przykładowa", "Stowarzyszenie Żółty Latawiec"): "Prosimy o dłuższy termin poprawiania błędów formalnych.",
    ("Bogna Przykładowa", "Fundacja Łąka"): "Nabór wniosków powinien trwać co najmniej miesiąc.",
    ("Cezary Przykładowy", "Klub Sąsiedzki"): "Wystarczy jedno sprawozdanie z realizacji zadania, a nie trzy.",
}

SHOWN = ("Zbieranie propozycji", "Spotkanie")


@pytest.fixture
def window(live_server, chromium):
    opened = Visit(chromium, live_server.url, viewport=DESK, color_scheme="light")
    yield opened
    opened.context.close()


@pytest.mark.django_db(transaction=True)
def test_the_pictures_of_the_handbook_say_what_the_portal_says(window):
    coordinator, drafter = hire(Role.COORDINATOR, "Jadwiga"), hire(Role.DRAFTER, "Teofil")
    made = announced(coordinator)
    group = called(made, coordinator, User.objects.create_user("kosma@example.org", name="Kosma"))
    with at("2021-07-12"):
        page = sit_down(window, coordinator)
        the_dates_of_next_year(page)
        a_moved_deadline(page, made)
        a_group_of_the_meeting(page, group.meeting_id)
        the_letters_ahead(page, made)
    voices = proposed(made)
    with at("2021-07-20"):
        the_card(page, made)
        the_list_of_voices(page)
    with at("2021-07-26"):
        an_answer(sit_down(window, drafter), voices[0])
    for voice in voices:
        outcome = Outcome.ACCEPTED if voice == voices[0] else Outcome.REJECTED
        answered(voice, outcome=outcome, reasons="Uzasadnienie urzędu.", at=moment("2021-07-27"))
    with at("2021-08-02"):
        the_publication_of_answers(sit_down(window, coordinator), made)
    with at("2021-10-15", "13:00"):
        the_text(sit_down(window, drafter), made, drafter)
    assert window.faults == []
    assert {path.stem for path in PICTURES.glob("*.png")} == TAKEN, "A picture that nothing makes any more: delete it."


def at(day: str, hour: str = "12:00") -> time_machine.travel:
    """A clock that stands: no picture holds another minute than the last time."""
    return time_machine.travel(moment(day, hour), tick=False)


def proposed(made: Consultation) -> list[Voice]:
    authors = [Author(name, f"{name[:4].lower()}@example.org", organization) for name, organization in PROPOSED]
    said = zip(authors, PROPOSED.values(), strict=True)
    return [proposal(made, at=moment("2021-07-19", "14:10"), author=author, text=text) for author, text in said]


# --- What is shown -----------------------------------------------------------------------------------


def the_dates_of_next_year(page: Page) -> None:
    page.goto("/admin/")
    follow(page.get_by_role("link", name="Przygotuj konsultacje na inny rok"))
    page.get_by_label("Zacznij od").select_option(label="Wspólnie o programie na 2022 rok")
    follow(page.get_by_role("button", name="Pokaż terminy"))
    sections = [page.locator(f"form[method=post] .facts:has(h2:text-is('{name}'))") for name in SHOWN]
    picture("daty-na-nowy-rok", *sections, width=860)


def a_moved_deadline(page: Page, made: Consultation) -> None:
    stage = Stage.objects.get(consultation=made, kind=Kind.PROPOSALS)
    fill_in(page, stage)
    picture("przesuniety-termin", page.locator("fieldset", has=page.locator("[name=reason]")), width=860)
    fill_in(page, stage)
    follow(page.locator(".submit-row input.default"))
    expect(page.locator(".errornote")).to_have_count(0)
    page.goto(f"/konsultacje/{made.slug}/")
    picture("przesuniety-termin-na-stronie", page.locator(".timeline > li", has=page.locator(".moved")).first)


def fill_in(page: Page, stage: Stage) -> None:
    page.goto(f"/admin/consultations/stage/{stage.pk}/change/")
    page.fill("[name=closes_at]", "2021-07-26T00:00")
    page.fill("[name=reason]", "Organizacje prosiły o więcej czasu w okresie wakacji.")


def a_group_of_the_meeting(page: Page, meeting_pk: int) -> None:
    page.goto(f"/admin/meetings/meeting/{meeting_pk}/change/")
    picture("grupa-tematyczna", page.locator(".inline-related", has_text="Konkursy").first, width=1120)


def the_letters_ahead(page: Page, made: Consultation) -> None:
    page.goto(f"/admin/consultations/reminderrule/plan/{made.pk}/")
    picture("co-portal-wysyla", page.locator("section[aria-labelledby=ahead]"))


def the_card(page: Page, made: Consultation) -> None:
    page.goto("/admin/")
    picture("karta-konsultacji", page.locator(f"[aria-labelledby=card-{made.pk}]"))


def the_list_of_voices(page: Page) -> None:
    page.goto("/admin/consultations/voice/")
    page.locator(".action-select").first.check()
    page.locator(".action-select").nth(1).check()
    page.get_by_label("Akcja").select_option(label="Opublikuj wybrane głosy")
    picture("lista-glosow", page.locator("#changelist"))


def an_answer(page: Page, voice: Voice) -> None:
    page.goto(f"/admin/consultations/voice/{voice.pk}/change/")
    page.check(f"[name=outcome][value={Outcome.ACCEPTED}]")
    page.fill("[name=reasons]", "Termin poprawiania błędów wydłużymy do 7 dni roboczych.")
    picture("odpowiedz-na-glos", page.locator(".replied section", has=page.locator("[name=reasons]")).first)


def the_publication_of_answers(page: Page, made: Consultation) -> None:
    page.goto(f"/admin/consultations/publication/publish/{made.pk}/?kind=proposal")
    sections = page.locator("#content-main section")
    picture("publikacja-odpowiedzi", sections.nth(0), sections.nth(1), width=760)


def the_text(page: Page, made: Consultation, drafter: User) -> None:
    drafted(made, drafter)
    version = revised(made, Purpose.WORKING, drafter, at=moment("2021-10-15"))
    page.goto(f"/admin/programs/draftversion/{version.pk}/text/")
    page.locator(".u", has_text="Wkład własny").first.click()
    picture("pisanie-tekstu", page.locator("#drafting"), width=920)
