"""Polish first, English complete: every sentence is translated, and what is compiled is what was translated."""

import ast

import polib
import pytest
from django.conf import settings

LOCALE = settings.LOCALE_PATHS[0]


@pytest.mark.parametrize("language", ["pl", "en"])
def test_every_sentence_is_translated(language):
    catalog = polib.pofile(LOCALE / language / "LC_MESSAGES" / "django.po")
    assert [entry.msgid for entry in catalog if not entry.translated() or entry.fuzzy] == []
    assert len(catalog) > 100


@pytest.mark.parametrize("language", ["pl", "en"])
def test_the_compiled_file_is_the_translated_one(language):
    folder = LOCALE / language / "LC_MESSAGES"
    translated = {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in polib.pofile(folder / "django.po")}
    compiled = {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in polib.mofile(folder / "django.mo")}
    assert compiled == translated


def test_no_sentence_hides_in_an_f_string_where_extraction_does_not_look():
    hidden = []
    for app in ("accounts", "config", "consultations", "desk", "meetings", "programs"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            found = ast.walk(ast.parse(path.read_text()))
            calls = (inner for node in found if isinstance(node, ast.JoinedStr) for inner in ast.walk(node))
            names = (call.func.id for call in calls if isinstance(call, ast.Call) and isinstance(call.func, ast.Name))
            hidden += [f"{path.name}: {name}" for name in names if name == "_" or "gettext" in name]
    assert hidden == []
