"""5,000 remarks: read, compared with one another, published, reported on, each beside something plain.

In a folder and on a database of its own. Rows are made in bulk: what they come to be is not what is measured.
"""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from rapidfuzz import fuzz, process

from accounts.actions import account_for, give_roles
from accounts.folding import folded
from accounts.letters import owe_letter
from accounts.models import User
from accounts.roles import Role
from consultations.actions.publication import publish_answers
from consultations.actions.report import Words, begin_report, publish_report, write_report
from consultations.actions.schedule import add_stage, create_consultation, publish_consultation
from consultations.alike import alike_in, similar_to
from consultations.exports import open_data, report_docx, report_pdf, table_csv, table_xlsx
from consultations.models import Consultation, Decision, Outcome, Part, Submission, Voice, VoiceKind
from consultations.reporting.source import gathered
from consultations.stages import Kind
from desk.bench import Result
from desk.bench.bare import bare
from desk.bench.house import ask, own_house
from desk.bench.pages import OneWorker, beside_bare
from desk.bench.pdf import measured
from desk.bench.text import WORDS
from programs.actions import UnitDraft, create_program, freeze_version, start_version, write_units
from programs.models import ProgramKind, ProvisionText, Purpose
from programs.numbering import Unit

SLUG, VOICES, IDEAS, PARAGRAPHS = "2030", 5000, 1500, 300
ENDINGS = ("", "owy", "ami", "ach", "enie", "nik", "ość", "yzm", "arka", "iwo", "unek", "stwo")
SAMPLE = 250  # of the voices compared by the plain way
ROUNDS = 5
LISTS = {
    "voices-list": f"/konsultacje/{SLUG}/uwagi/",
    "voices-list-end": f"/konsultacje/{SLUG}/uwagi/?page=150",
    "voices-search": f"/konsultacje/{SLUG}/uwagi/?q=progr",
    "voices-voice": f"/konsultacje/{SLUG}/uwagi/2500/",
}
DESK = "/admin/consultations/voice/"
FORMATS = ("pdf", "docx", "xlsx", "csv", "json")
# Times the bare view; of each beside each; times its letters alone. And megabytes of a process.
PROMISED = {
    "voices-list": 3.0,
    "voices-list-end": 3.0,
    "voices-search": 3.0,
    "voices-voice": 1.5,
    "voices-desk": 10.0,
    "voices-alike": 0.1,
    "voices-publication": 2.0,
}
MEGABYTES = 800
OURS = "import django; django.setup(); from desk.bench import voices; voices.report(*{!r})"


def voices() -> list[Result]:
    with own_house("config.bench", ["collectstatic", "--noinput"], EMAIL_URL="dummymail://") as environment:
        try:
            ask("desk.bench.voices", "build()", environment)
            found = json.loads(ask("desk.bench.voices", "measure()", environment))
        finally:
            ask("desk.bench.signup", "leave_no_wakes()", environment)
        with (
            OneWorker("desk.bench.bare:make_application()", environment=environment) as plain,
            OneWorker("config.wsgi", environment=environment) as portal,
        ):
            pages = [Result(name, beside_bare(plain, portal, path), PROMISED[name]) for name, path in LISTS.items()]
        reports = {kind: measured(OURS, kind, environment=environment) for kind in ("", *FORMATS)}
    for line in found["lines"]:
        print(line)
    for kind, run in reports.items():
        print(f"report as {kind or 'facts alone'}: {run.seconds:.1f} s CPU, {run.megabytes:.0f} MB, {run.printed.strip()} bytes")
    megabytes = max(run.megabytes for run in reports.values())
    return [
        *pages,
        *(Result(name, found[name], PROMISED[name]) for name in ("voices-desk", "voices-alike", "voices-publication")),
        Result("voices-report, megabytes of the largest process", megabytes, MEGABYTES),
    ]


# --- Runs in that house ---------------------------------------------------------------------------


