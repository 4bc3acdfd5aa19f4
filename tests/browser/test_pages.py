"""Every page of the contract: it answers, axe finds nothing, nothing leaves the house, it fits the narrowest phone."""

import re

import pytest
from playwright.sync_api import expect

from desk.handbook.chapters import chapters
from tests.browser.conftest import DESK, PHONE, follow
from tests.browser.test_main_jobs import CURRENT, sign_in

PUBLIC = [
    "/",
    "/konsultacje/",
    f"/konsultacje/{CURRENT}/",
    "/konsultacje/2022/",
    "/konsultacje/2022/kto-wzial-udzial/",
    f"/konsultacje/{CURRENT}/kto-wzial-udzial/",
    "/konsultacje/2022/propozycje/",
    "/konsultacje/2022/propozycje/1/",
    f"/konsultacje/{CURRENT}/propozycje/nowa/",
    "/programy/2022/zmiany/1-2/",
    "/konsultacje/2022/uwagi/",
    "/konsultacje/2022/uwagi/1/",
    "/konsultacje/2027-2030/uwagi/nowa/",
    "/konsultacje/2022/uwagi/nowa/",
    f"/konsultacje/{CURRENT}/kontakt/",
    f"/konsultacje/{CURRENT}/obserwuj/",
    "/aktualnosci/",
    f"/spotkania/{CURRENT}/",
    "/spotkania/2022/",
    f"/spotkania/{CURRENT}/zapisy/",
    f"/spotkania/{CURRENT}/zapisy/gotowe/",
    f"/spotkania/{CURRENT}/tematy/nowy/",
    "/programy/",
    "/programy/2022/",
    "/programy/2022/wersje/1/",
    "/demonstracja/",
    "/konto/login/",
    "/dostepnosc/",
    "/prywatnosc/",
    "/pomoc/",
    *(f"/pomoc/{chapter}/" for chapter in chapters("pl")),
    "/nie-ma-takiej-strony/",
    "/l/podrobiony/",
]
DESKS = [
    "/admin/",
    "/admin/status/",
    "/admin/consultations/consultation/",
    "/admin/consultations/consultation/add/",
    "/admin/consultations/stage/",
    "/admin/consultations/stage/add/",
    "/admin/consultations/voice/",
    "/admin/meetings/meeting/",
    "/admin/meetings/meeting/add/",
    "/admin/meetings/registration/",
    "/admin/meetings/registration/1/change/",
    "/admin/meetings/topicproposal/1/change/",
    "/admin/meetings/meeting/1/change/",
    "/admin/meetings/groups/1/conclusions/",
    "/admin/meetings/groups/5/cancel/",
    "/admin/programs/draftversion/",
    "/admin/accounts/letter/",
    "/admin/accounts/letter/1/change/",
    "/admin/accounts/lettertext/",
    "/admin/accounts/lettertext/stage_closes/pl/",
    "/admin/accounts/suppression/",
    "/admin/consultations/reminderrule/",
    "/admin/consultations/reminderrule/add/",
    "/admin/consultations/reminderrule/plan/1/",
    "/admin/consultations/follow/",
    "/admin/accounts/organization/",
    "/admin/accounts/auditentry/",
    "/admin/accounts/auditentry/1/change/",
    "/admin/consultations/formalevent/",
    "/admin/consultations/announcement/add/",
    "/admin/meetings/registration/add/",
    "/admin/consultations/voice/add/",
    "/admin/programs/program/add/",
    "/admin/accounts/user/",
    "/admin/accounts/person/",
    "/admin/accounts/erasure/",
    "/admin/accounts/retentionrun/",
    "/admin/accounts/sphere/",
    "/admin/accounts/organization/duplicates/",
    "/admin/accounts/portal/1/change/",
    "/konto/",
    "/konto/sesje/",
    "/konto/drugi-skladnik/",
    "/konto/drugi-skladnik/nowy/",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages(visit, address):
    for viewport, scheme in ((PHONE, "light"), (DESK, "dark")):
        window = visit(viewport=viewport, color_scheme=scheme)
        window.page.goto(address)
        window.check()
        assert window.page.locator("h1").count() == 1


def test_an_announcement(visit):
    window = visit(viewport=PHONE)
    window.page.goto("/aktualnosci/")
    follow(window.page.locator(".entry a").first)
    window.check()


def test_following_from_the_form_to_the_stop(portal, visit):
    window = visit(viewport=PHONE)
    page, address = window.page, "obserwuje.z.telefonu@example.org"
    page.goto(f"/konsultacje/{CURRENT}/obserwuj/")
    page.fill("main [name=email]", address)
    follow(page.locator("main form .actions button"))
    window.check()
    page.goto(portal.link_in(portal.letter(address)))
    window.check()
    page.locator("[name=wants][value=news]").uncheck()
    follow(page.locator("main form .actions button"))
    window.check()
    expect(page.locator("main [role=status]")).to_be_visible()
    expect(page.locator("[name=wants]:checked")).to_have_count(1)
    follow(page.locator("button[value=stop]"))
    window.check()
    expect(page.locator("button[value=again]")).to_be_visible()


@pytest.mark.parametrize("address", ["/en/", f"/en/konsultacje/{CURRENT}/", f"/en/spotkania/{CURRENT}/zapisy/"])
def test_english_pages(visit, address):
    window = visit(viewport=PHONE)
    window.page.goto(address)
    window.check()
    assert window.page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("address", PUBLIC[:4])
def test_the_narrowest_phone(visit, address):
    window = visit(viewport={"width": 320, "height": 640})
    window.page.goto(address)
    window.check()


def test_the_desk(visit):
    window = visit(viewport=DESK)
    sign_in(window, "coordinator")
    for address in DESKS:
        window.page.goto(address)
        window.check()


@pytest.mark.parametrize("address", ["/", f"/konsultacje/{CURRENT}/", f"/spotkania/{CURRENT}/zapisy/"])
def test_a_first_load_is_light(portal, visit, address):
    """At most 60 kB compressed without fonts, 120 kB with them."""
    window = visit(viewport=PHONE)
    sizes: dict[str, int] = {}
    window.page.on("requestfinished", lambda request: sizes.update({request.url: request.sizes()["responseBodySize"]}))
    window.page.goto(address, wait_until="networkidle")
    fonts = sum(size for url, size in sizes.items() if url.endswith(".woff2"))
    assert 5_000 < sum(sizes.values()) - fonts <= 60_000
    assert sum(sizes.values()) <= 120_000


def test_pages_people_only_read_set_no_cookie_and_answer_304(portal, visit):
    request = visit().context.request
    for address in ("/", "/konsultacje/", f"/konsultacje/{CURRENT}/", "/programy/2022/wersje/1/", f"/spotkania/{CURRENT}/"):
        answer = request.get(address)
        assert "set-cookie" not in answer.headers
        assert re.search(r"max-age=\d+", answer.headers["cache-control"])
        assert "public" in answer.headers["cache-control"]
        assert "accept-language" not in answer.headers.get("vary", "").lower()
        assert request.get(address, headers={"If-None-Match": answer.headers["etag"]}).status == 304
