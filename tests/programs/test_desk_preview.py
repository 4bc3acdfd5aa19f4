"""What is in a Word file, row by row: what each becomes, which earlier unit it is, and the version that is made of it."""

import pytest
from django.conf import settings

from consultations.models import Voice
from programs.actions import (
    ImportIsDone,
    NothingIsTaken,
    decide_rows,
    drop_import,
    make_version,
)
from programs.admin.importing import ROWS_ON_A_PAGE
from programs.imports.plan import JOIN, SKIP, Choice
from programs.marks import reference
from programs.models import DraftVersion, TextImport, Tracked
from tests.factories import voices
from tests.factories.programs import draft, paragraphs, program, reword, unit
from tests.programs.desk import at_desk, import_page, outline, page, rows_of, said
from tests.programs.imported import exported, make, put_up, read, typed
from tests.programs.office.word import LEGAL, PARAGRAPH, POINT, deleted, docx, ins, li, p, r
from tests.programs.texts import par, written

pytestmark = pytest.mark.django_db
ADD = "admin:programs_textimport_add"


@pytest.fixture
def drafter(client):
    return at_desk(client)


# Looked through.


def test_the_preview_shows_each_row_what_it_becomes_and_what_to_look_at(drafter):
    base = written(par("Pierwszy."), par("Drugi."))
    content = docx(p("Uchwała nr 1"), p("§ 1. Pierwszy."), p("§ 3. Zupełnie nowe słowa."))
    response = drafter.get(import_page(read(put_up(base.program, content, base=base))))
    found = [(row.words, row.kind.value(), row.match.value(), row.read.citation) for row in response.context["form"]]
    assert found == [
        ("Uchwała nr 1", SKIP, "", ""),
        ("Pierwszy.", "paragraph", "§ 1", "§ 1"),
        ("Zupełnie nowe słowa.", "paragraph", "", "§ 2"),
    ]
    told = response.content.decode()
    assert "§ 3." in told
    assert "inny numer" in told  # in the file it has another number than it will have here
    assert [unit.citation for unit, _spoken in response.context["gone"]] == ["§ 2"]
    assert not base.program.versions.exclude(pk=base.pk).exists()


def test_references_in_the_preview_have_the_numbers_of_the_file(drafter):
    base = written(par("Cel."), par("x"))
    reword(unit(base, "§ 2"), text=f"Wg {reference(unit(base, '§ 1').provision_id)}.")
    for continues in (base, None):
        response = drafter.get(import_page(read(put_up(base.program, exported(base), base=continues))))
        assert [row.words for row in response.context["form"] if row.read.kind][-1] == "Wg § 1."


def test_the_wrong_document_over_a_version_with_remarks_is_seen_for_what_it_is(drafter):
    base = voices.unit(voices.consultation()).version
    made = base.program.consultations.get()
    for citation in ("§ 2", "§ 2", "§ 1 pkt 1"):
        voices.remark(made, citation=citation)
    waiting = read(put_up(base.program, typed("Regulamin parkowania.", "Opłaty."), base=base))
    response = drafter.get(import_page(waiting))
    spoken = {unit.citation: count for unit, count in response.context["gone"] if count}
    assert (spoken, response.context["remarks_on_gone"]) == ({"§ 2": 2, "§ 1 pkt 1": 1}, 3)
    refused = drafter.post(import_page(waiting), {**rows_of(response), "make": "1"})
    assert f"0 z {base.texts.count()}" in said(refused)
    assert (DraftVersion.objects.count(), Voice.objects.count()) == (1, 3)
    sure = drafter.post(import_page(waiting), {**rows_of(response), "make": "1", "sure": "on"}, follow=True)
    version = base.program.versions.get(number=2)
    assert sure.redirect_chain[-1][0] == page("text", version)
    assert {voice.provision_text.version for voice in Voice.objects.all()} == {base}


def test_a_unit_found_in_other_words_keeps_its_remarks(drafter):
    base = draft(units=paragraphs(2))
    waiting = read(put_up(base.program, typed("Treść numer 1.", "Całkiem inaczej powiedziane."), base=base))
    data = rows_of(drafter.get(import_page(waiting)))
    assert data["match-1"] == ""
    kept = drafter.post(import_page(waiting), {**data, "match-1": " §2", "save": "1"}, follow=True)
    assert [row.match.value() for row in kept.context["form"]] == ["§ 1", "§ 2"]
    assert kept.context["gone"] == []
    drafter.post(import_page(waiting), {**rows_of(kept), "make": "1"})
    version = base.program.versions.get(number=2)
    assert unit(version, "§ 2").provision_id == unit(base, "§ 2").provision_id


