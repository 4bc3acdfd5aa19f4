"""What the office answered: voices assigned, drafted by one person, approved by another, published; and where they landed."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from accounts.models import User
from accounts.roles import Role
from consultations.actions import answers, changes, publication
from consultations.actions import report as reports
from consultations.actions.assignment import assign_parts
from consultations.models import AnswerTemplate, ChangeAction, Department, Outcome, Voice, VoiceKind
from desk.demo.calendar import Calendar
from desk.demo.cycle import WEEK, Cycle
from programs import actions as texts
from programs.models import DraftVersion, Purpose

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def furnish_office(calendar: Calendar, *, staff: dict[Role, User]) -> None:
    office = calendar.read("office.json")
    for row in office["departments"]:
        members = [staff[Role(role)] for role in row.pop("members")]
        Department.objects.create(**row).members.set(members)
    AnswerTemplate.objects.bulk_create(AnswerTemplate(**row) for row in office["templates"])


def answer_voices(cycle: Cycle) -> None:
    """Everything that the data answers, kind by kind, each kind by one act; then what is only drafted."""
    for act in cycle.data["answers"]:
        drafted, published = cycle.calendar.at(act["drafted"]), cycle.calendar.at(act["published"])
        for kind in act["kinds"]:
            for said in cycle.data[f"{kind}s"]:
                draft(cycle, said, said["answer"], at=drafted, approved=True)
        kinds = [VoiceKind(kind) for kind in act["kinds"]]
        publication.publish_answers(cycle.consultation, kinds, by=cycle.coordinator, at=published)
    for said in cycle.data["remarks"]:
        if "department" in said:
            assign(cycle, said)
        if "draft" in said:
            draft(cycle, said, said["draft"], at=cycle.calendar.at(said["received"]) + DAY)


def draft(cycle: Cycle, said: dict[str, Any], answer: dict[str, Any], *, at: datetime, approved: bool = False) -> None:
    part, drafter = voice_of(cycle, said).parts.get(), cycle.staff[Role.DRAFTER]
    outcome = Outcome(answer["outcome"])
    answers.draft_answer(part, outcome=outcome, reasons=answer["reasons"], seen=0, by=drafter, at=at)
    if approved:
        answers.send_for_approval(part, by=drafter, at=at + HOUR)
        answers.approve_answers([part], seen={part.pk: 1}, by=cycle.coordinator, at=at + DAY)


def assign(cycle: Cycle, said: dict[str, Any]) -> None:
    department, at = Department.objects.get(name=said["department"]), cycle.calendar.at(said["received"]) + HOUR
    parts = voice_of(cycle, said).parts.all()
    assign_parts(parts, department=department, assignee=None, due_on=None, by=cycle.coordinator, at=at)


def voice_of(cycle: Cycle, said: dict[str, Any]) -> Voice:
    """The voice that an entry of the data became; no two say the same."""
    return cycle.consultation.voices.get(text=said.get("text", ""), proposed_wording=said.get("proposed_wording", ""))


def tell_where_proposals_landed(cycle: Cycle) -> None:
    """The draft took them up while it was written: its provisions say because of which."""
    version = cycle.draft
    for said in cycle.data["proposals"]:
        for citation in said["answer"].get("landed", ()):
            changes.explain_change(
                version,
                version.texts.get(citation=citation).provision,
                parts=voice_of(cycle, said).parts.all(),
                by=cycle.staff[Role.DRAFTER],
                at=cycle.calendar.at(cycle.data["draft"]["frozen"]),
            )


def adopt_program(cycle: Cycle) -> DraftVersion:
    """What the council voted on: the draft with what the office took from the remarks, each change with its voices."""
    data, drafter = cycle.data["adopted"], cycle.staff[Role.DRAFTER]
    at = cycle.calendar.at(data["frozen"])
    version = texts.start_version(cycle.program, purpose=Purpose.ADOPTED, based_on=cycle.draft, by=drafter, at=at - WEEK)
    for edit in data["edits"]:
        said = [remark for remark in cycle.data["remarks"] if remark["citation"] == edit["citation"]]
        parts = [part for remark in said for part in voice_of(cycle, remark).parts.all()]
        place = cycle.draft.texts.select_related("version").get(citation=edit["citation"])
        change = changes.propose_change(
            parts, on=place, action=ChangeAction.REWORD, heading=place.heading, text=edit["text"], by=drafter, at=at - 2 * DAY
        )
        changes.apply_change(change, version, by=drafter, at=at - DAY)
    added = data["added"]
    behind = cycle.draft.texts.select_related("version").get(citation=added["behind"])
    own = changes.record_own_change(
        on=behind, action=ChangeAction.ADD, text=added["text"], own_reason=added["reason"], by=drafter, at=at - 2 * DAY
    )
    changes.apply_change(own, version, by=drafter, at=at - DAY)
    adopted = texts.freeze_version(version, by=drafter, at=at)
    texts.record_resolution(cycle.program, version=adopted, adopted_on=localdate(at), **data["resolution"], by=drafter, at=at)
    return adopted


def report(cycle: Cycle) -> None:
    data = cycle.data["report"]
    at = cycle.calendar.at(data["published"])
    begun = reports.begin_report(cycle.consultation, at=at)
    said = {name: data[name] for name in ("basis", "course", "opinion", "conclusion", "prepared_by")}
    words = reports.Words(forms=begun.forms, **said)
    places = [reports.Place(row["place"], date.fromisoformat(row["on"]), row["link"]) for row in data["publicity"]]
    reports.write_report(begun, words=words, places=places, by=cycle.coordinator, at=at - DAY)
    reports.publish_report(begun, by=cycle.coordinator, at=at)
