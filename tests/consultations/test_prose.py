"""Plain text of an announcement as HTML: paragraphs, lists, links, and nothing that was typed as markup."""

import re
from html.parser import HTMLParser

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from consultations.templatetags.prose import to_html

HERE = "https://wspolnie.example.org"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, tuple(name for name, _value in attrs)))


def tags(html: str) -> list[tuple[str, tuple[str, ...]]]:
    parser = Tags()
    parser.feed(html)
    return parser.seen


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("Jeden.", "<p>Jeden.</p>"),
        ("Jeden.\n\nDrugi.", "<p>Jeden.</p>\n<p>Drugi.</p>"),
        ("Jeden.\r\n\r\n\r\nDrugi.", "<p>Jeden.</p>\n<p>Drugi.</p>"),
        ("Wiersz\ni następny", "<p>Wiersz<br>i\u00a0następny</p>"),
        ("- pierwszy\n- drugi", "<ul><li>pierwszy</li><li>drugi</li></ul>"),
        ("Lista:\n- pierwszy\n- drugi\nKoniec.", "<p>Lista:</p>\n<ul><li>pierwszy</li><li>drugi</li></ul>\n<p>Koniec.</p>"),
        ("-bez spacji", "<p>-bez spacji</p>"),
        (
            "Zobacz https://bip.example.org/a?b=1&c=2.",
            '<p>Zobacz <a href="https://bip.example.org/a?b=1&amp;c=2">bip.example.org/a?b=1&amp;c=2</a>.</p>',
        ),
        (
            "/konsultacje/2022/",
            f'<p><a href="{HERE}/konsultacje/2022/">wspolnie.example.org/konsultacje/2022</a></p>',
        ),
        # A path inside a sentence may be anything ("i/lub"), and two slashes are another site.
        ("tak /lub/ nie", "<p>tak /lub/ nie</p>"),
        ("//example.org/", "<p>//example.org/</p>"),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ("- https://example.org/", '<ul><li><a href="https://example.org/">example.org</a></li></ul>'),
    ],
)
def test_text_becomes(text, html):
    assert to_html(text, HERE) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "- <b onclick=x>a</b>",
        'https://example.org/"onmouseover="alert(1)',
        "https://example.org/<script>",
        "a & b < c",
    ],
)
def test_markup_is_shown_as_it_was_typed(text):
    html = to_html(text, HERE)
    assert {tag for tag, _attributes in tags(html)} <= {"p", "ul", "li", "a", "br"}
    assert all(attributes == (("href",) if tag == "a" else ()) for tag, attributes in tags(html))


@given(st.text(alphabet=st.sampled_from("ab <>\"'&/:-.\nhtps=źÓ"), max_size=80))
def test_whatever_is_typed_makes_only_our_tags_and_loses_no_letter(text):
    html = to_html(text, HERE)
    assert all(tag in {"p", "ul", "li", "br"} or (tag, attributes) == ("a", ("href",)) for tag, attributes in tags(html))
    shown = re.sub(r"<[^>]*>", "", html)
    assert "ź" * text.count("ź") == "".join(letter for letter in shown if letter == "ź")


def test_the_filter_does_not_escape_twice():
    html = Template("{% load prose %}{{ text|prose }}").render(Context({"text": "Ala & kot"}))
    assert html == "<p>Ala &amp; kot</p>"
