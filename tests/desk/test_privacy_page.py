"""What the public reads of the register."""

import pytest

from desk.privacy.register import REGISTER
from desk.privacy.told import lines

pytestmark = pytest.mark.django_db


def test_the_page_names_every_line(client):
    page = client.get("/prywatnosc/").content.decode()
    assert page.count('<li class="matter">') == len(REGISTER)


def test_how_long_is_what_the_office_has_set(settings):
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "needs": 21}
    assert any("21 " in str(line.long) for line in lines())
    assert all(str(line.long) for line in lines())
