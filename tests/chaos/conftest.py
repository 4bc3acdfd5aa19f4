import pytest

from tests.chaos.machinery import prepared_database


@pytest.fixture(scope="session")
def database():
    """Of a portal in which nothing goes on."""
    with prepared_database("migrate") as address:
        yield address


@pytest.fixture(scope="session")
def demonstration():
    """Of a portal that takes sign-ups and in which reminders are due."""
    with prepared_database("migrate", "load_demo") as address:
        yield address
