"""A sheet of voices: taken empty, put up filled, looked through row by row, recorded once; what is wrong is given back."""

from datetime import date, time, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Letter, Organization, User
from accounts.roles import Role
from consultations.actions.intake import SignatureIsMissing, numbers_of
from consultations.actions.schedule import add_topic, move_stage
from consultations.actions.voices import LateNeedsAReason, RangeIsWrong, ReceivedInTheFuture, withdraw_submission
from consultations.forms.citations import NO_SUCH
from consultations.forms.imported import rows_of as judged
from consultations.imports.columns import COLUMNS, GIVEN_BACK, head
from consultations.imports.refusals import Reason
from consultations.imports.sheets import CHANNELS
from consultations.models import Channel, Outcome, Step, Submission, Voice, VoiceImport, VoiceKind
from consultations.models.intake import DRAFTS_LIVE
from consultations.stages import Kind
from desk.privacy.retention import retain
from programs.actions import freeze_version, start_version
from programs.models import Purpose
from tests.consultations.sheet_desk import LIST, NEW, errors_of, page_of, post, put_up, record
from tests.consultations.voice_pages import text_of
from tests.factories.sheets import GOOD, book, opened, rows_of
from tests.factories.voices import CLOSES, DURING, OPENS, TICK, consultation, coordinator, unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(CLOSES, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


def staff(role):
    user = User.objects.create_user(f"{role}@example.org", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name=role)[0])
    return user


# --- From the file to the voices ----------------------------------------------------------------------


def test_a_row_becomes_a_letter_with_all_that_it_says(desk, made):
    known = Organization.objects.create(name="KOŁO gospodyń  „źdźbło”")
    row = {**GOOD, "email": "jan@example.org", "topic": "WOLONTARIAT", "citation": "§1–§ 2"}
    sheet = put_up(desk, made, [{**row, "proposed_wording": "Inne\nsłowa.", "reasons": "Bo tak."}])
    assert not Submission.objects.exists()
    page = text_of(desk.get(page_of(sheet)))
    for words in ("Koło Gospodyń „Źdźbło”", "Jan Ćwik", "jan@example.org", "§ 1 – § 2", "Wolontariat", "Zażółć gęślą jaźń."):
        assert words in page
    record(desk, sheet)
    voice = Voice.objects.get()
    assert (voice.place, voice.topic.name, voice.text) == ("§ 1 – § 2", "Wolontariat", "Zażółć gęślą jaźń.")
    assert (voice.proposed_wording, voice.reasons) == ("Inne\nsłowa.", "Bo tak.")
    submission = voice.submission
    assert (submission.channel, submission.received_at, submission.entered_by) == (Channel.PAPER, DURING, coordinator())
    assert (submission.name, submission.author, submission.organization) == ("Jan Ćwik", "Koło Gospodyń „Źdźbło”", known)
    assert Letter.objects.get().to == "jan@example.org"
    assert voice.signature in text_of(desk.get(page_of(sheet)))


def test_of_200_rows_3_that_are_wrong_are_given_back_and_197_recorded_once(desk, made):
    rows = rows_of(200)
    rows[9]["day"], rows[99]["citation"], rows[199]["channel"] = "31.02.2026", "§ 99", "gołąb"
    sheet = put_up(desk, made, rows)
    page = text_of(desk.get(page_of(sheet) + "?show=bad"))
    assert [f'id="row-{row}"' in page for row in (11, 101, 201)] == [True] * 3
    assert page.count('class="module facts wrong"') == 3
    assert head("day") in page
    for _time in range(2):  # a double click
        record(desk, sheet)
    assert list(Voice.objects.order_by("number").values_list("number", flat=True)) == [*range(1, 198)]
    assert (Submission.objects.count(), Letter.objects.count()) == (197, 0)
    # Names are not kept twice.
    assert [row["row"] for row in sheet.rows if "said" in row] == [11, 101, 201]
    # Given back with the reasons, mended, put up again: only these three are new.
    answer = desk.get(reverse("admin:consultations_returned", args=[sheet.pk]))
    (back,) = opened(answer.content).values()
    assert back[0] == [GIVEN_BACK, *(head(name) for name in COLUMNS)]
    assert [row[1:8] for row in back[1:]] == [
        ["Koło Gospodyń „Źdźbło”", "Jan Ćwik", None, "papier", "31.02.2026", "11:30", None],
        ["Koło Gospodyń „Źdźbło”", "Jan Ćwik", None, "papier", "10.09.2026", "11:30", None],
        ["Koło Gospodyń „Źdźbło”", "Jan Ćwik", None, "gołąb", "10.09.2026", "11:30", None],
    ]
    assert [row[0].partition(":")[0] for row in back[1:]] == [head(name) for name in ("day", "citation", "channel")]
    mended = [dict(zip(["back", *COLUMNS], row, strict=True)) for row in back[1:]]
    mended[0]["day"], mended[1]["citation"], mended[2]["channel"] = date(2026, 9, 11), "§ 3", "telefon"
    again = post(desk, made, book(mended, columns=["back", *COLUMNS], heads=back[0]))
    record(desk, VoiceImport.objects.latest("pk"))
    assert (again.status_code, Voice.objects.count()) == (302, 200)


