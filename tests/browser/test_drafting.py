"""The drafting desk as officials use it: by the keyboard alone, on a phone, without JavaScript, and from Word."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.portal import PATIENCE
from tests.browser.test_main_jobs import sign_in
from tests.programs.office.word import LEGAL, PARAGRAPH, POINT, docx, li, p

SLOW = PATIENCE * 1000  # ms: the worker may have other things to do
VERSIONS = "/admin/programs/draftversion/"


def begun(page: Page, program: str = "2027-2030", *, based_on: bool = True) -> str:
    """A new version of a program of the demonstration; the address of its page."""
    page.goto(VERSIONS + "add/")
    page.select_option("[name=program]", page.locator("[name=program] option", has_text=program).first.get_attribute("value"))
    if based_on:
        first = page.locator("[name=based_on] option", has_text=re.compile(rf"{program}.*wersja 1$"))
        page.select_option("[name=based_on]", first.get_attribute("value"))
    follow(page.locator("[name=_save]"))
    return page.url.removesuffix("text/")


def unit(page: Page, citation: str) -> Locator:
    return page.locator(".u", has=page.locator(".visually-hidden", has_text=re.compile(rf"^{re.escape(citation)}:$")))


def words(page: Page, citation: str) -> str:
    return unit(page, citation).locator(".w").inner_text()


def chosen(page: Page) -> Locator:
    return page.locator("input[name=unit]:checked")


def expect_chosen(page: Page, citation: str) -> None:
    """And the keyboard is there, too."""
    expect(unit(page, citation).locator("input")).to_be_checked()
    expect(chosen(page)).to_be_focused()


def choose(page: Page, citation: str) -> None:
    """By the keyboard: into the list by Tab, then by arrows."""
    page.locator(".acts button").last.focus()
    page.keyboard.press("Tab")
    expect(chosen(page)).to_be_focused()
    for _step in range(page.locator(".u").count()):
        if unit(page, citation).locator("input").is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{citation} is not reached by arrows")


def test_a_text_is_written_by_the_keyboard_alone(visit):
    window = visit()
    page = sign_in(window, "drafter")
    begun(page)
    first, second = words(page, "§ 2 pkt 1"), words(page, "§ 2 pkt 2")
    choose(page, "§ 2 pkt 1")

    page.keyboard.press("Alt+ArrowDown")
    expect(page.locator(".said li")).to_contain_text("§ 2 pkt 2")
    expect_chosen(page, "§ 2 pkt 2")
    assert (words(page, "§ 2 pkt 1"), words(page, "§ 2 pkt 2")) == (second, first)
    page.keyboard.press("Alt+ArrowRight")
    expect_chosen(page, "§ 2 pkt 1 lit. a")
    page.keyboard.press("Alt+ArrowLeft")
    expect_chosen(page, "§ 2 pkt 2")
    page.keyboard.press("Alt+ArrowUp")
    expect_chosen(page, "§ 2 pkt 1")
    page.keyboard.press("Alt+ArrowRight")  # no point before it: refused in words, and nothing moves
    expect(page.locator(".said .error")).to_be_visible()
    expect_chosen(page, "§ 2 pkt 1")
    assert (words(page, "§ 2 pkt 1"), words(page, "§ 2 pkt 2")) == (first, second)

    page.keyboard.press("Enter")
    expect(page.locator("#unit-form textarea")).to_be_focused()
    window.check()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Zob. {§ 1 ust. 1} i {10 000 zł}.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unit-form")).to_have_count(0)
    expect_chosen(page, "§ 2 pkt 1")
    assert words(page, "§ 2 pkt 1") == f"{first} Zob. § 1 ust. 1 i 10 000 zł (słownie: dziesięć tysięcy złotych)."

    page.keyboard.press("Insert")
    expect(page.locator("#unit-form [name=place]")).to_be_focused()
    page.locator("#unit-form textarea[name=text]").focus()
    page.keyboard.type("zapis z odwołaniem {§ 999};")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unit-form [role=alert]")).to_be_focused()
    expect(page.locator("#unit-form textarea[name=text]")).to_have_value("zapis z odwołaniem {§ 999};")
    window.check()
    page.locator("#unit-form textarea[name=text]").fill("zupełnie nowy zapis;")
    page.keyboard.press("Control+Enter")
    expect_chosen(page, "§ 2 pkt 2")
    assert words(page, "§ 2 pkt 2") == "zupełnie nowy zapis;"

    page.keyboard.press("Delete")
    page.wait_for_url("**/remove/")
    expect(page.locator("h1")).to_contain_text("§ 2 pkt 2")
    page.locator("input.deletelink-button").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(unit(page, "§ 2 pkt 1").locator("input")).to_be_checked()
    assert words(page, "§ 2 pkt 2") == second
    assert window.faults == []


def test_what_is_typed_is_left_only_on_purpose(visit):
    window = visit()
    page = sign_in(window, "drafter")
    begun(page)
    choose(page, "§ 3")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept() if len(asked) > 1 else dialog.dismiss()))
    page.keyboard.press("Enter")
    sheet = page.locator("#unit-form")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")  # nothing typed, nothing asked
    expect(sheet).to_have_count(0)
    expect_chosen(page, "§ 3")
    page.keyboard.press("Enter")
    page.locator("#unit-form textarea").fill("Inne słowa.")
    page.keyboard.press("Escape")
    expect(sheet).to_be_visible()
    page.keyboard.press("Escape")
    expect(sheet).to_have_count(0)
    assert len(asked) == 2
    assert words(page, "§ 3") != "Inne słowa."


def test_words_survive_a_session_that_has_ended(visit):
    window = visit()
    page = sign_in(window, "drafter")
    begun(page)
    choose(page, "§ 3")
    page.keyboard.press("Enter")
    page.locator("#unit-form textarea").fill("Długo pisane słowa.")
    window.context.clear_cookies()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unit-form .unsaved")).to_be_focused()
    expect(page.locator("#unit-form textarea")).to_have_value("Długo pisane słowa.")
    window.check()
    other = window.context.new_page()
    window.page, before = other, window.page
    sign_in(window, "drafter")
    window.page = before
    page.bring_to_front()
    page.locator("#unit-form textarea").press("Control+Enter")
    expect(page.locator("#unit-form")).to_have_count(0)
    assert words(page, "§ 3") == "Długo pisane słowa."


def test_two_officials_at_one_unit_see_both_texts(visit):
    mine, theirs = visit(), visit()
    page, other = sign_in(mine, "drafter"), sign_in(theirs, "coordinator")
    address = begun(page)
    choose(page, "§ 3")
    page.keyboard.press("Enter")
    page.locator("#unit-form textarea").fill("Moje słowa.")
    other.goto(f"{address}text/")
    unit(other, "§ 3").click()
    other.keyboard.press("Enter")
    other.locator("#unit-form textarea").fill("Słowa koleżanki.")
    other.keyboard.press("Control+Enter")
    expect(other.locator("#unit-form")).to_have_count(0)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#unit-form [role=alert]")).to_be_focused()
    page.keyboard.press("Control+Enter")  # pressed twice: what is wrong is not read yet, so nothing is sent
    expect(page.locator("#unit-form")).to_contain_text("Słowa koleżanki.")
    expect(page.locator("#unit-form textarea")).to_have_value("Moje słowa.")
    mine.check()
    page.locator("#unit-form textarea").press("Control+Enter")
    expect(page.locator("#unit-form")).to_have_count(0)
    assert words(page, "§ 3") == "Moje słowa."


def test_a_text_is_written_on_a_phone_without_javascript(visit):
    window = visit(viewport=PHONE, java_script_enabled=False)
    page = sign_in(window, "drafter")
    begun(page)

    def act(citation: str, name: str) -> None:
        unit(page, citation).click()
        follow(page.locator(f"button[value={name}]"))

    first = words(page, "§ 2 pkt 1")
    act("§ 2 pkt 1", "down")
    expect(page.locator(".said li")).to_be_in_viewport()
    expect(unit(page, "§ 2 pkt 2").locator("input")).to_be_checked()
    assert words(page, "§ 2 pkt 2") == first
    act("§ 2 pkt 2", "edit")
    page.fill("textarea[name=text]", "Słowa do przecięcia.")
    follow(page.locator("#unit-form input.default"))
    act("§ 2 pkt 2", "split")
    page.fill("textarea", "Słowa\n\ndo przecięcia.")
    follow(page.locator("#content-main input.default"))
    assert (words(page, "§ 2 pkt 2"), words(page, "§ 2 pkt 3")) == ("Słowa", "do przecięcia.")
    act("§ 2 pkt 2", "merge")
    follow(page.locator("#content-main input.default"))
    assert words(page, "§ 2 pkt 2") == "Słowa do przecięcia."
    act("§ 2 pkt 2", "add")
    page.fill("textarea[name=text]", "Dodany.")
    follow(page.locator("#unit-form input.default"))
    act("§ 2 pkt 3", "move")
    page.select_option("[name=place]", index=0)
    follow(page.locator("#content-main input.default"))
    act(page.locator(".u:has(:checked) .visually-hidden").inner_text().removesuffix(":"), "remove")
    follow(page.locator("input.deletelink-button"))
    assert page.locator(".w", has_text="Dodany.").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["with its script", "without"])
@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_pages_of_a_version_are_sound(visit, viewport, scheme, script):
    """axe needs JavaScript to run, so without means without ours."""
    window = visit(viewport=viewport, color_scheme=scheme)
    page = sign_in(window, "drafter")
    if not script:
        page.route("**/desk*.js", lambda route: route.fulfill(content_type="text/javascript", body=""))
    address = begun(page)
    window.check()
    key = unit(page, "§ 2 pkt 1").locator("input").get_attribute("value")
    for path in (
        f"text/{key}/",
        f"text/new/?near={key}",
        *(f"text/{key}/{name}/" for name in ("split", "merge", "move", "remove")),
        *(f"{name}/" for name in ("change", "changes", "checklist", "freeze", "files")),
    ):
        page.goto(address + path)
        assert page.url.endswith(path)
        window.check()
        assert page.locator("h1").count() == 1


@pytest.mark.parametrize("name", ["textimport", "resolution", "attachment", "statutoryelement"])
def test_lists_and_forms_beside_the_text_are_sound(visit, name):
    for viewport in (DESK, PHONE):
        window = visit(viewport=viewport)
        page = sign_in(window, "drafter")
        for path in ("", "add/"):
            page.goto(f"/admin/programs/{name}/{path}")
            window.check()


def test_a_proof_is_made_while_the_page_looks_on(visit):
    window = visit()
    page = sign_in(window, "drafter")
    page.goto(begun(page) + "files/")
    follow(page.locator("[name=ask][value=docx]").first)
    expect(page.locator("[data-watch]")).to_be_visible()
    window.check()
    # The page is not loaded again: what is typed and where the keyboard is stay.
    page.locator("[name=ask][value=pdf]").first.focus()
    with page.expect_download(timeout=SLOW) as taken:
        link = page.locator("#made a", has_text=re.compile("Pobierz"))
        expect(link).to_be_visible(timeout=SLOW)
        expect(page.locator("[name=ask][value=pdf]").first).to_be_focused()
        link.click()
    assert re.fullmatch(r"2027-2030-wersja-\d+\.docx", taken.value.suggested_filename)
    window.check()


def test_a_text_is_frozen_when_its_holes_are_accepted(visit):
    window = visit()
    page = sign_in(window, "drafter")
    address = begun(page, "2028", based_on=False)
    follow(page.locator("#content-main a.button"))
    page.select_option("[name=place]", index=1)
    page.fill("textarea[name=text]", "Celem programu jest współpraca.")
    follow(page.locator("#unit-form input.default"))
    page.goto(address + "freeze/")
    window.check()
    follow(page.locator("input.default"))
    expect(page.locator(".messagelist .error")).to_be_visible()
    holes = page.locator("[name=despite]")
    accepted = page.locator("li:has([name=despite]) label").all_inner_texts()
    assert holes.count() > 1
    for place in range(holes.count()):
        holes.nth(place).check()
    follow(page.locator("input.default"))
    expect(page.locator(".messagelist .success")).to_be_visible()
    for told in accepted:
        expect(page.locator("#content")).to_contain_text(told.strip())
    page.goto(address + "text/")
    expect(page.locator(".u")).to_have_count(1)
    expect(page.locator("[name=act]")).to_have_count(0)


def put_up(page: Page, content: bytes, name: str = "Projekt.docx", *, continues: bool = True) -> None:
    page.goto("/admin/programs/textimport/add/")
    page.select_option("[name=program]", page.locator("[name=program] option", has_text="2027-2030").first.get_attribute("value"))
    if continues:
        first = page.locator("[name=base] option", has_text=re.compile(r"2027-2030.*wersja 1$"))
        page.select_option("[name=base]", first.get_attribute("value"))
    page.set_input_files("[name=file]", {"name": name, "mimeType": "application/octet-stream", "buffer": content})
    follow(page.locator("#content-main input.default"))


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_a_word_file_becomes_a_version(visit, java_script):
    window = visit(java_script_enabled=java_script)
    page = sign_in(window, "drafter")
    body = [li("Wprowadzenie:", 1, PARAGRAPH), *(li(f"punkt {n}", 1, POINT) for n in range(160)), p("Przewodniczący Rady")]
    put_up(page, docx(*body, numbering=LEGAL), continues=False)
    if java_script:
        expect(page.locator(".rows")).to_be_visible(timeout=SLOW)  # the page looks again by itself
        window.check()
        page.locator("[name=kind-0]").focus()
    else:
        while not page.locator(".rows").count():
            follow(page.locator("[data-watch] a"))
    page.select_option("[name=kind-1]", "join")
    follow(page.locator("[name=go]"))
    expect(page.locator(".messagelist .success")).to_be_visible()
    follow(page.locator("[name=make]"))
    expect(page).to_have_url(re.compile(r"/text/$"))
    expect(page.locator(".u")).to_have_count(160)
    assert words(page, "§ 1") == "Wprowadzenie:\npunkt 0"
    assert window.faults == []


def test_the_wrong_file_is_seen_before_anything_is_made(visit):
    for viewport in (DESK, PHONE):
        window = visit(viewport=viewport)
        page = sign_in(window, "drafter")
        put_up(page, docx(p("§ 1. Regulamin parkowania."), p("§ 2. Opłaty.")))
        expect(page.locator(".rows")).to_be_visible(timeout=SLOW)
        expect(page.locator(".facts summary")).to_contain_text(re.compile(r"\d+ uwag"))
        window.check()
        page.locator("[name=match-0]").fill("§ 999")
        with page.expect_navigation():
            page.keyboard.press("Enter")  # keeps, and makes nothing
        expect(page.locator("[name=match-0]")).to_have_value("§ 999")
        expect(page.locator(".rows .errorlist")).to_be_visible()
        window.check()
        page.locator("[name=match-0]").fill("")
        follow(page.locator("[name=make]"))
        expect(page.locator(".messagelist .error")).to_be_visible()
        follow(page.locator("[name=drop]"))
        expect(page.locator(".messagelist .success")).to_be_visible()


def test_a_file_that_is_no_word_file_gets_a_sentence(visit):
    window = visit()
    page = sign_in(window, "drafter")
    put_up(page, b"%PDF-1.7 x", "Projekt.pdf")
    expect(page.locator(".errornote")).to_contain_text("PDF", timeout=SLOW)
    window.check()
    put_up(page, b"", "Pusty.docx")
    expect(page.locator(".errorlist")).to_be_visible()
    window.check()
