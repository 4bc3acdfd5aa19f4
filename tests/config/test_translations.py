"""Polish first, English complete: every sentence is translated, and what is compiled is what was translated."""

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
