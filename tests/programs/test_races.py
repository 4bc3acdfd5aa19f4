"""Writing, renaming and freezing at the same moment, as promised on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from programs.actions import ProgramIsPublished, add_unit, edit_program, freeze_version, start_version
from programs.models import Program, Purpose, checksum
from programs.numbering import Unit
from tests.factories.programs import FROZEN, draft

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def beside(call: Callable[[], object], *, waits: bool) -> "Future[object]":
    """Start a call on a connection of its own; come back when it stands before a lock, or has ended."""

    def run() -> object:
        try:
            return call()
        finally:
            connection.close()

    threads = ThreadPoolExecutor(1)
    answer = threads.submit(run)
    threads.shutdown(wait=False)
    until = monotonic() + 10
    while not answer.done() and not (waits and somebody_waits()) and monotonic() < until:
        sleep(0.01)
    assert answer.done() is not waits
    return answer


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
        return bool(cursor.fetchone()[0])


def rename(program: Program) -> Program:
    kept = {name: getattr(program, name) for name in ("slug", "kind", "first_year", "last_year", "previous")}
    return edit_program(program, title="Inny tytuł", **kept, at=FROZEN)


def test_a_title_does_not_change_while_its_version_is_frozen():
    version = draft()
    with transaction.atomic():
        freeze_version(version, by=None, at=FROZEN)
        renaming = beside(lambda: rename(version.program), waits=True)
    with pytest.raises(ProgramIsPublished):
        renaming.result(10)
    assert Program.objects.get().title != "Inny tytuł"


def test_a_version_is_frozen_with_the_title_that_was_being_saved():
    version = draft()
    with transaction.atomic():
        rename(version.program)
        freezing = beside(lambda: freeze_version(version, by=None, at=FROZEN), waits=True)
    assert freezing.result(10).program.title == "Inny tytuł"


def test_who_freezes_waits_for_who_writes_and_neither_stops_the_other():
    """The writer holds the version and at the end points at the program; the other holds the program and wants the version."""
    version = draft()
    with transaction.atomic():
        unit = add_unit(version, kind=Unit.PARAGRAPH, text="Nowy zapis.", at=FROZEN)
        freezing = beside(lambda: freeze_version(version, by=None, at=FROZEN), waits=True)
    frozen = freezing.result(10)
    assert frozen.sha256 == checksum(frozen.texts.in_reading_order())
    assert unit in frozen.texts.all()


def test_who_copies_a_text_and_who_writes_it_do_not_stop_each_other():
    version = draft()
    with transaction.atomic():
        add_unit(version, kind=Unit.PARAGRAPH, text="Nowy zapis.", at=FROZEN)
        copying = beside(lambda: start_version(version.program, purpose=Purpose.WORKING, based_on=version, at=FROZEN), waits=True)
    assert (copying.result(10).number, version.texts.filter(text="Nowy zapis.").count()) == (2, 1)
