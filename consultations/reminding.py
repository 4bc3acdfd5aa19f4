"""The engine of reminders: which rules are due, who has not been written to yet.

The rows know everything: a tick that is late, doubled or repeated owes the same letters. An idle tick costs a few
queries however many rules and people there are; a rule whose time is running costs a few more, none for each person.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.letters import AddressIsWrong, owe_letter
from accounts.models import Letter, State
from consultations.audiences import Recipient, coordinators
from consultations.deadlines import day_words, full_words
from consultations.models import ReminderKind, ReminderRule, ReminderRun
from consultations.models.rules import ReminderRuleQuerySet
from consultations.rules import HAPPENINGS, UNFORESEEN
from consultations.things import Thing, last_due, things, with_things

logger = logging.getLogger(__name__)

# What was over longer ago is history: nobody is told any more that a letter about it was missed.
REACH = timedelta(days=7)
# Who signed up or confirmed a moment ago has the dates before their eyes.
LEAVE_ALONE = timedelta(hours=24)
# Letters of one transaction.
BATCH = 200
# States of letters that somebody may have read.
LEFT = (State.SENT, State.SENDING, State.UNCERTAIN)


@dataclass(frozen=True)
class Reminder:
    """What a kind of reminder does: to whom, and with which words (in the language that is active)."""

    people: Callable[[ReminderRule, Thing, datetime], Iterable[Recipient]]
    words: Callable[[Thing, Recipient, datetime], dict[str, object]]
    # Asked at the last moment, under the lock that a stop takes too: whether they may still be written to.
    is_willing: Callable[[Recipient], bool] | None = None
    # Called with the run once letters were owed.
    then: Callable[[Thing, ReminderRun, datetime], None] | None = None


def owe_due(reminders: Mapping[ReminderKind, Reminder], at: datetime) -> None:
    """Owe everything that the rules of these kinds ask for at this moment."""
    rules = with_things(ReminderRule.objects.running(reminders, at), reminders)
    due = last_due(((rule, thing) for rule in rules for thing in things(rule, at)), at)
    found = [(rule, thing) for rule, thing in due if _is_in_reach(rule, thing, at)]
    over = {rule.pk for rule, thing in found if thing.ends_at <= at}
    settled = set(ReminderRun.objects.filter(rule__in=over).values_list("rule", "thing", "moment")) if over else set()
    failed = []
    for rule, thing in found:
        if at < thing.ends_at or (rule.pk, thing.key, thing.moment) not in settled:
            try:
                while carry_out(rule, thing, reminders[ReminderKind(rule.kind)], at=at):
                    pass
            except Exception as error:  # whatever is wrong with one, the others are still written
                failed.append(error)
    if failed:
        raise ExceptionGroup("Some reminders could not be written.", failed)


def _is_in_reach(rule: ReminderRule, thing: Thing, at: datetime) -> bool:
    """Whether its time has come, and is running or was missed lately."""
    due_at = rule.due_at(thing.moment, thing.day)
    return due_at <= at and (at < thing.ends_at or (at < thing.ends_at + REACH and rule.answers_for(due_at)))


@transaction.atomic
def carry_out(rule: ReminderRule, thing: Thing, reminder: Reminder, *, at: datetime) -> bool:
    """Owe the letters of one rule about one thing to those who have none yet; or note that their time has passed.

    True when a batch is full and there may be more: nobody who works on the thing is to wait for thousands of letters.
    """
    held, current = _held(rule, thing, at)
    if held is None or current is None or not _is_in_reach(held, current, at):
        return False
    newest = held.runs.filter(thing=current.key).order_by("-pk").first()
    is_same = newest is not None and newest.moment == current.moment
    if at >= current.ends_at:
        if not is_same:
            _miss(held, current, at)
        return False
    run = newest if is_same and newest and newest.began_at else _begin(held, current, at)
    return _owe_batch(run, current, reminder, at) == BATCH


def _held(rule: ReminderRule, thing: Thing, at: datetime) -> tuple[ReminderRule | None, Thing | None]:
    """Both as they are under the locks.

    Another tick waits for the rule and then finds the letters it would have owed. Whoever moves the date waits for the
    row of the thing and then finds all the letters to withdraw.
    """
    held = _lock(ReminderRule.objects.running([ReminderKind(rule.kind)], at).filter(pk=rule.pk)).first()
    if held is None:
        return None, None
    _lock_row(thing.row)
    return held, next((one for one in things(held, at) if one.key == thing.key), None)


def _lock(rules: ReminderRuleQuerySet) -> ReminderRuleQuerySet:
    return rules.select_for_update(of=("self",)).select_related("consultation")


def _lock_row(row: Model) -> None:
    type(row)._default_manager.select_for_update().filter(pk=row.pk).first()


def _begin(rule: ReminderRule, thing: Thing, at: datetime) -> ReminderRun:
    return rule.runs.create(
        thing=thing.key,
        moment=thing.moment,
        due_at=rule.due_at(thing.moment, thing.day),
        began_at=at,
        is_moved=_was_told(rule, thing),
    )


def _was_told(rule: ReminderRule, thing: Thing) -> bool:
    """Whether somebody may have read of an earlier date."""
    return any(_letters(run).filter(state__in=LEFT).exists() for run in rule.runs.filter(thing=thing.key, letters__gt=0))


def _owe_batch(run: ReminderRun, thing: Thing, reminder: Reminder, at: datetime) -> int:
    """How many letters were owed."""
    owed = _owed(run)
    before = len(owed)
    for person in reminder.people(run.rule, thing, at):
        if (
            (person.email, person.who) not in owed
            and _is_meant(person, run, at)
            and (reminder.is_willing is None or reminder.is_willing(person))
            and _owe(run, thing, reminder, person, at)
        ):
            owed.add((person.email, person.who))
            if len(owed) == before + BATCH:
                break
    if len(owed) != before:
        run.letters = len(owed)
        run.save(update_fields=["letters"])
        if reminder.then:
            reminder.then(thing, run, at)
    return len(owed) - before


def _owe(run: ReminderRun, thing: Thing, reminder: Reminder, person: Recipient, at: datetime) -> bool:
    """Whether the address can be written to."""
    occasion = f"{run.occasion}:{person.who}" if person.who else run.occasion
    with translation.override(person.language):
        moved = _("This is a new date: the earlier one was moved.") if run.is_moved else ""
        context = {**reminder.words(thing, person, at), "new_deadline": moved}
    try:
        owe_letter(
            person.email,
            kind=run.rule.kind,
            occasion=occasion,
            at=at,
            context=context,
            language=person.language,
            link=person.link,
            unfollow=person.unfollow,
            expires_at=thing.ends_at,
        )
    except AddressIsWrong:
        logger.warning("A letter of %s has an address that no letter can be sent to.", occasion)
        return False
    return True


def _owed(run: ReminderRun) -> set[tuple[str, str]]:
    """(address, who) of those who have a letter of it, but for letters that a moved date has taken back.

    What happened is told once, even if it is published a second time.
    """
    of_thing = Letter.objects.filter(occasion__startswith=f"{run.rule.kind}:{run.thing}:")
    letters = of_thing if run.rule.kind in UNFORESEEN else _letters(run)
    return {
        (letter.to, ":".join(letter.occasion.split(":")[4:]))  # after kind, thing and run
        for letter in letters.only("to", "occasion", "state", "history")
        if letter.state != State.OBSOLETE or letter.is_cancelled_by_staff
    }


def _letters(run: ReminderRun) -> QuerySet[Letter]:
    return Letter.objects.filter(Q(occasion=run.occasion) | Q(occasion__startswith=f"{run.occasion}:"))


def _is_meant(person: Recipient, run: ReminderRun, at: datetime) -> bool:
    """News is for those who were there before it; a reminder not for those who have just seen the date."""
    if person.since is None:
        return True
    if run.rule.kind in HAPPENINGS:
        return person.since <= run.moment
    saw_another_date = run.is_moved and run.began_at is not None and person.since <= run.began_at
    return saw_another_date or person.since <= at - LEAVE_ALONE


def _miss(rule: ReminderRule, thing: Thing, at: datetime) -> None:
    due_at = rule.due_at(thing.moment, thing.day)
    run = rule.runs.create(thing=thing.key, moment=thing.moment, due_at=due_at, missed_at=at)
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "consultation": rule.consultation.title,
            "rule": rule.get_kind_display(),
            "thing": thing.title,
            "due": full_words(due_at),
            "moment": day_words(thing.day, at),
        }
    tell_coordinators("staff_missed", f"staff_missed:run:{run.pk}", words, rule.consultation_id, at=at)


def tell_coordinators(kind: str, occasion: str, words: Mapping[str, object], consultation_pk: int, *, at: datetime) -> None:
    """One letter to each, with a button to the consultation at the desk."""
    page_url = settings.PUBLIC_URL + reverse("admin:consultations_consultation_change", args=[consultation_pk])
    for person in coordinators():
        owe_letter(person.email, kind=kind, occasion=occasion, at=at, context={**words, "page_url": page_url})
