"""What a report is made of: gathered, counted, set in sections; never what is not published, never a person."""

from dataclasses import asdict
from datetime import date, timedelta

import pytest
from django.utils import translation

from consultations.actions.answers import cut_voice
from consultations.actions.report import publish_report, write_report
from consultations.actions.schedule import move_stage
from consultations.actions.voices import Author, withdraw_submission
from consultations.models import Channel, EventKind, FormalEvent, Outcome, Report
from consultations.reporting.blocks import Bar, Chart, Link, Prose, Table
from consultations.reporting.counts import counts
from consultations.reporting.element import paragraph
from consultations.reporting.facts import facts
from consultations.reporting.sections import sections
from consultations.reporting.source import gathered, source_of
from consultations.reporting.voices import voices
from consultations.reporting.words import plural
from tests.factories.answers import ANSWERED, PUBLISHED, answered, drafted
from tests.factories.answers import published as published_answers
from tests.factories.reports import (
    PLACES,
    REPORTED,
    RESIDENT,
    WORDS,
    answered_consultation,
    released,
    reported,
    written,
)
from tests.factories.voices import AUTHOR, CLOSES, DURING, OPENS, consultation, coordinator, proposal, remark

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MARKERS = (RESIDENT.name, RESIDENT.email, AUTHOR.name, AUTHOR.email)


def told(made):
    return facts(made, REPORTED)


def words_of(made) -> str:
    """Everything that files are made of."""
    told, said = gathered(made, REPORTED)
    return repr(asdict(told)) + repr([asdict(one) for one in said]) + repr(sections(told, said))


def blocks(made, anchor):
    with translation.override("pl"):
        made = sections(facts(made, REPORTED), voices(made, REPORTED))
    return next(section.blocks for section in made if section.anchor == anchor)


def test_a_voice_is_told_whole_with_its_answer():
    made = answered_consultation()
    first, second = voices(made, REPORTED)
    with translation.override("pl"):
        resident = voices(made, REPORTED)[1].author
    assert (first.signature, first.author, first.is_resident, first.topic, first.place) == (
        "P/2027/001",
        AUTHOR.organization_name,
        False,
        "Procedura konkursowa",
        "",
    )
    assert (second.signature, second.author, second.is_resident, second.place, second.version) == (
        "U/2027/001",
        resident,
        True,
        "§ 2",
        1,
    )
    assert (second.proposed_wording, second.reasons) == ("Inne słowa.", "Tak będzie jaśniej.")
    assert [(reply.part, reply.ruling.outcome, reply.ruling.reasons) for one in (first, second) for reply in one.answers] == [
        ("", Outcome.ACCEPTED, "Warsztaty będą."),
        ("", Outcome.REJECTED, "Zapis doprecyzujemy w uchwale."),
    ]
    assert first.url == "/konsultacje/2027/propozycje/1/"
    assert second.version_url == "/programy/2027/wersje/1/"


def test_each_part_has_its_answer_and_what_was_corrected_stays():
    made = consultation()
    voice = proposal(made, text="Więcej warsztatów. Mniej papieru.")
    cut_voice(voice, excerpts=["Więcej warsztatów.", "Mniej papieru."], by=coordinator(), at=ANSWERED)
    answered(voice, outcome=Outcome.ACCEPTED, reasons="Tak.")
    published_answers(made)
    released(voice)
    answered(voice, outcome=Outcome.PARTLY, reasons="Jednak w części.", at=PUBLISHED + HOUR)
    published_answers(made, at=PUBLISHED + 2 * HOUR, note="Pomyłka w liczbie.")
    (said,) = voices(made, REPORTED)
    assert [
        (one.part, one.ruling.outcome, one.ruling.note, [(old.outcome, old.reasons) for old in one.corrected])
        for one in said.answers
    ] == [
        (part, Outcome.PARTLY, "Pomyłka w liczbie.", [(Outcome.ACCEPTED, "Tak.")])
        for part in ("Więcej warsztatów.", "Mniej papieru.")
    ]
    assert [dict(row.outcomes) for row in counts(made, REPORTED).topics] == [{Outcome.PARTLY: 2}]


def test_a_correction_that_is_not_published_is_not_told():
    made = answered_consultation()
    part = made.voices.get(kind="proposal").parts.get()
    drafted(part, outcome=Outcome.REJECTED, reasons="TAJNY-SZKIC", at=PUBLISHED + HOUR)
    assert "TAJNY-SZKIC" not in words_of(made)
    assert voices(made, REPORTED)[0].answers[0].ruling.outcome == Outcome.ACCEPTED


