"""A person's data at the desk: who may look, what is on record of it, what is refused; and the lists of what was erased."""

import pytest
import time_machine
from django.test import Client
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.forgetting import sign_of
from accounts.models import AuditEntry, Erasure, RetentionRun, User, What
from accounts.roles import Role
from desk.privacy.export import MayNotExport, look_up
from desk.privacy.person import RunsAGroup, WorksAtTheDesk
from desk.privacy.retention import retain
from meetings import actions
from meetings.models import Registration, Sector
from tests.desk.test_erasing import EMAIL, LATER, NAME, planted, traces
from tests.desk.walker import visit
from tests.factories import meetings, voices
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db
PAGE = "/admin/accounts/person/"
LISTS = ("/admin/accounts/erasure/", "/admin/accounts/retentionrun/")
SAID = {"act": "erase", "reason": "Wniosek z 24 lipca, okazano dowód.", "sure": "on"}


@pytest.fixture
def now():
    with time_machine.travel(LATER, tick=False):
        yield LATER


def signed_in(by: User) -> Client:
    client = Client()
    client.force_login(by)
    return client


def told(what: What) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(what=what).order_by("pk"))


def test_it_is_for_whoever_keeps_the_directory(now):
    planted()
    for role in (Role.DRAFTER, Role.AUDITOR):
        by = person("", role)
        assert signed_in(by).get(PAGE).status_code == 403
        assert signed_in(by).post(PAGE, {"email": EMAIL}).status_code == 403
        with pytest.raises(MayNotExport):
            look_up(EMAIL, by=by, at=now)
    assert signed_in(person("ktos@example.org")).get(PAGE).status_code in (302, 403)
    assert signed_in(voices.coordinator()).get(PAGE).status_code == 200
    assert told(What.LOOKED_UP) == []


def test_a_look_is_on_record_and_shown_to_the_next_who_looks(now):
    planted()
    by = voices.coordinator()
    page = visit(signed_in(by), "/admin/accounts/user/").follow(_("A person's data"))
    assert told(What.LOOKED_UP) == []  # opening the page looks at nobody
    found = page.press(_("Look up"), email=f" {EMAIL.upper()} ")
    assert _("What there is of %(email)s") % {"email": EMAIL} in found.words
    assert _("Who has looked before") not in found.words
    (entry,) = told(What.LOOKED_UP)
    assert (entry.actor, entry.at, entry.after["address"]) == (by, now, sign_of(EMAIL))
    again = visit(signed_in(by), PAGE).press(_("Look up"), email=EMAIL)
    assert f"{by} {What.LOOKED_UP.label}" in again.words
    assert _("Who has looked before") not in visit(signed_in(by), PAGE).press(_("Look up"), email="inna@example.org").words


def test_the_address_is_exact(now):
    planted()
    client = signed_in(voices.coordinator())
    for email in (EMAIL[1:], f"x{EMAIL}", f"{EMAIL}.pl"):
        found = visit(client, PAGE).press(_("Look up"), email=email)
        assert not found.tree.xpath("//*[@aria-labelledby='found']//table"), email
        assert _("Erase for good") not in found.words
    wrong = visit(client, PAGE).press(_("Look up"), email="zaneta")
    assert wrong.refusals
    assert 'value="zaneta"' in wrong.response.content.decode()


def test_a_copy_is_downloaded_and_on_record(now):
    planted()
    by = voices.coordinator()
    answer = signed_in(by).post(PAGE, {"email": EMAIL, "act": "export"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dane-2027-07-24.zip"'
    assert "no-store" in answer.headers["Cache-Control"]
    assert [entry.actor for entry in told(What.EXPORTED)] == [by]


def test_erasing_asks_for_a_reason_and_keeps_what_was_typed(now):
    planted()
    found = visit(signed_in(voices.coordinator()), PAGE).press(_("Look up"), email=EMAIL)
    refused = found.press(_("Erase for good"), reason="Wniosek z 24 lipca.")
    assert refused.refusals
    assert 'value="Wniosek z 24 lipca."' in refused.response.content.decode()
    assert found.press(_("Erase for good"), sure="on").refusals
    assert Registration.objects.filter(email=EMAIL).exists()
    assert told(What.ERASED) == []


def test_erasing_forgets_and_is_on_record(now, django_capture_on_commit_callbacks):
    planted()
    by = voices.coordinator()
    Registration.objects.update(present_at=meetings.STARTS)
    with django_capture_on_commit_callbacks(execute=True):
        page = (
            visit(signed_in(by), PAGE)
            .press(_("Look up"), email=EMAIL)
            .press(_("Erase for good"), reason=SAID["reason"], sure="on")
        )
    assert page.url.endswith("/admin/accounts/erasure/")
    assert SAID["reason"] in page.words
    assert traces() == []
    erasure = Erasure.objects.get()
    assert (erasure.by, erasure.reason) == (by, SAID["reason"])
    (entry,) = told(What.ERASED)
    assert (entry.actor, entry.object_pk) == (by, str(erasure.pk))
    assert "address" not in entry.after
    later = visit(signed_in(by), PAGE).press(_("Look up"), email=EMAIL)
    assert date_format(LATER) in later.words


def test_what_is_refused_is_said_and_nothing_is_lost(now):
    client = signed_in(voices.coordinator())
    person("urzad@example.org", Role.DRAFTER)
    refused = client.post(PAGE, {"email": "urzad@example.org", **SAID}).content.decode()
    assert str(WorksAtTheDesk.in_words) in refused
    assert SAID["reason"] in refused
    group = meetings.meeting(starts_at=LATER + meetings.DAY, ends_at=LATER + 2 * meetings.DAY).groups.first()
    actions.set_moderator(group, sector=Sector.NGO, name=NAME, email=EMAIL, at=LATER)
    assert str(RunsAGroup.in_words) in client.post(PAGE, {"email": EMAIL, **SAID}).content.decode()
    assert not Erasure.objects.exists()
    assert client.post(PAGE, {"email": "nikt@example.org", **SAID}, follow=True).status_code == 200
    assert not Erasure.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_looking_asks_a_fixed_number_of_questions(now, django_assert_num_queries, rows):
    planted()
    client = signed_in(voices.coordinator())
    for _look in range(rows):
        client.post(PAGE, {"email": EMAIL})
    with django_assert_num_queries(36):
        client.post(PAGE, {"email": EMAIL})


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize("rows", [1, 3])
def test_what_was_erased_is_read_by_whoever_reads_everything(now, django_assert_num_queries, address, rows):
    for number in range(rows):
        Erasure.objects.create(
            address_hash=f"{number}", at=now, by=voices.coordinator(), reason="Wniosek.", went={"accounts.User": 1}
        )
        retain(at=now)
    client = signed_in(person("", Role.AUDITOR))
    with django_assert_num_queries(8):
        page = client.get(address)
    assert page.status_code == 200
    assert client.get(f"{address}add/").status_code == 403
    row = (Erasure if "erasure" in address else RetentionRun).objects.first()
    assert client.post(f"{address}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Erasure.objects.count() == RetentionRun.objects.count() == rows
    assert signed_in(person("ktos@example.org")).get(address).status_code in (302, 403)
