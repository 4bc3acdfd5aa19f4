"""An official of a unit: answers the parts that are given to them or to their unit, and sees no others."""

import pytest
import time_machine
from django.urls import reverse

from accounts.models import AuditEntry, Organization
from accounts.roles import Role
from consultations.actions import answers
from consultations.actions.answers import NotYoursToAnswer, NotYoursToDecide, cut_voice, draft_answer, send_for_approval
from consultations.actions.assignment import assign_parts
from consultations.actions.voices import release_voices
from consultations.admin.voices import VoiceAdmin
from consultations.forms.assigning import AssignForm
from consultations.models import Decision, Department, Note, Outcome, Part, Step, Voice
from tests.consultations.answer_screen import acts, press, screen, sent, step
from tests.consultations.voice_pages import text_of
from tests.factories.accounts import person
from tests.factories.answers import ANSWERED, REASONS, answered, drafted, drafter
from tests.factories.voices import DURING, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
LIST = reverse("admin:consultations_voice_changelist")
CONTACTS = ("Anna Żółć", "anna@example.org")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(ANSWERED, tick=False) as traveller:
        yield traveller


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def unit():
    return Department.objects.create(name="Wydział Sportu", email="sport@urzad.example.org")


@pytest.fixture
def official(unit):
    user = person("komorka@example.org", Role.OFFICIAL, name="Urzędniczka")
    unit.members.add(user)
    return user


@pytest.fixture
def own(made, unit):
    return given(remark(made).parts.get(), department=unit)


@pytest.fixture
def other(made):
    """Given to a unit that she does not work in."""
    culture = Department.objects.create(name="Wydział Kultury")
    return given(proposal(made, text="Tajemnica drugiego wydziału.").parts.get(), department=culture)


@pytest.fixture
def desk(client, official):
    client.force_login(official)
    return client


def given(part, *, department=None, assignee=None):
    assign_parts([part], department=department, assignee=assignee, due_on=None, by=coordinator(), at=DURING)
    part.refresh_from_db()
    return part


def draft(part, by):
    return draft_answer(part, outcome=Outcome.REJECTED, reasons=REASONS, seen=0, by=by, at=ANSWERED)


def send(part, by):
    drafted(part)
    send_for_approval(part, by=by, at=ANSWERED)


def together(part, by):
    answers.answer_together([part], outcome=Outcome.REJECTED, reasons=REASONS, seen={}, by=by, at=ANSWERED)


def note(part, by):
    answers.add_note(part.voice, text="Zapytać skarbnika.", by=by, at=ANSWERED)


def approve(part, by):
    sent(part)
    answers.approve_answers([part], seen={}, by=by, at=ANSWERED)


def give_back(part, by):
    sent(part)
    answers.return_answer(part, why="Dopisz.", seen=1, by=by, at=ANSWERED)


def cut(part, by):
    cut_voice(part.voice, excerpts=["Inne słowa.", "Tak będzie jaśniej."], by=by, at=ANSWERED)


WRITE, DECIDE = (draft, send, together, note), (approve, give_back, cut)


# --- The verbs -----------------------------------------------------------------------------------


@pytest.mark.parametrize("act", WRITE)
def test_an_official_writes_about_what_is_given_to_their_unit_alone(official, own, other, act):
    act(own, official)
    with pytest.raises(NotYoursToAnswer):
        act(other, official)


@pytest.mark.parametrize("act", WRITE)
def test_what_is_given_to_them_by_name_is_theirs_too(official, made, act):
    act(given(proposal(made).parts.get(), assignee=official), official)


@pytest.mark.parametrize("act", WRITE)
def test_what_is_given_to_nobody_is_not_theirs(official, made, act):
    with pytest.raises(NotYoursToAnswer):
        act(proposal(made).parts.get(), official)


@pytest.mark.parametrize("act", DECIDE)
def test_nobody_in_a_unit_approves_returns_or_cuts(official, own, act):
    with pytest.raises(NotYoursToDecide):
        act(own, official)


