"""Files of versions: asked for once, made once, kept with their hash; called off, given up and taken up again."""

import hashlib
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from programs.actions import (
    TROUBLES,
    NothingChanged,
    ask_for_file,
    drop_old_proofs,
    freeze_version,
    make_file,
    making,
    start_version,
    stop_file,
    try_file_again,
)
from programs.child import ChildFailed, ChildTooLarge, ChildTooLong
from programs.models import FileFormat, Purpose, Revision, VersionFile, source_of
from programs.models.file import LEASE, TRIES
from tests.factories.programs import FROZEN, draft, frozen, paragraphs, program, reword, unit
from tests.programs.press import Press

pytestmark = pytest.mark.django_db

AT = FROZEN
TICK = timedelta(microseconds=1)
DONE = AT + timedelta(seconds=7)
FORMATS = list(FileFormat)
REDLINES = [FileFormat.PDF, FileFormat.DOCX]


@pytest.fixture(autouse=True)
def press(monkeypatch):
    return Press(monkeypatch)


@pytest.fixture
def woken(monkeypatch):
    woken = []
    monkeypatch.setattr(making, "wake", lambda *args: woken.append(args))
    return woken


def ask(version, file_format=FileFormat.PDF, **more):
    return ask_for_file(version, file_format, **{"at": AT, **more})


def make(file, at=AT):
    return make_file(file, at=at, clock=lambda: DONE)


def content(file):
    with default_storage.open(file.file.name) as stored:
        return stored.read()


def two_versions():
    base = frozen(units=paragraphs(2))
    version = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=AT)
    reword(unit(version, "§ 2"), text="Inna.")
    return base, version


@pytest.mark.parametrize("file_format", FORMATS)
def test_asking_twice_is_asking_once(file_format):
    version = draft()
    by = User.objects.create_user("drafter@example.org")
    first = ask(version, file_format, by=by)
    assert ask(version, file_format, at=AT + LEASE) == first
    first.refresh_from_db()
    assert (first.asked_at, first.asked_by, first.is_ready, first.source) == (AT, by, False, source_of(version, at=AT))


def test_asking_for_a_file_that_freezing_asked_for_asks_for_nothing_more():
    version = frozen()
    assert {ask(version, each, at=AT + LEASE) for each in FORMATS} == set(version.files.filter(asked_at=AT))


def test_each_format_and_each_pair_of_versions_is_a_file_of_its_own():
    base, version = two_versions()
    asked = [ask(version, each) for each in FORMATS] + [ask(version, each, base=base) for each in REDLINES]
    assert len({file.pk for file in asked}) == 5
    assert ask(version, FileFormat.PDF, base=base) == asked[3]


def test_the_worker_is_woken_once_it_is_committed(woken, django_capture_on_commit_callbacks):
    version = draft()
    with django_capture_on_commit_callbacks(execute=True):
        file = ask(version)
        assert woken == []
    assert woken == [("programs.make_file", file.pk)]


def test_nobody_is_woken_for_a_file_that_is_there(woken, django_capture_on_commit_callbacks):
    file = ask(frozen())
    make(file)
    with django_capture_on_commit_callbacks(execute=True):
        assert ask(file.version) == file
    assert woken == []


def test_changes_are_shown_between_two_versions_of_one_program():
    version, other = draft(), draft(program("2028"))
    for base in (version, other):
        with pytest.raises(NothingChanged) as refused:
            ask(version, base=base)
        assert refused.value.in_words
    assert not VersionFile.objects.exists()


def test_an_unfrozen_text_that_has_changed_needs_another_file():
    version = draft()
    first = ask(version)
    words = unit(version, "§ 1").text
    reword(unit(version, "§ 1"), text="Inna.")
    second = ask(version)
    assert second != first
    reword(unit(version, "§ 1"), text=words)
    assert ask(version) == first


def test_changes_since_an_unfrozen_text_that_has_changed_need_another_file():
    base = draft(units=paragraphs(2))
    version = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=AT)
    first = ask(version, base=base)
    reword(unit(base, "§ 1"), text="Inna.")
    assert ask(version, base=base) != first


def test_a_proof_does_not_become_the_file_of_the_frozen_text():
    """The words are the same, but each page of a proof says that it is one."""
    version = draft()
    proof = ask(version)
    make(proof)
    version = freeze_version(version, by=None, at=AT)
    file = ask(version)
    assert (file == proof, file.is_ready) == (False, False)
    make(file)
    assert (content(proof)[:11], content(file)[:10]) == (b"pdf [False]", b"pdf [True]")
    assert (proof.is_of_frozen_words(AT), file.is_of_frozen_words(AT)) == (False, True)


def test_freezing_asks_for_every_format():
    version = frozen()
    assert {(file.format, file.base, file.source) for file in version.files.all()} == {
        (file_format, None, version.sha256) for file_format in ("pdf", "docx", "txt")
    }


