"""Following by e-mail: nothing before a yes, what was chosen is what comes, stopping is one click and one follow."""

import re

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from accounts import tokens
from accounts.letters import owe_letter
from accounts.limits import LETTERS_TO_ONE_ADDRESS
from accounts.models import Letter, State, User
from accounts.sending import send_due_letters
from accounts.tokens import Purpose
from consultations.actions import news
from consultations.audiences import followers
from consultations.models import Follow
from tests.factories.consultations import HOUR, OPENS, PUBLISHED, follower, published

pytestmark = pytest.mark.django_db

AT = OPENS
CHOICE = {"act": "choose", "wants": ["reminders", "news"], "scope": "one", "language": "pl"}


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(AT, tick=False)
    return time_machine


@pytest.fixture
def made():
    return published()


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
    assert page.content.decode().count(" checked") == 4  # both kinds of letters, this consultation, this language
    follow.refresh_from_db()
    assert follow.confirmed_at is None
    answer = client.post(link(Purpose.FOLLOW, follow), CHOICE)
    follow.refresh_from_db()
    assert follow.confirmed_at == AT
    assert User.objects.filter(email="anna@example.org").exists()
    # Pressed again, a day later: nothing moves, and the page is the one for changing one's mind.
    for repeated in (client.post(link(Purpose.FOLLOW, follow), CHOICE), client.get(link(Purpose.FOLLOW, follow))):
        assert repeated["Location"] == link(Purpose.UNFOLLOW, follow)
    assert list(Follow.objects.confirmed()) == [follow]
    assert client.get(answer["Location"]).status_code == 200


def test_confirming_needs_the_token_of_the_site_and_an_answer(client, made):
    ask(made, email="anna@example.org")
    follow = Follow.objects.get()
    assert Client(enforce_csrf_checks=True).post(link(Purpose.FOLLOW, follow), CHOICE).status_code == 403
    empty = client.post(link(Purpose.FOLLOW, follow))
    assert empty.status_code == 200
    assert 'role="alert"' in empty.content.decode()
    assert list(Follow.objects.confirmed()) == []


def test_who_confirms_may_choose_at_once(client, made):
    ask(made, email="anna@example.org")
    client.post(link(Purpose.FOLLOW, Follow.objects.get()), {**CHOICE, "wants": ["news"], "language": "en"})
    follow = Follow.objects.confirmed().get()
    assert (follow.wants_reminders, follow.wants_news, follow.language) == (False, True, "en")


def test_who_stopped_must_say_yes_again(client, made):
    follow = follower(made)
    client.post(link(Purpose.UNFOLLOW, follow))
    ask(made, email=follow.email)
    follow.refresh_from_db()
    assert (follow.ended_at, follow.is_confirmed) == (AT, False)
    assert list(Follow.objects.confirmed()) == []
    client.post(link(Purpose.FOLLOW, follow), CHOICE)
    assert list(Follow.objects.confirmed()) == [follow]


def test_a_stranger_who_asks_undoes_no_stop(client, made):
    one, _all = follower(made, email="anna@example.org"), follower(None, email="anna@example.org")
    news.end_follow(one, at=AT)
    ask(made, email="Anna@example.org")
    assert followers(made, wants="wants_reminders") == ([], {"anna@example.org"})
    client.post(link(Purpose.FOLLOW, one), CHOICE)
    assert [person.unfollow for person in followers(made, wants="wants_reminders")[0]] == [one.pk]


def test_a_stranger_who_asks_chooses_no_language_for_who_has_confirmed(made):
    known, asked = follower(made), news.follow(made, email="nowa@example.org", at=PUBLISHED, language="pl")
    for follow in (known, asked):
        news.follow(made, email=follow.email, at=AT, language="en")
    assert (state(known)[3], state(asked)[3]) == ("pl", "en")


