"""Lists entered while others enter the same organizations. Promised on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.files.base import ContentFile
from django.db import connection

from accounts.actions import enter_organization
from accounts.contacts.entering import enter_contacts, put_up_contacts
from accounts.models import ContactImport, Organization
from accounts.roles import Role
from tests.factories.accounts import NOW, person

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
AT_ONCE, ROWS = 4, 200


def at_once(*verbs):
    """Everybody begins at the same moment; what each was told, or what was raised."""
    start = Barrier(len(verbs))

    def press(verb):
        try:
            start.wait(30)
            return verb()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return list(pool.map(press, verbs))


def put_up(by):
    lines = "".join(f"Klub {n};klub{n}@example.org;{n}\n" for n in range(1, ROWS + 1))
    return put_up_contacts(ContentFile(f"nazwa;e-mail;KRS\n{lines}".encode(), name="a.csv"), by=by, at=NOW)


def test_the_same_rows_entered_by_several_at_once_are_entered_once():
    by = person("coordinator@example.org", Role.COORDINATOR)
    one, two = put_up(by), put_up(by)
    done = at_once(*(lambda made=made: enter_contacts(made, by=by, at=NOW) for made in (one, one, two, two)))
    assert sorted(done) == [(0, 0), (0, 0), (0, 0), (ROWS, 0)]
    assert Organization.objects.count() == ROWS
    assert [made.rows for made in ContactImport.objects.all()] == [[], []]


def test_visitors_who_enter_the_same_organizations_meanwhile_double_none():
    by = person("coordinator@example.org", Role.COORDINATOR)
    made = put_up(by)

    def visits(begins):
        return lambda: [enter_organization(f"Gość {n}", number=f"{n:010}", at=NOW).pk for n in range(begins, ROWS + 1, 3)]

    done = at_once(lambda: enter_contacts(made, by=by, at=NOW), *(visits(n) for n in (1, 2, 3)))
    assert [one for one in done if isinstance(one, Exception)] == []
    assert Organization.objects.count() == ROWS
    assert Organization.objects.invitable().count() == ROWS
