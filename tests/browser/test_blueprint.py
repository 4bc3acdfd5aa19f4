"""Next year's consultation is prepared on a phone and at a desk."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.test_main_jobs import sign_in

PAGE = "/admin/consultations/consultation/prepare/"


@pytest.mark.parametrize(("viewport", "year"), [(PHONE, 2041), (DESK, 2042)], ids=["phone", "desk"])
def test_a_wrong_date_is_corrected_and_the_consultation_prepared(visit, viewport, year):
    window = visit(viewport=viewport)
    page = sign_in(window, "coordinator")
    page.goto("/admin/consultations/consultation/")
    follow(page.locator(f".object-tools a[href='{PAGE}']"))
    window.check()
    page.select_option("[name=source]", label=page.locator("[name=source] option", has_text="2022").first.inner_text())
    page.fill("[name=year]", str(year))
    follow(page.locator("form[method=get] button"))
    window.check()
    counted = page.input_value("[name=stage-0-closes_at]")
    page.fill("[name=stage-0-closes_at]", "2030-01-01T00:00")
    follow(page.locator("[name=save]"))
    expect(page.locator(".errornote")).to_be_visible()
    window.check()
    page.fill("[name=stage-0-closes_at]", counted)
    follow(page.locator("[name=save]"))
    expect(page.locator(".messagelist .success")).to_be_visible()
