"""What the verbs of voices promise, whoever calls them."""

import re
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts.models import Letter, Organization
from accounts.rendering import as_message
from consultations.actions.schedule import move_stage
from consultations.actions.voices import (
    Author,
    NotUnderConsultation,
    ProposalText,
    RemarkText,
    StageIsClosed,
    SubmissionIsWithdrawn,
    confirm_submission,
    edit_voice,
    release_voices,
    submit_proposal,
    submit_remarks,
    withdraw_submission,
)
from consultations.models import Channel, Submission, Voice, VoiceKind
from consultations.quotes import quote_of, versions_under_remark
from consultations.stages import Action, Kind
from programs.actions import freeze_version, start_version
from programs.models import Purpose
from tests.factories.voices import (
    AUTHOR,
    CLOSES,
    DURING,
    OPENS,
    TICK,
    consultation,
    coordinator,
    draft,
    proposal,
    remark,
    token,
    unit,
)

pytestmark = pytest.mark.django_db


def send_proposal(made, *, at=DURING, texts=("Więcej warsztatów.",), **more):
    more.setdefault("form_token", token())
    return submit_proposal(made, author=AUTHOR, proposals=[ProposalText(text) for text in texts], at=at, **more)


def send_remark(made, *, at=DURING, said=None, **more):
    said = said or RemarkText(unit(made).version, unit(made), proposed_wording="Inne słowa.")
    more.setdefault("form_token", token())
    return submit_remarks(made, author=AUTHOR, remarks=[said], at=at, **more)


SENDERS = pytest.mark.parametrize("send", [send_proposal, send_remark])


# --- When ---------------------------------------------------------------------------------------


@SENDERS
@pytest.mark.parametrize("at", [OPENS, CLOSES - TICK])
def test_voices_are_taken_from_the_first_moment_to_the_last(send, at):
    assert send(consultation(), at=at).received_at == at


@SENDERS
@pytest.mark.parametrize("at", [OPENS - TICK, CLOSES])
def test_outside_the_window_nothing_is_recorded(send, at):
    made = consultation()
    with pytest.raises(StageIsClosed):
        send(made, at=at)
    assert not Submission.objects.exists()
    assert not Voice.objects.exists()
    assert not Letter.objects.exists()


def test_the_refusal_says_when_it_was_and_when_it_will_be_open():
    made = consultation()
    assert "20" in str(StageIsClosed(made, Action.PROPOSE, CLOSES).in_words)
    before = str(StageIsClosed(made, Action.PROPOSE, OPENS - TICK).in_words)
    after = str(StageIsClosed(made, Action.PROPOSE, CLOSES).in_words)
    made.stages.all().delete()
    never = str(StageIsClosed(made, Action.PROPOSE, CLOSES).in_words)
    assert len({before, after, never}) == 3


def test_a_moved_deadline_counts_at_once():
    made = consultation()
    stage = made.stages.get(kind=Kind.PROPOSALS)
    move_stage(stage, opens_at=OPENS, closes_at=DURING, reason="Tak.", by=None, at=OPENS)
    with pytest.raises(StageIsClosed):
        send_proposal(made, at=DURING)


def test_a_stage_of_remarks_takes_no_proposals():
    made = consultation()
    made.stages.filter(kind=Kind.PROPOSALS).delete()
    with pytest.raises(StageIsClosed):
        send_proposal(made)
    assert send_remark(made).voices.get().kind == VoiceKind.REMARK


# --- Numbers ------------------------------------------------------------------------------------


def test_numbers_run_without_gaps_for_each_kind_and_each_consultation():
    first, second = consultation("2027"), consultation("2028")
    letters = [
        send_proposal(first, texts=("a", "b")),
        send_remark(first),
        send_proposal(first),
        send_proposal(second),
        send_remark(first),
    ]
    signatures = [[voice.signature for voice in letter.voices.order_by("number")] for letter in letters]
    assert signatures == [
        ["P/2027/001", "P/2027/002"],
        ["U/2027/001"],
        ["P/2027/003"],
        ["P/2028/001"],
        ["U/2027/002"],
    ]


