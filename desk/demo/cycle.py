"""One consultation lived through, from its data file, by the verbs that people's clicks call."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.core.files import File
from django.utils.text import slugify
from django.utils.timezone import localdate

from accounts.models import User
from accounts.roles import Role
from consultations import actions as process
from consultations.models import Channel, Consultation, FormalEvent, Stage, Submission, Topic
from desk.demo.calendar import Calendar, Moment
from meetings import actions as meetings
from meetings.models import Meeting, TopicOutcome, WorkingGroup
from programs import actions as texts
from programs.marks import as_cited, stored
from programs.models import DraftVersion, FileFormat, Program, ProgramKind, Purpose
from programs.numbering import Unit

MINUTE, DAY, WEEK = timedelta(minutes=1), timedelta(days=1), timedelta(weeks=1)
# The one Polish letter that is not a letter with a mark.
POLISH = str.maketrans("łŁ", "lL")


@dataclass
class Cycle:
    data: dict[str, Any]
    calendar: Calendar
    staff: dict[Role, User]
    # The archive is older than the portal: what came then was written down by the office, without addresses.
    on_paper: bool = False
    topics: dict[str, Topic] = field(default_factory=dict)
    stages: dict[str, Stage] = field(default_factory=dict)
    events: list[FormalEvent] = field(default_factory=list)
    groups: dict[str, WorkingGroup] = field(default_factory=dict)

    @property
    def coordinator(self) -> User:
        return self.staff[Role.COORDINATOR]

    def live(self) -> Consultation:
        self.begin = self.calendar.at(self.data["published"])
        self.program = enter_program(self.text, at=self.begin)
        self.consultation = self.announce()
        self.schedule()
        process.publish_consultation(self.consultation, by=self.coordinator, at=self.begin)
        self.version = self.freeze_draft()
        self.hold_meeting()
        self.publish_news()
        self.move_dates()
        self.collect_voices()
        if localdate(self.meeting.ends_at) < self.calendar.today:
            self.remember_meeting()
        return self.consultation

    # --- the text -------------------------------------------------------------------------------
    @property
    def text(self) -> dict[str, Any]:
        """The program: its own file, or only its title while there is no draft."""
        program: dict[str, Any] | str = self.data["program"]
        return self.calendar.read(program) if isinstance(program, str) else program

    @property
    def draft(self) -> DraftVersion:
        assert self.version  # noqa: S101 - tells the type checker what the data holds
        return self.version

    def freeze_draft(self) -> DraftVersion | None:
        if "draft" not in self.data:
            return None
        frozen_at = self.calendar.at(self.data["draft"]["frozen"])
        version = texts.start_version(
            self.program, purpose=Purpose.CONSULTATION, by=self.staff[Role.DRAFTER], at=frozen_at - timedelta(days=7)
        )
        write(version, self.text["units"], at=frozen_at - timedelta(days=1))
        return texts.freeze_version(version, by=self.staff[Role.DRAFTER], at=frozen_at)

    # --- the process ----------------------------------------------------------------------------
    def announce(self) -> Consultation:
        consultation = process.create_consultation(
            title=self.data["title"],
            slug=self.data["slug"],
            lead=self.data["lead"],
            programs=[self.program],
            host=self.data["host"],
            co_hosts=self.data["co_hosts"],
            phone=self.data["phone"],
            contact_email=self.data["host_email"],
            at=self.begin - timedelta(days=1),
        )
        for position, topic in enumerate(self.data["topics"]):
            self.topics[topic["letter"]] = process.add_topic(
                consultation,
                name=topic["name"],
                description=topic["description"],
                position=position,
                at=self.begin - timedelta(days=1),
            )
        return consultation

    def schedule(self) -> None:
        """Stages and formal events; the timeline puts them in order by their dates."""
        at = self.begin - timedelta(hours=1)
        for event in self.data["formal_events"]:
            self.events.append(
                process.add_event(
                    self.consultation,
                    kind=event["kind"],
                    name=event["name"],
                    note=event["note"],
                    planned_on=self.day(event["planned"]),
                    by=self.coordinator,
                    at=at,
                )
            )
        keys = [event["key"] for event in self.data["formal_events"]]
        for stage in self.data["stages"]:
            self.stages[stage["kind"]] = process.add_stage(
                self.consultation,
                kind=stage["kind"],
                name=stage["name"],
                description=stage["description"],
                opens_at=self.calendar.moment(stage.get("opens")),
                closes_at=self.calendar.until(stage.get("closes")),
                shown_as=stage["shown_as"],
                days_after=stage.get("days_after"),
                after_event=self.events[keys.index(stage["after_event"])] if "after_event" in stage else None,
                by=self.coordinator,
                at=at,
            )

    def day(self, value: Moment | None) -> date | None:
        return None if value is None else self.calendar.day(value)

    def move_dates(self) -> None:
        for change in self.data["date_changes"]:
            process.move_stage(
                self.stages[change["stage"]],
                opens_at=self.calendar.moment(change["opens"]),
                closes_at=self.calendar.until(change["closes"]),
                reason=change["reason"],
                by=self.coordinator,
                at=self.calendar.at(change["at"]),
            )
        for row, event in zip(self.events, self.data["formal_events"], strict=True):
            if done := self.day(event["done"]):
                noon = datetime.combine(done, time(12), tzinfo=self.begin.tzinfo)
                opens_at = self.calendar.moment(event.get("opens"))
                process.record_event(row, done_on=done, opens_at=opens_at, by=self.coordinator, at=noon)

    def publish_news(self) -> None:
        for number, news in enumerate(self.data["announcements"], start=1):
            process.publish_announcement(
                self.consultation,
                slug=f"{self.data['slug']}-{number}-{slugify(news['title'].translate(POLISH))}"[:80].rstrip("-"),
                title=news["title"],
                body=news["body"],
                at=self.calendar.at(news["published"]),
            )
        for follower in self.data["followers"]:
            at = self.calendar.at(follower["followed"])
            follow = process.follow(self.consultation, email=follower["email"], language="pl", at=at)
            if follower["confirmed"]:
                process.confirm_follow(follow, at=at + MINUTE)

    # --- the meeting ----------------------------------------------------------------------------
    def hold_meeting(self) -> None:
        meeting = self.plan_meeting()
        self.form_groups(meeting)
        meetings.publish_meeting(meeting, by=self.coordinator, at=self.begin)
        for person in self.data["meeting"]["registrations"]:
            self.sign_up(person)
        self.propose_topics(meeting)
        self.meeting = meeting

    def remember_meeting(self) -> None:
        """Who was there, and what each group concluded: proposals, once the coordinator had read them."""
        during, after = self.meeting.starts_at + 30 * MINUTE, self.meeting.ends_at + timedelta(hours=15)
        for registration in self.meeting.registrations.all():
            meetings.mark_present(registration, by=self.coordinator, at=during)
        for letter, group in self.groups.items():
            said = [one for one in self.data["proposals"] if one["channel"] == "meeting" and one["topic"] == letter]
            for one in said:
                author = group.moderators.earliest("pk").name
                meetings.add_conclusion(group, text=one["text"], reasons=one["reasons"], author=author, at=during)
            meetings.take_conclusions(group, by=self.coordinator, at=after)

    def plan_meeting(self) -> Meeting:
        data, moment = self.data["meeting"], self.calendar.moment
        return meetings.create_meeting(
            self.consultation,
            title=data["title"],
            slug=data["slug"],
            mode=data["mode"],
            place=data["place"],
            starts_at=self.calendar.at(data["starts"]),
            ends_at=self.calendar.at(data["ends"]),
            topics_until=moment(data["topics_until"]),
            signup_until=moment(data["signup_until"]),
            confirm_until=moment(data["confirm_until"]),
            by=self.coordinator,
            at=self.begin,
        )

    def form_groups(self, meeting: Meeting) -> None:
        for position, group in enumerate(self.data["meeting"]["groups"]):
            topic = self.topics[group["topic"]]
            row = meetings.add_group(
                meeting,
                name=topic.name,
                topic=topic,
                description=topic.description,
                capacity=group["capacity"],
                room=group.get("room", ""),
                room_link=group.get("room_link", ""),
                position=position,
                at=self.begin,
            )
            for moderator in group["moderators"]:
                user = self.staff[Role.MODERATOR] if position == 0 and moderator["sector"] == "ngo" else None
                meetings.set_moderator(
                    row,
                    sector=moderator["sector"],
                    name=f"{moderator['name']}, {moderator['role']}",
                    email=moderator.get("email", ""),
                    user=user,
                    at=self.begin,
                )
            self.groups[group["topic"]] = row

    def propose_topics(self, meeting: Meeting) -> None:
        for topic in self.data["meeting"]["topic_proposals"]:
            proposed = meetings.propose_topic(
                meeting,
                title=topic["title"],
                text=topic["text"],
                name=topic["author"]["name"],
                email=topic["author"]["email"],
                organization_name=topic["author"]["organization"],
                form_token=uuid4().hex,
                channel=Channel(topic["channel"]),
                entered_by=None if topic["channel"] == "portal" else self.coordinator,
                at=self.calendar.at(topic["received"]),
            )
            if "taken_into" in topic:
                group = self.groups[topic["taken_into"]]
                decided_at = self.calendar.at(topic["received"]) + timedelta(hours=18)
                meetings.decide_topic(proposed, outcome=TopicOutcome.ACCEPTED, group=group, at=decided_at)

    def sign_up(self, person: dict[str, Any]) -> None:
        by_staff = self.on_paper or person["channel"] != "portal"
        at = self.calendar.at(person["signed_up"])
        registration = meetings.sign_up(
            self.groups[person["group"]],
            person=meetings.SignUp(
                name=person["name"],
                email="" if by_staff else person["email"],
                organization_name=person["organization"],
                may_be_named=person["channel"] == "portal",
                waits=True,
            ),
            form_token=uuid4().hex,
            channel=Channel.EMAIL if self.on_paper else Channel(person["channel"]),
            entered_by=self.coordinator if by_staff else None,
            at=at,
        )
        if not by_staff and person["state"] == "confirmed":
            meetings.confirm_email(registration, at=at + 5 * MINUTE)

    # --- the voices -----------------------------------------------------------------------------
    def collect_voices(self) -> None:
        # What was said at the meeting comes as the conclusions of its groups.
        written = [voice for voice in self.data["proposals"] if voice["channel"] != "meeting"]
        for voice in written:
            proposal = process.ProposalText(text=voice["text"], reasons=voice["reasons"], topic=self.topics[voice["topic"]])
            self.record(voice, process.submit_proposal, proposals=[proposal])
        if self.version:
            for voice in self.data["remarks"]:
                remark = process.RemarkText(
                    version=self.version,
                    provision_text=self.version.texts.get(citation=voice["citation"]),
                    proposed_wording=voice["proposed_wording"],
                    reasons=voice["reasons"],
                )
                self.record(voice, process.submit_remarks, remarks=[remark])

    def record(self, voice: dict[str, Any], submit: Any, **what: Any) -> None:
        at = self.calendar.at(voice["received"])
        by_staff = self.on_paper or voice["channel"] != "portal"
        submission: Submission = submit(
            self.consultation,
            author=process.Author(
                name=voice["author"]["name"],
                email="" if by_staff else voice["author"]["email"],
                organization_name=voice["author"]["organization"],
            ),
            channel=Channel.EMAIL if self.on_paper and voice["channel"] == "portal" else Channel(voice["channel"]),
            entered_by=self.coordinator if by_staff else None,
            form_token=uuid4().hex,
            at=at,
            **what,
        )
        if not by_staff:
            process.confirm_submission(submission, at=at + 5 * MINUTE)
        if voice["released"]:
            process.release_voices(submission.voices.all(), by=self.coordinator, at=at + timedelta(hours=20))


def drafts(units: list[dict[str, Any]]) -> list[texts.UnitDraft]:
    """The tree of a data file as the verbs take it."""
    return [
        texts.UnitDraft(
            kind=Unit(unit["kind"]),
            heading=unit.get("heading", ""),
            text=unit.get("text", ""),
            cells=unit.get("cells", ()),
            elements=unit.get("elements", ()),
            children=drafts(unit.get("children", [])),
        )
        for unit in units
    ]


def enter_program(text: dict[str, Any], *, at: datetime) -> Program:
    first = int(text["first_year"])
    return texts.create_program(
        title=text["title"],
        slug=text["slug"],
        kind=ProgramKind(text["kind"]),
        first_year=first,
        last_year=int(text["last_year"]),
        previous=Program.objects.filter(slug=str(first - 1)).first(),
        at=at,
    )


def adopt_last_years_program(cycle: Cycle) -> DraftVersion:
    data = cycle.data["previous_program"]
    at, text = cycle.calendar.at(data["frozen"]), cycle.calendar.read(data["file"])
    program = enter_program(text, at=at)
    version = texts.start_version(program, purpose=Purpose.ADOPTED, by=cycle.staff[Role.DRAFTER], at=at)
    write(version, text["units"], at=at)
    return texts.freeze_version(version, by=cycle.staff[Role.DRAFTER], at=at)


def write(version: DraftVersion, units: list[dict[str, Any]], *, at: datetime) -> None:
    """A text from its file, where references and totals stand in braces as people type them."""
    texts.write_units(version, drafts(units), at=at)
    written = list(version.texts.select_related("version").in_reading_order())
    cited = {as_cited(text.citation): text.provision_id for text in written}
    for text in written:
        if "{" in text.text:
            texts.edit_unit(text, heading=text.heading, text=stored(text.text, cited), at=at)


def offer_last_years_program(cycle: Cycle, version: DraftVersion) -> None:
    """Last year's program for download, rendered by the portal itself."""
    made = texts.ask_for_file(version, FileFormat.PDF, at=cycle.begin)
    texts.make_file(made, at=cycle.begin, clock=lambda: cycle.begin)
    with made.file.open("rb") as printed:
        pdf = File(BytesIO(printed.read()), name=f"program-{version.program.slug}.pdf")
    process.add_document(cycle.consultation, title=version.program.title, file=pdf, at=cycle.begin)
