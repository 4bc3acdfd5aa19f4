"""Files of a version at the desk: asked for, watched while they are made, called off, taken; and what a version changes."""

import pytest

from accounts.roles import Role
from programs.actions import NothingChanged, make_file, start_version, stop_file
from programs.actions.making import TROUBLES
from programs.models import CONTENT_TYPES, FileFormat, Purpose, VersionFile
from tests.factories.programs import FROZEN, draft, frozen, paragraphs, program, reword, unit
from tests.programs.desk import at_desk, everything, page, said
from tests.programs.press import Press

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def press(monkeypatch):
    return Press(monkeypatch)


@pytest.fixture
def drafter(client):
    return at_desk(client)


@pytest.fixture
def versions():
    base = frozen(units=paragraphs(2))
    version = start_version(base.program, purpose=Purpose.AFTER, based_on=base, at=FROZEN)
    reword(unit(version, "§ 2"), text="Inna.")
    return base, version


def make(file):
    assert make_file(file, at=FROZEN, clock=lambda: FROZEN)


def ask(client, version, **data):
    return client.post(page("files", version), data, follow=True)


# Asked for.


@pytest.mark.parametrize("file_format", FileFormat)
def test_each_format_of_an_unfrozen_text_is_asked_for_as_a_proof(drafter, file_format):
    version = draft()
    response = ask(drafter, version, ask=file_format.value)
    file = version.files.get()
    assert (file.format, file.base, file.asked_by) == (file_format, None, response.context["user"])
    assert [row[0] for row in response.context["rows"]] == [file]


@pytest.mark.parametrize("file_format", [FileFormat.PDF, FileFormat.DOCX])
def test_changes_since_another_version_are_asked_for(drafter, versions, file_format):
    base, version = versions
    ask(drafter, version, ask=file_format.value, base=base.number)
    file = version.files.get()
    assert (file.format, file.base) == (file_format, base)


def test_changes_are_printed_as_pdf_and_docx_only(drafter, versions):
    base, version = versions
    assert [value for value, _label in drafter.get(page("files", version)).context["redline_formats"]] == ["pdf", "docx"]
    assert ask(drafter, version, ask="txt", base=base.number).status_code == 404


@pytest.mark.parametrize(
    "data",
    [
        {"ask": "exe"},
        {"ask": ""},
        {"ask": "pdf", "base": "9"},
        {"ask": "pdf", "base": "9" * 30},
        {"ask": "pdf", "base": "x"},
        {"stop": "999999"},
        {"stop": "x"},
        {"stop": "9" * 30},
        {"again": "-1"},
    ],
)
def test_a_forged_wish_finds_nothing(drafter, data):
    version = draft()
    assert ask(drafter, version, **data).status_code == 404
    assert not VersionFile.objects.exists()


def test_changes_since_itself_are_none_and_a_sentence_says_so(drafter, versions):
    _base, version = versions
    assert said(ask(drafter, version, ask="pdf", base=version.number)) == str(NothingChanged.in_words)
    assert not version.files.exists()


# Watched.


def row(response):
    return next(iter(response.context["rows"]))


def test_how_far_a_file_is_can_be_seen_and_the_page_looks_again_by_itself(drafter):
    version = draft()
    ask(drafter, version, ask="pdf")
    waiting = drafter.get(page("files", version)).content.decode()
    assert ('data-watch="on"' in waiting, "js/desk.js" in waiting) == (True, True)
    assert "40%" not in waiting
    version.files.update(started_at=FROZEN, progress=40)
    shown = drafter.get(page("files", version)).content.decode()
    assert '<progress max="100" value="40"' in shown
    assert "40%" in shown
    # For those without JavaScript a link; a page that reloads itself would take the focus from everybody.
    assert f'href="{page("files", version)}"' in shown
    assert "http-equiv" not in shown


def test_a_file_is_called_off_and_asked_for_again(drafter):
    version = draft()
    ask(drafter, version, ask="pdf")
    file = version.files.get()
    stopped = ask(drafter, version, stop=file.pk)
    file.refresh_from_db()
    assert (file.stopped_at is None, 'data-watch="on"' in stopped.content.decode()) == (False, False)
    assert f'name="again" value="{file.pk}"' in stopped.content.decode()
    ask(drafter, version, again=file.pk)
    file.refresh_from_db()
    assert file.stopped_at is None


def test_it_is_too_late_to_call_off_a_file_that_is_there(drafter):
    version = draft()
    ask(drafter, version, ask="pdf")
    file = version.files.get()
    make(file)
    response = ask(drafter, version, stop=file.pk)
    file.refresh_from_db()
    assert (bool(said(response)), file.is_ready) == (True, True)


