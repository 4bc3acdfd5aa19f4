"""Two schedulers, messages that come again, two ticks at once: every letter once."""

import json
from datetime import UTC, datetime

import pytest

from tests.browser.portal import eventually
from tests.chaos.machinery import machinery

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.redis_server]


def test_two_schedulers_and_messages_delivered_ten_times_make_each_letter_once(tmp_path, demonstration):
    with machinery(tmp_path, demonstration, lease=60, pause=0) as carriers:
        carriers.ask("deliver(10)")
        carriers.start(workers=2, beats=2)
        eventually(carriers.is_nothing_queued, "the last delivery")
        # And what both schedulers ask for after that.
        eventually(carriers.has_ticked_since(datetime.now(UTC)), "every task once more")
        carriers.settle()
        letters = json.loads(carriers.ask("tell()"))
    owed = [(letter["to"], letter["cause"]) for letter in letters]
    assert len(owed) == len(set(owed)) > 0
    assert {letter["state"] for letter in letters} == {"sent"}
    assert carriers.received() == {letter["id"]: 1 for letter in letters}


def test_two_ticks_at_once_owe_each_letter_once(tmp_path, demonstration):
    with machinery(tmp_path, demonstration, lease=60, pause=0) as carriers:
        first, *others = json.loads(carriers.ask("tick_at_once(5)"))
        assert len(first) == len({tuple(letter) for letter in first}) > 0
        assert others == [first] * 4
        assert set(carriers.received().values()) == {1}
