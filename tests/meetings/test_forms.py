import re
from datetime import timedelta

import pytest
from django.core import signing

from accounts import limits
from accounts.models import Letter, Organization
from consultations.deadlines import until_words
from meetings import actions
from meetings.models import Registration, TopicProposal, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import HOUR, NOW, SIGNUP_UNTIL, TICK, TOPICS_UNTIL
from tests.meetings.pages import link_of, page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SECOND = timedelta(seconds=1)


# --- Signing up -------------------------------------------------------------------------------------

STAMP = re.compile(r'name="stamp" value="([^"]+)"')


def answers(client, meeting, url="sign_up", **values):
    shown = text(client.get(page(url, meeting)))
    found = STAMP.search(shown)
    given = {"name": "Łucja Żak", "email": "lucja@example.org", "organization_name": "", "website": ""}
    given |= {"stamp": found[1] if found else "", "step": "check"}
    if url == "sign_up":
        given |= {"group": meeting.groups.first().pk, "phone": "", "needs": ""}
    else:
        given |= {"title": "Małe granty", "text": "Bo warto"}
    return {**given, **values}


def send(client, meeting, url="sign_up", **values):
    return client.post(page(url, meeting), answers(client, meeting, url, **{"step": "send", **values}))


def test_the_name_of_each_group_says_that_it_is_polish_and_the_words_of_the_page_do_not(client):
    meeting = make.meeting()
    shown = text(client.get(page("sign_up", meeting)))
    named = re.findall(r'<span lang="pl"><b>(.+?)</b>', shown)
    assert named == [group.name for group in meeting.groups.all()]
    assert shown.count('<span class="note go">') == len(named)


def test_two_steps_then_a_letter_then_a_confirmed_seat(client, meeting):
    known = Organization.objects.create(name="Fundacja Otwarte Drzwi", verified_at=NOW)
    assert known.name in text(client.get(page("sign_up", meeting)))
    filled = answers(client, meeting, organization_name=known.name, phone="56 600 00 00", needs="Pętla indukcyjna")
    check = client.post(page("sign_up", meeting), filled)
    for answer in ("Łucja Żak", "lucja@example.org", known.name, "56 600 00 00", "Pętla indukcyjna", "Grupa 1"):
        assert answer in text(check)
    assert not Registration.objects.exists()
    back = client.post(page("sign_up", meeting), {**filled, "step": "edit"})
    assert 'value="Łucja Żak"' in text(back)
    done = client.post(page("sign_up", meeting), {**filled, "step": "send"}, follow=True)
    assert done.redirect_chain == [(page("sign_up_done", meeting), 302)]
    registration = Registration.objects.get()
    assert (registration.organization, registration.held_until) == (known, NOW + actions.HOLD)
    (letter,) = make.letters_to("lucja@example.org")
    assert (letter.kind, letter.link_pk) == ("signup_confirm", registration.pk)


@pytest.mark.parametrize(("typed", "agreed"), [({}, False), ({"may_be_named": "on"}, True)])
def test_whether_the_organization_may_be_named_is_asked_unticked_and_kept(client, meeting, typed, agreed):
    assert not client.get(page("sign_up", meeting)).context["form"]["may_be_named"].value()
    send(client, meeting, organization_name="Klub Żuraw", **typed)
    assert Registration.objects.get().may_be_named is agreed


def test_the_form_is_never_cached(client, meeting):
    for url in ("sign_up", "sign_up_done", "topic_new", "topic_done"):
        assert "no-store" in client.get(page(url, meeting))["Cache-Control"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "Ż" * 151),
        ("name", "x" * 10_000),
        ("email", ""),
        ("email", "lucja.example.org"),
        ("email", "lucja@example.org\nBcc: all@example.org"),
        ("email", f"{'x' * 300}@example.org"),
        ("organization_name", "y" * 251),
        ("phone", "proszę dzwonić"),
        ("phone", "1" * 41),
        ("needs", "z" * 10_000),
        ("group", ""),
        ("group", "999999"),
        ("group", "pierwsza"),
    ],
)
def test_a_wrong_answer_gets_a_sentence_at_its_field_and_nothing_typed_is_lost(client, meeting, field, typed):
    response = send(client, meeting, **{"needs": "Wszystko inne zostaje", field: typed})
    assert response.status_code == 200
    assert response.context["form"].errors[field]
    assert not Registration.objects.exists()
    shown = text(response)
    if field != "group":
        assert typed.split("\n")[0] in shown
    if field != "needs":
        assert "Wszystko inne zostaje" in shown


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "Zażółć Gęślą Jaźń", "Ola 🌻 Kwiat", 'O\'Brien "Bob" & syn', "{{ 7|add:7 }}", "Jan\x00 Nul"],
)
def test_odd_names_are_kept_as_written_and_shown_as_text(client, meeting, name):
    check = client.post(page("sign_up", meeting), answers(client, meeting, name=name))
    assert b"<script>alert" not in check.content
    assert send(client, meeting, name=name).status_code == 302
    kept = " ".join(name.replace("\x00", "").split())
    registration = Registration.objects.get()
    assert registration.name == kept
    link = client.get(link_of(registration))
    assert kept in text(link).replace("\xa0", " ").replace("„", '"').replace("”", '"')
    assert b"<script>alert" not in link.content


