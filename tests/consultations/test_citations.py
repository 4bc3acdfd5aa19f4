"""What staff type as a place in the text, however they write it."""

import pytest
from django.forms import ValidationError

from consultations.actions.schedule import create_consultation
from consultations.actions.voices import RangeIsWrong
from consultations.forms.citations import NO_SUCH, NO_TEXT, WHICH, Citations
from tests.factories.voices import OPENS, consultation, draft

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("typed", "begins", "ends"),
    [
        ("§ 2", "§ 2", None),
        ("§2", "§ 2", None),
        (" § 2. ", "§ 2", None),
        ("§ 1 PKT 2", "§ 1 pkt 2", None),
        ("§1 pkt. 2", "§ 1 pkt 2", None),
        ("§1pkt2", "§ 1 pkt 2", None),
        ("Rozdział 1", "rozdział 1", None),
        ("rozdzial 1", "rozdział 1", None),
        ("§ 2 – § 4", "§ 2", "§ 4"),
        ("§ 2-4", "§ 2", "§ 4"),
        ("§2—§4", "§ 2", "§ 4"),
        ("§ 1 pkt 1-2", "§ 1 pkt 1", "§ 1 pkt 2"),
        ("§ 1 pkt 1 – pkt 2", "§ 1 pkt 1", "§ 1 pkt 2"),
        ("§ 1 pkt 2 - 3", "§ 1 pkt 2", "§ 3"),
        ("2027: § 3", "§ 3", None),
        ("", None, None),
        ("całość", None, None),
        ("Cały dokument", None, None),
    ],
)
def test_a_place_is_found_as_people_write_it(typed, begins, ends):
    place = Citations(consultation(paragraphs=4)).find(typed)
    assert (place.text and place.text.citation, place.until and place.until.citation) == (begins, ends)
    assert place.text is None or place.text.version == place.version


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("§ 99", NO_SUCH),
        ("paragraf drugi", NO_SUCH),
        ("§ 2 - § 99", NO_SUCH),
        ("-", NO_SUCH),
        ("–§ 2–", NO_SUCH),
        ("2026: § 2", NO_SUCH),
        ("§ 3 - § 2", RangeIsWrong.in_words),
        ("§ 2-2", RangeIsWrong.in_words),
    ],
)
def test_what_is_no_place_is_refused_in_words(typed, words):
    with pytest.raises(ValidationError) as wrong:
        Citations(consultation(paragraphs=4)).find(typed)
    assert wrong.value.messages == [str(words)]


def test_without_a_text_there_is_nothing_to_cite():
    made = create_consultation(title="Nowa", slug="2030", programs=[], contact_email="a@example.org", at=OPENS)
    with pytest.raises(ValidationError) as wrong:
        Citations(made).find("§ 1")
    assert wrong.value.messages == [str(NO_TEXT)]


def test_of_two_documents_the_one_that_is_meant_has_to_be_said():
    made = consultation()
    other = draft("2028", paragraphs=5)
    made.programs.add(other.program)
    citations = Citations(made)
    for typed in ("§ 2", "", "§ 2-3"):
        with pytest.raises(ValidationError) as wrong:
            citations.find(typed)
        assert wrong.value.messages == [str(WHICH) % {"slug": "2027"}]
    assert citations.find("2028: § 2").version == other
    assert citations.find("2028:") == (other, None, None)
    assert citations.find("2028: § 2-3").until.version == other
    # There is only one of these.
    assert citations.find("§ 5").version == other


def test_however_many_are_looked_for_it_asks_two_queries(django_assert_num_queries):
    made = consultation()
    with django_assert_num_queries(2):
        citations = Citations(made)
        for _time in range(50):
            citations.find("§ 1 - § 3")
            citations.find("całość")
