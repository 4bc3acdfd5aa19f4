"""Which words a remark stands on: those that its author was shown."""

import re

import pytest
import time_machine

from consultations.models import Submission, Voice
from programs.actions import edit_unit, freeze_version, start_version
from programs.models import Purpose
from tests.consultations.voice_pages import REMARK, fill, stamp_on, text_of, typed, url_of
from tests.factories.voices import DURING, consultation, draft, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return consultation()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(DURING, tick=False) as traveller:
        yield traveller


def test_the_provision_one_came_from_is_chosen_and_its_wording_filled_in(client, made):
    place = unit(made, "§ 1")
    page = text_of(client.get(url_of("remark", made), {"provision": str(place.provision_id)}))
    assert f'value="{place.provision_id}" selected' in page
    assert page.count("wspieranie organizacji;") >= 2


@pytest.mark.parametrize("provision", ["", "abc", "00000000-0000-0000-0000-000000000000", "\x00"])
def test_an_unknown_provision_in_the_address_is_just_not_chosen(client, made, provision):
    response = client.get(url_of("remark", made), {"provision": provision})
    assert response.status_code == 200
    assert '<option value="" selected' in text_of(response)


def test_an_unchanged_wording_is_no_proposal(client, made):
    words = 'Zapis nr 2 o kwocie  10 000 zł\r\ni "zasadach".'
    fill(client, "remark", made, step="send", proposed_wording=words)
    voice = Voice.objects.get()
    assert (voice.proposed_wording, voice.text) == ("", "Za mało.")


def test_an_unchanged_wording_without_a_comment_is_refused(client, made):
    response = fill(client, "remark", made, step="send", proposed_wording='Zapis nr 2 o kwocie 10 000 zł i "zasadach".', text="")
    assert set(response.context["form"].errors) == {"proposed_wording"}
    assert "Zażółć gęślą jaźń" in text_of(response)


def test_showing_the_wording_of_another_provision_judges_nothing_and_loses_nothing(client, made):
    old, new = unit(made, "§ 2"), unit(made, "§ 3")
    data = {"step": "quote", "place": str(new.provision_id), "quoted": str(old.provision_id), "proposed_wording": old.text}
    page = text_of(client.post(url_of("remark", made), {**data, "reasons": "Powód", "name": "Jan"}))
    assert page.count("Zapis nr 3") >= 2
    assert re.search(r"<textarea[^>]*>\s*Zapis nr 3", page)
    assert 'class="errors"' not in page
    assert "Powód" in page
    assert 'value="Jan"' in page
    mine = text_of(client.post(url_of("remark", made), {**data, "proposed_wording": "Moje słowa"}))
    assert "Moje słowa" in mine


def test_the_whole_document_may_be_chosen(client, made):
    fill(client, "remark", made, step="send", place=f"v{unit(made).version_id}")
    voice = Voice.objects.get()
    assert (voice.provision_text, voice.version, voice.quote) == (None, unit(made).version, "")


def renewed(place):
    """A newer version put to consultation, with other words in this place."""
    new = start_version(place.version.program, purpose=Purpose.CONSULTATION, based_on=place.version, at=DURING)
    edit_unit(new.texts.get(provision=place.provision_id), heading="", text="Zupełnie nowy zapis.", at=DURING)
    return freeze_version(new, by=None, at=DURING, despite=["unexplained:1"])


@pytest.mark.parametrize("step", ["check", "send"])
@pytest.mark.parametrize(("typed_wording", "kept"), [(None, "Zupełnie nowy zapis."), ("Moje brzmienie", "Moje brzmienie")])
def test_a_remark_is_never_put_on_words_its_author_has_not_seen(client, made, step, typed_wording, kept):
    place = unit(made)
    stamp = stamp_on(text_of(client.get(url_of("remark", made), {"provision": str(place.provision_id)})))
    wording = typed_wording or place.text
    data = {"stamp": stamp, "quoted": str(place.provision_id), **typed("remark", made, proposed_wording=wording)}
    new = renewed(place)
    response = client.post(url_of("remark", made), {**data, "step": step})
    assert not Submission.objects.exists()
    form = response.context["form"]
    assert set(form.errors) == {"place"}
    page = text_of(response)
    assert "Zupełnie nowy zapis." in page
    assert "Zażółć gęślą jaźń" in page
    assert form["proposed_wording"].value() == kept
    again = {name: form[name].value() or "" for name in form.fields}
    assert client.post(url_of("remark", made), {**again, "step": "send"}).status_code == 302
    voice = Voice.objects.get()
    assert (voice.version, voice.quote, voice.text) == (new, "Zupełnie nowy zapis.", "Za mało.")
    assert voice.proposed_wording == (typed_wording or "")


def test_showing_the_present_wording_counts_as_seeing_it(client, made):
    place = unit(made)
    data = typed("remark", made)
    renewed(place)
    shown = client.post(url_of("remark", made), {**data, "step": "quote"}).context["form"]
    sent = {name: shown[name].value() or "" for name in shown.fields}
    assert client.post(url_of("remark", made), {**sent, "step": "send"}).status_code == 302


def test_a_new_version_of_another_program_does_not_matter(client, made):
    place, other = unit(made), draft("2031")
    made.programs.add(other.program)
    data = {"stamp": stamp_on(text_of(client.get(url_of("remark", made)))), **REMARK, "place": f"v{other.pk}"}
    data["read"] = f"{place.version_id} {other.pk}"
    renewed(place)
    assert client.post(url_of("remark", made), {**data, "step": "send"}).status_code == 302


def test_with_two_programs_each_provision_names_its_own(client, made):
    made.programs.add(draft("2031").program)
    page = text_of(client.get(url_of("remark", made)))
    assert "2027: § 2" in page
    assert "2031: § 2" in page


def test_without_a_text_to_speak_of_the_page_says_so(client, made):
    made.programs.clear()
    page = text_of(client.get(url_of("remark", made)))
    assert 'class="notice"' in page
