"""What hangs on a wall, lies at the door and is taken to the table."""

from io import BytesIO

import pytest
from django.utils import translation
from pypdf import PdfReader

from meetings import actions
from meetings.exports.attendance import BLANK, attendance_pdf
from meetings.exports.moderator_sheet import CONCLUSIONS, moderator_sheet_pdf
from meetings.exports.poster import poster_pdf, poster_words
from meetings.models import Meeting, Mode, TopicOutcome, TopicProposal, WorkingGroup
from tests.factories import meetings as make
from tests.factories.meetings import DAY, ENDS, HOUR, NOW, PUBLISHED, STARTS
from tests.programs.test_pdf import HARD, fonts, in_words

OURS = {"WspLatin", "WspLatin-Bold", "WspExt", "WspExt-Bold"}
A4, A3 = (210, 297), (297, 420)
LONG = "Zadania publiczne wspólne dla wszystkich dzielnic i ich najdłuższe w Polsce uzasadnienie "
NEEDS = "Poproszę o pętlę indukcyjną."

pytestmark = pytest.mark.django_db


def pages(content: bytes) -> list[str]:
    """The words of each page, as they can be searched for."""
    return [" ".join(page.replace(HARD, " ").split()) for page in in_words(content, "-layout").rstrip("\f").split("\f")]


def words(content: bytes) -> str:
    return " ".join(pages(content))


def in_millimeters(content: bytes) -> tuple[int, int]:
    box = PdfReader(BytesIO(content)).pages[0].mediabox
    return round(float(box.width) / 72 * 25.4), round(float(box.height) / 72 * 25.4)


