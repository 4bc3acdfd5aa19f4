"""What the desk lists: constant in queries, published and taken off by verbs, only read where people did it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consultations.actions import events, schedule
from consultations.models import Announcement, DateChange, Document, Stage
from tests.factories.consultations import (
    CLOSES,
    DAY,
    HOUR,
    OPENS,
    PUBLISHED,
    announcement,
    coordinator,
    document,
    follower,
    published,
)

pytestmark = pytest.mark.django_db

AT = OPENS + HOUR
ADMIN = "/admin/consultations"


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def desk():
    client = Client()
    client.force_login(coordinator())
    return client


def test_an_announcement_is_published_reworded_and_taken_off(desk):
    made = published()
    given = {"consultation": made.pk, "title": "Tytuł", "slug": "tytul", "body": "Tekst"}
    assert desk.post(f"{ADMIN}/announcement/add/", given).status_code == 302
    item = Announcement.objects.get()
    assert item.published_at == AT
    desk.post(f"{ADMIN}/announcement/{item.pk}/change/", {"title": "Inny", "body": "Tekst"})
    desk.post(f"{ADMIN}/announcement/", {"action": "withdraw", "_selected_action": item.pk})
    item.refresh_from_db()
    assert (item.title, item.slug, item.published_at) == ("Inny", "tytul", None)


def test_a_document_is_added_with_its_size_and_removed(desk):
    made = published()
    given = {"consultation": made.pk, "title": "Plan", "language": "pl", "position": 0}
    empty = desk.post(f"{ADMIN}/document/add/", {**given, "file": SimpleUploadedFile("plan.pdf", b"")})
    assert "file" in empty.context["adminform"].form.errors
    assert desk.post(f"{ADMIN}/document/add/", {**given, "file": SimpleUploadedFile("plan.pdf", b"%PDF")}).status_code == 302
    file = Document.objects.get()
    assert (file.size, file.published_at) == (4, AT)
    desk.post(f"{ADMIN}/document/{file.pk}/delete/", {"post": "yes"})
    assert Document.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("model", "expected"),
    # A session, its user and roles (3); what the filter offers, two counts, the rows. A consultation
    # has no filter by consultation, but its stages and meetings; a moved date names the stage that moved.
    [
        *(("consultation", 10), ("datechange", 10)),
        *((model, 9) for model in ("stage", "formalevent", "announcement", "document", "follow")),
    ],
)
def test_a_list_costs_the_same_whatever_the_rows(desk, django_assert_num_queries, model, expected, rows):
    for _one in range(rows):
        made = published()
        events.add_event(made, name="Sesja", by=None, at=PUBLISHED)
        schedule.move_stage(made.stages.get(), opens_at=OPENS, closes_at=CLOSES + DAY, reason="Powód.", by=coordinator(), at=AT)
        announcement(made)
        document(made)
        follower(made)
    with django_assert_num_queries(expected):
        page = desk.get(f"{ADMIN}/{model}/")
    assert page.context["cl"].result_count == rows


def test_a_moved_date_is_named_by_its_stage_and_not_by_a_column(desk):
    made = published()
    stage = made.stages.get()
    schedule.move_stage(stage, opens_at=OPENS, closes_at=CLOSES + DAY, reason="Powód.", by=coordinator(), at=AT)
    html = desk.get(f"{ADMIN}/datechange/").content.decode()
    assert f"{stage.name}: " in html
    assert "closes_at" not in html


@pytest.mark.parametrize("model", ["datechange", "follow"])
def test_what_people_did_is_only_read(desk, model):
    follow = follower(published())
    schedule.move_stage(Stage.objects.get(), opens_at=OPENS, closes_at=CLOSES + DAY, reason="Powód.", by=None, at=AT)
    pk = DateChange.objects.get().pk if model == "datechange" else follow.pk
    assert desk.get(f"{ADMIN}/{model}/{pk}/change/").status_code == 200
    assert desk.get(f"{ADMIN}/{model}/add/").status_code == 403
    assert desk.post(f"{ADMIN}/{model}/{pk}/delete/", {"post": "yes"}).status_code == 403
