"""The zip that a Word file is: opened within limits, its parts parsed without entities, DTD or network.

Nothing that a part points to outside the file is ever followed; `has_external_parts` tells that there is such a thing.
"""

import posixpath
import zlib
from io import BytesIO
from struct import error as struct_error
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile

from lxml import etree

from programs.imports.ooxml import STRICT_NAMES, Element, w
from programs.imports.refusals import Reason, Unreadable

_MB: Final = 2**20
MAX_BYTES, MAX_UNPACKED = 10 * _MB, 100 * _MB
# Of one part: a tree takes sixteen times the memory of its source, and the longest of texts has 5 MB.
MAX_XML = 20 * _MB
MAX_ENTRIES = 2_000
MAX_DEPTH = 100  # elements in elements; a table in a table in a table stands 15 deep

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_ENTRY: Final = b"PK\x01\x02"
_BROKEN: Final = (
    *(BadZipFile, zlib.error, struct_error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, KeyError),
)


class Package:
    """Raises Unreadable, also from its methods."""

    def __init__(self, data: bytes) -> None:
        _refuse_other_formats(data)
        try:
            self._zip = ZipFile(BytesIO(data))
        except _BROKEN as error:
            raise Unreadable(Reason.BROKEN) from error
        self._entries = {entry.filename.lower(): entry for entry in self._zip.infolist()}
        if sum(entry.file_size for entry in self._zip.infolist()) > MAX_UNPACKED:
            raise Unreadable(Reason.UNPACKS_TOO_LARGE)
        if any(entry.flag_bits & 1 for entry in self._entries.values()):
            raise Unreadable(Reason.ENCRYPTED)
        if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in self._entries.values()):
            raise Unreadable(Reason.BROKEN)
        if "content.xml" in self._entries and "mimetype" in self._entries:
            raise Unreadable(Reason.OPEN_DOCUMENT)
        self._unpacked = 0

    def xml(self, name: str | None) -> Element | None:
        """The root of a part; None when there is no such part."""
        data = self._read(name) if name else None
        if data is None:
            return None
        if b"<!DOCTYPE" in data:
            raise Unreadable(Reason.HAS_DTD)
        for strict, usual in STRICT_NAMES.items():
            data = data.replace(strict, usual)
        return _parse(data)

    def main(self) -> tuple[str, Element]:
        """The name and the root of the document itself."""
        name = self.related("officeDocument")
        root = self.xml(name)
        if name is None or root is None or root.tag != w("document"):
            raise Unreadable(Reason.NOT_WORD)
        return name, root

    def related(self, kind: str, to: str = "") -> str | None:
        """The name of the part that is `kind` ("styles") of the part `to`, or of the whole file."""
        folder, name = posixpath.split(to)
        for relation in self._relations(posixpath.join(folder, "_rels", f"{name}.rels")):
            if relation.get("Type", "").endswith(f"/{kind}") and relation.get("TargetMode") != "External":
                return posixpath.normpath(posixpath.join("/", folder, relation.get("Target", ""))).lstrip("/")
        return None

    def has_external_parts(self) -> bool:
        """Whether a picture, a template or any other part but a link lies outside the file."""
        return any(
            relation.get("TargetMode") == "External" and not relation.get("Type", "").endswith("/hyperlink")
            for name in self._entries
            if name.endswith(".rels")
            for relation in self._relations(name)
        )

    def _relations(self, name: str) -> list[Element]:
        root = self.xml(name)
        return [] if root is None else [relation for relation in root if relation.tag.endswith("}Relationship")]

    def _read(self, name: str) -> bytes | None:
        entry = self._entries.get(name.lower())
        if entry is None:
            return None
        if entry.file_size > MAX_XML:
            raise Unreadable(Reason.UNPACKS_TOO_LARGE)
        try:
            with self._zip.open(entry) as part:
                # What the entry says of its size is a claim: count what comes out.
                data = part.read(MAX_XML + 1)
        except _BROKEN as error:
            raise Unreadable(Reason.BROKEN) from error
        self._unpacked += len(data)
        if len(data) > MAX_XML or self._unpacked > MAX_UNPACKED:
            raise Unreadable(Reason.UNPACKS_TOO_LARGE)
        return data


def _refuse_other_formats(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise Unreadable(Reason.TOO_LARGE)
    if data.startswith(_OLE):
        raise Unreadable(Reason.ENCRYPTED if _ENCRYPTED in data else Reason.OLD_WORD)
    if data.startswith(b"%PDF"):
        raise Unreadable(Reason.PDF)
    if not data.startswith(b"PK"):
        raise Unreadable(Reason.NOT_WORD)
    # Counted before the zip is opened: its list of entries alone could fill the memory.
    if data.count(_ENTRY) > MAX_ENTRIES:
        raise Unreadable(Reason.TOO_MANY_PARTS)


def _parse(data: bytes) -> Element:
    events = etree.iterparse(
        BytesIO(data),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = 0
    try:
        for event, _element in events:
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise Unreadable(Reason.TOO_DEEP)
    except etree.XMLSyntaxError as error:
        raise Unreadable(_limit(error) or Reason.BROKEN) from error
    # In an encoding that hides the word from the search above it is still found here.
    if events.root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(Reason.HAS_DTD)
    return events.root


def _limit(error: etree.XMLSyntaxError) -> Reason | None:
    """Which limit of the parser itself was met."""
    if error.code != etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return None
    return Reason.TOO_DEEP if "depth" in error.msg else Reason.UNPACKS_TOO_LARGE
