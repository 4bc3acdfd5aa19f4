"""Pages on which answers are grouped, assigned, published, turned into text and reported: sound on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.test_main_jobs import sign_in

ADMIN = "/admin/consultations/"
WAITING = f"{ADMIN}voice/?step=none&kind__exact=remark"


def key_in(page: Page, listed: str, pattern: str = r"/(\d+)/change/") -> str:
    """The key of the first row of a list."""
    page.goto(listed)
    address = page.locator("#result_list tbody th a").first.get_attribute("href") or ""
    found = re.search(pattern, address)
    assert found, address
    return found[1]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_about_many_answers_are_sound(visit, viewport):
    window = visit(viewport=viewport)
    page = sign_in(window, "coordinator")
    voice, consultation = key_in(page, WAITING), key_in(page, f"{ADMIN}consultation/")
    report, version = key_in(page, f"{ADMIN}report/"), key_in(page, "/admin/programs/draftversion/")
    for address in (
        f"{ADMIN}voice/similar/{consultation}/",
        f"{ADMIN}voice/{voice}/similar/",
        f"{ADMIN}publication/publish/{consultation}/",
        f"{ADMIN}publication/publish/{consultation}/?kind=proposal",
        f"{ADMIN}report/{report}/change/",
        f"{ADMIN}report/{report}/preview/",
        f"{ADMIN}proposedchange/version/{version}/",
        f"{ADMIN}voiceimport/add/",
        f"{ADMIN}voiceimport/letter/",
        f"{ADMIN}department/add/",
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        window.check()
    page.goto(WAITING)
    page.locator("#result_list .action-select").first.check()
    page.select_option("[name=action]", "assign")
    follow(page.locator("button[name=index]").first)
    window.check()
