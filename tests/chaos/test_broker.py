"""A broker that refuses or freezes: whoever signs up does not notice, and the letter comes when it can."""

import re
import time
import urllib.parse
import urllib.request
from datetime import datetime
from html import unescape

import pytest

from desk.demo.calendar import Calendar
from tests.browser.portal import eventually
from tests.chaos.machinery import Redis, machinery

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.redis_server]

PATIENCE = 1.0  # seconds, as promised for one POST
PEOPLE = 4
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
GROUP = re.compile(r'<input type="radio"[^>]* name="group"[^>]* value="(\d+)"')


def sign_up(url: str, email: str) -> list[float]:
    """Somebody fills in the form and sends it; the seconds that each POST took, with the page that followed."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    page = browser.open(url).read().decode()
    answers = {"name": "Anna Próbna", "email": email, "group": GROUP.search(page)[1]}
    seconds = []
    for step in ("check", "send"):
        answers |= {name: unescape(value) for name, value in HIDDEN.findall(page)} | {"step": step}
        started = time.monotonic()
        with browser.open(url, urllib.parse.urlencode(answers).encode()) as answer:
            page = answer.read().decode()
        seconds.append(time.monotonic() - started)
    assert answer.url != url, page
    return seconds


@pytest.mark.parametrize(
    ("away", "back"),
    [
        pytest.param(Redis.freeze, Redis.thaw, id="frozen"),
        pytest.param(Redis.kill, Redis.start, id="refused"),
    ],
)
def test_a_sign_up_does_not_wait_for_a_broker_that_is_away_and_its_letter_comes(tmp_path, demonstration, away, back):
    year = Calendar(datetime.now().astimezone().date()).program_year
    people = {f"{tmp_path.name}{number}@example.org".replace("_", "") for number in range(PEOPLE)}
    with machinery(tmp_path, demonstration, lease=5, pause=0) as carriers:
        url = f"{carriers.serve()}/spotkania/{year}/zapisy/"
        carriers.start()
        # Everything is warm before it is measured.
        sign_up(url, "pierwsza@example.org")
        eventually(lambda: carriers.has_reached("pierwsza@example.org"), "the first letter")
        away(carriers.redis)
        seconds = [sign_up(url, person) for person in people]
        assert max(max(each) for each in seconds) < PATIENCE, seconds
        assert not any(carriers.has_reached(person) for person in people)
        back(carriers.redis)
        eventually(lambda: all(map(carriers.has_reached, people)), "the letter to everybody who signed up")
        assert set(carriers.received().values()) == {1}
