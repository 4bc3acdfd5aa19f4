"""News and the message to the coordinator: what is typed is kept, what is owed is owed once."""

import re
import subprocess
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.limits import FORMS_FROM_ONE_NETWORK
from accounts.models import Letter
from accounts.sending import send_due_letters
from consultations.actions import news
from consultations.models import Announcement, Document
from programs.exports import pdf
from tests.factories.consultations import HOUR, OPENS, PUBLISHED, TICK, announcement, document, published

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
LONG = "Zażółć gęślą jaźń. " * 600
AT = OPENS


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def made():
    return published()


# --- Announcements --------------------------------------------------------------------------------


def test_an_announcement_appears_at_its_moment_and_can_be_taken_off(client, made, clock):
    announcement(made, at=AT, slug="wiadomosc")
    clock.move_to(AT - TICK, tick=False)
    assert client.get("/aktualnosci/wiadomosc/").status_code == 404
    clock.move_to(AT, tick=False)
    assert client.get("/aktualnosci/wiadomosc/").status_code == 200
    news.withdraw_announcement(Announcement.objects.get(), at=AT)
    assert client.get("/aktualnosci/wiadomosc/").status_code == 404
    assert Announcement.objects.get().body == "Zapraszamy na spotkanie."
    news.edit_announcement(Announcement.objects.get(), title="Poprawiony", body="Zapraszamy.", at=AT + HOUR)
    clock.move_to(AT + HOUR, tick=False)
    assert client.get("/aktualnosci/wiadomosc/").status_code == 200
    news.edit_announcement(Announcement.objects.get(), title="Znów", body="Zapraszamy.", at=AT + 2 * HOUR)
    assert Announcement.objects.get().published_at == AT + HOUR


def test_the_page_has_what_the_real_one_had_text_pdf_and_a_link_to_share(client, made):
    announcement(made, slug="wiadomosc", title="Zaczynamy", body="Wstęp.\n\n- jeden\n- dwa\n\n/konsultacje/2022/")
    page = client.get("/aktualnosci/wiadomosc/").content.decode()
    assert "<ul><li>jeden</li><li>dwa</li></ul>" in page
    assert f'<a href="{settings.PUBLIC_URL}/konsultacje/2022/">' in page
    assert 'href="/aktualnosci/wiadomosc.pdf"' in page
    assert f'value="{settings.PUBLIC_URL}/aktualnosci/wiadomosc/"' in page
    assert "4 lipca 2021" in page.replace("\u00a0", " ")


def test_the_pdf_is_made_once_for_each_wording(client, made, monkeypatch):
    made_of = []
    real = pdf.render_pdf

    def counted(template, context):
        made_of.append(context["announcement"].title)
        return real(template, context)

    monkeypatch.setattr("consultations.views.news.render_pdf", counted)
    item = announcement(made, slug="wiadomosc", title="Pierwszy tytuł")
    first, second = (client.get("/aktualnosci/wiadomosc.pdf") for _one in range(2))
    assert first["Content-Type"] == "application/pdf"
    assert first.content == second.content
    assert first.content.startswith(b"%PDF-")
    news.edit_announcement(item, title="Drugi tytuł", body="Nowy tekst.", at=AT)
    assert client.get("/aktualnosci/wiadomosc.pdf").content != first.content
    assert made_of == ["Pierwszy tytuł", "Drugi tytuł"]


def test_the_feed_is_atom_with_absolute_addresses(client, made):
    announcement(made, slug="pierwsza", title="Tytuł & <b>znak</b>", body="Treść <script>\n\n/konsultacje/")
    announcement(made, slug="druga", at=AT)
    response = client.get("/aktualnosci/atom.xml", headers={"host": "localhost"})
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)  # noqa: S314 - our own answer
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries][1] == "Tytuł & <b>znak</b>"
    summary, content = (entries[1].find(f"{ATOM}{name}") for name in ("summary", "content"))
    assert (summary.get("type"), summary.text) == ("text", "Treść <script>")
    assert content.get("type") == "html"
    assert content.text.startswith("<p>Treść &lt;script&gt;</p>")
    assert f'<a href="{settings.PUBLIC_URL}/konsultacje/">' in content.text
    assert feed.find(f"{ATOM}updated").text.startswith(f"{AT:%Y-%m-%dT%H:%M}")
    hrefs = [link.get("href") for link in feed.iter(f"{ATOM}link")]
    assert len(hrefs) == 4
    assert all(href.startswith(f"{settings.PUBLIC_URL}/") for href in hrefs)
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == 2


