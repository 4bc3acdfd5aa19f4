"""load_demo: three consultations by the verbs, true on the day it runs; run again it keeps what people typed."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.models import Letter, User
from accounts.roles import roles_of
from consultations import deadlines, reminders
from consultations.models import Consultation, DateChange, FormalEvent, ReminderRun, Voice
from desk.demo.build import load
from desk.demo.people import STAFF
from meetings.models import Meeting, Registration
from meetings.reminders import owe_due_reminders
from programs.marks import targets_of
from programs.models import DraftVersion, Purpose, StatutoryElement
from programs.numbering import Unit
from tests.desk.demonstrated import TODAY, WARSAW, days_of_the_current_two, open_today
from tests.factories import consultations

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo")]


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker, tmp_path_factory):
    """Once: it takes a quarter of a minute, and each test takes back what it does."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("media")), transaction.atomic():
        load(at=TODAY)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(built, db):
    """The demonstration, as on a Monday morning."""


def test_the_archive_holds_the_real_case(loaded):
    archive = Consultation.objects.get(slug="2022")
    assert archive.voices.proposals().released(TODAY).count() >= 12
    assert archive.voices.remarks().released(TODAY).count() >= 12
    (meeting,) = archive.meetings.all()
    assert meeting.groups.count() == 4
    assert Registration.objects.filter(meeting=meeting).count() == 17
    session = FormalEvent.objects.get(consultation=archive, name__startswith="Sesja")
    assert (str(session.planned_on), str(session.done_on)) == ("2021-10-21", "2021-11-18")
    assert DateChange.objects.filter(consultation=archive).count() >= 5
    assert archive.documents.count() == 1


def test_the_draft_of_2022_is_complete(loaded):
    version = DraftVersion.objects.get(program__slug="2022", purpose=Purpose.CONSULTATION)
    assert version.is_frozen
    assert version.texts.filter(kind=Unit.PARAGRAPH).count() >= 30
    assert version.texts.filter(kind=Unit.TABLE).exists()
    assert not version.missing_elements().exists()
    assert StatutoryElement.objects.filter(kind="annual").count() == 11


def test_the_program_of_2022_was_adopted_with_what_remarks_changed(loaded):
    draft, adopted = DraftVersion.objects.filter(program__slug="2022").order_by("number")
    assert (adopted.program.resolution.version, adopted.based_on) == (adopted, draft)
    assert (adopted.frozen_despite, adopted.purpose) == ([], Purpose.ADOPTED)
    before = dict(draft.texts.values_list("provision", "text"))
    after = dict(adopted.texts.values_list("provision", "text"))
    assert len(after) == len(before) + 1
    assert len([provision for provision, text in before.items() if after[provision] != text]) == 9


@pytest.mark.parametrize("slug", ["2022", "2027-2030"])
def test_references_and_totals_of_the_texts_are_marks(loaded, slug):
    version = DraftVersion.objects.filter(program__slug=slug).earliest("number")
    marks = [kind for text in version.texts.all() for kind, _provision in targets_of(text.text)]
    assert {"ref", "sum"} == set(marks)
    assert not version.texts.filter(text__contains="{§").exists()


def test_everything_that_should_be_open_is_open(loaded):
    assert open_today(TODAY) == (True, True, True)


def test_a_meeting_that_comes_to_a_holiday_when_it_is_loaded_again_is_held_the_day_after(loaded):
    load(at=TODAY + timedelta(days=38))  # six weeks after 25 November is Epiphany
    (meeting,) = Meeting.objects.filter(mode="remote", starts_at__gt=TODAY)
    assert f"{meeting.starts_at.astimezone(WARSAW):%Y-%m-%d %H:%M}" == "2027-01-07 16:30"
    assert [day for day in days_of_the_current_two() if not deadlines.is_working(day)] == []


def test_a_reminder_falls_due_now(loaded):
    owe_due_reminders(TODAY)
    assert Letter.objects.filter(kind="signup_closes").count() == 4


def test_nothing_of_its_past_is_reported_missed(loaded):
    owe_due_reminders(TODAY)
    reminders.owe_due_reminders(TODAY)
    assert list(ReminderRun.objects.exclude(missed_at=None)) == []


def test_each_staff_account_has_its_role(loaded):
    for account in STAFF:
        assert account.role in roles_of(User.objects.get(email=account.email))


def test_loading_again_on_the_same_day_changes_nothing(loaded):
    before = (Voice.objects.count(), Registration.objects.count(), Letter.objects.count(), DateChange.objects.count())
    load(at=TODAY + timedelta(minutes=5))
    assert (Voice.objects.count(), Registration.objects.count(), Letter.objects.count(), DateChange.objects.count()) == before


@pytest.mark.parametrize("days", [3, 20, 400])
def test_loading_again_later_opens_both_and_keeps_what_people_typed(loaded, days):
    voices = set(Voice.objects.values_list("pk", "text", "proposed_wording"))
    people = set(Registration.objects.values_list("pk", "name"))
    later = TODAY + timedelta(days=days)
    load(at=later)
    assert open_today(later) == (True, True, True)
    assert set(Voice.objects.values_list("pk", "text", "proposed_wording")) == voices
    assert set(Registration.objects.values_list("pk", "name")) == people


def test_what_a_visitor_has_published_is_not_moved(loaded):
    later = TODAY + timedelta(days=20)
    own = consultations.published(at=TODAY)
    before = list(own.stages.values_list("opens_at", "closes_at"))
    load(at=later)
    assert list(own.stages.values_list("opens_at", "closes_at")) == before
    assert open_today(later) == (True, True, True)


def test_nobody_real_is_in_it(loaded):
    for address in (*User.objects.values_list("email", flat=True), *Letter.objects.values_list("to", flat=True)):
        assert address.endswith(("@example.org", "@example.com"))


@pytest.mark.parametrize("role", [account.role for account in STAFF])
def test_production_refuses_a_database_with_demonstration_accounts(loaded, settings, role):
    from desk.checks import no_demonstration_in_production

    kept = next(account.email for account in STAFF if account.role == role)
    User.objects.exclude(email=kept).filter(email__in=[account.email for account in STAFF]).update(password="!")
    assert no_demonstration_in_production(None, databases=["default"]) == []
    settings.DEMO = False
    (error,) = no_demonstration_in_production(None, databases=["default"])
    assert kept in error.msg
