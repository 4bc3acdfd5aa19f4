"""How a letter looks: one plain text says everything, and the HTML part is made from it."""

import itertools
import re
from collections.abc import Callable, Set
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.html import escape, urlize
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from accounts import tokens
from accounts.kinds import KINDS
from accounts.models import Letter, Portal
from accounts.texts import OwnTexts, TextIsBroken, button_in, check_text, filled, standard_values, text_of, used_in

CALENDAR_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)
ADDRESS = re.compile(r"(?<!\w)((?:https?://|www\.)[^\s<>\"']+)", re.IGNORECASE)
# Alone in a paragraph, to be read off a telephone and typed.
CODE = re.compile(r"[A-Z0-9-]{4,12}")
BREAK = "<br>\n"
# For mail programs that drop a letter's stylesheet.
BUTTON_STYLE = "display:inline-block;padding:12px 20px;background:#8f3a1f;color:#fff;font-weight:bold;text-decoration:none"


def texts(letter: Letter, own: OwnTexts | None = None) -> dict[str, str]:
    """Subject, body and reason as they leave now; as_message() signs the link in them.

    Raises TextIsBroken when the office's words name what such letters do not hold.
    `own` is own_texts(), asked for once by whoever sends many.
    """
    text = text_of(letter.kind, letter.language, own)
    values = values_of(letter, used_in(text))
    if not used_in(text) <= values.keys():
        raise TextIsBroken(check_text(letter.kind, text))
    return filled(text, values)


def values_of(letter: Letter, names: Set[str]) -> dict[str, str]:
    """What stands for the placeholders of these names in this letter."""
    values = {**standard_values(), "link": unsigned_link() if letter.link_purpose else ""}
    with translation.override(letter.language):
        for each in KINDS[letter.kind].placeholders:
            if each.template and each.name in names:
                values[each.name] = get_template(each.template).render(letter.context).strip()
            else:
                values.setdefault(each.name, str(letter.context.get(each.name, "")).strip())
    return values


def as_message(letter: Letter, said: dict[str, str] | None = None) -> EmailMultiAlternatives:
    """The e-mail of one letter. Tried again it has the same links and Message-ID; owed anew, links that live from then.

    `said` is what texts() gave for it, if the caller has asked already.
    """
    said = said or texts(letter)
    unfollow = _unfollow_link(letter)
    plain, html = framed(_signed(said, letter), letter.language, unfollow)
    message = EmailMultiAlternatives(subject=said["subject"], body=plain, to=[letter.to], headers=_headers(letter, unfollow))
    message.attach_alternative(html, "text/html")
    if letter.calendar:
        _attach_calendar(message, letter.calendar)
    return message


def framed(said: dict[str, str], language: str, unfollow: str = "") -> tuple[str, str]:
    """The plain and the HTML part, with who writes, why, and how to stop it."""
    with translation.override(language):
        portal = _("Wspólnie, the consultation portal of %(name)s") % {"name": Portal.current().name}
        foot = f"{said['why']}\n\n{portal}\n{settings.PUBLIC_URL}/"
        if unfollow:
            how = _("To stop these letters, open the address below and press the button:")
            foot += f"\n\n{how}\n{unfollow}"
    frame = {
        "subject": said["subject"],
        "body": as_html(said["body"]),
        "foot": as_html(foot),
        "language": language,
        "office": Portal.current().office,
    }
    html = get_template("base_mail.html").render(frame)
    return f"{as_plain(said['body'])}\n\n-- \n{as_plain(foot)}\n", html