@pytest.mark.parametrize("act", [*WRITE, *DECIDE])
@pytest.mark.parametrize("role", [Role.AUDITOR, None])
def test_working_in_the_unit_is_not_enough(unit, own, act, role):
    user = person("ktos@example.org", *([role] if role else []))
    unit.members.add(user)
    with pytest.raises((NotYoursToAnswer, NotYoursToDecide)):
        act(own, user)


@pytest.mark.parametrize("act", [*WRITE, *DECIDE])
def test_whoever_handles_all_voices_needs_no_unit(other, act):
    act(other, coordinator())


def test_one_part_of_another_unit_refuses_all_of_them(official, own, other):
    with pytest.raises(NotYoursToAnswer):
        answers.answer_together([own, other], outcome=Outcome.REJECTED, reasons=REASONS, seen={}, by=official, at=ANSWERED)
    assert not Decision.objects.exists()


def test_what_is_given_to_others_meanwhile_is_theirs_no_more(official, unit, own):
    draft(own, official)
    given(own, assignee=drafter())
    with pytest.raises(NotYoursToAnswer):
        send_for_approval(own, by=official, at=ANSWERED)
    given(own, department=unit)
    unit.members.clear()
    with pytest.raises(NotYoursToAnswer):
        send_for_approval(own, by=official, at=ANSWERED)


def test_parts_and_voices_are_seen_by_duty(official, own, other):
    everybody = (coordinator(), drafter(), person("", Role.AUDITOR), person("", Role.AUDITOR, Role.OFFICIAL))
    for user in everybody:
        assert set(Part.objects.seen_by(user)) == {own, other}
        assert set(Voice.objects.seen_by(user)) == {own.voice, other.voice}
    assert list(Part.objects.seen_by(official)) == [own]
    assert list(Voice.objects.seen_by(official)) == [own.voice]
    nobody = person("ktos@example.org")
    own.department.members.add(nobody)
    assert not Part.objects.seen_by(nobody).exists()
    assert not Voice.objects.seen_by(nobody).exists()


def test_officials_can_be_chosen_to_answer(official):
    assert official in AssignForm().fields["assignee"].queryset


# --- The list ------------------------------------------------------------------------------------


def listed(desk, **query):
    page = desk.get(LIST, query)
    assert page.status_code == 200
    return set(page.context["cl"].result_list)


def test_the_list_holds_their_own_voices_and_no_contacts(desk, own, other):
    page = desk.get(LIST)
    assert set(page.context["cl"].result_list) == {own.voice}
    words = text_of(page)
    assert "Stowarzyszenie Żółty Latawiec" in words
    assert page.context["cl"].search_help_text == str(VoiceAdmin.unit_search_help)
    for secret in (*CONTACTS, "Tajemnica", "Wydział Kultury", reverse("admin:consultations_letter")):
        assert secret not in words
    desk.force_login(coordinator())
    assert listed(desk) == {own.voice, other.voice}


def test_a_search_finds_words_of_theirs_and_never_an_author(desk, own, other):
    for words in (own.voice.signature, "jaśniej", "latawiec", str(own.voice.number)):
        assert own.voice in listed(desk, q=words), words
    for words in ("tajemnica", "Anna", "Żółć", "anna@example.org"):
        assert listed(desk, q=words) == set(), words


def test_of_a_cut_voice_they_find_and_read_their_part(desk, made, unit):
    voice = proposal(made, text="Więcej boisk. Sekretna druga sprawa.")
    first, second = cut_voice(voice, excerpts=["Więcej boisk.", "Sekretna druga sprawa."], by=coordinator(), at=DURING)
    given(first, department=unit), drafted(second, reasons="Odpowiedź innych.")
    assert listed(desk, q="boisk") == {voice}
    assert listed(desk, q="sekretna") == set()
    assert (listed(desk, step="none"), listed(desk, step="draft")) == ({voice}, set())
    for page in (desk.get(LIST), desk.get(screen(voice)), desk.get(screen(voice) + f"?part={second.pk}")):
        assert "Więcej boisk." in text_of(page)
        for secret in ("Sekretna", "Odpowiedź innych.", *CONTACTS):
            assert secret not in text_of(page)
    refused = desk.post(screen(voice), {"part": second.pk, "act": "draft", "seen": 1, "outcome": "noted", "reasons": "Moja."})
    assert str(NotYoursToAnswer.in_words) in text_of(refused)
    assert "Moja." in text_of(refused)
    assert second.decisions.count() == 1
    desk.force_login(coordinator())
    assert "Sekretna" in text_of(desk.get(screen(voice)))


