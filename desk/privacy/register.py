"""What the portal keeps of people: every column, why, on what basis, how long, and what then happens.

As desk/watched.py: a new text column without a decision fails a test. What is public, and what the office writes of
itself, is named apart, with the reason.
"""

from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Basis(Enum):
    TASK = _("task carried out in the public interest: art. 6(1)(e) GDPR")
    CONSENT = _("your consent: art. 6(1)(a) GDPR; you withdraw it with one click")
    DUTY = _("duty laid down by law: art. 6(1)(c) GDPR")
    SAFETY = _("safety of the portal, part of the public task: art. 6(1)(e) GDPR")


class Then(Enum):
    EMPTIED = _("it is erased; numbers of people and voices stay")
    DELETED = _("the whole entry is erased")
    ARCHIVED = _("it goes to the archive of the office with the file")


FILE = _("as long as the file of the consultation, by the archive rules of the office")
ACCOUNT = _("as long as you have the account, or until you erase it")
WORK = _("as long as the person works at the desk; the record of their work as long as the file")


@dataclass(frozen=True)
class Kept:
    label: str
    columns: tuple[str, ...]
    what: Promise
    why: Promise
    basis: Basis
    # Words, or the name of the rule of desk/privacy/retention.py that ends it.
    long: Promise | str
    then: Then


VOICES = _("to consider proposals and remarks, answer them and show what became of them")
MEETINGS = _("to hold the meeting")
LETTERS = _("to write to you about what you asked for, once")
DESK = _("to know who did what in the name of the office")
SAFE = _("to keep out robots and mass mail")

REGISTER = (
    Kept(
        "consultations.Submission",
        ("name", "email", "scan"),
        _("who sent a proposal or a remark: name, e-mail, scan of a paper letter"),
        VOICES,
        Basis.TASK,
        FILE,
        Then.ARCHIVED,
    ),
    Kept(
        "consultations.Voice",
        ("original", "proposed_wording", "text", "reasons"),
        _("what a proposal or a remark says, and its first wording"),
        VOICES,
        Basis.TASK,
        FILE,
        Then.ARCHIVED,
    ),
    Kept(
        "consultations.Part",
        ("excerpt",),
        _("parts into which the office cut a proposal or a remark"),
        VOICES,
        Basis.TASK,
        FILE,
        Then.ARCHIVED,
    ),
    Kept("consultations.Note", ("text",), _("notes of the office beside a voice"), VOICES, Basis.TASK, FILE, Then.ARCHIVED),
    Kept(
        "consultations.KeptDraft",
        ("typed",),
        _("a proposal or a remark kept to be finished later"),
        VOICES,
        Basis.TASK,
        "drafts",
        Then.DELETED,
    ),
    Kept(
        "consultations.VoiceImport",
        ("rows",),
        _("rows of a sheet of voices that the office has put up"),
        VOICES,
        Basis.TASK,
        "sheets",
        Then.DELETED,
    ),
    Kept(
        "consultations.Follow",
        ("email",),
        _("e-mail of somebody who asked for news and has not confirmed it"),
        LETTERS,
        Basis.CONSENT,
        "unconfirmed_follows",
        Then.DELETED,
    ),
    Kept(
        "consultations.Follow",
        ("email",),
        _("e-mail of somebody who asked us to stop writing"),
        _("so that nobody writes to you by mistake"),
        Basis.CONSENT,
        "stopped_follows",
        Then.DELETED,
    ),
    Kept(
        "meetings.Registration",
        ("name", "name_key", "email", "organization_number"),
        _("who signed up for a meeting: name, e-mail, number of the organization, presence"),
        MEETINGS,
        Basis.TASK,
        FILE,
        Then.ARCHIVED,
    ),
    Kept(
        "meetings.Registration",
        ("name", "name_key", "email", "organization_number"),
        _("the same of somebody who never confirmed the e-mail"),
        MEETINGS,
        Basis.TASK,
        "unproven_sign_ups",
        Then.EMPTIED,
    ),
    Kept("meetings.Registration", ("phone",), _("telephone"), MEETINGS, Basis.TASK, "phones", Then.EMPTIED),
    Kept(
        "meetings.Registration",
        ("needs",),
        _("accessibility needs"),
        _("so that everybody can take full part"),
        Basis.TASK,
        "needs",
        Then.EMPTIED,
    ),
    Kept("meetings.WorkingGroup", ("room_link",), _("link to the room"), MEETINGS, Basis.TASK, "rooms", Then.EMPTIED),
    Kept(
        "meetings.GroupModerator",
        ("name", "email"),
        _("who runs a group: name (public), e-mail"),
        MEETINGS,
        Basis.TASK,
        FILE,
        Then.ARCHIVED,
    ),
    Kept("meetings.NoteRevision", ("author",), _("who wrote the notes of a group"), MEETINGS, Basis.TASK, FILE, Then.ARCHIVED),
    Kept("meetings.Conclusion", ("author",), _("who wrote a conclusion of a group"), MEETINGS, Basis.TASK, FILE, Then.ARCHIVED),
    Kept(
        "meetings.TopicProposal",
        ("title", "text", "name", "email"),
        _("extra topic for a meeting, and who proposed it"),
        MEETINGS,
        Basis.TASK,
        FILE,
        Then.ARCHIVED,
    ),
    Kept(
        "accounts.Letter",
        ("to", "context", "calendar", "error", "as_sent", "history"),
        _("letters of the portal: to whom, what they said, what the mail server answered"),
        LETTERS,
        Basis.TASK,
        "letters",
        Then.EMPTIED,
    ),
    Kept(
        "accounts.Suppression",
        ("email", "reason"),
        _("addresses whose mail server refuses letters"),
        LETTERS,
        Basis.TASK,
        "suppressions",
        Then.DELETED,
    ),
    Kept(
        "accounts.User",
        ("name", "email", "password"),
        _("account: name, e-mail"),
        _("so that you see your matters in one place"),
        Basis.TASK,
        ACCOUNT,
        Then.DELETED,
    ),
    Kept("account.EmailAddress", ("email",), _("account: its e-mail once more"), DESK, Basis.TASK, ACCOUNT, Then.DELETED),
    Kept(
        "accounts.Membership",
        ("function",),
        _("whom you represent, and your function"),
        _("so that an organization sees its own voices"),
        Basis.TASK,
        ACCOUNT,
        Then.DELETED,
    ),
    Kept("mfa.Authenticator", ("data",), _("second factor of staff"), SAFE, Basis.SAFETY, WORK, Then.DELETED),
    Kept(
        "accounts.AuditEntry",
        ("before", "after"),
        _("what staff did at the desk, and when"),
        DESK,
        Basis.DUTY,
        WORK,
        Then.ARCHIVED,
    ),
    Kept("sessions.Session", ("session_data",), _("being signed in"), SAFE, Basis.SAFETY, "sessions", Then.DELETED),
    Kept(
        "usersessions.UserSession",
        ("ip", "user_agent", "data"),
        _("where an account is signed in: network address, browser"),
        SAFE,
        Basis.SAFETY,
        "user_sessions",
        Then.DELETED,
    ),
    Kept(
        "accounts.Rate",
        ("key",),
        _("how often forms came from a network or to an address"),
        SAFE,
        Basis.SAFETY,
        "rates",
        Then.DELETED,
    ),
    Kept(
        "accounts.Organization",
        ("email", "consent"),
        _("directory of organizations: their e-mail, and how they agreed to invitations"),
        _("to invite organizations to consultations"),
        Basis.TASK,
        _("as long as the organization is in the directory"),
        Then.DELETED,
    ),
    Kept(
        "accounts.ContactImport",
        ("rows",),
        _("rows of a list of organizations that the office has put up"),
        _("to invite organizations to consultations"),
        Basis.TASK,
        "lists",
        Then.DELETED,
    ),
    Kept("consultations.Department", ("email",), _("e-mail of a unit of the office"), DESK, Basis.TASK, WORK, Then.DELETED),
    Kept(
        "accounts.Erasure",
        ("address_hash", "reason"),
        _("that somebody was erased, without who it was"),
        _("to answer it, and to prove that it was answered"),
        Basis.DUTY,
        "erasures",
        Then.DELETED,
    ),
)

