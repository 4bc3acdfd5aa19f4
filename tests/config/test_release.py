"""A release is another one when anything changes that a page is made of."""

import os

import pytest

from config.release import release_of

FILES = [
    "templates/base.html",
    "static/css/site.css",
    "locale/pl/LC_MESSAGES/django.mo",
    "docs/handbook/04-terminy.md",
    "programs/views.py",
    "requirements.txt",
]


@pytest.fixture
def installed(tmp_path):
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, (1, 1))
    return tmp_path


def test_the_same_files_are_the_same_release(installed):
    assert release_of(installed) == release_of(installed)


@pytest.mark.parametrize("name", FILES)
def test_a_later_file_of_the_same_size_makes_another_release(installed, name):
    before = release_of(installed)
    os.utime(installed / name, (2, 2))
    assert release_of(installed) != before


@pytest.mark.parametrize("name", FILES)
def test_a_longer_file_of_the_same_time_makes_another_release(installed, name):
    before = release_of(installed)
    (installed / name).write_text("longer than it was before")
    os.utime(installed / name, (1, 1))
    assert release_of(installed) != before


def test_a_renamed_file_makes_another_release(installed):
    before = release_of(installed)
    (installed / "static/css/site.css").rename(installed / "static/css/page.css")
    assert release_of(installed) != before


def test_what_running_leaves_behind_is_no_release(installed):
    before = release_of(installed)
    (installed / "programs/__pycache__").mkdir()
    (installed / "programs/__pycache__/views.pyc").write_text("compiled")
    (installed / "var").mkdir()
    (installed / "var/demo.sqlite3").write_text("data")
    assert release_of(installed) == before