@pytest.mark.parametrize("purpose", [Purpose.FOLLOW, Purpose.UNFOLLOW])
def test_a_link_of_a_follower_who_is_gone_is_a_missing_page(client, made, purpose):
    follow = follower(made)
    path = link(purpose, follow)
    follow.delete()
    assert client.get(path).status_code == 404
    assert client.post(path, CHOICE).status_code == 404
    assert client.get(path[:-2] + "x/").status_code == 404


# --- A follower's own page ------------------------------------------------------------------------


def choose(follow, **values):
    # No cookie and no token: whoever holds the link may choose.
    return Client(enforce_csrf_checks=True).post(link(Purpose.UNFOLLOW, follow), {**CHOICE, **values})


def state(follow) -> tuple[bool, bool, bool, str]:
    follow.refresh_from_db()
    return follow.is_confirmed, follow.wants_reminders, follow.wants_news, follow.language


def test_looking_at_the_page_stops_nothing(client, made):
    follow = follower(made)
    assert client.get(link(Purpose.UNFOLLOW, follow)).status_code == 200
    assert client.head(link(Purpose.UNFOLLOW, follow)).status_code == 200
    assert state(follow)[0]


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {"act": "stop"}, {}, {"act": "inne"}])
def test_one_post_stops_whatever_it_says(made, body):
    follow = follower(made)
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(link(Purpose.UNFOLLOW, follow), body)
    assert (answer.status_code, dict(answer.cookies)) == (200, {})
    follow.refresh_from_db()
    assert follow.ended_at == AT
    strict.post(link(Purpose.UNFOLLOW, follow), body)
    assert list(Follow.objects.confirmed()) == []


@pytest.mark.parametrize(
    ("wants", "left"), [(["reminders"], (True, False)), (["news"], (False, True)), (["reminders", "news"], (True, True))]
)
def test_a_follower_chooses_what_to_hear_of(client, made, wants, left):
    follow = follower(made)
    answer = choose(follow, wants=wants, language="en")
    assert answer["Location"] == f"{link(Purpose.UNFOLLOW, follow)}?zapisano"
    assert state(follow) == (True, *left, "en")
    assert 'role="status"' in client.get(answer["Location"]).content.decode()


def test_nothing_chosen_is_the_same_as_stopping_and_what_was_chosen_before_stays_for_another_time(client, made):
    follow = follower(made)
    choose(follow, wants=["news"])
    page = client.get(choose(follow, wants=[])["Location"]).content.decode()
    assert state(follow) == (False, False, True, "pl")
    assert 'value="again"' in page


@pytest.mark.parametrize(
    "forged", [{"language": "de"}, {"language": ""}, {"scope": "żadna"}, {"wants": ["<script>"]}, {"language": "p\x00l,"}]
)
def test_a_forged_choice_changes_nothing_and_says_so(made, forged):
    follow = follower(made)
    before = state(follow)
    answer = choose(follow, **forged)
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert "<script>" not in answer.content.decode().replace('<script type="module"', "")
    assert state(follow) == before


def test_who_stopped_by_mistake_goes_on_with_one_button(client, made):
    follow = follower(made)
    choose(follow, wants=["news"])
    client.post(link(Purpose.UNFOLLOW, follow))
    client.post(link(Purpose.UNFOLLOW, follow), {"act": "again"})
    assert state(follow) == (True, False, True, "pl")


def test_a_follow_of_one_becomes_one_of_all_behind_the_same_link(client, made):
    follow = follower(made)
    choose(follow, scope="all")
    follow.refresh_from_db()
    assert (follow.consultation, follow.is_confirmed) == (None, True)
    page = client.get(link(Purpose.UNFOLLOW, follow)).content.decode()
    assert 'name="scope"' not in page
    # The form of a page opened before is still understood.
    choose(follow, scope="one", wants=["news"])
    assert state(follow) == (True, False, True, "pl")
    assert Follow.objects.get().consultation is None