def test_nothing_before_publication_or_release_and_nothing_of_a_person():
    made = answered_consultation()
    hidden = answered(proposal(made, text="NIE-ZWOLNIONY"), reasons="NIE-OGŁOSZONA")
    assert [word for word in ("NIE-ZWOLNIONY", "NIE-OGŁOSZONA", *MARKERS) if word in words_of(made)] == []
    published_answers(made, at=PUBLISHED + HOUR, note="Dodano.")
    assert [word for word in ("NIE-ZWOLNIONY", *MARKERS) if word in words_of(made)] == []
    released(hidden)
    assert [word in words_of(made) for word in ("NIE-ZWOLNIONY", "NIE-OGŁOSZONA", *MARKERS)] == [True, True] + [False] * 4


def test_who_spoke_is_counted_by_channel_and_organization_and_residents_have_no_names():
    made = answered_consultation()
    proposal(made, author=Author("Ewa", "ewa@example.org", " stowarzyszenie ŻÓŁTY Latawiec"))
    gone = proposal(made)
    withdraw_submission(gone.submission, at=DURING + HOUR)
    released(*made.voices.all())
    found = counts(made, REPORTED)
    assert [(row.channel, row.letters, row.proposals, row.remarks) for row in found.channels] == [(Channel.PORTAL, 3, 2, 1)]
    assert [n for _name, n in found.organizations] == [2]
    assert (found.residents, found.withdrawn, found.unreleased, found.unanswered) == (1, 1, 0, 1)
    assert (found.letters, found.proposals, found.remarks, found.voices) == (3, 2, 1, 3)
    assert [(row.topic, row.is_of_remarks, dict(row.outcomes)) for row in found.topics] == [
        ("Procedura konkursowa", False, {Outcome.ACCEPTED: 1}),
        ("", True, {Outcome.REJECTED: 1}),
    ]


def test_zero_remarks_are_reported_as_they_are():
    made = consultation()
    report = publish_report(written(made), by=coordinator(), at=REPORTED)
    made.stages.update(invited=37)
    turnout = [block.text for block in blocks(made, "udzial")]
    assert len(turnout) == 1
    assert "Nie wpłynęła ani jedna propozycja i ani jedna uwaga." in turnout[0]
    assert "nie wiadomo" in turnout[0]
    items, invited = blocks(made, "ogloszenie")
    assert items.rows == [
        "Tablica ogłoszeń urzędu – 25 sierpnia 2026 r.",
        Link("Strona miasta – 26 sierpnia 2026 r.", PLACES[1].link),
    ]
    assert [row[2] for row in invited.rows] == ["37", "37"]
    assert [block.text for block in blocks(made, "glosy")] == ["Nie wpłynęła ani jedna propozycja i ani jedna uwaga."]
    assert "nie zgłoszono propozycji ani uwag" in paragraph(told(made))
    assert "rozstrzygniecia" not in [section.anchor for section in sections(told(made), [])]
    assert report.published_at == REPORTED


def test_each_stage_has_its_days_and_each_move_its_reason():
    made = consultation()
    stage = made.stages.get(kind="remarks")
    move_stage(stage, opens_at=OPENS, closes_at=CLOSES + timedelta(days=2), reason="Awaria portalu.", by=coordinator(), at=DURING)
    windows, _heading, moves = blocks(made, "terminy")
    with translation.override("pl"):
        assert ("1 września 2026 r., godz. 10.00", "22 września 2026 r., godz. 12.00") in [row[1:] for row in windows.rows]
    assert [value for _name, value in moves.rows] == [
        "koniec: 22 września 2026 r., godz. 12.00, przedtem 20 września 2026 r., godz. 12.00\n"
        "Powód: Awaria portalu.\nZmieniono 10 września 2026 r., godz. 11.30."
    ]


def test_a_date_that_nobody_moved_is_said_to_stand():
    _windows, prose = blocks(consultation(), "terminy")
    assert prose == Prose("Żaden ogłoszony termin nie został zmieniony.")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"kind": EventKind.OPINION, "done_on": date(2026, 10, 1), "waived": True}, "rezygnację"),
        ({"kind": EventKind.OPINION, "done_on": date(2026, 10, 1)}, "1 października 2026 r."),
        ({"kind": EventKind.HANDED_OVER, "planned_on": date(2026, 10, 1)}, "planowano na 1 października 2026 r."),
    ],
    ids=["waived", "given", "planned"],
)
def test_the_council_of_public_benefit_has_a_section(event, said):
    made = consultation()
    FormalEvent.objects.create(consultation=made, name="Rada", **event)
    terms, _prose = blocks(made, "rada")
    assert said in terms.rows[0][1]


