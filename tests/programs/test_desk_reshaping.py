"""Pages that show what a bigger change will do before it is done: cut, join, move elsewhere, take out."""

import pytest

from programs.actions import (
    NothingToMerge,
    NothingToSplit,
    SplitChangesWords,
    UnitHasChanged,
    add_unit,
    edit_unit,
    move_unit,
    remove_unit,
    split_unit,
    start_version,
)
from programs.marks import reference
from programs.models import Descent, ProvisionLineage
from programs.numbering import Unit
from tests.factories import voices
from tests.factories.programs import FROZEN, draft, paragraphs, program, unit
from tests.programs.desk import at_desk, citations, everything, outline, page, said
from tests.programs.texts import TABLE, chapter, par, pkt, ust, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter(client):
    return at_desk(client)


def address(name, version, citation):
    return page(f"unit_{name}", version, unit(version, citation).pk)


def lineage(version):
    names = {text.provision_id: text.citation for text in version.texts.all()}
    return [
        (names.get(step.source_id, "–"), step.kind, names.get(step.target_id, "–")) for step in version.lineage.order_by("pk")
    ]


@pytest.mark.parametrize("name", ["split", "merge", "move", "remove"])
@pytest.mark.parametrize("which", ["gone", "of another version"])
def test_a_unit_that_is_not_there_leads_back_to_the_text_with_a_sentence(drafter, name, which):
    version, other = draft(units=paragraphs(3)), draft(program("2028"), units=paragraphs(2))
    place = unit(version, "§ 3") if which == "gone" else unit(other, "§ 1")
    if which == "gone":
        remove_unit(place, at=FROZEN)
    before = [everything(version), everything(other)]
    data = {"seen": place.fingerprint(), "words": "Treść\n\nnumer 1.", "place": f"after:{unit(version, '§ 1').pk}"}
    for response in (
        drafter.post(page(f"unit_{name}", version, place.pk), data, follow=True),
        drafter.get(page(f"unit_{name}", version, place.pk), follow=True),
    ):
        assert (response.redirect_chain, "nie ma" in said(response)) == ([(page("text", version), 302)], True)
    assert [everything(version), everything(other)] == before


# Cut.


def cut(drafter, version, citation, words, seen=None):
    seen = unit(version, citation).fingerprint() if seen is None else seen
    return drafter.post(address("split", version, citation), {"words": words, "seen": seen}, follow=True)


@pytest.mark.parametrize("words", ["a b\n\nc", "a b\r\n\r\nc", "a b\n \t \n\n\nc\n\n", "a b\n\n\n\nc"])
def test_a_unit_is_cut_where_there_is_an_empty_line(drafter, words):
    version = written(par("a b c", ust("d")), par("e"))
    response = cut(drafter, version, "§ 1", words)
    assert outline(version) == ["§ 1 a b", "§ 2 c", "§ 2 ust. 1 d", "§ 3 e"]
    assert (response.context["chosen"], said(response)) == (unit(version, "§ 1").pk, "Podzielono. Części to: § 1, § 2.")
    assert lineage(version) == [("§ 1", Descent.SPLIT, "§ 2")]


def test_marks_go_with_the_words_that_they_stand_in(drafter):
    version = written(par("x"), par("y"))
    cited = reference(unit(version, "§ 1").provision_id)
    edit_unit(unit(version, "§ 2"), heading="", text=f"Wg {cited}; kwota {{zl:5.00}}.", at=FROZEN)
    shown = drafter.get(address("split", version, "§ 2")).context["form"]["words"].value()
    assert shown == "Wg {§ 1}; kwota {5 zł}."
    cut(drafter, version, "§ 2", "Wg {§ 1};\n\nkwota {5 zł}.")
    assert unit(version, "§ 3").text == "kwota {zl:5.00}."


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("a b c", NothingToSplit.in_words),
        ("a b c\n\n \n", NothingToSplit.in_words),
        ("a b\n\nc d", SplitChangesWords.in_words),
        ("a\n\nc", SplitChangesWords.in_words),
        ("a b\n\nc {§ 9}", "§ 9"),
        ("", "wymagane"),
    ],
)
def test_what_cannot_be_cut_so_is_said_and_the_cuts_stay(drafter, words, told):
    version = written(par("a b c"))
    before = everything(version)
    response = cut(drafter, version, "§ 1", words)
    form = response.context["form"]
    assert str(told) in str([*form.non_field_errors(), *form.errors.get("words", [])])
    assert (form["words"].value(), everything(version)) == (words, before)


