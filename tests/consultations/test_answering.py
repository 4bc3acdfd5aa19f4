"""The screen of one voice: drafted by one official, approved by another, read by the auditor; nothing typed is lost."""

import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from consultations.actions.answers import (
    AnswerHasChanged,
    NoteIsEmpty,
    NothingToReview,
    OwnAnswer,
    PartIsGone,
    ReasonsAreMissing,
    SayWhatToImprove,
    VoiceHasChanged,
    VoiceIsWithdrawn,
    add_note,
    cut_voice,
    return_answer,
)
from consultations.actions.voices import AUTHOR_CHANGED, edit_voice, release_voices, withdraw_submission
from consultations.models import AnswerTemplate, Decision, Note, Outcome, Part, Step
from programs.actions import fingerprint_of_all, freeze_version, load, remove_unit, start_version
from programs.models import Purpose
from programs.readiness import holes
from tests.consultations.answer_screen import acts, press, screen, sent, step, typed
from tests.consultations.voice_pages import text_of
from tests.factories.answers import ANSWERED, PUBLISHED, REASONS, answered, drafted, drafter, published
from tests.factories.voices import DURING, TICK, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ANSWERED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def voice(made):
    return remark(made)


@pytest.fixture
def part(voice):
    return voice.parts.get()


@pytest.fixture
def desk(client):
    """A drafter's; the coordinator signs in where she is needed."""
    client.force_login(drafter())
    return client


# --- The whole way -------------------------------------------------------------------------------


def test_a_draft_is_saved_sent_approved_and_returned_on_the_screen(desk, part):
    assert acts(desk.get(screen(part.voice))) == {"draft", "send", "note"}
    assert press(desk, part, "draft").status_code == 302
    assert step(part) == Step.DRAFT
    shown = desk.get(screen(part.voice)).context["form"]
    assert (shown["outcome"].value(), shown["reasons"].value()) == ("rejected", REASONS)
    press(desk, part, "send", seen=1, reasons="Lepsze słowa.")
    assert (step(part), Decision.objects.count()) == (Step.REVIEW, 2)

    desk.force_login(coordinator())
    assert acts(desk.get(screen(part.voice))) == {"approve", "return", "draft", "send", "note"}
    press(desk, part, "return", seen=2, why="Dopisz podstawę.")
    assert step(part) == Step.RETURNED

    desk.force_login(drafter())
    page = desk.get(screen(part.voice))
    assert "Dopisz podstawę." in text_of(page)
    press(desk, part, "send", seen=2, reasons="Na podstawie art. 5.")

    desk.force_login(coordinator())
    press(desk, part, "approve", seen=3)
    assert step(part) == Step.APPROVED
    assert acts(desk.get(screen(part.voice))) == {"return", "draft", "send", "note"}


def test_whoever_drafted_is_told_beforehand_and_offered_no_approval(desk, part):
    sent(part)
    page = desk.get(screen(part.voice))
    assert str(OwnAnswer.in_words) in text_of(page)
    assert acts(page) == {"return", "draft", "send", "note"}
    press(desk, part, "approve", seen=1)
    assert step(part) == Step.REVIEW


def test_a_colleagues_draft_is_sent_as_it_is_and_stays_theirs(desk, part):
    drafted(part)
    desk.force_login(coordinator())
    press(desk, part, "send", seen=1)
    assert (step(part), Decision.objects.get().drafted_by) == (Step.REVIEW, drafter())
    press(desk, part, "approve", seen=1)
    assert step(part) == Step.APPROVED


def test_a_published_answer_is_corrected_by_the_next(desk, made, part):
    answered(part.voice)
    published(made)
    page = desk.get(screen(part.voice))
    assert acts(page) == {"draft", "send", "note"}
    press(desk, part, "send", seen=1, reasons="Poprawione.")
    page = text_of(desk.get(screen(part.voice)))
    assert REASONS in page
    assert "Poprawione." in page
    assert [decision.step for decision in part.decisions.order_by("revision")] == [Step.PUBLISHED, Step.REVIEW]
    assert press(desk, part, "return", seen=1, why="x").context["returned"].non_field_errors() == [str(AnswerHasChanged.in_words)]


