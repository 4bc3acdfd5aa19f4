"""The page of an act of publication: read first, done by one button, refused in words."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import Letter
from accounts.roles import Role
from consultations.actions.answers import draft_answer
from consultations.actions.publication import NoteIsMissing, SomethingHasChanged, VoicesAreUnanswered, preview
from consultations.models import Outcome, Publication, VoiceKind
from tests.consultations.test_publication import LATER, OTHER, corrected, on_paper
from tests.factories.accounts import person
from tests.factories.answers import PUBLISHED, answered, drafted, drafter, published
from tests.factories.voices import consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(PUBLISHED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def desk(client):
    client.force_login(coordinator())
    return client


def address(made, name="consultations_publish"):
    return reverse(f"admin:{name}", args=[made.pk])


def form(made, **values):
    return {"seen": preview(made, list(VoiceKind), at=PUBLISHED).fingerprint, **values}


def of_voice(voice):
    return reverse("admin:consultations_voice_change", args=[voice.pk])


def test_one_button_publishes_what_was_read(desk, made):
    answered(proposal(made)), answered(remark(made, author=OTHER))
    page = desk.get(address(made))
    assert page.context["refusal"] == ""
    assert preview(made, list(VoiceKind), at=PUBLISHED).fingerprint in page.content.decode()
    done = desk.post(address(made), form(made), follow=True)
    act = Publication.objects.get()
    assert (act.voices, act.letters, act.by, act.at) == (2, 2, coordinator(), PUBLISHED)
    assert list(done.context["acts"]) == [act]
    assert done.context["planned"].parts == []


def test_one_kind_is_published_alone(desk, made):
    answered(proposal(made)), remark(made)
    seen = preview(made, [VoiceKind.PROPOSAL], at=PUBLISHED).fingerprint
    assert desk.post(f"{address(made)}?kind=proposal", {"seen": seen}).status_code == 302
    assert Publication.objects.get().voices == 1


def test_what_is_unanswered_is_linked_and_there_is_no_button(desk, made):
    answered(proposal(made))
    waiting = remark(made)
    page = desk.get(address(made))
    assert page.context["refusal"] == str(VoicesAreUnanswered([waiting]).in_words)
    assert of_voice(waiting) in page.content.decode()
    assert "<button" not in page.content.decode().split('id="content"')[1]
    refused = desk.post(address(made), form(made))
    assert refused.context["form"].non_field_errors() == [str(VoicesAreUnanswered([waiting]).in_words)]
    assert not Publication.objects.exists()


def test_who_has_no_address_and_what_is_not_shown_is_listed(desk, made):
    paper = answered(on_paper(made))
    html = desk.get(address(made)).content.decode()
    assert html.count(of_voice(paper)) == 2


def test_an_answer_that_promises_a_change_without_one_is_listed(desk, made):
    voice = answered(remark(made), outcome=Outcome.ACCEPTED, reasons="")
    part = voice.parts.get()
    assert f"{of_voice(voice)}?part={part.pk}" in desk.get(address(made)).content.decode()


def test_the_letter_is_shown_as_it_would_leave_in_a_frame(desk, made):
    answered(remark(made))
    page = desk.get(address(made))
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    letter = desk.get(address(made, "consultations_publish_letter"))
    assert "Inne słowa." in letter.content.decode()
    assert "sandbox" in letter["Content-Security-Policy"]
    assert not Letter.objects.filter(kind="answers").exists()


def test_without_anybody_to_write_to_there_is_no_letter(desk, made):
    answered(on_paper(made))
    assert "<iframe" not in desk.get(address(made)).content.decode()
    assert desk.get(address(made, "consultations_publish_letter")).status_code == 404


def test_a_later_act_asks_why_and_keeps_what_was_typed(desk, made, clock):
    voice = answered(proposal(made))
    published(made)
    corrected(voice.parts.get(), at=PUBLISHED)
    clock.move_to(LATER, tick=False)
    missing = desk.post(address(made), form(made, note=" "))
    assert missing.context["form"].errors["note"] == [str(NoteIsMissing.in_words)]
    assert desk.post(address(made), form(made, note="Poprawiamy.")).status_code == 302
    assert list(Publication.objects.values_list("note", flat=True)) == ["", "Poprawiamy."]


def test_what_changed_since_it_was_read_has_to_be_read_again(desk, made):
    voice = answered(proposal(made))
    stale = form(made)
    draft_answer(voice.parts.get(), outcome=Outcome.NOTED, reasons="Inaczej.", seen=1, by=drafter(), at=PUBLISHED)
    answered_again = voice.parts.get()
    assert answered_again.current.revision == 2
    published_nothing = desk.post(address(made), stale)
    assert published_nothing.context["form"].errors
    answered(voice)
    assert desk.post(address(made), stale).context["form"].non_field_errors() == [str(SomethingHasChanged.in_words)]
    assert not Publication.objects.exists()


def test_a_correction_that_is_being_written_is_shown_as_waiting(desk, made):
    voice = answered(proposal(made))
    published(made)
    drafted(voice.parts.get(), outcome=Outcome.NOTED, at=PUBLISHED)
    page = desk.get(address(made))
    assert [part.voice_id for part, _step in page.context["corrections"]] == [voice.pk]


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.AUDITOR])
def test_only_who_runs_the_process_publishes(client, made, role):
    answered(proposal(made))
    client.force_login(person(f"{role}@example.org", role))
    page = client.get(address(made))
    assert "<button" not in page.content.decode().split('id="content"')[1]
    assert client.get(address(made, "consultations_publish_letter")).status_code == 200
    assert client.post(address(made), form(made)).status_code == 403
    assert not Publication.objects.exists()


def test_who_does_not_work_at_the_desk_sees_nothing_of_it(client, made):
    answered(proposal(made))
    client.force_login(person("anna@example.org"))
    for name in ("consultations_publish", "consultations_publish_letter"):
        assert client.get(address(made, name)).status_code == 302
    assert client.post(address(made), form(made)).status_code == 302
    assert not Publication.objects.exists()


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_however_many_wrote(desk, made, django_assert_num_queries, count):
    for _one in range(count):
        answered(proposal(made)), answered(remark(made)), answered(on_paper(made))
    published(made)
    for voice in made.voices.all():
        corrected(voice.parts.get(), at=PUBLISHED)
    # A session, its user and roles (5); the consultation; the preview (5); stages; acts; corrections.
    with django_assert_num_queries(5 + 1 + 5 + 1 + 2):
        desk.get(address(made))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_acts_costs_the_same_however_many(desk, made, django_assert_num_queries, count):
    for number in range(count):
        answered(proposal(made)), published(made, note=str(number))
    # A session, its user and roles (5); what the filter offers, two counts, the rows.
    with django_assert_num_queries(9):
        page = desk.get(reverse("admin:consultations_publication_changelist"))
    assert page.context["cl"].result_count == count


def test_what_was_noted_is_kept_when_somebody_else_has_published_first(desk, made):
    voice = answered(proposal(made))
    published(made)
    corrected(voice.parts.get(), at=PUBLISHED)
    sent = form(made, note="Moja nota o sprostowaniu.")
    published(made, note="Kolega był szybszy.")
    assert "Moja nota o sprostowaniu." in desk.post(address(made), sent).content.decode()
