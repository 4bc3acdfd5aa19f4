"""The outbox at the desk: the letter as it left, its story in words, and two acts that say what they did."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import tokens
from accounts.editing import save_text
from accounts.letters import cancel_letter, retry_letter, withdraw_letters
from accounts.models import Letter, LetterText, State, User
from accounts.roles import Role
from accounts.sending import send_due_letters
from accounts.story import history
from accounts.suppression import suppress
from accounts.texts import Text
from accounts.tokens import Purpose
from tests.factories.accounts import NOW, SECOND, owed, person

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/letter/"
MINUTE = timedelta(minutes=1)
RECEIPT = {"numbers": "U/2027/001", "consultation": "Program na 2028 rok", "received": "dziś", "voices": []}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def coordinator(client) -> User:
    user = person("coordinator@example.org", Role.COORDINATOR)
    client.force_login(user)
    return user


def page(client, letter: Letter) -> str:
    answer = client.get(reverse("admin:accounts_letter_change", args=[letter.pk]))
    assert answer.status_code == 200
    return answer.content.decode()


def frame(client, letter: Letter):
    return client.get(reverse("admin:accounts_letter_html", args=[letter.pk]))


def in_state(letter: Letter, state: State, error: str = "550 5.1.1 nobody here") -> Letter:
    Letter.objects.filter(pk=letter.pk).update(
        state=state, error=error, troubled_at=NOW, history=letter.history_with(state, error, at=NOW)
    )
    letter.refresh_from_db()
    return letter


def receipt(to: str = "anna@example.org", **values: object) -> Letter:
    return owed(to, kind="submission_receipt", context=RECEIPT, link=(Purpose.SUBMISSION, 1), **values)


def act(client, action: str, *letters: Letter) -> list[tuple[str, str]]:
    chosen = {"action": action, "_selected_action": [letter.pk for letter in letters]}
    answer = client.post(LIST, chosen, follow=True)
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


# --- Who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [(Role.COORDINATOR, 200), (Role.AUDITOR, 200), (Role.DRAFTER, 403), (Role.MODERATOR, 403)]
)
def test_whom_the_portal_writes_to_is_not_for_everybody(client, role, status):
    user = person("staff@example.org", *([] if role is Role.MODERATOR else [role]))
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    letter = owed()
    pages = [LIST, f"{LIST}{letter.pk}/change/", f"{LIST}{letter.pk}/html/"]
    assert [client.get(address).status_code for address in pages] == [status] * 3


@pytest.mark.parametrize(("action", "state"), [("retry", State.FAILED), ("cancel", State.QUEUED)])
def test_a_reader_does_nothing_to_letters(client, action, state):
    client.force_login(person("", Role.AUDITOR))
    letter = in_state(owed(), state)
    act(client, action, letter)
    letter.refresh_from_db()
    assert letter.state == state
    assert f'value="{action}"' not in page(client, letter)


# --- The list ------------------------------------------------------------------------------------


def test_a_letter_is_named_in_words_on_the_list_and_in_the_filter(client, coordinator):
    owed(kind="signup_confirm")
    html = client.get(LIST).content.decode()
    assert html.count("zapis: potwierdzenie adresu") == 2
    assert ">signup_confirm<" not in html


def test_the_filter_counts_and_the_link_of_staff_letters_opens_it(client, coordinator):
    failed, doubtful, waiting = in_state(owed(), State.FAILED), in_state(owed(), State.UNCERTAIN), owed()
    answer = client.get(LIST, {"state__in": "failed,uncertain"})
    assert set(answer.context["cl"].result_list) == {failed, doubtful}
    html = answer.content.decode()
    assert "wszystkie wymagające uwagi (2)" in html
    assert "czekają na wysłanie (1)" in html
    assert [*client.get(LIST, {"state__in": "queued,leased,sending"}).context["cl"].result_list] == [waiting]


@pytest.mark.parametrize("value", ["nonsense", "", "failed,;drop", "\x00"])
def test_a_state_that_does_not_exist_finds_nothing_or_all(client, coordinator, value):
    owed()
    assert client.get(LIST, {"state__in": value}).status_code in (200, 302)


def test_letters_are_found_by_address_and_by_what_they_said(client, coordinator):
    other, letter = owed("jan@example.org"), receipt()
    send_due_letters(at=NOW)
    subject = Letter.objects.get(pk=letter.pk).as_sent["subject"]
    assert [*client.get(LIST, {"q": subject}).context["cl"].result_list] == [letter]
    assert [*client.get(LIST, {"q": "jan@"}).context["cl"].result_list] == [other]


# --- The letter ----------------------------------------------------------------------------------


def test_what_left_is_shown_as_it_left_and_what_waits_as_it_would_leave_now(client, coordinator):
    letter = receipt()
    send_due_letters(at=NOW)
    waiting = receipt("jan@example.org")
    save_text("submission_receipt", "pl", text=Text("Nowy temat", "{link}", "Powód."), by=coordinator, at=NOW)
    left, ahead = page(client, letter), page(client, waiting)
    assert "List w postaci przekazanej serwerowi poczty" in left
    assert "Nowy temat" not in left
    assert "U/2027/001" in left
    assert "List w postaci, w jakiej wyszedłby teraz" in ahead
    assert "Nowy temat" in ahead


def test_the_links_of_a_person_are_shown_to_nobody_else(client, coordinator):
    letter = owed(
        kind="news", context={"title": "Nowe"}, unfollow=7, link=(Purpose.SUBMISSION, 5), occasion="news:announcement:1:1"
    )
    signed = [tokens.sign(purpose, pk, at=letter.owed_at) for purpose, pk in ((Purpose.SUBMISSION, 5), (Purpose.UNFOLLOW, 7))]
    for state in ("waiting", "sent"):
        html = page(client, letter) + frame(client, letter).content.decode()
        assert not any(token in html for token in signed), state
        assert html.count("/l/…/") >= 2
        send_due_letters(at=NOW)


@pytest.mark.parametrize("kind", ["login_code", "password_reset"])
def test_what_lets_somebody_in_is_not_shown(client, coordinator, kind):
    letter = owed(kind=kind, context={"code": "ABC-123", "password_reset_url": "http://127.0.0.1/ABC-123"})
    html = page(client, letter) + frame(client, letter).content.decode()
    assert "ABC-123" not in html
    assert html.count("jego treść zna tylko adresat") == 2


def test_a_text_that_cannot_be_filled_is_explained(client, coordinator):
    LetterText.objects.create(
        kind="contact", language="pl", subject="{nonsense}", body="Treść", why="Powód", changed_at=NOW, changed_by=None
    )
    html = page(client, owed(kind="contact"))
    assert "{nonsense}" in html
    assert "<iframe" not in html


def test_a_letter_of_a_kind_that_is_gone_can_still_be_opened(client, coordinator):
    letter = owed()
    Letter.objects.filter(pk=letter.pk).update(kind="remarks_closing")
    assert "Portal nie wysyła już listów tego rodzaju" in page(client, letter)


def test_the_frame_may_do_nothing_and_only_the_letters_page_holds_it(client, coordinator):
    letter = receipt()
    answer = frame(client, letter)
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"
    )
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in answer["Cache-Control"]
    around = client.get(f"{LIST}{letter.pk}/change/")
    assert "frame-src 'self'" in around["Content-Security-Policy"]
    assert " style=" not in around.content.decode()
    assert "frame-src" not in client.get(LIST)["Content-Security-Policy"]


def test_what_a_visitor_wrote_stays_text(client, coordinator):
    said = {"consultation": "Program", "name": "<script>alert(1)</script>", "email": "a@example.org", "message": "<img src=x>"}
    letter = owed(kind="contact", context=said)
    for html in (page(client, letter), frame(client, letter).content.decode()):
        assert "<script>alert" not in html
        assert "<img" not in html


# --- Its story -----------------------------------------------------------------------------------


def test_the_story_tells_of_failures_staff_and_the_end(client, coordinator):
    letter = in_state(receipt(), State.FAILED, "552 mailbox full")
    retry_letter(letter, by=coordinator, at=NOW + MINUTE)
    send_due_letters(at=NOW + 2 * MINUTE)
    answer = client.get(f"{LIST}{letter.pk}/change/")
    story = [(event.at - NOW, str(event.what), event.words, event.by) for event in answer.context["history"]]
    assert [(when, what, by) for when, what, _words, by in story[:2]] == [
        (timedelta(0), "nie wysłano", ""),
        (MINUTE, "czeka ponownie", "coordinator@example.org"),
    ]
    assert story[0][2] == "552 mailbox full"
    assert story[2][1] == "wysłano"
    assert 2 * MINUTE <= story[2][0] < 3 * MINUTE


def test_the_story_of_a_withdrawn_letter_says_when_and_why(client, coordinator):
    letter = owed(kind="stage_closes", occasion="stage_closes:stage:1:1")
    withdraw_letters("stage_closes:stage:1", at=NOW + SECOND)
    *_before, last = history(Letter.objects.get(pk=letter.pk))
    assert (last.at, str(last.words)) == (NOW + SECOND, "To, czego dotyczył, zmieniło się albo zostało odwołane.")


def test_a_letter_in_doubt_is_explained_with_what_to_do(client, coordinator):
    html = page(client, in_state(receipt(), State.UNCERTAIN, "Connection unexpectedly closed"))
    assert "nie da się stwierdzić, czy dotarł" in html
    assert 'value="retry"' in html


@pytest.mark.parametrize("count", [1, 30])
def test_a_long_story_takes_no_more_queries(client, coordinator, django_assert_num_queries, count):
    letter = receipt()
    for number in range(count):
        Letter.objects.filter(pk=letter.pk).update(
            history=letter.history_with(State.QUEUED, f"421 busy {number}", at=NOW + number * SECOND)
        )
        letter.refresh_from_db()
    # A process asks once for the type of each content.
    page(client, letter)
    with django_assert_num_queries(7):
        page(client, letter)
    with django_assert_num_queries(7):
        frame(client, letter)


# --- Acts ----------------------------------------------------------------------------------------


def test_sending_once_more_counts_what_was_done_and_says_why_the_rest_was_not(client, coordinator):
    failed = [in_state(receipt(f"p{n}@example.org"), State.FAILED) for n in range(2)]
    waiting, secret = [receipt(f"w{n}@example.org") for n in range(5)], in_state(owed(kind="login_code"), State.FAILED)
    said = act(client, "retry", *failed, *waiting, secret)
    assert ("success", "Wysyłamy jeszcze raz 2 listy.") in said
    skipped = sorted(words.split(". ")[0] for level, words in said if level == "warning")
    assert skipped == ["Pominięto 1 list", "Pominięto 5 listów"]
    assert set(Letter.objects.filter(pk__in=[letter.pk for letter in failed]).values_list("state", flat=True)) == {State.QUEUED}


def test_a_letter_to_a_refusing_address_waits_for_the_block_to_be_lifted(client, coordinator):
    suppress("anna@example.org", reason="550 5.1.1", at=NOW)
    letter = owed(kind="news", context={"title": "Nowe"}, unfollow=1)
    assert letter.state == State.SUPPRESSED
    said = act(client, "retry", letter)
    assert [level for level, _words in said] == ["warning"]
    assert "zdejm" in said[0][1].lower()


def test_cancelling_stops_what_waits_and_leaves_what_left(client, coordinator):
    sent = receipt()
    send_due_letters(at=NOW)
    waiting = receipt("jan@example.org")
    said = act(client, "cancel", sent, waiting)
    assert [(level, words.split(".")[0]) for level, words in said] == [
        ("success", "Odwołano 1 list"),
        ("warning", "Pominięto 1 list"),
    ]
    waiting.refresh_from_db()
    assert waiting.is_cancelled_by_staff


def test_one_letter_is_acted_on_from_its_page(client, coordinator):
    waiting, cancelled = receipt(), receipt("jan@example.org")
    cancel_letter(cancelled, by=coordinator, at=NOW)
    assert 'value="cancel"' in page(client, waiting)
    cancelled.refresh_from_db()
    assert 'name="action"' not in page(client, cancelled)