OF_AN_ORGANIZATION = "names the organization, which is public; people who speak for nobody leave it empty"
# What the audit withholds although it is of no person: of each, why.
OF_NO_PERSON = {
    "consultations.Submission.organization_name": OF_AN_ORGANIZATION,
    "consultations.Submission.folded": OF_AN_ORGANIZATION,
    "meetings.Registration.organization_name": OF_AN_ORGANIZATION,
    "meetings.TopicProposal.organization_name": OF_AN_ORGANIZATION,
    "consultations.Voice.quote": "words of the draft",
    "consultations.Voice.folded": "the voice's words once more, to be searched",
    "consultations.Submission.form_token": "a random number, hashed",
    "meetings.Registration.form_token": "a random number, hashed",
    "meetings.TopicProposal.form_token": "a random number, hashed",
    "accounts.Letter.occasion": "numbers of rows",
    "accounts.Letter.kind": "a name of the portal's",
    "accounts.Letter.language": "a language",
    "accounts.Letter.link_purpose": "a letter that names a page",
    "accounts.AuditEntry.model": "a name of a table",
    "accounts.AuditEntry.object_pk": "a number of a row",
    "accounts.AuditEntry.withheld": "names of columns",
    "consultations.KeptDraft.token": "a random number",
    "sessions.Session.session_key": "a random number",
    "usersessions.UserSession.session_key": "a random number",
    "meetings.NoteRevision.body": "what a group agreed on; moderators are asked to name nobody",
    "accounts.Erasure.went": "numbers",
}
# Tables without a word of a person.
IMPERSONAL = {
    "accounts.Heartbeat": "names of tasks",
    "accounts.RetentionRun": "numbers",
    "admin.LogEntry": "switched off",
    "auth.Group": "names of roles",
    "auth.Group_permissions": "unused",
    "auth.Permission": "unused",
    "account.EmailConfirmation": "unused",
    "contenttypes.ContentType": "names of tables",
    "consultations.ReportEdit": "what the office changed in its report",
    "consultations.ReportFile": "checksums and published files",
    "consultations.ReminderRun": "numbers of rows",
    "meetings.RegistrationEvent": "moments of a sign-up, without words",
    "programs.Boundary": "moments",
    "programs.Revision": "moments",
    "programs.VersionFile": "checksums and files of the text",
}
