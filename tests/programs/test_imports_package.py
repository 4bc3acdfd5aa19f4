from io import BytesIO
from zipfile import ZIP_BZIP2, ZipFile

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.imports import package
from programs.imports.reader import read
from programs.imports.refusals import Reason, Unreadable
from programs.imports.warning_codes import WarningCode
from tests.programs.office.reading import lines, read_docx
from tests.programs.office.word import MAIN, OF_DOCUMENT, R, W, document, docx, p, packed, relation, relationships, t, tbl

TEXT = docx(p("§ 1. Cel."))
MB = 2**20


def refusal(data: bytes) -> Reason:
    with pytest.raises(Unreadable) as refused:
        read(data, tracked="accept")
    assert refused.value.in_words
    return refused.value.reason


def test_a_file_that_word_writes_is_read():
    assert lines(read(TEXT, tracked="stop")) == ["§ 1: Cel."]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
ODT = packed({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"})


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", Reason.NOT_WORD, id="nothing"),
        pytest.param("<html><body>§ 1. Cel.</body></html>".encode(), Reason.NOT_WORD, id="html"),
        pytest.param(b"{\\rtf1 Cel.}", Reason.NOT_WORD, id="rtf"),
        pytest.param(b"%PDF-1.7\n", Reason.PDF, id="pdf"),
        pytest.param(OLE, Reason.OLD_WORD, id="doc"),
        pytest.param(OLE + "EncryptedPackage".encode("utf-16-le"), Reason.ENCRYPTED, id="password"),
        pytest.param(ODT, Reason.OPEN_DOCUMENT, id="odt"),
        pytest.param(packed({"hello.txt": "hello"}), Reason.NOT_WORD, id="zip"),
        pytest.param(
            packed({"_rels/.rels": relationships(relation("officeDocument", "xl/workbook.xml"))}), Reason.NOT_WORD, id="xlsx"
        ),
        pytest.param(packed({"_rels/.rels": MAIN, "word/document.xml": "<workbook/>"}), Reason.NOT_WORD, id="other-root"),
        pytest.param(b"PK\x03\x04", Reason.BROKEN, id="stub"),
        pytest.param(TEXT[: len(TEXT) // 2], Reason.BROKEN, id="half"),
    ],
)
def test_what_is_no_word_file_is_named_for_what_it_is(data, reason):
    assert refusal(data) == reason


def test_the_document_is_found_by_its_relation_whatever_its_name():
    parts = {
        "_rels/.rels": relationships(relation("officeDocument", "/word/Document2.xml")),
        "word/document2.xml": document(p("§ 1. Cel.")),
        "word/_rels/document2.xml.rels": relationships(*OF_DOCUMENT),
    }
    assert lines(read(packed(parts), tracked="stop")) == ["§ 1: Cel."]


def test_the_strict_variant_of_the_standard_is_read():
    strict = document(p("§ 1. Cel.")).replace(W, "http://purl.oclc.org/ooxml/wordprocessingml/main")
    main = MAIN.replace(R, "http://purl.oclc.org/ooxml/officeDocument/relationships")
    assert lines(read(packed({"_rels/.rels": main, "word/document.xml": strict}), tracked="stop")) == ["§ 1: Cel."]


def test_a_file_of_ten_megabytes_is_read_and_one_larger_is_not(monkeypatch):
    monkeypatch.setattr(package, "MAX_BYTES", len(TEXT))
    assert lines(read(TEXT, tracked="stop")) == ["§ 1: Cel."]
    monkeypatch.setattr(package, "MAX_BYTES", len(TEXT) - 1)
    assert refusal(TEXT) == Reason.TOO_LARGE


def test_the_limits_are_those_that_people_are_told():
    assert (package.MAX_BYTES, package.MAX_UNPACKED, package.MAX_ENTRIES) == (10 * MB, 100 * MB, 2_000)


def test_two_thousand_parts_are_read_and_one_more_is_not():
    parts = {"_rels/.rels": MAIN, "word/document.xml": document(p("§ 1. Cel."))}
    pictures = {f"word/media/{number}.png": b"" for number in range(2_000 - len(parts))}
    assert lines(read(packed({**parts, **pictures}), tracked="stop")) == ["§ 1: Cel."]
    assert refusal(packed({**parts, **pictures, "one/more.png": b""})) == Reason.TOO_MANY_PARTS


def test_a_zip_bomb_is_refused_by_what_it_says_of_itself():
    bomb = docx(p("§ 1. Cel."), parts={f"word/media/{number}.bin": bytes(26 * MB) for number in range(4)})
    assert len(bomb) < MB
    assert refusal(bomb) == Reason.UNPACKS_TOO_LARGE


def test_a_bomb_in_the_document_itself_is_refused():
    assert refusal(docx(p("§ 1. Cel."), "<!--" + " " * 21 * MB + "-->")) == Reason.UNPACKS_TOO_LARGE


def test_a_zip_bomb_that_lies_about_its_size_is_refused():
    name = b"word/document.xml"
    content = document(p("§ 1. Cel.") + " " * 30 * MB).encode()
    honest = packed({"_rels/.rels": MAIN, name.decode(): content})
    size, lie = len(content).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    assert honest.count(size) == 2
    assert refusal(honest.replace(size, lie)) == Reason.BROKEN


def test_parts_that_together_unpack_beyond_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(package, "MAX_UNPACKED", 3_000)
    opened = package.Package(TEXT)
    opened._unpacked = 2_990
    with pytest.raises(Unreadable) as refused:
        opened.main()
    assert refused.value.reason == Reason.UNPACKS_TOO_LARGE


def test_an_unusual_compression_is_not_opened():
    file = BytesIO()
    with ZipFile(file, "w", ZIP_BZIP2) as archive:
        archive.writestr("_rels/.rels", MAIN)
        archive.writestr("word/document.xml", document(p("§ 1. Cel.")))
    assert refusal(file.getvalue()) == Reason.BROKEN


def test_a_zip_with_a_password_is_refused():
    # The flag alone: the standard library writes no such zip.
    with ZipFile(BytesIO(TEXT)) as archive:
        first = archive.infolist()[0]
    at = TEXT.index(b"PK\x01\x02") + 8
    assert TEXT[at : at + 2] == first.flag_bits.to_bytes(2, "little")
    assert refusal(TEXT[:at] + (first.flag_bits | 1).to_bytes(2, "little") + TEXT[at + 2 :]) == Reason.ENCRYPTED


SECRET = '<!DOCTYPE w:document [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE w:document [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;">]>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("doctype", "entity"), [(SECRET, "secret"), (LAUGHS, "c")])
@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels"])
def test_a_document_type_is_refused_wherever_it_stands(part, doctype, entity, encoding):
    xml = f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<w:document xmlns:w="{W}">&{entity};</w:document>'
    assert refusal(docx(p("§ 1. Cel."), parts={part: xml.encode(encoding)})) == Reason.HAS_DTD


def test_an_entity_that_nobody_defined_is_a_broken_file():
    assert refusal(docx(p("§ 1. Cel.").replace("Cel", "&secret;"))) == Reason.BROKEN


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml", "word/numbering.xml", "_rels/.rels"])
def test_a_part_that_is_no_xml_is_a_broken_file(part):
    assert refusal(docx(p("§ 1. Cel."), parts={part: "<w:document"})) == Reason.BROKEN


@pytest.mark.parametrize(
    "relations",
    [
        relation("attachedTemplate", "https://example.org/template.dotm", "External"),
        relation("image", "file:///etc/hostname", "External"),
        relation("aFChunk", "http://example.org/chunk.html", "External"),
    ],
)
def test_what_lies_outside_the_file_is_told_of_and_not_opened(relations):
    text = read_docx(p("§ 1. Cel."), parts={"word/_rels/settings.xml.rels": relationships(relations)})
    assert lines(text) == ["§ 1: Cel."]
    assert text.warnings == [WarningCode.EXTERNAL]


def test_a_document_or_a_style_sheet_outside_the_file_is_not_opened():
    outside = relationships(relation("officeDocument", "file:///etc/hostname", "External"))
    assert refusal(packed({"_rels/.rels": outside})) == Reason.NOT_WORD
    styles = relationships(relation("styles", "http://example.org/styles.xml", "External"))
    assert lines(read_docx(p("§ 1. Cel."), parts={"word/_rels/document.xml.rels": styles})) == ["§ 1: Cel."]


def test_a_path_out_of_the_zip_leads_nowhere():
    up = relationships(relation("officeDocument", "../../../../etc/hostname"))
    assert refusal(packed({"_rels/.rels": up})) == Reason.NOT_WORD


def test_an_ordinary_link_is_no_part_outside_the_file():
    text = read_docx(p("§ 1. Cel."), relations=(relation("hyperlink", "https://bip.example.org", "External"),))
    assert text.warnings == []


def nested(levels: int, inner: str) -> str:
    return "<w:tbl><w:tr><w:tc>" * levels + inner + "</w:tc></w:tr></w:tbl>" * levels


def controls(levels: int, inner: str) -> str:
    return "<w:sdt><w:sdtContent>" * levels + inner + "</w:sdtContent></w:sdt>" * levels


@pytest.mark.parametrize("levels", [50, 5_000])
@pytest.mark.parametrize("wrap", [nested, controls])
def test_nesting_without_end_is_refused(levels, wrap):
    assert refusal(docx(wrap(levels, p("§ 1. Cel.")))) == Reason.TOO_DEEP


def test_one_piece_of_text_without_end_is_refused():
    assert refusal(docx(p("§ 1. Cel."), f"<w:p><w:r><w:t>{'Ą' * 6 * MB}</w:t></w:r></w:p>")) == Reason.UNPACKS_TOO_LARGE


def test_tables_in_tables_are_read_to_a_depth_that_no_office_reaches():
    assert lines(read_docx(p("§ 1. Cel."), nested(30, p("komórka")))) == ["§ 1: Cel.\nkomórka"]
    assert refusal(docx(p("§ 1. Cel."), nested(33, p("komórka")))) == Reason.TOO_DEEP


def test_ten_thousand_paragraphs_are_read_and_one_more_is_not():
    paragraphs = [p("§ 1."), *[p("1) punkt;")] * 9_999]
    assert len(read_docx(*paragraphs).rows) == 10_000
    assert refusal(docx(*paragraphs, p())) == Reason.TOO_LONG


def test_rows_of_tables_count_as_paragraphs_do():
    rows = "<w:tr><w:tc><w:p/></w:tc><w:tc><w:p/></w:tc></w:tr>"
    assert len(read_docx(p("§ 1. Cel."), f"<w:tbl>{rows * 9_999}</w:tbl>").rows) == 1
    assert refusal(docx(p("§ 1. Cel."), f"<w:tbl>{rows * 10_000}</w:tbl>")) == Reason.TOO_LONG


def test_a_unit_of_twenty_thousand_characters_is_read_and_one_longer_is_named():
    longest = "Ą" * 20_000
    assert len(read_docx(p(f"§ 1. {longest}")).rows[0].text) == 20_000
    with pytest.raises(Unreadable) as refused:
        read_docx(p(f"§ 1. {longest}Ą"))
    assert (refused.value.reason, refused.value.place) == (Reason.UNIT_TOO_LONG, "§ 1")
    assert "§ 1" in refused.value.in_words


def test_paragraphs_that_together_make_a_unit_too_long_are_refused():
    half = "Ą" * 10_000
    assert len(read_docx(p(f"§ 1. {half[:-1]}"), p(half)).rows[0].text) == 20_000
    assert refusal(docx(p(f"§ 1. {half}"), p(half))) == Reason.UNIT_TOO_LONG


def test_a_cell_has_the_limit_of_a_unit():
    assert read_docx(p("§ 1."), tbl(["Ą" * 20_000, "x"])).rows[1].cells[0][1] == "x"
    assert refusal(docx(p("§ 1."), tbl(["Ą" * 20_001, "x"]))) == Reason.UNIT_TOO_LONG


@pytest.mark.parametrize("body", ["", p(), p(" ") + nested(1, p()), "<w:tbl/>"])
def test_a_file_without_words_is_refused(body):
    assert refusal(docx(body)) == Reason.NO_TEXT


def test_a_text_without_numbers_is_refused():
    assert refusal(docx(p("Szanowni Państwo,"), p("zapraszamy."))) == Reason.NO_UNITS


@settings(max_examples=300)
@given(st.binary(max_size=400))
def test_any_bytes_are_refused_in_words(data):
    for start in (b"", b"PK\x03\x04", b"PK\x05\x06"):
        assert refusal(start + data) in Reason


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_in_words(data):
    damaged = bytearray(python_docx())
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(len(damaged) - 3_000, len(damaged))) :]
    _read_or_refused(bytes(damaged))


