"""The audit at the desk: who reads it, what it says, what it costs; sign-ins and downloads."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.urls import reverse

from accounts.acting import acting
from accounts.models import AuditEntry, Organization, User
from accounts.roles import Role
from consultations.models import Announcement, Stage
from tests.factories import consultations, meetings
from tests.factories.accounts import person

pytestmark = pytest.mark.django_db
LIST = "/admin/accounts/auditentry/"
PASSWORD = "four words only I know"


@pytest.fixture
def clerk() -> User:
    user = person("clerk@example.org", Role.COORDINATOR, name="Ewa Urzędowa")
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def auditor(client) -> User:
    user = person("auditor@example.org", Role.AUDITOR)
    client.force_login(user)
    return user


def page_of(entry: AuditEntry) -> str:
    return reverse("admin:accounts_auditentry_change", args=[entry.pk])


def clubs(clerk: User, *names: str) -> None:
    with acting(clerk):
        for name in names:
            Organization.objects.create(name=name)


def listed(client, **query: object) -> set[str]:
    rows = client.get(LIST, query).context["cl"].result_list
    return {row.after.get("name", row.what) for row in rows}


@pytest.mark.parametrize(("role", "reads"), [(Role.AUDITOR, True), (Role.COORDINATOR, True), (Role.DRAFTER, True), (None, False)])
def test_who_reads_it_and_that_nobody_changes_it(client, clerk, role, reads):
    clubs(clerk, "Klub")
    user = person("x@example.org", *([role] if role else []))
    User.objects.filter(pk=user.pk).update(is_staff=True)
    client.force_login(user)
    entry = AuditEntry.objects.get(what="created")
    assert {client.get(url).status_code for url in (LIST, page_of(entry))} == {200 if reads else 403}
    assert client.post(page_of(entry), {"what": "deleted"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_and_a_page_take_the_same_queries_whatever_they_hold(client, clerk, auditor, django_assert_num_queries, count):
    clubs(clerk, *(f"Klub {n}" for n in range(count)))
    with django_assert_num_queries(9):
        assert client.get(LIST).status_code == 200
    entry = AuditEntry.objects.filter(what="created").latest("pk")
    client.get(page_of(entry))  # the admin asks once a process for the kind of its rows
    with django_assert_num_queries(7):
        assert client.get(page_of(entry)).status_code == 200


def test_it_is_searched_and_filtered(client, clerk, auditor):
    clubs(clerk, "Koło gospodyń", "Klub żeglarski")
    assert listed(client, q="gospodyń") == {"Koło gospodyń"}
    assert listed(client, q="Urzędowa") == {"Koło gospodyń", "Klub żeglarski"}
    assert listed(client, q="nikt taki") == set()
    assert listed(client, what__exact="signed_in") == {"signed_in"}
    assert listed(client, model="accounts.Organization") == {"Koło gospodyń", "Klub żeglarski"}
    assert listed(client, actor=auditor.pk) == {"signed_in"}
    number = Organization.objects.get(name="Klub żeglarski").pk
    assert listed(client, model="accounts.Organization", object_pk=number) == {"Klub żeglarski"}


def test_a_period_takes_both_its_days(client, clerk, auditor):
    def at(*moment: int) -> None:
        AuditEntry.objects.create(at=datetime(*moment, tzinfo=UTC), what="exported", after={"name": "-".join(map(str, moment))})

    # Midnight in Poland is 23.00 UTC of the day before.
    for moment in ((2026, 1, 9, 22, 59), (2026, 1, 9, 23, 0), (2026, 1, 10, 22, 59), (2026, 1, 10, 23, 0)):
        at(*moment)
    period = {"since": "2026-01-10", "until": "2026-01-10", "what__exact": "exported"}
    assert listed(client, **period) == {"2026-1-9-23-0", "2026-1-10-22-59"}
    assert len(listed(client, **(period | {"since": ""}))) == 3
    assert len(listed(client, **(period | {"until": "nigdy"}))) == 3
    assert len(listed(client, since="0001-01-01", until="9999-12-31", what__exact="exported")) == 4


def test_a_page_says_it_in_words(client, clerk, auditor):
    made = consultations.planned(title="Program 2027")
    stage = consultations.stage(made, opens_at=consultations.OPENS, closes_at=consultations.CLOSES)
    with acting(clerk):
        Stage.objects.filter(pk=stage.pk).update(closes_at=datetime(2021, 11, 9, 23, tzinfo=UTC), shown_as="month")
    entry = AuditEntry.objects.get(what="changed")
    page = client.get(page_of(entry))
    told = {one.name: (one.before, one.after) for one in page.context["changes"]}
    words = {str(Stage._meta.get_field(name).verbose_name) for name in ("closes_at", "shown_as")}
    assert set(told) == words
    closes = str(Stage._meta.get_field("closes_at").verbose_name)
    assert told[closes] == ("4 listopada 2021, 00:00:00", "10 listopada 2021, 00:00:00")
    assert page.context["who"] == "Ewa Urzędowa"
    assert page.context["row"] == stage
    assert str(stage) in page.content.decode()


def test_a_role_is_told_by_its_words(client, clerk, auditor):
    drafter = person("anna@example.org", Role.DRAFTER)
    with acting(clerk):
        drafter.groups.clear()
    page = client.get(page_of(AuditEntry.objects.get(what="changed")))
    ((_name, before, after, _withheld),) = page.context["changes"]
    assert "redaktor" in before
    assert after == "–"


def test_what_is_typed_is_only_text(client, clerk, auditor):
    clubs(clerk, "<script>alert(1)</script>")
    for url in (LIST, page_of(AuditEntry.objects.get(what="created"))):
        assert "<script>alert(1)" not in client.get(url).content.decode()


def test_of_what_is_gone_the_number_stays(client, clerk, auditor):
    clubs(clerk, "Klub")
    Organization.objects.all().delete()
    entry = AuditEntry.objects.get(what="created")
    User.objects.filter(pk=clerk.pk).delete()
    page = client.get(page_of(entry))
    assert str(entry.actor_id) in page.context["who"]
    assert page.context["row"] is None
    assert client.get(LIST).status_code == 200
    odd = AuditEntry.objects.create(
        at=entry.at, what="changed", model="gone.Thing", object_pk="x", before={"a": 1}, after={"a": [2]}
    )
    assert client.get(page_of(odd)).status_code == 200
    assert client.get(LIST).status_code == 200


def test_the_history_of_a_row_is_its_audit(client, clerk, auditor):
    news = consultations.announcement(consultations.published())
    with acting(clerk):
        Announcement.objects.update(title="Inny")
    clubs(clerk, "Klub")
    page = client.get(reverse("admin:consultations_announcement_history", args=[news.pk]), follow=True)
    assert [(row.model, row.object_pk) for row in page.context["cl"].result_list] == [
        ("consultations.Announcement", str(news.pk))
    ]


# --- Who came ------------------------------------------------------------------------------------


def told(*columns: str) -> list[tuple]:
    return [tuple(row) for row in AuditEntry.objects.order_by("pk").values_list(*columns)]


def try_password(client, email: str, password: str):
    return client.post("/konto/haslo/", {"login": email, "password": password}, REMOTE_ADDR="192.0.2.77")


def test_staff_who_sign_in_and_out_are_told_with_their_network(client, clerk):
    try_password(client, clerk.email, PASSWORD)
    client.post("/konto/logout/", REMOTE_ADDR="192.0.2.77")
    where = {"network": "192.0.2.0/24"}
    who = (clerk.pk, "accounts.User", str(clerk.pk), where)
    assert told("what", "actor", "model", "object_pk", "after") == [("signed_in", *who), ("signed_out", *who)]


def test_a_refusal_names_the_account_of_the_desk_or_nobody(client, clerk):
    visitor = person("anna@example.org")
    for email in (clerk.email, visitor.email, "nikt@example.org"):
        try_password(client, email, "wrong password typed")
    assert told("what", "actor", "object_pk") == [
        ("sign_in_refused", None, str(clerk.pk)),
        ("sign_in_refused", None, ""),
        ("sign_in_refused", None, ""),
    ]
    everything = repr(AuditEntry.objects.values_list())
    assert "nikt@" not in everything
    assert "wrong" not in everything


def test_a_wrong_code_is_a_refusal(client, clerk):
    client.post("/konto/login/", {"email": clerk.email}, follow=True)
    client.post("/konto/login/code/confirm/", {"code": "000000"})
    assert told("what", "object_pk") == [("sign_in_refused", str(clerk.pk))]


def test_visitors_come_and_go_untold(client):
    client.force_login(person("anna@example.org"))
    client.logout()
    assert told("what") == []


# --- What was taken away -------------------------------------------------------------------------


def test_an_attendance_list_is_told(client, clerk):
    meeting = meetings.meeting()
    group = meeting.groups.first()
    meetings.registered(group)
    meetings.registered(group)
    with time_machine.travel(meetings.NOW, tick=False):
        client.force_login(clerk)
        assert client.get(reverse("meetings:group_list", args=[meeting.slug, group.pk])).status_code == 200
        assert client.get(reverse("admin:meetings_meeting_lists", args=[meeting.pk])).status_code == 200
    exported = AuditEntry.objects.filter(what="exported").order_by("pk")
    assert [(one.actor, one.model, one.object_pk, one.after) for one in exported] == [
        (clerk, "meetings.WorkingGroup", str(group.pk), {"export": "attendance", "rows": 2}),
        (clerk, "meetings.Meeting", str(meeting.pk), {"export": "attendance", "rows": 2}),
    ]