@pytest.mark.parametrize(("field", "typed"), [("name", "Anna https://example.com"), ("organization_name", "WWW.example.com")])
def test_a_name_does_not_carry_a_link_into_a_letter_to_an_address_nobody_has_proven(client, meeting, field, typed):
    refused = send(client, meeting, **{field: typed})
    assert typed in text(refused)
    assert "bez adresu strony" in text(refused)
    assert not Letter.objects.exists()
    send(client, meeting, organization_name="Fundacja Siepomaga.pl")
    assert Letter.objects.count() == 1


def test_a_line_break_in_a_name_does_not_reach_the_letter(client, meeting):
    assert send(client, meeting, name="Jan\r\nBcc: all@example.org").status_code == 302
    assert Registration.objects.get().name == "Jan Bcc: all@example.org"


@pytest.mark.parametrize("step", ["check", "send"])
def test_at_the_very_deadline_the_form_is_refused_with_what_was_typed_kept_and_offered_as_a_file(client, meeting, clock, step):
    filled = answers(client, meeting, step=step, needs="Pętla indukcyjna")
    clock.move_to(SIGNUP_UNTIL - TICK, tick=False)
    assert client.post(page("sign_up", meeting), {**filled, "step": "check"}).context["form"].is_to_be_checked
    clock.move_to(SIGNUP_UNTIL, tick=False)
    refused = client.post(page("sign_up", meeting), filled)
    assert refused.status_code == 200
    assert until_words(SIGNUP_UNTIL, SIGNUP_UNTIL) in text(refused).replace("\xa0", " ")
    assert "Pętla indukcyjna" in text(refused)
    assert 'value="download"' in text(refused)
    assert not Registration.objects.exists()
    file = client.post(page("sign_up", meeting), {**filled, "step": "download"})
    assert file["Content-Disposition"].startswith("attachment")
    assert {"Łucja Żak", "lucja@example.org", "Pętla indukcyjna"} <= set(file.content.decode().split("\n"))


def test_after_the_deadline_the_page_says_so_and_shows_no_form(client, meeting, clock):
    clock.move_to(SIGNUP_UNTIL, tick=False)
    response = client.get(page("sign_up", meeting))
    assert until_words(SIGNUP_UNTIL, SIGNUP_UNTIL) in text(response).replace("\xa0", " ")
    assert "<form" not in text(response)


def test_a_double_click_is_one_seat_even_across_the_deadline(client, meeting, clock):
    clock.move_to(SIGNUP_UNTIL - SECOND, tick=False)
    filled = answers(client, meeting, step="send")
    assert client.post(page("sign_up", meeting), filled).status_code == 302
    clock.move_to(SIGNUP_UNTIL, tick=False)
    assert client.post(page("sign_up", meeting), filled).status_code == 302
    assert Registration.objects.count() == Letter.objects.count() == 1