def test_what_waits_for_them_is_told_by_their_own_part(desk, made, unit):
    voice = answered(remark(made))
    given(voice.parts.get(), department=unit)
    open_one = given(remark(made).parts.get(), department=unit)
    assert listed(desk, unanswered="yes") == {open_one.voice}
    assert listed(desk, unanswered="no") == {voice}


@pytest.mark.parametrize("lookup", ["submission__email__startswith", "submission__name", "folded__contains", "text__contains"])
def test_the_address_of_the_list_asks_nothing_about_authors(desk, own, lookup):
    assert desk.get(LIST, {lookup: "a"}).status_code in (302, 400)
    assert listed(desk, id__in=str(own.voice.pk)) == {own.voice}


def test_drafts_are_sent_from_the_list_and_nothing_else_is_done_there(desk, own, other):
    drafted(own), drafted(other)
    keys = [own.voice.pk, other.voice.pk]
    assert [name for name, _words in desk.get(LIST).context["action_form"].fields["action"].choices] == ["", "send"]
    for name in ("approve", "release", "assign", "send"):
        desk.post(LIST, {"action": name, "_selected_action": keys})
    assert (step(own), step(other)) == (Step.REVIEW, Step.DRAFT)
    assert not Voice.objects.filter(released_at__isnull=False).exists()


def test_the_list_of_a_unit_takes_the_same_queries_for_any_number_of_voices(desk, made, unit, django_assert_num_queries):
    for number in range(4):
        given(remark(made).parts.get(), department=unit)
        if number in (0, 3):
            desk.get(LIST)
            with django_assert_num_queries(LIST_QUERIES):
                desk.get(LIST)


LIST_QUERIES = 9

# --- The screen ----------------------------------------------------------------------------------


def test_an_official_drafts_and_sends_on_the_screen_and_does_no_more(desk, official, own):
    assert acts(desk.get(screen(own.voice))) == {"draft", "send", "note"}
    press(desk, own, "draft")
    press(desk, own, "send", seen=1, reasons="Lepsze słowa.")
    assert (step(own), Decision.objects.latest("revision").drafted_by) == (Step.REVIEW, official)
    page = desk.get(screen(own.voice))
    assert acts(page) == {"draft", "send", "note"}
    for address in ("consultations_voice_cut", "consultations_together", "consultations_change_new"):
        assert reverse(f"admin:{address}", args=[own.pk if address.endswith("new") else own.voice.pk]) not in text_of(page)
    assert reverse("admin:consultations_assign") not in text_of(page)
    for act in ("approve", "return"):
        assert str(NotYoursToDecide.in_words) in text_of(press(desk, own, act, seen=2, why="Dopisz."))
    assert step(own) == Step.REVIEW


def test_the_screen_tells_what_it_says_and_not_who_wrote(desk, own):
    page = text_of(desk.get(screen(own.voice)))
    assert "Stowarzyszenie Żółty Latawiec" in page
    assert "Tak będzie jaśniej." in page
    for secret in CONTACTS:
        assert secret not in page
    desk.force_login(coordinator())
    page = text_of(desk.get(screen(own.voice)))
    for words in CONTACTS:
        assert words in page


