"""The forms of voices as a browser sees them: opened, filled in, checked, sent."""

import re
from html import unescape

from django.urls import reverse

from tests.factories.voices import unit

PROPOSAL = {
    "text": "Więcej warsztatów\r\ndla mieszkańców 🙂",
    "reasons": "Zażółć gęślą jaźń",
    "organization": "Stowarzyszenie Żółty Latawiec",
    "name": "Anna Żółć",
    "email": "Anna@Example.org",
    "website": "",
}
REMARK = {**PROPOSAL, "text": "Za mało.", "proposed_wording": "Lepsze brzmienie <b>"}
URLS = {"proposal": "consultations:proposal_new", "remark": "consultations:remark_new"}


def url_of(kind, made):
    return reverse(URLS[kind], args=[made.slug])


def typed(kind, made, **changes):
    place = {"topic": str(made.topics.get(position=0).pk)} if kind == "proposal" else remark_on(unit(made))
    return {**(PROPOSAL if kind == "proposal" else REMARK), **place, **changes}


def remark_on(place):
    """The hidden field tells which version the page showed."""
    return {"place": str(place.provision_id), "read": str(place.version_id)}


def stamp_on(page):
    return re.search(r'name="stamp" value="([^"]+)"', page)[1]


def text_of(response):
    """The page with plain spaces, so that typesetting does not come between a test and its words."""
    return unescape(response.content.decode()).replace("\u00a0", " ")


def fill(client, kind, made, step="check", **changes):
    """Open the form, type, press the button."""
    stamp = stamp_on(text_of(client.get(url_of(kind, made))))
    return client.post(url_of(kind, made), {"stamp": stamp, "step": step, **typed(kind, made, **changes)})


def send_from(client, kind, made, page):
    """Press "send" on a page of answers, with the hidden fields that stand there."""
    hidden = {
        unescape(name): unescape(value) for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page)
    }
    return client.post(url_of(kind, made), {**hidden, "step": "send"})