def test_of_two_people_who_cut_one_unit_the_second_sees_what_it_is_now(drafter):
    version = written(par("a b c"))
    seen = unit(version, "§ 1").fingerprint()
    split_unit(unit(version, "§ 1"), parts=["a", "b c"], seen=seen, at=FROZEN)
    response = cut(drafter, version, "§ 1", "a b\n\nc", seen=seen)
    assert response.context["form"].non_field_errors() == [str(UnitHasChanged.in_words)]
    assert (response.context["present"], response.context["form"]["words"].value()) == ("a", "a b\n\nc")
    assert outline(version) == ["§ 1 a", "§ 2 b c"]


# Joined.


def test_two_units_are_joined_after_a_look_at_both(drafter):
    version = written(par("a", ust("b")), par("c", ust("d")))
    asked = drafter.get(address("merge", version, "§ 1"))
    assert [(text.citation, words) for text, words in asked.context["pair"]] == [("§ 1", "a"), ("§ 2", "c")]
    assert len(citations(version)) == 4
    response = drafter.post(address("merge", version, "§ 1"), {"seen": asked.context["seen"]}, follow=True)
    assert outline(version) == ["§ 1 a c", "§ 1 ust. 1 b", "§ 1 ust. 2 d"]
    assert (response.context["chosen"], "§ 1" in said(response)) == (unit(version, "§ 1").pk, True)
    assert lineage(version) == [("–", Descent.MERGED, "§ 1")]


@pytest.mark.parametrize("changed", ["§ 1", "§ 2"])
def test_units_that_somebody_changed_are_not_joined_unseen(drafter, changed):
    version = written(par("a"), par("b"))
    seen = drafter.get(address("merge", version, "§ 1")).context["seen"]
    edit_unit(unit(version, changed), heading="", text="Inny.", at=FROZEN)
    response = drafter.post(address("merge", version, "§ 1"), {"seen": seen})
    assert (bool(said(response)), "Inny." in response.content.decode()) == (True, True)
    assert len(citations(version)) == 2
    drafter.post(address("merge", version, "§ 1"), {"seen": response.context["seen"]})
    assert citations(version) == ["§ 1"]


@pytest.mark.parametrize(("units", "citation"), [([par("a")], "§ 1"), ([par("a", ust("b"), TABLE)], "§ 1 ust. 1")])
def test_a_unit_without_a_next_one_of_its_kind_is_not_joined(drafter, units, citation):
    version = written(*units)
    before = everything(version)
    for response in (
        drafter.get(address("merge", version, citation), follow=True),
        drafter.post(address("merge", version, citation), {"seen": ""}, follow=True),
    ):
        assert said(response) == str(NothingToMerge.in_words)
    assert everything(version) == before


# Elsewhere.


