"""Who answers, and until when: one letter for each act and address, none for what changes nothing."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from accounts import rendering
from accounts.models import Letter
from consultations.actions.answers import cut_voice
from consultations.actions.assignment import LINKED_AT_MOST, LISTED_AT_MOST, DueDayIsOver, assign_parts
from consultations.actions.voices import withdraw_submission
from consultations.deadlines import day_words
from consultations.models import Department, Part, Voice
from programs.typography import typeset
from tests.factories.answers import ANSWERED, drafter
from tests.factories.voices import DURING, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
DUE = localdate(ANSWERED) + timedelta(days=10)


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def department():
    return Department.objects.create(name="Wydział Kultury", email="Kultura@urzad.example.org")


def assign(parts, *, department=None, assignee=None, due_on=None, at=ANSWERED):
    return assign_parts(parts, department=department, assignee=assignee, due_on=due_on, by=coordinator(), at=at)


def told():
    return sorted(Letter.objects.filter(kind="assigned").values_list("to", flat=True))


def test_a_department_and_a_person_answer_until_a_day(made, department):
    parts = [*proposal(made).parts.all(), *remark(made).parts.all()]
    other = remark(made).parts.get()
    assert assign(parts, department=department, assignee=drafter(), due_on=DUE) == 2
    found = set(Part.objects.values_list("pk", "department", "assignee", "due_on"))
    assert found == {(part.pk, department.pk, drafter().pk, DUE) for part in parts} | {(other.pk, None, None, None)}


def test_each_address_gets_one_letter_that_says_everything(made, department):
    voices = [proposal(made), remark(made)]
    assign(Part.objects.all(), department=department, assignee=drafter(), due_on=DUE)
    assert told() == ["kultura@urzad.example.org", "redaktorka@example.org"]
    for letter in Letter.objects.filter(kind="assigned"):
        said = rendering.texts(letter)["body"]
        for words in (*(voice.signature for voice in voices), typeset(made.title), day_words(DUE, ANSWERED)):
            assert words in said
        keys = ",".join(str(voice.pk) for voice in voices)
        assert letter.context["page_url"].endswith(f"/admin/consultations/voice/?id__in={keys}")


def test_one_mailbox_gets_one_letter(made):
    mailbox = Department.objects.create(name="Biuro", email=drafter().email.upper())
    assign(proposal(made).parts.all(), department=mailbox, assignee=drafter())
    assert told() == [drafter().email]


def test_a_letter_without_a_due_day_has_no_line_about_it(made, department):
    assign(proposal(made).parts.all(), department=department)
    assert Letter.objects.get(kind="assigned").context["due"] == ""
    assert "{" not in rendering.texts(Letter.objects.get(kind="assigned"))["body"]


def test_the_same_again_changes_nothing_and_writes_nothing(made, department):
    parts = proposal(made).parts.all()
    assert assign(parts, department=department, due_on=DUE) == 1
    assert assign(parts, department=department, due_on=DUE, at=ANSWERED + timedelta(hours=1)) == 0
    assert len(told()) == 1


def test_only_what_changed_is_told(made, department):
    first, second = proposal(made), proposal(made)
    assign(first.parts.all(), department=department, due_on=DUE)
    assign(Part.objects.all(), department=department, due_on=DUE, at=ANSWERED + timedelta(hours=1))
    newest = Letter.objects.filter(kind="assigned").latest("pk")
    assert newest.context["numbers"] == second.signature


def test_another_day_is_told(made, department):
    parts = proposal(made).parts.all()
    assign(parts, department=department, due_on=DUE)
    assign(parts, department=department, due_on=DUE + timedelta(days=1), at=ANSWERED + timedelta(hours=1))
    assert len(told()) == 2


def test_who_has_no_address_is_not_written_to(made):
    nobody = Department.objects.create(name="Bez adresu")
    assert assign(proposal(made).parts.all(), department=nobody) == 1
    assert assign(Part.objects.all()) == 1
    assert told() == []


def test_nobody_is_told_of_what_its_author_took_back(made, department):
    voice = proposal(made)
    withdraw_submission(voice.submission, at=DURING)
    assign(voice.parts.all(), department=department)
    assert told() == []


def test_a_part_that_was_cut_away_is_left_out(made, department):
    voice = proposal(made, text="Więcej warsztatów. Więcej szkoleń.")
    parts = cut_voice(voice, excerpts=["Więcej warsztatów.", "Więcej szkoleń."], by=drafter(), at=ANSWERED)
    cut_voice(voice, excerpts=["Więcej warsztatów."], by=drafter(), at=ANSWERED)
    assert assign(parts, department=department) == 1


@pytest.mark.parametrize(("due_on", "is_over"), [(localdate(ANSWERED), False), (localdate(ANSWERED) - timedelta(days=1), True)])
def test_an_answer_is_due_today_at_the_earliest(made, department, due_on, is_over):
    parts = proposal(made).parts.all()
    if is_over:
        with pytest.raises(DueDayIsOver):
            assign(parts, department=department, due_on=due_on)
    else:
        assert assign(parts, department=department, due_on=due_on) == 1


@pytest.mark.parametrize("count", [LISTED_AT_MOST, LISTED_AT_MOST + 1, LINKED_AT_MOST + 1])
def test_a_letter_about_many_stays_short(made, department, count):
    first = proposal(made)
    numbers = range(2, count + 1)
    copies = [Voice(consultation=made, submission=first.submission, kind="proposal", number=n, text="a") for n in numbers]
    Part.objects.bulk_create(Part(voice=voice) for voice in Voice.objects.bulk_create(copies))
    assign(Part.objects.all(), department=department)
    said = Letter.objects.get(kind="assigned").context
    assert said["numbers"].count("P/2027/") == min(count, LISTED_AT_MOST)
    assert said["numbers"].endswith("…") is (count > LISTED_AT_MOST)
    assert ("id__in" in said["page_url"]) is (count <= LINKED_AT_MOST)
    assert len(said["page_url"]) < 2000
