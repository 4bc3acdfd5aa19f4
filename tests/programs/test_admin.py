import pytest
from django.urls import reverse

from accounts.roles import Role
from programs.actions import VersionIsFrozen, add_unit, edit_unit, render_version
from programs.models import DraftVersion, Program, Purpose, StatutoryElement
from programs.numbering import Unit
from tests.factories.accounts import person
from tests.factories.programs import FROZEN, draft, frozen, paragraphs, program, unit

pytestmark = pytest.mark.django_db


def desk(client, *roles: Role):
    client.force_login(person("", *(roles or (Role.DRAFTER,)), is_staff=True))
    return client


@pytest.fixture
def drafter(client):
    return desk(client)


def at(page: str, version: DraftVersion, *more: int) -> str:
    return reverse(f"admin:programs_{page}", args=[version.pk, *more])


def said(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def typed(of, **changed):
    return {"heading": of.heading, "text": of.text, "seen": of.fingerprint(), **changed}


def citations(version):
    return [text.citation for text in version.texts.in_reading_order()]


def test_a_program_is_made_and_edited_through_the_verbs(drafter):
    words = {"title": "Program na 2029 rok", "slug": "2029", "kind": "annual", "first_year": 2029, "last_year": 2029}
    drafter.post(reverse("admin:programs_program_add"), words)
    made = Program.objects.get(slug="2029")
    drafter.post(reverse("admin:programs_program_change", args=[made.pk]), {**words, "title": "Program współpracy na 2029 rok"})
    made.refresh_from_db()
    assert made.title == "Program współpracy na 2029 rok"


def test_a_program_that_breaks_a_rule_is_refused_in_words(drafter):
    words = {"title": "Program", "slug": "2029", "kind": "annual", "first_year": 2029, "last_year": 2030}
    response = drafter.post(reverse("admin:programs_program_add"), words)
    assert response.status_code == 200
    assert response.context["adminform"].form.non_field_errors()
    assert not Program.objects.exists()


def test_the_title_of_a_published_program_cannot_be_typed_over(drafter):
    of = frozen().program
    drafter.post(reverse("admin:programs_program_change", args=[of.pk]), {"title": "Inny", "previous": ""})
    of.refresh_from_db()
    assert of.title == "Program współpracy na 2027 rok"


def test_a_version_is_begun_from_another_one(drafter):
    base = frozen()
    words = {"program": base.program.pk, "purpose": "after_consultation", "based_on": base.pk}
    response = drafter.post(reverse("admin:programs_draftversion_add"), words, follow=True)
    made = base.program.versions.get(number=2)
    assert response.redirect_chain[-1][0] == at("text", made)
    assert (citations(made), made.created_by) == (citations(base), response.context["user"])


def test_a_version_cannot_be_begun_from_one_of_another_program(drafter):
    base, other = frozen(), program("2028")
    words = {"program": other.pk, "purpose": "working", "based_on": base.pk}
    response = drafter.post(reverse("admin:programs_draftversion_add"), words)
    assert response.context["adminform"].form.errors.keys() == {"based_on"}
    assert not other.versions.exists()


@pytest.mark.parametrize(("make", "purpose"), [(draft, "council"), (frozen, "consultation")])
def test_the_purpose_changes_until_the_version_is_frozen(drafter, make, purpose):
    version = make()
    drafter.post(reverse("admin:programs_draftversion_change", args=[version.pk]), {"purpose": "council"})
    version.refresh_from_db()
    assert version.purpose == purpose


def test_a_version_frozen_while_its_page_was_open_is_shown_with_the_sentence_that_says_so(drafter):
    version = frozen()
    response = drafter.post(reverse("admin:programs_draftversion_change", args=[version.pk]), {"purpose": "council"})
    assert response.context["adminform"].form.non_field_errors() == [str(VersionIsFrozen.in_words)]
    version.refresh_from_db()
    assert version.purpose == Purpose.CONSULTATION


def test_the_text_page_lists_every_unit_with_its_actions(drafter):
    version = draft()
    page = drafter.get(at("text", version)).content.decode()
    for text in version.texts.all():
        assert at("unit_edit", version, text.pk) in page
        assert at("unit_remove", version, text.pk) in page
        assert f"?near={text.pk}" in page
    assert at("unit_edit", version, unit(version, "§ 1").pk) in page


def test_the_text_of_a_frozen_version_is_shown_without_actions(drafter):
    version = frozen()
    page = drafter.get(at("text", version)).content.decode()
    assert "gęślą" in page
    assert at("unit_edit", version, unit(version, "§ 1").pk) not in page
    assert 'name="up"' not in page


def test_an_empty_text_begins_with_its_first_unit(drafter):
    version = draft(units=[])
    assert at("unit_new", version) in drafter.get(at("text", version)).content.decode()
    drafter.post(at("unit_new", version), {"place": "in:chapter", "heading": "Cele", "text": ""})
    assert citations(version) == ["rozdział 1"]


@pytest.mark.parametrize(
    ("near", "place", "made"),
    [("§ 1", "after:paragraph", "§ 2"), ("§ 2", "in:point", "§ 2 pkt 4"), ("§ 2 pkt 1", "after:point", "§ 2 pkt 2")],
)
def test_a_unit_is_added_beside_another(drafter, near, place, made):
    StatutoryElement.objects.create(kind="annual", number=1, name="cele", citation="art. 5a")
    version = draft()
    address = f"{at('unit_new', version)}?near={unit(version, near).pk}"
    element = StatutoryElement.objects.get()
    drafter.post(address, {"place": place, "text": "Nowy zapis.", "elements": [element.pk]})
    added = unit(version, made)
    assert (added.text, list(added.provision.elements.all())) == ("Nowy zapis.", [element])


def test_only_places_that_the_rules_allow_are_offered(drafter):
    version = draft()
    form = drafter.get(f"{at('unit_new', version)}?near={unit(version, '§ 2 pkt 2 lit. a').pk}").context["form"]
    assert [value for value, _words in form.fields["place"].choices] == ["after:letter", "after:table", "in:indent"]


def test_a_table_is_typed_as_lines(drafter):
    version = draft()
    address = f"{at('unit_new', version)}?near={unit(version, '§ 1').pk}"
    drafter.post(address, {"place": "in:table", "heading": "Kwoty", "cells": "Zadanie | Kwota\nSport\t10 000\n\n"})
    assert unit(version, "§ 1 tabela").cells == [["Zadanie", "Kwota"], ["Sport", "10 000"]]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"place": "in:table", "cells": "a | b\nc"}, "cells"),
        ({"place": "after:paragraph", "cells": "a | b"}, "cells"),
        ({"place": "in:letter"}, "place"),
        ({"place": "after:paragraph", "text": "x" * 20_001}, "text"),
        ({"place": "after:paragraph", "heading": "x" * 251}, "heading"),
        ({}, "place"),
    ],
)
def test_what_cannot_be_added_is_said_and_what_was_typed_stays(drafter, data, field):
    version = draft()
    before = citations(version)
    response = drafter.post(f"{at('unit_new', version)}?near={unit(version, '§ 1').pk}", data)
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {field}
    for name, value in data.items():
        assert response.context["form"][name].value() == value
    assert citations(version) == before