def test_only_lawful_places_outside_the_unit_itself_are_offered(drafter):
    version = written(chapter(par("a", ust("b")), par("c", pkt("d"))), chapter(par("e")))
    form = drafter.get(address("move", version, "§ 1")).context["form"]
    names = {str(text.pk): text.citation for text in version.texts.all()}
    places = [(how, names.get(key, "")) for how, key in (value.split(":") for value, _words in form.fields["place"].choices)]
    assert places == [
        ("in", ""),
        ("after", "rozdział 1"),
        ("in", "rozdział 1"),
        ("after", "§ 2"),
        ("after", "rozdział 2"),
        ("in", "rozdział 2"),
        ("after", "§ 3"),
    ]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("in:", ["§ 1 b", "§ 2 a", "§ 3 c", "§ 3 ust. 1 d"]),
        ("after:§ 3", ["§ 1 a", "§ 2 c", "§ 2 ust. 1 d", "§ 3 b"]),
        ("after:§ 1", ["§ 1 a", "§ 2 b", "§ 3 c", "§ 3 ust. 1 d"]),
    ],
)
def test_a_unit_goes_where_it_is_sent(drafter, place, expected):
    version = written(par("a"), par("b"), par("c", ust("d")))
    how, _colon, citation = place.partition(":")
    moved = unit(version, "§ 2")
    key = unit(version, citation).pk if citation else ""
    response = drafter.post(address("move", version, "§ 2"), {"place": f"{how}:{key}"}, follow=True)
    assert outline(version) == expected
    moved.refresh_from_db()
    assert (response.context["chosen"], moved.citation in said(response)) == (moved.pk, True)


def test_it_goes_in_as_the_first_there(drafter):
    version = written(par("a", ust("b"), ust("c")), par("d", ust("e")))
    drafter.post(address("move", version, "§ 1 ust. 1"), {"place": f"in:{unit(version, '§ 2').pk}"})
    assert outline(version) == ["§ 1 a", "§ 1 ust. 1 c", "§ 2 d", "§ 2 ust. 1 b", "§ 2 ust. 2 e"]


@pytest.mark.parametrize("forged", ["itself", "its own part", "another version", "an unlawful place", "nonsense", ""])
def test_a_place_that_was_not_offered_is_refused(drafter, forged):
    version, other = written(par("a", ust("b")), par("c", pkt("d"))), draft(program("2028"), units=paragraphs(1))
    before = [everything(version), everything(other)]
    place = {
        "itself": f"after:{unit(version, '§ 1').pk}",
        "its own part": f"in:{unit(version, '§ 1 ust. 1').pk}",
        "another version": f"after:{unit(other, '§ 1').pk}",
        "an unlawful place": f"in:{unit(version, '§ 2 pkt 1').pk}",
        "nonsense": "after:x",
        "": "",
    }[forged]
    response = drafter.post(address("move", version, "§ 1"), {"place": place})
    assert response.context["form"].errors.keys() == {"place"}
    assert [everything(version), everything(other)] == before


def test_a_place_that_went_at_the_last_moment_is_refused_in_words(drafter, monkeypatch):
    version = draft(units=paragraphs(3))
    place = unit(version, "§ 3")

    def slower(*args, **words):
        remove_unit(place, at=FROZEN)
        return move_unit(*args, **words)

    monkeypatch.setattr("programs.admin.reshaping.move_unit", slower)
    response = drafter.post(address("move", version, "§ 1"), {"place": f"after:{place.pk}"})
    assert response.context["form"].non_field_errors()
    assert outline(version) == ["§ 1 Treść numer 1.", "§ 2 Treść numer 2."]


# Taken out.


def test_a_unit_is_removed_after_a_look_at_what_goes_with_it_and_the_one_before_is_chosen(drafter):
    version = draft()
    gone = unit(version, "§ 2 pkt 2")
    asked = drafter.get(page("unit_remove", version, gone.pk))
    assert [text.citation for text in asked.context["units"]] == ["§ 2 pkt 2", "§ 2 pkt 2 lit. a", "§ 2 pkt 2 lit. b"]
    assert gone in version.texts.all()
    response = drafter.post(page("unit_remove", version, gone.pk), {"seen": asked.context["seen"]}, follow=True)
    assert [citation for citation in citations(version) if citation.startswith("§ 2 ")] == ["§ 2 pkt 1", "§ 2 pkt 2"]
    assert response.context["chosen"] == unit(version, "§ 2 pkt 1").pk
    assert "3 jednostki" in said(response)