def test_the_same_file_put_up_again_records_nothing_again(desk, made):
    first = put_up(desk, made, rows_of(3))
    record(desk, first)
    withdraw_submission(Submission.objects.first(), at=DURING)
    # In another order of columns, with a text in place of a date, after a new version of the text and with one row more.
    version = freeze_version(
        start_version(unit(made).version.program, purpose=Purpose.CONSULTATION, based_on=unit(made).version, at=CLOSES),
        by=None,
        at=CLOSES,
    )
    names = [*reversed(COLUMNS)]
    rows = [*rows_of(3, day="10.09.2026"), {**GOOD, "text": "Czwarta."}]
    post(desk, made, book(rows, columns=names, heads=[head(name) for name in names]))
    second = VoiceImport.objects.latest("pk")
    page = text_of(desk.get(page_of(second) + "?show=recorded"))
    assert [f"U/2027/00{number}" in page for number in (1, 2, 3, 4)] == [True, True, True, False]
    record(desk, second)
    assert list(Voice.objects.order_by("number").values_list("text", "version__number")) == [
        ("Uwaga numer 1.", 1),
        ("Uwaga numer 2.", 1),
        ("Uwaga numer 3.", 1),
        ("Czwarta.", version.number),
    ]


def test_two_rows_that_say_the_same_are_one_until_somebody_tells_them_apart(desk, made):
    sheet = put_up(desk, made, [GOOD, GOOD, {**GOOD, "hour": "11:31"}])
    assert [bool(row.errors) for row in judged(sheet, CLOSES)] == [False, True, False]
    record(desk, sheet)
    assert Voice.objects.count() == 2


def test_an_unsigned_row_goes_to_approval_as_not_considered(desk, made):
    unsigned = {**GOOD, "name": "", "organization_name": ""}
    sheet = put_up(desk, made, [unsigned, {**unsigned, "set_aside": "Brak podpisu."}])
    assert [row.errors for row in judged(sheet, CLOSES)] == [[(head("name"), str(SignatureIsMissing.in_words))], []]
    record(desk, sheet)
    part = Voice.objects.get().parts.get()
    assert (part.current.outcome, part.current.reasons, part.step) == (Outcome.NOT_CONSIDERED, "Brak podpisu.", Step.REVIEW)


def test_proposals_are_rows_with_topics(desk, made):
    rows = [
        {**GOOD, "citation": "", "topic": "Procedura konkursowa"},
        {**GOOD, "citation": "", "topic": "inna sprawa", "text": "Druga."},
        {**GOOD, "topic": "Wolontariat"},
        {**GOOD, "citation": "", "topic": "Sport"},
        {**GOOD, "citation": "", "topic": ""},
        {**GOOD, "citation": "", "topic": "Wolontariat", "text": ""},
    ]
    sheet = put_up(desk, made, rows, kind=VoiceKind.PROPOSAL)
    told = [[name for name, _words in row.errors] for row in judged(sheet, CLOSES)]
    assert told == [[], [], [head("citation")], [head("topic")], [head("topic")], [head("text")]]
    record(desk, sheet)
    assert [(voice.signature, voice.topic and voice.topic.name) for voice in Voice.objects.order_by("number")] == [
        ("P/2027/001", "Procedura konkursowa"),
        ("P/2027/002", None),
    ]