@pytest.mark.parametrize(("typed_in", "row"), [("§ 9", 1), ("§ 2 pkt 1", 0), ("cokolwiek", 1)])
def test_a_unit_that_the_earlier_version_has_not_is_refused_and_what_was_typed_stays(drafter, typed_in, row):
    base = draft(units=paragraphs(2))
    waiting = read(put_up(base.program, typed("Treść numer 1.", "Treść numer 2."), base=base))
    data = {**rows_of(drafter.get(import_page(waiting))), f"match-{row}": typed_in, "kind-0": "annex"}
    for button in ("save", "make", "go"):
        response = drafter.post(import_page(waiting), {**data, button: "1"})
        form = response.context["form"]
        assert form.errors.keys() == {f"match-{row}"}
        assert (form[f"match-{row}"].value(), form["kind-0"].value()) == (typed_in, "annex")
    waiting.refresh_from_db()
    assert (waiting.decided, base.program.versions.count()) == ({}, 1)


def test_one_unit_goes_on_as_one_row(drafter):
    base = draft(units=paragraphs(2))
    waiting = read(put_up(base.program, typed("Treść numer 1.", "Treść numer 2.", "Nowa."), base=base))
    data = {**rows_of(drafter.get(import_page(waiting))), "match-2": "§ 1"}
    response = drafter.post(import_page(waiting), {**data, "save": "1"})
    assert response.context["form"].errors.keys() == {"match-2"}
    assert "1" in str(response.context["form"].errors["match-2"])
    for freed in ({"match-0": ""}, {"kind-0": SKIP}, {"kind-0": JOIN}):
        assert drafter.post(import_page(waiting), {**data, **freed, "save": "1"}).status_code == 302


def test_a_kind_that_is_none_is_refused(drafter):
    waiting = read(put_up(program()))
    response = drafter.post(import_page(waiting), {**rows_of(drafter.get(import_page(waiting))), "kind-0": "sonnet", "make": "1"})
    assert response.context["form"].errors.keys() == {"kind-0"}
    assert not DraftVersion.objects.exists()


def test_a_row_that_cannot_stay_as_it_is_is_named_and_shown(drafter):
    waiting = read(put_up(program()))
    data = {**rows_of(drafter.get(import_page(waiting))), "kind-0": SKIP, "kind-1": "letter"}
    response = drafter.post(import_page(waiting), {**data, "make": "1"}, follow=True)
    assert response.redirect_chain == [(f"{import_page(waiting)}?page=1#row-2", 302)]
    assert "2 (§ 2.)" in said(response)
    assert [row.kind.value() for row in response.context["form"]] == [SKIP, "letter"]
    assert not DraftVersion.objects.exists()


def test_nothing_is_made_of_nothing(drafter):
    waiting = read(put_up(program()))
    data = {**rows_of(drafter.get(import_page(waiting))), "kind-0": SKIP, "kind-1": SKIP}
    assert said(drafter.post(import_page(waiting), {**data, "make": "1"})) == str(NothingIsTaken.in_words)
    assert not DraftVersion.objects.exists()


# A long file.


@pytest.fixture
def long():
    """400 rows: § 1 with 199 points, then 200 §."""
    body = [li("Wprowadzenie:", 1, PARAGRAPH), *(li(f"punkt {n}", 1, POINT) for n in range(199))]
    return read(put_up(program(), docx(*body, *(li(f"Zapis {n}.", 1, PARAGRAPH) for n in range(200)), numbering=LEGAL)))


def test_a_long_file_is_looked_through_in_parts_that_the_server_takes(drafter, long):
    parts = [drafter.get(import_page(long, part)) for part in (1, 2, 3)]
    assert [len(list(part.context["form"])) for part in parts] == [ROWS_ON_A_PAGE, ROWS_ON_A_PAGE, 400 - 2 * ROWS_ON_A_PAGE]
    assert max(len(rows_of(part)) for part in parts) < settings.DATA_UPLOAD_MAX_NUMBER_FIELDS
    assert drafter.get(import_page(long, "x")).context["page"].number == 1
    assert drafter.get(import_page(long, 99)).context["page"].number == 3


def test_choices_are_kept_from_part_to_part(drafter, long):
    first = {**rows_of(drafter.get(import_page(long, 1))), "kind-1": JOIN}
    response = drafter.post(import_page(long, 1), {**first, "go": "2"}, follow=True)
    assert response.redirect_chain == [(import_page(long, 2), 302)]
    second = {**rows_of(response), "kind-299": SKIP}
    back = drafter.post(import_page(long, 2), {**second, "go": "1"}, follow=True)
    assert back.context["form"]["kind-1"].value() == JOIN
    third = drafter.get(import_page(long, 3))
    made = drafter.post(import_page(long, 3), {**rows_of(third), "make": "1"}, follow=True)
    version = DraftVersion.objects.get()
    assert made.redirect_chain[-1][0] == page("text", version)
    assert (version.texts.count(), outline(version)[0]) == (398, "§ 1 Wprowadzenie:\npunkt 0")


