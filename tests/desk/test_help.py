"""Help in context: each page of the desk leads to the job of the handbook that it is for."""

import re

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, resolve, reverse
from lxml import html

from desk.handbook.chapters import chapters
from desk.handbook.places import PLACES, help_address
from tests.desk.walker import plain
from tests.factories.voices import coordinator

pytestmark = pytest.mark.django_db

# What has an address under /admin/ and shows no header: files, frames, what scripts ask for, ways in and out.
NO_PAGES = {
    *("login", "logout", "autocomplete", "jsi18n", "view_on_site"),
    *("meetings_meeting_lists", "programs_file", "consultations_scan", "consultations_returned", "accounts_contacts_returned"),
    *("accounts_letter_html", "accounts_lettertext_html", "accounts_lettertext_typed"),
    *("consultations_publish_letter", "consultations_report_preview"),
}
MODELS = {f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry}
OF_A_MODEL = re.compile(f"({'|'.join(MODELS)})_(changelist|add|change|delete|history)")


def names(patterns: list[URLPattern | URLResolver]) -> set[str]:
    found = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif pattern.name:
            found.add(pattern.name)
    return found


def test_each_kind_of_row_and_each_page_of_our_own_has_a_place():
    own = {name for name in names(admin.site.get_urls()) if not OF_A_MODEL.fullmatch(name)}
    lacking = (MODELS | own) - NO_PAGES - set(PLACES)
    assert not lacking, f"Say in desk/handbook/places.py where the handbook tells of {sorted(lacking)}."


def test_the_table_names_nothing_that_is_not_there():
    assert set(PLACES) - MODELS - names(admin.site.get_urls()) == set()


@pytest.mark.parametrize("place", sorted(set(PLACES.values())))
def test_each_place_is_there(place):
    chapter, _sign, anchor = place.partition("#")
    assert anchor in {section.anchor for section in chapters("pl")[chapter].sections}


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("/admin/", "biurko/#od-czego-zaczac-dzien"),
        ("/admin/consultations/stage/", "terminy/#jak-przesunac-termin"),
        ("/admin/consultations/stage/add/", "nowy-rok/#jak-dodac-konsultacje-krok-po-kroku"),
        ("/admin/consultations/stage/7/change/", "terminy/#jak-przesunac-termin"),
        ("/admin/consultations/voice/7/cut/", "odpowiedzi/#jak-odpowiedziec-na-pismo-ktore-mowi-kilka-rzeczy"),
        ("/admin/nothing/", ""),
    ],
)
def test_a_page_leads_to_its_place(address, place):
    assert help_address(resolve(address)) == f"/pomoc/{place}"


def test_a_page_that_nobody_resolved_leads_to_the_whole_handbook():
    assert help_address(RequestFactory().get("/admin/").resolver_match) == "/pomoc/"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("admin:index", "biurko/#od-czego-zaczac-dzien"),
        ("admin:consultations_stage_changelist", "terminy/#jak-przesunac-termin"),
        ("admin:desk_blueprint", "nowy-rok/#jak-przygotowac-konsultacje-na-nowy-rok"),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_header_of_the_desk_holds_the_way(client, name, place, prefix):
    client.force_login(coordinator())
    page = html.fromstring(client.get(f"{prefix}{reverse(name)}").content.decode())
    (link,) = page.xpath("//*[@id='user-tools']/a[@target='_blank']")
    assert link.get("href") == f"{prefix}/pomoc/{place}"
    assert plain(link.text_content()).endswith(")")