def test_a_date_that_moved_since_the_page_was_shown_leaves_the_rows_in_the_sheet(desk, made, monkeypatch):
    """Recorded row by row: what the verb refuses stays, what it takes is recorded."""
    sheet = put_up(desk, made, rows_of(2))
    assert [row.errors for row in judged(sheet, CLOSES)] == [[], []]
    stage = made.stages.get(kind=Kind.REMARKS)
    monkeypatch.setattr("consultations.forms.imported.ImportedForm.is_open", lambda *args: True)
    moved = {"opens_at": DURING + timedelta(hours=1), "closes_at": CLOSES}
    move_stage(stage, **moved, reason="Awaria poczty.", by=coordinator(), at=DURING)
    record(desk, sheet)
    assert not Voice.objects.exists()
    assert all("said" in row for row in sheet.rows)
    monkeypatch.undo()
    late = [(head("late_reason"), str(LateNeedsAReason.in_words))]
    assert [row.errors for row in judged(sheet, CLOSES)] == [late, late]


def test_a_sheet_may_be_forgotten_and_what_was_recorded_stays(desk, made):
    sheet = put_up(desk, made, rows_of(2))
    record(desk, sheet)
    assert desk.post(page_of(sheet), {"drop": "1"}).headers["Location"] == reverse(LIST)
    assert (VoiceImport.objects.count(), Voice.objects.count()) == (0, 2)
    assert desk.get(page_of(sheet)).status_code == 404


# --- What is wrong with a row -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "column", "words"),
    [
        ({"day": ""}, "day", None),
        ({"day": "wczoraj"}, "day", _("Write the day as 14.10.2026.")),
        ({"day": "10/14/2026"}, "day", _("Write the day as 14.10.2026.")),
        ({"day": "30.02.2026"}, "day", _("Write the day as 14.10.2026.")),
        ({"day": 46309}, "day", _("Write the day as 14.10.2026.")),
        ({"hour": "rano"}, "hour", _("Write the hour as 9:30.")),
        ({"hour": "25:00"}, "hour", _("Write the hour as 9:30.")),
        ({"day": "10.09.2026 25:00", "hour": ""}, "day", _("Write the hour as 9:30.")),
        ({"day": date(2026, 9, 21)}, "day", str(ReceivedInTheFuture.in_words)),
        ({"day": date(2026, 8, 31)}, "late_reason", str(LateNeedsAReason.in_words)),
        ({"hour": "12:00", "day": date(2026, 9, 20)}, "late_reason", str(LateNeedsAReason.in_words)),
        ({"channel": ""}, "channel", None),
        ({"channel": "portal"}, "channel", None),
        ({"channel": "gołąb"}, "channel", None),
        ({"citation": "§ 99"}, "citation", str(NO_SUCH)),
        ({"citation": "§ 3 - § 2"}, "citation", str(RangeIsWrong.in_words)),
        ({"citation": "", "topic": ""}, "topic", None),
        ({"topic": "Sport"}, "topic", None),
        ({"text": ""}, "proposed_wording", None),
        ({"email": "jan"}, "email", None),
        ({"name": "a" * 151}, "name", None),
        ({"late_reason": "a" * 301}, "late_reason", None),
        ({"text": "=1+1"}, "text", str(Reason.FORMULA.label)),
        ({"channel": "=A1"}, "channel", str(Reason.FORMULA.label)),
        ({"day": "=TODAY()"}, "day", str(Reason.FORMULA.label)),
        ({"hour": "=NOW()"}, "hour", str(Reason.FORMULA.label)),
        ({"name": "=A1"}, "name", str(Reason.FORMULA.label)),
        ({"citation": "=A1"}, "citation", str(Reason.FORMULA.label)),
        ({"organization_name": "#N/A"}, "organization_name", str(Reason.ERROR.label)),
        ({"text": "ż" * 20_001}, "text", str(Reason.TOO_LONG.label)),
    ],
)
def test_what_is_wrong_is_said_with_its_column(desk, made, changes, column, words):
    told = errors_of(desk, made, **changes)
    assert [name for name, _words in told] == [head(column)]
    assert words is None or told[0][1] == words


def test_an_absurd_day_is_wrong_in_its_row_alone(desk, made):
    sheet = put_up(desk, made, [{**GOOD, "day": "1.1.0001", "hour": "0:30", "late_reason": "Poczta."}, GOOD])
    assert [bool(row.errors) for row in judged(sheet, CLOSES)] == [True, False]


def test_an_empty_sheet_holds_what_a_workbook_can(desk, made):
    add_topic(made, name="Sport\x0bdzieci", position=9, at=CLOSES)
    answer = desk.post(reverse(NEW), {"consultation": made.pk, "kind": VoiceKind.REMARK, "blank": "1"})
    assert [row[1] for row in opened(answer.content)["Listy"] if "Sport" in str(row[1])] == ["Sportdzieci"]


