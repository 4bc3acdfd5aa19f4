"""How a program ends: what the council may adopt, that it closes the program, and the files that go with it."""

from datetime import date, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction

from accounts.models import User
from programs.actions import (
    AdoptedInTheFuture,
    ProgramIsClosed,
    VersionIsNotAdopted,
    VersionOfAnotherProgram,
    add_attachment,
    correct_resolution,
    freeze_version,
    record_resolution,
    remove_attachment,
    rename_attachment,
    start_version,
    withdraw_resolution,
)
from programs.models import Attachment, AttachmentKind, Purpose, Resolution, Revision
from programs.uploads import FileIsEmpty, FileIsOfNoUse
from tests.factories.programs import FROZEN, draft, frozen, program

pytestmark = pytest.mark.django_db

AT = FROZEN
DAY = AT.date()
WORDS = {"number": "XXXV/900/26", "adopted_on": DAY}


@pytest.fixture
def adopted():
    return frozen(purpose=Purpose.ADOPTED)


def record(version, **more):
    return record_resolution(version.program, version=version, **{**WORDS, "by": None, "at": AT, **more})


def revision():
    return Revision.objects.get(pk=1).number


def refused(refusal, act):
    before = (Resolution.objects.count(), Attachment.objects.count(), list(Resolution.objects.values()))
    with pytest.raises(refusal) as raised:
        act()
    assert raised.value.in_words
    assert (Resolution.objects.count(), Attachment.objects.count(), list(Resolution.objects.values())) == before


def test_a_resolution_says_what_was_adopted_when_and_where_it_was_promulgated(adopted):
    by = User.objects.create_user("coordinator@example.org")
    before = revision()
    resolution = record(adopted, promulgation="Dz. Urz. poz. 1", bip_url="https://bip.example.org/1", by=by)
    resolution.refresh_from_db()
    assert (resolution.program, resolution.version, resolution.number) == (adopted.program, adopted, "XXXV/900/26")
    assert (resolution.adopted_on, resolution.promulgation, resolution.bip_url) == (
        DAY,
        "Dz. Urz. poz. 1",
        "https://bip.example.org/1",
    )
    assert (resolution.recorded_by, resolution.recorded_at, revision()) == (by, AT, before + 1)
    assert adopted.program.is_closed


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose != Purpose.ADOPTED])
def test_only_a_text_meant_to_be_adopted_is_adopted(purpose):
    version = frozen(purpose=purpose)
    refused(VersionIsNotAdopted, lambda: record(version))
    assert not version.program.is_closed


def test_only_a_frozen_text_is_adopted():
    version = draft(purpose=Purpose.ADOPTED)
    refused(VersionIsNotAdopted, lambda: record(version))
    record(freeze_version(version, by=None, at=AT))
    assert version.program.is_closed


def test_a_program_is_closed_by_a_version_of_its_own(adopted):
    refused(VersionOfAnotherProgram, lambda: record_resolution(program("2028"), version=adopted, **WORDS, by=None, at=AT))


