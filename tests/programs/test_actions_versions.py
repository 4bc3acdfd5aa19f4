import hashlib

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from programs.actions import (
    ProgramIsPublished,
    VersionHasNoText,
    VersionIsFrozen,
    VersionOfAnotherProgram,
    edit_program,
    edit_unit,
    freeze_version,
    make_file,
    making,
    set_purpose,
    start_version,
)
from programs.models import DraftVersion, Program, Purpose, Revision, checksum
from tests.factories.programs import FROZEN, WRITTEN, draft, frozen, program, unit

pytestmark = pytest.mark.django_db


def words(of: Program, **changed):
    kept = {name: getattr(of, name) for name in ("title", "slug", "kind", "first_year", "last_year", "previous")}
    return {**kept, **changed, "at": FROZEN}


def places(version):
    return [
        (text.provision_id, text.parent and text.parent.provision_id, text.citation, text.heading, text.text, text.cells)
        for text in version.texts.in_reading_order().select_related("parent")
    ]


def revision():
    return Revision.objects.get(pk=1).number if Revision.objects.exists() else 0


def test_versions_are_numbered_within_their_program():
    first, other = program(), program("2028")
    numbers = [start_version(each, purpose=Purpose.WORKING, at=WRITTEN).number for each in (first, other, first, first)]
    assert numbers == [1, 1, 2, 3]


def test_a_version_remembers_who_began_it():
    user = User.objects.create_user("drafter@example.org")
    begun = start_version(program(), purpose=Purpose.WORKING, by=user, at=WRITTEN)
    assert (begun.created_by, begun.created_at, begun.texts.count()) == (user, WRITTEN, 0)


def test_a_new_version_copies_the_text_and_keeps_the_identities():
    base = frozen()
    copy = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=FROZEN)
    assert (copy.number, copy.based_on, copy.is_frozen) == (2, base, False)
    assert places(copy) == places(base)
    assert not set(copy.texts.values_list("pk", flat=True)) & set(base.texts.values_list("pk", flat=True))


def test_a_change_of_the_copy_leaves_the_frozen_text_alone():
    base = frozen()
    before = places(base)
    copy = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=FROZEN)
    edit_unit(unit(copy, "§ 1"), heading="", text="Po uwagach.", at=FROZEN)
    assert places(base) == before
    assert checksum(base.texts.in_reading_order()) == base.sha256


def test_a_version_is_based_only_on_one_of_its_own_program():
    with pytest.raises(VersionOfAnotherProgram):
        start_version(program("2028"), purpose=Purpose.WORKING, based_on=draft(), at=WRITTEN)
    assert DraftVersion.objects.count() == 1


def test_freezing_says_when_and_by_whom_and_what():
    user = User.objects.create_user("drafter@example.org")
    version = freeze_version(draft(), by=user, at=FROZEN)
    version.refresh_from_db()
    assert (version.frozen_at, version.frozen_by, version.is_frozen) == (FROZEN, user, True)
    assert version.sha256 == checksum(version.texts.in_reading_order())


def test_the_checksum_changes_with_every_part_of_the_text():
    version = draft()
    texts = list(version.texts.in_reading_order())
    sums = {checksum(texts), checksum(texts[1:]), checksum([texts[1], texts[0], *texts[2:]])}
    for name, value in (
        ("text", "x"),
        ("heading", "x"),
        ("kind", "point"),
        ("label", "x"),
        ("cells", [["x"]]),
        ("parent_id", None),
    ):
        changed = list(version.texts.in_reading_order())
        setattr(changed[5], name, value)
        sums.add(checksum(changed))
    assert len(sums) == 9


def test_freezing_wakes_the_worker_for_each_format_once_it_is_committed(django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr(making, "wake", lambda *args: woken.append(args))
    version = draft()
    with django_capture_on_commit_callbacks(execute=True):
        freeze_version(version, by=None, at=FROZEN)
        assert woken == []
    assert sorted(woken) == sorted(("programs.make_file", file.pk) for file in version.files.all())
    assert len(woken) == 3


def test_freezing_is_seen_by_the_public():
    version = draft()
    before = revision()
    freeze_version(version, by=None, at=FROZEN)
    assert revision() == before + 1


def test_a_frozen_version_is_not_frozen_again():
    version = frozen()
    with pytest.raises(VersionIsFrozen):
        freeze_version(version, by=None, at=FROZEN)


def test_an_empty_version_is_not_frozen():
    version = start_version(program(), purpose=Purpose.CONSULTATION, at=WRITTEN)
    with pytest.raises(VersionHasNoText):
        freeze_version(version, by=None, at=FROZEN)
    version.refresh_from_db()
    assert (version.is_frozen, version.files.count()) == (False, 0)


def test_the_purpose_of_an_unfrozen_version_may_change():
    assert set_purpose(draft(), purpose=Purpose.COUNCIL, at=WRITTEN).purpose == Purpose.COUNCIL


@pytest.mark.parametrize(
    ("make", "purpose", "public"),
    [(frozen, Purpose.CONSULTATION, True), (frozen, Purpose.WORKING, False), (draft, Purpose.CONSULTATION, False)],
)
def test_the_public_reads_what_is_frozen_for_somebody_outside(make, purpose, public):
    version = make(purpose=purpose)
    assert DraftVersion.objects.public().filter(pk=version.pk).exists() is public
    assert version.is_public is public


def test_remarks_are_made_on_the_newest_version_put_to_consultation():
    of = program()
    frozen(of)
    second = frozen(of)
    frozen(of, purpose=Purpose.AFTER)
    draft(of)
    assert of.version_for_remarks() == second


@pytest.mark.parametrize("changed", [{"title": "Inny"}, {"slug": "2027-b"}, {"first_year": 2028, "last_year": 2028}])
def test_a_program_with_a_frozen_version_keeps_its_title_years_and_address(changed):
    of = program()
    edit_program(of, **words(of, **changed))
    edit_program(of, **words(of))
    frozen(of)
    with pytest.raises(ProgramIsPublished):
        edit_program(of, **words(of, **changed))
    of.refresh_from_db()
    assert of.slug == "2027"


def test_a_program_with_a_frozen_version_may_still_name_the_previous_one():
    of, last_year = program(), program("2026")
    frozen(of)
    assert edit_program(of, **words(of, previous=last_year)).previous == last_year


def test_the_worker_makes_the_files_of_a_frozen_version_and_would_make_the_same_again():
    version = frozen()

    def made():
        for file in version.files.all():
            make_file(file, at=FROZEN, clock=lambda: FROZEN)
        return {file.format: (file.sha256, file.size) for file in version.files.ready()}

    first = made()
    beginnings = {}
    for file in version.files.all():
        with default_storage.open(file.file.name) as stored:
            content = stored.read()
        assert first[file.format] == (hashlib.sha256(content).hexdigest(), len(content))
        beginnings[file.format] = content[:4]
    assert beginnings == {"pdf": b"%PDF", "docx": b"PK\x03\x04", "txt": b"Prog"}
    version.files.update(made_at=None, sha256="", started_at=None)
    assert made() == first