def test_all_that_is_wrong_with_a_row_is_said_at_once(desk, made):
    told = errors_of(desk, made, day="31.02.2026", hour="25:00", channel="gołąb", citation="§ 99", text="=1+1")
    assert [name for name, _words in told] == [head(name) for name in ("channel", "day", "hour", "citation", "text")]


@pytest.mark.parametrize(
    ("day", "hour", "received"),
    [
        (date(2026, 9, 10), time(11, 30), DURING),
        ("10.09.2026", "11:30", DURING),
        ("10.9.2026 r.", "godz. 11.30", DURING),
        ("10-09-2026", "11:30:59", DURING),
        ("2026-09-10", "11:30", DURING),
        ("10.09.2026 11:30", "", DURING),
        ("10/09/2026", "", DURING + timedelta(minutes=30)),  # noon
        ("10.09.2026", "12", DURING + timedelta(minutes=30)),
        ("01.09.2026", "10:00", OPENS),
    ],
)
def test_a_day_and_an_hour_are_read_as_people_write_them(desk, made, day, hour, received):
    sheet = put_up(desk, made, [{**GOOD, "day": day, "hour": hour}])
    (row,) = judged(sheet, CLOSES)
    assert row.errors == []
    assert row.letter.received_at == received


@pytest.mark.parametrize(("channel", "words"), CHANNELS.items())
def test_each_channel_has_a_word(desk, made, channel, words):
    sheet = put_up(desk, made, [{**GOOD, "channel": words.upper()}])
    (row,) = judged(sheet, CLOSES)
    assert row.is_good
    assert row.letter.channel == channel
    assert {*CHANNELS} == {*Channel} - {Channel.PORTAL}


# --- Who, and how many queries ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "looks", "enters"),
    [(Role.COORDINATOR, True, True), (Role.DRAFTER, True, True), (Role.AUDITOR, True, False), ("nobody", False, False)],
)
def test_who_looks_and_who_records(desk, client, made, role, looks, enters):
    sheet = put_up(desk, made, [GOOD, {**GOOD, "citation": "§ 99"}])
    client.force_login(staff(role))
    returned = reverse("admin:consultations_returned", args=[sheet.pk])
    assert [client.get(page).status_code == 200 for page in (reverse(LIST), page_of(sheet), returned)] == [looks] * 3
    assert (client.get(reverse(NEW)).status_code == 200) is enters
    client.post(page_of(sheet), {"record": "1"})
    assert Voice.objects.exists() is enters
    client.post(page_of(sheet), {"drop": "1"})
    assert VoiceImport.objects.exists() is not enters


@pytest.mark.parametrize("rows", [1, 120])
def test_the_preview_asks_as_many_queries_for_any_number_of_rows(desk, made, rows, django_assert_num_queries):
    sheet = put_up(desk, made, rows_of(rows))
    desk.get(page_of(sheet))
    with django_assert_num_queries(12):
        desk.get(page_of(sheet))


def test_recording_asks_a_set_number_of_queries_for_each_row(desk, made, django_assert_num_queries):
    for count in (1, 3, 12):
        sheet = put_up(desk, made, rows_of(count, hour=f"9:{10 + count}"))
        with django_assert_num_queries(18 + 24 * count):
            desk.post(page_of(sheet), {"record": "1"})
    assert Voice.objects.count() == 16


def test_the_list_of_sheets_reads_no_rows(desk, made, django_assert_num_queries):
    for count in (1, 3):
        put_up(desk, made, rows_of(count))
        with django_assert_num_queries(9):
            desk.get(reverse(LIST))
    assert numbers_of(VoiceImport.objects.latest("pk")) == {}


@pytest.mark.parametrize(("at", "stays"), [(DRAFTS_LIVE - TICK, True), (DRAFTS_LIVE, False)])
def test_a_sheet_is_forgotten_by_itself_and_what_was_recorded_stays(desk, made, at, stays, clock):
    sheet = put_up(desk, made, [GOOD, {**GOOD, "text": ""}])
    record(desk, sheet)
    recorded = Voice.objects.count()
    clock.move_to(sheet.at + at)
    retain(at=sheet.at + at)
    assert VoiceImport.objects.exists() is stays
    assert Voice.objects.count() == recorded == 1
