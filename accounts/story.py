"""What staff are told of one letter: its words as they left or would leave now, what has happened to it, what to do.

Whatever would let its reader's helper in stays hidden: codes, and the person's own links.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.editing import Preview
from accounts.kinds import KINDS, SECRET_KINDS
from accounts.letters import ContentIsGone
from accounts.models import Letter, State
from accounts.rendering import can_be_stopped, framed, texts, unsigned_link
from accounts.texts import TextIsBroken

UNKNOWN_KIND = _("The portal no longer writes letters of this kind, so their text cannot be shown.")
SECRET = _("This letter lets its reader in, so its text is shown to nobody else.")
# What the states mean for whoever reads the letter at the desk.
ADVICE: dict[str, Promise] = {
    State.QUEUED: _("It leaves by itself. What is not accepted at once is tried again for three days."),
    State.LEASED: _("It is about to leave."),
    State.SENDING: _("It is being handed over to the mail server."),
    State.SENT: _("The mail server has taken it. Whether it was read, the portal cannot know."),
    State.UNCERTAIN: _(
        "The connection broke while the letter was being handed over: nobody can know whether it arrived. Ask the person, "
        "or send it once more; at worst the same letter comes twice."
    ),
    State.FAILED: _(
        "It did not leave, for the reason given below. When the reason is gone, send it once more; "
        "when the address is wrong, ask the person for the right one."
    ),
    State.OBSOLETE: _("It was not sent, because what it was about has changed, is over or was called off."),
    State.SUPPRESSED: _(
        "It was not sent, because the mail server said that there is no such mailbox. Ask the person for the right address. "
        "If this one works again, lift its block first, then send the letter once more."
    ),
}
HAPPENED: dict[str, Promise] = {
    State.QUEUED: _("waits again"),
    State.SENT: _("sent"),
    State.UNCERTAIN: _("in doubt"),
    State.FAILED: _("not sent"),
    State.OBSOLETE: _("given up"),
    State.SUPPRESSED: _("kept back"),
}


class NotShown(Exception):
    def __init__(self, in_words: str | Promise) -> None:
        super().__init__(in_words)
        self.in_words = in_words


@dataclass(frozen=True)
class Event:
    at: datetime
    what: str | Promise
    words: str | Promise
    by: str  # e-mail of staff; empty: the portal itself


def kind_words(kind: str) -> str:
    return str(KINDS[kind].words) if kind in KINDS else kind


def is_as_left(letter: Letter) -> bool:
    """Whether the words shown are those that were handed over, or those that would leave now."""
    return bool(letter.as_sent) and (letter.state not in (State.QUEUED, State.LEASED) or letter.doubts > 0)


def shown(letter: Letter) -> Preview:
    """The letter as its reader sees it, but for the person's own links. Raises NotShown."""
    if letter.emptied_at:
        raise NotShown(ContentIsGone.in_words)
    if letter.kind in SECRET_KINDS:
        raise NotShown(SECRET)
    if letter.kind not in KINDS:
        raise NotShown(UNKNOWN_KIND)
    try:
        said = letter.as_sent if is_as_left(letter) else texts(letter)
    except TextIsBroken as broken:
        raise NotShown(str(broken)) from broken
    plain, html = framed(said, letter.language, unsigned_link() if can_be_stopped(letter) else "")
    return Preview(said["subject"], plain, html)


def history(letter: Letter) -> list[Event]:
    """Oldest first. What a server said over and over stands once."""
    events = [
        Event(datetime.fromisoformat(line["at"]), HAPPENED.get(line["what"], line["what"]), line["words"], line["by"])
        for line in letter.history
    ]
    # Sent once more, it is owed since then: what came before is older.
    if not events or events[0].at >= letter.owed_at:
        events.insert(0, Event(letter.owed_at, _("written"), "", ""))
    told = letter.history[-1]["what"] if letter.history else ""
    if letter.sent_at and told != State.SENT:
        events.append(Event(letter.sent_at, HAPPENED[State.SENT], "", ""))
    if letter.state == State.OBSOLETE and letter.expires_at and told != State.OBSOLETE:
        # Withdrawn by a verb, many at once: its moment stands in the row, its reason is the same for all.
        events.append(Event(letter.expires_at, HAPPENED[State.OBSOLETE], _("What it was about changed or was called off."), ""))
    return events