def test_a_unit_is_edited(drafter):
    version = draft()
    edited = unit(version, "§ 1")
    response = drafter.post(at("unit_edit", version, edited.pk), typed(edited, text="Celem jest współpraca."), follow=True)
    assert "§ 1" in said(response)
    assert unit(version, "§ 1").text == "Celem jest współpraca."


def test_a_table_is_edited_as_the_lines_it_shows(drafter):
    version = draft()
    table = unit(version, "§ 3 ust. 2 tabela")
    form = drafter.get(at("unit_edit", version, table.pk)).context["form"]
    drafter.post(at("unit_edit", version, table.pk), typed(table, cells=form["cells"].value()))
    assert unit(version, "§ 3 ust. 2 tabela").cells == table.cells


def test_a_unit_that_somebody_else_changed_is_not_overwritten(drafter):
    version = draft()
    seen = unit(version, "§ 1")
    edit_unit(seen, heading="", text="Wersja koleżanki.", at=FROZEN)
    response = drafter.post(at("unit_edit", version, seen.pk), typed(seen, text="Moja wersja."))
    page = response.content.decode()
    assert "Wersja koleżanki." in page
    assert "Moja wersja." in page
    assert unit(version, "§ 1").text == "Wersja koleżanki."
    again = {name: response.context["form"][name].value() for name in ("heading", "text", "seen")}
    drafter.post(at("unit_edit", version, seen.pk), again)
    assert unit(version, "§ 1").text == "Moja wersja."


