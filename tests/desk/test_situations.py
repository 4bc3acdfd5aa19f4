"""Ten things that happen in real years, entered at the desk alone: what the public page says, who gets a letter, what the
audit keeps. What stood before is planted; every change is a form of the desk, reached by links from its first page."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, Letter, User
from consultations.actions import add_event
from consultations.models import Consultation, EventKind, Voice
from consultations.stages import Kind
from meetings.models import Meeting, Registration
from tests.desk.walker import Page, visit
from tests.factories import consultations, meetings, voices
from tests.factories.consultations import coordinator

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def by() -> User:
    return coordinator()


@pytest.fixture
def desk(by, time_machine):
    """desk(moment): the first page of the desk at that moment."""

    def sit_down(at: datetime) -> Page:
        time_machine.move_to(at, tick=False)
        client = Client()
        client.force_login(by)
        Letter.objects.all().delete()
        return visit(client, "/admin/")

    return sit_down


def public(address: str) -> str:
    return visit(Client(), address).words


def letters() -> list[tuple[str, str]]:
    return sorted(Letter.objects.values_list("kind", "to"))


def audited(by: User, model: str, what: str = "changed") -> list[tuple[dict, dict, list]]:
    found = AuditEntry.objects.filter(model=model, what=what).order_by("pk")
    assert {one.actor_id for one in found} <= {by.pk}
    return [(one.before, one.after, one.withheld) for one in found]


def local(moment: datetime) -> str:
    """As an input of the page holds it."""
    return f"{timezone.localtime(moment, timezone.get_default_timezone()):%Y-%m-%dT%H:%M}"


def test_a_stage_is_moved_after_people_signed_up(desk, by):
    """And the meeting with it, since people have to know."""
    meeting = meetings.meeting()
    made, group = meeting.consultation, meeting.groups.first()
    stage = consultations.stage(
        made, kind=Kind.MEETING, name="Spotkanie w grupach", opens_at=meeting.starts_at, closes_at=meeting.ends_at
    )
    meetings.registered(group, meetings.person("Anna", "anna@example.org"))
    meetings.held(group, meetings.person("Jan", "jan@example.org"))
    later = {name: local(getattr(meeting, name) + timedelta(days=7)) for name in ("starts_at", "ends_at")}

    page = desk(meetings.NOW + timedelta(minutes=10)).follow("Etapy").follow(stage.name)
    refused = page.press("Zapisz", opens_at=later["starts_at"], closes_at=later["ends_at"])
    assert "Ten termin jest opublikowany" in refused.refusals
    saved = refused.press("Zapisz", reason="Sala jest zajęta.")
    assert stage.name in saved.said
    page = visit(saved.client, "/admin/").follow("Spotkania", nth=-1).follow(meeting.title)
    page.press("Zapisz", reason="Sala jest zajęta.", **later)

    page = public(f"/konsultacje/{made.slug}/")
    assert "29 lipca, godz. 16.30 (poprzednio: 22 lipca, godz. 16.30). Sala jest zajęta." in page
    assert "29 lipca" in public(f"/spotkania/{meeting.slug}/")
    assert letters() == [("meeting_moved", "anna@example.org"), ("signup_confirm", "jan@example.org")]
    ((_before, after, _withheld),) = audited(by, "consultations.Stage")
    assert set(after) == {"opens_at", "closes_at"}
    assert [entry[1]["reason"] for entry in audited(by, "consultations.DateChange", "created")] == ["Sala jest zajęta."] * 4
    assert any({"starts_at", "ends_at"} <= set(after) for _before, after, _withheld in audited(by, "meetings.Meeting"))


def test_a_group_is_joined_with_another(desk, by):
    meeting = meetings.meeting()
    first, second = meeting.groups.order_by("position")
    meetings.registered(first, meetings.person("Anna", "anna@example.org"))
    meetings.registered(second, meetings.person("Jan", "jan@example.org"))

    page = desk(meetings.NOW + 2 * HOUR).follow("Spotkania", nth=-1).follow(meeting.title)
    page = page.follow("Odwołaj grupę albo połącz ją z inną")
    assert "1 osoba" in page.words
    page.press("Odwołaj grupę i napisz do zapisanych", reason="Za mało zapisanych.", into=second.pk)

    said = public(f"/spotkania/{meeting.slug}/")
    assert "Za mało zapisanych." in said
    assert set(Registration.objects.values_list("group", flat=True)) == {second.pk}
    assert letters() == [("group_changed", "anna@example.org")]
    ((_before, after, _withheld),) = [one for one in audited(by, "meetings.WorkingGroup") if "cancelled_because" in one[1]]
    assert after["cancelled_because"] == "Za mało zapisanych."
    assert [set(after) for _before, after, _withheld in audited(by, "meetings.Registration")] == [{"group_id"}]


def test_a_remark_comes_late_on_paper(desk, by):
    made = voices.consultation()
    page = desk(voices.CLOSES + timedelta(days=3)).follow("Głosy").follow("Dodaj głos")
    typed = {
        "consultation": made.pk,
        "kind": "remark",
        "channel": "paper",
        "received_at": local(voices.CLOSES + timedelta(days=1)),
        "name": "Anna Spóźniona",
        "email": "anna@example.org",
        "organization_name": "Klub Spóźnialskich",
        "citation": "§ 2",
        "text": "Prosimy o dłuższy termin.",
    }
    refused = page.press("Zapisz", **typed)
    assert "W chwili wpływu żaden etap nie był otwarty" in refused.refusals
    # Nothing typed is lost: the same form, and the reason.
    saved = refused.press("Zapisz", late_reason="List nadano przed terminem.")
    voice = Voice.objects.get()
    saved.press("Wykonaj", action="release", _selected_action=[voice.pk])

    said = public(f"/konsultacje/{made.slug}/uwagi/{voice.number}/")
    assert "Prosimy o dłuższy termin." in said
    assert "List nadano przed terminem." in said
    assert "Anna" not in said
    assert "Po terminie, zapisano, bo" in said
    assert letters() == [("submission_receipt", "anna@example.org")]
    ((_before, after, withheld),) = audited(by, "consultations.Submission", "created")
    assert after["late_reason"] == "List nadano przed terminem."
    assert {"name", "email"} <= set(withheld)


def test_the_opinion_never_comes(desk, by):
    made = consultations.published()
    add_event(
        made, kind=EventKind.HANDED_OVER, name="Przekazanie radzie", done_on=date(2021, 6, 1), by=None, at=consultations.PUBLISHED
    )
    opinion = add_event(
        made, kind=EventKind.OPINION, name="Opinia rady", planned_on=date(2021, 6, 10), by=None, at=consultations.PUBLISHED
    )

    page = desk(consultations.OPENS).follow("Zdarzenia formalne").follow(opinion.name)
    saved = page.press("Zapisz i odnotuj rezygnację")
    assert saved.refusals == ""

    said = public(f"/konsultacje/{made.slug}/")
    assert "W ciągu 14 dni, do wtorku 15 czerwca, nie przyszła opinia: zgodnie z ustawą rada" in said
    assert letters() == []
    ((before, after, _withheld),) = audited(by, "consultations.FormalEvent")
    assert (bool(before["waived"]), bool(after["waived"]), after["done_on"]) == (False, True, "2021-06-15")


def test_the_session_of_the_council_is_postponed(desk, by):
    made = consultations.published()
    session = add_event(
        made, kind=EventKind.SESSION, name="Sesja Rady Miasta", planned_on=date(2021, 10, 21), by=None, at=consultations.PUBLISHED
    )
    page = desk(consultations.OPENS - HOUR).follow("Zdarzenia formalne").follow(session.name)
    refused = page.press("Zapisz", planned_on="2021-11-18")
    assert "Ten termin jest opublikowany" in refused.refusals
    refused.press("Zapisz", reason="Przewodniczący przełożył sesję.")

    said = public(f"/konsultacje/{made.slug}/")
    assert "18 listopada" in said
    assert "21 października" in said
    assert "Przewodniczący przełożył sesję." in said
    assert letters() == []
    ((before, after, _withheld),) = audited(by, "consultations.FormalEvent")
    assert (before, after) == ({"planned_on": "2021-10-21"}, {"planned_on": "2021-11-18"})


def test_a_second_program_joins_the_consultation(desk, by):
    made = consultations.published()
    first, second = made.programs.get(), voices.draft("2023").program
    page = desk(consultations.OPENS).follow("Konsultacje", nth=-1).follow(made.title)
    page.press("Zapisz", programs=[first.pk, second.pk])

    said = public(f"/konsultacje/{made.slug}/")
    assert second.title in said
    assert letters() == []
    assert audited(by, "consultations.Consultation") == [({}, {"program_id": second.pk}, [])]


def test_a_consultation_without_a_meeting(desk, by):
    page = desk(consultations.PUBLISHED).follow("Programy", nth=-1).follow("Dodaj program")
    page.press("Zapisz", title="Program na 2022 rok", slug="2022", kind="annual", first_year=2022, last_year=2022)
    page = visit(page.client, "/admin/").follow("Konsultacje", nth=-1).follow("Dodaj konsultacje")
    program = page.tree.xpath("//input[@name='programs']/@value")[0]
    page.press("Zapisz", title="Bez spotkania", slug="bez", programs=program, contact_email="urzad@example.org")
    made = Consultation.objects.get()
    page = visit(page.client, "/admin/").follow("Etapy").follow("Dodaj etap")
    page.press(
        "Zapisz",
        consultation=made.pk,
        kind="remarks",
        name="Uwagi do projektu",
        opens_at="2021-07-05T08:00",
        closes_at="2021-07-20T00:00",
    )
    page = visit(page.client, "/admin/").follow("Sprawdź daty i opublikuj konsultacje")
    assert "Konsultacje są opublikowane" in page.press("Zapisz i opublikuj konsultacje").said

    said = public("/konsultacje/bez/")
    assert "5–19 lipca Uwagi do projektu – przed nami" in said
    assert "potkani" not in said.replace("Bez spotkania", "")
    assert Meeting.objects.count() == 0
    assert letters() == []
    assert [after["title"] for _before, after, _withheld in audited(by, "consultations.Consultation", "created")] == [
        "Bez spotkania"
    ]
    assert [set(after) for _before, after, _withheld in audited(by, "consultations.Consultation")] == [
        {"program_id"},
        {"published_at"},
    ]


def test_five_groups_on_two_days(desk, by):
    made = consultations.published(at=meetings.PUBLISHED, contact_email="koordynator@example.org")
    page = desk(meetings.NOW).follow("Spotkania", nth=-1).follow("Dodaj spotkanie")
    page = page.press(
        "Zapisz i kontynuuj edycję",
        consultation=made.pk,
        title="Spotkanie w pięciu grupach",
        slug="piec-grup",
        mode="remote",
        place="Teams",
        starts_at="2027-07-22T16:30",
        ends_at="2027-07-23T19:00",
    )
    typed: dict[str, object] = {}
    for n in range(5):
        day = 22 if n < 3 else 23
        typed |= {
            f"groups-{n}-name": f"Grupa {n + 1}",
            f"groups-{n}-city_moderator": f"Maria {n}",
            f"groups-{n}-city_email": f"miasto{n}@example.org",
            f"groups-{n}-ngo_moderator": f"Jan {n}",
            f"groups-{n}-ngo_email": f"ngo{n}@example.org",
            f"groups-{n}-capacity": 12,
            f"groups-{n}-position": n,
            f"groups-{n}-room_link": f"https://rooms.example.org/{n}",
            f"groups-{n}-starts_at": f"2027-07-{day}T16:30",
            f"groups-{n}-ends_at": f"2027-07-{day}T19:00",
        }
    page = page.press("Zapisz i opublikuj", rows=5, **typed)
    assert page.refusals == ""
    assert "Spotkanie jest opublikowane" in page.said

    said = public("/spotkania/piec-grup/")
    assert all(f"Grupa {n}" in said for n in range(1, 6))
    assert "22 lipca" in said
    assert "23 lipca" in said
    invited = [(f"{who}{n}@example.org") for who in ("miasto", "ngo") for n in range(5)]
    assert letters() == [("moderator_invitation", address) for address in sorted(invited)]
    assert len(audited(by, "meetings.WorkingGroup", "created")) == 5
    assert all({"name", "email"} <= set(withheld) for *_rest, withheld in audited(by, "meetings.GroupModerator", "created"))


def test_three_stages(desk, by):
    made = consultations.planned(slug="trzy")
    page = desk(consultations.PUBLISHED)
    stages = [
        ("proposals", "Propozycje", "2021-07-05T08:00", "2021-08-01T00:00"),
        ("drafting", "Prace nad projektem", "2021-08-01T00:00", "2021-09-01T00:00"),
        ("remarks", "Uwagi", "2021-09-01T00:00", "2021-09-20T00:00"),
    ]
    form = page.follow("Etapy").follow("Dodaj etap")
    for kind, name, opens_at, closes_at in stages:
        said = {"consultation": made.pk, "kind": kind, "name": name}
        refused = form.press("Zapisz i dodaj nowy", **said, opens_at=closes_at, closes_at=opens_at)
        assert "Podaj obie daty" in refused.refusals
        form = refused.press("Zapisz i dodaj nowy", opens_at=opens_at, closes_at=closes_at)
        assert form.refusals == ""
    page = visit(page.client, "/admin/").follow(made.title)
    page.press("Zapisz i opublikuj konsultacje")

    said = public("/konsultacje/trzy/")
    course = said[said.index("Przebieg konsultacji") :]
    assert [course.index(name) for _kind, name, *_dates in stages] == sorted(
        course.index(name) for _kind, name, *_dates in stages
    )
    assert "5–31 lipca" in course
    assert letters() == []
    assert [after["name"] for _before, after, _withheld in audited(by, "consultations.Stage", "created")] == [
        s[1] for s in stages
    ]


def test_a_published_typo(desk, by):
    made = consultations.published(title="Program wspułpracy", slug="literowka")
    news = consultations.announcement(made, title="Zaprszamy")
    stage = made.stages.get()
    page = desk(consultations.OPENS + HOUR)
    page.follow("Konsultacje", nth=-1).follow(made.title).press("Zapisz", title="Program współpracy")
    page.follow("Etapy").follow(stage.name).press("Zapisz", name="Uwagi do projektu programu")
    page.follow("Ogłoszenia").follow(news.title).press("Zapisz", title="Zapraszamy")

    said = public("/konsultacje/literowka/")
    assert "Program współpracy" in said
    assert "wspułpracy" not in said
    assert "Uwagi do projektu programu" in said
    assert "Zapraszamy" in public(f"/aktualnosci/{news.slug}/")
    assert letters() == []
    assert audited(by, "consultations.Consultation") == [({"title": "Program wspułpracy"}, {"title": "Program współpracy"}, [])]
    assert audited(by, "consultations.Stage") == [({"name": stage.name}, {"name": "Uwagi do projektu programu"}, [])]
    ((before, after, _withheld),) = audited(by, "consultations.Announcement")
    assert (before["title"], after["title"], before["edited_at"]) == ("Zaprszamy", "Zapraszamy", None)
