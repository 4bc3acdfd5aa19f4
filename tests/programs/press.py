"""A press for tests of files: quick, and it does on the way what the test says."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from programs.child import ChildCancelled
from programs.exports import docx, pdf, plain
from programs.models import DraftVersion

Progress = Callable[[int], None]
Cancelled = Callable[[], bool]


class Press:
    """Stands for the exporters: prints the words of a version, and is told what to do on the way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.printed: list[str] = []
        self.on_the_way: Callable[[], object] = lambda: None
        monkeypatch.setattr(plain, "version_text", self.text)
        for what in ("version", "redline"):
            monkeypatch.setattr(pdf, f"{what}_pdf", self.pdf)
            monkeypatch.setattr(docx, f"{what}_docx", self.docx)

    def pdf(self, *versions: DraftVersion, progress: Progress, cancelled: Cancelled, **moment: datetime) -> pdf.RenderedPdf:
        return pdf.RenderedPdf(self._print("pdf", versions, progress, cancelled), 3)

    def docx(self, *versions: DraftVersion, progress: Progress, cancelled: Cancelled) -> bytes:
        return self._print("docx", versions, progress, cancelled)

    def text(self, version: DraftVersion) -> bytes:
        return self._print("txt", [version], lambda percent: None, lambda: False)

    def _print(self, file_format: str, versions: Sequence[DraftVersion], progress: Progress, cancelled: Cancelled) -> bytes:
        self.printed.append(file_format)
        progress(40)
        self.on_the_way()
        if cancelled():
            raise ChildCancelled
        words = [text.text for version in versions for text in version.texts.in_reading_order()]
        return f"{file_format} {[version.is_frozen for version in versions]} {words}".encode()
