"""From a voice to the words it changed: where it is in the newest text that people may read, and nothing that they may not."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from consultations.actions import changes as verbs
from consultations.actions.voices import release_voices
from consultations.answered import tell_answers
from consultations.models import ChangeAction, Outcome, Voice
from consultations.tracing import tell_landings
from programs.actions import (
    add_unit,
    edit_unit,
    freeze_version,
    move_unit,
    record_resolution,
    remove_unit,
    split_unit,
    start_version,
)
from programs.models import Purpose
from programs.numbering import Unit
from tests.factories.answers import PUBLISHED, answered, drafted, drafter, published
from tests.factories.voices import CLOSES, TICK, consultation, coordinator, remark

pytestmark = pytest.mark.django_db
AT = CLOSES + timedelta(days=3)
ACCEPTED = [("reword", 2, "§ 2")]


def next_version(program, *, purpose=Purpose.AFTER):
    return start_version(program, purpose=purpose, based_on=program.versions.order_by("number").last(), at=AT)


def close(version):
    return freeze_version(version, by=None, at=AT, despite=["unexplained:1", "unexplained:2", "unexplained:3"])


def changed(made, *, citation="§ 2", action=ChangeAction.REWORD, release=True):
    """A remark taken into account and made in version 2, which is still written; its answer is not published."""
    voice = answered(remark(made, citation=citation), outcome=Outcome.ACCEPTED)
    if release:
        release_voices([voice], by=coordinator(), at=AT)
    text = "" if action == ChangeAction.REMOVE else f"Nowe słowa, {voice.number}."
    by = drafter()
    change = verbs.propose_change(voice.parts.all(), on=voice.provision_text, action=action, text=text, by=by, at=AT)
    program = voice.version.program
    version = program.versions.filter(frozen_at=None).first() or next_version(program)
    verbs.apply_change(change, version, by=by, at=AT)
    return voice, version


def landings(*voices, at=PUBLISHED):
    told = list(Voice.objects.filter(pk__in=[voice.pk for voice in voices]).order_by("number"))
    tell_landings(told, at)
    return [[(landing.action, landing.version.number, landing.citation) for landing in voice.landings] for voice in told]


def landing(voice):
    told = Voice.objects.get(pk=voice.pk)
    tell_landings([told], PUBLISHED)
    return told.landings[0]


def test_a_published_voice_says_where_it_is_and_its_address_is_that_unit(client):
    made = consultation()
    voice, version = changed(made)
    close(version)
    published(made)
    assert landings(voice) == [ACCEPTED]
    assert landing(voice).url == reverse("programs:version", args=["2027", 2]) + "#par-2"
    page = client.get(landing(voice).url).content.decode()
    assert 'id="par-2"' in page
    assert voice.signature in page


@pytest.mark.parametrize(("at", "told"), [(PUBLISHED - TICK, []), (PUBLISHED, ACCEPTED)])
def test_nothing_is_told_before_the_answers_are_published(at, told):
    made = consultation()
    voice, version = changed(made)
    close(version)
    published(made)
    assert landings(voice, at=at) == [told]


def test_nothing_is_told_of_an_approved_answer_that_nobody_has_published():
    voice, version = changed(consultation())
    close(version)
    assert landings(voice) == [[]]


def test_nothing_is_told_of_a_voice_that_is_not_released():
    made = consultation()
    voice, version = changed(made, release=False)
    close(version)
    published(made)
    assert landings(voice) == [[]]


@pytest.mark.parametrize(("purpose", "freeze"), [(Purpose.AFTER, False), (Purpose.WORKING, True)])
def test_nothing_is_told_of_a_version_that_the_public_may_not_read(purpose, freeze):
    made = consultation()
    next_version(made.programs.get(), purpose=purpose)
    voice, version = changed(made)
    if freeze:
        close(version)
    published(made)
    assert landings(voice) == [[]]


def test_a_correction_that_rejects_the_voice_takes_it_out_of_the_trace():
    made = consultation()
    voice, version = changed(made)
    close(version)
    published(made)
    part = voice.parts.get()
    drafted(part, outcome=Outcome.REJECTED, at=PUBLISHED)
    assert landings(voice) == [ACCEPTED]  # while the correction is only drafted
    answered(voice, at=PUBLISHED)
    published(made, at=PUBLISHED + TICK, note="Pomyłka.")
    assert landings(voice, at=PUBLISHED + TICK) == [[]]


def renumbered(version, unit):
    first = add_unit(version, kind=Unit.PARAGRAPH, parent=unit.parent, text="Na początku.", at=AT)
    move_unit(first, parent=unit.parent, after=None, at=AT)


def cut(version, unit):
    split_unit(unit, parts=["Nowe", "słowa, 1."], seen=unit.fingerprint(), at=AT)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (renumbered, ("reword", 3, "§ 3")),
        (lambda version, unit: edit_unit(unit, heading="", text="Jeszcze inne.", at=AT), ("reword", 3, "§ 2")),
        (cut, ("reword", 3, "§ 2 i § 3")),
        # It is not there any more: where it can still be read.
        (lambda version, unit: remove_unit(unit, at=AT), ("reword", 2, "§ 2")),
    ],
    ids=["renumbered", "edited", "split", "deleted"],
)
def test_the_newest_version_that_carries_it_is_told_as_it_is_cited_there(change, expected):
    made = consultation()
    voice, version = changed(made)
    close(version)
    newer = next_version(version.program, purpose=Purpose.COUNCIL)
    change(newer, newer.texts.select_related("version", "parent").get(text__startswith="Nowe"))
    assert landings(voice) == [[]]
    published(made)
    assert landings(voice) == [ACCEPTED]
    close(newer)
    assert landings(voice) == [[expected]]


def test_what_was_added_and_what_was_removed_are_told_too_and_what_went_can_be_seen(client):
    made = consultation()
    added, version = changed(made, action=ChangeAction.ADD)
    removed, _version = changed(made, citation="§ 3", action=ChangeAction.REMOVE)
    close(version)
    published(made)
    assert landings(added, removed) == [[("add", 2, "§ 3")], [("remove", 2, "§ 3")]]
    assert landing(removed).url == reverse("programs:changes", args=["2027", 1, 2]) + "#dawny-par-3"
    assert 'id="dawny-par-3"' in client.get(landing(removed).url).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_many_voices_cost_as_much_as_one(django_assert_num_queries, count):
    made = consultation()
    voices = [changed(made, action=ChangeAction.ADD)[0] for _ in range(count)]
    close(made.programs.get().versions.order_by("number").last())
    published(made)
    told = list(Voice.objects.filter(pk__in=[voice.pk for voice in voices]))
    with django_assert_num_queries(6):  # who, the changes, the versions, the words as made; lineage and where they are
        tell_landings(told, PUBLISHED)
    assert all(voice.landings for voice in told)


def test_nothing_to_tell_is_two_queries(django_assert_num_queries):
    voice = remark(consultation())
    with django_assert_num_queries(1):
        tell_landings([voice], PUBLISHED)
    assert list(voice.landings) == []


def test_the_trace_leads_from_the_voice_to_the_adopted_text():
    made = consultation()
    voice, version = changed(made)
    close(version)
    adopted = close(next_version(version.program, purpose=Purpose.ADOPTED))
    record_resolution(adopted.program, version=adopted, number="I/1/26", adopted_on=PUBLISHED.date(), by=None, at=PUBLISHED)
    published(made)
    told = Voice.objects.get(pk=voice.pk)
    tell_answers([told], PUBLISHED)
    tell_landings([told], PUBLISHED)
    page = render_to_string("consultations/voices/_trace.html", {"voice": told})
    assert [words in page for words in (voice.signature, "#par-2", "/wersje/3/", "I/1/26")] == [True] * 4


def test_the_trace_of_a_voice_that_changed_nothing_says_nothing():
    voice = remark(consultation())
    tell_landings([voice], PUBLISHED)
    assert render_to_string("consultations/voices/_trace.html", {"voice": voice}).strip() == ""