def build() -> None:
    """Remarks on a text of 300 paragraphs; of each idea some three and more, in words of their own. All are answered."""
    chance, at = Random(5000), now()  # noqa: S311 - the same voices each time
    program = create_program(title="Program", slug=SLUG, kind=ProgramKind.ANNUAL, first_year=2030, last_year=2030, at=at)
    version = start_version(program, purpose=Purpose.CONSULTATION, at=at)
    units = [UnitDraft(Unit.PARAGRAPH, text=f"{_words(chance, 14)}.") for _ in range(PARAGRAPHS)]
    write_units(version, [UnitDraft(Unit.CHAPTER, heading="Cele", children=units)], at=at)
    freeze_version(version, by=None, at=at)
    consultation = _consultation(program, at)
    texts = list(version.texts.filter(kind=Unit.PARAGRAPH).order_by("rank"))
    with transaction.atomic():
        _speak(consultation, texts, chance, at)
        _answer(chance, at)


def _consultation(program: Any, at: Any) -> Consultation:
    begun, over = at - timedelta(days=30), at - timedelta(days=1)
    made = create_consultation(title="Konsultacje", slug=SLUG, programs=[program], contact_email="urzad@example.org", at=begun)
    add_stage(made, kind=Kind.REMARKS, name="Uwagi", opens_at=begun, closes_at=over, by=None, at=begun)
    return publish_consultation(made, by=_staff(Role.COORDINATOR), at=begun)


def _staff(role: Role) -> User:
    user = account_for(f"{role}@example.org")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    give_roles(user, roles=[role], by=None)
    return User.objects.get(pk=user.pk)


def _speak(consultation: Consultation, texts: list[ProvisionText], chance: Random, at: Any) -> None:
    ideas = [(chance.choice(texts), _words(chance, 12), _words(chance, 18)) for _ in range(IDEAS)]
    submissions, voices = [], []
    for number in range(1, VOICES + 1):
        place, wording, reasons = chance.choice(ideas)
        organization = f"Stowarzyszenie {chance.randrange(400)}" if chance.random() < 0.7 else ""
        submissions.append(
            Submission(
                consultation=consultation,
                name=f"Osoba {number}",
                email=f"osoba{number}@example.org",
                organization_name=organization,
                folded=folded(organization),
                received_at=at - timedelta(days=2),
                form_token=f"{number:032x}",
            )
        )
        # A few words of the author's own.
        said = {"proposed_wording": f"{wording} {_words(chance, 3)}", "reasons": f"{reasons} {_words(chance, 4)}"}
        stands = {"consultation": consultation, "kind": VoiceKind.REMARK, "number": number, "released_at": at}
        where = {"version_id": place.version_id, "provision_text": place, "quote": place.text}
        voices.append(Voice(**stands, **where, **said, folded=folded(" ".join(said.values()))))
    for voice, submission in zip(voices, Submission.objects.bulk_create(submissions), strict=True):
        voice.submission = submission
    Part.objects.bulk_create([Part(voice=voice) for voice in Voice.objects.bulk_create(voices)])


def _answer(chance: Random, at: Any) -> None:
    by = {"drafted_by": _staff(Role.DRAFTER), "approved_by": _staff(Role.COORDINATOR)}
    moments = {"drafted_at": at, "submitted_at": at, "approved_at": at}
    parts = list(Part.objects.order_by("pk"))
    outcomes = [Outcome.ACCEPTED, Outcome.PARTLY, Outcome.REJECTED, Outcome.NOTED]
    decisions = [
        Decision(part=part, revision=1, outcome=chance.choice(outcomes), reasons=_words(chance, 25), **by, **moments)
        for part in parts
    ]
    for part, decision in zip(parts, Decision.objects.bulk_create(decisions), strict=True):
        part.current = decision
    Part.objects.bulk_update(parts, ["current"], batch_size=500)


def _words(chance: Random, count: int) -> str:
    """Of a thousand words: each of the list with endings and beginnings of its own."""
    return " ".join(f"{chance.choice(WORDS)[:5]}{chance.choice(ENDINGS)}" for _ in range(count))


class Cost(NamedTuple):
    """Of a call: seconds of CPU, seconds, queries."""

    cpu: float
    wall: float
    queries: int

    def __str__(self) -> str:
        return f"{self.cpu:.2f} s CPU, {self.wall:.2f} s, {self.queries} queries"


