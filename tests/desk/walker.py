"""The desk as a browser without JavaScript walks through it: links by their words, forms with what stands in them."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from django.http import HttpResponse
from django.test import Client
from lxml import html

EMPTY_ROW = "__prefix__"


def plain(words: str) -> str:
    """As people read it: spaces are spaces, whatever keeps a line together."""
    return " ".join(words.replace("\u00a0", " ").replace("\u00ad", "").replace("\u2060", "").split())


@dataclass
class Page:
    client: Client
    url: str
    response: HttpResponse

    @property
    def tree(self) -> html.HtmlElement:
        return html.fromstring(self.response.content.decode(), base_url=self.url)

    @property
    def words(self) -> str:
        return plain(self.tree.text_content())

    @property
    def refusals(self) -> str:
        found = self.tree.xpath("//*[contains(@class, 'errorlist') or contains(@class, 'errornote') or @class='error']")
        return plain(" ".join(one.text_content() for one in found))

    @property
    def said(self) -> str:
        return plain(" ".join(one.text_content() for one in self.tree.xpath("//*[contains(@class, 'messagelist')]")))

    def follow(self, words: str, *, within: str = "//body", nth: int = 0) -> "Page":
        links = [one for one in self.tree.xpath(f"{within}//a[@href]") if plain(one.text_content()) == words]
        assert links, f"{self.url} has no link “{words}”"
        return visit(self.client, urljoin(self.url, links[nth].get("href")))

    def press(self, button: str, *, rows: int = 0, **typed: object) -> "Page":
        """The form of that button with its own values but for what is typed; `rows`: so many empty rows were added."""
        xpath = f"//input[@type='submit' and @value='{button}'] | //button[normalize-space()='{button}']"
        (pressed,) = self.tree.xpath(xpath)[:1] or [None]
        assert pressed is not None, f"{self.url} has no button “{button}”"
        form = next(one for one in pressed.iterancestors() if one.tag == "form")
        values: dict[str, object] = {}
        texts = {one.name for one in form.iter("textarea")}
        for name, value in form.form_values():
            if EMPTY_ROW not in name:
                # HTML drops the line break that a text area begins with.
                values.setdefault(name, []).append(value.removeprefix("\n") if name in texts else value)  # type: ignore[attr-defined]
        if rows:
            _add_rows(form, values, rows)
        unknown = {name for name in typed if name not in values and not form.xpath(f".//*[@name='{name}']")} - _added(values)
        assert not unknown, f"{self.url} asks for no {unknown}"
        values |= typed
        if pressed.get("name"):
            values[pressed.get("name")] = pressed.get("value") or ""
        where = urljoin(self.url, form.get("action") or "")
        return _landed(self.client, where, self.client.post(where, values, follow=True))


def _add_rows(form: html.HtmlElement, values: dict[str, object], rows: int) -> None:
    """What the link “add another” does: the empty row, with the next number."""
    names = {
        one.get("name"): one.value if one.tag != "textarea" else "" for one in form.xpath(f".//*[contains(@name, '{EMPTY_ROW}')]")
    }
    prefix = next(iter(names)).split("-")[0]
    first = int(values[f"{prefix}-TOTAL_FORMS"][0])  # type: ignore[index]
    for number in range(first, first + rows):
        values |= {name.replace(EMPTY_ROW, str(number)): value or "" for name, value in names.items()}
    values[f"{prefix}-TOTAL_FORMS"] = first + rows


def _added(values: dict[str, object]) -> set[str]:
    return {name for name in values if re.search(r"-\d+-", name)}


def _landed(client: Client, url: str, response: HttpResponse) -> Page:
    assert response.status_code == 200, f"{url} answers {response.status_code}"
    redirects = getattr(response, "redirect_chain", [])
    return Page(client, urljoin(url, redirects[-1][0]) if redirects else url, response)


def visit(client: Client, url: str) -> Page:
    return _landed(client, url, client.get(url, follow=True))
