"""The desk for answering as officials use it: by the keyboard, by two people, on a phone, without JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.test_main_jobs import sign_in

LIST = "/admin/consultations/voice/"
TEMPLATE, REASONS = "Zapis doprecyzujemy w uchwale.", "Kwota zależy od budżetu."


def rows(page: Page):
    return page.locator("#result_list tbody tr")


def link(page: Page, row: int):
    return rows(page).nth(row).locator("th a")


def keep_template(page: Page) -> None:
    page.goto("/admin/consultations/answertemplate/add/")
    page.fill("[name=name]", "Doprecyzujemy")
    page.select_option("[name=outcome]", "partly")
    page.fill("[name=reasons]", TEMPLATE)
    follow(page.locator("[name=_save]"))


def tag(page: Page):
    return page.locator("#answer .tag")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_for_answering_are_sound(visit, viewport):
    window = visit(viewport=viewport)
    page = sign_in(window, "drafter")
    for filters in ("", "?step=none", "?step=published", "?q=%C2%A7+1"):
        page.goto(LIST + filters)
        window.check()
    page.goto(LIST + "?step=none")
    follow(link(page, 0))
    window.check()
    page.locator("button[value=draft]").click()  # nothing is chosen: refused in words
    expect(page.locator("form.write [role=alert]")).to_be_focused()
    window.check()
    follow(page.locator("a[href*='/cut/']"))
    window.check()
    for name in ("answertemplate/", "answertemplate/add/"):
        page.goto(f"/admin/consultations/{name}")
        window.check()


def test_voices_are_answered_by_the_keyboard_and_approved_by_another(visit):
    mine, theirs = visit(), visit()
    page = sign_in(mine, "drafter")
    keep_template(page)
    page.goto(LIST + "?step=none&kind__exact=remark")
    shown = rows(page).count()
    assert shown > 2
    page.keyboard.press("j")
    expect(link(page, 0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(link(page, 1)).to_be_focused()
    page.keyboard.press("k")
    expect(link(page, 0)).to_be_focused()
    page.keyboard.press("x")
    expect(rows(page).nth(0).locator(".action-select")).to_be_checked()
    expect(page.locator("[data-keys] [role=status]")).to_contain_text(link(page, 0).inner_text())
    expect(link(page, 0)).to_be_focused()
    page.keyboard.press("x")
    page.keyboard.press("?")
    expect(page.locator("dialog")).to_be_visible()
    mine.check()
    page.keyboard.press("Escape")
    page.locator("#searchbar").focus()
    page.keyboard.press("j")
    expect(page.locator("#searchbar")).to_have_value("j")

    link(page, 0).focus()
    number = link(page, 0).inner_text()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(number)
    with page.expect_navigation():
        page.keyboard.press("n")
    expect(page.locator("h1")).not_to_contain_text(number)
    with page.expect_navigation():
        page.keyboard.press("p")
    expect(page.locator("h1")).to_contain_text(number)

    page.locator("#template").select_option(label="Doprecyzujemy")
    expect(page.locator("form.write textarea")).to_have_value("")
    page.locator("button[value=insert]").click()
    expect(page.locator("[name=outcome][value=partly]")).to_be_checked()
    box = page.locator("form.write textarea")
    expect(box).to_be_focused()
    page.keyboard.type(f" {REASONS}? n")
    expect(box).to_have_value(f"{TEMPLATE} {REASONS}? n")
    box.fill(f"{TEMPLATE} {REASONS}")
    address = page.url
    follow(page.locator("button[value=send]"))
    expect(page.locator(".messagelist .success")).to_be_visible()
    expect(tag(page)).to_contain_text("◑")
    expect(page.locator("button[value=approve]")).to_have_count(0)
    mine.check()
    page.locator("h1").click()
    with page.expect_navigation():
        page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"step=none&kind__exact=remark|kind__exact=remark&step=none"))
    assert rows(page).count() == shown - 1

    other = sign_in(theirs, "coordinator")
    other.goto(address)
    follow(other.locator("button[value=approve]"))
    expect(tag(other)).to_contain_text("✓")
    theirs.check()


def test_single_keys_are_switched_off_for_good(visit):
    window = visit()
    page = sign_in(window, "drafter")
    page.goto(LIST)
    page.locator("[data-keys] [data-open]").click()
    page.locator("[data-keys] [data-on]").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    expect(link(page, 0)).not_to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog")).not_to_be_visible()
    link(page, 0).focus()
    page.keyboard.press("ArrowDown")
    expect(link(page, 1)).to_be_focused()
    assert window.faults == []


def test_what_is_typed_is_left_only_on_purpose(visit):
    window = visit()
    page = sign_in(window, "drafter")
    page.goto(LIST + "?step=none")
    follow(link(page, 0))
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.locator("form.write textarea").fill("Zaczęta odpowiedź.")
    page.locator(".turn a").first.click()
    expect(page.locator("form.write textarea")).to_have_value("Zaczęta odpowiedź.")
    assert asked == ["beforeunload"]
    page.locator("[name=text]").fill("Notatka obok zaczętej odpowiedzi.")
    page.locator("button[value=note]").click()
    expect(page.locator("form.write textarea")).to_have_value("Zaczęta odpowiedź.")
    assert asked == ["beforeunload"] * 2
    page.locator("[name=text]").fill("")
    follow(page.locator("button[value=draft]"))  # without an outcome: refused
    page.locator(".turn a").first.click()
    expect(page.locator("form.write textarea")).to_have_value("Zaczęta odpowiedź.")
    assert asked == ["beforeunload"] * 3
    page.locator("[name=outcome][value=noted]").check()
    follow(page.locator("button[value=draft]"))
    assert asked == ["beforeunload"] * 3


def test_a_letter_is_cut_and_answered_on_a_phone_without_javascript(visit):
    window = visit(viewport=PHONE, java_script_enabled=False)
    page = sign_in(window, "drafter")
    keep = page.locator("[name=_save]")
    page.goto("/admin/consultations/answertemplate/add/")
    page.fill("[name=name]", "Na telefonie")
    page.select_option("[name=outcome]", "noted")
    page.fill("[name=reasons]", TEMPLATE)
    follow(keep)
    page.goto(LIST + "?step=none&kind__exact=proposal")
    follow(link(page, 0))
    follow(page.locator("a[href*='/cut/']"))
    said = page.locator("#says ~ .words-of p").first.inner_text()
    follow(page.locator("button[value=more]"))
    boxes = page.locator("textarea[name=excerpt]")
    expect(boxes).to_have_count(3)
    boxes.nth(0).fill(said[:40])
    boxes.nth(1).fill(said[40:])
    follow(page.locator("button[value=cut]"))
    expect(page.locator(".parts li")).to_have_count(2)
    page.locator("#template").select_option(label="Na telefonie")
    follow(page.locator("button[value=insert]"))
    expect(page.locator("form.write textarea")).to_have_value(TEMPLATE)
    follow(page.locator("button[value=draft]"))
    expect(page.locator(".parts .here .tag")).to_contain_text("◔")
    follow(page.locator(".parts li:not(.here) a"))
    page.locator("[name=outcome][value=accepted]").check()
    follow(page.locator("button[value=send]"))
    expect(page.locator(".parts li:not(.here) .tag")).to_contain_text("◔")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0
