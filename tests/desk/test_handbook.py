"""The handbook as pages: whole, in order, with no link and no picture that leads nowhere."""

import re
from itertools import pairwise
from urllib.parse import urldefrag, urljoin

import pytest
from django.utils import translation
from lxml import html

from desk.handbook.chapters import FOLDER, chapters, pictures
from tests.desk.walker import plain

pytestmark = pytest.mark.django_db

SLUGS = list(chapters("pl"))
INDEX = "/pomoc/"
ALL = [INDEX, *(f"{INDEX}{slug}/" for slug in SLUGS)]
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<address>[^)]+)\)")


def tree(client, address: str) -> html.HtmlElement:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return html.fromstring(answer.content.decode())


def words(node: html.HtmlElement) -> str:
    return plain(node.text_content())


def test_each_file_is_a_chapter_at_its_own_name():
    assert [f"{number:02}-{slug}.md" for number, slug in enumerate(SLUGS, 1)] == sorted(p.name for p in FOLDER.glob("*.md"))


@pytest.mark.parametrize("address", ALL)
def test_one_title_and_no_level_of_heads_left_out(client, address):
    page = tree(client, address)
    levels = [int(head.tag[1]) for head in page.xpath("//h1|//h2|//h3|//h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels))
    assert len(page.xpath("//@id")) == len(set(page.xpath("//@id")))


@pytest.mark.parametrize("language", ["", "/en"])
def test_every_link_leads_to_a_place_that_is_there(client, language):
    pages = {f"{language}{address}": tree(client, f"{language}{address}") for address in ALL}
    astray = []
    for address, page in pages.items():
        for link in page.xpath("//main//a/@href"):
            there, anchor = urldefrag(urljoin(address, link))
            if there.startswith(f"{language}/pomoc/obrazki/"):
                assert client.get(there)["Content-Type"] == "image/png"
            elif there not in pages or (anchor and not pages[there].xpath(f"//*[@id='{anchor}']")):
                astray.append(f"{address}: {link}")
    assert astray == []


def test_the_contents_name_every_chapter_and_every_job(client):
    page = tree(client, INDEX)
    titles = [words(link) for link in page.xpath("//ol[@class='chapters']/li/h2/a")]
    assert titles == [plain(one.title) for one in chapters("pl").values()]
    assert len(page.xpath("//ol[@class='chapters']/li/ul/li/a")) == sum(len(one.sections) for one in chapters("pl").values()) > 40


def test_one_chapter_leads_to_the_next_and_back(client):
    seen, address = [], f"{INDEX}{SLUGS[0]}/"
    assert not tree(client, address).xpath("//a[@rel='prev']")
    while address:
        seen.append(address)
        address = "".join(tree(client, address).xpath("//a[@rel='next']/@href"))
        if address:
            assert tree(client, address).xpath("//a[@rel='prev']/@href") == [seen[-1]]
    assert seen == ALL[1:]


def test_the_contents_beside_a_chapter_say_where_one_is(client):
    page = tree(client, f"{INDEX}terminy/")
    assert page.xpath("//nav[@class='toc']//a[@aria-current='page']/@href") == [f"{INDEX}terminy/"]
    assert len(page.xpath("//nav[@class='toc']/details/ol/li")) == len(SLUGS)
    assert "#jak-przesunac-termin" in page.xpath("//nav[@class='toc']//ol//ol//a/@href")


def test_english_pages_say_that_the_handbook_is_polish(client):
    note = "The handbook is in Polish."
    for address in ALL[:2]:
        page = tree(client, f"/en{address}")
        assert note in words(page)
        assert page.get("lang") == "en"
    assert page.xpath("//article/@lang") == page.xpath("//h1/@lang") == ["pl"]
    with translation.override("pl"):
        assert translation.gettext(note) not in words(tree(client, INDEX))


@pytest.mark.parametrize("address", ALL[:2])
def test_a_page_costs_one_query_and_is_kept_by_caches(client, django_assert_num_queries, address):
    client.get(address)
    with django_assert_num_queries(1):
        answer = client.get(address)
    assert "public" in answer["Cache-Control"]
    with django_assert_num_queries(1):
        assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_files_are_rendered_once():
    assert chapters("pl") is chapters("pl")
    assert chapters("pl")["spotkanie"] is chapters("pl")["spotkanie"]


def test_lines_are_typeset_as_everywhere():
    assert "w\u00a0wierszu" in chapters("pl")["spotkanie"].html


def test_there_is_no_other_chapter(client):
    assert client.get(f"{INDEX}04-terminy/").status_code == 404
    assert client.get(f"{INDEX}obrazki/").status_code == 404


# --- Pictures ---------------------------------------------------------------------------------------


def shown() -> list[tuple[str, str]]:
    return [(one["address"], one["alt"]) for path in sorted(FOLDER.glob("*.md")) for one in PICTURE.finditer(path.read_text())]


def test_each_picture_is_shown_and_each_that_is_shown_is_there():
    assert sorted(address for address, _alt in shown()) == [f"pictures/{name}" for name in pictures()]


def test_each_picture_has_its_words_beside_it():
    kept = FOLDER / "pictures"
    assert {path.name for path in kept.iterdir()} == {
        f"{path.stem}{end}" for path in kept.glob("*.png") for end in (".png", ".txt")
    }


def test_pictures_are_light():
    assert sum(len(picture.content) for picture in pictures().values()) < 1_000_000


def test_each_picture_says_in_words_what_it_shows():
    assert [address for address, alt in shown() if len(alt) < 30] == []


ELSEWHERE = [
    "../01-logowanie.md",
    "..%2F01-logowanie.md",
    "%2e%2e/01-logowanie.md",
    "%252e%252e%252f01-logowanie.md",
    "/etc/passwd",
]


@pytest.mark.parametrize("name", [*ELSEWHERE, "nie-ma.png"])
def test_nothing_but_the_pictures_has_an_address(client, name):
    assert client.get(f"{INDEX}obrazki/{name}").status_code == 404
