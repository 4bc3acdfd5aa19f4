"""Letters entered by staff: whole, once, with what came; nothing is dropped, and nothing unsigned is considered."""

from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils.translation import gettext

from accounts.models import Letter
from consultations.actions.answers import approve_answers
from consultations.actions.intake import (
    LARGEST_SCAN,
    EnteredLetter,
    ScanIsTooLarge,
    SignatureIsMissing,
    check_scan,
    record_letter,
)
from consultations.actions.voices import Author, LateNeedsAReason, ProposalText, RemarkText, withdraw_submission
from consultations.models import Channel, Outcome, Part, Step, Submission, Voice
from programs.models import Revision
from programs.uploads import FileIsOfNoUse
from tests.factories.answers import drafter
from tests.factories.voices import AUTHOR, CLOSES, DURING, TICK, consultation, coordinator, token, unit

pytestmark = pytest.mark.django_db
WHY = "Nikt się nie podpisał (art. 8 ust. 1)."


def letter(made, *, author=AUTHOR, said=None, **more):
    more.setdefault("received_at", DURING)
    return EnteredLetter(made, author, said or [ProposalText("Więcej warsztatów.")], Channel.EPUAP, **more)


def record(entered, *, form_token=None, at=CLOSES):
    return record_letter(entered, form_token=form_token or token(), by=drafter(), at=at)


def test_one_letter_that_says_several_things_gets_several_numbers_and_one_receipt():
    made = consultation()
    place, until = unit(made, "§ 1"), unit(made, "§ 2")
    said = [
        RemarkText(place.version, place, until, proposed_wording="Inne słowa."),
        RemarkText(place.version, place, text="Za mało."),
        RemarkText(place.version, text="Dobry projekt."),
    ]
    submission = record(letter(made, said=said))
    voices = submission.voices.order_by("number")
    told = [(1, "§ 1 – § 2"), (2, "§ 1"), (3, gettext("the whole document"))]
    assert [(voice.number, voice.place) for voice in voices] == told
    assert (submission.channel, submission.entered_by, submission.received_at) == (Channel.EPUAP, drafter(), DURING)
    assert Letter.objects.get().to == AUTHOR.email


def test_without_an_address_no_receipt_leaves():
    record(letter(consultation(), author=Author("Jan Ćwik", "")))
    assert not Letter.objects.exists()


def test_an_unsigned_letter_is_refused_without_a_reason_and_recorded_with_one():
    made = consultation()
    nobody = Author("", "", "Mieszkańcy bloku")
    with pytest.raises(SignatureIsMissing):
        record(letter(made, author=nobody))
    assert not Submission.objects.exists()
    voice = record(letter(made, author=nobody, set_aside=WHY)).voices.get()
    assert (voice.number, voice.submission.name) == (1, "")


def test_what_is_set_aside_waits_for_approval_by_somebody_else_in_every_voice_of_the_letter():
    made = consultation()
    said = [ProposalText("Pierwsza."), ProposalText("Druga.")]
    submission = record(letter(made, said=said, set_aside=WHY))
    parts = Part.objects.filter(voice__submission=submission).select_related("current")
    answers = [(part.current.outcome, part.current.reasons, part.current.drafted_by, part.step) for part in parts]
    assert answers == [(Outcome.NOT_CONSIDERED, WHY, drafter(), Step.REVIEW)] * 2
    assert approve_answers(parts, seen={}, by=coordinator(), at=CLOSES) == 2


def test_a_signed_letter_may_be_set_aside_too_and_a_late_one_still_says_why_it_is_recorded():
    made = consultation()
    with pytest.raises(LateNeedsAReason):
        record(letter(made, received_at=CLOSES, set_aside="Po terminie."))
    late = record(letter(made, received_at=CLOSES, set_aside="Po terminie.", late_reason="Wpłynęło pocztą."))
    assert (late.is_late, late.late_reason) == (True, "Wpłynęło pocztą.")


def test_sent_twice_it_is_one_letter_with_one_answer():
    made, same = consultation(), token()
    first = record(letter(made, set_aside=WHY), form_token=same)
    assert record(letter(made, set_aside=WHY), form_token=same, at=CLOSES + TICK) == first
    assert Part.objects.get().decisions.count() == 1
    # Even when its author has taken it back meanwhile.
    kept = token()
    again = record(letter(made), form_token=kept)
    withdraw_submission(again, at=DURING)
    assert record(letter(made, set_aside=WHY), form_token=kept) == again


def test_the_scan_is_kept_under_a_name_that_tells_nothing(settings):
    made = consultation()
    scan = ContentFile(b"%PDF-1.7 podpis", name="Jan Ćwik PESEL.PDF")
    submission = record(letter(made, scan=scan))
    kept = Path(submission.scan.path)
    assert kept.read_bytes() == b"%PDF-1.7 podpis"
    assert kept.parent == Path(settings.MEDIA_ROOT) / "scans"
    assert (len(kept.stem), kept.suffix) == (32, ".pdf")
    assert int(kept.stem, 16)


def test_a_letter_sent_twice_keeps_its_first_scan():
    made, same = consultation(), token()
    for content in (b"%PDF-1", b"%PDF-2"):
        record(letter(made, scan=ContentFile(content, name="a.pdf")), form_token=same)
    assert Path(Submission.objects.get().scan.path).read_bytes() == b"%PDF-1"


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [("skan.exe", b"MZ", FileIsOfNoUse), ("skan.pdf", b"<script>", FileIsOfNoUse), ("skan.html", b"<p>", FileIsOfNoUse)],
)
def test_a_scan_is_what_its_name_says(name, content, refusal):
    made = consultation()
    with pytest.raises(refusal):
        record(letter(made, scan=ContentFile(content, name=name)))
    assert not Voice.objects.exists()


@pytest.mark.parametrize(("size", "is_too_large"), [(LARGEST_SCAN, False), (LARGEST_SCAN + 1, True)])
def test_a_scan_has_a_largest_size(size, is_too_large):
    file = ContentFile(b"%PDF", name="a.pdf")
    file.size = size
    if is_too_large:
        with pytest.raises(ScanIsTooLarge):
            check_scan(file)
    else:
        check_scan(file)


def test_a_report_that_is_public_counts_a_late_letter():
    made = consultation()
    record(letter(made))
    before = Revision.objects.get().number
    record(letter(made, received_at=CLOSES, late_reason="Wysłano w terminie."), at=CLOSES + TICK)
    assert Revision.objects.get().number > before
