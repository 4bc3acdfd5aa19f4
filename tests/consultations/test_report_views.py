"""The report as everybody reads it, and its files as everybody gets them: made by the worker, made anew when it says more."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from consultations import tasks
from consultations.actions import report_files
from consultations.actions.report import write_report
from consultations.actions.report_files import ask_for_report_file, drop_old_report_files, make_report_file
from consultations.models import ReportFile, ReportFormat
from programs.actions.making import stop_file
from programs.child import ChildFailed, ChildTooLong
from programs.freshness import public_changed
from tests.factories.answers import answered
from tests.factories.answers import published as published_answers
from tests.factories.reports import PLACES, REPORTED, RESIDENT, WORDS, answered_consultation, released, reported, written
from tests.factories.voices import AUTHOR, TICK, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = "/konsultacje/2027/raport/"
FILES = {"pdf": "raport.pdf", "docx": "raport.docx", "xlsx": "uwagi.xlsx"}
STREAMED = ["uwagi.csv", "uwagi.json"]


@pytest.fixture(autouse=True)
def later(time_machine):
    time_machine.move_to(REPORTED + HOUR, tick=False)


@pytest.fixture(autouse=True)
def quick_press(monkeypatch):
    """The PDF is pressed in a child, which takes seconds; test_report_exports.py looks at what is in it."""
    monkeypatch.setattr(report_files.report_pdf, "report_pdf", lambda told, said, **asked: (repr([told, said]).encode(), 3))


def body(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return b"".join(response) if response.streaming else response.content


def made(one, file_format):
    file = ask_for_report_file(one, ReportFormat(file_format), at=REPORTED)
    assert make_report_file(file, at=REPORTED, clock=lambda: REPORTED)
    return ReportFile.objects.get(pk=file.pk)


def change(report, course="Inaczej.", at=REPORTED + HOUR):
    return write_report(report, words=replace(WORDS, course=course), places=PLACES, what="Opis.", by=coordinator(), at=at)


# --- The page -------------------------------------------------------------------------------------


def test_the_page_holds_the_report_and_leads_to_the_lists_and_files(client):
    reported()
    page = body(client).decode().replace("\u00a0", " ")
    held = ("Uchwała nr 12/2010", "Zażółć gęślą jaźń", "Tablica ogłoszeń urzędu", AUTHOR.organization_name, "Wydział Współpracy")
    assert [words for words in held if words not in page] == []
    links = ("/konsultacje/2027/propozycje/", "/konsultacje/2027/uwagi/", *(f"/konsultacje/2027/{name}" for name in STREAMED))
    assert [link for link in links if f'href="{link}"' not in page] == []
    assert (page.count("<svg role"), page.count("style=")) == (2, 0)
    assert "Więcej warsztatów." not in page  # the list has it


@pytest.mark.parametrize("name", ["raport/", *FILES.values(), *STREAMED])
def test_before_publication_nobody_sees_any_of_it(client, name):
    written(answered_consultation())
    assert client.get(f"/konsultacje/2027/{name}").status_code == 404
    assert not ReportFile.objects.exists()


@pytest.mark.parametrize("name", ["raport/", *STREAMED])
def test_it_is_there_from_the_moment_of_publication(client, time_machine, name):
    reported()
    address = f"/konsultacje/2027/{name}"
    time_machine.move_to(REPORTED - TICK, tick=False)
    assert client.get(address).status_code == 404
    time_machine.move_to(REPORTED, tick=False)
    assert client.get(address).status_code == 200


def test_the_consultation_leads_to_its_report_once_it_is_published(client):
    report = written(answered_consultation())
    assert PAGE not in body(client, "/konsultacje/2027/").decode()
    reported(report.consultation)
    assert f'href="{PAGE}"' in body(client, "/konsultacje/2027/").decode()


@pytest.mark.parametrize("name", ["raport/", *STREAMED])
def test_everybody_may_keep_it_a_while(client, name):
    reported()
    response = client.get(f"/konsultacje/2027/{name}")
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    again = client.get(f"/konsultacje/2027/{name}", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    for each in (response, again):
        each.close()


def test_the_page_in_english_keeps_the_report_as_it_is(client):
    reported()
    page = body(client, f"/en{PAGE}").decode()
    assert '<article class="report" lang="pl">' in page
    assert "Metryczka" in page


@pytest.mark.parametrize("more", [0, 2])
def test_the_page_asks_as_much_with_three_voices_as_with_one(client, more, django_assert_num_queries):
    one = consultation()
    for _each in range(1 + more):
        answered(remark(one))
    published_answers(one)
    released(*one.voices.all())
    reported(one)
    body(client)  # kinds of rows are remembered
    with django_assert_num_queries(22):
        body(client)


@pytest.mark.parametrize("name", ["raport/", *STREAMED])
def test_nothing_unpublished_and_nobody_personally_is_in_what_is_sent(client, name):
    one = answered_consultation()
    reported(one)
    answered(proposal(one, text="NIE-ZWOLNIONY"), reasons="NIE-OGŁOSZONA")
    released(answered(proposal(one, text="BEZ-ODPOWIEDZI"), reasons="NIE-OGŁOSZONA"))
    sent = body(client, f"/konsultacje/2027/{name}").decode()
    kept_back = ("NIE-ZWOLNIONY", "BEZ-ODPOWIEDZI", "NIE-OGŁOSZONA", RESIDENT.name, RESIDENT.email, AUTHOR.name, AUTHOR.email)
    assert [words for words in kept_back if words in sent] == []


def test_open_data_may_be_read_from_other_sites(client):
    reported()
    response = client.get("/konsultacje/2027/uwagi.json")
    assert response["Content-Type"] == "application/json"
    assert response["Access-Control-Allow-Origin"] == "*"
    assert [voice["id"] for voice in json.loads(b"".join(response))["voices"]] == ["P/2027/001", "U/2027/001"]


# --- Files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_format", FILES)
def test_a_file_is_promised_and_then_served_as_it_was_made(client, file_format):
    report = reported()
    address = f"/konsultacje/2027/{FILES[file_format]}"
    response = client.get(address)
    assert (response.status_code, response["Retry-After"]) == (503, "30")
    assert "no-store" in response["Cache-Control"]
    file = made(report.consultation, file_format)
    response = client.get(address)
    with file.file.open() as stored:
        assert b"".join(response.streaming_content) == stored.read()
    assert response["ETag"] == f'"{file.sha256}"'
    assert response["Content-Length"] == str(file.size)
    assert response["Content-Disposition"] == f'inline; filename="{file.download_name}"'
    again = client.get(address, headers={"If-None-Match": response["ETag"]})
    again.close()
    assert again.status_code == 304


def test_the_page_links_to_a_file_once_it_is_there(client):
    report = reported()
    addresses = [f'href="/konsultacje/2027/{name}"' for name in FILES.values()]
    assert [address in body(client).decode() for address in addresses] == [False] * 3
    for file_format in FILES:
        made(report.consultation, file_format)
    assert [address in body(client).decode() for address in addresses] == [True] * 3


def test_what_says_more_is_another_file(client):
    report = reported()
    first = made(report.consultation, "xlsx")
    assert ask_for_report_file(report.consultation, ReportFormat.XLSX, at=REPORTED + HOUR) == first
    change(report)
    assert client.get("/konsultacje/2027/uwagi.xlsx").status_code == 503
    second = made(report.consultation, "xlsx")
    assert second.source != first.source


def test_a_file_that_could_not_be_made_is_not_promised(client):
    report = reported()
    stop_file(ask_for_report_file(report.consultation, ReportFormat.PDF, at=REPORTED), at=REPORTED)
    response = client.get("/en/konsultacje/2027/raport.pdf")
    assert response.status_code == 503
    assert "This file could not be made." in response.content.decode()


def test_a_file_is_never_of_other_facts_than_were_asked_for():
    one = reported().consultation
    file = ask_for_report_file(one, ReportFormat.PDF, at=REPORTED)
    invite(one, 5)
    assert not make_report_file(file, at=REPORTED + HOUR, clock=lambda: REPORTED + HOUR)
    file.refresh_from_db()
    assert (file.trouble, file.is_ready) == ("changed", False)
    invite(one, 0)
    again = ask_for_report_file(one, ReportFormat.PDF, at=REPORTED + HOUR)
    again.refresh_from_db()
    assert (again, again.stopped_at, again.trouble) == (file, None, "")
    assert make_report_file(again, at=REPORTED + HOUR, clock=lambda: REPORTED + HOUR)


def invite(one, organizations):
    """As the reminders do, which count whom they invite."""
    one.stages.update(invited=organizations)
    public_changed(at=REPORTED + HOUR)


def test_a_file_that_cannot_be_made_says_so_and_holds_up_no_other(monkeypatch, caplog):
    def fails(*_args, **_kwargs):
        raise ChildFailed("no paper")

    reported()
    monkeypatch.setattr(report_files.report_pdf, "report_pdf", fails)
    tasks.render_reports()
    assert {file.format: (file.is_ready, file.trouble) for file in ReportFile.objects.all()} == {
        "pdf": (False, "failed"),
        "docx": (True, ""),
        "xlsx": (True, ""),
    }
    assert "no paper" in caplog.text


@pytest.mark.parametrize(("after", "is_ready"), [(HOUR - TICK, False), (HOUR, True)])
def test_a_file_that_could_not_be_made_is_tried_again_after_an_hour(monkeypatch, time_machine, after, is_ready):
    def fails(*_args, **_kwargs):
        raise ChildTooLong("busy")

    reported()
    time_machine.move_to(REPORTED, tick=False)
    with monkeypatch.context() as busy:
        busy.setattr(report_files.report_pdf, "report_pdf", fails)
        tasks.render_reports()
    time_machine.move_to(REPORTED + after, tick=False)
    tasks.render_reports()
    assert ReportFile.objects.get(format=ReportFormat.PDF).is_ready is is_ready


def test_the_sweep_makes_what_public_reports_lack_and_nothing_for_others(time_machine):
    report = reported()
    written(answered_consultation("2028"))
    tasks.render_reports()
    assert {(file.consultation, file.format, file.is_ready) for file in ReportFile.objects.all()} == {
        (report.consultation, file_format, True) for file_format in FILES
    }
    before = set(ReportFile.objects.values_list("pk", "sha256"))
    tasks.render_reports()
    assert set(ReportFile.objects.values_list("pk", "sha256")) == before


def test_one_file_is_made_by_its_message():
    file = ask_for_report_file(reported().consultation, ReportFormat.XLSX, at=REPORTED)
    tasks.make(file.pk)
    tasks.make(file.pk + 1)
    file.refresh_from_db()
    assert file.is_ready


def test_what_a_report_said_before_goes_after_a_day_with_its_bytes(django_capture_on_commit_callbacks):
    report = reported()
    old = made(report.consultation, "xlsx")
    change(report)
    new = made(report.consultation, "xlsx")
    with django_capture_on_commit_callbacks(execute=True):
        assert drop_old_report_files(REPORTED + DAY) == 0
        assert drop_old_report_files(REPORTED + DAY + TICK) == 1
    assert list(ReportFile.objects.all()) == [new]
    assert (default_storage.exists(old.file.name), default_storage.exists(new.file.name)) == (False, True)


def test_addresses_are_as_designed():
    assert reverse("consultations:report", args=["2027"]) == PAGE
    for file_format, name in FILES.items():
        assert reverse(f"consultations:report_{file_format}", args=["2027"]) == f"/konsultacje/2027/{name}"


def test_a_report_that_cannot_be_gathered_holds_up_no_other(monkeypatch, caplog):
    first, second = reported(), reported(answered_consultation("2028"))
    asked = tasks.ask_for_report_file

    def ask(consultation, file_format, *, at):
        if consultation == first.consultation:
            raise ValueError("no facts")
        return asked(consultation, file_format, at=at)

    monkeypatch.setattr(tasks, "ask_for_report_file", ask)
    tasks.render_reports()
    assert {file.consultation for file in ReportFile.objects.all()} == {second.consultation}
    assert "no facts" in caplog.text