def test_a_withdrawn_number_is_not_given_again():
    made = consultation()
    withdraw_submission(send_proposal(made), at=DURING)
    assert send_proposal(made).voices.get().number == 2


def test_the_same_form_again_gets_the_first_letter_even_after_the_close():
    made = consultation()
    first = send_proposal(made, form_token="a" * 32)
    assert send_proposal(made, form_token="a" * 32, at=DURING + TICK) == first
    assert send_proposal(made, form_token="a" * 32, at=CLOSES) == first
    assert (Submission.objects.count(), Voice.objects.count(), Letter.objects.count()) == (1, 1, 1)


def test_the_same_form_with_other_words_is_another_letter():
    made = consultation()
    first = send_proposal(made, form_token="a" * 32)
    others = [
        send_proposal(made, form_token="a" * 32, texts=("inny",)),
        send_proposal(made, form_token="a" * 32, texts=("inny", "i drugi")),
        send_remark(made, form_token="a" * 32),
        send_remark(made, form_token="a" * 32, said=RemarkText(unit(made).version, text="Inna.")),
    ]
    assert len({first.pk, *(other.pk for other in others)}) == 5
    with pytest.raises(StageIsClosed):
        send_proposal(made, form_token="a" * 32, texts=("jeszcze inny",), at=CLOSES)


def test_a_remark_stands_only_on_the_text_that_is_under_remark():
    made = consultation()
    old = unit(made).version
    for purpose, taken in ((Purpose.ADOPTED, False), (Purpose.CONSULTATION, True)):
        new = freeze_version(start_version(old.program, purpose=purpose, based_on=old, at=DURING), by=None, at=DURING)
        assert accepts(made, new) is taken
        assert accepts(made, old) is not taken


def accepts(made, version):
    try:
        return bool(send_remark(made, said=RemarkText(version, text="Uwaga.")))
    except NotUnderConsultation:
        return False


# --- What is kept -------------------------------------------------------------------------------


def test_a_remark_keeps_the_words_it_was_made_on():
    made = consultation()
    voice = send_remark(made, said=RemarkText(unit(made, "§ 1").version, unit(made, "§ 1"), text="Za mało celów.")).voices.get()
    assert voice.quote == "Celami programu są:\n1) wspieranie organizacji;\n2) rozwój wolontariatu."
    assert voice.place == "§ 1"


def test_the_quote_of_a_unit_ends_where_the_next_one_begins():
    made = consultation()
    assert quote_of(unit(made, "§ 1 pkt 1")) == "wspieranie organizacji;"
    assert quote_of(unit(made, "§ 3")) == 'Zapis nr 3 o kwocie 10 000 zł i "zasadach".'


def test_a_chapter_too_long_to_reword_is_quoted_by_its_heading():
    assert quote_of(unit(consultation(paragraphs=200), "rozdział 1")) == "Cele programu"


def test_a_remark_may_be_about_the_whole_document():
    made = consultation()
    voice = send_remark(made, said=RemarkText(unit(made).version, text="Za długi.")).voices.get()
    assert (voice.provision_text, voice.quote, bool(voice.place)) == (None, "", True)


def test_a_remark_stands_only_on_a_published_text_of_this_consultation():
    made, other = consultation("2027"), consultation("2028")
    mine, foreign = unit(made), unit(other)
    program, text = mine.version.program, mine.version
    working = freeze_version(start_version(program, purpose=Purpose.WORKING, based_on=text, at=OPENS), by=None, at=OPENS)
    unfrozen = start_version(program, purpose=Purpose.CONSULTATION, based_on=text, at=OPENS)
    for said in (
        RemarkText(foreign.version, foreign, text="cudzy program"),
        RemarkText(working, text="projekt roboczy"),
        RemarkText(unfrozen, text="niezamrożony"),
        RemarkText(text, foreign, text="przepis z innej wersji"),
    ):
        with pytest.raises(NotUnderConsultation):
            send_remark(made, said=said)
    assert not Submission.objects.exists()


