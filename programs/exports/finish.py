"""What the PDF engine leaves undone of PDF/UA-1, done to its finished file, and what an archive asks for.

The engine ties cells to their headers by names that it lists nowhere, so header cells get a scope instead. It makes a
table of each page's part of a table, tags what stands in the margins without giving it a place in the text, and knows
no groups in a list of terms. And it makes one standard at a time: PDF/A-2a is added here.
"""

import re
from collections.abc import Iterator
from functools import partial
from importlib.resources import files
from io import BytesIO

import pikepdf
from pikepdf import Dictionary, Name, Object

# As the engine writes it at the head of every piece of text.
_TAGGED = re.compile(rb"/\w+\n<</MCID (\d+)>>\nBDC")
_ARTIFACT = b"/Artifact\n<</Type /Pagination>>\nBDC"

_COLORS = files("weasyprint.pdf") / "sRGB2014.icc"
_PRINT = 4  # the flag of an annotation
# An archive admits only properties that it knows or that the file describes, as here pdfuaid:part.
_CLAIM = b"""
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" pdfaid:part="2" pdfaid:conformance="A"/>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>The part of ISO 14289 that the file keeps to</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>"""


def finish(pdf: bytes) -> bytes:
    """A file of the engine, made as PDF/UA-1, that keeps to it and to PDF/A-2a. The same file gives the same bytes."""
    made = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        root = document.Root.StructTreeRoot
        _join_tables(root)
        in_text = set()
        for element in _elements(root):
            in_text.add(element.objgen)
            if _kind(element) in (Name.TH, Name.TD):
                _scope(element)
            elif _kind(element) == Name.L:
                _group_terms(element)
        _take_margins_out(document, in_text)
        _make_lasting(document)
        document.save(made, deterministic_id=True, fix_metadata_version=False)
    return made.getvalue()


def _elements(of: Object) -> Iterator[Object]:
    """What stands in an element of the structure, at any depth, in reading order."""
    for kid in of.K:
        if isinstance(kid, Dictionary) and Name.S in kid:
            yield kid
            yield from _elements(kid)


def _kind(element: Object) -> object:
    return element.S


def _join_tables(root: Object) -> None:
    """What of a table stands on the next page goes to its first part; the head that is repeated there goes out of the text."""
    parts: list[Object] = []  # of the table with which the text ends so far
    for element in list(_elements(root)):
        if _kind(element) == Name.Table:
            if parts and _goes_on(parts, element):
                for rows in element.K:
                    if _kind(rows) != Name.THead:
                        parts[0].K.append(rows)
                        rows.P = parts[0]
                _drop(element)
                parts.append(element)
            else:
                parts = [element]
        elif any(isinstance(kid, int) for kid in element.K) and not _stands_in(parts, element):
            parts = []


def _goes_on(parts: list[Object], table: Object) -> bool:
    """The engine does not say so: on a new page, without a caption, right after a table with as many columns."""
    is_named = any(_kind(part) == Name.Caption for part in table.K)
    columns, as_many = (next((len(row.K) for row in _elements(each) if _kind(row) == Name.TR), 0) for each in (parts[0], table))
    return not is_named and columns == as_many and table.Pg.objgen != parts[-1].Pg.objgen


def _stands_in(tables: list[Object], element: Object) -> bool:
    numbers = {table.objgen for table in tables}
    while element.objgen not in numbers and Name.P in element:
        element = element.P
    return element.objgen in numbers


def _drop(element: Object) -> None:
    """Take an element out, and what holds nothing else."""
    parent = element.P
    parent.K = pikepdf.Array([kid for kid in parent.K if isinstance(kid, int) or kid.objgen != element.objgen])
    if not len(parent.K):
        _drop(parent)


def _scope(cell: Object) -> None:
    if _kind(cell) == Name.TH:
        row = cell.P
        # A header alone in its row is one of all rows below it.
        heads_column = _kind(row.P) == Name.THead or len(row.K) == 1
        cell.A.Scope = Name.Column if heads_column else Name.Row
    for name, holder in ((Name.ID, cell), (Name.Headers, cell.A)):
        if name in holder:
            del holder[name]


def _group_terms(terms: Object) -> None:
    """A term with what it means becomes one item of the list."""
    for group in terms.K:
        if _kind(group) != Name.Div:
            continue
        group.S = Name.LI
        for place, item in enumerate(group.K):
            is_term = place == 0 and len(group.K) > 1
            item.S = Name.Lbl if is_term else Name.LBody
            for body in item.K:
                body.S = Name.Span if is_term else Name.Div


def _take_margins_out(document: pikepdf.Pdf, in_text: set[tuple[int, int]]) -> None:
    """What is tagged but stands nowhere in the text, as page numbers do, is an artifact."""
    numbered = list(document.Root.StructTreeRoot.ParentTree.Nums)
    owners = dict(zip(numbered[::2], numbered[1::2], strict=True))
    for page in document.pages:
        of_page = owners[page.StructParents]
        outside = {number for number, owner in enumerate(of_page) if owner.objgen not in in_text}
        for number in outside:
            of_page[number] = None
        page.Contents.write(_TAGGED.sub(partial(_as_artifact, outside), page.Contents.read_bytes()))


def _as_artifact(numbers: set[int], tagged: re.Match[bytes]) -> bytes:
    return _ARTIFACT if int(tagged[1]) in numbers else tagged[0]


def _make_lasting(document: pikepdf.Pdf) -> None:
    """What PDF/A-2a asks for beyond PDF/UA-1: colors that are told, and nothing that only the screen shows."""
    document.Root.OutputIntents = pikepdf.Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier="sRGB",
                Info="sRGB",
                DestOutputProfile=document.make_stream(_COLORS.read_bytes(), N=3),
            )
        ]
    )
    for page in document.pages:
        for annotation in page.get("/Annots", ()):
            annotation.F = _PRINT
    metadata = document.Root.Metadata
    metadata.write(metadata.read_bytes().replace(b"</rdf:RDF>", _CLAIM))
