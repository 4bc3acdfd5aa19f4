"""Consultations that take voices, and voices in them: everything enters through the verbs."""

from datetime import UTC, datetime, timedelta
from itertools import count

from django.contrib.auth.models import Group

from accounts.models import User
from accounts.roles import Role
from consultations.actions.schedule import add_stage, add_topic, create_consultation, publish_consultation
from consultations.actions.voices import Author, ProposalText, RemarkText, submit_proposal, submit_remarks
from consultations.models import Consultation, Submission, Voice
from consultations.stages import Kind
from programs.actions import UnitDraft, create_program, freeze_version, start_version, write_units
from programs.models import DraftVersion, ProgramKind, ProvisionText, Purpose
from programs.numbering import Unit

OPENS = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
CLOSES = datetime(2026, 9, 20, 10, 0, tzinfo=UTC)
DURING = datetime(2026, 9, 10, 9, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
AUTHOR = Author("Anna Żółć", "anna@example.org", "Stowarzyszenie Żółty Latawiec")

_tokens = count(1)


def token() -> str:
    return f"{next(_tokens):032x}"


def coordinator(email: str = "koordynatorka@example.org") -> User:
    user, made = User.objects.get_or_create(email=email, defaults={"is_staff": True, "name": "Koordynatorka"})
    if made:
        user.groups.add(Group.objects.get_or_create(name=Role.COORDINATOR)[0])
    return user


def draft(slug: str = "2027", *, purpose: Purpose = Purpose.CONSULTATION, paragraphs: int = 3) -> DraftVersion:
    """A frozen draft: § 1 with two points, then as many § as asked, of which the last has nothing in it."""
    first_year = int(slug[:4])
    program = create_program(
        title=f"Program współpracy na {first_year} rok",
        slug=slug,
        kind=ProgramKind.ANNUAL,
        first_year=first_year,
        last_year=first_year,
        at=OPENS,
    )
    version = start_version(program, purpose=purpose, at=OPENS)
    points = [UnitDraft(Unit.POINT, text="wspieranie organizacji;"), UnitDraft(Unit.POINT, text="rozwój wolontariatu.")]
    units = [UnitDraft(Unit.PARAGRAPH, text="Celami programu są:", children=points)]
    others = [f'Zapis nr {number} o kwocie 10 000 zł i "zasadach".' for number in range(2, paragraphs + 1)]
    units += [UnitDraft(Unit.PARAGRAPH, text=text) for text in others]
    write_units(version, [UnitDraft(Unit.CHAPTER, heading="Cele programu", children=units)], at=OPENS)
    return freeze_version(version, by=None, at=OPENS)


def consultation(slug: str = "2027", *, opens: datetime = OPENS, closes: datetime = CLOSES, paragraphs: int = 3) -> Consultation:
    """Proposals and remarks are open at once, on the frozen draft of one program."""
    announced = opens - timedelta(days=7)
    version = draft(slug, paragraphs=paragraphs)
    made = create_consultation(
        title=f"Program współpracy na {slug[:4]} rok",
        slug=slug,
        programs=[version.program],
        contact_email="urzad@example.org",
        phone="56 000 00 00",
        at=announced,
    )
    for kind in (Kind.PROPOSALS, Kind.REMARKS):
        add_stage(made, kind=kind, name=kind.label, by=None, at=announced, opens_at=opens, closes_at=closes)
    for position, name in enumerate(["Procedura konkursowa", "Wolontariat"]):
        add_topic(made, name=name, position=position, at=announced)
    return publish_consultation(made, by=coordinator(), at=announced)


def unit(made: Consultation, citation: str = "§ 2") -> ProvisionText:
    """Of the newest version put to consultation."""
    under_remark = ProvisionText.objects.filter(version__program__consultations=made, version__purpose=Purpose.CONSULTATION)
    return under_remark.select_related("version").filter(citation=citation).latest("version__number")


def proposal(
    made: Consultation,
    *,
    at: datetime = DURING,
    author: Author = AUTHOR,
    text: str = "Więcej warsztatów.",
    topic: int | None = 0,
) -> Voice:
    """`topic` is its position; None for another matter."""
    chosen = None if topic is None else made.topics.get(position=topic)
    said = [ProposalText(text, "Bo są potrzebne.", chosen)]
    return _only(submit_proposal(made, author=author, proposals=said, form_token=token(), at=at))


def remark(made: Consultation, *, at: datetime = DURING, author: Author = AUTHOR, citation: str = "§ 2") -> Voice:
    """`citation` empty: on the whole document."""
    place = unit(made, citation or "§ 2")
    said = [RemarkText(place.version, place if citation else None, proposed_wording="Inne słowa.", reasons="Tak będzie jaśniej.")]
    return _only(submit_remarks(made, author=author, remarks=said, form_token=token(), at=at))


def _only(submission: Submission) -> Voice:
    return submission.voices.select_related("consultation", "submission").get()
