"""The page on which one letter with several voices is typed; and the scan that comes with a letter."""

import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Letter, User
from accounts.roles import Role
from consultations.actions.intake import LARGEST_SCAN, ScanIsTooLarge, SignatureIsMissing
from consultations.actions.voices import LateNeedsAReason, release_voices
from consultations.models import Channel, Outcome, Part, Step, Submission, Voice, VoiceKind
from tests.consultations.voice_pages import text_of
from tests.factories.voices import CLOSES, DURING, consultation, coordinator

pytestmark = pytest.mark.django_db
PAGE = "admin:consultations_letter"
LIST = "admin:consultations_voice_changelist"
ADD = "admin:consultations_voice_add"


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


def local(moment):
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def typed(made, *rows, **changes):
    said = {f"row-{number}-{name}": words for number, row in enumerate(rows) for name, words in row.items()}
    return {
        "form_token": "c" * 32,
        "rows": "5",
        "consultation": made.pk,
        "kind": VoiceKind.REMARK,
        "channel": Channel.EPUAP,
        "received_at": local(DURING),
        "late_reason": "",
        "name": "Jan Ćwik",
        "email": "jan@example.org",
        "organization": "",
        "organization_name": "Koło Gospodyń",
        "set_aside": "",
        **said,
        **changes,
    }


FIRST = {"citation": "§ 1 – § 2", "proposed_wording": "Inne słowa.", "reasons": "Tak będzie\r\njaśniej."}
SECOND = {"citation": "§ 3", "text": "Za mało."}


def pdf(name="skan.pdf", content=b"%PDF-1.7 podpis"):
    return SimpleUploadedFile(name, content)


def test_one_letter_with_several_voices_is_recorded_with_one_receipt(desk, made):
    page = text_of(desk.get(reverse(PAGE)))
    assert page.count('class="module voice-row"') == 5
    # Rows between them that are left empty are not counted.
    answer = desk.post(reverse(PAGE), typed(made, FIRST, {}, {"text": "   "}, SECOND))
    assert answer.headers["Location"] == reverse(LIST)
    voices = Voice.objects.order_by("number")
    assert [(voice.number, voice.place) for voice in voices] == [(1, "§ 1 – § 2"), (2, "§ 3")]
    assert voices[0].reasons == "Tak będzie\njaśniej."
    submission = Submission.objects.get()
    assert (submission.channel, submission.entered_by, submission.received_at) == (Channel.EPUAP, coordinator(), DURING)
    assert Letter.objects.get().to == "jan@example.org"


def test_more_rows_come_without_losing_what_is_typed_and_without_a_word_of_what_is_wrong(desk, made):
    answer = desk.post(reverse(PAGE), typed(made, FIRST, {"citation": "§ 99"}, more="1", name="", received_at="wczoraj"))
    assert answer.status_code == 200
    page = text_of(answer)
    assert page.count('class="module voice-row"') == 10
    for words in ("§ 1 – § 2", "Inne słowa.", "§ 99", "wczoraj", "jan@example.org", "c" * 32):
        assert words in page
    assert "errornote" not in page
    assert "errorlist" not in page
    assert f'<option value="{made.pk}" selected>' in page
    assert not Submission.objects.exists()
    # What is then sent from that page is recorded with its tenth row.
    tenth = {"row-9-citation": "§ 2", "row-9-text": "Dziesiąta."}
    assert desk.post(reverse(PAGE), typed(made, FIRST, rows="10", **tenth)).status_code == 302
    assert set(Voice.objects.values_list("text", flat=True)) == {"", "Dziesiąta."}


@pytest.mark.parametrize(("rows", "shown"), [("99", 100), ("5000", 5), ("-3", 5), ("x", 5)])
def test_there_are_never_more_rows_than_a_server_takes(desk, made, rows, shown):
    page = text_of(desk.post(reverse(PAGE), typed(made, FIRST, rows=rows, kind="x")))
    assert page.count('class="module voice-row"') == (99 if rows == "99" else shown)


