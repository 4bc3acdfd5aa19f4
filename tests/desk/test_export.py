"""What is handed over to a person: theirs, all of it, nobody else's; and that it was handed over is on record."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from icalendar import Calendar

from accounts.actions import account_for
from accounts.forgetting import sign_of
from accounts.models import AuditEntry, Letter, Membership, Organization, What
from accounts.roles import Role
from consultations.actions.drafts import keep_draft
from consultations.actions.news import confirm_follow, follow, write_to_coordinator
from consultations.actions.voices import Author
from consultations.models import Consultation, KeptDraft, Submission, VoiceImport, VoiceKind
from desk.privacy.export import MayNotExport, export_person, found_of
from desk.privacy.person import erase_person
from desk.privacy.register import REGISTER
from desk.privacy.theirs import LEFT_OUT, SECRETS, THEIRS
from meetings import actions
from meetings.models import Registration, Sector
from tests.desk.test_erasing import AT, EMAIL, LATER, NAME, NEEDS, PHONE, planted
from tests.factories import meetings, voices
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db
# Of which the other's address is an end.
OTHER_NAME, OTHER = "Ewelina Cudzysłów", f"ewa.{EMAIL}"
KEPT = {one.label for one in REGISTER}


def other_person(made: Consultation) -> None:
    """Has everything too, and mentions the first one in what she writes."""
    author = Author(OTHER_NAME, OTHER, "")
    voices.proposal(made, author=author, text=f"Cudze słowa, jak pisze {EMAIL}.")
    typed = {"author": {"name": OTHER_NAME, "email": OTHER}, "letter": [{"text": f"Cudzy szkic, jak {EMAIL}."}]}
    keep_draft(made, kind=VoiceKind.PROPOSAL, typed=typed, edition="", at=AT)
    confirm_follow(follow(made, email=OTHER, at=AT, language="pl"), at=AT)
    write_to_coordinator(made, name=OTHER_NAME, email=OTHER, message=f"A {EMAIL}?", form_token=voices.token(), at=AT)
    sheet = VoiceImport.objects.get()
    sheet.rows += [{"row": 4, "said": {"name": OTHER_NAME, "email": OTHER, "text": EMAIL}}]
    sheet.save()
    guest = meetings.person(OTHER_NAME, OTHER, phone="511 222 333", needs="Cudze potrzeby")
    meetings.registered(Registration.objects.first().group, guest)
    account_for(OTHER, name=OTHER_NAME)


def unpacked(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def own_export() -> dict[str, bytes]:
    return unpacked(export_person(EMAIL, by=account_for(EMAIL), at=LATER))


def test_every_line_of_the_register_is_handed_over_or_left_out_with_a_reason():
    assert THEIRS.keys() | LEFT_OUT.keys() == KEPT
    assert THEIRS.keys().isdisjoint(LEFT_OUT)
    assert all(str(reason) for reason in (LEFT_OUT | SECRETS).values())
    assert SECRETS.keys() <= {f"{one.label}.{column}" for one in REGISTER for column in one.columns}


def test_every_column_of_the_register_is_in_each_row():
    planted()
    for found in found_of(EMAIL):
        columns = {name for line in found.lines for name in line.columns if f"{found.label}.{name}" not in SECRETS}
        assert all(columns <= row.keys() for row in found.rows), found.label


def test_a_person_has_all_that_names_them():
    planted()
    Membership.objects.create(user=account_for(EMAIL), organization=Organization.objects.create(name="Klub"), function="prezes")
    group = meetings.meeting().groups.first()
    actions.set_moderator(group, sector=Sector.NGO, name=NAME, email=EMAIL, at=meetings.NOW)
    files = own_export()
    said = files["dane.json"].decode()
    for words in (
        NAME,
        EMAIL,
        PHONE,
        NEEDS,
        "prezes",
        "Więcej drzew.",
        f"Jestem {NAME}.",
        "Z papieru.",
        "Kiedy?",
        f"550 {EMAIL}",
    ):
        assert words in said, words
    tables = {one["table"]: one["rows"] for one in json.loads(said)["data"]}
    # What is about nobody here: seals of phones, sessions, the desk.
    nothing = {"mfa.Authenticator", "usersessions.UserSession", "consultations.Department", "accounts.Organization"}
    nothing |= {"account.EmailAddress", "meetings.NoteRevision", "meetings.Conclusion", "accounts.Erasure"}
    assert THEIRS.keys() - tables.keys() == nothing
    assert len(tables["consultations.Submission"]) == len(tables["consultations.Voice"]) == 3
    texts = [content.decode() for name, content in files.items() if name.startswith("teksty/")]
    assert any("Więcej drzew." in text for text in texts)
    assert any(text.startswith("# Drzewa") for text in texts)
    assert [content for name, content in files.items() if name.startswith("skany/")] == [b"%PDF-1.7 " + NAME.encode()]


def test_nothing_of_anybody_else():
    public = planted()
    other_person(public.consultation)
    everything = b"\n".join(own_export().values()).decode()
    for words in (OTHER_NAME, OTHER, "511 222", "Cudze", "Cudzy"):
        assert words not in everything, words
    # The control: she has hers.
    hers = b"\n".join(unpacked(export_person(OTHER, by=account_for(OTHER), at=LATER)).values()).decode()
    assert all(words in hers for words in (OTHER_NAME, OTHER, "511 222", "Cudze słowa", "Cudzy szkic", "Cudze potrzeby"))
    assert NAME not in hers


def test_meetings_as_a_calendar_without_a_personal_link():
    planted()
    calendar = Calendar.from_ical(own_export()["spotkania.ics"])
    (event,) = calendar.walk("VEVENT")
    assert event["UID"].startswith(f"registration-{Registration.objects.get().pk}@")
    assert calendar["METHOD"] == "PUBLISH"
    assert "/l/" not in calendar.to_ical().decode()
    assert "ATTENDEE" not in event


def test_who_only_waits_for_a_letter_has_no_meeting_to_keep():
    meetings.held(meetings.meeting().groups.first(), meetings.person(NAME, EMAIL))
    assert "spotkania.ics" not in own_export()


def test_links_and_codes_do_not_leave():
    planted()
    letter = Letter.objects.filter(to=EMAIL).first()
    Letter.objects.filter(pk=letter.pk).update(as_sent={"body": "Wejdź: https://example.org/l/WyJz:sekretne-slowo/?x=1"})
    Letter.objects.filter(pk=letter.pk + 1).update(to=EMAIL, kind="login_code", context={"code": "QXKOD7"})
    said = own_export()["dane.json"].decode()
    assert "sekretne-slowo" not in said
    assert "https://example.org/l/…" in said
    assert "QXKOD7" not in said


@pytest.mark.parametrize("more", [0, 2])
def test_it_asks_a_fixed_number_of_questions(django_assert_num_queries, more):
    public = planted()
    for _row in range(more):
        voices.proposal(public.consultation, author=Author(NAME, EMAIL, ""))
        guest = meetings.person(f"{NAME} {_row}", EMAIL)
        meetings.registered(Registration.objects.first().group, guest)
        keep_draft(public.consultation, kind=VoiceKind.PROPOSAL, typed={"author": {"email": EMAIL}, "n": _row}, edition="", at=AT)
    assert KeptDraft.objects.count() == 1 + more
    account = account_for(EMAIL)
    with django_assert_num_queries(30):
        export_person(EMAIL, by=account, at=LATER)


def test_it_is_on_record_without_the_address():
    planted()
    account = account_for(EMAIL)
    export_person(EMAIL, by=account, at=LATER)
    entry = AuditEntry.objects.get(what=What.EXPORTED)
    assert (entry.actor, entry.at, entry.object_pk) == (account, LATER, str(account.pk))
    assert entry.after["export"] == "person"
    assert entry.after["address"] == sign_of(EMAIL)
    assert entry.after["rows"] == sum(len(one.rows) for one in found_of(EMAIL))
    assert EMAIL not in json.dumps([entry.before, entry.after])


def test_who_may_take_the_data_of_another():
    planted()
    for by in (account_for(OTHER), person("", Role.DRAFTER), person("", Role.AUDITOR)):
        with pytest.raises(MayNotExport):
            export_person(EMAIL, by=by, at=LATER)
    assert not AuditEntry.objects.filter(what=What.EXPORTED).exists()
    assert export_person(EMAIL.upper(), by=person("", Role.COORDINATOR), at=LATER)


def test_after_an_erasure_only_that_it_was_done_is_left():
    planted()
    erase_person(EMAIL, at=LATER)
    assert [one.label for one in found_of(EMAIL)] == ["accounts.Erasure"]
    assert not Submission.objects.filter(email=EMAIL).exists()


def test_from_my_matters(client):
    planted()
    with time_machine.travel(LATER + timedelta(hours=1), tick=False):
        assert client.post("/moje/dane/").headers["Location"].startswith("/konto/")
        client.force_login(account_for(EMAIL))
        assert 'action="/moje/dane/"' in client.get("/moje/").content.decode()
        assert client.get("/moje/dane/").headers["Location"] == "/moje/"  # a GET takes nothing away
        assert not AuditEntry.objects.filter(what=What.EXPORTED).exists()
        answer = client.post("/moje/dane/")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="moje-dane-2027-07-24.zip"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert NAME in unpacked(answer.content)["dane.json"].decode()


def test_a_scan_that_is_gone_from_the_disk_keeps_nothing_else_back():
    planted()
    scan = Submission.objects.exclude(scan="").get().scan
    scan.storage.delete(scan.name)
    handed = own_export()
    (name,) = [name for name in handed if name.startswith("skany/")]
    assert name.endswith(".txt")
    assert "urzędu" in handed[name].decode()
    assert "dane.json" in handed