def test_the_answer_is_the_same_whether_the_address_is_known_or_not_and_the_known_gets_a_link(client, meeting):
    make.registered(meeting.groups.first(), make.person("Łucja Żak", "lucja@example.org"))
    known = send(client, meeting)
    unknown = send(client, meeting, email="nowa@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url) == (302, page("sign_up_done", meeting))
    assert Registration.objects.count() == 2
    assert len(make.letters_to("lucja@example.org", "signup_registered")) == 2


def test_a_full_group_without_a_waiting_list_is_shown_closed_and_refused_in_words_at_the_question(client):
    meeting = make.meeting(has_waiting_list=False)
    full, free = meeting.groups.all()
    for _ in range(full.capacity):
        make.registered(full)
    shown = text(client.get(page("sign_up", meeting)))
    assert re.search(rf'value="{full.pk}"[^>]*disabled', shown)
    assert not re.search(rf'value="{free.pk}"[^>]*disabled', shown)
    refused = send(client, meeting, group=full.pk)
    assert full.name in refused.context["form"].errors["group"][0]
    assert 'value="Łucja Żak"' in text(refused)


def test_a_group_of_another_meeting_cannot_be_chosen(client, meeting):
    other = make.meeting().groups.first()
    assert send(client, meeting, group=other.pk).context["form"].errors["group"]
    assert WorkingGroup.objects.get(pk=other.pk).taken == 0


def test_a_program_that_fills_in_everything_meets_a_closed_door(client, meeting):
    assert send(client, meeting, website="https://spam.example").context["form"].non_field_errors()
    assert not Registration.objects.exists()


@pytest.mark.parametrize(
    "stamp", ["", "forged", signing.dumps("a" * 32, salt="other")], ids=["none", "forged", "of another form"]
)
def test_a_stale_stamp_shows_the_answers_once_more_and_refuses_nothing(client, meeting, stamp):
    again = send(client, meeting, stamp=stamp)
    assert again.status_code == 200
    assert again.context["form"].is_to_be_checked
    new = STAMP.search(text(again))[1]
    assert client.post(page("sign_up", meeting), answers(client, meeting, step="send", stamp=new)).status_code == 302


def test_too_many_letters_to_one_address_are_refused_in_words(client, meeting, monkeypatch):
    monkeypatch.setattr("accounts.limits.LETTERS_TO_ONE_ADDRESS", limits.Limit("letters", 2, HOUR))
    for number in range(2):
        assert send(client, meeting, name=f"Osoba {number}", group=meeting.groups.all()[number % 2].pk).status_code == 302
    refused = send(client, meeting, name="Jeszcze Jedna")
    assert refused.context["form"].non_field_errors()
    assert "Jeszcze Jedna" in text(refused)


def test_too_many_forms_from_one_network_are_refused_in_words(client, meeting, monkeypatch):
    monkeypatch.setattr("accounts.limits.FORMS_FROM_ONE_NETWORK", limits.Limit("forms", 1, HOUR))
    assert send(client, meeting).status_code == 302
    assert send(client, meeting, email="b@example.org").context["form"].non_field_errors()


@pytest.mark.parametrize("groups", [1, 30])
def test_the_form_takes_the_same_queries_for_one_group_and_for_thirty(client, django_assert_max_num_queries, groups):
    meeting = make.meeting(groups=groups)
    with django_assert_max_num_queries(4):
        client.get(page("sign_up", meeting))


# --- Topics -----------------------------------------------------------------------------------------


def test_a_topic_goes_the_same_way(client, meeting):
    check = client.post(page("topic_new", meeting), answers(client, meeting, "topic_new"))
    assert "Małe granty" in text(check)
    done = send(client, meeting, "topic_new")
    assert done.url == page("topic_done", meeting)
    assert client.get(done.url).status_code == 200
    assert TopicProposal.objects.get().title == "Małe granty"
    assert [letter.kind for letter in make.letters_to("lucja@example.org")] == ["topic_receipt"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("text", "y" * 10_000),
        ("email", "nie"),
        ("name", ""),
        ("organization_name", "z" * 251),
    ],
)
def test_a_wrong_topic_gets_a_sentence_and_loses_nothing(client, meeting, field, typed):
    refused = send(client, meeting, "topic_new", **{field: typed})
    assert refused.context["form"].errors[field]
    assert typed in text(refused)
    assert not TopicProposal.objects.exists()


def test_at_the_very_deadline_of_topics_the_text_is_kept(client, meeting, clock):
    filled = answers(client, meeting, "topic_new", step="send")
    clock.move_to(TOPICS_UNTIL, tick=False)
    refused = client.post(page("topic_new", meeting), filled)
    assert "Bo warto" in text(refused)
    assert refused.context["form"].non_field_errors()
    assert "<form" not in text(client.get(page("topic_new", meeting)))
    assert not TopicProposal.objects.exists()


@pytest.mark.parametrize(("url", "verb"), [("sign_up", "sign_up"), ("topic_new", "propose_topic")])
def test_a_form_that_closes_while_it_is_sent_says_why_and_keeps_what_was_typed(client, meeting, monkeypatch, url, verb):
    """The page has found the meeting open; the office calls it off before the verb has the lock."""
    real = getattr(actions, verb)

    def too_late(*args, **kwargs):
        actions.cancel_meeting(meeting, reason="Awaria", by=None, at=NOW)
        return real(*args, **kwargs)

    monkeypatch.setattr(actions, verb, too_late)
    refused = send(client, meeting, url)
    assert refused.status_code == 200
    (sentence,) = refused.context["form"].non_field_errors()
    meeting.refresh_from_db()
    why = actions.SignUpIsClosed if url == "sign_up" else actions.TopicsAreClosed
    assert sentence == why(meeting, NOW).in_words
    assert "Łucja Żak" in text(refused)


def test_a_double_click_of_who_is_known_is_one_letter(client, meeting, clock):
    make.registered(meeting.groups.first(), make.person("Łucja Żak", "lucja@example.org"))
    clock.move_to(NOW + HOUR, tick=False)
    filled = answers(client, meeting, step="send")
    for seconds in range(2):
        clock.move_to(NOW + HOUR + seconds * SECOND, tick=False)
        assert client.post(page("sign_up", meeting), filled).status_code == 302
    assert len(make.letters_to("lucja@example.org", "signup_registered")) == 1 + 1


@pytest.mark.parametrize("full", ["places", "organization"])
def test_a_full_group_answers_alike_to_somebody_known_and_to_a_stranger(client, full):
    meeting = make.meeting(has_waiting_list=False, capacity=1, limit_per_organization=1 if full == "organization" else None)
    group = meeting.groups.first()
    who = make.person(organization_name="Klub")
    make.registered(group, who)
    if full == "organization":
        actions.edit_group(group, capacity=9, at=NOW)
    answers = []
    for name, email in ((who.name, who.email), ("Ktoś Inny", "inny@example.org")):
        answer = send(client, meeting, group=group.pk, name=name, email=email, organization_name="Klub")
        answers.append((answer.status_code, [str(error) for error in answer.context["form"].errors["group"]]))
    assert answers[0] == answers[1]