def test_what_is_wrong_stands_in_its_row_and_nothing_is_recorded(desk, made):
    answer = desk.post(reverse(PAGE), typed(made, FIRST, {"citation": "§ 99", "text": "a"}, {"citation": "§ 3"}))
    sheet = answer.context["sheet"]
    assert [set(row.errors) for row in sheet.rows] == [set(), {"citation"}, {"proposed_wording"}, set(), set()]
    assert not Submission.objects.exists()
    page = text_of(answer)
    assert "Inne słowa." in page
    assert page.index('id="row-2"') < page.index("§ 12 ust. 3 pkt 1") < page.index('id="row-3"')


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"received_at": local(CLOSES)}, "late_reason", LateNeedsAReason.in_words),
        ({"received_at": "wczoraj"}, "received_at", None),
        ({"channel": Channel.PORTAL}, "channel", None),
        ({"name": ""}, "name", SignatureIsMissing.in_words),
        ({"name": "", "set_aside": "a" * 2001}, "set_aside", None),
        ({"kind": "x"}, "kind", None),
        ({"consultation": "0"}, "consultation", None),
        ({"email": "jan"}, "email", None),
    ],
)
def test_what_is_wrong_with_the_letter_is_said_at_the_field(desk, made, changes, field, words):
    form = desk.post(reverse(PAGE), typed(made, FIRST, **changes)).context["sheet"].letter
    assert set(form.errors) == {field}
    assert words is None or form.errors[field] == [str(words)]
    assert not Submission.objects.exists()


@pytest.mark.parametrize("received", ["0001-01-01T00:30", "9999-12-31T23:59"])
def test_a_moment_that_no_calendar_has_is_refused_in_words(desk, made, received):
    page = desk.post(reverse(PAGE), typed(made, {"text": "Uwaga."}, received_at=received, late_reason="Poczta."))
    assert set(page.context["sheet"].letter.errors) == {"received_at"}
    assert not Voice.objects.exists()


def test_a_letter_that_says_nothing_is_not_recorded(desk, made):
    form = desk.post(reverse(PAGE), typed(made)).context["sheet"].letter
    assert len(form.non_field_errors()) == 1
    assert not Submission.objects.exists()


def test_proposals_name_no_provision(desk, made):
    topic = made.topics.get(position=0).pk
    rows = [
        {"topic": topic, "text": "Więcej warsztatów."},
        {"citation": "§ 2", "text": "a"},
        {"proposed_wording": "b", "text": "a"},
    ]
    answer = desk.post(reverse(PAGE), typed(made, *rows, kind=VoiceKind.PROPOSAL))
    told = [set(row.errors) for row in answer.context["sheet"].rows]
    assert told == [set(), {"citation"}, {"proposed_wording"}, set(), set()]
    assert desk.post(reverse(PAGE), typed(made, rows[0], kind=VoiceKind.PROPOSAL)).status_code == 302
    assert Voice.objects.get().topic_id == topic


def test_a_topic_of_another_consultation_is_refused_in_its_row(desk, made):
    other = consultation("2030")
    answer = desk.post(reverse(PAGE), typed(made, FIRST, {**SECOND, "topic": other.topics.first().pk}))
    assert [set(row.errors) for row in answer.context["sheet"].rows][:2] == [set(), {"topic"}]


def test_a_refusal_by_the_verb_keeps_what_was_typed(desk, made, monkeypatch):
    def moved_meanwhile(*args, **kwargs):
        raise LateNeedsAReason

    monkeypatch.setattr("consultations.forms.sheet.record_letter", moved_meanwhile)
    answer = desk.post(reverse(PAGE), typed(made, FIRST))
    assert answer.context["sheet"].letter.non_field_errors() == [str(LateNeedsAReason.in_words)]
    assert "Inne słowa." in text_of(answer)


def test_a_double_click_is_one_letter(desk, made):
    for _time in range(2):
        assert desk.post(reverse(PAGE), typed(made, FIRST, SECOND)).status_code == 302
    assert (Submission.objects.count(), Voice.objects.count(), Letter.objects.count()) == (1, 2, 1)


