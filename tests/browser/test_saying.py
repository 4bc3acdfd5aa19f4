"""A letter of two remarks on a phone: written, saved, opened again, checked, sent; with a script and without."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, follow

CONSULTATION = "2027-2030"


def press(page, step: str) -> None:
    follow(page.locator(f".actions button[value={step}]").first)


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without"])
def test_two_remarks_in_one_letter_saved_meanwhile_get_one_receipt(portal, visit, java_script):
    window = visit(viewport=PHONE, java_script_enabled=java_script)
    # axe is a script, too.
    look = window.check if java_script else lambda: None
    page, address = window.page, f"dwie.uwagi.{java_script}@example.org".lower()
    page.goto(f"/programy/{CONSULTATION}/wersje/1/")
    follow(page.locator("#par-5 > .do a").first)
    wording = page.locator("[name=proposed_wording]")
    wording.fill(wording.input_value() + " Dopisane zdanie.")
    page.fill("[name=name]", "Ewa Próbna")
    page.fill("[name=email]", address)
    press(page, "check")
    expect(page.locator(".answers ins").last).to_contain_text("Dopisane zdanie.")
    look()
    press(page, "another")

    expect(page.locator("[name=name]")).to_have_value("Ewa Próbna")
    expect(wording).to_have_value("")
    page.locator("details.range summary").click()
    page.select_option("[name=place]", index=4)
    page.select_option("[name=until]", index=2)
    page.fill("[name=text]", "Uwaga do kilku przepisów.")
    press(page, "keep")
    look()
    kept = page.url
    assert "/szkic/" in kept
    page.goto("/")
    page.goto(kept)
    expect(page.locator("[name=text]")).to_have_value("Uwaga do kilku przepisów.")
    expect(page.locator(".so-far li")).to_have_count(1)
    look()

    press(page, "check")
    expect(page.locator("#div_id_until.bad")).to_be_visible()
    look()
    page.select_option("[name=until]", index=6)
    press(page, "check")
    expect(page.locator(".answers")).to_have_count(3)
    look()
    press(page, "send")

    look()
    numbers = re.findall(rf"(?m)^.*(U/{CONSULTATION}/\d{{3}})$", page.locator("main").inner_text())
    assert len(set(numbers)) == 2
    letter = portal.letter(address, "")
    assert all(words in letter for words in [*numbers, "Dopisane zdanie.", "Uwaga do kilku przepisów."])
    assert page.goto(kept).status == 404
    look()
    assert window.faults == []


def test_what_was_typed_after_saving_is_there_when_the_page_is_loaded_again(visit):
    page = visit(viewport=PHONE).page
    page.goto(f"/konsultacje/{CONSULTATION}/uwagi/nowa/")
    page.fill("[name=text]", "Zapisane.")
    press(page, "keep")
    page.fill("[name=text]", "Zapisane i dopisane.")
    page.reload()
    expect(page.locator("[name=text]")).to_have_value("Zapisane i dopisane.")
    press(page, "check")
    page.fill("[name=text]", "Zapisane po raz drugi.")
    press(page, "keep")
    expect(page.locator("[name=text]")).to_have_value("Zapisane po raz drugi.")
