"""What the public reads of the register."""

import pytest

from desk.privacy.register import REGISTER
from desk.privacy.told import purposes

pytestmark = pytest.mark.django_db


def test_the_page_names_every_line(client):
    page = client.get("/prywatnosc/").content.decode()
    assert page.count('<th scope="row">') == len(REGISTER)


def test_each_purpose_stands_once():
    told = [(str(purpose.why), str(purpose.basis)) for purpose in purposes()]
    assert len(told) == len(set(told)) > 1


def test_how_long_is_what_the_office_has_set(settings):
    settings.RETENTION_DAYS = {**settings.RETENTION_DAYS, "needs": 21}
    long = [str(line.long) for purpose in purposes() for line in purpose.lines]
    assert any("21 " in words for words in long)
    assert all(long)
