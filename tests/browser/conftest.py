"""Pages as people meet them: Debian's Chromium against the whole portal with the demonstration in it."""

import os
from importlib.resources import files

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, sync_playwright

from tests.browser.portal import running

# Playwright's sync API runs a loop in this thread; the tests here use no ORM in it but Django cannot know.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


# First, because pytest-xdist reads the groups in this very hook.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            # One portal for all of them, so one process.
            item.add_marker(pytest.mark.xdist_group("browser"))
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def portal(tmp_path_factory):
    with running(tmp_path_factory.mktemp("portal")) as portal:
        yield portal


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()


def follow(what: Locator) -> None:
    """Click a link or a button and wait for the page it leads to: the click itself returns while the old one stands."""
    with what.page.expect_navigation():
        what.click()


class Visit:
    """One person's window. Notes what no page may do: leave the house, break the policy, raise an error."""

    def __init__(self, browser: Browser, url: str, **options) -> None:
        self.url = url
        self.context = browser.new_context(base_url=url, locale="pl-PL", reduced_motion="reduce", **options)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("request", lambda request: self._stay(request.url))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"{self.page.url}: {message.text}")

    def _stay(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:")):
            self.faults.append(f"{self.page.url} asked {address}")

    def check(self) -> None:
        """Nothing was noted, the page does not scroll sideways, and axe finds nothing against WCAG."""
        assert self.faults == []
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{self.page.url} scrolls {wide} px sideways"
        self.page.evaluate(AXE)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
        # No preload: axe would fetch imported style sheets and write them into the page, which the policy refuses.
        options = {"runOnly": {"type": "tag", "values": tags}, "preload": False}
        result = self.page.evaluate("options => axe.run(document, options)", options)
        found = [f"{v['id']}: {v['help']} {[n['target'] for n in v['nodes']][:3]}" for v in result["violations"]]
        assert found == [], f"{self.page.url}\n" + "\n".join(found)


@pytest.fixture
def visit(portal, chromium):
    """visit(viewport=PHONE, java_script_enabled=False …) -> Visit"""
    opened = []

    def open_window(viewport=DESK, **options):
        opened.append(Visit(chromium, portal.url, viewport=viewport, **options))
        return opened[-1]

    yield open_window
    for window in opened:
        window.context.close()