def test_units_move_among_their_neighbors(drafter):
    version = draft()
    first, last = unit(version, "§ 2 pkt 1"), unit(version, "§ 2 pkt 3")
    drafter.post(at("text", version), {"down": first.pk})
    assert [unit(version, f"§ 2 pkt {n}").pk for n in (1, 2, 3)][1:] == [first.pk, last.pk]
    drafter.post(at("text", version), {"up": last.pk})
    assert unit(version, "§ 2 pkt 2").pk == last.pk
    drafter.post(at("text", version), {"up": unit(version, "§ 2 pkt 1").pk})
    assert unit(version, "§ 2 pkt 2").pk == last.pk


def test_a_unit_is_removed_after_a_look_at_what_goes_with_it(drafter):
    version = draft()
    gone = unit(version, "§ 2 pkt 2")
    asked = drafter.get(at("unit_remove", version, gone.pk))
    assert [text.citation for text in asked.context["units"]] == ["§ 2 pkt 2", "§ 2 pkt 2 lit. a", "§ 2 pkt 2 lit. b"]
    assert gone in version.texts.all()
    drafter.post(at("unit_remove", version, gone.pk))
    assert [citation for citation in citations(version) if citation.startswith("§ 2 ")] == ["§ 2 pkt 1", "§ 2 pkt 2"]


def test_freezing_shows_what_is_missing_and_empty_first(drafter):
    for number in (1, 2):
        StatutoryElement.objects.create(kind="annual", number=number, name=f"element {number}", citation="art. 5a")
    version = draft()
    unit(version, "§ 1").provision.elements.set(StatutoryElement.objects.filter(number=1))
    add_unit(version, kind=Unit.ANNEX, at=FROZEN)
    page = drafter.get(at("freeze", version))
    assert [element.number for element in page.context["missing"]] == [2]
    assert [text.citation for text in page.context["empty"]] == ["załącznik nr 2"]
    version.refresh_from_db()
    assert not version.is_frozen


def test_freezing_is_one_more_click(drafter):
    version = draft()
    response = drafter.post(at("freeze", version), follow=True)
    version.refresh_from_db()
    assert version.is_frozen
    assert version.frozen_by == response.context["user"]


@pytest.mark.parametrize(("make", "units"), [(frozen, None), (draft, [])])
def test_what_cannot_be_frozen_is_said(drafter, make, units):
    version = make(units=units)
    before = version.frozen_at
    assert said(drafter.post(at("freeze", version), follow=True))
    version.refresh_from_db()
    assert version.frozen_at == before