TAGS = (
    *("p", "pPr", "r", "rPr", "t", "tbl", "tr", "tc", "sdt", "sdtContent", "ins", "del", "delText", "fldChar", "hyperlink"),
    *("trPr", "tcPr", "cellIns", "cellDel", "pPrChange", "rPrChange", "moveFrom", "moveTo", "drawing", "txbxContent", "br"),
    *("numPr", "numId", "ilvl", "pStyle", "vanish", "gridSpan", "vMerge", "sym", "bookmarkStart", "outlineLvl"),
)
VALUES = st.sampled_from(["", "0", "1", "-1", "99999999999999999999", "begin", "end", "Heading1", "ą", "F0B7"])


def _elements(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda tag, value, inner: f'<w:{tag} w:val="{value}" w:fldCharType="{value}" w:char="{value}">{"".join(inner)}</w:{tag}>',
        st.sampled_from(TAGS),
        VALUES,
        st.lists(children, max_size=4),
    )


@settings(max_examples=300)
@given(
    st.lists(st.recursive(st.sampled_from([t("§ 1. Cel"), p("1) x"), "tekst"]), _elements, max_leaves=25), max_size=6),
    st.sampled_from(["stop", "accept", "reject"]),
)
def test_elements_in_any_order_are_read_or_refused_in_words(body, tracked):
    _read_or_refused(docx(*body), tracked)


def _read_or_refused(data: bytes, tracked="accept") -> None:
    try:
        assert read(data, tracked=tracked).rows
    except Unreadable as refused:
        assert refused.in_words  # noqa: PT017 - either may happen


_MADE: list[bytes] = []


def python_docx() -> bytes:
    if not _MADE:
        file = BytesIO()
        made = Document()
        made.add_heading("Rozdział 1", 1)
        made.add_paragraph("§ 1. Cel.")
        made.add_paragraph("punkt", "List Number")
        made.save(file)
        _MADE.append(file.getvalue())
    return _MADE[0]
