import pytest
from django.utils import translation

from tests.factories import meetings as make
from tests.factories.meetings import NOW


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    # A request leaves its language active in the thread; addresses made by the next test are Polish.
    with translation.override("pl"):
        yield time_machine


@pytest.fixture
def meeting():
    return make.meeting()