def test_outcomes_are_a_chart_with_a_table_that_says_the_same():
    chart, _note = blocks(answered_consultation(), "rozstrzygniecia")
    assert [bar.parts for bar in chart.bars] == [
        [("accepted", 1), ("rejected", 0)],
        [("accepted", 0), ("rejected", 1)],
    ]
    assert [row[1:] for row in chart.table.rows] == [("1", "0", "1"), ("0", "1", "1"), ("1", "1", "2")]
    assert sum(chart.table.widths) == 20


def test_bars_are_drawn_in_percents_of_the_longest():
    bars = [Bar("a" * 100, [("accepted", 3), ("rejected", 1)]), Bar("b", [("accepted", 0), ("rejected", 1)])]
    chart = Chart("", bars, [], Table("", (), (), ()))
    first, second = chart.drawn
    assert first.parts == [("accepted", "0.00%", "75.00%"), ("rejected", "75.00%", "25.00%")]
    assert second.parts == [("rejected", "0.00%", "25.00%")]
    assert (first.words.startswith("aaa"), len(first.words) < 50, second.words) == (True, True, "b: 1")
    assert chart.height > second.bar_at > first.bar_at


COUNTED = [(0, "0 uwag"), (1, "1 uwaga"), (2, "2 uwagi"), (5, "5 uwag"), (12, "12 uwag"), (22, "22 uwagi"), (112, "112 uwag")]


@pytest.mark.parametrize(("n", "words"), COUNTED)
def test_polish_counts_in_three_forms(n, words):
    assert plural(n, "uwaga", "uwagi", "uwag") == words


def test_the_imprint_says_who_when_and_what_was_changed():
    report = reported()
    again = REPORTED + HOUR
    changed = {**asdict(WORDS), "course": "Inaczej."}
    write_report(report, words=type(WORDS)(**changed), places=PLACES, what="Poprawiono opis.", by=coordinator(), at=again)
    terms, edits = blocks(report.consultation, "metryczka")
    assert dict(terms.rows)["Kto sporządził"] == "Wydział Współpracy"
    assert dict(terms.rows)["Kto ogłosił"] == "Koordynatorka"
    assert [row[1:] for row in edits.rows] == [("Koordynatorka", "Poprawiono opis.")]


def test_an_official_without_a_name_is_not_shown_by_their_address():
    report = reported()
    type(coordinator()).objects.update(name="")
    assert "koordynatorka@example.org" not in words_of(report.consultation)
    assert Report.objects.get().published_by is not None


def test_the_paragraph_for_the_program_holds_windows_places_numbers_and_the_address(settings):
    report = reported()
    with translation.override("pl"):
        text = paragraph(told(report.consultation))
    for part in (
        "od 1 września 2026 r., godz. 10.00 do 20 września 2026 r., godz. 12.00",
        "Tablica ogłoszeń urzędu (25 sierpnia 2026 r.)",
        "Zgłoszono: 1 propozycja i 1 uwaga.",
        "uwzględniono – 1, nie uwzględniono – 1",
        f"{settings.PUBLIC_URL}/konsultacje/2027/raport/",
    ):
        assert part in text


def test_the_source_changes_with_what_is_told_and_with_nothing_else():
    report = reported()
    first = source_of(report.consultation, REPORTED)
    assert source_of(report.consultation, REPORTED + timedelta(days=3)) == first
    with translation.override("en"):
        assert source_of(report.consultation, REPORTED + timedelta(days=4)) == first
    changed = type(WORDS)(**{**asdict(WORDS), "course": "Inaczej."})
    write_report(report, words=changed, places=PLACES, what="Opis.", by=coordinator(), at=REPORTED + HOUR)
    assert source_of(report.consultation, REPORTED + 2 * HOUR) != first


@pytest.mark.parametrize("more", [0, 4])
def test_the_number_of_queries_does_not_grow_with_voices(more, django_assert_num_queries):
    made = answered_consultation()
    for _each in range(more):
        answered(remark(made))
    if more:
        published_answers(made, at=PUBLISHED + HOUR, note="Dodano.")
        released(*made.voices.all())
    facts(made, REPORTED)  # content types are remembered
    with django_assert_num_queries(18):
        facts(made, REPORTED)
    with django_assert_num_queries(2):
        assert len(voices(made, REPORTED)) == 2 + more
