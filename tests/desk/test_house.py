"""What the portal tells programs: robots, icons, monitors."""

import pytest

pytestmark = pytest.mark.django_db


def test_robots_are_kept_from_personal_pages(client):
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "Disallow: /l/\n" in answer.content.decode()
    assert "Disallow: /\n" not in answer.content.decode()


def test_the_icon_is_where_programs_look(client):
    assert client.get("/favicon.ico").headers["Location"].endswith("img/favicon.ico")


def test_monitors_get_no_body_but_its_length(client):
    whole = client.get("/prywatnosc/")
    head = client.head("/prywatnosc/")
    assert head.content == b""
    assert int(head.headers["Content-Length"]) == len(whole.content)
