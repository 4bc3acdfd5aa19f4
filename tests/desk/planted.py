"""Two consultations full of what is nobody's business but the office's: each secret is a word that stands nowhere else.

One is over, answered, reported on and taken into the text; the other takes voices. All through the verbs.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.utils.timezone import now

from accounts.models import Membership, Organization, User
from consultations.actions import schedule
from consultations.actions.answers import add_note, approve_answers, draft_answer, return_answer, send_for_approval
from consultations.actions.assignment import assign_parts
from consultations.actions.changes import apply_change, discard_change, propose_change, record_own_change
from consultations.actions.drafts import keep_draft
from consultations.actions.intake import EnteredLetter, record_letter
from consultations.actions.report import begin_report, write_report
from consultations.actions.report_files import ask_for_report_file, make_report_file
from consultations.actions.voices import Author, ProposalText, edit_voice, release_voices, withdraw_submission
from consultations.models import (
    ChangeAction,
    Channel,
    Consultation,
    Department,
    Outcome,
    Part,
    ReportFormat,
    Voice,
    VoiceImport,
    VoiceKind,
)
from meetings import actions as arranging
from meetings.models import Meeting, Sector, WorkingGroup
from programs.actions import ask_for_file, edit_unit, freeze_version, make_file, start_version
from programs.models import DraftVersion, FileFormat, Purpose
from tests.factories import consultations, meetings, reports, voices
from tests.factories.accounts import person
from tests.factories.answers import PUBLISHED, drafter
from tests.factories.answers import answered as answered_voice
from tests.factories.answers import published as publish_answers

AT = reports.REPORTED + timedelta(days=1)
SAID = AT - timedelta(days=2)
DUE = date(2031, 3, 17)
EVERYBODY = "Stowarzyszenie Jawne"


def secret(name: str) -> str:
    return f"qx{name.replace('_', '')}xq"


ANSWERS = ("draft_reasons", "reviewed_reasons", "approved_reasons", "returned_reasons", "returned_why", "correction_reasons")
OFFICE = ("note", "department", "department_mail", "contact_mail", "import_row", "import_name", "scan_content")
PEOPLE = ("author_name", "author_mail", "follower_mail", "moderator_mail")
GUESTS = tuple(f"{who}_{what}" for who in ("guest", "other_guest") for what in ("name", "mail", "phone", "needs"))
ROOMS = ("room_link", "other_room_link")
VOICES = ("unreleased_voice", "withdrawn_voice", "first_words", "kept_draft")
TEXTS = ("waiting_text", "waiting_reason", "discarded_why", "unfrozen_text", "report_words", "hidden_plan")
NAMES = (*ANSWERS, *OFFICE, *PEOPLE, *GUESTS, *ROOMS, *VOICES, *TEXTS)
# As they are found in a page: letters and figures of any width, without spaces and hyphens.
SECRETS = {name: secret(name) for name in NAMES} | {
    "due_day": "20310317",
    "due_day_in_polish": "17marca2031",
    "due_day_in_english": "17march2031",
}


@dataclass(frozen=True)
class World:
    over: Consultation
    open: Consultation
    meeting: Meeting
    own_group: WorkingGroup
    author: Voice  # of somebody who has secrets of their own, and none of the others'
    representative: User
    moderator: User
    scan: str


def plant() -> World:
    """At AT, which the clock of the test shows."""
    over, open_now = _over(), voices.consultation("2028", opens=AT - timedelta(days=5), closes=AT + timedelta(days=5))
    Consultation.objects.update(contact_email=f"{secret('contact_mail')}@example.org")
    author = released(voices.proposal(open_now, at=SAID, author=Author("Ewa Inna", "inna@example.org"), text="Moja propozycja."))
    scan = _voices(open_now)
    _answers(open_now)
    _office(open_now)
    meeting, own, moderator = _meeting(open_now)
    _files(over)
    hidden = schedule.create_consultation(
        title=secret("hidden_plan"), slug="hidden", programs=[], contact_email="urzad@example.org", at=SAID
    )
    assert hidden.published_at is None
    return World(over, open_now, meeting, own, author, _representative(), moderator, scan)


def said(made: Consultation, text: str = "Więcej warsztatów.", **values: object) -> Voice:
    someone = Author(secret("author_name"), f"{secret('author_mail')}@example.org", EVERYBODY)
    return voices.proposal(made, text=text, **{"author": someone, "at": SAID, **values})


def released(voice: Voice) -> Voice:
    release_voices([voice], by=voices.coordinator(), at=AT)
    return voice


def _over() -> Consultation:
    made = voices.consultation("2027")
    someone = Author(secret("author_name"), f"{secret('author_mail')}@example.org", EVERYBODY)
    taken = answered_voice(voices.remark(made, author=someone), outcome=Outcome.ACCEPTED, reasons="Słusznie.")
    refused = answered_voice(said(made, at=voices.DURING), outcome=Outcome.REJECTED)
    publish_answers(made)
    for voice in (taken, refused):
        released(voice)
    _texts(taken)
    reports.reported(made)
    part = Part.objects.select_related("current").get(voice=refused)
    draft_answer(part, outcome=Outcome.NOTED, reasons=secret("correction_reasons"), seen=1, by=drafter(), at=AT)
    return made


def _texts(taken: Voice) -> None:
    """A version that everybody reads, with a change made in it; one that is written; changes that wait, and one dropped."""
    first, at, by = taken.provision_text.version, PUBLISHED, drafter()
    change = propose_change(
        taken.parts.all(), on=taken.provision_text, action=ChangeAction.REWORD, text="Nowe słowa.", by=by, at=at
    )
    second = start_version(first.program, purpose=Purpose.AFTER, based_on=first, at=at)
    apply_change(change, second, by=by, at=at)
    second = freeze_version(second, by=None, at=at)
    written = start_version(first.program, purpose=Purpose.COUNCIL, based_on=second, at=at)
    edit_unit(written.texts.get(citation="§ 3"), heading="", text=secret("unfrozen_text"), at=at)
    on = second.texts.get(citation="§ 3")
    propose_change(taken.parts.all(), on=on, action=ChangeAction.REWORD, text=secret("waiting_text"), by=by, at=at)
    why = secret("waiting_reason")
    record_own_change(on=on, action=ChangeAction.ADD, text="Nowy zapis.", own_reason=why, by=by, at=at)
    dropped = propose_change(taken.parts.all(), on=on, action=ChangeAction.REWORD, text="Inne.", by=by, at=at)
    discard_change(dropped, why=secret("discarded_why"), by=by, at=at)


def _voices(made: Consultation) -> str:
    said(made, secret("unreleased_voice"))
    withdraw_submission(released(said(made, secret("withdrawn_voice"))).submission, at=SAID)
    edited = said(made, secret("first_words"))
    edit_voice(edited, text="Drugie słowa.", at=SAID)
    released(edited)
    keep_draft(made, kind=VoiceKind.PROPOSAL, typed={"text": secret("kept_draft")}, edition="", at=SAID)
    letter = EnteredLetter(
        consultation=made,
        author=Author(secret("author_name"), "", EVERYBODY),
        said=[ProposalText("Z listu na papierze.")],
        channel=Channel.PAPER,
        received_at=AT - timedelta(days=20),
        late_reason="Nadany w terminie.",
        scan=ContentFile(b"%PDF-1.7 " + secret("scan_content").encode(), name="list.pdf"),
    )
    paper = record_letter(letter, form_token=voices.token(), by=voices.coordinator(), at=AT)
    released(paper.voices.get())
    return paper.scan.name.rsplit("/", 1)[-1].removesuffix(".pdf")


def _answers(made: Consultation) -> None:
    """One at each step before publication, on voices that everybody reads."""

    def drafted(name: str) -> Part:
        part = released(said(made)).parts.get()
        draft_answer(part, outcome=Outcome.REJECTED, reasons=secret(name), seen=0, by=drafter(), at=AT)
        return part

    def sent(name: str) -> Part:
        part = drafted(name)
        send_for_approval(part, by=drafter(), at=AT)
        return part

    drafted("draft_reasons")
    sent("reviewed_reasons")
    approve_answers([sent("approved_reasons")], seen={}, by=voices.coordinator(), at=AT)
    return_answer(sent("returned_reasons"), why=secret("returned_why"), seen=1, by=voices.coordinator(), at=AT)


def _office(made: Consultation) -> None:
    by = voices.coordinator()
    voice = made.voices.standing().filter(released_at__isnull=False).earliest("pk")
    add_note(voice, text=secret("note"), by=by, at=AT)
    unit = Department.objects.create(name=secret("department"), email=f"{secret('department_mail')}@example.org")
    assign_parts(voice.parts.all(), department=unit, assignee=None, due_on=DUE, by=by, at=AT)
    rows = [{"row": 2, "token": "a", "said": {"name": secret("import_row")}, "errors": {}}]
    sheet = {"kind": VoiceKind.PROPOSAL, "file_name": f"{secret('import_name')}.xlsx", "rows": rows}
    VoiceImport.objects.create(consultation=made, **sheet, by=by, at=AT)
    words = reports.WORDS.__class__(**{**reports.WORDS.__dict__, "conclusion": secret("report_words")})
    write_report(begin_report(made, at=AT), words=words, places=[], by=by, at=AT)
    consultations.follower(made, email=f"{secret('follower_mail')}@example.org")
    consultations.document(made, announcement=consultations.announcement(made, at=SAID))


def _meeting(made: Consultation) -> tuple[Meeting, WorkingGroup, User]:
    """Two groups; somebody runs the first, and may know who comes to it."""
    meeting = meetings.meeting(consultation=made, groups=0, publish=False, **_times())
    moderator = person(f"{secret('moderator_mail')}@example.org", name="Prowadząca")
    found = []
    for name, room in (("guest", "room_link"), ("other_guest", "other_room_link")):
        group = meetings.group(meeting, name=f"Grupa {len(found) + 1}", room_link=f"https://rooms.example.org/{secret(room)}")
        found.append((name, group))
    arranging.set_moderator(found[0][1], sector=Sector.NGO, name="Prowadząca", email=moderator.email, user=moderator, at=SAID)
    meeting = arranging.publish_meeting(meeting, by=None, at=SAID)
    for name, group in found:
        guest = arranging.SignUp(
            name=secret(f"{name}_name"),
            email=f"{secret(f'{name}_mail')}@example.org",
            phone=secret(f"{name}_phone"),
            needs=secret(f"{name}_needs"),
            organization_name=EVERYBODY,
        )
        meetings.registered(group, guest, at=SAID)
    return meeting, found[0][1], moderator


def _times() -> dict[str, object]:
    starts = AT + timedelta(days=3)
    ends = {"starts_at": starts, "ends_at": starts + timedelta(hours=2)}
    return {**ends, "signup_until": starts - timedelta(days=1), "topics_until": starts - timedelta(days=1)}


def _representative() -> User:
    """Of the organization that all these voices are of."""
    user = person("reprezentant@example.org")
    Membership.objects.create(user=user, organization=Organization.objects.create(name=EVERYBODY))
    return user


def _files(over: Consultation) -> None:
    """Each file that anybody may ask for, made as the worker makes it."""
    public = list(DraftVersion.objects.public().order_by("number"))
    first, second = (version for version in public if version.program in over.programs.all())
    wanted = [(version, kind, None) for version in public for kind in FileFormat]
    wanted += [(second, kind, first) for kind in (FileFormat.PDF, FileFormat.DOCX)]
    for version, kind, base in wanted:
        assert make_file(ask_for_file(version, kind, base=base, at=AT), at=AT, clock=now)
    for kind in ReportFormat:
        assert make_report_file(ask_for_report_file(over, kind, at=AT), at=AT, clock=now)
