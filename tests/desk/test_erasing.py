"""A person forgotten: no trace of them in any row or file, while numbers and published texts stand as they were."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connection

from accounts.actions import account_for
from accounts.folding import folded
from accounts.models import ContactImport, Erasure, Letter, Rate, Suppression
from accounts.roles import Role
from consultations.actions.answers import cut_voice
from consultations.actions.drafts import keep_draft
from consultations.actions.intake import EnteredLetter, record_letter
from consultations.actions.news import confirm_follow, follow, write_to_coordinator
from consultations.actions.voices import Author, ProposalText, confirm_submission, release_voices, withdraw_submission
from consultations.models import Channel, KeptDraft, Submission, Voice, VoiceImport, VoiceKind
from desk.privacy.naming import names
from desk.privacy.person import MayNotErase, RunsAGroup, WorksAtTheDesk, erase_person, erased_before
from meetings import actions
from meetings.models import Registration, Sector
from tests.factories import meetings, voices
from tests.factories.accounts import person
from tests.factories.meetings import ENDS, NOW, STARTS

pytestmark = pytest.mark.django_db
NAME, EMAIL, PHONE = "Żaneta Źdźbłowska", "zaneta.zdzblowska@example.org", "698 765 432"
NEEDS = "Pętla dla Źdźbłowskiej"
TRACES = (NAME, "zdzblowsk", "zaneta", "698 765")
AT = voices.DURING + timedelta(hours=1)
LATER = ENDS + timedelta(days=2)


def rows() -> str:
    """Every row of every table, as the database has it, with letters written by their numbers read."""
    said = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the portal's own names
            said += [str(value) for row in cursor.fetchall() for value in row if value is not None]
    return "\n".join(one.encode().decode("unicode_escape", "ignore") + one for one in said) + "\n".join(said)


def files() -> bytes:
    return b"".join(path.read_bytes() for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def traces() -> list[str]:
    everything = folded(rows() + files().decode(errors="ignore"))
    return [trace for trace in TRACES if folded(trace) in everything]


def planted() -> Voice:
    """Through the verbs, wherever a person leaves something. The one published voice is given back."""
    made, author = voices.consultation(), Author(NAME, EMAIL, "Klub Jawny")
    public = voices.proposal(made, author=author, text="Więcej drzew.")
    confirm_submission(public.submission, at=AT)
    release_voices([public], by=voices.coordinator(), at=AT)
    withdrawn = voices.proposal(made, author=author, text=f"Jestem {NAME}. Więcej ławek.")
    cut_voice(withdrawn, excerpts=[f"Jestem {NAME}.", "Więcej ławek."], by=voices.coordinator(), at=AT)
    withdraw_submission(withdrawn.submission, at=AT)
    scan = ContentFile(b"%PDF-1.7 " + NAME.encode(), name="list.pdf")
    letter = EnteredLetter(made, author, [ProposalText("Z papieru.")], Channel.PAPER, AT, "", scan=scan)
    record_letter(letter, form_token=voices.token(), by=voices.coordinator(), at=AT)
    keep_draft(made, kind=VoiceKind.PROPOSAL, typed={"author": {"name": NAME, "email": EMAIL}}, edition="", at=AT)
    row = {"row": 2, "said": {"name": NAME, "email": EMAIL}, "errors": {}}
    VoiceImport.objects.create(consultation=made, kind="proposal", file_name="a.xlsx", rows=[row, {"row": 3}], at=AT)
    ContactImport.objects.create(file_name="a.csv", rows=[row, {"row": 3}], made_at=AT)
    confirm_follow(follow(made, email=EMAIL, at=AT, language="pl"), at=AT)
    write_to_coordinator(made, name=NAME, email=EMAIL, message="Kiedy?", form_token=voices.token(), at=AT)
    meeting = meetings.meeting()
    group = meeting.groups.first()
    guest = meetings.person(NAME, EMAIL, phone=PHONE, needs=NEEDS, organization_name="Klub Jawny")
    meetings.registered(group, guest)
    actions.propose_topic(
        meeting, title="Drzewa", text="", name=NAME, email=EMAIL, organization_name="", form_token=voices.token(), at=NOW
    )
    Suppression.objects.create(email=EMAIL, reason=f"550 {EMAIL}", since=AT)
    Rate.objects.create(key=f"letters:{EMAIL}", window=AT)
    account_for(EMAIL, name=NAME)
    return public


def numbers() -> tuple[object, ...]:
    channels = sorted(Submission.objects.values_list("channel", flat=True))
    return Voice.objects.count(), channels, Registration.objects.present().count(), Letter.objects.count()


def test_no_row_and_no_file_tells_of_whoever_is_erased(django_capture_on_commit_callbacks):
    public = planted()
    Registration.objects.update(present_at=STARTS)
    assert traces() == list(TRACES)  # the control
    before, words = numbers(), (public.text, public.reasons, public.signature)
    with django_capture_on_commit_callbacks(execute=True):
        erase_person(EMAIL.upper(), at=LATER)
    assert traces() == []
    assert numbers() == before
    public.refresh_from_db()
    assert (public.text, public.reasons, public.signature) == words
    assert Voice.objects.released(LATER).filter(pk=public.pk).exists()
    assert public.submission.organization_name == "Klub Jawny"
    assert [sheet.rows for sheet in (VoiceImport.objects.get(), ContactImport.objects.get())] == [[{"row": 3}]] * 2


def test_asked_twice_it_says_when_it_was_done():
    planted()
    done = erase_person(EMAIL, at=LATER)
    assert erase_person(EMAIL, at=LATER + timedelta(days=1)) == done == erased_before(EMAIL)
    assert done.at == LATER
    assert Erasure.objects.count() == 1


def test_somebody_of_whom_there_is_nothing_is_not_erased():
    assert erase_person("nikt@example.org", at=LATER) is None
    assert not Erasure.objects.exists()


def test_a_place_at_a_meeting_to_come_goes_to_whoever_waits():
    group = meetings.meeting(groups=1, capacity=1).groups.get()
    meetings.registered(group, meetings.person(NAME, EMAIL))
    queued = meetings.waiting(group)
    erase_person(EMAIL, at=NOW + timedelta(hours=1))
    queued.refresh_from_db()
    assert queued.waits_since is None
    assert traces() == []


def test_others_keep_theirs():
    planted()
    other = voices.proposal(Submission.objects.first().consultation, author=Author("Jan Inny", "jan@example.org"))
    erase_person(EMAIL, at=LATER)
    kept = Submission.objects.get(pk=other.submission_id)
    assert (kept.name, kept.email, kept.erased_at) == ("Jan Inny", "jan@example.org", None)
    assert Letter.objects.filter(to="jan@example.org", emptied_at=None).exists()


def test_an_address_that_ends_like_it_is_somebody_else():
    made, other = voices.consultation(), f"ewa.{EMAIL}"
    for email in (EMAIL, other):
        keep_draft(made, kind=VoiceKind.PROPOSAL, typed={"author": {"email": email}}, edition="", at=AT)
        write_to_coordinator(made, name="", email=email, message="Kiedy?", form_token=voices.token(), at=AT)
    rows = [{"said": {"email": email}} for email in (EMAIL, other)]
    VoiceImport.objects.create(consultation=made, kind="proposal", file_name="a.xlsx", rows=rows, at=AT)
    erase_person(EMAIL, at=LATER)
    assert [one.typed["author"]["email"] for one in KeptDraft.objects.all()] == [other]
    assert VoiceImport.objects.get().rows == rows[1:]
    assert [one.context["email"] for one in Letter.objects.filter(kind="contact", emptied_at=None)] == [other]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("ewa@example.org", True),
        ("<Ewa@example.org>.", True),
        ({"words": ["550\newa@example.org: nie ma"]}, True),
        ("nowa-ewa@example.org", False),
        ("x.ewa@example.org", False),
        ("ewa@example.org.pl", False),
        (7, False),
    ],
)
def test_an_address_is_found_whole(said, found):
    assert names(said, "ewa@example.org") is found


def test_who_may_not_be_erased_and_who_may_not_erase():
    person("urzad@example.org", Role.DRAFTER)
    with pytest.raises(WorksAtTheDesk):
        erase_person("urzad@example.org", at=NOW)
    group = meetings.meeting().groups.first()
    actions.set_moderator(group, sector=Sector.NGO, name=NAME, email=EMAIL, at=NOW)
    with pytest.raises(RunsAGroup):
        erase_person(EMAIL, at=NOW)
    for role, reason in ((Role.DRAFTER, "wniosek"), (Role.AUDITOR, "wniosek"), (Role.COORDINATOR, "")):
        with pytest.raises(MayNotErase):
            erase_person(EMAIL, at=LATER, by=person("", role), reason=reason)
    assert erase_person(EMAIL, at=LATER, by=person("", Role.COORDINATOR), reason="wniosek")


def test_a_person_erases_themselves_from_their_matters(client, django_capture_on_commit_callbacks):
    planted()
    with time_machine.travel(LATER, tick=False):
        client.force_login(account_for(EMAIL))
        assert client.get("/moje/usun/").status_code == 200
        assert traces() != []  # a GET changes nothing
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/moje/usun/")
    assert (answer.status_code, traces()) == (200, [])
    assert Erasure.objects.get().by is None
    assert client.get("/moje/").status_code == 302  # signed out


def test_an_account_of_the_desk_is_told_why_not(client):
    client.force_login(person("urzad@example.org", Role.DRAFTER))
    assert str(WorksAtTheDesk.in_words) in client.post("/moje/usun/").content.decode()