def test_an_unsigned_letter_goes_to_approval_as_not_considered(desk, made):
    unsigned = typed(made, FIRST, SECOND, name="", email="", organization_name="", set_aside="Brak podpisu.")
    assert desk.post(reverse(PAGE), unsigned).status_code == 302
    parts = Part.objects.select_related("current")
    assert {(part.current.outcome, part.current.reasons, part.step) for part in parts} == {
        (Outcome.NOT_CONSIDERED, "Brak podpisu.", Step.REVIEW)
    }
    assert len(parts) == 2


def test_the_form_for_one_voice_takes_a_scan_and_a_reason_too(desk, made):
    data = typed(made, name="", set_aside="Brak podpisu.", citation="§ 1-2", proposed_wording="Inne.", scan=pdf())
    assert desk.post(reverse(ADD), data).status_code == 302
    voice = Voice.objects.get()
    assert (voice.place, voice.parts.get().step, bool(voice.submission.scan)) == ("§ 1 – § 2", Step.REVIEW, True)


# --- The scan ---------------------------------------------------------------------------------------


def test_the_scan_is_handed_out_at_the_desk_as_a_file_and_nowhere_else(desk, client, made):
    desk.post(reverse(PAGE), typed(made, FIRST, scan=pdf("Jan Ćwik.PDF")))
    voice = Voice.objects.get()
    address = reverse("admin:consultations_scan", args=[voice.pk])
    answer = desk.get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 podpis"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="U-2027-001.pdf"'
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer.headers["Cache-Control"]
    assert address in text_of(desk.get(reverse("admin:consultations_voice_change", args=[voice.pk])))
    release_voices([voice], by=coordinator(), at=CLOSES)
    client.logout()
    for public in (voice.get_absolute_url(), reverse("consultations:remarks", args=[made.slug])):
        page = text_of(client.get(public))
        assert "scan" not in page
        assert voice.submission.scan.name not in page
    for guess in (f"/media/{voice.submission.scan.name}", f"/{voice.submission.scan.name}"):
        assert client.get(guess).status_code == 404


@pytest.mark.parametrize(
    ("role", "may"), [(Role.COORDINATOR, True), (Role.DRAFTER, True), (Role.AUDITOR, True), ("nobody", False)]
)
def test_who_may_have_the_scan(desk, client, made, role, may):
    desk.post(reverse(PAGE), typed(made, FIRST, scan=pdf()))
    address = reverse("admin:consultations_scan", args=[Voice.objects.get().pk])
    client.logout()
    assert client.get(address).status_code == 302
    client.force_login(staff(role))
    answer = client.get(address)
    answer.close()
    assert (answer.status_code == 200) is may


def test_a_letter_without_a_scan_has_none_to_hand_out(desk, made):
    desk.post(reverse(PAGE), typed(made, FIRST))
    assert desk.get(reverse("admin:consultations_scan", args=[Voice.objects.get().pk])).status_code == 404


def test_a_scan_that_is_too_large_is_refused_in_words(desk, made, monkeypatch):
    monkeypatch.setattr("consultations.actions.intake.LARGEST_SCAN", 10)
    form = desk.post(reverse(PAGE), typed(made, FIRST, scan=pdf())).context["sheet"].letter
    assert form.errors["scan"] == [str(ScanIsTooLarge.in_words)]
    assert LARGEST_SCAN == 20_000_000


# --- Who, and how many queries ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "enters"), [(Role.COORDINATOR, True), (Role.DRAFTER, True), (Role.AUDITOR, False), ("nobody", False)]
)
def test_who_enters_letters(client, made, role, enters):
    client.force_login(staff(role))
    assert (client.get(reverse(PAGE)).status_code == 200) is enters
    client.post(reverse(PAGE), typed(made, FIRST))
    assert Voice.objects.exists() is enters
    assert (reverse(PAGE) in text_of(client.get(reverse(LIST)))) is enters


@pytest.mark.parametrize("rows", ["1", "50"])
def test_the_page_asks_as_many_queries_for_any_number_of_rows(desk, made, rows, django_assert_num_queries):
    data = typed(made, FIRST, rows=rows, kind="x")
    desk.post(reverse(PAGE), data)
    with django_assert_num_queries(10):
        page = text_of(desk.post(reverse(PAGE), data))
    assert len(re.findall('id="row-[0-9]+"', page)) == int(rows)
