"""Reading a version and what changed in it: on a phone and at a desk, with scripts and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, follow

CONSULTED = "/programy/2027-2030/wersje/1/"
CHANGES = "/programy/2022/zmiany/1-2/"
SCREENS = pytest.mark.parametrize("screen", [PHONE, DESK], ids=["phone", "desk"])
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without"])


@SCREENS
@SCRIPTS
def test_the_number_of_a_unit_shows_what_can_be_done_with_it(visit, screen, scripts):
    window = visit(viewport=screen, java_script_enabled=scripts)
    page = window.page
    page.goto(CONSULTED)
    unit, other = page.locator("#par-5-pkt-2"), page.locator("#par-5-pkt-3")
    row = unit.locator("> div > .do")
    expect(row).to_be_hidden()
    unit.locator("> a.no").click()
    expect(page).to_have_url(re.compile("#par-5-pkt-2$"))
    expect(row).to_be_visible()
    expect(other.locator("> div > .do")).to_be_hidden()
    if scripts:
        window.check()
    follow(row.get_by_role("link").first)
    assert len(page.locator("[name=proposed_wording]").input_value()) > 20


def test_the_same_by_keyboard(visit):
    page = visit().page
    page.goto(CONSULTED)
    number = page.get_by_role("link", name="§ 5 pkt 2", exact=True)
    number.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#par-5-pkt-2 > a.no")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#par-5-pkt-2 .do a").first).to_be_focused()


def test_a_chosen_unit_stays_where_the_reader_looks(visit):
    page = visit().page
    page.goto(CONSULTED)
    number = page.locator("#par-9-ust-1 > a.no")
    number.scroll_into_view_if_needed()
    before = number.bounding_box()["y"]
    number.click()
    expect(page.locator("#par-9-ust-1 .do button")).to_be_visible()
    assert abs(number.bounding_box()["y"] - before) < 2


@pytest.mark.parametrize(("anchor", "citation"), [("par-5-pkt-2", "§ 5 pkt 2"), ("par-6", "§ 6"), ("rozdzial-2", "rozdział 2")])
def test_a_citation_is_copied(visit, anchor, citation):
    window = visit()
    page = window.page
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{CONSULTED}#{anchor}")
    title = page.locator("h1").inner_text().replace("–", "-")
    button = page.locator(".do button")
    expect(button).to_have_count(1)
    button.click()
    expect(page.locator(".do [role=status]")).not_to_be_empty()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{citation} – {' '.join(title.split())}, wersja 1, {window.url}{CONSULTED}#{anchor}"
    window.check()


def test_without_scripts_nothing_is_offered_that_does_not_work(visit):
    page = visit(java_script_enabled=False).page
    page.goto(f"{CONSULTED}#par-5-pkt-2")
    expect(page.locator(".act button")).to_have_count(0)


@pytest.mark.parametrize(("screen", "are_open"), [(PHONE, False), (DESK, True)], ids=["phone", "desk"])
def test_the_contents_are_folded_on_a_phone(visit, screen, are_open):
    page = visit(viewport=screen).page
    page.goto(CONSULTED)
    chapter = page.locator(".toc a").nth(1)
    expect(chapter).to_be_visible(visible=are_open)
    if not are_open:
        page.locator(".toc summary").click()
    chapter.click()
    expect(page.locator("#rozdzial-2")).to_be_in_viewport()
    expect(chapter).to_have_attribute("aria-current", "true")


@SCREENS
@SCRIPTS
def test_changes_can_be_read_from_the_list_to_the_place(visit, screen, scripts):
    window = visit(viewport=screen, java_script_enabled=scripts)
    page = window.page
    page.goto("/programy/2022/wersje/2/")
    follow(page.locator(f"a[href='{CHANGES}']"))
    if scripts:
        window.check()
    line = page.locator(".lines a").first
    anchor = line.get_attribute("href").removeprefix("#")
    line.click()
    place = page.locator(f"[id='{anchor}']")
    expect(place).to_be_in_viewport()
    assert re.search(r"\[(dodano|usunięto): .+\]", place.text_content())


def test_the_words_of_changes_are_seen_where_there_are_no_colors(visit):
    page = visit().page
    page.goto(CHANGES)
    words = page.locator(".act .said").first
    assert words.bounding_box()["width"] <= 1
    for without_colors in ({"media": "print"}, {"forced_colors": "active", "media": "screen"}):
        page.emulate_media(**without_colors)
        assert words.bounding_box()["width"] > 20


@SCRIPTS
def test_unchanged_units_are_one_click_away(visit, scripts):
    page = visit(viewport=PHONE, java_script_enabled=scripts).page
    page.goto(CHANGES)
    fold = page.locator(".fold").first
    inside = fold.locator(".unit, .chapter").first
    expect(inside).to_be_hidden()
    fold.locator("summary").click()
    expect(inside).to_be_visible()


def test_who_comes_to_an_unchanged_unit_sees_it(visit):
    page = visit().page
    page.goto(CHANGES)
    anchor = page.locator(".fold [id]").first.get_attribute("id")
    page.goto(f"{CHANGES}#{anchor}")
    expect(page.locator(f"[id='{anchor}']")).to_be_in_viewport()


def test_on_paper_there_is_the_text_and_nothing_to_click(visit):
    page = visit().page
    page.goto(CONSULTED)
    page.emulate_media(media="print")
    expect(page.locator(".act .unit").first).to_be_visible()
    expect(page.locator(".act .do").first).to_be_hidden()
    expect(page.locator(".toc")).to_be_hidden()
    expect(page.locator(".act-title")).to_contain_text("wersja 1")