@pytest.mark.parametrize("page", ["unit_edit", "unit_remove"])
def test_a_frozen_text_refuses_every_page_in_words(drafter, page):
    version = frozen()
    target = unit(version, "§ 1")
    response = drafter.post(at(page, version, target.pk), typed(target, text="Inny."), follow=True)
    shown = response.context["form"].non_field_errors() if page == "unit_edit" else said(response)
    assert shown
    assert unit(version, "§ 1").text == target.text


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [
        (Role.DRAFTER, 200, 200),
        (Role.COORDINATOR, 200, 200),
        (Role.AUDITOR, 200, 403),
        (Role.MODERATOR, 302, 302),
        (Role.SUPERUSER, 200, 200),
    ],
)
def test_who_reads_and_who_writes(client, role, reads, writes):
    version = draft()
    if role in (Role.MODERATOR, Role.SUPERUSER):
        client.force_login(person("", is_staff=True, is_superuser=role == Role.SUPERUSER))
    else:
        desk(client, role)
    text = unit(version, "§ 1")
    assert client.get(at("text", version)).status_code == reads
    for page in (
        at("unit_edit", version, text.pk),
        at("unit_remove", version, text.pk),
        at("unit_new", version),
        at("freeze", version),
    ):
        assert client.get(page).status_code == writes
    moved = client.post(at("text", version), {"down": text.pk})
    assert moved.status_code == (403 if writes == 403 else 302)
    assert (unit(version, "§ 1").pk != text.pk) is (writes == 200)


def test_nothing_of_a_text_is_deleted_from_lists(drafter):
    version = draft()
    for name, pk in (("draftversion", version.pk), ("program", version.program.pk)):
        assert drafter.post(reverse(f"admin:programs_{name}_delete", args=[pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(("name", "queries"), [("program", 10), ("draftversion", 11), ("statutoryelement", 10)])
def test_lists_ask_a_constant_number_of_queries(drafter, django_assert_num_queries, rows, name, queries):
    for number in range(rows):
        version = frozen(program(str(2001 + number)), units=paragraphs(1))
        StatutoryElement.objects.create(kind="annual", number=number + 1, name="x", citation="y")
    assert version
    with django_assert_num_queries(queries):
        assert drafter.get(reverse(f"admin:programs_{name}_changelist")).status_code == 200


@pytest.mark.parametrize("rows", [1, 60])
def test_the_text_page_asks_a_constant_number_of_queries(drafter, django_assert_num_queries, rows):
    version = draft(units=paragraphs(rows))
    with django_assert_num_queries(9):
        assert drafter.get(at("text", version)).status_code == 200


def test_pages_of_the_pdf_are_shown_once_it_is_there(drafter):
    version = frozen(units=paragraphs(1))
    file = render_version(version, at=FROZEN)
    shown = drafter.get(reverse("admin:programs_draftversion_changelist")).content.decode()
    assert f'<td class="field-pages">{file.pages}</td>' in shown


def test_the_office_takes_the_pdf_of_a_frozen_working_draft_once_it_is_printed(drafter):
    version = frozen(purpose=Purpose.WORKING, units=paragraphs(1))
    page = drafter.get(reverse("admin:programs_draftversion_change", args=[version.pk])).content.decode()
    assert f'href="{at("pdf", version)}"' in page
    waiting = drafter.get(at("pdf", version))
    assert (waiting.status_code, waiting["Retry-After"]) == (503, "30")
    file = render_version(version, at=FROZEN)
    got = drafter.get(at("pdf", version))
    with file.file.open() as stored:
        assert (got.getvalue(), got["Content-Type"]) == (stored.read(), "application/pdf")
    got.close()


@pytest.mark.parametrize(("roles", "status"), [([Role.AUDITOR], 503), ([], 302)])
def test_only_whoever_reads_at_the_desk_takes_a_working_draft(client, roles, status):
    client.force_login(person("", *roles, is_staff=True))
    assert client.get(at("pdf", frozen(purpose=Purpose.WORKING))).status_code == status


def test_a_text_still_being_written_has_no_pdf(drafter):
    assert drafter.get(at("pdf", draft())).status_code == 404


@pytest.mark.parametrize("page", ["text", "freeze"])
def test_pages_have_no_inline_script_or_style(drafter, page):
    shown = drafter.get(at(page, draft())).content.decode()
    assert "style=" not in shown
    assert "<script>" not in shown
    assert "onclick" not in shown
