"""The whole text on one page, and the page on which a unit is written: every act as a POST, as without JavaScript."""

import pytest

from accounts.roles import Role
from programs.actions import VersionIsFrozen, edit_unit, freeze_version, remove_unit
from programs.actions.reshaping import NoPlaceThere
from programs.marks import amount
from programs.money import parse
from tests.factories.programs import FROZEN, draft, frozen, paragraphs, program, unit
from tests.programs.desk import at_desk, everything, outline, page, said, typed
from tests.programs.texts import TABLE, par, ust, written

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter(client):
    return at_desk(client)


def act(client, version, citation, what):
    return client.post(page("text", version), {"unit": unit(version, citation).pk, "act": what}, follow=True)


def chosen(response):
    """The citation of the unit that the page shows as chosen."""
    return next(text.citation for text, _words in response.context["units"] if text.pk == response.context["chosen"])


# The whole text.


def test_the_page_shows_every_unit_as_a_choice_with_its_words(drafter):
    version = written(par("Cel.", ust("Mowa o kwocie.")), par("Inny.", TABLE))
    edit_unit(unit(version, "§ 1 ust. 1"), heading="", text=f"Mowa o {amount(parse('10 000 zł'))}.", at=FROZEN)
    shown = drafter.get(page("text", version)).content.decode()
    for text in version.texts.all():
        assert f'type="radio" name="unit" value="{text.pk}"' in shown
    assert "10 000 zł (słownie: dziesięć tysięcy złotych)" in shown
    assert "(2 wiersze)" in shown
    assert shown.count("checked") == 1


@pytest.mark.parametrize(("role", "make"), [(Role.AUDITOR, draft), (Role.DRAFTER, frozen)])
def test_a_text_that_is_only_read_has_no_choices_and_no_tools(client, role, make):
    shown = at_desk(client, role).get(page("text", make())).content.decode()
    assert "gęślą" in shown
    assert 'name="unit"' not in shown
    assert 'name="act"' not in shown


def test_an_empty_text_begins_with_its_first_unit(drafter):
    version = draft(units=[])
    assert page("unit_new", version) in drafter.get(page("text", version)).content.decode()
    drafter.post(page("unit_new", version), {"place": "end:chapter", "heading": "Cele", "text": ""})
    assert outline(version) == ["rozdział 1 Cele"]


@pytest.mark.parametrize("rows", [3, 60])
def test_the_page_asks_the_same_number_of_queries_for_a_long_text(drafter, django_assert_num_queries, rows):
    version = draft(units=paragraphs(rows))
    with django_assert_num_queries(7):
        assert len(drafter.get(page("text", version)).context["units"]) == rows


@pytest.mark.parametrize(("asked", "expected"), [("§ 2", "§ 2"), ("", "§ 1"), ("999999", "§ 1"), ("x", "§ 1"), ("9" * 40, "§ 1")])
def test_a_unit_is_chosen_by_the_address_or_the_first(drafter, asked, expected):
    version = draft(units=paragraphs(2))
    key = unit(version, asked).pk if asked.startswith("§") else asked
    assert chosen(drafter.get(page("text", version), {"unit": key})) == expected


# What its buttons do.


@pytest.mark.parametrize(
    ("citation", "what", "expected", "now"),
    [
        ("§ 2", "up", ["§ 1 b", "§ 2 a", "§ 3 c", "§ 3 ust. 1 d"], "§ 1"),
        ("§ 2", "down", ["§ 1 a", "§ 2 c", "§ 2 ust. 1 d", "§ 3 b"], "§ 3"),
        ("§ 2", "indent", ["§ 1 a", "§ 1 ust. 1 b", "§ 2 c", "§ 2 ust. 1 d"], "§ 1 ust. 1"),
        ("§ 3 ust. 1", "outdent", ["§ 1 a", "§ 2 b", "§ 3 c", "§ 4 d"], "§ 4"),
    ],
)
def test_a_unit_moves_at_once_and_stays_chosen(drafter, citation, what, expected, now):
    version = written(par("a"), par("b"), par("c", ust("d")))
    response = act(drafter, version, citation, what)
    assert outline(version) == expected
    assert (chosen(response), now in said(response)) == (now, True)


@pytest.mark.parametrize(
    ("citation", "what"), [("§ 1", "up"), ("§ 2", "down"), ("§ 1", "indent"), ("§ 2", "outdent"), ("§ 1 tabela", "indent")]
)
def test_a_unit_that_cannot_go_further_stays_and_a_sentence_says_so(drafter, citation, what):
    version = written(par("a", TABLE), par("b"))
    before = everything(version)
    response = act(drafter, version, citation, what)
    assert said(response) == str(NoPlaceThere.in_words)
    assert (chosen(response), everything(version)) == (citation, before)