# --- What is refused stays typed -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"reasons": " "}, "reasons"),
        ({"outcome": ""}, "outcome"),
        ({"outcome": "maybe"}, "outcome"),
        ({"reasons": "a" * 20_001}, "reasons"),
    ],
)
@pytest.mark.parametrize("act", ["draft", "send"])
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(desk, part, act, changes, field):
    response = press(desk, part, act, **changes)
    assert set(response.context["form"].errors) == {field}
    assert response.context["form"]["reasons"].value() == changes.get("reasons", REASONS)
    assert not Decision.objects.exists()
    if changes.get("reasons") == " ":
        assert response.context["form"].errors["reasons"] == [str(ReasonsAreMissing.in_words)]


def test_two_people_at_one_part_see_both_answers_and_lose_none(desk, part):
    press(desk, part, "draft", reasons="Słowa koleżanki.")
    response = press(desk, part, "draft", reasons="Moje słowa.")
    assert response.context["form"].non_field_errors() == [str(AnswerHasChanged.in_words)]
    page = text_of(response)
    assert "Słowa koleżanki." in page
    assert response.context["form"]["reasons"].value() == "Moje słowa."
    seen = re.search(r'name="seen" value="(\d+)"', page)[1]
    assert press(desk, part, "draft", reasons="Moje słowa.", seen=seen).status_code == 302
    assert list(part.decisions.values_list("revision", "reasons")) == [(1, "Słowa koleżanki."), (2, "Moje słowa.")]


def test_a_voice_that_its_author_has_changed_is_read_again_first(desk, part):
    edit_voice(part.voice, at=DURING, proposed_wording="Nowe brzmienie.")
    response = press(desk, part, "draft", read_at=(DURING - TICK).isoformat())
    assert response.context["form"].non_field_errors() == [str(VoiceHasChanged.in_words)]
    assert response.context["form"]["reasons"].value() == REASONS
    read_at = re.search(r'name="read_at" value="([^"]+)"', text_of(response))[1]
    assert press(desk, part, "draft", read_at=read_at).status_code == 302


def test_words_for_a_part_that_was_cut_away_are_kept(desk, part):
    cut_voice(part.voice, excerpts=["Inne słowa.", "Tak będzie jaśniej."], by=drafter(), at=ANSWERED)
    gone = part.voice.parts.get(position=1)
    cut_voice(part.voice, excerpts=[], by=drafter(), at=ANSWERED)
    response = press(desk, gone, "draft")
    assert response.context["form"].non_field_errors() == [str(PartIsGone.in_words)]
    assert response.context["form"]["reasons"].value() == REASONS
    assert not Decision.objects.exists()


@pytest.mark.parametrize("act", ["draft", "send", "approve", "return"])
def test_the_part_of_another_voice_is_not_answered_from_here(desk, made, part, act):
    other = remark(made).parts.get()
    sent(other)
    desk.force_login(coordinator())
    response = desk.post(screen(part.voice), typed(other, act, seen=1, reasons="Inna.", why="Dopisz."))
    assert str(PartIsGone.in_words) in text_of(response)
    assert (Decision.objects.count(), step(other)) == (1, Step.REVIEW)


def test_what_changed_since_it_was_read_is_neither_approved_nor_returned(desk, part):
    sent(part)
    desk.force_login(coordinator())
    for act in ("approve", "return"):
        response = press(desk, part, act, seen=2, why="Dopisz.")
        assert str(AnswerHasChanged.in_words) in text_of(response)
    assert step(part) == Step.REVIEW
    return_answer(part, why="Dopisz.", seen=1, by=coordinator(), at=ANSWERED)
    assert str(NothingToReview.in_words) in text_of(press(desk, part, "approve", seen=1))


def test_what_should_be_improved_is_kept_when_somebody_else_has_returned_it(desk, part):
    sent(part)
    return_answer(part, why="Kolega był szybszy.", seen=1, by=coordinator(), at=ANSWERED)
    response = press(desk, part, "return", seen=1, why="Moje zdanie o tym, co poprawić.")
    assert str(NothingToReview.in_words) in text_of(response)
    assert "Moje zdanie o tym, co poprawić." in text_of(response)
    assert "return" not in acts(response)


