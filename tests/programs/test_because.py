"""Beside each changed provision stands why: only voices that are released, with answers that are published, and reasons."""

from datetime import timedelta
from html import unescape

import pytest
import time_machine

from consultations.actions import changes as verbs
from consultations.actions.voices import release_voices
from consultations.models import ChangeAction, Outcome
from programs.actions import VersionHasHoles, edit_unit, freeze_version, remove_unit, start_version
from programs.exports import pdf
from programs.models import Purpose, source_of
from programs.readiness import holes
from tests.factories.answers import PUBLISHED, answered, drafter, published
from tests.factories.voices import CLOSES, TICK, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
AT = CLOSES + timedelta(days=3)
VERSION, REDLINE = "/programy/2027/wersje/2/", "/programy/2027/zmiany/1-2/"
LATER = PUBLISHED + timedelta(days=1)


def page(client, address, at=LATER):
    with time_machine.travel(at, tick=False):
        return unescape(client.get(address).content.decode())


def changed(made, *, citation="§ 2", action=ChangeAction.REWORD, release=True):
    voice = answered(remark(made, citation=citation), outcome=Outcome.ACCEPTED)
    if release:
        release_voices([voice], by=coordinator(), at=AT)
    text = "" if action == ChangeAction.REMOVE else f"Nowe słowa, {voice.number}."
    by = drafter()
    change = verbs.propose_change(voice.parts.all(), on=voice.provision_text, action=action, text=text, by=by, at=AT)
    verbs.apply_change(change, second(made), by=by, at=AT)
    return voice


def second(made):
    program = made.programs.get()
    begun = program.versions.filter(number=2).first()
    return begun or start_version(program, purpose=Purpose.AFTER, based_on=program.versions.get(), at=AT)


def close(made, **despite):
    return freeze_version(second(made), by=None, at=AT, **despite)


def explain(made, citation, reason):
    version = second(made)
    return verbs.explain_change(version, version.texts.get(citation=citation).provision, own_reason=reason, by=drafter(), at=AT)


@pytest.fixture
def made():
    return consultation()


@pytest.mark.parametrize("address", [VERSION, REDLINE, f"/en{VERSION}", f"/en{REDLINE}"])
def test_a_changed_provision_names_its_voices_with_links_once_their_answers_are_published(client, made, address):
    first, other = changed(made), answered(remark(made), outcome=Outcome.PARTLY)
    release_voices([other], by=coordinator(), at=AT)
    verbs.join_change(first.parts.get().changes.get(), other.parts.all(), by=drafter(), at=AT)
    close(made)
    before = page(client, address)
    assert "because" not in before
    assert first.signature not in before
    published(made)
    told = page(client, address)
    english = "/en" if address.startswith("/en") else ""
    for voice in (first, other):
        assert f'href="{english}/konsultacje/2027/uwagi/{voice.number}/">{voice.signature}</a>' in told
    assert told.count('<p class="because"') == 1
    assert (' lang="en">Changed because of: ' in told) is bool(english)


@pytest.mark.parametrize("address", [VERSION, REDLINE])
def test_a_voice_that_is_not_released_is_not_named(client, made, address):
    hidden, shown = changed(made, release=False), changed(made, citation="§ 3")
    close(made)
    published(made)
    told = page(client, address)
    assert (hidden.signature in told, shown.signature in told) == (False, True)


def test_the_kept_redline_is_made_anew_when_reasons_become_public(client, made):
    voice = changed(made)
    close(made)
    assert voice.signature not in page(client, REDLINE, at=PUBLISHED - TICK)
    published(made)
    assert voice.signature in page(client, REDLINE, at=PUBLISHED)


def test_what_was_deleted_says_why_where_it_stood(client, made):
    voice = changed(made, action=ChangeAction.REMOVE)
    close(made)
    published(made)
    told = page(client, REDLINE)
    assert voice.signature in told[told.index('id="dawny-par-2"') : told.index('id="par-2"')]
    assert voice.signature not in page(client, VERSION)