def test_what_happened_and_notes_are_read_by_whoever_answers(desk, official, own):
    note(own, coordinator())
    press(desk, own, "draft")
    desk.post(screen(own.voice), {"act": "note", "text": "Pytam.", "part": own.pk})
    assert list(Note.objects.values_list("by", flat=True)) == [coordinator().pk, official.pk]
    page = desk.get(screen(own.voice))
    assert "Zapytać skarbnika." in text_of(page)
    assert [happened.by for happened in page.context["history"]] == ["", "Urzędniczka"]


def test_what_is_typed_comes_back_when_the_voice_is_given_to_others(desk, own, other):
    given(own, department=other.department)
    answer = press(desk, own, "draft", reasons="Pisane do ostatniej chwili.")
    assert answer.status_code == 403
    assert str(NotYoursToAnswer.in_words) in text_of(answer)
    assert "Pisane do ostatniej chwili." in text_of(answer)
    assert "Inne słowa." not in text_of(answer)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("act", ["draft", "send", "insert", "approve", "return", "note", ""])
def test_the_voice_of_another_unit_is_closed(desk, other, act):
    sent(other)
    for answer in (desk.get(screen(other.voice)), press(desk, other, act, seen=1, why="x", text="x")):
        assert answer.status_code == 403
        for secret in ("Tajemnica", *CONTACTS):
            assert secret not in text_of(answer)
    assert (step(other), Decision.objects.count(), Note.objects.count()) == (Step.REVIEW, 1, 0)


def test_an_auditor_who_works_in_a_unit_reads_all_and_answers_their_own(client, official, own, other):
    auditor = person(official.email, Role.OFFICIAL, Role.AUDITOR)
    client.force_login(auditor)
    assert acts(client.get(screen(own.voice))) == {"draft", "send", "note"}
    page = client.get(screen(other.voice))
    assert (acts(page), "anna@example.org" in text_of(page)) == (set(), True)
    assert str(NotYoursToAnswer.in_words) in text_of(press(client, other, "draft"))
    assert not Decision.objects.exists()


def test_the_screen_of_a_unit_takes_the_same_queries_for_any_number_of_parts(desk, made, unit, django_assert_num_queries):
    for count in (1, 3):
        voice = proposal(made)
        for part in cut_voice(voice, excerpts=[f"część {number}" for number in range(count)], by=drafter(), at=ANSWERED):
            drafted(given(part, department=unit))
        desk.get(screen(voice))
        with django_assert_num_queries(SCREEN_QUERIES):
            desk.get(screen(voice))


SCREEN_QUERIES = 14

# --- The rest of the desk ------------------------------------------------------------------------


def test_the_rest_of_the_desk_is_closed(desk, made, own, official):
    release_voices([own.voice], by=coordinator(), at=DURING)
    Organization.objects.create(name="Klub")
    closed = [
        reverse(f"admin:{name}", args=args)
        for name, args in (
            ("consultations_voice_cut", [own.voice.pk]),
            ("consultations_together", [own.voice.pk]),
            ("consultations_similar", [made.pk]),
            ("consultations_assign", []),
            ("consultations_scan", [own.voice.pk]),
            ("consultations_letter", []),
            ("consultations_publish", [made.pk]),
            ("consultations_change_new", [own.pk]),
            ("consultations_voice_add", []),
            ("consultations_answertemplate_changelist", []),
            ("consultations_department_changelist", []),
            ("consultations_consultation_changelist", []),
            ("accounts_letter_changelist", []),
            ("accounts_organization_changelist", []),
            ("accounts_user_changelist", []),
            ("accounts_auditentry_changelist", []),
            ("meetings_registration_changelist", []),
            ("programs_draftversion_changelist", []),
        )
    ]
    for address in closed:
        assert desk.get(address).status_code == 403, address
        assert desk.post(address).status_code == 403, address
    home = desk.get(reverse("admin:index"))
    assert [model["object_name"] for app in home.context["app_list"] for model in app["models"]] == ["Voice"]
    assert "cards" not in home.context


def test_the_audit_names_whoever_drafted(desk, official, own):
    press(desk, own, "draft")
    entry = AuditEntry.objects.filter(model="consultations.Decision").get()
    assert entry.actor == official