@pytest.mark.parametrize("what", ["edit", "split", "merge", "move", "remove"])
def test_a_button_leads_to_the_page_of_the_chosen_unit(drafter, what):
    version = draft(units=paragraphs(2))
    response = act(drafter, version, "§ 1", what)
    assert response.redirect_chain == [(page(f"unit_{what}", version, unit(version, "§ 1").pk), 302)]


def test_add_leads_to_a_new_unit_beside_the_chosen_one(drafter):
    version = draft(units=paragraphs(2))
    response = act(drafter, version, "§ 2", "add")
    assert response.redirect_chain[0][0] == f"{page('unit_new', version)}?near={unit(version, '§ 2').pk}"
    assert response.context["form"].initial["place"] == "after:paragraph"


@pytest.mark.parametrize("what", ["up", "indent", "edit", "add", "remove", ""])
@pytest.mark.parametrize("which", ["gone", "of another version", "none", "no number"])
def test_an_act_on_a_unit_that_is_not_there_is_refused_in_words(drafter, what, which):
    version, other = draft(units=paragraphs(3)), draft(program("2028"), units=paragraphs(2))
    gone = unit(version, "§ 3")
    remove_unit(gone, at=FROZEN)
    key = {"gone": gone.pk, "of another version": unit(other, "§ 2").pk, "none": "", "no number": "²"}[which]
    before = [everything(version), everything(other)]
    response = drafter.post(page("text", version), {"unit": key, "act": what}, follow=True)
    assert response.redirect_chain[-1][0] == page("text", version)
    assert "nie ma" in said(response)
    assert [everything(version), everything(other)] == before


def test_a_button_that_nobody_knows_does_nothing(drafter):
    version = draft(units=paragraphs(2))
    before = everything(version)
    assert act(drafter, version, "§ 2", "freeze").status_code == 200
    assert everything(version) == before


# A frozen text, by every road.


@pytest.mark.parametrize("what", ["up", "down", "indent", "outdent", "edit", "add", "move", "split", "merge", "remove"])
def test_no_button_changes_a_frozen_text(drafter, what):
    version = frozen()
    before = everything(version)
    response = act(drafter, version, "§ 2 pkt 2", what)
    assert said(response) == str(VersionIsFrozen.in_words)
    assert (response.redirect_chain[-1][0].startswith(page("text", version)), everything(version)) == (True, before)


@pytest.mark.parametrize("name", ["unit_edit", "unit_split", "unit_merge", "unit_move", "unit_remove"])
def test_no_page_of_a_unit_changes_a_frozen_text(drafter, name):
    version = draft()
    target, other = unit(version, "§ 2 pkt 1"), unit(version, "§ 2 pkt 3")
    form = drafter.get(page(name, version, target.pk)).context
    freeze_version(version, by=None, at=FROZEN)
    before = everything(version)
    data = typed(target, text="Inny.", words="wspiera\n\norganizacje;", place=f"after:{other.pk}")
    response = drafter.post(page(name, version, target.pk), data | {"seen": form.get("seen", target.fingerprint())})
    told = said(response) + str(response.context["form"].non_field_errors() if "form" in response.context else "")
    assert str(VersionIsFrozen.in_words) in told
    assert everything(version) == before
    # Nor is it shown as if it could be changed.
    assert said(drafter.get(page(name, version, target.pk), follow=True)) == str(VersionIsFrozen.in_words)


def test_nothing_is_added_to_a_text_frozen_meanwhile_and_what_was_typed_stays(drafter):
    version = frozen()
    before = everything(version)
    address = f"{page('unit_new', version)}?near={unit(version, '§ 1').pk}"
    response = drafter.post(address, {"place": "after:paragraph", "text": "Długi nowy zapis."})
    assert response.context["form"].non_field_errors() == [str(VersionIsFrozen.in_words)]
    assert (response.context["form"]["text"].value(), everything(version)) == ("Długi nowy zapis.", before)
    assert said(drafter.get(address, follow=True)) == str(VersionIsFrozen.in_words)


def test_pages_have_no_inline_script_or_style(drafter):
    version = draft()
    key = unit(version, "§ 2 pkt 1").pk
    for address in (
        page("text", version),
        *(page(f"unit_{name}", version, key) for name in ("edit", "split", "merge", "move", "remove")),
    ):
        shown = drafter.get(address).content.decode()
        assert "style=" not in shown
        assert "<script>" not in shown
        assert "onclick" not in shown