@pytest.mark.parametrize("trouble", TROUBLES)
def test_why_a_file_was_not_made_is_said(drafter, trouble):
    version = draft()
    ask(drafter, version, ask="pdf")
    version.files.update(stopped_at=FROZEN, trouble=trouble)
    response = drafter.get(page("files", version))
    assert row(response)[2] == TROUBLES[trouble]
    assert str(TROUBLES[trouble]) in response.content.decode()


def test_a_proof_of_a_text_that_has_changed_since_is_marked(drafter):
    version = draft()
    ask(drafter, version, ask="pdf")
    make(version.files.get())
    assert row(drafter.get(page("files", version)))[1] is False
    reword(unit(version, "§ 1"), text="Nowe słowa.")
    assert row(drafter.get(page("files", version)))[1] is True


@pytest.mark.parametrize("act", ["stop", "again"])
def test_files_of_another_version_are_not_touched_from_here(drafter, act):
    version, other = draft(), draft(program("2028"))
    ask(drafter, other, ask="pdf")
    theirs = other.files.get()
    if act == "again":
        stop_file(theirs, at=FROZEN)
    before = everything(other)
    assert ask(drafter, version, **{act: theirs.pk}).status_code == 404
    assert everything(other) == before


# Taken.


@pytest.mark.parametrize("file_format", FileFormat)
def test_a_made_file_is_taken_under_a_name_and_type_of_its_own(drafter, file_format):
    version = draft()
    ask(drafter, version, ask=file_format.value)
    file = version.files.get()
    make(file)
    assert page("file", version, file.pk) in drafter.get(page("files", version)).content.decode()
    got = drafter.get(page("file", version, file.pk))
    file.refresh_from_db()
    with file.file.open() as stored:
        assert b"".join(got) == stored.read()
    assert got["Content-Type"] == CONTENT_TYPES[file_format]
    assert f'filename="2027-wersja-1.{file_format}"' in got["Content-Disposition"]


def test_changes_are_taken_under_the_numbers_of_both_versions(drafter, versions):
    base, version = versions
    ask(drafter, version, ask="docx", base=base.number)
    make(version.files.get())
    got = drafter.get(page("file", version, version.files.get().pk))
    assert 'filename="2027-zmiany-1-2.docx"' in got["Content-Disposition"]
    got.close()


def test_a_file_is_taken_from_its_own_version_and_when_it_is_made(drafter):
    version, other = draft(), draft(program("2028"))
    ask(drafter, version, ask="pdf")
    file = version.files.get()
    assert drafter.get(page("file", version, file.pk)).status_code == 404
    make(file)
    assert drafter.get(page("file", other, file.pk)).status_code == 404


def test_whoever_only_reads_takes_files_and_asks_for_none(client, drafter):
    version = draft()
    ask(drafter, version, ask="pdf")
    make(version.files.get())
    auditor = at_desk(client, Role.AUDITOR)
    before = everything(version)
    for data in ({"ask": "docx"}, {"stop": version.files.get().pk}, {"again": version.files.get().pk}):
        assert ask(auditor, version, **data).status_code == 403
    assert everything(version) == before
    got = auditor.get(page("file", version, version.files.get().pk))
    assert got.status_code == 200
    got.close()


@pytest.mark.parametrize("more", [0, 1, 3])
def test_the_page_asks_the_same_number_of_queries_for_more_files(drafter, django_assert_num_queries, more):
    version = frozen(units=paragraphs(2))
    for _number in range(more):
        other = frozen(version.program, units=paragraphs(2))
        ask(drafter, version, ask="pdf", base=other.number)
    frozen(version.program, units=paragraphs(2))
    with django_assert_num_queries(8 + bool(more)):  # files of changes also say why: one query for all of them
        assert len(drafter.get(page("files", version)).context["rows"]) == 3 + more


# What a version changes.


def test_changes_since_the_version_it_was_begun_from_are_shown_first(drafter, versions):
    base, version = versions
    later = start_version(base.program, purpose=Purpose.WORKING, based_on=version, at=FROZEN)
    reword(unit(later, "§ 1"), text="Zupełnie inaczej.")
    response = drafter.get(page("changes", later))
    assert response.context["base"] == version
    assert "inaczej" in response.context["changes"]
    older = drafter.get(page("changes", later), {"base": base.number})
    assert (older.context["base"], "Inna" in older.context["changes"]) == (base, True)


@pytest.mark.parametrize(("asked", "status"), [("9", 404), ("1", 200), ("x", 404), ("9" * 30, 404), ("", 200)])
def test_only_versions_of_the_program_are_compared(drafter, versions, asked, status):
    _base, version = versions
    assert drafter.get(page("changes", version), {"base": asked}).status_code == status


def test_the_first_version_of_a_program_changes_nothing(drafter):
    response = drafter.get(page("changes", draft()))
    assert (response.status_code, response.context["changes"]) == (200, "")
