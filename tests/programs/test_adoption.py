"""Resolutions and attachments at the desk: what the verbs refuse is said on the form, and nothing of it is saved."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.timezone import localdate

from programs.actions import (
    AdoptedInTheFuture,
    ProgramIsClosed,
    VersionIsNotAdopted,
    VersionOfAnotherProgram,
)
from programs.models import Attachment, Purpose, Resolution
from programs.uploads import FileIsOfNoUse
from tests.factories.programs import draft, frozen, program
from tests.programs.desk import at_desk, attached, recorded, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter(client):
    return at_desk(client)


@pytest.fixture
def adopted():
    return frozen(purpose=Purpose.ADOPTED)


def at(name, *pk):
    return reverse(f"admin:programs_{name}", args=pk)


def errors(response):
    form = response.context["adminform"].form
    return {name: [str(error) for error in said] for name, said in form.errors.items()}


# The resolution.


def words(version, **changed):
    day = localdate()
    return {"program": version.program_id, "version": version.pk, "number": "1/26", "adopted_on": f"{day:%Y-%m-%d}", **changed}


def test_a_resolution_is_recorded_and_closes_the_program(drafter, adopted):
    data = words(adopted, promulgation="Dz. Urz. poz. 7", bip_url="https://bip.example.org/7")
    drafter.post(at("resolution_add"), data)
    resolution = Resolution.objects.get()
    assert (resolution.version, resolution.number, resolution.promulgation) == (adopted, "1/26", "Dz. Urz. poz. 7")
    assert (resolution.recorded_by.is_staff, adopted.program.is_closed) == (True, True)


@pytest.mark.parametrize(("days", "may"), [(0, True), (-30, True), (1, False)])
def test_the_day_of_the_session_is_today_or_earlier(drafter, adopted, days, may):
    day = localdate() + timedelta(days=days)
    response = drafter.post(at("resolution_add"), words(adopted, adopted_on=f"{day:%Y-%m-%d}"))
    assert Resolution.objects.exists() is may
    if not may:
        assert errors(response) == {"__all__": [str(AdoptedInTheFuture.in_words)]}
        assert response.context["adminform"].form["number"].value() == "1/26"


@pytest.mark.parametrize(("make", "purpose"), [(draft, Purpose.ADOPTED), (frozen, Purpose.COUNCIL), (frozen, Purpose.WORKING)])
def test_what_the_council_cannot_have_adopted_is_refused_in_words(drafter, make, purpose):
    response = drafter.post(at("resolution_add"), words(make(purpose=purpose)))
    assert errors(response) == {"__all__": [str(VersionIsNotAdopted.in_words)]}
    assert not Resolution.objects.exists()


def test_a_version_of_another_program_is_refused_in_words(drafter, adopted):
    response = drafter.post(at("resolution_add"), words(adopted, program=program("2028").pk))
    assert errors(response) == {"__all__": [str(VersionOfAnotherProgram.in_words)]}
    assert not Resolution.objects.exists()


def test_a_program_is_adopted_once(drafter, adopted):
    recorded(adopted)
    response = drafter.post(at("resolution_add"), words(adopted, number="2/26"))
    assert list(errors(response)) == ["program"]
    assert Resolution.objects.get().number == "1/26"


def test_a_slip_is_mended_and_what_was_adopted_stays(drafter, adopted):
    resolution, other = recorded(adopted), frozen(program("2028"), purpose=Purpose.ADOPTED)
    drafter.post(at("resolution_change", resolution.pk), words(other, number="2/26", promulgation="BIP"))
    resolution.refresh_from_db()
    assert (resolution.number, resolution.promulgation, resolution.version) == ("2/26", "BIP", adopted)
    tomorrow = localdate() + timedelta(days=1)
    response = drafter.post(at("resolution_change", resolution.pk), words(adopted, number="3/26", adopted_on=f"{tomorrow}"))
    resolution.refresh_from_db()
    assert (errors(response), resolution.number) == ({"__all__": [str(AdoptedInTheFuture.in_words)]}, "2/26")


def test_a_closed_program_begins_no_version_until_its_resolution_is_withdrawn(drafter, adopted):
    resolution = recorded(adopted)
    begun = {"program": adopted.program_id, "purpose": "working", "based_on": adopted.pk}
    response = drafter.post(at("draftversion_add"), begun)
    assert errors(response) == {"__all__": [str(ProgramIsClosed.in_words)]}
    drafter.post(at("resolution_delete", resolution.pk), {"post": "yes"})
    assert not Resolution.objects.exists()
    drafter.post(at("draftversion_add"), begun)
    assert adopted.program.versions.count() == 2


def test_resolutions_are_withdrawn_from_the_list_too(drafter, adopted):
    recorded(adopted)
    other = frozen(program("2028"), purpose=Purpose.ADOPTED)
    kept = recorded(other)
    chosen = [adopted.program.resolution.pk]
    drafter.post(at("resolution_changelist"), {"action": "delete_selected", "_selected_action": chosen, "post": "yes"})
    assert Resolution.objects.get() == kept
    assert not adopted.program.is_closed


def test_the_day_is_one_field_that_the_browser_knows(drafter):
    shown = drafter.get(at("resolution_add")).content.decode()
    assert '<input type="date" name="adopted_on"' in shown
    assert "calendar.js" not in shown


# Attachments.


def test_an_attachment_is_put_up_and_published_at_once(drafter, adopted):
    data = {"program": adopted.program_id, "version": adopted.pk, "kind": "opinion", "title": "Opinia rady", "file": upload()}
    drafter.post(at("attachment_add"), data)
    attachment = Attachment.objects.get()
    assert (attachment.title, attachment.kind, attachment.version, attachment.size) == ("Opinia rady", "opinion", adopted, 15)
    with default_storage.open(attachment.file.name) as stored:
        assert stored.read() == b"%PDF-1.7 opinia"
    assert attachment.published_at is not None


@pytest.mark.parametrize(
    ("file", "where"),
    [
        (upload("opinia.exe", b"MZ"), "__all__"),
        (upload("opinia.pdf", b"<html>"), "__all__"),
        (upload("opinia.pdf", b""), "file"),
        (None, "file"),
    ],
    ids=["program", "not what it says", "empty", "none"],
)
def test_a_file_of_no_use_is_refused_in_words_and_nothing_is_kept(drafter, adopted, file, where):
    data = {"program": adopted.program_id, "kind": "other", "title": "Plik", **({"file": file} if file else {})}
    response = drafter.post(at("attachment_add"), data)
    assert list(errors(response)) == [where]
    if where == "__all__":
        assert errors(response) == {"__all__": [str(FileIsOfNoUse.in_words)]}
    assert (Attachment.objects.exists(), response.context["adminform"].form["title"].value()) == (False, "Plik")
    assert not default_storage.exists("attachments") or default_storage.listdir("attachments")[1] == []


def test_an_attachment_about_a_version_of_another_program_is_refused(drafter, adopted):
    data = {"program": program("2028").pk, "version": adopted.pk, "kind": "other", "title": "Plik", "file": upload()}
    response = drafter.post(at("attachment_add"), data)
    assert errors(response) == {"__all__": [str(VersionOfAnotherProgram.in_words)]}
    assert not Attachment.objects.exists()


def test_the_words_about_an_attachment_change_and_its_file_does_not(drafter, adopted):
    attachment = attached(adopted.program)
    name = attachment.file.name
    data = {"kind": "reasons", "title": "Uzasadnienie", "file": upload("inny.pdf"), "program": program("2028").pk}
    drafter.post(at("attachment_change", attachment.pk), data)
    attachment.refresh_from_db()
    assert (attachment.kind, attachment.title) == ("reasons", "Uzasadnienie")
    assert (attachment.file.name, attachment.program) == (name, adopted.program)


@pytest.mark.parametrize("road", ["page", "list"])
def test_a_removed_attachment_goes_with_its_file(drafter, adopted, road, django_capture_on_commit_callbacks):
    gone, kept = attached(adopted.program), attached(adopted.program)
    name = gone.file.name
    with django_capture_on_commit_callbacks(execute=True):
        if road == "page":
            drafter.post(at("attachment_delete", gone.pk), {"post": "yes"})
        else:
            chosen = {"action": "delete_selected", "_selected_action": [gone.pk], "post": "yes"}
            drafter.post(at("attachment_changelist"), chosen)
    assert Attachment.objects.get() == kept
    assert (default_storage.exists(name), default_storage.exists(kept.file.name)) == (False, True)


def test_an_adopted_program_takes_attachments(drafter, adopted):
    """The resolution closes its text; the opinion and the reasons may come later."""
    recorded(adopted)
    data = {"program": adopted.program_id, "kind": "reasons", "title": "Uzasadnienie", "file": upload()}
    drafter.post(at("attachment_add"), data)
    assert Attachment.objects.get().program == adopted.program
