"""Follows every link of the portal as one visitor, asks for every address that its patterns can make, and reads all of it."""

import re
import zipfile
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from itertools import product
from urllib.parse import urldefrag, urljoin, urlsplit

from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation
from pypdf import PdfReader

from consultations.models import Announcement, Consultation, Document, Topic, Voice
from meetings.models import Meeting, WorkingGroup
from programs.models import Attachment, DraftVersion, Program

# What the demonstration alone shows; what ends a session; at the desk, what only asks whether to delete.
LEFT_OUT = re.compile(r"^(/en)?/(demonstracja/|static/|konto/logout|admin/(logout|jsi18n)|admin/.*/(delete|history)/$)")
LINK = re.compile(r"""(?:href|src|action)=["']([^"'>]+)""")
LINKING = ("text/html", "application/atom+xml", "text/calendar")
ELSEWHERE = ("mailto:", "tel:", "data:", "javascript:", "webcal:")


@dataclass
class Crawl:
    client: Client
    # Enough of each page to see every choice of a filter once, not every combination of choices.
    queries: int = 12
    said: dict[str, str] = field(default_factory=dict)  # by each address, also where there is no such page
    statuses: dict[str, int] = field(default_factory=dict)
    _queries: Counter[str] = field(default_factory=Counter)
    _seen: set[str] = field(default_factory=set)

    def follow(self, addresses: Iterable[str], *, under: str = "") -> None:
        """From these addresses on; with `under`, only what is below it."""
        ahead = deque(addresses)
        while ahead:
            address = ahead.popleft()
            if address in self._seen or not self._is_wanted(address, under):
                continue
            self._seen.add(address)
            ahead.extend(self._visit(address))

    @property
    def read(self) -> set[str]:
        return {address for address, status in self.statuses.items() if status == 200}

    def with_secrets(self, secrets: dict[str, str]) -> dict[str, list[str]]:
        """By the name of each secret that was found: where."""
        found: dict[str, list[str]] = {}
        for address, said in self.said.items():
            for name, word in secrets.items():
                if word in said:
                    found.setdefault(name, []).append(address)
        return found

    def _is_wanted(self, address: str, under: str) -> bool:
        parts = urlsplit(address)
        if parts.netloc or LEFT_OUT.match(parts.path) or not parts.path.startswith(under or "/"):
            return False
        if parts.query:
            self._queries[parts.path] += 1
            return self._queries[parts.path] <= self.queries
        return True

    def _visit(self, address: str) -> Iterator[str]:
        response = self.client.get(address)
        self.statuses[address] = response.status_code
        content = _content(response)
        headers = " ".join(f"{name}: {value}" for name, value in response.items())
        self.said[address] = normalized(f"{headers} {read(content)}")
        if response.status_code >= 400:
            return
        if location := response.get("Location"):
            yield own(location, address)
        if response.get("Content-Type", "").split(";")[0] in LINKING:
            text = content.decode()
            links = [*map(unescape, LINK.findall(text)), *re.findall(rf"{re.escape(settings.PUBLIC_URL)}[^\s\"'<>]*", text)]
            yield from (own(link, address) for link in links if not link.startswith(ELSEWHERE))


def own(link: str, page: str) -> str:
    """Without the part behind #, and without the name of the portal."""
    address = urldefrag(urljoin(page, link)).url
    return address.removeprefix(settings.PUBLIC_URL).removeprefix("http://testserver") or "/"


def normalized(said: str) -> str:
    """As secrets are written: no break of a line, no hyphen of a syllable hides a word."""
    return re.sub(r"[\s\u00ad\u200b\u00a0-]+", "", said).lower()


def read(content: bytes) -> str:
    """Whatever a person could read of it, in any program, and the bytes as they are."""
    raw = content.decode("utf-8", "replace")
    if content.startswith(b"%PDF"):
        # What a test puts up as a document is none.
        return raw if len(content) < 200 else f"{raw} {_pdf(content)}"
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(BytesIO(content)) as packed:
            inner = [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
        return " ".join([*inner, *(re.sub(r"<[^>]*>", "", text) for text in inner)])
    return f"{raw} {unescape(re.sub(r'<[^>]*>', '', raw))}"


def _pdf(content: bytes) -> str:
    reader = PdfReader(BytesIO(content))
    attached = [data.decode("utf-8", "replace") for files in reader.attachments.values() for data in files]
    return " ".join([*(page.extract_text() for page in reader.pages), str(reader.metadata), *attached])


def _content(response: HttpResponseBase) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


# --- Addresses that the patterns can make ---------------------------------------------------------


def possible(language: str) -> list[str]:
    """Each pattern of the public portal with everything that stands in the rows, whether anybody links to it or not."""
    with translation.override(language):
        return sorted({address for name, arguments in _named() for address in _made(name, arguments)})


def _named() -> Iterator[tuple[str, list[str]]]:
    for space in ("desk", "consultations", "programs", "meetings"):
        patterns = get_resolver().namespace_dict[space][1]
        for pattern in _patterns(patterns):
            if pattern.name:
                yield f"{space}:{pattern.name}", list(pattern.pattern.converters)


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from _patterns(pattern)
        else:
            yield pattern


def _made(name: str, arguments: list[str]) -> Iterator[str]:
    for values in product(*(_values(name, argument) for argument in arguments)):
        try:
            yield reverse(name, kwargs=dict(zip(arguments, values, strict=True)))
        except NoReverseMatch:
            continue


def _values(name: str, argument: str) -> list[object]:
    space = name.split(":")[0]
    if argument == "slug":
        owner = {"programs": Program, "meetings": Meeting}.get(space, Consultation)
        announcements = name in ("consultations:announcement", "consultations:announcement_pdf")
        return list((Announcement if announcements else owner).objects.values_list("slug", flat=True))
    if argument in ("number", "old", "new", "which"):
        numbered = DraftVersion if space == "programs" else Voice
        return sorted(set(numbered.objects.values_list("number", flat=True)))
    if argument == "pk":
        rows = {"programs": [Attachment], "meetings": [WorkingGroup]}.get(space, [Document, Topic])
        return [pk for model in rows for pk in model.objects.values_list("pk", flat=True)]
    if argument == "name":
        return sorted({document.file_name for document in Document.objects.all()})
    # Whoever guesses a token gets nothing.
    return ["guessed"]