def as_html(text: str) -> SafeString:
    """Paragraphs, lists of "- " lines, quotations of ">" lines, buttons of "=> address words" lines, addresses as links."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return mark_safe("\n".join(_block(block.strip().splitlines()) for block in blocks))  # noqa: S308 - each block is escaped


def as_plain(text: str) -> str:
    """What a reader without HTML sees: a button is its words and, below, its address."""
    lines = re.sub(r"\n{3,}", "\n\n", text.strip()).splitlines()
    buttons = [(line.rstrip(), button_in(line)) for line in lines]
    return "\n".join(f"{button['words']}:\n{button['url']}" if button else line for line, button in buttons)


def _block(lines: list[str]) -> str:
    """What stands in lines without an empty one among them: neighbors with the same mark belong together."""
    return "\n".join(SHAPES[mark](list(run)) for mark, run in itertools.groupby(map(str.strip, lines), _mark))


def _mark(line: str) -> str:
    if button_in(line):
        return "=>"
    return "-" if line.startswith("- ") else line[:1] if line.startswith(">") else ""


def _paragraph(lines: list[str]) -> str:
    if len(lines) == 1 and CODE.fullmatch(lines[0]):
        return f'<p class="code">{lines[0]}</p>'
    return f"<p>{BREAK.join(map(_linked, lines))}</p>"


def _list(lines: list[str]) -> str:
    items = "".join(f"<li>{_linked(line.removeprefix('- '))}</li>" for line in lines)
    return f"<ul>{items}</ul>"


def _quotation(lines: list[str]) -> str:
    # A visitor's words: whoever reads them in our letter must not take their addresses for ours.
    said = escape("\n".join(line.removeprefix(">").strip() for line in lines))
    paragraphs = (part.replace("\n", BREAK) for part in re.split(r"\n\n+", said.strip()))
    return f"<blockquote>{''.join(f'<p>{part}</p>' for part in paragraphs)}</blockquote>"


def _buttons(lines: list[str]) -> str:
    found = filter(None, map(button_in, lines))
    return "\n".join(
        f'<p class="main"><a href="{escape(button["url"])}" style="{BUTTON_STYLE}">{escape(button["words"])}</a></p>'
        for button in found
    )


SHAPES: dict[str, Callable[[list[str]], str]] = {"": _paragraph, "-": _list, ">": _quotation, "=>": _buttons}


@lru_cache(maxsize=256)
def _linked(line: str) -> str:
    # urlize alone would make links of what visitors type too: of "evil.example/prize" in a name.
    pieces = ADDRESS.split(line)
    return "".join(urlize(piece, autoescape=True) if n % 2 else escape(piece) for n, piece in enumerate(pieces))


def unsigned_link() -> str:
    """Stands for the person's own link until the letter leaves: what is kept of its text lets nobody in."""
    return f"{settings.PUBLIC_URL}/l/…/"


def can_be_stopped(letter: Letter) -> bool:
    """Whether it ends with how to get no more of its kind."""
    return letter.unfollow_pk is not None or letter.link_purpose in tokens.STOPS


def _signed(said: dict[str, str], letter: Letter) -> dict[str, str]:
    if not letter.link_purpose:
        return said
    link = _link(letter)
    return {name: words.replace(unsigned_link(), link) for name, words in said.items()}


def _link(letter: Letter) -> str:
    # Issued when the letter was owed, so that a letter tried again carries the same address.
    with translation.override(letter.language):
        return tokens.address(tokens.Purpose(letter.link_purpose), letter.link_pk or 0, at=letter.owed_at)


def _unfollow_link(letter: Letter) -> str:
    if not can_be_stopped(letter):
        return ""
    if letter.unfollow_pk is None:
        # The letter's own link stops it: an organization wants no more invitations, a participant no more reminders.
        return _link(letter)
    with translation.override(letter.language):
        return tokens.address(tokens.Purpose.UNFOLLOW, letter.unfollow_pk, at=letter.owed_at)


def message_id(letter: Letter) -> str:
    """Keyed, so that nobody can tell from an identifier who else was written to."""
    identity = salted_hmac("letter", f"{letter.to}\n{letter.occasion}", algorithm="sha256").hexdigest()[:40]
    return f"<{identity}@{urlsplit(settings.PUBLIC_URL).hostname}>"


def _headers(letter: Letter, unfollow: str) -> dict[str, str]:
    headers = {
        "Message-ID": message_id(letter),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": letter.language,
    }
    if unfollow:
        headers["List-Unsubscribe"] = f"<{unfollow}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _attach_calendar(message: EmailMultiAlternatives, calendar: str) -> None:
    """Twice: mail programs show an invitation by the alternative whose MIME type names the method (RFC 6047), others open
    a file."""
    method = CALENDAR_METHOD.search(calendar)
    message.attach_alternative(calendar, f"text/calendar; method={method[1] if method else 'PUBLISH'}")
    message.attach("wspolnie.ics", calendar.encode(), "application/ics")
