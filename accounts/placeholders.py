"""Words in braces that the texts of several kinds of letters may use."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Placeholder:
    """A word in braces in the text of a letter, as {until}. Its value stands under this name in the letter's content."""

    name: str
    words: Promise
    # What a preview shows before a real letter of the kind has been written. {public_url} may stand in it.
    sample: Promise | str
    # A value of several lines is written by this template from the letter's content.
    template: str = ""
    may_be_empty: bool = False


# Every text may use these.
STANDARD = (
    Placeholder("municipality", _("name of the municipality"), ""),
    Placeholder("public_url", _("address of the portal"), ""),
)

LINK = Placeholder("link", _("the person's own link, which works without signing in"), "{public_url}/")
PAGE_URL = Placeholder("page_url", _("address of the page that the button opens"), "{public_url}/")
CONSULTATION = Placeholder("consultation", _("title of the consultation"), _("Cooperation program for 2028"))
UNTIL = Placeholder("until", _("the deadline in words"), _("until Thursday 22 July, 2:00 p.m."))
NEW_DEADLINE = Placeholder(
    "new_deadline",
    _("a sentence saying that the deadline was moved; empty when it was not"),
    _("This is a new deadline: the earlier one was moved."),
    may_be_empty=True,
)
NUMBERS = Placeholder("numbers", _("numbers of the proposals or remarks"), "U/2027/001, U/2027/002")
VOICES = Placeholder(
    "voices",
    _("everything that the person wrote, quoted"),
    _("U/2027/001 – § 1\n\n> The words that the person wrote."),
    "emails/parts/voices.txt",
)
MEETING = Placeholder("meeting", _("title of the meeting"), _("Meeting about the cooperation program"))
FACTS = Placeholder(
    "facts",
    _("what is known of the meeting, each on a line of its own: when, how and where, group and room, who"),
    _("- Meeting: Meeting about the cooperation program\n- When: Thursday 22 July 2027, 4:30 p.m. to 6:30 p.m.\n- How: on site"),
    "emails/parts/meeting_facts.txt",
)
ROOM_LINK = Placeholder(
    "room_link",
    _("link to the room of the group; empty when there is none or the place is not confirmed"),
    "https://room.example.org/1",
    may_be_empty=True,
)
CALENDAR_NOTE = Placeholder(
    "calendar_note",
    _("a sentence on the calendar entry that is attached; empty when there is none"),
    _("The entry for your calendar is attached."),
    may_be_empty=True,
)
ASKED_AGAIN = Placeholder(
    "confirm_until",
    _("until when to say again that one is coming; empty when nobody asks for it"),
    _("until Thursday 22 July, 2:00 p.m."),
    may_be_empty=True,
)
QUEUE = Placeholder(
    "queue",
    _("a sentence on the waiting list and the person's place in it; empty for somebody who does not wait"),
    _("2 people have waited longer than you: a place that becomes free is offered to them first."),
    may_be_empty=True,
)
WHAT = Placeholder("what", _("what the stage collects"), _("Remarks on the draft"))
HOW = Placeholder("how", _("a sentence on how it is done"), _("Choose a provision, write how it should read and why."))
BECAUSE = Placeholder("because", _("why this person: follows or signed up"), _("you follow this consultation by e-mail"))
REASON = Placeholder(
    "reason", _("the reason that the office gave; may be empty"), _("The hall is being repaired."), may_be_empty=True
)
MANY = Placeholder("many", _("how many voices"), _("3 voices"))
DUE = Placeholder("due", _("the day until which the answers are due; empty for none"), _("15 October"), may_be_empty=True)
