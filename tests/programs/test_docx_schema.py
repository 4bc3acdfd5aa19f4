"""What Word demands of a file and others forgive: it calls a file damaged for one element out of order."""

import posixpath
from collections import Counter
from io import BytesIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from lxml import etree

from programs.actions import UnitDraft
from programs.numbering import Unit
from tests.programs.test_docx import EVERYTHING
from tests.programs.texts import par, pkt
from tests.programs.word_files import W, file_of, redline_of, texts

# The order of ECMA-376 part 1 (transitional), of the elements that we write.
ORDER = {
    "abstractNum": "nsid multiLevelType lvl",
    "lvl": "start numFmt pStyle suff lvlText lvlJc pPr rPr",
    "p": "pPr *",
    "pPr": ("pStyle keepNext keepLines pageBreakBefore numPr pBdr tabs suppressAutoHyphens spacing ind jc outlineLvl rPr sectPr"),
    "numPr": "ilvl numId",
    "rPr": "ins del rFonts b bCs noProof color sz szCs lang",
    "r": "rPr *",
    "sectPr": "headerReference footerReference pgSz pgMar",
    "settings": (
        "zoom defaultTabStop autoHyphenation hyphenationZone doNotHyphenateCaps characterSpacingControl compat themeFontLang "
        "decimalSymbol listSeparator"
    ),
    "style": "name basedOn next uiPriority semiHidden qFormat pPr rPr tblPr",
    "tbl": "tblPr tblGrid tr",
    "tblPr": "tblStyle tblW tblInd tblBorders tblLayout tblCellMar tblLook tblCaption",
    "tc": "tcPr p",
    "tr": "trPr tc",
    "trPr": "cantSplit tblHeader ins del",
    "body": "* sectPr",
}


def the_other_text():
    """What came, went, moved and became another kind of unit, of each kind."""
    cited, table = uuid4(), uuid4()
    kept, gone = par("Zostaje, ale inaczej."), UnitDraft(Unit.TABLE, cells=[["a", "b"]])
    old = texts(kept, *EVERYTHING[:3], par("Ginie:", gone), names={id(kept): cited, id(gone): table})
    other = UnitDraft(Unit.TABLE, heading="Inna", cells=[["a"], ["c"]])
    now = par("Zostaje, choć zmienione.", heading="Nowy tytuł")
    new = texts(*EVERYTHING[3:], now, par("Nowe:", pkt(f"{{ref:{cited}}}"), other), names={id(now): cited, id(other): table})
    return old, new


@pytest.fixture(params=["version", "proof", "redline"])
def content(request) -> bytes:
    if request.param == "redline":
        return redline_of(*the_other_text())
    return file_of(texts(*EVERYTHING), frozen=request.param == "version")


def parts(content: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def elements(content: bytes):
    return [each for name, part in parts(content).items() if name.endswith(".xml") for each in etree.fromstring(part).iter()]


def test_what_stands_in_an_element_stands_in_order(content):
    met = Counter()
    for element in elements(content):
        name = element.tag.removeprefix(W)
        if name in ORDER:
            order = ORDER[name].split()
            inside = [child.tag.removeprefix(W) for child in element]
            places = [order.index(child if child in order else "*") for child in inside]
            assert places == sorted(places), (name, inside)
            met[name] += 1
    assert set(ORDER) == set(met)


def test_numbers_of_changes_and_bookmarks_and_names_are_never_given_twice(content):
    marked = [each for each in elements(content) if each.tag in {W + name for name in ("ins", "del", "bookmarkStart")}]
    assert marked
    assert max(Counter(each.get(f"{W}id") for each in marked).values()) == 1
    assert max(Counter(each.get(f"{W}name") for each in marked if each.get(f"{W}name")).values()) == 1


def test_each_link_leads_to_a_bookmark(content):
    names = {each.get(f"{W}name") for each in elements(content)}
    anchors = {each.get(f"{W}anchor") for each in elements(content) if each.tag == f"{W}hyperlink"}
    assert anchors <= names


def test_each_row_has_a_cell_for_every_column_and_each_cell_a_paragraph(content):
    tables = [each for each in elements(content) if each.tag == f"{W}tbl"]
    assert tables
    for table in tables:
        columns = len(table.findall(f"{W}tblGrid/{W}gridCol"))
        assert [len(row.findall(f"{W}tc")) for row in table.iter(f"{W}tr")] == [columns] * len(table.findall(f"{W}tr"))
        assert all(cell.find(f"{W}p") is not None for cell in table.iter(f"{W}tc"))
        # Word joins two tables that nothing parts.
        assert table.getnext().tag == f"{W}p"


def test_each_style_and_list_that_is_named_is_there(content):
    found = elements(content)
    styles = {each.get(f"{W}styleId") for each in found if each.tag == f"{W}style"}
    lists = {each.get(f"{W}numId") for each in found if each.tag == f"{W}num"}
    named = {W + name: styles for name in ("pStyle", "tblStyle", "basedOn", "next")} | {f"{W}numId": lists | {"0"}}
    assert {each.get(f"{W}val") for each in found if each.tag in named and each.get(f"{W}val") not in named[each.tag]} == set()


def test_each_part_has_a_type_and_each_relation_a_part(content):
    files = parts(content)
    types = etree.fromstring(files.pop("[Content_Types].xml"))
    overridden = {each.get("PartName") for each in types if each.get("PartName")}
    assert overridden == {f"/{name}" for name in files if not name.endswith(".rels")}
    for name in [name for name in files if name.endswith(".rels")]:
        home = posixpath.dirname(posixpath.dirname(name))
        relations = etree.fromstring(files[name])
        assert {posixpath.join(home, each.get("Target")) for each in relations} <= set(files)
        assert not [each for each in relations if each.get("TargetMode")]
