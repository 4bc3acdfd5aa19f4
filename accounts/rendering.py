"""How a letter looks: one plain text says everything, and the HTML part is made from it."""

import re
from email.mime.text import MIMEText
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.html import escape, format_html, format_html_join, urlize
from django.utils.safestring import SafeString, mark_safe

from accounts import tokens
from accounts.models import Letter

# "=> https://… Words on the button". Only to our own pages: what a visitor typed must not become a button.
BUTTON = re.compile(r"=> (?P<url>\S+) (?P<words>.+)")
CALENDAR_METHOD = re.compile(r"^METHOD:([A-Z]+)\s*$", re.MULTILINE)


def as_message(letter: Letter) -> EmailMultiAlternatives:
    """The e-mail of one letter. Tried again it has the same links and Message-ID; owed anew, links that live from then."""
    with translation.override(letter.language):
        context = _context(letter)
        subject, body, why = (_part(letter, name, context) for name in ("subject", "body", "why"))
        html = get_template("base_mail.html").render({"subject": subject, "body": as_html(body), "why": as_html(why), **context})
    message = EmailMultiAlternatives(
        # One line, whatever was typed into a title: a line break in a subject would start another header.
        subject=" ".join(subject.split()),
        body=f"{as_plain(body)}\n\n-- \n{as_plain(why)}\n",
        to=[letter.to],
        headers=_headers(letter, context),
    )
    message.attach_alternative(html, "text/html")
    if letter.calendar:
        message.attach(_calendar_part(letter.calendar))
    return message


def as_html(text: str) -> SafeString:
    """Paragraphs, lists of "- " lines, buttons of "=> address words" lines and bare addresses as links."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return mark_safe("\n".join(_block(block.strip().splitlines()) for block in blocks))  # noqa: S308 - each block is escaped


def as_plain(text: str) -> str:
    """What a reader without HTML sees: a button is its words and, below, its address."""
    lines = re.sub(r"\n{3,}", "\n\n", text.strip()).splitlines()
    buttons = [(line.rstrip(), _button(line)) for line in lines]
    return "\n".join(f"{button['words']}:\n{button['url']}" if button else line for line, button in buttons)


def _block(lines: list[str]) -> SafeString:
    """One paragraph, or the list or button that stands in its lines."""
    done: list[SafeString] = []
    paragraph: list[SafeString] = []
    items: list[SafeString] = []

    def close() -> None:
        if paragraph:
            done.append(format_html("<p>{}</p>", mark_safe("<br>\n".join(paragraph))))  # noqa: S308 - escaped by urlize
        if items:
            done.append(format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items))))
        paragraph.clear()
        items.clear()

    for line in map(str.strip, lines):
        button = _button(line)
        if button or bool(items) != line.startswith("- "):
            close()
        if button:
            done.append(format_html('<p class="main"><a href="{}">{}</a></p>', button["url"], button["words"]))
        elif line.startswith("- "):
            items.append(_linked(line.removeprefix("- ")))
        elif line.startswith(">"):
            # A visitor's words: whoever reads them in our letter must not take their addresses for ours.
            paragraph.append(escape(line.removeprefix(">").strip()))
        else:
            paragraph.append(_linked(line))
    close()
    return SafeString("\n".join(done))


def _button(line: str) -> re.Match[str] | None:
    found = BUTTON.fullmatch(line.strip())
    return found if found and found["url"].startswith(f"{settings.PUBLIC_URL}/") else None


def _linked(line: str) -> SafeString:
    return SafeString(urlize(line, autoescape=True))


def _part(letter: Letter, name: str, context: dict[str, object]) -> str:
    return get_template(f"emails/{letter.kind}.txt").render({**context, "part": name}).strip()


def _context(letter: Letter) -> dict[str, object]:
    # Issued when the letter was owed, so that a letter tried again carries the same address.
    link = unfollow = ""
    if letter.link_purpose and letter.link_pk is not None:
        link = tokens.address(tokens.Purpose(letter.link_purpose), letter.link_pk, at=letter.owed_at)
    if letter.unfollow_pk is not None:
        unfollow = tokens.address(tokens.Purpose.UNFOLLOW, letter.unfollow_pk, at=letter.owed_at)
    return {
        **letter.context,
        "link": link,
        "unfollow_link": unfollow,
        "public_url": settings.PUBLIC_URL,
        "municipality": settings.MUNICIPALITY,
        "language": letter.language,
    }


def _headers(letter: Letter, context: dict[str, object]) -> dict[str, str]:
    # Keyed, so that nobody can tell from an identifier who else was written to.
    identity = salted_hmac("letter", f"{letter.to}\n{letter.occasion}", algorithm="sha256").hexdigest()[:40]
    headers = {
        "Message-ID": f"<{identity}@{urlsplit(settings.PUBLIC_URL).hostname}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": letter.language,
    }
    if context["unfollow_link"]:
        headers["List-Unsubscribe"] = f"<{context['unfollow_link']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _calendar_part(calendar: str) -> MIMEText:
    """The method stands in the MIME type too: mail programs offer "add to calendar" by it."""
    part = MIMEText(calendar, "calendar", "utf-8")
    method = CALENDAR_METHOD.search(calendar)
    part.set_param("method", method[1] if method else "PUBLISH")
    part.add_header("Content-Disposition", "attachment", filename="wspolnie.ics")
    return part