def test_under_remark_is_the_newest_version_put_to_consultation():
    made = consultation()
    old = unit(made).version
    newer = freeze_version(start_version(old.program, purpose=Purpose.CONSULTATION, based_on=old, at=OPENS), by=None, at=OPENS)
    start_version(old.program, purpose=Purpose.CONSULTATION, based_on=old, at=OPENS)
    freeze_version(start_version(old.program, purpose=Purpose.AFTER, based_on=old, at=OPENS), by=None, at=OPENS)
    made.programs.add(draft("2031").program)
    assert [(v.program.slug, v.number) for v in versions_under_remark(made)] == [("2027", newer.number), ("2031", 1)]


def test_nothing_a_visitor_wrote_goes_with_what_it_was_about():
    made = consultation()
    voice = remark(made)
    for row in (made, voice.submission, voice.provision_text, voice.version):
        with pytest.raises(ProtectedError):
            row.delete()
    proposal(made).topic.delete()
    assert Voice.objects.proposals().get().topic is None


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": VoiceKind.PROPOSAL},
        {"version": None},
        {"proposed_wording": "", "text": "", "reasons": ""},
    ],
)
def test_the_database_refuses_a_remark_with_the_wrong_fields(changes):
    voice = remark(consultation())
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.filter(pk=voice.pk).update(**changes)


@pytest.mark.parametrize("changes", [{"kind": VoiceKind.REMARK}, {"text": ""}, {"quote": "x"}, {"proposed_wording": "x"}])
def test_the_database_refuses_a_proposal_with_the_wrong_fields(changes):
    voice = proposal(consultation())
    with pytest.raises(IntegrityError), transaction.atomic():
        Voice.objects.filter(pk=voice.pk).update(**changes)


def test_the_public_sees_the_organization_or_a_resident_never_a_name():
    made = consultation()
    resident = replace(AUTHOR, organization_name="")
    assert proposal(made).submission.author == "Stowarzyszenie Żółty Latawiec"
    assert "Anna" not in proposal(made, author=resident).submission.author


def test_the_organization_of_the_directory_is_kept_with_the_name_as_written():
    known = Organization.objects.create(name="Fundacja Otwarte Drzwi")
    author = Author("Jan", "jan@example.org", "fundacja otwarte drzwi", known)
    submission = proposal(consultation(), author=author).submission
    assert (submission.organization, submission.organization_name) == (known, "fundacja otwarte drzwi")


# --- Letters ------------------------------------------------------------------------------------


def test_a_receipt_is_owed_with_the_full_text():
    made = consultation()
    voice = remark(made, citation="§ 1")
    letter = Letter.objects.get()
    message = as_message(letter)
    assert (letter.to, letter.kind) == ("anna@example.org", "submission_receipt")
    assert letter.occasion == f"submission_receipt:submission:{voice.submission.pk}"
    assert "U/2027/001" in message.subject
    for words in ("U/2027/001", "§\u00a01", "1) wspieranie organizacji;", "Inne słowa.", "Tak będzie jaśniej.", "/l/"):
        assert words in message.body
    assert "&" not in message.body


def test_what_was_typed_stays_text_in_the_receipt():
    proposal(consultation(), text="<b>Żółć</b> & <script>alert(1)</script>\n=> https://example.com Kliknij")
    message = as_message(Letter.objects.get())
    html = message.alternatives[0][0]
    assert "<b>Żółć</b> & <script>" in message.body
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"<a[^>]*>Kliknij", html)


