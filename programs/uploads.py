"""Which files the office may put up, told by their ending and by the bytes they begin with. Imports no model."""

from pathlib import PurePosixPath

from django.core.files import File
from django.utils.translation import gettext_lazy as _

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


class FileIsEmpty(Exception):
    in_words = _("This file is empty. Choose another one.")


class FileIsOfNoUse(Exception):
    in_words = _(
        "Such a file cannot be put up. Choose a PDF, a document, a spreadsheet, a picture or a plain text; "
        "its name has to say truly what it is."
    )


def check_file(file: File[bytes]) -> None:
    """Raises FileIsEmpty, FileIsOfNoUse."""
    if not file.size:
        raise FileIsEmpty
    beginning = file.open().read(16)
    file.seek(0)
    if not is_of_its_kind(str(file.name), beginning):
        raise FileIsOfNoUse
