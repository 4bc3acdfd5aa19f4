"""The planted world and a row of each kind that it lacks, by the names that walk_table.py gives them."""

from datetime import timedelta

from django.core.files.base import ContentFile

from accounts.acting import acting
from accounts.contacts.entering import put_up_contacts
from accounts.letters import owe_letter
from accounts.models import AuditEntry, Erasure, Letter, LetterText, Organization, Portal, RetentionRun, Sphere, Suppression
from consultations.actions import schedule
from consultations.models import (
    AnswerTemplate,
    DateChange,
    Follow,
    FormalEvent,
    Outcome,
    Part,
    ProposedChange,
    Publication,
    ReminderRule,
    VoiceImport,
    VoiceKind,
)
from meetings.actions import propose_topic
from meetings.models import Conclusion, Registration
from programs.models import DraftVersion, Purpose, VersionFile
from tests.desk.planted import AT, World
from tests.factories import consultations, meetings, voices
from tests.factories.programs import element, frozen, paragraphs
from tests.factories.programs import program as another_program
from tests.programs.desk import attached, recorded
from tests.programs.imported import put_up


def things(world: World) -> dict[str, object]:
    return {**_public(world), **_texts(world), **_voices(world), **_meeting(world), **_office(world)}


def _public(world: World) -> dict[str, object]:
    news = world.open.announcements.earliest("pk")
    document = world.open.documents.earliest("pk")
    submission = world.author.submission
    hidden = world.open.__class__.objects.get(slug="hidden")
    schedule.add_topic(world.open, name="Temat", at=AT)
    return {
        "over": world.over.slug,
        "open": world.open.slug,
        "hidden": hidden.slug,
        "hidden_pk": hidden.pk,
        "over_pk": world.over.pk,
        "consultation": world.open.pk,
        "stage": world.open.stages.earliest("pk").pk,
        "news": news.slug,
        "announcement": news.pk,
        "document": document.pk,
        "file_name": document.file_name,
        "topic": world.open.topics.earliest("pk").pk,
        "proposal": world.author.number,
        "remark": world.over.voices.filter(kind=VoiceKind.REMARK).earliest("pk").number,
        "unreleased": world.open.voices.filter(released_at=None).earliest("pk").number,
        "form_token": submission.form_token,
        "guessed": "guessed",
        "chapter": "logowanie",
        "picture": "daty-na-nowy-rok.png",
        "zero": 0,
    }


def _texts(world: World) -> dict[str, object]:
    written = DraftVersion.objects.filter(frozen_at=None).earliest("pk")
    first = world.over.programs.get().versions.earliest("number")
    adopted = frozen(another_program("2030"), units=paragraphs(1), purpose=Purpose.ADOPTED)
    attachment = attached(first.program)
    return {
        "program": first.program.slug,
        "program_pk": first.program_id,
        "one": 1,
        "two": 2,
        "council": written.number,
        "version": written.pk,
        "frozen": first.pk,
        "unit": written.texts.get(citation="§ 3").pk,
        "printed": VersionFile.objects.ready().filter(version=first).earliest("pk").pk,
        "attachment": attachment.pk,
        "resolution": recorded(adopted).pk,
        "element": element(1).pk,
        "text_import": put_up(another_program("2032")).pk,
        "waiting_change": ProposedChange.objects.waiting().exclude(base=None).earliest("pk").pk,
    }


def _voices(world: World) -> dict[str, object]:
    hidden = world.open.__class__.objects.get(slug="hidden")
    with_scan = world.open.voices.exclude(submission__scan="").earliest("pk")
    event = FormalEvent.objects.create(consultation=hidden, name="Sesja rady")
    stage, planned = world.open.stages.earliest("pk"), consultations.stage(hidden)
    later = stage.closes_at + timedelta(days=1)
    schedule.move_stage(stage, opens_at=stage.opens_at, closes_at=later, reason="Święto.", by=voices.coordinator(), at=AT)
    return {
        "voice": world.author.pk,
        "voice_with_scan": with_scan.pk,
        "part": Part.objects.filter(voice=world.author).earliest("pk").pk,
        "voice_import": VoiceImport.objects.earliest("pk").pk,
        "department": world.open.voices.filter(parts__department__isnull=False).earliest("pk").parts.get().department_id,
        "template": AnswerTemplate.objects.create(name="Krótko", outcome=Outcome.NOTED, reasons="Dziękujemy.").pk,
        "publication": Publication.objects.earliest("pk").pk,
        "report": world.over.report.pk,
        "draft_report": world.open.report.pk,
        "rule": ReminderRule.objects.filter(consultation=world.open).earliest("pk").pk,
        "follow": Follow.objects.earliest("pk").pk,
        "planned_stage": planned.pk,
        "event": event.pk,
        "date_change": DateChange.objects.latest("pk").pk,
    }


def _meeting(world: World) -> dict[str, object]:
    other = world.meeting.groups.exclude(pk=world.own_group.pk).get()
    topic = propose_topic(
        world.meeting,
        title="Temat",
        text="O czym mówić.",
        name="Ewa",
        email="ewa@example.org",
        organization_name="",
        form_token=meetings.token(),
        at=AT,
    )
    return {
        "meeting": world.meeting.slug,
        "meeting_pk": world.meeting.pk,
        "own_group": world.own_group.pk,
        "other_group": other.pk,
        **{
            name: Conclusion.objects.create(group=group, position=1, text="Więcej ławek.", at=AT).pk
            for name, group in (("own_conclusion", world.own_group), ("other_conclusion", other))
        },
        "registration": Registration.objects.filter(group=world.own_group).earliest("pk").pk,
        "topic_proposal": topic.pk,
    }


def _office(world: World) -> dict[str, object]:
    keeper = voices.coordinator()
    contacts = put_up_contacts(
        ContentFile(b"nazwa;e-mail\nKlub;klub@example.org\nInny;nie adres", name="a.csv"), by=keeper, at=AT
    )
    owe_letter("anna@example.org", kind="unknown_account", occasion="walk:1", at=AT)
    with acting(keeper):
        twin = Organization.objects.create(name="Stowarzyszenie Jawne w Toruniu")
    return {
        "person": world.representative.pk,
        "organization": twin.pk,
        "other_organization": Organization.objects.exclude(pk=twin.pk).earliest("pk").pk,
        "sphere": Sphere.objects.earliest("pk").pk,
        "contact_import": contacts.pk,
        "letter": Letter.objects.get(occasion="walk:1").pk,
        "suppression": Suppression.objects.create(email="nikt@example.org", reason="550", since=AT).pk,
        "letter_text": LetterText.objects.create(
            kind="unknown_account", language="pl", subject="Konto", body="Nie ma.", why="Tak.", changed_at=AT, changed_by=keeper
        ).kind,
        "portal": Portal.objects.get_or_create(name="Gmina", office="Urząd", changed_at=AT)[0].pk,
        "erasure": Erasure.objects.create(address_hash="0" * 64, at=AT).pk,
        "retention": RetentionRun.objects.create(at=AT).pk,
        "entry": AuditEntry.objects.latest("pk").pk,
        "pl": "pl",
        "uuid": "00000000-0000-4000-8000-000000000000",
        "kind": "version",
        "app": "consultations",
        "nothing": "nothing/",
    }