def test_a_program_is_adopted_once(adopted):
    record(adopted)
    refused(ProgramIsClosed, lambda: record(adopted, number="XXXVI/901/26"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Resolution.objects.create(program=adopted.program, version=adopted, **WORDS, recorded_at=AT)


@pytest.mark.parametrize(("day", "may"), [(DAY, True), (DAY - timedelta(days=400), True), (DAY + timedelta(days=1), False)])
def test_a_resolution_is_recorded_from_the_day_of_the_session(adopted, day, may):
    if may:
        assert record(adopted, adopted_on=day).adopted_on == day
    else:
        refused(AdoptedInTheFuture, lambda: record(adopted, adopted_on=day))


@pytest.mark.parametrize(("hour", "may"), [(21, False), (22, True)])
def test_the_day_is_that_of_the_office_and_not_of_greenwich(adopted, hour, may):
    """At 22:00 UTC it is the next day in Poland."""
    at, day = AT.replace(hour=hour), DAY + timedelta(days=1)
    if may:
        assert record(adopted, adopted_on=day, at=at).adopted_on == day
    else:
        refused(AdoptedInTheFuture, lambda: record(adopted, adopted_on=day, at=at))


def test_no_version_follows_the_adopted_one(adopted):
    begun = draft(adopted.program)
    record(adopted)
    refused(ProgramIsClosed, lambda: start_version(adopted.program, purpose=Purpose.WORKING, at=AT))
    refused(ProgramIsClosed, lambda: start_version(adopted.program, purpose=Purpose.WORKING, based_on=adopted, at=AT))
    refused(ProgramIsClosed, lambda: freeze_version(begun, by=None, at=AT))
    assert adopted.program.versions.frozen().get() == adopted


def test_another_program_is_not_closed_by_it(adopted):
    record(adopted)
    other = frozen(program("2028"))
    assert start_version(other.program, purpose=Purpose.COUNCIL, based_on=other, at=AT).number == 2


def test_a_slip_in_a_resolution_is_mended_and_what_was_adopted_stays(adopted):
    resolution = record(adopted)
    before = revision()
    words = {
        "number": "XXXV/901/26",
        "adopted_on": date(2026, 9, 1),
        "promulgation": "BIP",
        "bip_url": "https://bip.example.org/2",
    }
    correct_resolution(resolution, **words, at=AT)
    resolution.refresh_from_db()
    assert {name: getattr(resolution, name) for name in words} == words
    assert (resolution.version, resolution.recorded_at, revision()) == (adopted, AT, before + 1)
    refused(AdoptedInTheFuture, lambda: correct_resolution(resolution, **{**words, "adopted_on": DAY + timedelta(days=1)}, at=AT))


def test_a_withdrawn_resolution_opens_the_program_again(adopted):
    resolution = record(adopted)
    before = revision()
    withdraw_resolution(resolution, at=AT)
    assert (adopted.program.is_closed, revision()) == (False, before + 1)
    assert start_version(adopted.program, purpose=Purpose.WORKING, based_on=adopted, at=AT).number == 2
    record(adopted)


def test_what_was_adopted_cannot_be_deleted(adopted):
    record(adopted)
    with pytest.raises(IntegrityError), transaction.atomic():
        adopted.program.delete()
    assert adopted.program.is_closed


# Files that go with a program.


def pdf(name="opinia.pdf", content=b"%PDF-1.7 opinia"):
    return ContentFile(content, name=name)


def attach(to, **more):
    return add_attachment(to, **{"kind": AttachmentKind.OPINION, "title": "Opinia rady", "file": pdf(), "at": AT, **more})


@pytest.mark.parametrize("about_version", [True, False])
def test_an_attachment_is_about_a_version_or_the_whole_program(adopted, about_version):
    record(adopted)
    before = revision()
    attachment = attach(adopted.program, version=adopted if about_version else None)
    attachment.refresh_from_db()
    assert (attachment.version, attachment.program) == (adopted if about_version else None, adopted.program)
    assert (attachment.size, attachment.published_at, attachment.file_type) == (15, AT, "PDF")
    with default_storage.open(attachment.file.name) as stored:
        assert stored.read() == b"%PDF-1.7 opinia"
    assert revision() == before + 1


def test_an_attachment_is_about_a_version_of_its_program(adopted):
    refused(VersionOfAnotherProgram, lambda: attach(adopted.program, version=frozen(program("2028"))))


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (pdf(content=b""), FileIsEmpty),
        (pdf(content=b"MZ"), FileIsOfNoUse),
        (pdf("opinia.exe"), FileIsOfNoUse),
        (pdf("opinia.docx"), FileIsOfNoUse),
        (pdf("opinia"), FileIsOfNoUse),
    ],
)
def test_an_attachment_is_a_file_that_people_can_open(adopted, file, refusal):
    refused(refusal, lambda: attach(adopted.program, file=file))


def test_the_words_about_an_attachment_may_change(adopted):
    attachment = attach(adopted.program)
    before = revision()
    rename_attachment(attachment, kind=AttachmentKind.REASONS, title="Uzasadnienie", at=AT)
    attachment.refresh_from_db()
    assert (attachment.kind, attachment.title, attachment.size, revision()) == ("reasons", "Uzasadnienie", 15, before + 1)


def test_a_removed_attachment_goes_with_its_file_once_it_is_committed(adopted, django_capture_on_commit_callbacks):
    attachment, other = attach(adopted.program), attach(adopted.program)
    name = attachment.file.name
    before = revision()
    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(attachment, at=AT)
        assert default_storage.exists(name)
    assert (default_storage.exists(name), default_storage.exists(other.file.name)) == (False, True)
    assert (list(Attachment.objects.all()), revision()) == ([other], before + 1)
