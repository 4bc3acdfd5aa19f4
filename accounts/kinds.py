"""Every kind of letter that the portal writes: what staff call it, what its text may say, what happens when it goes wrong.

The words themselves are templates/emails/<kind>.txt, or a LetterText row once the office has written its own.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.placeholders import (
    ASKED_AGAIN,
    BECAUSE,
    CALENDAR_NOTE,
    CONSULTATION,
    DUE,
    FACTS,
    HOW,
    LINK,
    MANY,
    MEETING,
    NEW_DEADLINE,
    NUMBERS,
    PAGE_URL,
    QUEUE,
    REASON,
    ROOM_LINK,
    UNTIL,
    VOICES,
    WHAT,
    Placeholder,
)


@dataclass(frozen=True)
class LetterKind:
    words: Promise
    placeholders: tuple[Placeholder, ...] = ()
    # Holds a code or an address that lets somebody in: erased once sent.
    is_secret: bool = False
    # In doubt it is repeated once by itself: a receipt that comes twice is better than none. A reminder is not.
    repeats_in_doubt: bool = False
    # Asked for by the person or about their own act; goes out whatever they have chosen to hear of, and even to an
    # address that has refused letters.
    is_transactional: bool = True


KINDS: dict[str, LetterKind] = {
    # Signing in
    "login_code": LetterKind(_("sign-in code"), (Placeholder("code", _("the code"), "ABC-123"),), is_secret=True),
    "password_reset": LetterKind(
        _("new password"),
        (Placeholder("password_reset_url", _("address of the page for the new password"), "{public_url}/"),),
        is_secret=True,
    ),
    "unknown_account": LetterKind(_("sign-in: no such account")),
    # Consultations
    "follow_confirm": LetterKind(
        _("following: confirm the address"),
        (LINK, Placeholder("scope", _("what the person wants to hear of"), _("about all our consultations"))),
        repeats_in_doubt=True,
    ),
    "contact": LetterKind(
        _("a question from the contact form"),
        (
            CONSULTATION,
            Placeholder("name", _("who writes"), "Anna Nowak"),
            Placeholder("email", _("the address to answer to"), "anna@example.org"),
            Placeholder(
                "message", _("the question, quoted"), _("> When will the answers be public?"), "emails/parts/message.txt"
            ),
        ),
        repeats_in_doubt=True,
    ),
    "submission_receipt": LetterKind(
        _("receipt for a voice"),
        (
            LINK,
            CONSULTATION,
            NUMBERS,
            VOICES,
            Placeholder("received", _("when it reached us"), _("22 July 2027, 10:42 a.m.")),
            Placeholder(
                "change_note",
                _("a sentence on until when the letter can be changed or withdrawn; empty when it cannot"),
                _("You can change or withdraw it until Thursday 22 July, 2:00 p.m."),
                may_be_empty=True,
            ),
        ),
        repeats_in_doubt=True,
    ),
    "submission_withdrawn": LetterKind(_("a voice withdrawn"), (LINK, CONSULTATION, NUMBERS, VOICES), repeats_in_doubt=True),
    "stage_opens": LetterKind(
        _("a stage opens"),
        (
            CONSULTATION,
            WHAT,
            Placeholder("window", _("from when until when"), _("from Wednesday 14 July until Thursday 22 July, 2:00 p.m.")),
            NEW_DEADLINE,
            HOW,
            PAGE_URL,
            BECAUSE,
        ),
        is_transactional=False,
    ),
    "stage_closes": LetterKind(
        _("a stage closes soon"),
        (CONSULTATION, WHAT, UNTIL, NEW_DEADLINE, HOW, PAGE_URL, BECAUSE),
        is_transactional=False,
    ),
    "invitation": LetterKind(
        _("invitation to the organizations of the directory"),
        (
            CONSULTATION,
            Placeholder("lead", _("what it is for, in two sentences"), _("We choose the tasks of the next year together.")),
            Placeholder("what_now", _("a sentence on what can be done now"), _("The draft is ready and waits for remarks.")),
            NEW_DEADLINE,
            PAGE_URL,
        ),
        is_transactional=False,
    ),
    "news": LetterKind(
        _("an announcement was published"),
        (
            Placeholder("title", _("title of the announcement"), _("The meeting is on 22 July")),
            Placeholder("teaser", _("its first paragraph"), _("We invite you to the meeting about the cooperation program.")),
            CONSULTATION,
            PAGE_URL,
            BECAUSE,
        ),
        is_transactional=False,
    ),
    "results": LetterKind(
        _("the text after consultation is public"),
        (
            Placeholder("what", _("which text it is"), _("The draft after consultation")),
            Placeholder("program", _("title of the program"), _("Cooperation program for 2028")),
            PAGE_URL,
            BECAUSE,
        ),
        is_transactional=False,
    ),
    "answers": LetterKind(
        _("answers to what the person wrote"),
        (
            LINK,
            CONSULTATION,
            NUMBERS,
            Placeholder(
                "note",
                _("why there is another act of publication; empty for the first"),
                _("An answer was corrected."),
                may_be_empty=True,
            ),
            Placeholder(
                "answers",
                _("each thing that the person wrote, with its answer and reasons"),
                _("U/2027/001 – § 1\n\n> The words that the person wrote.\n\nAnswer: taken into account."),
                "emails/parts/answers.txt",
            ),
            Placeholder("contact_url", _("address of the form for questions"), "{public_url}/"),
        ),
        repeats_in_doubt=True,
    ),
    # Meetings
    "signup_confirm": LetterKind(
        _("sign-up: confirm the address"),
        (
            LINK,
            MEETING,
            FACTS,
            Placeholder("held_until", _("how long the place is held"), _("22 July 2027, 10:42 a.m.")),
            QUEUE,
        ),
        repeats_in_doubt=True,
    ),
    "signup_registered": LetterKind(
        _("signed up for the meeting"),
        (
            LINK,
            MEETING,
            FACTS,
            ROOM_LINK,
            CALENDAR_NOTE,
            Placeholder(
                "confirm_until",
                _("until when to say that one is coming; empty when nobody asks for it"),
                _("until Thursday 22 July, 2:00 p.m."),
                may_be_empty=True,
            ),
            Placeholder("changes_until", _("until when the group can be changed"), _("until Thursday 22 July, 2:00 p.m.")),
        ),
        repeats_in_doubt=True,
    ),
    "signup_cancelled": LetterKind(
        _("sign-up withdrawn"),
        (
            LINK,
            MEETING,
            FACTS,
            CALENDAR_NOTE,
            Placeholder(
                "what_happened",
                _("a sentence saying who ended the sign-up"),
                _("You have resigned and your place is free for somebody else. Thank you for telling us."),
            ),
        ),
        repeats_in_doubt=True,
    ),
    "waitlist_joined": LetterKind(_("on the waiting list"), (LINK, MEETING, FACTS, QUEUE), repeats_in_doubt=True),
    "waitlist_offer": LetterKind(
        _("a place has become free"),
        (
            LINK,
            MEETING,
            FACTS,
            Placeholder("offered_until", _("how long the place is kept for the person"), _("24 July 2027, 10:42 a.m.")),
        ),
        repeats_in_doubt=True,
    ),
    "group_changed": LetterKind(
        _("the group has changed"), (LINK, MEETING, FACTS, ROOM_LINK, REASON, CALENDAR_NOTE), repeats_in_doubt=True
    ),
    "group_cancelled": LetterKind(
        _("the group is called off: choose another one"), (LINK, MEETING, FACTS, REASON, CALENDAR_NOTE), repeats_in_doubt=True
    ),
    "meeting_moved": LetterKind(
        _("the meeting has moved"),
        (LINK, MEETING, FACTS, ROOM_LINK, REASON, ASKED_AGAIN, CALENDAR_NOTE),
        repeats_in_doubt=True,
    ),
    "moderator_invitation": LetterKind(
        _("invitation to somebody who runs a group"), (LINK, MEETING, FACTS, PAGE_URL), repeats_in_doubt=True
    ),
    "meeting_cancelled": LetterKind(
        _("the meeting is cancelled"), (LINK, MEETING, FACTS, REASON, CALENDAR_NOTE), repeats_in_doubt=True
    ),
    "topic_receipt": LetterKind(
        _("receipt for an extra topic"),
        (
            MEETING,
            FACTS,
            Placeholder("title", _("title of the topic"), _("Small grants")),
            Placeholder("received", _("when it reached us"), _("22 July 2027, 10:42 a.m.")),
            Placeholder("topic", _("what the person wrote, quoted"), _("> Small grants"), "emails/parts/topic.txt"),
            PAGE_URL,
        ),
        repeats_in_doubt=True,
    ),
    "moderator_news": LetterKind(
        _("to somebody who runs a group: something has changed"),
        (
            LINK,
            MEETING,
            FACTS,
            Placeholder("what_happened", _("what has changed, in a sentence"), _("The meeting has another date or place.")),
            REASON,
        ),
        repeats_in_doubt=True,
    ),
    "topic_decided": LetterKind(
        _("what became of an extra topic"),
        (
            MEETING,
            FACTS,
            Placeholder("title", _("title of the topic"), _("Small grants")),
            Placeholder("decision", _("what was decided, in a sentence"), _("The topic is taken up in the group “Sport”.")),
            Placeholder("answer", _("what the office wrote to the author; may be empty"), _("Thank you."), may_be_empty=True),
            PAGE_URL,
        ),
        repeats_in_doubt=True,
    ),
    "signup_closes": LetterKind(
        _("sign-up closes soon"), (MEETING, FACTS, UNTIL, NEW_DEADLINE, PAGE_URL), is_transactional=False
    ),
    "confirm_attendance": LetterKind(
        _("will you come: please confirm"), (LINK, MEETING, FACTS, UNTIL, NEW_DEADLINE), is_transactional=False
    ),
    "topics_close": LetterKind(
        _("extra topics close soon"), (LINK, MEETING, FACTS, UNTIL, NEW_DEADLINE, PAGE_URL), is_transactional=False
    ),
    "meeting_soon": LetterKind(
        _("the meeting is soon"),
        (
            LINK,
            MEETING,
            Placeholder("starts", _("when it starts"), _("22 July, 4:30 p.m.")),
            FACTS,
            ROOM_LINK,
            NEW_DEADLINE,
        ),
    ),
    # The desk
    "staff_missed": LetterKind(
        _("desk: a reminder was missed"),
        (
            CONSULTATION,
            Placeholder("rule", _("what the reminder is about"), _("a stage closes soon")),
            Placeholder("thing", _("the stage, meeting or text it is about"), _("Remarks on the draft")),
            Placeholder("due", _("when it was due"), _("22 July 2027, 10:42 a.m.")),
            Placeholder("moment", _("the date it was about"), _("22 July")),
            PAGE_URL,
        ),
    ),
    "staff_plan": LetterKind(
        _("desk: the plan does not fit the act"),
        (
            CONSULTATION,
            Placeholder(
                "misfits",
                _("what does not fit and by how many days, each on a line of its own"),
                _("- “City council” ends 3 days after the last day for adopting it (art. 5a ust. 1)."),
                "emails/parts/misfits.txt",
            ),
            PAGE_URL,
        ),
    ),
    "staff_opinion": LetterKind(
        _("desk: no opinion of the council of public benefit came in its days"),
        (
            CONSULTATION,
            Placeholder("event", _("name of the event"), _("Opinion of the council of public benefit")),
            Placeholder("ended", _("the last of the 14 days"), _("22 July")),
            PAGE_URL,
        ),
    ),
    "staff_unanswered": LetterKind(
        _("desk: voices wait for an answer"),
        (
            CONSULTATION,
            Placeholder("stage", _("name of the stage"), _("Analysis of remarks")),
            UNTIL,
            NEW_DEADLINE,
            Placeholder("remarks", _("how many remarks wait"), "12"),
            Placeholder("proposals", _("how many proposals wait"), "3"),
            PAGE_URL,
        ),
    ),
    "assigned": LetterKind(
        _("desk: voices assigned to a person or a department"),
        (CONSULTATION, MANY, NUMBERS, DUE, PAGE_URL),
    ),
    "answer_due": LetterKind(
        _("desk: answers are due soon, or late"),
        (
            CONSULTATION,
            MANY,
            NUMBERS,
            Placeholder("state", _("until what day they are due, or were"), _("Answers are due on 15 October")),
            PAGE_URL,
        ),
    ),
    "staff_failed": LetterKind(
        _("desk: letters in trouble"),
        (Placeholder("what", _("how many letters failed or are in doubt"), _("3 letters could not be sent.")), PAGE_URL),
    ),
    "staff_silence": LetterKind(
        _("desk: periodic work stood still"),
        (
            Placeholder("task", _("what stood still"), _("sending letters")),
            Placeholder("since", _("when it last ran"), _("22 July 2027, 10:42 a.m.")),
            Placeholder("until", _("when it ran again"), _("22 July 2027, 10:42 a.m.")),
            PAGE_URL,
        ),
    ),
    "staff_seats": LetterKind(
        _("desk: the counter of places was wrong"),
        (
            MEETING,
            Placeholder("group", _("name of the group"), _("Sport")),
            Placeholder("counted", _("places taken, as counted"), "12"),
            Placeholder("held", _("places that people hold"), "13"),
            Placeholder("capacity", _("places in all"), "15"),
            PAGE_URL,
        ),
    ),
    # A letter that staff send to themselves to see how its text looks.
    "test": LetterKind(
        _("a trial of a text"),
        (
            Placeholder("subject", _("subject of the letter on trial"), _("Subject of the letter")),
            Placeholder("body", _("text of the letter on trial"), _("Text of the letter")),
            Placeholder(
                "why", _("why a person would get the letter on trial"), _("You get this letter because you asked for it.")
            ),
        ),
    ),
}

SECRET_KINDS = frozenset(name for name, kind in KINDS.items() if kind.is_secret)
REPEATED_KINDS = frozenset(name for name, kind in KINDS.items() if kind.repeats_in_doubt)
# Reminders, news, invitations: nobody asked for them at this moment.
OPTIONAL_KINDS = frozenset(name for name, kind in KINDS.items() if not kind.is_transactional)
