"""What the audit tells of: every table of the portal is here, watched or not, and every text is kept or withheld.

Kept is what the office writes. Withheld is who people are, how to reach them, and what they wrote to the office.
"""

from typing import Any

from accounts import triggers
from accounts.triggers import Watched

_PERSON = ("name", "email")

WATCHED = (
    # The process
    Watched("consultations.Consultation", ("title", "slug", "lead", "host", "co_hosts", "phone", "contact_email")),
    Watched("consultations.Consultation_programs", owner="consultation_id"),
    Watched("consultations.Stage", ("name", "description")),
    Watched("consultations.FormalEvent", ("name", "note", "link")),
    Watched("consultations.DateChange", ("field", "reason")),
    Watched("consultations.Topic", ("name", "description")),
    Watched("consultations.ReminderRule"),
    # Texts for everybody
    Watched("consultations.Announcement", ("slug", "title", "body")),
    Watched("consultations.Document", ("title", "file", "language")),
    Watched("consultations.Publicity", ("place", "link")),
    Watched("consultations.Report", ("basis", "forms", "course", "opinion", "conclusion", "prepared_by")),
    # Voices and their answers
    Watched(
        "consultations.Submission",
        ("language", "late_reason"),
        (*_PERSON, "organization_name", "scan"),
        ("folded", "form_token"),
    ),
    Watched("consultations.Voice", (), ("quote", "proposed_wording", "text", "reasons", "original"), ("folded",)),
    Watched("consultations.VoiceImport", ("file_name",), ("rows",)),
    Watched("consultations.Department", ("name",), ("email",)),
    Watched("consultations.Department_members", owner="department_id"),
    Watched("consultations.Part", (), ("excerpt",), ("current",)),
    Watched("consultations.Decision", ("reasons", "returned_why")),
    Watched("consultations.Publication", ("note",)),
    Watched("consultations.Note", (), ("text",)),
    Watched("consultations.AnswerTemplate", ("name", "reasons")),
    Watched("consultations.ProposedChange", ("heading", "text", "own_reason", "discarded_why"), (), ("base_hash",)),
    Watched("consultations.ProposedChange_parts", owner="proposedchange_id"),
    Watched("consultations.Follow", ("language",), ("email",)),
    # Meetings
    Watched(
        "meetings.Meeting",
        (
            *("title", "slug", "description", "place", "directions", "accessibility"),
            *("topics_closed_words", "signup_closed_words", "confirm_closed_words"),
        ),
        (),
        ("ics_sequence",),
    ),
    # The link of a room lets people in.
    Watched(
        "meetings.WorkingGroup",
        ("name", "description", "room", "cancelled_because"),
        ("room_link",),
        ("taken", "remote_taken"),
    ),
    Watched("meetings.GroupModerator", (), _PERSON),
    Watched(
        "meetings.Registration",
        ("language",),
        (*_PERSON, "phone", "organization_name", "organization_number", "needs"),
        ("name_key", "form_token", "changes"),
    ),
    Watched("meetings.Conclusion", ("text", "reasons"), ("author",)),
    Watched(
        "meetings.TopicProposal",
        ("language", "answer"),
        ("title", "text", *_PERSON, "organization_name"),
        ("form_token",),
    ),
    # The text of the program
    Watched("programs.Program", ("title", "slug")),
    Watched("programs.StatutoryElement", ("name", "citation")),
    Watched("programs.DraftVersion", ("sha256", "frozen_despite")),
    Watched("programs.Resolution", ("number", "promulgation", "bip_url")),
    Watched("programs.Attachment", ("title", "file")),
    Watched("programs.Provision"),
    Watched("programs.Provision_elements", owner="provision_id"),
    # Numbers and citations are computed from the places of the units.
    Watched("programs.ProvisionText", ("heading", "text", "cells"), (), ("label", "citation", "anchor", "rank", "depth")),
    Watched("programs.ProvisionLineage"),
    Watched(
        "programs.TextImport", ("name", "file"), (), ("trouble", "trouble_count", "trouble_place", "found", "decided", "tries")
    ),
    # People, organizations and how we write to them
    Watched("accounts.User", (), (*_PERSON, "password"), ("last_login",)),
    Watched("accounts.User_groups", owner="user_id"),
    Watched("accounts.User_user_permissions", owner="user_id"),
    Watched(
        "accounts.Organization", ("name", "legal_form", "register_number", "nip", "regon", "seat", "source"), ("email", "consent")
    ),
    Watched("accounts.ContactImport", ("file_name",), ("rows",), ("unknown",)),
    Watched("accounts.Organization_spheres", owner="organization_id"),
    Watched("accounts.Sphere", ("label", "name")),
    Watched(
        "accounts.Portal",
        (
            *("name", "name_of", "office", "head", "council_of", "address", "phone", "hours", "act", "act_in_english", "accent"),
            *("logo_kind", "logo_sum", "logo_words"),
        ),
        (),
        ("logo",),
    ),
    Watched("accounts.Membership", (), ("function",)),
    # The secret of somebody's phone.
    Watched("mfa.Authenticator", (), ("data",), ("created_at", "last_used_at")),
    Watched("accounts.LetterText", ("kind", "subject", "body", "why")),
    Watched("accounts.RevokedPreview", ("kind",)),
    Watched("accounts.Suppression", (), ("email", "reason")),
)

# Each with the reason.
UNWATCHED = {
    "accounts.AuditEntry": "the audit itself",
    "accounts.Letter": "made by the portal; what staff do with one is told in its own history",
    "accounts.Heartbeat": "written by the portal's clock",
    "accounts.Rate": "counters",
    "accounts.RetentionRun": "written by the portal's clock",
    "accounts.Erasure": "tells who was erased by whom and is never changed",
    "admin.LogEntry": "Django's own audit, which is switched off: it repeats people's names",
    "auth.Group": "roles are code",
    "auth.Group_permissions": "unused: duties are code",
    "auth.Permission": "unused: duties are code",
    "account.EmailAddress": "allauth's copy of the account's e-mail",
    "account.EmailConfirmation": "unused: addresses are confirmed by our letters",
    "contenttypes.ContentType": "written by migrate",
    "sessions.Session": "signing in and out is told by itself",
    "usersessions.UserSession": "signing in and out is told by itself",
    "consultations.KeptDraft": "a visitor's own, unsent",
    "consultations.ReportEdit": "tells who changed a report and is never changed",
    "consultations.ReportFile": "made by the portal",
    "consultations.ReminderRun": "made by the portal's clock",
    "meetings.NoteRevision": "every edition of the notes is a row with its author",
    "meetings.RegistrationEvent": "tells who changed a sign-up and is never changed",
    "programs.Boundary": "freshness of cached pages",
    "programs.Revision": "freshness of cached pages",
    "programs.VersionFile": "made by the portal",
}


def unwatch(*, using: str, **kwargs: Any) -> None:
    """Receiver of pre_migrate."""
    triggers.drop(using=using)


def watch(*, using: str, **kwargs: Any) -> None:
    """Receiver of post_migrate."""
    triggers.make(WATCHED, using=using)