@pytest.mark.parametrize(
    "address", ["https://zly.example.com/a", "www.zly.example.com", "zly.example.com", "ktos@zly.example.com"]
)
def test_no_address_that_a_visitor_wrote_becomes_a_link_in_our_letter(address):
    made = consultation()
    words = f"Wejdź:\n\n{address}\n- {address}\n\nDziękuję"
    place = unit(made)
    said = RemarkText(place.version, place, proposed_wording=words, text=words, reasons=words)
    submission = send_remark(made, said=said)
    proposal(made, text=words)
    withdraw_submission(submission, at=DURING)
    for letter in Letter.objects.all():
        message = as_message(letter)
        html = message.alternatives[0][0]
        assert f"> {address}\n> - {address}\n>\n> Dziękuję" in message.body
        assert address in html
        assert not [link for link in re.findall(r"<a\b[^>]*>.*?</a>", html, re.DOTALL) if "zly" in link]


def test_without_an_address_no_letter_is_owed():
    made = consultation()
    author = replace(AUTHOR, email="")
    said = [ProposalText("Przez telefon.")]
    submit_proposal(
        made, author=author, proposals=said, form_token=token(), at=DURING, channel=Channel.PHONE, entered_by=coordinator()
    )
    assert not Letter.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        submit_proposal(made, author=author, proposals=said, form_token=token(), at=DURING)


# --- The author's link --------------------------------------------------------------------------


def test_the_address_is_confirmed_once_also_after_the_close():
    submission = send_proposal(consultation())
    confirm_submission(submission, at=CLOSES)
    confirm_submission(submission, at=CLOSES + TICK)
    assert Submission.objects.get().email_confirmed_at == submission.email_confirmed_at == CLOSES


def test_an_edit_keeps_the_number_the_receipt_and_the_original():
    voice = remark(consultation())
    edit_voice(voice, at=CLOSES - TICK, proposed_wording="Lepsze słowa.", reasons="Inny powód.")
    saved = Voice.objects.get()
    assert (saved.proposed_wording, saved.reasons, saved.number, saved.edited_at) == (
        "Lepsze słowa.",
        "Inny powód.",
        1,
        CLOSES - TICK,
    )
    assert saved.original == {"text": "", "proposed_wording": "Inne słowa.", "reasons": "Tak będzie jaśniej."}
    assert saved.submission.received_at == DURING


def test_new_words_have_to_be_released_again():
    voice = proposal(consultation())
    release_voices([voice], by=coordinator(), at=DURING)
    voice.refresh_from_db()
    edit_voice(voice, at=DURING, text="Zupełnie co innego.")
    assert not Voice.objects.released(CLOSES).exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda voice: edit_voice(voice, at=CLOSES, text="Za późno."),
        lambda voice: withdraw_submission(voice.submission, at=CLOSES),
    ],
)
def test_after_the_close_the_author_changes_nothing(act):
    voice = proposal(consultation())
    with pytest.raises(StageIsClosed):
        act(voice)
    saved = Voice.objects.get()
    assert (saved.text, saved.submission.withdrawn_at) == ("Więcej warsztatów.", None)


def test_a_withdrawn_letter_is_gone_from_the_public_but_not_from_the_record():
    voice = proposal(consultation())
    release_voices([voice], by=coordinator(), at=DURING)
    withdraw_submission(voice.submission, at=CLOSES - TICK)
    withdraw_submission(voice.submission, at=CLOSES - TICK)
    assert not Voice.objects.released(CLOSES).exists()
    assert Voice.objects.get().original["text"] == "Więcej warsztatów."
    assert sorted(Letter.objects.values_list("kind", flat=True)) == ["submission_receipt", "submission_withdrawn"]
    assert "P/2027/001" in as_message(Letter.objects.get(kind="submission_withdrawn")).subject
    with pytest.raises(SubmissionIsWithdrawn):
        edit_voice(voice, at=DURING, text="Jednak nie.")


def test_a_name_that_grows_when_it_is_folded_fits():
    """PostgreSQL refuses what is longer than its column."""
    letter = proposal(consultation(), author=replace(AUTHOR, organization_name="…" * 250)).submission
    assert letter.folded == "." * 250
