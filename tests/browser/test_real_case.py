"""The whole real case clicked through, from the announcement to the adopted text, and every arrow of the trace both ways."""

import zipfile
from io import BytesIO

import pytest

from accounts.models import Letter, User
from accounts.roles import Role
from consultations.models import Consultation, ReportFormat, Voice
from consultations.tasks import render_reports
from programs import actions as texts
from programs.models import Purpose
from tests.browser import real_scenes as scenes
from tests.browser.conftest import DESK, PHONE, Visit
from tests.browser.real_case import announced, called, clock, drafted, hire, moment, revised, sit_down

FORMATS = {"raport.pdf": b"%PDF", "raport.docx": b"PK", "uwagi.xlsx": b"PK", "uwagi.csv": b"\xef\xbb\xbf", "uwagi.json": b"{"}


@pytest.fixture
def windows(live_server, chromium):
    opened = [Visit(chromium, live_server.url, viewport=size) for size in (DESK, PHONE)]
    yield opened
    for window in opened:
        window.context.close()


@pytest.mark.django_db(transaction=True)
def test_a_year_from_the_announcement_to_the_adopted_text(windows):
    desk, phone = windows
    coordinator, first, second = hire(Role.COORDINATOR, "Jadwiga"), hire(Role.DRAFTER, "Teofil"), hire(Role.DRAFTER, "Zenobia")
    made = announced(coordinator)

    proposal = from_the_announcement_to_a_proposal(desk, phone, made, coordinator)
    draft = drafted(made, first)
    with clock("2021-10-16"):
        scenes.answer(sit_down(desk, first), proposal, "accepted", "Zapisano to w § 4.")
        scenes.say_where(desk.page, proposal, "§ 4")
    with clock("2021-10-16", "15:00"):
        scenes.approve(sit_down(desk, coordinator), proposal)
        scenes.publish(desk.page, made, "proposal")
    with clock("2021-10-18", "15:00"):
        scenes.accept(sit_down(desk, coordinator), made)

    remarks = twelve_remarks_by_five_channels(desk, phone, made, draft, first)
    answers_by_three(desk, made, remarks, [first, second], coordinator)

    with clock("2021-11-09"):
        version = revised(made, Purpose.ADOPTED, first, at=moment("2021-11-09"))
        scenes.change_the_text(sit_down(desk, first), remarks[:2], version)
        texts.freeze_version(version, by=first, at=moment("2021-11-09", "14:00"))
    with clock("2021-11-12"):
        scenes.report(sit_down(desk, coordinator), made)
        desk.check()
        render_reports()
        every_format_is_read(phone, made)
    with clock("2021-11-18", "16:00"):
        scenes.adopt(sit_down(desk, coordinator), version)
        scenes.trace(phone.page, proposal, remarks[0], draft.number, version.number)
        phone.check()
    assert desk.faults == phone.faults == []


def from_the_announcement_to_a_proposal(desk: Visit, phone: Visit, made: Consultation, coordinator: User) -> Voice:
    """What a group concludes becomes the first proposal."""
    moderator = User.objects.create_user("kosma@example.org", name="Kosma")
    group = called(made, coordinator, moderator)
    with clock("2021-07-14", "10:00"):
        scenes.announce(sit_down(desk, coordinator), made)
    with clock("2021-07-22", "17:00"):
        scenes.conclude(sit_down(phone, moderator), group)
    phone.context.clear_cookies()
    with clock("2021-07-22", "20:00"):
        scenes.take_conclusions(sit_down(desk, coordinator), group)
    return made.voices.get()


def twelve_remarks_by_five_channels(desk: Visit, phone: Visit, made: Consultation, draft, drafter: User) -> list[Voice]:
    with clock("2021-10-20"):
        scenes.write_two_remarks(phone.page, draft)
        phone.check()
        scenes.write_one_remark(phone.page, draft)
    with clock("2021-10-28"):
        scenes.enter_by_hand(sit_down(desk, drafter), made)
        scenes.enter_letter(desk.page, made)
        scenes.import_sheet(desk.page, made)
    remarks = list(made.voices.remarks().select_related("submission").order_by("number"))
    assert (len(remarks), {one.submission.channel for one in remarks}) == (12, {"portal", "paper", "email", "phone", "epuap"})
    return remarks


def answers_by_three(desk: Visit, made: Consultation, remarks: list[Voice], drafters: list[User], coordinator: User) -> None:
    """Two draft, the coordinator approves and publishes: not before the last is answered."""
    with clock("2021-11-04"):
        scenes.release(sit_down(desk, coordinator))
        for turn, drafter in enumerate(drafters):
            sit_down(desk, drafter)
            for remark in remarks[turn:-1:2]:
                taken = remark in remarks[:2]
                scenes.answer(desk.page, remark, "accepted" if taken else "rejected", "Uzasadnienie urzędu.")
    with clock("2021-11-05"):
        sit_down(desk, coordinator)
        for remark in remarks[:-1]:
            scenes.approve(desk.page, remark)
        scenes.refuse_what_is_unanswered(desk.page, made)
        desk.check()
        scenes.answer(sit_down(desk, drafters[0]), remarks[-1], "noted", "Wyjaśniamy.")
        scenes.approve(sit_down(desk, coordinator), remarks[-1])
        scenes.publish(desk.page, made, "remark")
    # Whoever gave an address: one letter each, also for two remarks.
    letters = Letter.objects.filter(kind="answers").order_by("to").values_list("to", flat=True)
    assert list(letters) == ["anna@example.org", "bogna@example.org", "ewa@example.org"]


def every_format_is_read(phone: Visit, made: Consultation) -> None:
    assert set(ReportFormat.values) == {"pdf", "docx", "xlsx"}
    for name, beginning in FORMATS.items():
        answer = phone.context.request.get(f"{phone.url}{scenes.CONSULTATION}{name}")
        assert (answer.status, answer.body()[: len(beginning)]) == (200, beginning), name
        if beginning == b"PK":
            assert zipfile.ZipFile(BytesIO(answer.body())).testzip() is None
