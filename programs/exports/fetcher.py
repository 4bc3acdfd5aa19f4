"""What a document may load: its own fonts, style and mark, by name. Imports the PDF engine and no Django; see press.py."""

from pathlib import Path

from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

HERE = Path(__file__).resolve().parent
FONTS = HERE.parent.parent / "static" / "fonts"

# The only addresses that exist for a document.
ASSETS: dict[str, tuple[Path, str]] = {
    "app:latin-400": (FONTS / "lato-latin-400-normal.woff2", "font/woff2"),
    "app:latin-700": (FONTS / "lato-latin-700-normal.woff2", "font/woff2"),
    "app:latin-ext-400": (FONTS / "lato-latin-ext-400-normal.woff2", "font/woff2"),
    "app:latin-ext-700": (FONTS / "lato-latin-ext-700-normal.woff2", "font/woff2"),
    "app:style": (HERE / "pdf.css", "text/css"),
    "app:mark": (HERE / "mark.svg", "image/svg+xml"),
    "app:draft": (HERE / "draft.svg", "image/svg+xml"),
}


class OwnAssetsOnly(URLFetcher):  # type: ignore[misc]  # the engine has no types
    """Reads no file and no network address, whoever names one: the text, a style sheet, an attachment, an SVG."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("app",), allow_redirects=False)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        if url in ASSETS:
            path, content_type = ASSETS[url]
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": content_type})
        if url.startswith("app:"):
            # A slip of ours: better no document than one without its fonts.
            raise FatalURLFetchingError(f"{url} is not among the assets of a document")
        raise ValueError(f"A document may not load {url}")