@pytest.mark.parametrize(("why", "words"), [("", str(SayWhatToImprove.in_words)), ("a" * 1001, None)])
def test_a_return_says_why_in_no_more_than_a_thousand_characters(desk, part, why, words):
    sent(part)
    desk.force_login(coordinator())
    errors = press(desk, part, "return", seen=1, why=why).context["returned"].errors
    assert set(errors) == {"why"}
    assert words is None or errors["why"] == [words]
    assert step(part) == Step.REVIEW


def test_an_act_that_nobody_knows_does_nothing(desk, part):
    assert press(desk, part, "publish").status_code == 200
    assert press(desk, part, "").status_code == 200
    assert not Decision.objects.exists()


# --- Templates and notes -------------------------------------------------------------------------


def test_a_template_fills_in_behind_what_is_typed_and_saves_nothing(desk, part):
    template = AnswerTemplate.objects.create(name="Poza zakresem", outcome=Outcome.OUT_OF_SCOPE, reasons="To inny program.")
    form = press(desk, part, "insert", template=template.pk, outcome="", reasons="").context["form"]
    assert (form["outcome"].value(), form["reasons"].value(), form.errors) == ("out_of_scope", "To inny program.", {})
    form = press(desk, part, "insert", template=template.pk, reasons="Dziękujemy.").context["form"]
    assert (form["outcome"].value(), form["reasons"].value()) == ("rejected", "Dziękujemy.\n\nTo inny program.")
    form = press(desk, part, "insert", template="", reasons="Dziękujemy.").context["form"]
    assert form["reasons"].value() == "Dziękujemy."
    assert not Decision.objects.exists()


def test_templates_are_kept_at_the_desk(desk):
    add, listed = (reverse(f"admin:consultations_answertemplate_{name}") for name in ("add", "changelist"))
    desk.post(add, {"name": "Poza zakresem", "outcome": "out_of_scope", "reasons": "To inny program."})
    assert AnswerTemplate.objects.values_list("name", "outcome", "reasons").get()[1] == "out_of_scope"
    assert "Poza zakresem" in text_of(desk.get(listed))
    desk.force_login(auditor())
    assert (desk.get(listed).status_code, desk.get(add).status_code) == (200, 403)


def test_notes_are_added_in_place_and_never_leave_the_office(desk, client, part):
    desk.post(screen(part.voice), {"act": "note", "text": " Zapytać <skarbnika>. ", "part": part.pk})
    assert Note.objects.values_list("text", "by", "at").get() == ("Zapytać <skarbnika>.", drafter().pk, ANSWERED)
    assert "Zapytać &lt;skarbnika&gt;." in desk.get(screen(part.voice)).content.decode()
    errors = desk.post(screen(part.voice), {"act": "note", "text": " "}).context["note"].errors
    assert errors == {"text": [str(NoteIsEmpty.in_words)]}
    release_voices([part.voice], by=drafter(), at=DURING)
    client.logout()
    page = text_of(client.get(part.voice.get_absolute_url()))
    assert "Inne słowa." in page
    assert "skarbnika" not in page


# --- What the screen tells -----------------------------------------------------------------------


def test_the_screen_holds_all_that_is_known(desk, part):
    sent(part)
    return_answer(part, why="Dopisz podstawę.", seen=1, by=coordinator(), at=ANSWERED)
    add_note(part.voice, text="Zapytać skarbnika.", by=coordinator(), at=ANSWERED)
    edit_voice(part.voice, at=DURING, proposed_wording="Zupełnie co innego.", reasons="Bo tak.")
    page = text_of(desk.get(screen(part.voice)))
    place = part.voice.provision_text
    known = ("U/2027/001", "Stowarzyszenie Żółty Latawiec", "Anna Żółć", "anna@example.org", place.citation, "<ins>", "<del>")
    for words in (*known, "Zupełnie co innego.", "Inne słowa.", "Bo tak.", "Dopisz podstawę.", "Zapytać skarbnika.", REASONS):
        assert words in page
    told = [(happened.at, happened.by, happened.words) for happened in desk.get(screen(part.voice)).context["history"]]
    assert told == [
        (DURING, "", part.voice.submission.get_channel_display()),
        (DURING, "", ""),
        (ANSWERED, "Redaktorka", ""),
        (ANSWERED, "", ""),
        (ANSWERED, "Koordynatorka", "Dopisz podstawę."),
    ]


