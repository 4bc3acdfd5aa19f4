"""The logo of the office: judged by its content, written anew, and harmless at an address of its own."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from lxml import etree
from PIL import Image, PngImagePlugin

from accounts.models import Portal
from accounts.models.portal import forget
from accounts.roles import Role
from programs.actions.portal import LogoIsUnnamed, set_up
from programs.logo import LARGEST, LogoDoesMore, LogoIsNoPicture, LogoIsTooBig, logo_of
from tests.programs.test_portal import NOW, SAID, SHOWN, account

WORDS = "Herb gminy Żółwin"
HEAD = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"'


def drawing(inside: str = '<rect width="9" height="9"/>', of_root: str = "", before: str = "") -> bytes:
    return f"{before}{HEAD} {of_root}>{inside}</svg>".encode()


def raster(kind: str, size=(40, 20), **options) -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "#1f5f8b").save(written, kind, **options)
    return written.getvalue()


def with_a_note() -> bytes:
    note = PngImagePlugin.PngInfo()
    note.add_text("Author", "Jan Kowalski")
    return raster("PNG", pnginfo=note)


def test_a_raster_keeps_its_dots_and_nothing_else():
    tail = b"<script>alert(1)</script>"
    exif = Image.Exif()
    exif[0x9286] = "Jan Kowalski"
    for kind, content in (("PNG", with_a_note() + tail), ("JPEG", raster("JPEG", exif=exif, comment=b"Jan Kowalski") + tail)):
        logo = logo_of(content)
        assert logo.kind == f"image/{kind.lower()}"
        assert b"Kowalski" in content
        assert [said for said in (b"Kowalski", tail) if said in logo.content] == []
        with Image.open(BytesIO(logo.content)) as image:
            assert (image.format, image.size) == (kind, (40, 20))


def test_a_large_raster_becomes_small():
    with Image.open(BytesIO(logo_of(raster("PNG", (1440, 336))).content)) as image:
        assert image.size == (720, 168)


def test_how_large_a_file_may_be():
    wide = b"<desc>%s</desc>"
    room = LARGEST - len(drawing(wide.decode() % ""))
    assert logo_of(drawing(f"<desc>{'x' * room}</desc>")).kind == "image/svg+xml"
    with pytest.raises(LogoIsTooBig):
        logo_of(drawing(f"<desc>{'x' * (room + 1)}</desc>"))


def test_how_many_dots_it_may_have(monkeypatch):
    monkeypatch.setattr("programs.logo.MOST_PIXELS", 800)
    assert logo_of(raster("PNG", (40, 20)))
    with pytest.raises(LogoIsTooBig):
        logo_of(raster("PNG", (40, 21)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PNG",
        b"GIF89a",
        raster("GIF"),
        raster("PNG")[:60],
        raster("JPEG")[:200],
        b"<html/>",
        b"<svg/>",
        drawing()[:-3],
        b"%PDF-1.7",
    ],
)
def test_what_is_no_picture(content):
    with pytest.raises(LogoIsNoPicture):
        logo_of(content)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (drawing("<script>alert(1)</script>"), "<script>"),
        (drawing('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'), "<script>"),
        (drawing("<foreignObject/>"), "<foreignObject>"),
        (drawing('<image href="data:image/png;base64,AAAA"/>'), "<image>"),
        (drawing('<a href="#a"/>'), "<a>"),
        (drawing('<use href="#a"/>'), "<use>"),
        (drawing('<animate attributeName="href"/>'), "<animate>"),
        (drawing("<filter/>"), "<filter>"),
        (drawing(of_root='onload="alert(1)"'), 'onload="…"'),
        (drawing('<g ONCLICK="x()"/>'), 'ONCLICK="…"'),
        (drawing('<linearGradient xlink:href="https://example.org/#a"/>'), 'href="https://example.org/#a"'),
        (drawing('<linearGradient href="data:image/svg+xml,x"/>'), 'href="data:image/svg+xml,x"'),
        (drawing('<g fill="url(//example.org/a#b)"/>'), 'fill="…": url(//example.org/a#b)'),
        (drawing('<g fill="url( &quot;https://example.org&quot;)"/>'), 'fill="…": url( "https://example.org")'),
        (drawing('<g style="fill:\\75rl(x)"/>'), 'style="…": fill:\\75rl(x)'),
        (drawing("<style>@import 'https://example.org/a.css';</style>"), "<style>: @import 'https://example.org/a.css';"),
        (drawing("<style>g{fill:url(https://example.org)}</style>"), "<style>: g{fill:url(https://example.org)}"),
        (drawing('<g xml:base="https://example.org"/>'), 'base="…"'),
        (drawing("&a;", before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "encja XML"),
        (drawing("", before='<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), "encja XML"),
    ],
)
def test_a_drawing_that_does_more_is_refused_by_name(content, named):
    with pytest.raises(LogoDoesMore) as refused:
        logo_of(content)
    assert f": {named}. " in str(refused.value.in_words)


def test_a_drawing_of_a_drawing_program_is_kept_without_its_notes():
    before = (
        '<?xml version="1.0"?><?xml-stylesheet href="https://example.org/a.css"?><!-- Jan -->'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    inside = (
        '<metadata><r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<w xmlns="http://creativecommons.org/ns#"/></r:RDF></metadata>'
        '<i:view xmlns:i="http://www.inkscape.org/namespaces/inkscape" i:zoom="1"/><style>.a{fill:url(#b)}</style>'
        '<linearGradient id="b" xlink:href="#c"/><g data-name="Jan" class="a" fill="url(#b)"/>'
    )
    kept = etree.fromstring(logo_of(drawing(inside, before=before)).content)
    assert kept.getroottree().docinfo.doctype == ""
    assert [etree.QName(element).localname for element in kept.iter()] == ["svg", "style", "linearGradient", "g"]
    assert dict(kept[2].attrib) == {"class": "a", "fill": "url(#b)"}
    assert logo_of(etree.tostring(kept)).content == etree.tostring(kept)


def put(client, content: bytes | None = None, **changed):
    files = {"logo_file": SimpleUploadedFile("logo.pdf", content)} if content else {}
    data = {**SAID, **SHOWN, "accent": "", "picked": "#8f3a1f", "logo_words": WORDS, **changed, **files}
    return client.post(reverse("admin:accounts_portal_change", args=[1]), data)


@pytest.mark.django_db
def test_the_row_has_no_logo_without_words():
    with pytest.raises(IntegrityError), transaction.atomic():
        Portal.objects.create(pk=1, **SAID, logo_sum="1", changed_at=NOW)
    with pytest.raises(LogoIsUnnamed):
        set_up(Portal(pk=1, **SAID), by=account(Role.SUPERUSER), at=NOW, logo=raster("PNG"))
    Portal.objects.create(pk=1, **SAID, logo_sum="1", logo_words=WORDS, changed_at=NOW)


@pytest.mark.django_db
def test_the_desk_puts_it_up_replaces_it_and_takes_it_away(client):
    client.force_login(account(Role.COORDINATOR))
    assert "logo_words" in put(client, raster("PNG"), logo_words="").context["adminform"].form.errors
    assert "<script>" in put(client, drawing("<script/>")).context["adminform"].form.errors["logo_file"][0]
    assert not Portal.objects.exists()
    steps = [
        (raster("PNG"), {}, "image/png"),
        (None, {"phone": "1"}, "image/png"),
        (drawing(), {}, "image/svg+xml"),
        (None, {"logo_away": "on", "logo_words": ""}, ""),
    ]
    for content, changed, kind in steps:
        assert put(client, content, **changed).status_code == 302
        portal = Portal.objects.get()
        assert (portal.logo_kind, bool(portal.logo), bool(portal.logo_sum)) == (kind, bool(kind), bool(kind))


@pytest.mark.django_db
def test_public_pages_show_it_from_an_address_that_may_do_nothing(client, django_assert_num_queries):
    assert client.get(reverse("logo")).status_code == 404
    assert "/logo?" not in client.get(reverse("desk:home")).content.decode()
    set_up(Portal(pk=1, **SAID, logo_words=WORDS), by=account(Role.SUPERUSER), at=NOW, logo=drawing())
    forget()
    address = f"/logo?v={Portal.objects.get().edition}"
    assert f'<img src="{address}" alt="{WORDS}">' in client.get(reverse("desk:home")).content.decode()
    with django_assert_num_queries(1):
        served = client.get(address)
    assert served.content == logo_of(drawing()).content
    told = ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy", "Cache-Control")
    assert [served[header] for header in told] == [
        "image/svg+xml",
        "nosniff",
        "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        "public, immutable, max-age=31536000",
    ]
    assert client.get("/logo")["Cache-Control"] == "public, max-age=60"


@pytest.mark.django_db
def test_pages_do_not_carry_it_along():
    set_up(Portal(pk=1, **SAID, logo_words=WORDS), by=account(Role.SUPERUSER), at=NOW, logo=drawing())
    forget()
    assert Portal.current().get_deferred_fields() == {"logo"}
