"""What is published beside the schedule, at the desk: documents of announcements, and what followers chose."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consultations.actions import news
from consultations.models import Document
from programs.uploads import FileIsOfNoUse
from tests.factories.consultations import PUBLISHED, announcement, coordinator, document, follower, published

pytestmark = pytest.mark.django_db

ADMIN = "/admin/consultations"


@pytest.fixture
def desk():
    client = Client()
    client.force_login(coordinator())
    return client


def typed(**values: object) -> dict[str, object]:
    return {"title": "Plan", "language": "pl", "position": 0, "announcement": "", **values}


def test_a_document_is_attached_to_an_announcement_and_taken_off_it(desk):
    made = published()
    item = announcement(made)
    file = SimpleUploadedFile("plan.pdf", b"%PDF")
    added = desk.post(f"{ADMIN}/document/add/", typed(consultation=made.pk, announcement=item.pk, file=file))
    assert added.status_code == 302
    assert Document.objects.get().announcement == item
    assert desk.post(f"{ADMIN}/document/{Document.objects.get().pk}/change/", typed()).status_code == 302
    assert Document.objects.get().announcement is None


def test_an_announcement_of_another_consultation_is_refused_beside_its_field(desk):
    made, other = published(), announcement(published())
    file = SimpleUploadedFile("plan.pdf", b"%PDF")
    refused = desk.post(f"{ADMIN}/document/add/", typed(consultation=made.pk, announcement=other.pk, file=file))
    assert str(news.AnnouncementIsOfAnother.in_words) in str(refused.context["adminform"].form.errors["announcement"])
    assert not Document.objects.exists()


def test_a_published_document_is_offered_only_announcements_of_its_consultation(desk):
    made = published()
    item, other, attached = announcement(made), announcement(published()), document(made)
    form = desk.get(f"{ADMIN}/document/{attached.pk}/change/").context["adminform"].form
    assert list(form.fields["announcement"].queryset) == [item]
    refused = desk.post(f"{ADMIN}/document/{attached.pk}/change/", typed(announcement=other.pk))
    assert "announcement" in refused.context["adminform"].form.errors


def test_followers_show_what_they_chose(desk):
    made = published()
    chosen = news.choose_letters(
        follower(made, email="anna@example.org"), wants_reminders=False, wants_news=True, language="pl", at=PUBLISHED
    )
    follower(None, email="jan@example.org")
    html = desk.get(f"{ADMIN}/follow/").content.decode()
    assert "wszystkie konsultacje" in html
    assert html.count("icon-no") == 1
    assert [*desk.get(f"{ADMIN}/follow/?wants_reminders__exact=0").context["cl"].result_list] == [chosen]


@pytest.mark.parametrize(("name", "content"), [("wirus.exe", b"MZ"), ("strona.html", b"<p>"), ("strona.pdf", b"<p>")])
def test_a_file_that_is_no_document_or_not_what_its_name_says_is_refused_beside_its_field(desk, name, content):
    given = typed(consultation=published().pk, file=SimpleUploadedFile(name, content))
    refused = desk.post(f"{ADMIN}/document/add/", given)
    assert str(FileIsOfNoUse.in_words) in str(refused.context["adminform"].form.errors["file"])
    assert not Document.objects.exists()


def test_a_document_has_one_of_the_portals_languages(desk):
    file = SimpleUploadedFile("plan.pdf", b"%PDF")
    refused = desk.post(f"{ADMIN}/document/add/", typed(consultation=published().pk, file=file, language="zzzzz"))
    assert "language" in refused.context["adminform"].form.errors
