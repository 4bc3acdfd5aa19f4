"""Which files the office may put up, told by their ending and by the bytes they begin with. Imports no model."""

from pathlib import PurePosixPath

_ZIP, _OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0",)
# Ending: how such a file begins; empty for plain text, which may begin in any way.
KINDS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF",),
    **dict.fromkeys(("docx", "xlsx", "pptx", "odt", "ods", "odp"), _ZIP),
    **dict.fromkeys(("doc", "xls", "ppt"), _OLE),
    "rtf": (b"{\\rtf",),
    "png": (b"\x89PNG",),
    **dict.fromkeys(("jpg", "jpeg"), (b"\xff\xd8\xff",)),
    **dict.fromkeys(("txt", "csv"), (b"",)),
}


def is_of_its_kind(name: str, beginning: bytes) -> bool:
    """Whether a file is of a kind that people can open, and is what its name says."""
    ending = PurePosixPath(name).suffix.removeprefix(".").lower()
    return beginning.startswith(KINDS.get(ending, ()))