def test_what_enter_does_in_a_field_is_only_to_keep(drafter, long):
    """A browser presses the first button of a form."""
    markup = drafter.get(import_page(long, 2)).content.decode()
    buttons = [part.split(">")[0] for part in markup.split("<input ")[1:] if 'type="submit"' in part.split(">")[0]]
    of_the_form = [button for button in buttons if "name=" in button]
    assert 'name="keep"' in of_the_form[0]
    assert markup.index('name="keep"') < markup.index('name="go"')
    response = drafter.post(import_page(long, 2), {**rows_of(drafter.get(import_page(long, 2))), "keep": ""}, follow=True)
    assert (response.redirect_chain, DraftVersion.objects.exists()) == ([(import_page(long, 2), 302)], False)


def test_a_unit_that_a_row_of_another_part_is_cannot_be_typed_here(drafter):
    base = draft(units=paragraphs(2))
    words = [f"Nowy zapis {n} o czymś zupełnie innym." for n in range(ROWS_ON_A_PAGE)]
    waiting = read(put_up(base.program, typed(*words, "Treść numer 1."), base=base))
    data = {**rows_of(drafter.get(import_page(waiting, 1))), "match-0": "§ 1"}
    response = drafter.post(import_page(waiting, 1), {**data, "save": "1"})
    assert f"{ROWS_ON_A_PAGE + 1}" in str(response.context["form"].errors["match-0"])
    decide_rows(waiting, decided={ROWS_ON_A_PAGE: Choice("paragraph", None)})
    assert drafter.post(import_page(waiting, 1), {**data, "save": "1"}).status_code == 302


def test_the_first_row_of_another_part_that_cannot_stay_is_shown_there(drafter, long):
    decide_rows(long, decided={399: Choice("letter", None)})
    response = drafter.post(import_page(long, 1), {**rows_of(drafter.get(import_page(long, 1))), "make": "1"}, follow=True)
    assert response.redirect_chain == [(f"{import_page(long)}?page=3#row-400", 302)]


@pytest.mark.parametrize("count", [3, 60])
def test_the_preview_asks_the_same_number_of_queries_for_a_long_file(drafter, django_assert_num_queries, count):
    base = draft(units=paragraphs(count))
    waiting = read(put_up(base.program, typed(*(f"Treść numer {n}." for n in range(1, count))), base=base))
    with django_assert_num_queries(8):
        assert len(list(drafter.get(import_page(waiting)).context["form"])) == count - 1


# Two people at one file.


@pytest.mark.parametrize("button", ["make", "save", "drop"])
def test_who_comes_second_is_told_and_led_to_the_version(drafter, button):
    waiting = read(put_up(program()))
    data = rows_of(drafter.get(import_page(waiting)))
    version = make(waiting)
    response = drafter.post(import_page(waiting), {**data, button: "1"}, follow=True)
    assert (response.redirect_chain, said(response)) == ([(page("text", version), 302)], str(ImportIsDone.in_words))
    assert DraftVersion.objects.get() == version
    assert drafter.get(import_page(waiting)).url == page("text", version)


@pytest.mark.parametrize("act", ["decide_rows", "make_version", "drop_import"])
def test_who_comes_second_by_a_hair_is_told_too(drafter, act, monkeypatch):
    waiting = read(put_up(program()))
    verbs = {"decide_rows": decide_rows, "make_version": make_version, "drop_import": drop_import}

    def too_late(of, **words):
        make(TextImport.objects.get())
        return verbs[act](of, **words)

    data = {**rows_of(drafter.get(import_page(waiting))), "drop" if act == "drop_import" else "make": "1"}
    monkeypatch.setattr(f"programs.admin.importing.{act}", too_late)
    response = drafter.post(import_page(waiting), data, follow=True)
    assert str(ImportIsDone.in_words) in said(response)
    assert response.redirect_chain[-1][0] == page("text", DraftVersion.objects.get())


TRACKED_CHANGES = docx(p("§ 1. Termin: ", raw=deleted("14") + ins(r("21"))))


def test_tracked_changes_that_were_settled_are_counted_in_the_preview(drafter):
    waiting = read(put_up(program(), TRACKED_CHANGES, tracked=Tracked.ACCEPT))
    told = drafter.get(import_page(waiting)).content.decode()
    assert "Termin: 21" in told
    assert str(Tracked.ACCEPT.label) in told
