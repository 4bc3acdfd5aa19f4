"""A remark stays with the words it was made on, and tells where these are in the newest version that people may read."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consultations.actions.voices import release_voices
from consultations.quotes import tell_where_now
from programs.actions import add_unit, edit_unit, freeze_version, move_unit, remove_unit, split_unit, start_version
from programs.models import Purpose
from programs.numbering import Unit
from tests.consultations.voice_pages import text_of
from tests.factories.voices import DURING, consultation, coordinator, remark

pytestmark = pytest.mark.django_db
UNEXPLAINED = ["unexplained:1", "unexplained:2"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False):
        yield


@pytest.fixture
def said():
    """A released remark on § 2."""
    made = consultation()
    voice = remark(made)
    release_voices([voice], by=coordinator(), at=DURING)
    return voice


def newer(voice, change, *, purpose=Purpose.AFTER, freeze=True):
    version = start_version(voice.version.program, purpose=purpose, based_on=voice.version, at=DURING)
    unit = version.texts.select_related("version", "parent").get(provision=voice.provision_text.provision_id)
    change(version, unit)
    return freeze_version(version, by=None, at=DURING, despite=UNEXPLAINED) if freeze else version


def one_before(version, unit):
    first = add_unit(version, kind=Unit.PARAGRAPH, parent=unit.parent, text="Nowy zapis.", at=DURING)
    move_unit(first, parent=unit.parent, after=None, at=DURING)


def cut(version, unit):
    half = unit.text.split(" o ")[0]
    split_unit(unit, parts=[half, unit.text.removeprefix(half)], seen=unit.fingerprint(), at=DURING)


@pytest.mark.parametrize(
    ("change", "words", "anchor"),
    [
        (lambda version, unit: None, "w wersji 2: bez zmian", "#par-2"),
        (one_before, "w wersji 2: teraz § 3", "#par-3"),
        (lambda version, unit: edit_unit(unit, heading="", text="Inaczej.", at=DURING), "w wersji 2: zmieniono", "#par-2"),
        (cut, "w wersji 2: podzielono na § 2 i § 3", "#par-2"),
        (lambda version, unit: remove_unit(unit, at=DURING), "w wersji 2: usunięto", ""),
    ],
    ids=["same", "renumbered", "edited", "split", "deleted"],
)
def test_its_pages_say_where_the_provision_is_now(client, said, change, words, anchor):
    version = newer(said, change)
    address = reverse("programs:version", args=[version.program.slug, version.number])
    for url in (said.get_absolute_url(), reverse("consultations:remarks", args=[said.consultation.slug])):
        page = text_of(client.get(url))
        assert f'href="{address}{anchor}">{words}</a>' in page
    assert "Zapis nr 2 o kwocie 10 000 zł" in text_of(client.get(said.get_absolute_url()))


@pytest.mark.parametrize(("purpose", "freeze"), [(Purpose.WORKING, True), (Purpose.AFTER, False)])
def test_nothing_is_told_of_a_version_that_the_public_may_not_read(client, said, purpose, freeze):
    newer(said, one_before, purpose=purpose, freeze=freeze)
    assert "w wersji 2" not in text_of(client.get(said.get_absolute_url()))


def test_many_remarks_cost_as_much_as_one(said):
    others = [remark(said.consultation) for _ in range(4)]
    newer(said, one_before)
    for voices in ([said], [said, *others]):
        again = list(type(said).objects.filter(pk__in=[voice.pk for voice in voices]).select_related("version", "provision_text"))
        with CaptureQueriesContext(connection) as queries:
            tell_where_now(again)
        assert len(queries) == 3
        assert {voice.now_at.kind for voice in again} == {"renumbered"}


def test_a_quote_prints_references_as_they_stood(client):
    made = consultation()
    program = made.programs.get()
    version = start_version(program, purpose=Purpose.CONSULTATION, based_on=program.versions.get(), at=DURING)
    target = version.texts.get(citation="§ 3")
    unit = version.texts.select_related("version").get(citation="§ 2")
    edit_unit(unit, heading="", text=f"Stosuje się {{ref:{target.provision_id}}}.", at=DURING)
    freeze_version(version, by=None, at=DURING, despite=UNEXPLAINED)
    assert remark(made).quote == "Stosuje się § 3."
