"""Whatever dies, a letter is sent once or somebody is told; and proof that this would be seen if it were not so."""

import time

import pytest

from tests.browser.portal import eventually
from tests.chaos.machinery import chaos, machinery

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.redis_server]

# bin/chaos takes 40.
SECONDS = 10
# Two workers are at the same letters within one dialogue.
LEASE, PAUSE = 0.3, 1.5


def test_processes_die_at_random_and_no_letter_is_lost_or_sent_twice(tmp_path, database):
    outcome = chaos(tmp_path, database, seconds=SECONDS, seed=int(time.time()))
    # A letter that was being sent ends in doubt, one that only waited in the dead hand is taken over.
    assert outcome.taken_over + outcome.in_doubt > 0, "nobody died with letters in hand: the run proves nothing"
    assert outcome.is_as_promised, outcome


def test_letters_slower_than_their_leases_come_once(tmp_path, database):
    with machinery(tmp_path, database, lease=LEASE, pause=PAUSE) as carriers:
        carriers.ask("owe(1)")
        carriers.start()
        carriers.settle()
        outcome = carriers.outcome()
    assert outcome.taken_over > 0
    assert (outcome.lost, outcome.twice) == (0, 0)


def test_control_without_the_fence_they_come_twice(tmp_path, database):
    with machinery(tmp_path, database, lease=LEASE, pause=PAUSE) as carriers:
        carriers.ask("owe(1)")
        carriers.start("tests.chaos.unfenced")
        eventually(lambda: max(carriers.received().values(), default=0) > 1, "a letter for the second time")
