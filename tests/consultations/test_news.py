"""News, the message to the coordinator, following by e-mail: what is typed is kept, what is owed is owed once."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts import tokens
from accounts.limits import FORMS_FROM_ONE_NETWORK, LETTERS_TO_ONE_ADDRESS
from accounts.models import Letter
from accounts.sending import send_due_letters
from accounts.tokens import Purpose
from consultations.actions import news
from consultations.models import Announcement, Follow
from consultations.reminders import owe_closing_reminders
from programs.exports import pdf
from tests.factories.consultations import CLOSES, HOUR, OPENS, PUBLISHED, TICK, announcement, follower, published

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
    announcement(made, slug="pierwsza", title="Tytuł & <b>znak</b>", body="Treść <script>")
    announcement(made, slug="druga", at=AT)
    response = client.get("/aktualnosci/atom.xml", headers={"host": "localhost"})
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)  # noqa: S314 - our own answer
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries][1] == "Tytuł & <b>znak</b>"
    assert entries[1].find(f"{ATOM}summary").text == "Treść <script>"
    assert feed.find(f"{ATOM}updated").text.startswith(f"{AT:%Y-%m-%dT%H:%M}")
    hrefs = [link.get("href") for link in feed.iter(f"{ATOM}link")]
    assert len(hrefs) == 4
    assert all(href.startswith(f"{settings.PUBLIC_URL}/") for href in hrefs)
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == 2


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


# --- Following ------------------------------------------------------------------------------------


def ask(made, **values: str):
    # No cookie and no token: as from a page that came from a cache.
    return Client(enforce_csrf_checks=True).post(f"/konsultacje/{made.slug}/obserwuj/", {"website": "", **values})


def test_following_asks_first_whether_the_address_is_theirs(made):
    answer = ask(made, email="Anna@Example.org")
    assert (answer.status_code, answer["Location"]) == (302, f"/konsultacje/{made.slug}/obserwuj/?wyslano")
    assert not answer.cookies
    follow = Follow.objects.get()
    assert (follow.email, follow.consultation, follow.is_confirmed) == ("anna@example.org", made, False)
    letter = Letter.objects.get()
    assert (letter.to, letter.kind, letter.unfollow_pk) == ("anna@example.org", "follow_confirm", None)
    send_due_letters(at=AT)
    assert f"{settings.PUBLIC_URL}/l/" in mail.outbox[0].body


def test_a_known_and_an_unknown_address_get_the_same_answer_and_a_letter_each(made):
    known = follower(made)
    answers = [ask(made, email=email) for email in (known.email, "nowy@example.org")]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert dict(answers[0].headers) == dict(answers[1].headers)
    asked_now = Letter.objects.filter(owed_at=AT).values_list("to", flat=True)
    assert sorted(asked_now) == sorted([known.email, "nowy@example.org"])
    known.refresh_from_db()
    assert known.is_confirmed


def test_a_double_click_is_one_follower_and_one_letter(made):
    for _one in range(2):
        ask(made, email="anna@example.org")
    assert (Follow.objects.count(), Letter.objects.count()) == (1, 1)


def test_all_consultations_are_followed_when_asked_for(made):
    ask(made, email="anna@example.org", all_consultations="on")
    assert Follow.objects.get().consultation is None


@pytest.mark.parametrize(
    "typed",
    [
        {"email": ""},
        {"email": "nie-adres"},
        {"email": "a" * 250 + "@example.org"},
        {"email": "<script>@x"},
        {"email": "anna@example.org", "website": "spam"},
    ],
)
def test_a_wrong_address_is_told_and_kept(made, typed):
    answer = ask(made, **typed)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert typed["email"].replace("<", "&lt;").replace(">", "&gt;") in page
    assert "<script>@" not in page
    assert (Follow.objects.count(), Letter.objects.count()) == (0, 0)
    assert not answer.cookies


def test_nul_in_an_address_is_dropped(made):
    assert ask(made, email="an\x00na@example.org").status_code == 302
    assert Follow.objects.get().email == "anna@example.org"


def test_nobody_can_be_flooded_with_letters(made):
    answers = [ask(published(), email="anna@example.org").status_code for _one in range(LETTERS_TO_ONE_ADDRESS.count)]
    assert set(answers) == {302}
    refused = ask(made, email="anna@example.org")
    assert refused.status_code == 200
    assert "anna@example.org" in refused.content.decode()
    assert ask(made, email="jan@example.org").status_code == 302
    assert Letter.objects.filter(to="anna@example.org").count() == LETTERS_TO_ONE_ADDRESS.count


def link(purpose: Purpose, follow: Follow) -> str:
    return f"/l/{tokens.sign(purpose, follow.pk, at=AT)}/"


def test_the_link_confirms_only_when_its_button_is_pressed(client, made):
    ask(made, email="anna@example.org")
    follow = Follow.objects.get()
    page = client.get(link(Purpose.FOLLOW, follow))
    assert page.status_code == 200
    follow.refresh_from_db()
    assert follow.confirmed_at is None
    client.post(link(Purpose.FOLLOW, follow))
    follow.refresh_from_db()
    assert follow.confirmed_at == AT
    # Pressed again, a day later: nothing moves.
    assert client.post(link(Purpose.FOLLOW, follow)).status_code == 200
    assert list(Follow.objects.confirmed()) == [follow]


def test_confirming_needs_the_token_of_the_site_and_stopping_does_not(made):
    follow = follower(made)
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link(Purpose.FOLLOW, follow)).status_code == 403
    assert strict.post(link(Purpose.UNFOLLOW, follow), {"List-Unsubscribe": "One-Click"}).status_code == 200
    follow.refresh_from_db()
    assert follow.ended_at == AT


def test_looking_at_the_stop_page_stops_nothing(client, made):
    follow = follower(made)
    assert client.get(link(Purpose.UNFOLLOW, follow)).status_code == 200
    follow.refresh_from_db()
    assert follow.ended_at is None


def test_who_stopped_must_say_yes_again(client, made):
    follow = follower(made)
    client.post(link(Purpose.UNFOLLOW, follow))
    ask(made, email=follow.email)
    follow.refresh_from_db()
    assert (follow.ended_at, follow.confirmed_at) == (None, None)
    assert list(Follow.objects.confirmed()) == []
    client.post(link(Purpose.FOLLOW, follow))
    assert list(Follow.objects.confirmed()) == [follow]


def test_a_link_of_a_follower_who_is_gone_is_a_missing_page(client, made):
    follow = follower(made)
    path = link(Purpose.FOLLOW, follow)
    follow.delete()
    assert client.get(path).status_code == 404
    assert client.get(path[:-2] + "x/").status_code == 404


def test_the_reminder_carries_one_click_unsubscribe(made):
    follower(made)
    send_due_letters(at=PUBLISHED)
    mail.outbox.clear()
    owe_closing_reminders(CLOSES - HOUR)
    send_due_letters(at=CLOSES - HOUR)
    (sent,) = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.search(r"/l/[^>]+/", sent.extra_headers["List-Unsubscribe"])[0]
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Follow.objects.confirmed()) == []
