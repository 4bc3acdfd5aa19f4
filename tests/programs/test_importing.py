"""A Word file on its way to become a version: put up, read once, matched with an earlier version, forgotten."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from programs.actions import (
    ImportIsNotRead,
    ProgramIsClosed,
    VersionOfAnotherProgram,
    decide_rows,
    drop_import,
    forget_imports,
    importing,
    matches_of,
    read_import,
    record_resolution,
    text_of,
    withdraw_resolution,
)
from programs.child import ChildFailed, Limits
from programs.imports.matching import Likeness
from programs.imports.plan import SKIP, Choice
from programs.imports.refusals import Reason
from programs.models import DraftVersion, Purpose, TextImport, Tracked
from programs.models.file import LEASE, TRIES
from programs.models.importing import KEPT
from tests.factories.programs import frozen, program
from tests.programs.imported import AT, DONE, TICK, exported, identities, make, outline, put_up, read, refused, typed
from tests.programs.office.word import deleted, docx, ins, p, r
from tests.programs.texts import par, written

pytestmark = pytest.mark.django_db


# Put up.


def test_a_file_waits_under_a_name_of_our_own(monkeypatch, django_capture_on_commit_callbacks):
    woken = []
    monkeypatch.setattr(importing, "wake", lambda *args: woken.append(args))
    by = User.objects.create_user("drafter@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        waiting = put_up(program(), b"words", name=f"../{'Projekt' * 40}.docx", by=by)
        assert woken == []
    assert woken == [("programs.read_import", waiting.pk)]
    waiting.refresh_from_db()
    assert (waiting.asked_by, waiting.asked_at, waiting.read_at, len(waiting.name)) == (by, AT, None, 200)
    assert "Projekt" not in waiting.file.name
    with default_storage.open(waiting.file.name) as stored:
        assert stored.read() == b"words"


def test_no_text_is_made_of_a_file_that_was_put_up_or_read():
    base = frozen()
    read(put_up(base.program, exported(base), base=base))
    assert base.program.versions.get() == base


def test_a_file_continues_a_version_of_its_program():
    base, other = frozen(), program("2028")
    refused(VersionOfAnotherProgram, lambda: put_up(other, base=base))


def adopted() -> tuple[DraftVersion, object]:
    version = frozen(purpose=Purpose.ADOPTED)
    words = {"number": "1/26", "adopted_on": AT.date(), "by": None, "at": AT}
    return version, record_resolution(version.program, version=version, **words)


def test_a_closed_program_takes_no_file_and_makes_no_version():
    version, resolution = adopted()
    refused(ProgramIsClosed, lambda: put_up(version.program))
    withdraw_resolution(resolution, at=AT)
    waiting = read(put_up(version.program))
    resolution = record_resolution(version.program, version=version, number="1/26", adopted_on=AT.date(), by=None, at=AT)
    refused(ProgramIsClosed, lambda: make(waiting))
    withdraw_resolution(resolution, at=AT)
    assert make(waiting).number == 2


# Read by the worker.


def test_a_file_is_read_once_and_thrown_away(django_capture_on_commit_callbacks):
    waiting = put_up(program())
    name = waiting.file.name
    with django_capture_on_commit_callbacks(execute=True):
        read(waiting)
        assert default_storage.exists(name)
    assert not default_storage.exists(name)
    assert (waiting.file.name, waiting.started_at, waiting.read_at, waiting.tries) == ("", AT, DONE, 1)
    assert [(row.kind, row.label, row.text) for row in text_of(waiting).rows] == [
        ("paragraph", "§ 1.", "Pierwszy."),
        ("paragraph", "§ 2.", "Drugi."),
    ]
    assert read_import(waiting, at=AT + LEASE + TICK, clock=lambda: DONE) is False


@pytest.mark.parametrize(("later", "may"), [(timedelta(0), False), (LEASE, False), (LEASE + TICK, True)])
def test_a_file_that_another_worker_reads_is_taken_up_when_that_one_has_died(later, may):
    waiting = put_up(program())
    TextImport.objects.update(started_at=AT, tries=1)
    assert read_import(waiting, at=AT + later, clock=lambda: DONE) is may


@pytest.mark.parametrize(("tries", "trouble"), [(TRIES - 1, ""), (TRIES, Reason.BROKEN)])
def test_a_file_that_kills_its_workers_is_given_up_in_words(tries, trouble):
    waiting = put_up(program())
    TextImport.objects.update(tries=tries)
    assert read(waiting).trouble == trouble


TRACKED_CHANGES = docx(p("§ 1. Termin: ", raw=deleted("14") + ins(r("21"))))


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"%PDF-1.7 x", Reason.PDF, "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, Reason.OLD_WORD, ".doc"),
        (b"<html>", Reason.NOT_WORD, "Word"),
        (b"PK\x03\x04rubbish", Reason.BROKEN, "uszkodzony"),
        (docx(p("Bez numerów.")), Reason.NO_UNITS, "ponumerowany"),
        (TRACKED_CHANGES, Reason.TRACKED, ": 2."),
        (typed("x" * 20_001), Reason.UNIT_TOO_LONG, "§ 1"),
    ],
    ids=["pdf", "doc", "html", "broken", "no units", "tracked changes", "long unit"],
)
def test_a_file_that_cannot_be_read_says_why_and_is_thrown_away(content, reason, words, django_capture_on_commit_callbacks):
    waiting = put_up(program(), content)
    name = waiting.file.name
    with django_capture_on_commit_callbacks(execute=True):
        read(waiting)
    assert (waiting.trouble, waiting.read_at, waiting.found) == (reason, None, {})
    told = str(Reason(waiting.trouble).label) % {"count": waiting.trouble_count, "place": waiting.trouble_place}
    assert words in told
    assert not default_storage.exists(name)
    assert not TextImport.objects.owed(AT + LEASE + TICK).exists()
    refused(ImportIsNotRead, lambda: make(waiting))


@pytest.mark.parametrize(("tracked", "text"), [(Tracked.ACCEPT, "Termin: 21"), (Tracked.REJECT, "Termin: 14")])
def test_tracked_changes_are_settled_as_the_person_said(tracked, text):
    waiting = read(put_up(program(), TRACKED_CHANGES, tracked=tracked))
    assert ([row.text for row in text_of(waiting).rows], text_of(waiting).insertions) == ([text], 1)


def test_a_child_that_says_more_than_it_may_is_a_file_that_cannot_be_read(monkeypatch, caplog):
    monkeypatch.setattr(importing, "LIMITS", Limits(cpu=60, wall=120, memory=1_500_000_000, output=10))
    assert read(put_up(program())).trouble == Reason.BROKEN
    assert "could not be read" in caplog.text


def test_a_child_that_dies_is_a_file_that_cannot_be_read(monkeypatch):
    def dies(*_args, **_limits):
        raise ChildFailed("Segmentation fault")

    monkeypatch.setattr(importing, "run", dies)
    assert read(put_up(program())).trouble == Reason.BROKEN


def test_a_file_that_is_not_there_any_more_cannot_be_read():
    waiting = put_up(program())
    default_storage.delete(waiting.file.name)
    assert read(waiting).trouble == Reason.BROKEN


def meanwhile(monkeypatch, act) -> None:
    """Something happens while the file is being read."""
    run = importing.run
    monkeypatch.setattr(importing, "run", lambda *args, **limits: (run(*args, **limits), act())[0])


def test_a_file_forgotten_while_it_is_read_does_not_come_back(monkeypatch):
    waiting = put_up(program())
    meanwhile(monkeypatch, lambda: drop_import(waiting))
    assert read_import(TextImport.objects.get(), at=AT, clock=lambda: DONE) is False
    assert not TextImport.objects.exists()


def test_a_worker_taken_for_dead_writes_nothing_over_what_was_decided_meanwhile(monkeypatch):
    waiting = put_up(program())

    def another_worker():
        monkeypatch.undo()
        read(TextImport.objects.get(), at=AT + LEASE + TICK)
        decide_rows(waiting, decided={0: Choice(SKIP, None)})

    meanwhile(monkeypatch, another_worker)
    assert read_import(waiting, at=AT, clock=lambda: DONE + LEASE) is False
    waiting.refresh_from_db()
    assert (waiting.read_at, waiting.decided) == (DONE, {"0": {"kind": SKIP, "provision": ""}})


# Which unit of the earlier version each row is.


def test_rows_are_matched_with_the_version_that_the_file_continues():
    base = written(par("Pierwszy."), par("Termin składania ofert upływa 14 dni od ogłoszenia."), par("Trzeci."))
    content = typed("Zupełnie nowe zdanie.", "Termin składania ofert upływa 21 dni od ogłoszenia.", "Pierwszy.")
    waiting = read(put_up(base.program, content, base=base))
    names = identities(base)
    assert [(match.provision, match.reason) for match in matches_of(waiting)] == [
        (None, None),
        (names["§ 2"], Likeness.SAME_NUMBER),
        (names["§ 1"], Likeness.SAME_WORDS),
    ]


def test_our_own_export_is_known_again():
    base = frozen()
    waiting = read(put_up(base.program, exported(base), base=base))
    reasons = [match.reason for row, match in zip(text_of(waiting).rows, matches_of(waiting), strict=True) if row.kind]
    assert set(reasons) == {Likeness.BOOKMARK}
    version = make(waiting)
    assert (outline(version), identities(version)) == (outline(base), identities(base))


def test_without_an_earlier_version_every_unit_is_new():
    base = frozen()
    waiting = read(put_up(base.program, exported(base)))
    assert {match.provision for match in matches_of(waiting)} == {None}
    version = make(waiting)
    assert outline(version) == outline(base)
    assert not set(identities(version).values()) & set(identities(base).values())


# Forgotten.


def test_a_file_is_forgotten_with_what_was_read(django_capture_on_commit_callbacks):
    waiting, other = put_up(program()), put_up(program("2028"))
    name = waiting.file.name
    with django_capture_on_commit_callbacks(execute=True):
        drop_import(waiting)
    assert (default_storage.exists(name), default_storage.exists(other.file.name)) == (False, True)
    drop_import(waiting)  # twice at once
    assert TextImport.objects.get() == other


@pytest.mark.parametrize("is_read", [True, False])
@pytest.mark.parametrize(("later", "gone"), [(KEPT, 0), (KEPT + TICK, 1)])
def test_a_preview_that_nobody_decides_on_goes_after_a_month(is_read, later, gone):
    waiting = put_up(program())
    if is_read:
        read(waiting)
    assert forget_imports(AT + later) == gone
    assert TextImport.objects.count() == 1 - gone


def test_an_import_that_became_a_version_is_never_forgotten():
    waiting = read(put_up(program()))
    make(waiting)
    assert forget_imports(AT + KEPT * 100) == 0
    assert TextImport.objects.get() == waiting
