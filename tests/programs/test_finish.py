"""Documents as the engine leaves them, and what the finish makes of them; how far it goes is seen in test_pdf.py."""

import re
from io import BytesIO
from xml.etree import ElementTree

import pikepdf
import pytest
import weasyprint
from pikepdf import Dictionary, Name

from programs.exports.finish import finish
from programs.exports.press import VARIANT, press

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"


def raw(html: str) -> bytes:
    html = f'<!doctype html><html lang="pl"><title>Próba</title><h1>Próba</h1>{html}'
    return weasyprint.HTML(string=html).write_pdf(pdf_variant=VARIANT)


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(BytesIO(content))


def finished(html: str) -> pikepdf.Pdf:
    return opened(finish(raw(html)))


def elements(of: Dictionary, kind: str = "") -> list[Dictionary]:
    found = []
    for kid in of.K:
        if isinstance(kid, Dictionary) and Name.S in kid:
            found += [kid] * (kind in ("", str(kid.S))) + elements(kid, kind)
    return found


def outline(of: Dictionary) -> list:
    """The structure as nested lists of tags, without the spans around each piece of text."""
    kids = [kid for kid in of.K if isinstance(kid, Dictionary) and Name.S in kid and str(kid.S) != "/Span"]
    return [str(kid.S)[1:] if not outline(kid) else [str(kid.S)[1:], *outline(kid)] for kid in kids]


def root(document: pikepdf.Pdf) -> Dictionary:
    return document.Root.StructTreeRoot


HEAD = '<thead><tr><th scope="col">Lp.</th><th scope="col">Kwota</th></tr></thead>'
TABLE = (
    f'<table>{HEAD}<tbody><tr><th scope="row">1</th><td>10</td></tr><tr><th scope="row">2</th><td>20</td></tr></tbody></table>'
)
LIST_TO_SIGN = f"""<table>{HEAD}<tbody><tr><td>1</td><td></td></tr>
<tr><th colspan="2" scope="colgroup">Bez zapisu</th></tr><tr><td>2</td><td></td></tr></tbody></table>"""


def test_a_header_of_a_column_and_one_of_a_row_say_so():
    document = finished(TABLE)
    assert [str(cell.A.Scope) for cell in elements(root(document), "/TH")] == ["/Column", "/Column", "/Row", "/Row"]


def test_a_header_across_all_columns_heads_what_is_below_it():
    document = finished(LIST_TO_SIGN)
    assert [(str(cell.A.Scope), int(cell.A.get("/ColSpan", 1))) for cell in elements(root(document), "/TH")] == [
        ("/Column", 1),
        ("/Column", 1),
        ("/Column", 2),
    ]


def test_no_cell_names_headers_that_no_list_names():
    """The engine gives names, but not the tree in which they would be looked up."""
    left = opened(raw(TABLE))
    assert Name.IDTree not in root(left)
    cells = [cell for kind in ("/TH", "/TD") for cell in elements(root(left), kind)]
    assert any(Name.ID in cell or Name.Headers in cell.A for cell in cells)
    document = finished(TABLE)
    cells = [cell for kind in ("/TH", "/TD") for cell in elements(root(document), kind)]
    assert len(cells) == 6
    assert not any(Name.ID in cell or Name.Headers in cell.A for cell in cells)


def long_table(rows: int) -> str:
    body = "".join(f'<tr><th scope="row">{row}</th><td>{row} zł</td></tr>' for row in range(1, rows + 1))
    return f"<section><div><table><caption>Środki</caption>{HEAD}<tbody>{body}</tbody></table></div></section><p>Koniec</p>"


def test_a_table_over_several_pages_is_one_table_with_one_head():
    left = opened(raw(long_table(150)))
    assert len(elements(root(left), "/Table")) == len(left.pages) > 2
    document = finished(long_table(150))
    (table,) = elements(root(document), "/Table")
    assert [str(part.S) for part in table.K] == ["/Caption", "/THead", *["/TBody"] * len(left.pages)]
    assert all(part.P.objgen == table.objgen for part in table.K)
    assert len(elements(table, "/TR")) == 151
    # What stood around the parts is gone with them.
    assert outline(root(document))[0][2:] == [["Sect", ["Div", outline(table.P)[0]]], "P"]


