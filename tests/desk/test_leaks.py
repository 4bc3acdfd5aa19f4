"""Nobody reads what is not theirs: the whole portal crawled as each kind of visitor, every file of it opened.

What an unpublished answer, a note, a contact, a late draft says stands nowhere in it; at the desk it does, so the crawl sees.
"""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.tokens import Purpose, sign
from consultations.models import Announcement, Topic, Voice
from programs.models import DraftVersion, FileFormat
from tests.desk.crawler import Crawl, possible
from tests.desk.planted import AT, SECRETS, World, plant, secret
from tests.factories import meetings
from tests.factories.voices import coordinator

pytestmark = pytest.mark.django_db

LANGUAGES = {"pl": "", "en": "/en"}
# Whoever runs a group knows who comes to it and what they need, and opens its room.
OF_THE_MODERATOR = {"guest_name", "guest_needs", "room_link", "moderator_mail"}


@pytest.fixture
def world(time_machine, monkeypatch) -> World:
    time_machine.move_to(AT, tick=False)
    monkeypatch.setattr(meetings, "PUBLISHED", AT)
    return plant()


def visitor(world: World, who: str) -> tuple[Client, list[str]]:
    """A browser, and where this visitor begins beside the first page."""
    client = Client()
    if who == "author":
        return client, [f"/l/{sign(Purpose.SUBMISSION, world.author.submission_id, at=AT)}/"]
    if who == "representative":
        client.force_login(world.representative)
        return client, ["/moje/", "/admin/"]
    if who == "moderator":
        client.force_login(world.moderator)
        runs = world.own_group.moderators.get(user=world.moderator)
        return client, [f"/l/{sign(Purpose.MODERATOR, runs.pk, at=AT)}/", "/moje/", "/admin/"]
    return client, []


def crawled(client: Client, begin: list[str]) -> Crawl:
    crawl = Crawl(client)
    for language, prefix in LANGUAGES.items():
        crawl.follow([f"{prefix}/", *(f"{prefix}{address}" for address in begin)])
        crawl.follow(possible(language))
    return crawl


@translation.override("pl")
def exists(world: World) -> set[str]:
    """Addresses of what the public may read, one by one."""
    found = {"/", "/konsultacje/", "/aktualnosci/", "/aktualnosci/atom.xml", "/kalendarz.ics", "/programy/"}
    found |= {voice.get_absolute_url() for voice in Voice.objects.released(AT)}
    found |= {f"/aktualnosci/{news.slug}{end}" for news in Announcement.objects.all() for end in ("/", ".pdf")}
    for made in (world.over, world.open):
        found |= {
            f"/konsultacje/{made.slug}/{end}"
            for end in ("", "propozycje/", "uwagi/", "tematy/", "kto-wzial-udzial/", "kalendarz.ics")
        }
        found |= {reverse("consultations:topic", args=[made.slug, topic.pk]) for topic in Topic.objects.filter(consultation=made)}
    ends = ("raport/", "raport.pdf", "raport.docx", "uwagi.xlsx", "uwagi.csv", "uwagi.json")
    found |= {f"/konsultacje/{world.over.slug}/{end}" for end in ends}
    for version in DraftVersion.objects.public().select_related("program"):
        found |= {
            f"/programy/{version.program.slug}/wersje/{version.number}{end}" for end in ("/", *(f".{f}" for f in FileFormat))
        }
    found |= {f"/programy/{world.over.slug}/zmiany/1-2{end}" for end in ("/", ".pdf", ".docx")}
    return found | {f"/spotkania/{world.meeting.slug}/{end}" for end in ("", "kalendarz.ics", "plakat.pdf", "zapisy/")}


def secrets_of(world: World) -> dict[str, str]:
    return {**SECRETS, "scan_name": world.scan}


def test_nobody_reads_in_the_portal_what_is_not_theirs(world):
    allowed = {"anonymous": set(), "author": set(), "representative": set(), "moderator": OF_THE_MODERATOR}
    for who, theirs in allowed.items():
        crawl = crawled(*visitor(world, who))
        found = crawl.with_secrets(secrets_of(world))
        assert {name: where[:3] for name, where in found.items() if name not in theirs} == {}, who
        # No page breaks, nothing is left to be made, and what exists was read.
        assert {address: status for address, status in crawl.statuses.items() if status >= 500} == {}, who
        for prefix in LANGUAGES.values():
            missed = {f"{prefix}{address}" for address in exists(world)} - crawl.read
            assert missed == set(), who


def test_searching_finds_no_word_that_may_not_be_read(world):
    client = Client()

    def voices_found(words: str) -> tuple[set[str], ...]:
        lists = [f"/konsultacje/{made.slug}/{kind}/" for made in (world.over, world.open) for kind in ("propozycje", "uwagi")]
        pages = [client.get(address, {"q": words}).content.decode() for address in lists]
        return tuple(set(re.findall(r"/(?:propozycje|uwagi)/\d+/", page)) for page in pages)

    nothing = voices_found("qxnothingxq")
    assert {name: found for name in SECRETS if (found := voices_found(secret(name))) != nothing} == {}
    # The control: words that may be read are found.
    assert voices_found("drugie")[2] != nothing[2]


def test_the_desk_shows_the_coordinator_what_nobody_else_reads(world):
    """The control: a crawl that finds nothing there would find nothing anywhere."""
    client = Client()
    client.force_login(coordinator())
    # Lists that are narrowed show nothing more.
    crawl = Crawl(client, queries=0)
    crawl.follow(["/admin/"], under="/admin/")
    found = crawl.with_secrets(secrets_of(world))
    # Somebody's draft is behind an address that nobody can guess; the day stands in the language of the desk.
    assert SECRETS.keys() - found.keys() - {"due_day_in_english", "due_day"} == {"kept_draft"}
    assert "scan_name" not in found
