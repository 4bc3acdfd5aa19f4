"""Programs and versions at the desk, and the lists. Who may open and change which page: tests/desk/walk_table.py."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from programs.actions import VersionIsFrozen, make_file
from programs.models import (
    FileFormat,
    Program,
    Purpose,
    StatutoryElement,
)
from tests.factories.programs import FROZEN, draft, element, frozen, paragraphs, program, unit
from tests.programs.desk import at_desk, attached, citations, page, recorded
from tests.programs.imported import put_up
from tests.programs.press import Press

pytestmark = pytest.mark.django_db


@pytest.fixture
def drafter(client):
    return at_desk(client)


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
    assert response.redirect_chain[-1][0] == page("text", made)
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


@pytest.mark.parametrize(
    ("make", "role", "offered"),
    [
        (draft, Role.DRAFTER, {"text", "freeze", "changes", "files", "checklist", "new", "word"}),
        (frozen, Role.DRAFTER, {"text", "changes", "files", "checklist", "new", "word", "public"}),
        (frozen, Role.AUDITOR, {"text", "changes", "files", "checklist", "public"}),
    ],
)
def test_a_version_leads_to_all_that_can_be_done_with_it(client, make, role, offered):
    version = make()
    shown = at_desk(client, role).get(reverse("admin:programs_draftversion_change", args=[version.pk])).content.decode()
    ways = {name: page(name, version) for name in ("text", "freeze", "changes", "files", "checklist")} | {
        "new": f"{reverse('admin:programs_draftversion_add')}?program={version.program_id}&amp;based_on={version.pk}",
        "word": f"{reverse('admin:programs_textimport_add')}?base={version.pk}",
        "public": reverse("programs:version", args=[version.program.slug, version.number]),
    }
    assert {name for name, address in ways.items() if f'href="{address}"' in shown} == offered


def test_an_element_that_a_provision_fulfils_is_not_deleted(drafter):
    marked, free = element(1), element(2)
    unit(draft(), "§ 1").provision.elements.add(marked)
    for each in (marked, free):
        drafter.post(reverse("admin:programs_statutoryelement_delete", args=[each.pk]), {"post": "yes"})
    assert StatutoryElement.objects.get() == marked


# Lists.


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("program", 8), ("draftversion", 9), ("statutoryelement", 8), ("textimport", 8), ("resolution", 8), ("attachment", 8)],
)
def test_lists_ask_a_constant_number_of_queries(drafter, django_assert_num_queries, rows, name, queries):
    for number in range(rows):
        version = frozen(program(str(2001 + number)), units=paragraphs(1), purpose=Purpose.ADOPTED)
        put_up(version.program)
        recorded(version)
        attached(version.program)
    for number in range(rows):  # after the freezing, since no unit fulfils them
        element(number + 1)
    with django_assert_num_queries(queries):
        assert drafter.get(reverse(f"admin:programs_{name}_changelist")).status_code == 200


@pytest.mark.parametrize("is_made", [True, False])
def test_pages_of_the_pdf_are_shown_once_it_is_there(drafter, is_made, monkeypatch):
    Press(monkeypatch)
    version = frozen(units=paragraphs(1))
    if is_made:
        make_file(version.files.get(format=FileFormat.PDF), at=FROZEN, clock=lambda: FROZEN)
    shown = drafter.get(reverse("admin:programs_draftversion_changelist")).content.decode()
    assert ('<td class="field-pages">3</td>' in shown) is is_made
