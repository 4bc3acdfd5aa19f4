"""load_demo on days of its own: no date falls on a free day, hours stay, production refuses it."""

from datetime import datetime, timedelta

import pytest
from django.core.management import call_command

from accounts.models import User
from accounts.roles import Role
from consultations import deadlines
from consultations.models import Consultation
from desk.demo.build import load
from meetings.models import Meeting
from tests.desk.demonstrated import WARSAW, days_of_the_current_two, open_today

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("today", ["2026-11-28", "2026-12-27", "2027-03-29", "2027-05-05"])
def test_no_date_of_it_falls_on_a_week_end_or_a_holiday_whenever_it_is_loaded(db, today):
    """On a Saturday, after Christmas, at Easter, after the holidays of May."""
    at = datetime.fromisoformat(f"{today}T10:00").replace(tzinfo=WARSAW)
    load(at=at)
    days = days_of_the_current_two()
    assert len(days) > 20
    assert [day for day in days if not deadlines.is_working(day)] == []
    assert open_today(at) == (True, True, True)


def test_hours_stay_when_the_clocks_change_between_two_loads(db):
    summer = datetime(2026, 9, 1, 10, 0, tzinfo=WARSAW)
    load(at=summer)
    load(at=summer + timedelta(days=90))
    meeting = Meeting.objects.get(mode="remote", starts_at__gt=summer)
    assert f"{meeting.starts_at.astimezone(WARSAW):%H:%M}" == "16:30"
    closes = Consultation.objects.get(slug="2027-2030").stages.get(kind="remarks").closes_at
    assert f"{closes.astimezone(WARSAW):%H:%M}" == "00:00"


def test_the_command_refuses_production(settings):
    settings.DEMO = False
    with pytest.raises(Exception, match="DEMO=1"):
        call_command("load_demo")
    assert Role.COORDINATOR.value not in User.objects.values_list("groups__name", flat=True)