def measure() -> None:
    """Prints ratios and lines for people, as JSON. What is published stays so, for the pages and the reports."""
    consultation = Consultation.objects.get()
    voice = consultation.voices.get(number=VOICES // 2)
    one, groups = _cost(partial(similar_to, voice)), _cost(partial(alike_in, consultation, VoiceKind.REMARK))
    plain = _cost(_plain_comparison).cpu * VOICES / SAMPLE
    act = partial(publish_answers, consultation, [VoiceKind.REMARK], by=_staff(Role.COORDINATOR), at=now())
    letters = _cost(partial(_undone, _letters))
    published = _cost(act)
    _report(consultation)
    visitor, desk = (Client(SERVER_NAME="localhost") for _ in range(2))
    desk.force_login(_staff(Role.COORDINATOR))
    listed, bare_view = _page_cost(partial(_ask, desk, DESK)), _page_cost(partial(bare, RequestFactory().get("/")))
    lines = [
        f"{VOICES} remarks of {IDEAS} ideas",
        f"similar to one: {one}",
        f"groups of all: {groups}; each beside each by rapidfuzz alone: {plain:.0f} s CPU",
        f"publication with {VOICES} letters: {published}; the letters alone: {letters}",
        f"the desk's list: {listed}; the bare view: {bare_view}",
        *(f"{path}: {_page_cost(partial(_ask, visitor, path)).queries} queries" for path in LISTS.values()),
    ]
    ratios = {"alike": groups.cpu / plain, "publication": published.cpu / letters.cpu, "desk": listed.cpu / bare_view.cpu}
    print(json.dumps({"lines": lines, **{f"voices-{name}": ratio for name, ratio in ratios.items()}}))


def _cost(call: Callable[[], object]) -> Cost:
    with CaptureQueriesContext(connection) as queries:
        cpu, wall = time.process_time(), time.perf_counter()
        call()
        return Cost(time.process_time() - cpu, time.perf_counter() - wall, len(queries))


def _page_cost(call: Callable[[], Any]) -> Cost:
    """Of one call in the middle of several, which the first warms up."""
    costs = [_cost(call) for _ in range(ROUNDS + 1)][1:]
    return sorted(costs)[len(costs) // 2]


def _ask(client: Client, path: str) -> object:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return answer


def _plain_comparison() -> None:
    texts = list(Voice.objects.order_by("pk").values_list("folded", flat=True))
    for text in texts[:SAMPLE]:
        process.extract(text, texts, scorer=fuzz.ratio, score_cutoff=75, limit=None)


def _letters() -> None:
    """What a publication owes, with nothing in it."""
    for number in range(VOICES):
        owe_letter(f"osoba{number}@example.org", kind="answers", occasion="bench", at=now(), is_new=True)


def _undone(write: Callable[[], object]) -> None:
    with transaction.atomic():
        write()
        transaction.set_rollback(True)


def _report(consultation: Consultation) -> None:
    by, at = _staff(Role.COORDINATOR), now()
    words = Words(basis="Uchwała.", forms="Portal.", course="Tak.", opinion="", conclusion="Przyjąć.", prepared_by="Urząd")
    publish_report(write_report(begin_report(consultation, at=at), words=words, places=[], by=by, at=at), by=by, at=at)


def report(kind: str) -> None:
    """In a process of its own: what it takes from the rows to the bytes. Prints how many."""
    at = now()
    told, said = gathered(Consultation.objects.get(), at)
    # A PDF of more has no voices in it.
    on_paper = said[: report_pdf.LISTED_AT_MOST]
    made: dict[str, Callable[[], bytes]] = {
        "": lambda: b"",
        "pdf": lambda: report_pdf.report_pdf(told, on_paper, progress=_ignore, cancelled=lambda: False).content,
        "docx": lambda: report_docx.report_docx(told, said),
        "xlsx": lambda: table_xlsx.table_xlsx(told, said),
        "csv": lambda: "".join(table_csv.table_csv(said)).encode(),
        "json": lambda: "".join(open_data.open_data(told, said, at=at)).encode(),
    }
    print(len(made[kind]()))


def _ignore(_percent: int) -> None: ...