@pytest.mark.parametrize(("file_format", "pages"), [("pdf", 3), ("docx", None), ("txt", None)])
def test_a_file_is_kept_with_its_hash_size_and_pages(file_format, pages):
    version = frozen(units=paragraphs(2))
    before = Revision.objects.get(pk=1).number
    file = ask(version, FileFormat(file_format))
    assert make(file)
    file.refresh_from_db()
    made = content(file)
    assert made == f"{file_format} [True] ['Treść numer 1.', 'Treść numer 2.']".encode()
    assert (file.sha256, file.size, file.pages) == (hashlib.sha256(made).hexdigest(), len(made), pages)
    assert (file.started_at, file.made_at, file.progress, file.tries) == (AT, DONE, 100, 1)
    assert VersionFile.objects.ready().get() == file
    assert Revision.objects.get(pk=1).number == before + 1


@pytest.mark.parametrize("file_format", REDLINES)
def test_changes_are_made_from_the_earlier_version_to_the_later(file_format):
    base, version = two_versions()
    file = ask(version, file_format, base=base)
    assert make(file)
    assert (
        content(file)
        .decode()
        .startswith(f"{file_format} [True, False] ['Treść numer 1.', 'Treść numer 2.', 'Treść numer 1.', 'Inna.']")
    )


def test_a_made_file_is_not_made_again(press):
    file = ask(frozen())
    assert [make(file), make(file), make(file, AT + LEASE + TICK)] == [True, False, False]
    assert press.printed == ["pdf"]


def test_how_far_it_is_can_be_seen_while_it_is_made(press):
    file = ask(draft())
    seen = []
    press.on_the_way = lambda: seen.append(VersionFile.objects.get(pk=file.pk).progress)
    make(file)
    assert seen == [40]


def test_a_file_that_nobody_began_is_called_off(press):
    file = ask(draft())
    assert stop_file(file, at=AT)
    assert make(file, AT + LEASE + TICK) is False
    file.refresh_from_db()
    assert (press.printed, file.stopped_at, file.trouble, file.is_ready) == ([], AT, "", False)
    assert stop_file(file, at=DONE) is False


def test_a_file_that_is_being_made_is_called_off(press):
    file = ask(draft())
    press.on_the_way = lambda: stop_file(file, at=AT)
    assert make(file) is False
    file.refresh_from_db()
    assert (file.stopped_at, file.trouble, file.is_ready, bool(file.file)) == (AT, "", False, False)


def test_a_file_called_off_at_the_last_moment_is_not_kept(press):
    file = ask(draft(), FileFormat.TEXT)
    press.on_the_way = lambda: stop_file(file, at=AT)  # plain text does not ask whether anybody called it off
    assert make(file) is False
    file.refresh_from_db()
    assert (press.printed, file.stopped_at, file.is_ready, bool(file.file)) == (["txt"], AT, False, False)


def test_it_is_too_late_to_call_off_a_file_that_is_made():
    file = ask(draft())
    make(file)
    assert stop_file(file, at=DONE) is False
    file.refresh_from_db()
    assert (file.is_ready, file.stopped_at) == (True, None)


def test_a_file_called_off_is_made_when_somebody_asks_again(woken, django_capture_on_commit_callbacks):
    file = ask(draft())
    make(file, AT - LEASE)
    stopped = ask(draft(program("2028")))
    stop_file(stopped, at=AT)
    with django_capture_on_commit_callbacks(execute=True):
        try_file_again(file, at=DONE)  # it is made: nothing to try
        try_file_again(stopped, at=DONE)
        try_file_again(stopped, at=DONE + LEASE)  # asked for already
    stopped.refresh_from_db()
    assert (woken, stopped.asked_at) == ([("programs.make_file", stopped.pk)], DONE)
    assert make(stopped, DONE)


@pytest.mark.parametrize(("failure", "code"), [(ChildTooLong, "too_long"), (ChildTooLarge, "too_large"), (ChildFailed, "failed")])
def test_what_could_not_be_made_says_why_and_waits_for_a_person(press, failure, code, caplog):
    file = ask(frozen())

    def fail():
        raise failure("no paper")

    press.on_the_way = fail
    assert make(file) is False
    file.refresh_from_db()
    assert (file.trouble, file.stopped_at, file.is_ready, file.sha256) == (code, DONE, False, "")
    assert str(TROUBLES[code])
    assert "no paper" in caplog.text
    assert make(file, AT + LEASE + TICK) is False
    assert ask(file.version) == file
    press.on_the_way = lambda: None
    try_file_again(file, at=DONE)
    assert make(file, DONE)
    file.refresh_from_db()
    assert (file.trouble, file.stopped_at, file.is_ready, file.tries) == ("", None, True, 1)


def test_a_child_that_fails_after_it_was_called_off_is_no_trouble(press):
    file = ask(draft())

    def fail():
        stop_file(file, at=AT)
        raise ChildFailed("killed")

    press.on_the_way = fail
    make(file)
    file.refresh_from_db()
    assert (file.stopped_at, file.trouble) == (AT, "")


