"""A page before it is public: the same page, for whoever has the link, for a week, for no cache, and with nothing to send."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Letter
from accounts.roles import Role
from accounts.tokens import LIFETIME, Purpose, sign
from consultations.actions import schedule
from consultations.actions.report import publish_report
from consultations.models import Announcement, Follow, Report
from consultations.stages import Kind
from desk.preview.things import THINGS, IsPublic, NotYours, make_preview
from desk.preview.views import SHOWN
from meetings import actions as arranging
from meetings.models import Meeting
from programs.actions import freeze_version
from programs.freshness import etag_of, freshness
from programs.models import DraftVersion
from programs.models import Purpose as TextPurpose
from tests.desk.crawler import normalized, read
from tests.desk.planted import AT as PLANTED
from tests.desk.planted import SECRETS, plant
from tests.factories import consultations, meetings, reports
from tests.factories import programs as texts
from tests.factories.accounts import person
from tests.factories.consultations import coordinator

pytestmark = pytest.mark.django_db

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
TICK = timedelta(microseconds=1)
KINDS = ("consultation", "announcement", "meeting", "report", "version")
BAND = "Preview: this page is not public."


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


def made(kind: str) -> tuple[object, str, str]:
    """What nobody outside may read yet, words of its page, and where it will be."""
    if kind == "version":
        row = texts.draft(texts.program("2028"))
        return row, "Celem jest zażółć gęślą jaźń.", f"/en/programy/2028/wersje/{row.number}/"
    if kind == "report":
        row = reports.written(reports.answered_consultation())
        return row, reports.WORDS.conclusion, f"/en/konsultacje/{row.consultation.slug}/raport/"
    of = consultations.planned()
    opens = AT - timedelta(days=1)
    consultations.stage(of, kind=Kind.PROPOSALS, opens_at=opens, closes_at=AT + timedelta(days=20))
    consultations.stage(of, opens_at=opens, closes_at=AT + timedelta(days=20))
    if kind == "announcement":
        row = consultations.announcement(of, body="Zapraszamy do czytania.")
        return row, "Zapraszamy do czytania.", f"/en/aktualnosci/{row.slug}/"
    if kind == "meeting":
        row = meetings.meeting(consultation=of, publish=False, description="Porozmawiamy o zadaniach.")
        return row, "Porozmawiamy o zadaniach.", f"/en/spotkania/{row.slug}/"
    return of, of.lead, f"/en/konsultacje/{of.slug}/"


def publish(kind: str, row) -> None:
    if kind == "version":
        freeze_version(row, by=None, at=AT)
    elif kind == "report":
        publish_report(row, by=coordinator(), at=AT)
    else:
        schedule.publish_consultation(row if kind == "consultation" else row.consultation, by=None, at=AT)
        if kind == "meeting":
            arranging.publish_meeting(Meeting.objects.get(pk=row.pk), by=None, at=AT)


def link(kind: str, row, at: datetime = AT) -> str:
    return f"/en/l/{sign(Purpose.PREVIEW, row.pk, kind=kind, at=at)}/"


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_has_the_link_sees_the_page_with_a_band_and_nobody_may_keep_it(client, kind):
    row, words, address = made(kind)
    assert client.get(address).status_code == 404
    response = client.get(link(kind, row))
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page.replace("\u00a0", " ")
    assert BAND in page
    assert "until Tuesday 8 December, 10:00 a.m." in page.replace("\u00a0", " ")
    assert set(response["Cache-Control"].split(", ")) == {"max-age=0", "no-cache", "no-store", "must-revalidate", "private"}
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in page
    assert not response.has_header("ETag")
    assert not response.cookies
    # Looking makes nothing public.
    assert client.get(address).status_code == 404
    row.refresh_from_db()
    assert BAND in client.get(link(kind, row)).content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_once_the_page_is_public_the_link_leads_to_it(client, kind):
    row, words, address = made(kind)
    publish(kind, row)
    response = client.get(link(kind, row))
    assert (response.status_code, response["Location"]) == (302, address)
    assert "no-store" in response["Cache-Control"]
    public = client.get(address)
    assert words in public.content.decode().replace("\u00a0", " ")
    assert BAND not in public.content.decode()
    assert "noindex" not in public.content.decode()


def test_a_frozen_working_draft_stays_inside_and_can_be_shown(client):
    row = texts.frozen(texts.program("2028"), purpose=TextPurpose.WORKING)
    assert BAND in client.get(link("version", row)).content.decode()


def test_a_withdrawn_announcement_can_be_shown(client):
    of = consultations.published()
    row = consultations.announcement(of)
    assert client.get(link("announcement", row)).status_code == 302
    Announcement.objects.filter(pk=row.pk).update(published_at=None)
    page = client.get(link("announcement", row)).content.decode()
    assert BAND in page
    assert "1 December 2026" in page.replace("\u00a0", " ")


def test_a_version_that_is_shown_makes_no_other_one_readable(client):
    program = texts.program("2028")
    shown = texts.draft(program)
    hidden = texts.draft(program, units=[texts.UnitDraft(texts.Unit.PARAGRAPH, text="Nie do czytania.")])
    assert "Nie do czytania." not in client.get(link("version", shown)).content.decode()
    assert "Nie do czytania." in client.get(link("version", hidden)).content.decode()


def test_a_consultation_that_is_shown_does_not_show_its_unpublished_meeting(client):
    row, _words, _address = made("meeting")
    page = client.get(link("consultation", row.consultation)).content.decode()
    assert row.title not in page
    assert BAND in page


@pytest.mark.parametrize(
    ("later", "status"), [(timedelta(0), 200), (LIFETIME[Purpose.PREVIEW] - TICK, 200), (LIFETIME[Purpose.PREVIEW], 410)]
)
def test_the_link_works_for_seven_days(client, clock, later, status):
    row, words, _address = made("announcement")
    address = link("announcement", row)
    clock.move_to(AT + later, tick=False)
    response = client.get(address)
    assert response.status_code == status
    assert (words in response.content.decode()) is (status == 200)
    assert "no-store" in response["Cache-Control"]


def test_a_forged_link_shows_nothing(client):
    row, _words, _address = made("announcement")
    other = consultations.announcement(row.consultation, body="Inne słowa.")
    signature = sign(Purpose.PREVIEW, row.pk, kind="announcement", at=AT).rpartition(":")[2]
    body = sign(Purpose.PREVIEW, other.pk, kind="announcement", at=AT).rpartition(":")[0]
    response = client.get(f"/en/l/{body}:{signature}/")
    assert response.status_code == 404
    assert "This link does not work" in response.content.decode()
    assert "Inne słowa." not in response.content.decode()


def test_each_kind_of_page_is_shown_in_these_tests():
    assert set(THINGS) == set(SHOWN) == set(KINDS)


def test_what_is_gone_is_not_found(client):
    row, _words, _address = made("announcement")
    address = link("announcement", row)
    row.delete()
    assert client.get(address).status_code == 404


def test_a_tag_of_the_public_pages_never_says_unchanged(client):
    row, words, public = made("consultation")
    address = link("consultation", row)
    fresh = freshness(AT)
    for tag in (etag_of(address, fresh), etag_of(public, fresh), "*"):
        response = client.get(address, headers={"if-none-match": tag, "if-modified-since": "Tue, 01 Dec 2099 09:00:00 GMT"})
        assert response.status_code == 200
        assert words in response.content.decode()
    assert client.get(public, headers={"if-none-match": "*"}).status_code != 200


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_can_be_sent_from_a_preview(kind, method):
    row, _words, _address = made(kind)
    client = Client(enforce_csrf_checks=True)
    response = getattr(client, method)(link(kind, row), {"email": "nikt@example.org"}, content_type="application/json")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Nothing was saved." in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert (Follow.objects.count(), Letter.objects.filter(to="nikt@example.org").count()) == (0, 0)


@pytest.mark.parametrize("kind", KINDS)
def test_no_form_and_no_button_of_a_preview_does_anything(client, kind):
    row, _words, address = made(kind)
    page = client.get(link(kind, row)).content.decode()
    assert "<form" not in page
    for doing in ("/nowa/", "/zapisy/", "/tematy/nowy/"):
        assert doing not in page
    # The control: on the public page they are there.
    publish(kind, row)
    public = client.get(address).content.decode()
    if kind == "consultation":
        assert "<form" in public
        assert "/nowa/" in public
    if kind == "meeting":
        assert {end for end in ("/zapisy/", "/tematy/nowy/", "/propozycje/nowa/") if end in public} == {
            "/zapisy/",
            "/tematy/nowy/",
            "/propozycje/nowa/",
        }


def test_a_meeting_is_shown_as_it_will_be_and_not_as_closed(client):
    row, _words, _address = made("meeting")
    page = client.get(link("meeting", row)).content.decode()
    assert "Sign up for the meeting" in page
    assert "Sign-up has closed" not in page


@pytest.mark.parametrize("kind", ["report", "version"])
def test_no_file_is_promised(client, kind):
    row, _words, _address = made(kind)
    assert "being made" not in client.get(link(kind, row)).content.decode()


# --- Who may make one -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.COORDINATOR, True), (Role.DRAFTER, True), (Role.AUDITOR, True), (Role.MODERATOR, False), (None, False)],
)
def test_whoever_reads_everything_at_the_desk_may_make_a_link(role, may):
    row, _words, _address = made("announcement")
    by = person("", *([role] if role in (Role.COORDINATOR, Role.DRAFTER, Role.AUDITOR) else []))
    if role == Role.MODERATOR:
        group = meetings.group(meetings.meeting(publish=False))
        arranging.set_moderator(group, sector="ngo", name="Jan", email=by.email, user=by, at=AT)
    if may:
        made_link = make_preview("announcement", row, by=by, at=AT)
        assert made_link.endswith(link("announcement", row).removeprefix("/en"))
    else:
        with pytest.raises(NotYours):
            make_preview("announcement", row, by=by, at=AT)


@pytest.mark.parametrize("kind", KINDS)
def test_no_link_is_made_to_what_everybody_reads(kind):
    row, _words, _address = made(kind)
    by = coordinator()
    assert make_preview(kind, row, by=by, at=AT)
    publish(kind, row)
    with pytest.raises(IsPublic):
        make_preview(kind, row, by=by, at=AT)


def at_desk() -> Client:
    client = Client()
    client.force_login(coordinator())
    return client


@pytest.mark.parametrize("kind", KINDS)
def test_the_desk_hands_out_a_link_that_opens_without_signing_in(client, kind):
    row, words, address = made(kind)
    desk = at_desk()
    names = {"version": "programs_draftversion", "meeting": "meetings_meeting"}
    change = reverse(f"admin:{names.get(kind, f'consultations_{kind}')}_change", args=[row.pk])
    tool = f"/admin/preview/{kind}/{row.pk}/"
    assert tool in desk.get(f"/en{change}").content.decode()
    page = desk.get(f"/en{tool}")
    assert page.status_code == 200
    assert page.context["link"] in page.content.decode()
    assert "until Tuesday 8 December, 10:00 a.m." in page.content.decode().replace("\u00a0", " ")
    assert words in client.get(page.context["link"].removeprefix("http://127.0.0.1:8000")).content.decode().replace("\u00a0", " ")
    publish(kind, row)
    assert desk.get(f"/en{tool}")["Location"] == address


@pytest.mark.parametrize("others", [0, 2])
def test_the_page_of_the_desk_costs_the_same_however_many_there_are(django_assert_num_queries, others):
    row, _words, _address = made("announcement")
    for _n in range(others):
        consultations.announcement(row.consultation)
    desk = at_desk()
    with django_assert_num_queries(13):
        desk.get(f"/en/admin/preview/announcement/{row.pk}/")


def test_the_desk_knows_no_other_kinds_and_lets_no_visitor_in(client):
    row, _words, _address = made("announcement")
    assert at_desk().get(f"/en/admin/preview/voice/{row.pk}/").status_code == 404
    assert at_desk().get("/en/admin/preview/announcement/0/").status_code == 404
    assert client.get(f"/en/admin/preview/announcement/{row.pk}/").status_code == 302


# --- What is nobody's business --------------------------------------------------------------------


def test_no_preview_tells_what_is_not_public_after_publication_either(client, clock, monkeypatch):
    clock.move_to(PLANTED, tick=False)
    monkeypatch.setattr(meetings, "PUBLISHED", PLANTED)
    world = plant()
    Meeting.objects.update(published_at=None)
    Announcement.objects.update(published_at=None)
    world.open.__class__.objects.update(published_at=None)
    rows = [("consultation", row) for row in (world.over, world.open)]
    rows += [("consultation", row) for row in world.over.__class__.objects.filter(slug="hidden")]
    rows += [("announcement", row) for row in Announcement.objects.all()]
    rows += [("meeting", world.meeting), *(("report", row) for row in Report.objects.all())]
    rows += [("version", row) for row in DraftVersion.objects.filter(frozen_at=None)]
    found: dict[str, set[str]] = {}
    for kind, row in rows:
        for prefix in ("/en", ""):
            response = client.get(link(kind, row, PLANTED).replace("/en", prefix, 1))
            assert response.status_code == 200, (kind, row)
            said = normalized(f"{response.headers} {read(response.content)}")
            for name in SECRETS:
                if SECRETS[name] in said:
                    found.setdefault(name, set()).add(kind)
    # What these pages are about, and nothing else: the words of the report, the text, the title.
    assert found == {"report_words": {"report"}, "unfrozen_text": {"version"}, "hidden_plan": {"consultation"}}
