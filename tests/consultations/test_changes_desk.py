"""The desk on which decisions become text: from a voice to a change, from a change to the version, two wordings made one."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.roles import Role
from consultations.actions import changes as verbs
from consultations.forms.changes import author_wording
from consultations.models import ChangeAction, Outcome, ProposedChange
from programs.actions import VersionIsFrozen, add_unit, edit_unit, freeze_version, remove_unit, start_version
from programs.marks import reference
from programs.models import Purpose
from programs.numbering import Unit
from programs.reading import spelling
from tests.factories.answers import answered, drafter
from tests.factories.programs import frozen, program
from tests.factories.voices import CLOSES, consultation, proposal, remark
from tests.programs.desk import at_desk, said

pytestmark = pytest.mark.django_db
AT = CLOSES + timedelta(days=3)


@pytest.fixture
def desk(client):
    return at_desk(client)


@pytest.fixture
def made():
    return consultation()


@pytest.fixture
def part(made):
    return taken(made)


@pytest.fixture
def version(made):
    program = made.programs.get()
    return start_version(program, purpose=Purpose.AFTER, based_on=program.versions.get(), at=AT)


def taken(made, citation="§ 2"):
    return answered(remark(made, citation=citation), outcome=Outcome.ACCEPTED).parts.get()


def propose(part, text="Inne słowa.", action=ChangeAction.REWORD):
    on = part.voice.provision_text
    return verbs.propose_change([part], on=on, action=action, text=text, by=drafter(), at=AT)


def new(part):
    return reverse("admin:consultations_change_new", args=[part.pk])


def changes(version):
    return reverse("admin:consultations_text_changes", args=[version.pk])


def merge(version, change):
    return reverse("admin:consultations_change_merge", args=[version.pk, change.pk])


def reworded(version, text, citation="§ 2"):
    return edit_unit(version.texts.get(citation=citation), heading="", text=text, at=AT)


# One voice ---------------------------------------------------------------------------------------------------


def test_a_change_opens_with_the_author_s_wording_and_the_difference_can_be_seen_before_it_is_proposed(desk, part):
    page = desk.get(new(part))
    assert page.context["form"]["text"].value() == part.voice.proposed_wording == "Inne słowa."
    shown = desk.post(new(part), {"act": "preview", "action": "reword", "text": "Zapis nr 2 o kwocie."})
    assert "<del>" in shown.context["preview"]
    assert not ProposedChange.objects.exists()
    desk.post(new(part), {"act": "propose", "action": "reword", "text": "Zapis nr 2 o kwocie."})
    change = ProposedChange.objects.get()
    assert (change.text, change.provision, list(change.parts.all())) == (
        "Zapis nr 2 o kwocie.",
        part.voice.provision_text.provision,
        [part],
    )


def test_what_is_refused_keeps_what_was_typed_and_says_why(desk, part):
    page = desk.post(new(part), {"act": "propose", "action": "reword", "text": part.voice.provision_text.text})
    assert said(page) == str(verbs.NothingWouldChange.in_words)
    assert page.context["form"]["text"].value() == part.voice.provision_text.text
    unknown = desk.post(new(part), {"act": "propose", "action": "reword", "text": "Patrz {§ 99}."})
    assert unknown.context["form"].errors["text"]
    assert not ProposedChange.objects.exists()


def test_references_of_the_present_words_stay_references_in_the_author_s(made, part, version):
    target = version.texts.get(citation="§ 3")
    unit = reworded(version, f"Stosuje się {reference(target.provision_id)} i § 30.")
    part.voice.proposed_wording = "Zawsze stosuje się § 3, a nie § 30."
    texts = list(version.texts.in_reading_order())
    assert author_wording(part, unit, spelling(texts)) == "Zawsze stosuje się {§ 3}, a nie § 30."


def test_a_unit_inside_the_one_remarked_on_can_be_chosen(desk, made):
    part = taken(made, citation="§ 1")
    page = desk.get(new(part))
    assert [unit.citation for unit in page.context["units"]] == ["§ 1", "§ 1 pkt 1", "§ 1 pkt 2"]
    inner = page.context["units"][2]
    desk.post(f"{new(part)}?unit={inner.pk}", {"act": "propose", "action": "reword", "text": "rozwój wolontariatu i sportu."})
    assert ProposedChange.objects.get().provision == inner.provision


def test_another_voice_joins_a_change_that_waits(desk, made, part):
    change, other = propose(part), taken(made)
    assert [waiting for waiting, _difference in desk.get(new(other)).context["waiting"]] == [change]
    desk.post(new(other), {"act": "join", "change": change.pk})
    assert set(change.parts.all()) == {part, other}
    assert desk.get(new(other)).context["waiting"] == []


def test_what_is_in_the_text_already_is_said_by_version_and_citation(desk, part, version):
    reworded(version, "Już zmienione.")
    wrong = desk.post(new(part), {"act": "explain", "version": version.pk, "citation": "§ 77"})
    assert wrong.context["place"].errors["citation"]
    desk.post(new(part), {"act": "explain", "version": version.pk, "citation": "§2"})
    change = ProposedChange.objects.get()
    assert (change.applied_in, change.result, list(change.parts.all())) == (
        version,
        part.voice.provision_text.provision,
        [part],
    )


def test_the_voice_s_own_page_lists_what_it_changes(desk, part, version):
    address = reverse("admin:consultations_voice_change", args=[part.voice.pk])
    assert new(part) in desk.get(address).content.decode()
    propose(part)
    assert changes(version) in desk.get(address).content.decode()


# One version -------------------------------------------------------------------------------------------------


def test_changes_wait_in_the_order_of_the_text_and_are_made_one_by_one_or_all_but_conflicts(desk, made, part, version):
    later, first = propose(taken(made, citation="§ 3")), propose(part)
    clash = propose(taken(made), text="Drugie słowa.")
    page = desk.get(changes(version))
    assert [row["change"] for row in page.context["waiting"]] == [first, clash, later]
    desk.post(changes(version), {"act": "apply", "change": first.pk})
    assert version.texts.get(citation="§ 2").text == "Inne słowa."
    desk.post(changes(version), {"act": "all"})
    assert version.texts.get(citation="§ 3").text == "Inne słowa."
    (row,) = desk.get(changes(version)).context["waiting"]
    assert (row["change"], row["is_conflict"]) == (clash, True)


def test_a_conflict_shows_three_wordings_and_what_is_written_out_of_them_is_made(desk, part, version):
    change = propose(part)
    reworded(version, "Ktoś był szybszy.")
    refused = desk.post(changes(version), {"act": "apply", "change": change.pk})
    assert refused.url == merge(version, change)
    page = desk.get(refused.url)
    assert [page.context["base"].text[:5], page.context["unit"].text, page.context["form"]["text"].value()] == [
        "Zapis",
        "Ktoś był szybszy.",
        "Inne słowa.",
    ]
    assert "<ins>" in page.context["present_words"]
    sent = {"seen": page.context["seen"], "text": "Ktoś był szybszy, a słowa inne."}
    reworded(version, "I jeszcze ktoś.")
    again = desk.post(refused.url, sent)
    assert again.context["form"].non_field_errors() == [str(verbs.ChangeConflicts.in_words)]
    assert again.context["form"]["text"].value() == sent["text"]
    done = desk.post(refused.url, {**sent, "seen": again.context["seen"]})
    assert done.url == changes(version)
    assert version.texts.get(citation="§ 2").text == sent["text"]


def test_a_provision_that_is_gone_says_where_it_went_and_its_change_can_be_dropped(desk, part, version):
    change = propose(part)
    remove_unit(version.texts.get(citation="§ 2"), at=AT)
    (row,) = desk.get(changes(version)).context["waiting"]
    assert (type(row["refusal"]), row["is_conflict"]) == (verbs.ProvisionIsElsewhere, False)
    assert desk.get(merge(version, change)).url == changes(version)
    desk.post(changes(version), {"act": "drop", "change": change.pk, "why": "Paragraf usunięto."})
    change.refresh_from_db()
    assert change.discarded_why == "Paragraf usunięto."


@pytest.mark.parametrize("meanwhile", ["made", "dropped", "gone", "frozen"])
def test_words_written_out_of_three_are_kept_when_somebody_was_quicker(desk, part, version, meanwhile):
    change = propose(part)
    reworded(version, "Ktoś był szybszy.")
    seen = desk.get(merge(version, change)).context["seen"]
    if meanwhile == "made":
        verbs.apply_change(change, version, seen=seen, by=drafter(), at=AT)
        refused = verbs.ChangeIsMade(version)
    elif meanwhile == "dropped":
        verbs.discard_change(change, why="Niepotrzebna.", by=drafter(), at=AT)
        refused = verbs.ChangeIsDropped()
    elif meanwhile == "gone":
        remove_unit(version.texts.get(citation="§ 2"), at=AT)
        refused = None  # says where the provision went
    else:
        freeze_version(version, by=None, at=AT, despite=["unexplained:1"])
        refused = VersionIsFrozen()
    answer = desk.post(merge(version, change), {"seen": seen, "text": "Pisane pół godziny."})
    assert answer.context["form"]["text"].value() == "Pisane pół godziny."
    (said,) = answer.context["form"].non_field_errors()
    assert refused is None or said == str(refused.in_words)
    assert desk.get(merge(version, change)).url == changes(version)


def test_every_unit_that_differs_says_why_or_asks_for_a_reason(desk, made, part, version):
    verbs.apply_change(propose(part), version, by=drafter(), at=AT)
    reworded(version, "Poprawka.", citation="§ 3")
    new_unit = add_unit(version, kind=Unit.PARAGRAPH, parent=version.texts.get(citation="§ 3").parent, text="Nowy.", at=AT)
    remove_unit(version.texts.get(citation="§ 1"), at=AT)

    def why():
        rows = desk.get(changes(version)).context["changed"]
        return {row["unit"].citation: [change.own_reason or "voice" for change in row["reasons"]] for row in rows}

    assert why() == {"§ 1": ["voice"], "§ 2": [], "§ 3": []} | {"§ 1": why()["§ 1"]}
    unit = version.texts.get(text="Poprawka.")
    sent = {"act": "explain", "provision": unit.provision_id}
    assert said(desk.post(changes(version), sent, follow=True)) == str(verbs.ChangeNeedsAReason.in_words)
    desk.post(changes(version), {**sent, "own_reason": "Literówka."})
    desk.post(changes(version), {**sent, "provision": new_unit.provision_id, "own_reason": "Z uchwały."})
    assert ["Literówka."] in why().values()
    assert ["Z uchwały."] in why().values()


def test_reasons_can_be_given_for_a_frozen_version_but_nothing_is_made_in_it(desk, part, version):
    change = propose(part)
    unit = reworded(version, "Poprawka.")
    frozen = freeze_version(version, by=None, at=AT, despite=["unexplained:1"])
    page = desk.get(changes(frozen))
    assert (page.context["waiting"], len(page.context["changed"])) == ([], 1)
    desk.post(changes(frozen), {"act": "apply", "change": change.pk})
    assert change.__class__.objects.get(pk=change.pk).is_waiting
    desk.post(changes(frozen), {"act": "explain", "provision": unit.provision_id, "own_reason": "Literówka."})
    assert frozen.changes.get().own_reason == "Literówka."


@pytest.mark.parametrize("role", [Role.AUDITOR])
def test_who_only_reads_sees_the_pages_and_changes_nothing(client, part, version, role):
    change = propose(part)
    at_desk(client, role)
    assert [client.get(url).status_code for url in (new(part), changes(version), merge(version, change))] == [200] * 3
    for url, sent in (
        (new(part), {"act": "propose", "action": "reword", "text": "x"}),
        (changes(version), {"act": "apply", "change": change.pk}),
        (merge(version, change), {"text": "x"}),
    ):
        assert client.post(url, sent).status_code == 403
    assert ProposedChange.objects.get().is_waiting


def test_nobody_outside_the_office_sees_them(client, part, version):
    for url in (new(part), changes(version), merge(version, propose(part))):
        assert client.get(url).status_code == 302


@pytest.mark.parametrize("asked", [{"act": "apply", "change": "x"}, {"act": "explain", "provision": "x"}, {"act": "leave"}])
def test_nonsense_is_not_found(desk, version, asked):
    assert desk.post(changes(version), asked).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_version_asks_as_much_for_many_as_for_one(desk, made, version, django_assert_num_queries, count):
    for number in range(count):
        part = taken(made)
        propose(part, text=f"Słowa {number}.")
        added = propose(part, text=f"Nowy {number}.", action=ChangeAction.ADD)
        verbs.apply_change(added, version, by=drafter(), at=AT)
    desk.get(changes(version))
    with django_assert_num_queries(25):
        desk.get(changes(version))


@pytest.mark.parametrize(("reason", "kept"), [("ż" * 1000 + "\x00 ", True), ("ż" * 1001, False)])
def test_a_reason_that_is_too_long_is_refused_in_words(desk, version, reason, kept):
    reworded(version, "Inne słowa.")
    provision = version.texts.get(citation="§ 2").provision_id
    page = desk.post(changes(version), {"act": "explain", "provision": provision, "own_reason": reason}, follow=True)
    assert ProposedChange.objects.filter(own_reason="ż" * 1000).exists() is kept
    assert (str(verbs.ReasonIsTooLong.in_words) in said(page)) is not kept


def test_a_proposal_that_names_no_place_may_change_any_program_of_its_consultation(desk, made):
    other = frozen(program("2028"))
    made.programs.add(other.program)
    part = answered(proposal(made), outcome=Outcome.ACCEPTED).parts.get()
    page = desk.get(new(part))
    offered = {unit.version.program_id for unit in page.context["units"]}
    assert offered == set(made.programs.values_list("pk", flat=True))
    unit = other.texts.get(citation="§ 2")
    desk.post(f"{new(part)}?unit={unit.pk}", {"act": "propose", "action": "reword", "text": "Inaczej."})
    assert ProposedChange.objects.get().base == other


def test_a_voice_that_joined_by_mistake_is_taken_out_where_the_change_is_seen(desk, made, part, version):
    change = propose(part)
    assert 'value="leave"' not in desk.get(changes(version)).content.decode()
    verbs.join_change(change, [taken(made)], by=drafter(), at=AT)
    assert desk.get(changes(version)).content.decode().count('value="leave"') == 2
    verbs.apply_change(change, version, by=drafter(), at=AT)
    assert desk.get(changes(version)).content.decode().count('value="leave"') == 2
    desk.post(changes(version), {"act": "leave", "change": change.pk, "part": part.pk})
    assert part not in change.parts.all()
    assert change.parts.count() == 1