class WorkerDied(BaseException):
    """The process is gone: nothing that would come after runs."""


@pytest.fixture
def dies(press):
    def die():
        raise WorkerDied

    press.on_the_way = die

    def made_by_one_that_dies(file, at):
        with pytest.raises(WorkerDied):
            make(file, at)

    return made_by_one_that_dies


def test_a_dead_worker_s_file_is_taken_up_after_the_lease_and_not_before(dies, press):
    file = ask(frozen())
    dies(file, AT)
    press.on_the_way = lambda: None
    assert (make(file, AT), make(file, AT + LEASE)) == (False, False)
    assert list(VersionFile.objects.owed(AT + LEASE).filter(pk=file.pk)) == []
    assert list(VersionFile.objects.owed(AT + LEASE + TICK).filter(pk=file.pk)) == [file]
    assert make(file, AT + LEASE + TICK)
    file.refresh_from_db()
    assert (file.tries, file.is_ready) == (2, True)


def test_a_file_that_kills_its_workers_is_given_up_and_people_are_told(dies, press):
    file = ask(frozen())
    moments = [AT + attempt * (LEASE + TICK) for attempt in range(TRIES + 1)]
    for at in moments[:-1]:
        dies(file, at)
    press.on_the_way = lambda: None
    assert make(file, moments[-1]) is False
    file.refresh_from_db()
    assert (len(press.printed), file.trouble, file.is_ready) == (TRIES, "failed", False)
    assert not VersionFile.objects.owed(moments[-1] + LEASE + TICK).filter(pk=file.pk).exists()
    try_file_again(file, at=moments[-1])
    assert make(file, moments[-1])


def test_a_worker_taken_for_dead_keeps_nothing_over_the_file_of_the_other(press):
    file = ask(frozen())
    inner = []

    def another():
        if not inner:
            inner.append(None)
            inner.append(make(VersionFile.objects.get(pk=file.pk), AT + LEASE + TICK))

    press.on_the_way = another
    assert (make(file), inner[1]) == (False, True)
    file.refresh_from_db()
    assert (file.tries, file.started_at, file.is_ready) == (2, AT + LEASE + TICK, True)
    assert [name for name in default_storage.listdir("programs/2027")[1] if name.endswith("pdf")] == [
        file.file.name.rpartition("/")[2]
    ]


def test_a_worker_taken_for_dead_that_fails_does_not_stop_the_other(press):
    file = ask(frozen())
    inner = []

    def fail_while_another_works():
        if inner:
            return
        inner.append(VersionFile.objects.owed(AT + LEASE + TICK).filter(pk=file.pk).update(started_at=AT + LEASE + TICK))
        raise ChildFailed("late")

    press.on_the_way = fail_while_another_works
    make(file)
    file.refresh_from_db()
    assert (inner, file.stopped_at, file.trouble) == ([1], None, "")


def test_proofs_are_dropped_after_a_day_and_files_of_frozen_texts_never(django_capture_on_commit_callbacks):
    base, version = two_versions()
    kept = [*base.files.all()]
    proofs = [ask(version), ask(version, FileFormat.TEXT), ask(version, base=base)]
    unmade = ask(version, FileFormat.DOCX)
    for file in [*kept, *proofs]:
        make(file)
        file.refresh_from_db()
    names = [file.file.name for file in proofs]
    day = timedelta(days=1)
    assert drop_old_proofs(AT + day) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert drop_old_proofs(AT + day + TICK) == 4
        assert all(map(default_storage.exists, names))
    assert not any(map(default_storage.exists, names))
    assert not VersionFile.objects.filter(pk__in=[unmade.pk, *(file.pk for file in proofs)]).exists()
    assert drop_old_proofs(AT + 1000 * day) == 0
    assert set(VersionFile.objects.all()) == set(kept)
    assert all(default_storage.exists(file.file.name) for file in kept)


def test_changes_between_frozen_texts_are_kept_and_from_an_unfrozen_one_dropped():
    base, version = two_versions()
    proof = ask(version, base=base)
    version = freeze_version(version, by=None, at=AT)
    file = ask(version, base=base)
    unfrozen = start_version(base.program, purpose=Purpose.COUNCIL, based_on=version, at=AT)
    backwards = ask(version, base=unfrozen)
    assert drop_old_proofs(AT + timedelta(days=2)) == 2
    left = VersionFile.objects.exclude(base=None)
    assert (list(left), proof in left, backwards in left) == ([file], False, False)


def test_a_proof_is_never_of_other_words_than_were_asked_for():
    version = draft(units=paragraphs(2))
    first = unit(version, "§ 1")
    file = ask_for_file(version, FileFormat.TEXT, at=AT)
    reword(first, text="Inne słowa.")
    assert not make_file(file, at=AT, clock=lambda: DONE)
    reword(first, text=first.text)
    again = ask_for_file(version, FileFormat.TEXT, at=AT)
    assert (again.is_ready, again.trouble) == (False, "changed")