@pytest.mark.parametrize(("count", "left"), [(2, ["§ 1"]), (1, [])])
def test_the_first_unit_and_the_last_one_may_go(drafter, count, left):
    version = draft(units=paragraphs(count))
    seen = drafter.get(address("remove", version, "§ 1")).context["seen"]
    response = drafter.post(address("remove", version, "§ 1"), {"seen": seen}, follow=True)
    assert (citations(version), response.status_code, bool(said(response))) == (left, 200, True)


def test_what_people_have_spoken_about_is_said_first_and_nothing_of_it_is_lost(drafter):
    remark = voices.remark(voices.consultation(), citation="§ 1 pkt 1")
    base = remark.version
    version = start_version(base.program, purpose=base.purpose, based_on=base, at=FROZEN)
    asked = drafter.get(address("remove", version, "§ 1"))
    assert [text.citation for text in asked.context["remarked"]] == ["§ 1 pkt 1"]
    assert [text.citation for text in drafter.get(address("remove", version, "§ 2")).context["remarked"]] == []
    drafter.post(address("remove", version, "§ 1"), {"seen": asked.context["seen"]})
    remark.refresh_from_db()
    assert (remark.provision_text.citation, remark.provision_text.version) == ("§ 1 pkt 1", base)


def test_units_that_refer_to_what_goes_are_said_first(drafter):
    version = written(par("a", ust("b")), par("c"), par("d"))
    inner = unit(version, "§ 1 ust. 1").provision_id
    edit_unit(unit(version, "§ 3"), heading="", text=f"Wg {reference(inner)}.", at=FROZEN)
    assert [text.citation for text in drafter.get(address("remove", version, "§ 1")).context["referring"]] == ["§ 3"]
    assert drafter.get(address("remove", version, "§ 2")).context["referring"] == []


@pytest.mark.parametrize("what", ["edited", "grown"])
def test_what_somebody_changed_is_not_removed_unseen(drafter, what):
    version = written(par("a", ust("b")), par("c"))
    seen = drafter.get(address("remove", version, "§ 1")).context["seen"]
    if what == "edited":
        edit_unit(unit(version, "§ 1 ust. 1"), heading="", text="Inny.", at=FROZEN)
    else:
        add_unit(version, kind=Unit.SUBPARAGRAPH, parent=unit(version, "§ 1"), text="Inny.", at=FROZEN)
    before = everything(version)
    response = drafter.post(address("remove", version, "§ 1"), {"seen": seen})
    assert (bool(said(response)), "Inny." in response.content.decode()) == (True, True)
    assert everything(version) == before
    drafter.post(address("remove", version, "§ 1"), {"seen": response.context["seen"]})
    assert outline(version) == ["§ 1 c"]


def test_what_says_it_now_is_recorded(drafter):
    version = written(par("a", ust("b")), par("c"))
    asked = drafter.get(address("remove", version, "§ 1"))
    assert [text.citation for text in asked.context["others"]] == ["§ 2"]
    instead = {"seen": asked.context["seen"], "instead": unit(version, "§ 2").pk}
    drafter.post(address("remove", version, "§ 1"), instead)
    assert lineage(version) == [("–", Descent.REPLACED, "§ 1")]


@pytest.mark.parametrize("which", ["gone", "of another version", "a part of it", "nonsense"])
def test_nothing_is_removed_when_what_should_say_it_now_is_not_there(drafter, which):
    version, other = written(par("a", ust("b")), par("c"), par("d")), draft(program("2028"), units=paragraphs(1))
    asked = drafter.get(address("remove", version, "§ 1"))
    keys = {"gone": unit(version, "§ 3").pk, "of another version": unit(other, "§ 1").pk}
    key = {**keys, "a part of it": unit(version, "§ 1 ust. 1").pk, "nonsense": "x"}[which]
    remove_unit(unit(version, "§ 3"), at=FROZEN)
    before = everything(version)
    response = drafter.post(address("remove", version, "§ 1"), {"seen": asked.context["seen"], "instead": key})
    assert (bool(said(response)), everything(version), ProvisionLineage.objects.exists()) == (True, before, False)