def test_the_feed_has_the_text_as_a_page_has_it_and_a_summary_of_plain_words(client, made):
    announcement(made, slug="jedna", body="Wstęp & <b>.\n\n- jeden\n- dwa\n\n/konsultacje/2022/")
    feed = ElementTree.fromstring(client.get("/aktualnosci/atom.xml").content)  # noqa: S314 - our own answer
    entry = feed.find(f"{ATOM}entry")
    content, summary = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}summary")
    assert (content.get("type"), summary.get("type")) == ("html", "text")
    assert "<ul><li>jeden</li><li>dwa</li></ul>" in content.text
    assert f'<a href="{settings.PUBLIC_URL}/konsultacje/2022/">' in content.text
    assert "&lt;b&gt;" in content.text
    assert summary.text == "Wstęp & <b>."


def test_the_feed_has_everything_that_the_standard_asks_for(client, made):
    """RFC 4287, 4.1.1 and 4.1.2."""
    announcement(made, slug="jedna")
    for path in ("/aktualnosci/atom.xml", "/en/aktualnosci/atom.xml"):
        feed = ElementTree.fromstring(client.get(path).content)  # noqa: S314 - our own answer
        for element in (feed, feed.find(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(element.findall(f"{ATOM}{name}")) == 1
        assert feed.find(f"{ATOM}author/{ATOM}name").text == settings.MUNICIPALITY["office"]
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert links["self"] == settings.PUBLIC_URL + path
        assert links["alternate"] == settings.PUBLIC_URL + path.removesuffix("atom.xml")
        assert feed.find(f"{ATOM}entry/{ATOM}link").get("href") == f"{settings.PUBLIC_URL}{path.removesuffix('atom.xml')}jedna/"


def test_an_announcement_has_one_identity_in_both_languages_and_when_it_is_published_again(client, made, clock):
    item = announcement(made, slug="jedna")

    def identity(path="/aktualnosci/atom.xml"):
        feed = ElementTree.fromstring(client.get(path).content)  # noqa: S314 - our own answer
        return feed.find(f"{ATOM}entry/{ATOM}id").text

    before = identity()
    assert identity("/en/aktualnosci/atom.xml") == before
    news.withdraw_announcement(item, at=AT)
    news.edit_announcement(Announcement.objects.get(), title="Poprawiony", body="Zapraszamy.", at=AT + HOUR)
    clock.move_to(AT + HOUR, tick=False)
    assert identity() == before


def test_the_feed_says_when_an_announcement_was_edited_or_got_a_document(client, made, clock):
    item = announcement(made)

    def moments():
        feed = ElementTree.fromstring(client.get("/aktualnosci/atom.xml").content)  # noqa: S314 - our own answer
        entry = feed.find(f"{ATOM}entry")
        found = (entry.find(f"{ATOM}published"), entry.find(f"{ATOM}updated"), feed.find(f"{ATOM}updated"))
        return [datetime.fromisoformat(element.text) for element in found]

    assert moments() == [PUBLISHED, PUBLISHED, PUBLISHED]
    news.edit_announcement(item, title="Poprawiony", body="Zapraszamy.", at=AT)
    assert moments() == [PUBLISHED, AT, AT]
    document(made, announcement=item, at=AT + HOUR)
    clock.move_to(AT + HOUR, tick=False)
    assert moments() == [PUBLISHED, AT + HOUR, AT + HOUR]


# --- Documents of an announcement -----------------------------------------------------------------


def test_attached_documents_stand_on_the_page_in_the_list_and_in_the_feed(client, made):
    item = announcement(made, slug="wiadomosc")
    document(made, name="plakat.pdf", title="Plakat „Wspólnie”", announcement=item, content=b"%PDF-1.7 plakat")
    document(made, name="wzor.docx", title="Wzór uwagi", announcement=item, position=1, content=b"PK\x03\x04 wzor")
    document(made, title="Nie do tej wiadomości")
    first, second = item.documents.all()
    page = client.get("/aktualnosci/wiadomosc/").content.decode()
    assert page.index("Plakat") < page.index("Wzór uwagi")
    assert "Nie do tej" not in page
    assert "DOCX" in page
    assert (
        ngettext("%(n)s document attached", "%(n)s documents attached", 2) % {"n": 2}
        in client.get("/aktualnosci/").content.decode()
    )
    feed = ElementTree.fromstring(client.get("/aktualnosci/atom.xml").content)  # noqa: S314 - our own answer
    enclosures = [link.attrib for link in feed.iter(f"{ATOM}link") if link.get("rel") == "enclosure"]
    start = f"{settings.PUBLIC_URL}/konsultacje/{made.slug}/dokumenty"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert enclosures == [
        {"rel": "enclosure", "href": f"{start}/{first.pk}/{first.file_name}", "length": "15", "type": "application/pdf"},
        {"rel": "enclosure", "href": f"{start}/{second.pk}/{second.file_name}", "length": "9", "type": word},
    ]
    for enclosure in enclosures:
        answer = client.get(enclosure["href"].removeprefix(settings.PUBLIC_URL))
        assert len(b"".join(answer.streaming_content)) == int(enclosure["length"])
    assert "Plakat" in client.get(f"/konsultacje/{made.slug}/").content.decode()


def test_an_announcement_without_documents_says_nothing_of_them(client, made):
    announcement(made, slug="wiadomosc")
    assert 'id="dokumenty"' not in client.get("/aktualnosci/wiadomosc/").content.decode()
    assert _("Documents") not in client.get("/aktualnosci/").content.decode()


def test_a_document_appears_at_its_moment(client, made, clock):
    document(made, announcement=announcement(made, slug="wiadomosc"), title="Plakat", at=AT + HOUR)
    assert "Plakat" not in client.get("/aktualnosci/wiadomosc/").content.decode()
    clock.move_to(AT + HOUR, tick=False)
    assert "Plakat" in client.get("/aktualnosci/wiadomosc/").content.decode()


@pytest.mark.poppler
def test_the_pdf_names_the_documents_with_their_addresses_and_is_made_anew_for_another(client, made, tmp_path):
    item = announcement(made, slug="wiadomosc")
    before = client.get("/aktualnosci/wiadomosc.pdf").content
    document(made, name="plakat.pdf", title="Plakat spotkania", announcement=item)
    after = client.get("/aktualnosci/wiadomosc.pdf").content
    assert after != before
    read = subprocess.run(["pdftotext", "-raw", "-", "-"], input=after, capture_output=True, check=True).stdout.decode()  # noqa: S607
    assert "Plakat spotkania" in read
    assert f"{settings.PUBLIC_URL}/konsultacje/{made.slug}/dokumenty/{item.documents.get().pk}/" in read.replace("\n", "")


def test_a_document_cannot_be_attached_to_the_announcement_of_another_consultation(made):
    elsewhere = announcement(published())
    with pytest.raises(news.AnnouncementIsOfAnother):
        document(made, announcement=elsewhere)
    assert Document.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_an_announcement_asks_a_fixed_number_of_queries(client, made, django_assert_num_queries, rows):
    item = announcement(made, slug="wiadomosc")
    for _one in range(rows):
        document(made, announcement=item)
    client.get("/dostepnosc/")
    # Validity, the announcement, its documents.
    with django_assert_num_queries(3):
        client.get("/aktualnosci/wiadomosc/")


def test_news_go_by_pages_of_twenty(client, made):
    for n in range(21):
        announcement(made, at=PUBLISHED + timedelta(hours=n), title=f"Numer {n:02d}")
    first, second = (client.get(f"/aktualnosci/?page={n}").content.decode() for n in (1, 2))
    assert "Numer 20" in first
    assert "Numer 00" not in first
    assert re.findall(r"Numer \d\d", second) == ["Numer 00"]


# --- Message to the coordinator -------------------------------------------------------------------


def filled(client: Client, path: str, **values: str) -> dict[str, str]:
    page = client.get(path).content.decode()
    stamp = re.search(r'name="stamp" value="([^"]+)"', page)[1]
    typed = {"name": "Anna Żółć", "email": "anna@example.org", "message": "Kiedy spotkanie?", "website": "", "step": "send"}
    return {**typed, "stamp": stamp, **values}


def test_a_message_goes_to_the_coordinator_who_learns_whom_to_answer(client, made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    answer = client.post(path, filled(client, path))
    assert (answer.status_code, answer["Location"]) == (302, f"{path}?wyslano")
    receipt = client.get(answer["Location"])
    assert receipt.status_code == 200
    assert "anna@example.org" not in receipt.content.decode()
    letter = Letter.objects.get()
    assert (letter.to, letter.kind) == ("koordynator@urzad.example.org", "contact")
    send_due_letters(at=AT)
    (sent,) = mail.outbox
    assert sent.to == ["koordynator@urzad.example.org"]
    assert "Anna Żółć" in sent.subject
    for said in ("Kiedy spotkanie?", "anna@example.org", made.title):
        assert said in sent.body


def test_a_double_click_is_one_letter_and_the_same_receipt(client, made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    typed = filled(client, path)
    answers = [client.post(path, typed) for _one in range(2)]
    assert {answer["Location"] for answer in answers} == {f"{path}?wyslano"}
    assert Letter.objects.count() == 1
    client.post(path, filled(client, path))
    assert Letter.objects.count() == 2


def test_another_message_from_the_same_form_is_another_letter(client, made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    typed = filled(client, path)
    for message in ("pierwsza", "druga, zupełnie inna"):
        assert client.post(path, {**typed, "message": message}).status_code == 302
    said = Letter.objects.order_by("pk").values_list("context__message", flat=True)
    assert list(said) == ["pierwsza", "druga, zupełnie inna"]


@pytest.mark.parametrize(
    ("wrong", "kept"),
    [
        ({"name": ""}, "Kiedy spotkanie?"),
        ({"email": ""}, "Kiedy spotkanie?"),
        ({"email": "nie-adres"}, "nie-adres"),
        ({"email": "anna@example.org\nBcc: x@example.org"}, "Kiedy spotkanie?"),
        ({"message": ""}, "Anna Żółć"),
        ({"message": LONG}, LONG.strip()),
        ({"message": "<script>alert(1)</script>", "name": ""}, "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ({"message": "😀 zażółć", "name": ""}, "😀 zażółć"),
        ({"website": "https://spam.example.org"}, "Kiedy spotkanie?"),
        ({"stamp": "forged"}, "Kiedy spotkanie?"),
        ({"stamp": ""}, "Kiedy spotkanie?"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client, made, wrong, kept):
    path = f"/konsultacje/{made.slug}/kontakt/"
    answer = client.post(path, filled(client, path, **wrong))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert kept in page
    assert Letter.objects.count() == 0
    assert 'role="alert"' in page or 'role="status"' in page
    assert "no-store" in answer["Cache-Control"]


def test_an_over_long_message_is_told_in_numbers(client, made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    for length, refused in ((4000, False), (4001, True)):
        answer = client.post(path, filled(client, path, message="a" * length))
        assert (answer.status_code == 200) is refused
    assert "4001" in answer.content.decode()
    assert "4000" in answer.content.decode()


def test_a_stale_form_is_shown_once_more_and_then_sent(client, made, clock):
    path = f"/konsultacje/{made.slug}/kontakt/"
    typed = filled(client, path)
    clock.move_to(AT + timedelta(hours=13), tick=False)
    page = client.post(path, typed).content.decode()
    assert Letter.objects.count() == 0
    fresh = re.search(r'name="stamp" value="([^"]+)"', page)[1]
    assert client.post(path, {**typed, "stamp": fresh}).status_code == 302
    assert Letter.objects.count() == 1


def test_nul_is_dropped_and_polish_letters_and_emoji_arrive(client, made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    assert client.post(path, filled(client, path, message="Za\x00żółć 😀\r\n<b>")).status_code == 302
    assert Letter.objects.get().context["message"] == "Zażółć 😀\n<b>"


def test_too_many_messages_from_one_network_are_refused_and_kept(client, made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    typed = filled(client, path)
    answers = [client.post(path, typed).status_code for _one in range(FORMS_FROM_ONE_NETWORK.count)]
    assert set(answers) == {302}
    refused = client.post(path, typed)
    assert refused.status_code == 200
    assert "Kiedy spotkanie?" in refused.content.decode()
    assert 'value="download"' in refused.content.decode()
    file = client.post(path, {**typed, "step": "download"})
    assert "Kiedy spotkanie?" in file.content.decode()
    assert file["Content-Disposition"].startswith("attachment")


def test_without_a_token_of_the_site_nothing_is_sent(made):
    path = f"/konsultacje/{made.slug}/kontakt/"
    strict = Client(enforce_csrf_checks=True)
    refused = strict.post(path, filled(strict, path))
    assert refused.status_code == 403
    assert "Kiedy spotkanie?" in refused.content.decode()
    assert Letter.objects.count() == 0