def test_who_follows_all_already_has_one_follow_less(made):
    one, both = follower(made, email="anna@example.org"), follower(None, email="anna@example.org")
    answer = choose(one, scope="all", wants=["news"])
    assert answer["Location"] == f"{link(Purpose.UNFOLLOW, both)}?zapisano"
    assert list(Follow.objects.confirmed()) == [both]
    assert state(both) == (True, False, True, "pl")


def test_the_link_of_what_gave_way_leads_to_the_page_of_all_and_still_stops_its_own(client, made):
    one, both = follower(made, email="anna@example.org"), follower(None, email="anna@example.org")
    choose(one, scope="all")
    addresses = {person.email for person in followers(made, wants="wants_news")[0]}
    assert addresses == {"anna@example.org"}
    assert client.get(link(Purpose.UNFOLLOW, one))["Location"] == link(Purpose.UNFOLLOW, both)
    later = AT + HOUR
    news.end_follow(one, at=later)
    assert followers(made, wants="wants_news") == ([], {"anna@example.org"})
    assert "anna@example.org" in {person.email for person in followers(published(), wants="wants_news")[0]}
    assert client.get(link(Purpose.UNFOLLOW, one)).status_code == 200


def test_choosing_all_wakes_an_ended_follow_of_all(made):
    one, both = follower(made, email="anna@example.org"), follower(None, email="anna@example.org")
    news.end_follow(both, at=AT)
    choose(one, scope="all")
    assert list(Follow.objects.confirmed()) == [both]


def test_stopping_one_leaves_the_other_and_says_so(client, made):
    one, both = follower(made, email="anna@example.org"), follower(None, email="anna@example.org")
    stranger = follower(made)
    page = client.post(link(Purpose.UNFOLLOW, one), {"act": "stop"}).content.decode()
    assert set(Follow.objects.confirmed()) == {both, stranger}
    assert link(Purpose.UNFOLLOW, both) in page
    assert link(Purpose.UNFOLLOW, stranger) not in page
    assert one.email not in page
    client.post(link(Purpose.UNFOLLOW, both), {"act": "stop"})
    assert set(Follow.objects.confirmed()) == {stranger}


@pytest.mark.parametrize("others", [0, 3])
def test_the_page_asks_a_fixed_number_of_queries(client, made, others, django_assert_num_queries):
    follow = follower(made, email="anna@example.org")
    for _one in range(others):
        follower(published(), email="anna@example.org")
    with django_assert_num_queries(2):
        client.get(link(Purpose.UNFOLLOW, follow))


# --- What is owed when somebody stops -------------------------------------------------------------


def news_to(follow, *, occasion):
    owe_letter(follow.email, kind="signup_closes", occasion=occasion, at=AT, unfollow=follow.pk)


def test_stopping_withdraws_what_has_not_left_and_nothing_else(made):
    one, both = follower(made, email="anna@example.org"), follower(None, email="anna@example.org")
    for follow in (one, both, follower(made)):
        news_to(follow, occasion=f"signup_closes:meeting:{follow.pk}")
    news_to(one, occasion="signup_closes:meeting:0")
    Letter.objects.filter(occasion="signup_closes:meeting:0").update(state=State.SENT, sent_at=AT)
    news.end_follow(one, at=AT)
    assert list(Letter.objects.filter(state=State.OBSOLETE).values_list("unfollow_pk", flat=True)) == [one.pk]
    news.end_follow(both, at=AT)
    assert set(Letter.objects.filter(state=State.OBSOLETE).values_list("unfollow_pk", flat=True)) == {one.pk, both.pk}
    assert Letter.objects.filter(state=State.SENT).count() == 1


def test_the_reminder_carries_one_click_unsubscribe(made):
    follow = follower(made)
    send_due_letters(at=PUBLISHED)
    mail.outbox.clear()
    news_to(follow, occasion="signup_closes:meeting:1")
    send_due_letters(at=AT)
    (sent,) = mail.outbox
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.search(r"/l/[^>]+/", sent.extra_headers["List-Unsubscribe"])[0]
    assert Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert list(Follow.objects.confirmed()) == []