def test_an_answer_returned_because_the_author_changed_the_words_says_so(desk, part):
    sent(part)
    edit_voice(part.voice, at=DURING, proposed_wording="Nowe brzmienie.")
    page = desk.get(screen(part.voice))
    assert AUTHOR_CHANGED in text_of(page)
    assert acts(page) == {"draft", "send", "note"}


def test_a_withdrawn_voice_takes_notes_alone(desk, part):
    drafted(part)
    withdraw_submission(part.voice.submission, at=DURING)
    page = desk.get(screen(part.voice))
    assert acts(page) == {"note"}
    response = press(desk, part, "draft", seen=1, reasons="Pisane do ostatniej chwili.")
    assert str(VoiceIsWithdrawn.in_words) in text_of(response)
    assert "Pisane do ostatniej chwili." in text_of(response)
    assert Decision.objects.count() == 1


def test_a_paragraph_deleted_meanwhile_is_said_in_words(desk, made, part):
    assert not desk.get(screen(part.voice)).context["is_gone"]
    version = start_version(part.voice.version.program, purpose=Purpose.CONSULTATION, based_on=part.voice.version, at=DURING)
    unit = next(text for text in load(version) if text.citation == "§ 2")
    remove_unit(unit, seen=fingerprint_of_all([unit]), at=DURING)
    freeze_version(version, by=None, at=DURING, despite=[hole.code for hole in holes(version, load(version))])
    page = desk.get(screen(part.voice))
    assert page.context["is_gone"]
    assert part.voice.quote.split()[0] in text_of(page)


# --- Who -----------------------------------------------------------------------------------------


def auditor():
    user, _made = User.objects.get_or_create(email="audytor@example.org", defaults={"is_staff": True})
    user.groups.add(Group.objects.get_or_create(name=Role.AUDITOR)[0])
    return user


def test_the_auditor_sees_everything_and_can_do_nothing(desk, part):
    sent(part)
    add_note(part.voice, text="Zapytać skarbnika.", by=drafter(), at=ANSWERED)
    desk.force_login(auditor())
    page = desk.get(screen(part.voice))
    for words in ("anna@example.org", "Zapytać skarbnika.", REASONS, "Redaktorka"):
        assert words in text_of(page)
    assert acts(page) == set()
    assert "<textarea" not in text_of(page)
    for act in ("draft", "send", "insert", "approve", "return", "note", ""):
        assert press(desk, part, act, seen=1, why="x", text="x").status_code == 403
    assert desk.get(screen(part.voice, "cut")).status_code == 302
    assert desk.post(screen(part.voice, "cut"), {"act": "cut", "excerpt": ["a", "b"]}).status_code == 403
    assert (step(part), Note.objects.count(), Part.objects.count()) == (Step.REVIEW, 1, 1)


def test_staff_without_the_duty_and_visitors_see_nothing(client, part):
    assert client.get(screen(part.voice)).status_code == 302
    client.force_login(User.objects.create_user("ktos@example.org", is_staff=True))
    for page in ("change", "cut"):
        assert client.get(screen(part.voice, page)).status_code == 403
        assert client.post(screen(part.voice, page), typed(part, "draft")).status_code == 403


def test_a_voice_that_is_not_there_is_not_found(desk):
    for key in ("999999", "abc", "9" * 30):
        assert desk.get(f"/admin/consultations/voice/{key}/change/").status_code == 404


@pytest.mark.parametrize("parts", [1, 3])
def test_the_screen_takes_the_same_queries_for_any_number_of_parts(desk, made, parts, django_assert_num_queries):
    voice = proposal(made)
    cut_voice(voice, excerpts=[f"część {number}" for number in range(parts)], by=drafter(), at=ANSWERED)
    for part in voice.parts.all():
        for number in range(parts):
            drafted(part, reasons=f"Wersja {number}.")
        for _number in range(parts):
            add_note(voice, text="Uwaga.", by=drafter(), at=PUBLISHED)
    desk.get(screen(voice))
    with django_assert_num_queries(SCREEN_QUERIES):
        desk.get(screen(voice))


SCREEN_QUERIES = 17
