"""Nothing that is not published stands in any page of what became of voices: not for the public, not for another author."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.models import User
from accounts.tokens import Purpose, sign
from consultations.actions.answers import PartIsNotSaid, add_note, approve_answers, cut_voice, send_for_approval
from consultations.actions.voices import edit_voice, release_voices
from consultations.models import Department, Outcome, Part, Voice
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, PUBLISHED, answered, drafted, drafter, published
from tests.factories.voices import AUTHOR, DURING, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
SECRET = "Zażółcony"
OTHER = replace(AUTHOR, name=f"{SECRET} Autor", email="inny@example.org", organization_name="Klub Jawny")
NOW = PUBLISHED + timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def planted():
    """Some answers are published; a correction of one, and everything about another consultation, is not."""
    made, unanswered = consultation(), consultation("2028")
    shown = [proposal(made, author=OTHER), remark(made, author=OTHER)]
    hidden = [
        proposal(made, author=OTHER, text=f"{SECRET} głos."),
        *(speak(unanswered, author=OTHER) for speak in (proposal, remark)),
    ]
    release_voices([*shown, *hidden[1:]], by=coordinator(), at=DURING)
    for voice in (*shown, hidden[0]):
        answered(voice, reasons=f"{SECRET} powód." if voice == hidden[0] else "Jawny powód.")
    published(made)
    # Approved, sent, drafted: each a step further from the public.
    answered(shown[0], outcome=Outcome.ACCEPTED, reasons=f"{SECRET} poprawka.", at=NOW)
    drafted(shown[1].parts.get(), outcome=Outcome.PARTLY, reasons=f"{SECRET} szkic.", at=NOW)
    for voice in hidden[1:]:
        answered(voice, outcome=Outcome.ACCEPTED, reasons=f"{SECRET} powód.", at=NOW)
    for voice in Voice.objects.all():
        add_note(voice, text=f"{SECRET} notatka.", by=drafter(), at=NOW)
    department = Department.objects.create(name=f"{SECRET} wydział", email="zazolcony@example.org")
    Part.objects.update(department=department, assignee=drafter(), due_on=NOW.date())
    return made, unanswered, shown, hidden


def pages(made, unanswered):
    searched = (
        "",
        "?q=zazolcony",
        "?q=inny@example.org",
        "?q=Autor",
        "?answer=accepted",
        "?answer=partly",
        "?answer=no",
        "?topic=other",
    )
    for consulted in (made, unanswered):
        for name in ("proposals", "remarks"):
            yield from (reverse(f"consultations:{name}", args=[consulted.slug]) + query for query in searched)
        yield from (reverse(f"consultations:{name}", args=[consulted.slug]) for name in ("detail", "topics", "calendar"))
        yield from (reverse("consultations:topic", args=[consulted.slug, topic.pk]) for topic in consulted.topics.all())
    yield from (voice.get_absolute_url() for voice in Voice.objects.released(NOW).select_related("consultation"))
    yield from ("/", "/aktualnosci/", "/aktualnosci/atom.xml", "/kalendarz.ics", "/konsultacje/")


def leaks(page):
    """What of the secrets a page says; what somebody typed into the search stands in its field and in the links of pages."""
    typed = ('value="zazolcony"', 'value="inny@example.org"', "q=zazolcony", "q=inny%40example.org", "q=inny@example.org")
    for words in typed:
        page = page.replace(words, "")
    return [word for word in (SECRET, "zazolcony", "inny@example.org", "Redaktorka", "redaktorka@") if word in page]


def test_the_public_reads_nothing_that_is_not_published(client, planted):
    made, unanswered, *_ = planted
    urls = list(pages(made, unanswered))
    read = {url: client.get(url) for url in (*urls, *(f"/en{url}" for url in urls))}
    assert {response.status_code for response in read.values()} == {200}
    read = {url: text_of(response) for url, response in read.items()}
    assert {url: leaks(page) for url, page in read.items() if leaks(page)} == {}
    assert client.get("/konsultacje/2027/propozycje/2/").status_code == 404
    # What is published is there, so that the crawl has eyes.
    assert all("Jawny powód." in read[f"/konsultacje/2027/{name}/1/"] for name in ("propozycje", "uwagi"))


def test_an_unpublished_outcome_is_neither_found_nor_counted(client, planted):
    made, unanswered, *_ = planted
    for consulted, name in ((made, "proposals"), (made, "remarks"), (unanswered, "proposals"), (unanswered, "remarks")):
        address = reverse(f"consultations:{name}", args=[consulted.slug])
        for outcome in ("accepted", "partly"):
            page = text_of(client.get(address, {"answer": outcome}))
            assert page.count('class="voice"') == 0
            assert f"verdict {outcome}" not in page


def test_another_author_reads_only_what_is_theirs(client, planted):
    made, *_ = planted
    mine = proposal(made, text="Mój głos.")
    page = text_of(client.get(f"/l/{sign(Purpose.SUBMISSION, mine.submission_id, at=NOW)}/"))
    assert mine.text in page
    assert leaks(page) == []
    user, _made = User.objects.get_or_create(email=AUTHOR.email)
    client.force_login(user)
    page = text_of(client.get(reverse("desk:mine")))
    assert mine.signature in page
    assert leaks(page) == []


def test_its_author_reads_no_draft_of_an_answer_nor_notes(client, planted):
    _made, _unanswered, shown, hidden = planted
    for voice in (*shown, *hidden[1:]):
        page = text_of(client.get(f"/l/{sign(Purpose.SUBMISSION, voice.submission_id, at=NOW)}/"))
        assert voice.signature in page
        assert SECRET not in page


def test_words_that_their_author_took_out_stand_beside_no_answer(client):
    made = consultation()
    voice = proposal(made, text="Więcej ławek. Proszę pytać Jana Nowaka, 600 700 800.")
    kept, gone = cut_voice(voice, excerpts=["Więcej ławek.", "Jana Nowaka, 600 700 800."], by=drafter(), at=DURING)
    edit_voice(voice, text="Więcej ławek. Proszę nas pytać.", at=DURING + timedelta(hours=1))
    for part in (kept, gone):
        drafted(part)
        send_for_approval(part, by=drafter(), at=ANSWERED)
    approve_answers([kept], seen={}, by=coordinator(), at=ANSWERED)
    with pytest.raises(PartIsNotSaid):
        approve_answers([gone], seen={}, by=coordinator(), at=ANSWERED)
    cut_voice(voice, excerpts=["Więcej ławek.", "Proszę nas pytać."], by=drafter(), at=ANSWERED)
    gone.refresh_from_db()
    drafted(gone)
    send_for_approval(gone, by=drafter(), at=ANSWERED)
    approve_answers([gone], seen={}, by=coordinator(), at=ANSWERED)
    published(made)
    release_voices([voice], by=coordinator(), at=ANSWERED)
    assert "600 700 800" not in text_of(client.get(voice.get_absolute_url()))
