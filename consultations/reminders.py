"""What this app reminds of: to whom, with which words. The engine is reminding.py; meetings have kinds of their own."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Letter, State
from consultations import due_letters, plan_letters
from consultations.audiences import Recipient, coordinators, directory, followers, followers_and_signed_up, is_invitable
from consultations.deadlines import from_words, until_words
from consultations.models import Audience, ReminderKind, ReminderRule, ReminderRun, Stage, Submission, Voice
from consultations.models.voices import ACTION_OF
from consultations.reminding import Reminder, owe_due
from consultations.stages import PERMITS, Kind
from consultations.things import Thing
from programs.freshness import public_changed
from programs.models import Purpose

# What a stage collects, how it is done, where.
SPEAKING_WORDS: dict[Kind, tuple[Promise, Promise, str]] = {
    Kind.PROPOSALS: (
        gettext_lazy("Proposals for the program"),
        gettext_lazy("Choose a topic and write what should change in the program and why."),
        "consultations:proposal_new",
    ),
    Kind.REMARKS: (
        gettext_lazy("Remarks on the draft"),
        gettext_lazy("Choose a provision, write how it should read and why."),
        "consultations:remark_new",
    ),
}
RESULT_WORDS: dict[str, Promise] = {
    Purpose.AFTER: gettext_lazy("The draft after consultation"),
    Purpose.ADOPTED: gettext_lazy("The adopted program"),
}


def owe_due_reminders(at: datetime) -> None:
    try:
        owe_due(REMINDERS, at)
    finally:
        # Whatever is wrong with a reminder has nothing to do with the plan.
        plan_letters.owe_misfits(at)
        plan_letters.owe_opinions(at)
        due_letters.owe_due_answers(at)


def _all(rule: ReminderRule, thing: Thing, at: datetime) -> list[Recipient]:
    wants = "wants_news" if rule.kind in (ReminderKind.NEWS, ReminderKind.RESULTS) else "wants_reminders"
    if rule.audience == Audience.FOLLOWERS:
        return followers(rule.consultation, wants=wants)[0]
    return followers_and_signed_up(rule.consultation, wants=wants, at=at)


def _silent(rule: ReminderRule, thing: Thing, at: datetime) -> Iterable[Recipient]:
    """Those who have sent nothing that this stage collects, or have withdrawn it."""
    collected = [kind for kind, action in ACTION_OF.items() if action in PERMITS[Kind(thing.row.kind)]]
    letters = Submission.objects.filter(consultation=rule.consultation, withdrawn_at=None, voices__kind__in=collected)
    spoken = {email.lower() for email in letters.values_list("email", flat=True)}
    return [person for person in _all(rule, thing, at) if person.email not in spoken]


def _invited(rule: ReminderRule, thing: Thing, at: datetime) -> Iterable[Recipient]:
    return directory()


def _staff_with_work(rule: ReminderRule, thing: Thing, at: datetime) -> Iterable[Recipient]:
    return coordinators() if Voice.objects.filter(consultation=rule.consultation).awaiting_answer().exists() else ()


def _stage_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    stage: Stage = thing.row
    what, how, page = SPEAKING_WORDS[Kind(stage.kind)]
    opens, closes = from_words(stage.opens_at or at, at), until_words(stage.closes_at or at, at)
    return {
        "consultation": stage.consultation.title,
        "what": str(what),
        "how": str(how),
        "until": closes,
        "window": _("%(from)s %(until)s") % {"from": opens, "until": closes},
        "page_url": _page(page, stage.consultation.slug),
        "because": _because(person),
    }


def _invitation_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    stage: Stage = thing.row
    if stage.kind == Kind.REMARKS:
        what = _("The draft is ready. Remarks on it can be sent %(until)s, without an account.")
    else:
        what = _("On the page of the consultation you will find its dates, the meetings and a form for your proposals.")
    return {
        "consultation": stage.consultation.title,
        "lead": " ".join(stage.consultation.lead.split()),
        "what_now": what % {"until": until_words(stage.closes_at or at, at)},
        "page_url": _page("consultations:detail", stage.consultation.slug),
    }


def _news_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    return {
        "title": thing.title,
        "teaser": " ".join(thing.row.teaser.split()),
        "consultation": thing.row.consultation.title,
        "page_url": _page("consultations:announcement", thing.row.slug),
        "because": _because(person),
    }


def _result_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    return {
        "what": str(RESULT_WORDS[thing.row.purpose]),
        "program": thing.title,
        "page_url": _page("programs:version", thing.row.program.slug, thing.row.number),
        "because": _because(person),
    }


def _unanswered_words(thing: Thing, person: Recipient, at: datetime) -> dict[str, object]:
    waiting = Voice.objects.filter(consultation=thing.row.consultation).awaiting_answer()
    return {
        "consultation": thing.row.consultation.title,
        "stage": thing.title,
        "remarks": str(waiting.remarks().count()),
        "proposals": str(waiting.proposals().count()),
        "until": until_words(thing.moment, at),
        "page_url": settings.PUBLIC_URL + reverse("admin:consultations_voice_changelist"),
    }


def _count_invited(thing: Thing, run: ReminderRun, at: datetime) -> None:
    """The public page says how many organizations were invited, each once, however often the date has moved."""
    letters = Letter.objects.filter(occasion__startswith=f"{run.rule.kind}:{thing.key}:")
    letters = letters.exclude(state__in=(State.OBSOLETE, State.SUPPRESSED))
    invited = letters.aggregate(invited=Count("to", distinct=True))["invited"]
    if Stage.objects.filter(pk=thing.row.pk).exclude(invited=invited).update(invited=invited):
        public_changed(at=at)


def _because(person: Recipient) -> str:
    if person.unfollow:
        return _("you follow this consultation by e-mail")
    return _("you signed up for the meeting of this consultation")


def _page(name: str, *args: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=args)


REMINDERS = {
    ReminderKind.INVITATION: Reminder(_invited, _invitation_words, is_willing=is_invitable, then=_count_invited),
    ReminderKind.STAGE_OPENS: Reminder(_all, _stage_words),
    ReminderKind.STAGE_CLOSES: Reminder(_silent, _stage_words),
    ReminderKind.NEWS: Reminder(_all, _news_words),
    ReminderKind.RESULTS: Reminder(_all, _result_words),
    ReminderKind.STAFF_UNANSWERED: Reminder(_staff_with_work, _unanswered_words),
}