def tags(content: bytes) -> tuple[list[str], list[str]]:
    """The names of all tags in their order, and what stands for the pictures."""
    names, alternatives = [], []

    def walk(element):
        element = element.get_object()
        if isinstance(element, list):
            for each in element:
                walk(each)
        elif isinstance(element, dict):
            if "/S" in element:
                names.append(element["/S"])
            if element.get("/S") == "/Figure":
                alternatives.append(element.get("/Alt", ""))
            if "/K" in element:
                walk(element["/K"])

    root = PdfReader(BytesIO(content)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "pl"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    walk(root["/StructTreeRoot"])
    return names, alternatives


def fresh(group: WorkingGroup) -> WorkingGroup:
    """As a view gets it, with nothing fetched beforehand."""
    return WorkingGroup.objects.get(pk=group.pk)


def topic(meeting: Meeting, title: str, organization_name: str = "") -> TopicProposal:
    return actions.propose_topic(
        meeting,
        title=title,
        text="Bo to ważne.",
        name="Zgłaszająca Osoba",
        email="temat@example.org",
        organization_name=organization_name,
        form_token=make.token(),
        at=NOW,
    )


def poster(meeting: Meeting, size: str = "a4", at=NOW) -> bytes:
    return poster_pdf(poster_words(meeting, at=at), size=size)


@pytest.fixture
def hybrid():
    return make.meeting(groups=0, publish=False, mode=Mode.HYBRID, place="Ratusz, Rynek Staromiejski 1")


@pytest.fixture
def group(hybrid):
    """Of a hybrid meeting, with four people signed up: one of them remotely, two with needs."""
    made = make.group(hybrid, name="Zadania priorytetowe", room="Sala 7", remote_capacity=4, description="Co najpierw?")
    actions.publish_meeting(hybrid, by=None, at=PUBLISHED)
    people = [
        make.person("Żaneta Źródlana", organization_name="Klub Żółty Latawiec", needs=NEEDS, phone="600 700 800"),
        make.person("Adam Łoś"),
        make.person("Ewa Lwowska", remotely=True),
        make.person("Anna Curie", needs=NEEDS),
    ]
    for person in people:
        make.registered(made, person)
    make.held(made, make.person("Niepotwierdzony Nikt"))
    return fresh(made)


# The poster


@pytest.mark.poppler
@pytest.mark.parametrize("size", ["a4", "a3"])
@pytest.mark.parametrize("groups", [1, 4, 10])
@pytest.mark.parametrize("text", ["", LONG])
def test_a_poster_is_one_page_of_its_size(size, groups, text):
    long = {"place": (text * 3)[:250], "directions": text * 8, "accessibility": text * 8} if text else {}
    meeting = make.meeting(groups=0, publish=False, mode=Mode.ON_SITE, **({"place": "Ratusz"} | long))
    for number in range(groups):
        name = f"{number} {text * 3}"[:200] if text else f"Grupa {number}"
        make.group(meeting, name=name, description=(text * 9)[:1000])
    meeting = actions.edit_meeting(meeting, by=None, at=PUBLISHED, title=(text * 3)[:200] or "Spotkanie")
    content = poster(actions.publish_meeting(meeting, by=None, at=PUBLISHED), size)
    assert len(PdfReader(BytesIO(content)).pages) == 1
    assert in_millimeters(content) == {"a4": A4, "a3": A3}[size]
    told = words(content)
    assert [name for name in meeting.groups.values_list("name", flat=True) if name[:20] not in told] == []


@pytest.mark.poppler
def test_a_larger_poster_says_the_same(hybrid, group):
    assert words(poster(hybrid, "a3")) == words(poster(hybrid, "a4"))


@pytest.mark.poppler
def test_a_poster_is_tagged_in_our_fonts_and_the_code_is_read_aloud(hybrid, group, tmp_path):
    content = poster(Meeting.objects.get(pk=hybrid.pk))
    names, alternatives = tags(content)
    assert names.count("/H1") == 1
    assert {"/H2", "/L", "/LI", "/Link"} <= set(names)
    assert [hybrid.slug in alternative for alternative in alternatives] == [True]
    assert fonts(content, tmp_path) <= OURS


@pytest.mark.poppler
def test_even_what_never_ends_fits_a_poster():
    meeting = make.meeting(groups=0, publish=False, mode=Mode.HYBRID, place=("Ratusz " * 40)[:250], title=("Tytuł " * 40)[:200])
    top = make.group(meeting, name=(LONG * 3)[:200])
    for number in range(30):
        make.group(meeting, name=f"{number} {LONG * 3}"[:200], parent=top, moderators={}, description=LONG)
    meeting = actions.publish_meeting(meeting, by=None, at=PUBLISHED)
    told = pages(poster(meeting))
    assert len(told) == 1
    assert meeting.slug in told[0]


def test_a_part_stands_below_its_group_and_what_is_called_off_is_gone():
    meeting = make.meeting(groups=2)
    first, second = meeting.groups.all()
    parts = [make.group(meeting, name=name, parent=first, position=9) for name in ("Sport", "Kultura")]
    make.group(meeting, name="Z drugą odwołana", parent=second, position=9)
    actions.cancel_group(parts[0], reason="Mało osób", at=NOW)
    actions.cancel_group(second, reason="Mało osób", at=NOW)
    told = poster_words(meeting, at=NOW)["groups"]
    assert [(one["name"], [part["name"] for part in one["parts"]]) for one in told] == [(first.name, ["Kultura"])]


def test_a_poster_says_the_hours_of_a_group_only_when_they_are_its_own():
    meeting = make.meeting(groups=1, ends_at=ENDS + DAY)
    make.group(meeting, name="Później", position=8, starts_at=STARTS + HOUR, ends_at=ENDS)
    make.group(meeting, name="Nazajutrz", position=9, starts_at=STARTS + DAY, ends_at=ENDS + DAY)
    with translation.override("pl"):
        joined = translation.gettext("%(from)s to %(until)s") % {"from": "godz. 17.30", "until": "18.30"}
    hours = [one["hours"] for one in poster_words(meeting, at=NOW)["groups"]]
    assert hours == ["", joined, "piątek 23 lipca 2027 r., godz. 16.30–18.30"]


def test_a_poster_tells_what_a_group_talks_about():
    meeting = make.meeting(groups=2)
    first, second = meeting.groups.all()
    area = meeting.consultation.topics.create(name="Kultura")
    actions.edit_group(first, at=NOW, topic=area)
    actions.decide_topic(topic(meeting, "Lokale"), outcome=TopicOutcome.ACCEPTED, group=second, at=NOW)
    told = [(one["about"], one["topics"]) for one in poster_words(meeting, at=NOW)["groups"]]
    assert told == [("Kultura", ""), ("", "Lokale")]


@pytest.mark.parametrize(("mode", "said"), [(Mode.ON_SITE, True), (Mode.HYBRID, True), (Mode.REMOTE, False)])
def test_the_way_is_told_to_those_who_go_there(mode, said):
    ways = {"directions": "Tramwaj nr 1", "accessibility": "Winda"}
    meeting = make.meeting(mode=mode, groups=1, **ways)
    assert {name: poster_words(meeting, at=NOW)[name] for name in ways} == (ways if said else dict.fromkeys(ways, ""))


@pytest.mark.poppler
def test_nobody_is_asked_to_sign_up_where_nobody_has_to():
    meeting = make.meeting(groups=0, without_signup=True, description="Odpowiemy na pytania.")
    told = words(poster(meeting))
    with translation.override("pl"):
        sentence = translation.gettext("You need not sign up.")
    assert sentence in told
    assert "Odpowiemy na pytania." in told
    assert "Grupy tematyczne" not in told
    assert "Zapisz się" not in told
    assert poster_words(meeting, at=ENDS)["needs_no_sign_up"] is False


def test_the_words_of_a_poster_are_few_questions(django_assert_num_queries):
    for groups in (1, 3):
        meeting = Meeting.objects.select_related("consultation").get(pk=make.meeting(groups=groups).pk)
        with django_assert_num_queries(2):
            poster_words(meeting, at=NOW)


# The attendance list


@pytest.mark.poppler
def test_the_list_names_who_is_registered_in_the_order_of_the_alphabet(group):
    told = words(attendance_pdf([group], at=NOW))
    names = ["Anna Curie", "Ewa Lwowska", "Adam Łoś", "Żaneta Źródlana"]
    assert sorted(names, key=told.index) == names
    assert "Niepotwierdzony" not in told
    said = (
        "Zadania priorytetowe",
        "Sala 7",
        "Ratusz",
        "Maria Testowa",
        "Jan Przykładowy",
        "Klub Żółty Latawiec",
        "22 lipca 2027",
    )
    assert [one for one in said if one not in told] == []


@pytest.mark.poppler
def test_the_list_holds_no_address_telephone_or_need(group):
    told = words(attendance_pdf([group], at=NOW))
    assert "@" not in told
    assert "600 700 800" not in told
    assert NEEDS not in told


@pytest.mark.poppler
def test_the_list_has_lines_for_those_who_just_come(group):
    lines = in_words(attendance_pdf([group], at=NOW), "-layout").splitlines()
    assert [line.strip() for line in lines if line.strip().isdigit()] == [str(number) for number in range(5, 5 + BLANK)]


@pytest.mark.poppler
def test_only_a_list_of_both_kinds_of_people_says_how_each_takes_part(group):
    with translation.override("pl"):
        head, remotely = translation.gettext("Takes part"), translation.gettext("remotely")
    told = words(attendance_pdf([group], at=NOW))
    assert (head in told, told.count(remotely)) == (True, 1 + told.count(f"i {remotely}"))
    remote = make.meeting(groups=1).groups.get()
    make.registered(remote)
    assert head not in words(attendance_pdf([remote], at=NOW))


@pytest.mark.poppler
def test_each_page_of_each_list_says_whose_it_is_and_why_it_is_kept(settings):
    meeting = make.meeting(groups=2, capacity=60)
    first, second = meeting.groups.all()
    for _number in range(40):
        make.registered(first)
    told = pages(attendance_pdf([first, second], at=NOW))
    assert ["Grupa 1" in page for page in told] == [True, True, True, False]
    assert ["Grupa 2" in page for page in told] == [False, False, False, True]
    with translation.override("pl"):
        signature = translation.gettext("Signature")
    assert [(settings.MUNICIPALITY["office"] in page, signature in page) for page in told] == [(True, True)] * 4
    assert [f"strona {number}" in page for number, page in zip([1, 2, 3, 1], told, strict=True)] == [True] * 4


@pytest.mark.poppler
def test_the_list_is_tagged_in_our_fonts(group, tmp_path):
    content = attendance_pdf([group], at=NOW)
    names, alternatives = tags(content)
    assert (names.count("/H1"), alternatives) == (1, [])
    assert {"/H2", "/Table", "/TH", "/TD", "/Sect"} <= set(names)
    assert fonts(content, tmp_path) <= OURS
    assert in_millimeters(content) == A4


def test_lists_are_as_many_questions_whatever_their_number(django_assert_num_queries):
    for groups in (1, 3):
        meeting = make.meeting(groups=groups)
        for group in meeting.groups.all():
            make.registered(group, make.person(organization_name="Klub"))
        rows = list(WorkingGroup.objects.filter(meeting=meeting))
        with django_assert_num_queries(3):
            attendance_pdf(rows, at=NOW)


# The moderator's sheet


@pytest.mark.poppler
def test_the_sheet_says_what_and_where(group):
    told = words(moderator_sheet_pdf(group, at=NOW))
    said = (
        "Zadania priorytetowe",
        "Co najpierw?",
        "Sala 7",
        "Maria Testowa",
        "Jan Przykładowy",
        "godz. 16.30–18.30",
    )
    assert [one for one in said if one not in told] == []
    # It may be left lying on the table.
    assert group.room_link not in told


@pytest.mark.poppler
def test_the_sheet_tells_needs_without_names(group):
    told = words(moderator_sheet_pdf(group, at=NOW))
    assert told.count(NEEDS) == 1
    assert f"2 × {NEEDS}" in told
    assert [name for name in ("Źródlana", "Łoś", "Lwowska", "Curie", "Klub", "@") if name in told] == []


@pytest.mark.poppler
def test_the_sheet_tells_extra_topics_with_all_that_was_joined_with_them(hybrid, group):
    other = make.group(hybrid, name="Inna")
    taken, joined, further, elsewhere, refused = [
        topic(hybrid, title, "Fundacja Temat") for title in ("Lokale", "Sale w szkołach", "Klucze do sal", "Sport", "Pogoda")
    ]
    for one, outcome, words_ in (
        (taken, TopicOutcome.ACCEPTED, {"group": group}),
        (joined, TopicOutcome.MERGED, {"merged_into": taken}),
        (further, TopicOutcome.MERGED, {"merged_into": joined}),
        (elsewhere, TopicOutcome.ACCEPTED, {"group": other}),
        (refused, TopicOutcome.REJECTED, {"answer": "Na to nie mamy wpływu."}),
    ):
        actions.decide_topic(one, outcome=outcome, at=NOW, **words_)
    told = words(moderator_sheet_pdf(fresh(group), at=NOW))
    found = [title for title in ("Lokale", "Sale w szkołach", "Klucze do sal", "Sport", "Pogoda") if title in told]
    assert found == ["Lokale", "Sale w szkołach", "Klucze do sal"]
    assert told.count("Fundacja Temat") == 3
    assert "Zgłaszająca" not in told


@pytest.mark.poppler
def test_the_sheet_counts_the_room_and_the_link_apart(group):
    with translation.override("pl"):
        signed_up = translation.pgettext("number of people", "signed up")
        coming = translation.pgettext("number of people", "confirmed that they come")
        places = translation.pgettext("number of places", "places")
    told = words(moderator_sheet_pdf(group, at=NOW))
    assert f"{signed_up} 3 {coming} 3 {places} 5" in told
    assert f"{signed_up} 1 {coming} 1 {places} 4" in told


@pytest.mark.poppler
@pytest.mark.parametrize(("description", "count"), [("Krótko.", 2), ("Opis, który ma znaczenie. " * 38, 2), ("Wiersz\n" * 60, 3)])
def test_notes_fill_their_page_and_conclusions_have_one(description, count):
    group = make.group(make.meeting(), description=description)
    told = pages(moderator_sheet_pdf(group, at=NOW))
    assert len(told) == count
    with translation.override("pl"):
        reasons = translation.gettext("Reasons")
    assert [page.count(reasons) for page in told] == [0] * (count - 1) + [CONCLUSIONS]


@pytest.mark.poppler
def test_the_sheet_of_a_part_names_its_group_and_the_moderators_they_share():
    meeting = make.meeting(groups=1)
    part = make.group(meeting, name="Sport", parent=meeting.groups.get(), moderators={})
    told = words(moderator_sheet_pdf(fresh(part), at=NOW))
    assert [one for one in ("Grupa 1: Sport", "Maria Testowa", "Jan Przykładowy") if one not in told] == []


@pytest.mark.poppler
def test_the_sheet_is_tagged_in_our_fonts(group, tmp_path):
    content = moderator_sheet_pdf(group, at=NOW)
    names, alternatives = tags(content)
    assert (names.count("/H1"), alternatives) == (1, [])
    assert {"/H2", "/L", "/LI"} <= set(names)
    assert fonts(content, tmp_path) <= OURS


def test_a_sheet_is_as_many_questions_whatever_was_said(group, django_assert_num_queries):
    for title in ("", "Lokale"):
        if title:
            actions.decide_topic(topic(group.meeting, title), outcome=TopicOutcome.ACCEPTED, group=group, at=NOW)
        row = fresh(group)
        with django_assert_num_queries(4):
            moderator_sheet_pdf(row, at=NOW)


@pytest.mark.parametrize(
    "printed", [lambda group: attendance_pdf([group], at=NOW), lambda group: moderator_sheet_pdf(group, at=NOW)]
)
def test_paper_is_polish_whatever_the_language_of_the_desk(group, printed):
    with translation.override("en"):
        english = printed(fresh(group))
    assert printed(fresh(group)) == english