def test_the_repeated_heads_of_a_table_are_artifacts():
    document = finished(long_table(150))
    pages = len(document.pages)
    repeated = [page.Contents.read_bytes().count(b"/Artifact\n<</Type /Pagination>>\nBDC") for page in document.pages]
    assert repeated == [0] + [2] * (pages - 1)


def test_two_tables_stay_two():
    document = finished(f"<div>{TABLE}{TABLE}</div>")
    assert len(elements(root(document), "/Table")) == 2


def test_tables_without_header_cells_are_left_alone():
    bare = "<table><tr><td>1</td><td>2</td></tr></table>"
    assert outline(root(finished(bare * 2))) == outline(root(opened(raw(bare * 2))))


def test_a_list_of_terms_holds_items_each_with_its_term():
    terms = (
        "<dl><div><dt>Kiedy</dt><dd>Jutro</dd></div><div><dt>Kto</dt><dd>Anna</dd><dd>Jan</dd></div><div><dd>Sam</dd></div></dl>"
    )
    document = finished(terms)
    (found,) = elements(root(document), "/L")
    assert [["L", *outline(found)]] == [
        [
            "L",
            ["LI", "Lbl", ["LBody", "Div"]],
            ["LI", "Lbl", ["LBody", "Div"], ["LBody", "Div"]],
            ["LI", ["LBody", "Div"]],
        ]
    ]


def test_an_ordinary_list_is_left_alone():
    nested = "<ol><li>jeden<ol><li>dwa</li></ol></li><li>trzy</li></ol>"
    assert outline(root(finished(nested))) == outline(root(opened(raw(nested))))


RUNNING = """<style>@page { @top-left { content: element(head) } @bottom-right { content: counter(page) } }
.head { position: running(head) }</style><p class="head">Nagłówek</p><p>Treść</p><p style="break-before: page">Dalej</p>"""


def test_what_stands_in_the_margins_is_an_artifact_and_what_stands_in_the_text_is_not():
    document = finished(RUNNING)
    for page in document.pages:
        content = page.Contents.read_bytes()
        in_text = {int(number) for number in re.findall(rb"<</MCID (\d+)>>", content)}
        assert content.count(b"/Artifact\n<</Type /Pagination>>\nBDC") == 2
        owners = document.Root.StructTreeRoot.ParentTree.Nums[2 * int(page.StructParents) + 1]
        assert {number for number, owner in enumerate(owners) if owner is not None} == in_text
        assert len(owners) == len(in_text) + 2
    reachable = {element.objgen for element in elements(root(document))}
    assert {
        found.objgen for found in document.objects if isinstance(found, Dictionary) and Name.S in found and Name.P in found
    } == (reachable)


def test_the_file_claims_both_standards_in_one_well_formed_description():
    document = finished("")
    (rdf,) = ElementTree.fromstring(document.Root.Metadata.read_bytes()).findall(f"{RDF}RDF")  # noqa: S314 - written here
    claims = {}
    for description in rdf:
        claims |= description.attrib
    assert claims["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
    assert claims["{http://www.aiim.org/pdfa/ns/id/}part"] == "2"
    assert claims["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
    schemas = rdf.findall(".//{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")
    assert [schema.text for schema in schemas] == ["http://www.aiim.org/pdfua/ns/id/"]


def test_links_are_printed_and_say_where_they_lead():
    content, pages = press(
        '<html lang="pl"><title>Próba</title><h1>Próba</h1>'
        '<p><a href="#par-12">z § 12\n ust. 3</a> <a href="https://example.org/">BIP</a> <a href="#nigdzie">donikąd</a></p>'
        '<p id="par-12">Treść</p>'
    )
    document = opened(content)
    links = document.pages[0].Annots
    assert pages == 1
    assert [(int(link.F) & 4, str(link.Contents)) for link in links] == [(4, "z § 12 ust. 3"), (4, "https://example.org/")]


@pytest.mark.parametrize("html", ["", TABLE, long_table(150), RUNNING], ids=["empty", "table", "long table", "margins"])
def test_the_same_file_gives_the_same_bytes_without_a_date(html):
    left = raw(html)
    first = finish(left)
    assert finish(left) == first
    document = opened(first)
    assert document.check_pdf_syntax() == []
    assert not {"/CreationDate", "/ModDate"} & set(document.docinfo.keys())
    assert len(document.trailer.ID) == 2
