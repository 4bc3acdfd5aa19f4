"""Programs and versions at the desk, the lists, and who may open and change which page."""

import pytest
from django.contrib.admin import site
from django.urls import reverse

from accounts.roles import Role
from programs.actions import VersionIsFrozen, ask_for_file, make_file
from programs.models import (
    Attachment,
    DraftVersion,
    FileFormat,
    Program,
    Provision,
    ProvisionText,
    Purpose,
    Resolution,
    StatutoryElement,
    TextImport,
    VersionFile,
)
from tests.factories.accounts import person
from tests.factories.programs import FROZEN, draft, element, frozen, paragraphs, program, unit
from tests.programs.desk import at_desk, attached, citations, page, recorded
from tests.programs.imported import put_up, read
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
    [("program", 10), ("draftversion", 11), ("statutoryelement", 10), ("textimport", 10), ("resolution", 10), ("attachment", 10)],
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


# Who may open and change which page.

READING = {"programs_text", "programs_changes", "programs_checklist", "programs_files", "programs_file"}
WRITING = {
    "programs_unit_new",
    "programs_unit_edit",
    "programs_unit_split",
    "programs_unit_merge",
    "programs_unit_move",
    "programs_unit_remove",
    "programs_freeze",
}
MODELS = (Program, DraftVersion, StatutoryElement, TextImport, Resolution, Attachment)
ACTS = ("changelist", "add", "history", "change", "delete")
STOCK = {f"programs_{model._meta.model_name}_{act}" for model in MODELS for act in ACTS}
NEVER_DELETED = {"programs_program_delete", "programs_draftversion_delete", "programs_textimport_delete"}
HISTORIES = {name for name in STOCK if name.endswith("_history")}  # they lead to the audit


@pytest.fixture
def addresses(monkeypatch):
    """Every address of these pages, by name; each leads to something that is there."""
    Press(monkeypatch)
    version, adopted = draft(), frozen(program("2028"), purpose=Purpose.ADOPTED)
    file = ask_for_file(version, FileFormat.PDF, at=FROZEN)
    make_file(file, at=FROZEN, clock=lambda: FROZEN)
    rows = {
        "program": version.program,
        "draftversion": version,
        "statutoryelement": element(1),
        "textimport": read(put_up(version.program)),
        "resolution": recorded(adopted),
        "attachment": attached(version.program),
    }
    key = unit(version, "§ 2 pkt 1").pk
    of_units = {name: [version.pk, key] for name in WRITING - {"programs_unit_new", "programs_freeze"}}
    arguments = {name: [version.pk] for name in READING | WRITING} | of_units | {"programs_file": [version.pk, file.pk]}
    for name in STOCK:
        _app, model, act = name.split("_")
        arguments[name] = [] if act in ("changelist", "add") else [rows[model].pk]
    return {name: reverse(f"admin:{name}", args=args) for name, args in arguments.items()}


def test_no_page_is_forgotten_here():
    named = {pattern.name for model in MODELS for pattern in site._registry[model].get_urls() if pattern.name}
    assert named == READING | WRITING | STOCK


def everything():
    models = (*MODELS, Provision, ProvisionText, VersionFile)
    return [list(model.objects.order_by("pk").values()) for model in models]


def opens(client, addresses):
    found = {}
    for name, address in addresses.items():
        response = client.get(address)
        found[name] = response.status_code
        if name == "programs_file" and response.status_code == 200:
            assert b"".join(response)
    return found


@pytest.mark.parametrize("role", [Role.DRAFTER, Role.COORDINATOR, Role.SUPERUSER])
def test_whoever_drafts_opens_every_page_but_deletes_no_text(client, addresses, role):
    if role == Role.SUPERUSER:
        client.force_login(person("", is_staff=True, is_superuser=True))
    else:
        at_desk(client, role)
    answers = dict.fromkeys(addresses, 200) | dict.fromkeys(NEVER_DELETED, 403) | dict.fromkeys(HISTORIES, 302)
    assert opens(client, addresses) == answers
    for name in NEVER_DELETED:
        before = everything()
        assert client.post(addresses[name], {"post": "yes"}).status_code == 403
        assert everything() == before


def test_whoever_reads_everything_opens_pages_that_change_nothing_and_changes_nothing(client, addresses):
    at_desk(client, Role.AUDITOR)
    read_only = READING | {name for name in STOCK if name.endswith(("changelist", "change"))}
    answers = dict.fromkeys(addresses, 403) | dict.fromkeys(read_only, 200) | dict.fromkeys(HISTORIES, 302)
    assert opens(client, addresses) == answers
    before = everything()
    for address in addresses.values():
        data = {"act": "up", "post": "yes", "ask": "txt", "drop": "1", "action": "delete_selected", "_selected_action": "1"}
        response = client.post(address, data)
        assert response.status_code in (200, 302, 403)
        if response.streaming:
            assert b"".join(response)
    assert everything() == before


@pytest.mark.parametrize("role", [Role.MODERATOR, None], ids=["whoever runs a group", "anonymous"])
def test_others_are_sent_to_sign_in_and_change_nothing(client, addresses, role):
    if role:
        client.force_login(person("", is_staff=True))
    assert opens(client, addresses) == dict.fromkeys(addresses, 302)
    before = everything()
    for address in addresses.values():
        response = client.post(address, {"act": "up", "post": "yes", "ask": "txt", "drop": "1"})
        assert response.status_code == 302
        assert response.url.startswith(("/admin/login/", "/konto/")), response.url
    assert everything() == before
