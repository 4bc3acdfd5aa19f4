"""Writing, cutting, renaming, freezing and printing at the same moment, as promised on PostgreSQL; with controls, which show
what would happen if nobody held anything."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic, sleep

import pytest
from django.db import connection, transaction
from django.db.models import Q

from programs.actions import (
    ProgramIsClosed,
    ProgramIsPublished,
    UnitHasChanged,
    add_unit,
    ask_for_file,
    edit_program,
    edit_unit,
    freeze_version,
    indent_unit,
    make_file,
    making,
    record_resolution,
    reshaping,
    shift_unit,
    split_unit,
    start_version,
    stop_file,
)
from programs.exports import plain
from programs.models import DraftVersion, FileFormat, Program, ProvisionText, Purpose, VersionFile, checksum
from programs.numbering import Unit
from tests.factories.programs import FROZEN, draft, frozen, program, unit
from tests.programs.texts import lineage, outline, par, seen_pair, written

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def beside(call: Callable[[], object], *, waits: bool) -> "Future[object]":
    """Start a call on a connection of its own; come back when it stands before a lock, or has ended."""
    answer = started(call)
    until = monotonic() + 10
    while not answer.done() and not (waits and somebody_waits()) and monotonic() < until:
        sleep(0.01)
    assert answer.done() is not waits
    return answer


def started(call: Callable[[], object]) -> "Future[object]":
    def run() -> object:
        try:
            return call()
        finally:
            connection.close()

    threads = ThreadPoolExecutor(1)
    answer = threads.submit(run)
    threads.shutdown(wait=False)
    return answer


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        # Within a transaction the first answer would stand until its end, and each look too early would cost all ten seconds.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
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


# Two people at one unit. Each has the whole of it before them.


def cut(text: ProvisionText, *parts: str) -> Callable[[], object]:
    seen = text.fingerprint()
    return lambda: split_unit(text, parts=parts, seen=seen, at=FROZEN)


def test_of_two_people_who_split_one_unit_the_second_is_told_and_nothing_is_there_twice():
    version = written(par("a b c"), par("d"))
    first, second = cut(unit(version, "§ 1"), "a", "b c"), cut(unit(version, "§ 1"), "a b", "c")
    with transaction.atomic():
        first()
        splitting = beside(second, waits=True)
    with pytest.raises(UnitHasChanged):
        splitting.result(10)
    assert outline(version) == ["§ 1 a", "§ 2 b c", "§ 3 d"]
    assert len(lineage(version)) == 1


def test_control_when_nobody_holds_the_version_words_are_there_twice(monkeypatch):
    monkeypatch.setattr(reshaping, "lock_unfrozen", lambda version: DraftVersion.objects.get(pk=version.pk))
    version = written(par("a b c"), par("d"))
    first, second = cut(unit(version, "§ 1"), "a", "b c"), cut(unit(version, "§ 1"), "a b", "c")
    with transaction.atomic():
        first()
        splitting = beside(second, waits=True)
    splitting.result(10)
    assert sorted(version.texts.values_list("text", flat=True)) == ["a b", "b c", "c", "d"]


@pytest.mark.parametrize(
    ("looks", "left"),
    [(True, ["§ 1 a", "§ 2 b"]), (False, ["§ 1 a b, i więcej", "§ 2 b"])],
    ids=["promise", "control"],
)
def test_who_edits_what_another_splits_is_told_if_they_say_what_they_saw(looks, left):
    version = written(par("a b"))
    text = unit(version, "§ 1")
    seen = text.fingerprint() if looks else None
    with transaction.atomic():
        cut(text, "a", "b")()
        editing = beside(lambda: edit_unit(text, heading="", text="a b, i więcej", seen=seen, at=FROZEN), waits=True)
    if looks:
        with pytest.raises(UnitHasChanged):
            editing.result(10)
    else:
        editing.result(10)
    assert outline(version) == left


def test_who_joins_what_another_edits_is_told():
    version = written(par("a"), par("b"))
    seen, first, second = seen_pair(version, "§ 1", "§ 2"), unit(version, "§ 1"), unit(version, "§ 2")
    with transaction.atomic():
        edit_unit(second, heading="", text="c", at=FROZEN)
        joining = beside(lambda: reshaping.merge_unit(first, seen=seen, at=FROZEN), waits=True)
    with pytest.raises(UnitHasChanged):
        joining.result(10)
    assert outline(version) == ["§ 1 a", "§ 2 c"]


def test_two_people_who_move_units_leave_a_text_in_order():
    version = written(par("a"), par("b"), par("c"))
    second, third = unit(version, "§ 2"), unit(version, "§ 3")
    with transaction.atomic():
        shift_unit(second, down=False, at=FROZEN)
        indenting = beside(lambda: indent_unit(third, at=FROZEN), waits=True)
    assert indenting.result(10).citation == "§ 2 ust. 1"
    assert outline(version) == ["§ 1 b", "§ 2 a", "§ 2 ust. 1 c"]


def test_a_text_that_is_being_split_is_frozen_whole():
    version = written(par("a b"))
    with transaction.atomic():
        cut(unit(version, "§ 1"), "a", "b")()
        freezing = beside(lambda: freeze_version(version, by=None, at=FROZEN), waits=True)
    assert freezing.result(10).sha256 == checksum(version.texts.in_reading_order())
    assert outline(version) == ["§ 1 a", "§ 2 b"]


def test_no_version_follows_a_resolution_that_was_being_recorded():
    version = frozen(purpose=Purpose.ADOPTED)
    with transaction.atomic():
        record_resolution(version.program, version=version, number="I/1/27", adopted_on=FROZEN.date(), by=None, at=FROZEN)
        starting = beside(lambda: start_version(version.program, purpose=Purpose.WORKING, at=FROZEN), waits=True)
    with pytest.raises(ProgramIsClosed):
        starting.result(10)
    assert version.program.versions.count() == 1


# Files.

AT_ONCE = 3


def at_once(call: Callable[[], object]) -> list[object]:
    """What a call returns to each of those who make it at the same moment, each on a connection of their own."""
    start = Barrier(AT_ONCE)

    def run(_number: int) -> object:
        try:
            start.wait(10)
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(run, range(AT_ONCE)))


def test_those_who_ask_for_a_file_at_once_ask_for_one():
    version = draft()
    with transaction.atomic():
        first = ask_for_file(version, FileFormat.TEXT, at=FROZEN)
        asking = beside(lambda: ask_for_file(version, FileFormat.TEXT, at=FROZEN), waits=True)
    assert asking.result(10) == first
    other = draft(program("2028"))
    assert len({file.pk for file in at_once(lambda: ask_for_file(other, FileFormat.TEXT, base=None, at=FROZEN))}) == 1
    assert VersionFile.objects.count() == 2


@pytest.mark.parametrize("claims", [True, False], ids=["promise", "control"])
def test_of_workers_who_come_at_once_one_makes_the_file(monkeypatch, claims):
    printed: list[DraftVersion] = []
    answers: list[bool] = []

    def printer(version):
        """Takes until another prints too, or all others have been told that they may not."""
        printed.append(version)
        until = monotonic() + 30
        while len(printed) == 1 and len(answers) < AT_ONCE - 1 and monotonic() < until:
            sleep(0.01)
        return b"text"

    monkeypatch.setattr(plain, "version_text", printer)
    if not claims:
        monkeypatch.setattr(making, "owed", lambda at: Q(made_at=None))
    file = ask_for_file(draft(), FileFormat.TEXT, at=FROZEN)
    at_once(lambda: answers.append(make_file(VersionFile.objects.get(pk=file.pk), at=FROZEN, clock=lambda: FROZEN)))
    assert (len(printed) == 1) is claims
    # Even then only one is kept.
    assert sorted(answers) == [False] * (AT_ONCE - 1) + [True]
    file.refresh_from_db()
    assert (file.is_ready, file.tries == 1) == (True, claims)


def test_a_file_that_is_called_off_while_it_is_stored_is_not_kept(monkeypatch):
    began, go_on = Event(), Event()

    def printer(version):
        began.set()
        assert go_on.wait(10)
        return b"text"

    monkeypatch.setattr(plain, "version_text", printer)
    file = ask_for_file(draft(), FileFormat.TEXT, at=FROZEN)
    making = started(lambda: make_file(VersionFile.objects.get(pk=file.pk), at=FROZEN, clock=lambda: FROZEN))
    assert began.wait(10)
    with transaction.atomic():
        assert stop_file(file, at=FROZEN)
        go_on.set()
        while not making.done() and not somebody_waits():
            sleep(0.01)
        assert not making.done()
    assert making.result(10) is False
    file.refresh_from_db()
    assert (file.stopped_at, file.is_ready) == (FROZEN, False)


def test_who_writes_past_the_verbs_is_waited_for_by_who_freezes():
    version = draft()
    with transaction.atomic():
        version.texts.filter(citation="§ 1").update(text="Zmienione poza czasownikami.")
        freezing = beside(lambda: freeze_version(version, by=None, at=FROZEN), waits=True)
    assert freezing.result(10).sha256 == checksum(version.texts.in_reading_order())