def test_a_reason_of_the_office_stands_beside_what_it_changed(client, made):
    version = second(made)
    edit_unit(version.texts.get(citation="§ 3"), heading="", text="Poprawione.", at=AT)
    explain(made, "§ 3", "Poprawka <redakcyjna>.")
    close(made)
    for address in (VERSION, REDLINE):
        with time_machine.travel(LATER, tick=False):
            told = client.get(address).content.decode()
        assert "Poprawka &lt;redakcyjna&gt;." in told


def test_a_reason_given_beside_a_voice_waits_for_the_answers(client, made):
    voice = changed(made)
    part = voice.parts.get()
    own = explain(made, "§ 2", "Tak jak w uwadze.")
    verbs.join_change(own, [part], by=drafter(), at=AT)
    close(made)
    assert "Tak jak" not in page(client, VERSION)
    published(made)
    assert "Tak jak" in page(client, VERSION)


def test_the_first_draft_says_which_proposals_it_came_from(client, made):
    voice = answered(proposal(made), outcome=Outcome.ACCEPTED)
    release_voices([voice], by=coordinator(), at=AT)
    first = made.programs.get().versions.get()
    verbs.explain_change(first, first.texts.get(citation="§ 2").provision, parts=voice.parts.all(), by=drafter(), at=AT)
    assert voice.signature not in page(client, "/programy/2027/wersje/1/")
    published(made)
    assert voice.signature in page(client, "/programy/2027/wersje/1/")


def test_what_was_changed_before_the_version_compared_with_is_not_told_again(client, made):
    voice = changed(made)
    version = close(made)
    published(made)
    third = start_version(version.program, purpose=Purpose.COUNCIL, based_on=version, at=AT)
    freeze_version(third, by=None, at=AT)
    assert voice.signature not in page(client, "/programy/2027/zmiany/2-3/")
    assert voice.signature in page(client, "/programy/2027/zmiany/1-3/")


def test_a_change_of_an_abandoned_version_is_not_told(client, made):
    voice = changed(made)
    published(made)
    program = made.programs.get()
    third = start_version(program, purpose=Purpose.COUNCIL, based_on=program.versions.get(number=1), at=AT)
    freeze_version(third, by=None, at=AT)
    assert voice.signature not in page(client, "/programy/2027/wersje/3/")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_why_costs_one_query_and_none_when_nobody_said(client, made, django_assert_num_queries, count):
    for _number in range(count):
        changed(made, action=ChangeAction.ADD)
    second(made)
    close(made)
    published(made) if count else None
    with time_machine.travel(LATER, tick=False):
        client.get(REDLINE)
        with django_assert_num_queries(8 + bool(count)):
            client.get(VERSION)
        with django_assert_num_queries(3 + bool(count)):
            client.get(REDLINE)


def test_the_pdf_of_the_changes_says_why_in_words_and_is_another_file_once_it_may(made, monkeypatch):
    pressed = []
    monkeypatch.setattr(pdf, "run", lambda what, html, **options: pressed.append(html.decode()) or b"1\n%PDF")
    voice = changed(made)
    version = close(made)
    base = version.based_on
    before = source_of(version, base, at=LATER)
    pdf.redline_pdf(base, version, at=LATER)
    published(made)
    pdf.redline_pdf(base, version, at=LATER)
    assert [voice.signature in html for html in pressed] == [False, True]
    assert f">{voice.signature}</a>" not in pressed[1]
    assert source_of(version, base, at=LATER) != before == source_of(version, base, at=PUBLISHED - TICK)


# Before freezing ---------------------------------------------------------------------------------------------


def found(made):
    version = second(made)
    return [hole.code for hole in holes(version, list(version.texts.in_reading_order())) if "unexplained" in hole.code]


def test_units_changed_for_no_voice_and_no_reason_are_a_hole_that_may_be_accepted(made):
    version = second(made)
    assert found(made) == []
    edit_unit(version.texts.get(citation="§ 2"), heading="", text="Inaczej.", at=AT)
    remove_unit(version.texts.get(citation="§ 1"), at=AT)
    assert found(made) == ["unexplained:2"]
    explain(made, "§ 1", "Doprecyzowanie.")
    assert found(made) == ["unexplained:1"]
    with pytest.raises(VersionHasHoles):
        close(made)
    assert close(made, despite=found(made)).is_frozen


def test_a_voice_is_a_reason_also_before_it_is_published(made):
    changed(made)
    assert found(made) == []
