"""Voices and answers for programs, as docs/open-data.md and docs/open-data.schema.json say. Names of fields are part of that
promise: what is added raises the second figure of VERSION, what would break a reader the first.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from accounts.models import Portal
from consultations.reporting.facts import Facts
from consultations.reporting.voices import Replied, Ruling, Said

VERSION = "1.0"


def open_data(told: Facts, said: Sequence[Said], *, at: datetime) -> Iterator[str]:
    """Voice by voice."""
    head = {
        "schema_version": VERSION,
        "licence": settings.OPEN_DATA_LICENCE,
        "generated_at": _moment(at),
        "publisher": Portal.current().office,
        "consultation": _consultation(told),
        "counts": _counts(told),
    }
    yield f'{_json(head)[:-1]}, "voices": ['
    for place, one in enumerate(said):
        yield f"{',' if place else ''}\n{_json(_voice(one))}"
    yield "\n]}\n"


def _consultation(told: Facts) -> dict[str, Any]:
    return {
        "id": told.slug,
        "title": told.title,
        "url": settings.PUBLIC_URL + told.url,
        "report_url": settings.PUBLIC_URL + reverse("consultations:report", args=[told.slug]),
        "report_published_at": told.written.published_at and _moment(told.written.published_at),
        "stages": [
            {
                "name": stage.name,
                "kind": stage.kind,
                "opens_at": stage.opens_at and _moment(stage.opens_at),
                "closes_at": stage.closes_at and _moment(stage.closes_at),
                "organizations_invited": stage.invited,
            }
            for stage in told.stages
        ],
    }


def _counts(told: Facts) -> dict[str, Any]:
    counts = told.counts
    return {
        "letters": counts.letters,
        "proposals": counts.proposals,
        "remarks": counts.remarks,
        "letters_withdrawn": counts.withdrawn,
        "by_channel": {
            row.channel: {"letters": row.letters, "proposals": row.proposals, "remarks": row.remarks} for row in counts.channels
        },
    }


def _voice(said: Said) -> dict[str, Any]:
    return {
        "id": said.signature,
        "url": settings.PUBLIC_URL + said.url,
        "kind": said.kind,
        "number": said.number,
        "received_on": said.received_on.isoformat(),
        "channel": said.channel,
        # Nothing about people who speak for nobody else.
        "organization": None if said.is_resident else said.author,
        "topic": said.topic or None,
        "place": said.place or None,
        "version_url": settings.PUBLIC_URL + said.version_url if said.version_url else None,
        "current_wording": said.quote,
        "proposed_wording": said.proposed_wording,
        "text": said.text,
        "reasons": said.reasons,
        "answers": [_answer(reply) for reply in said.answers],
    }


def _answer(reply: Replied) -> dict[str, Any]:
    return {"part": reply.part or None, **_ruling(reply.ruling), "corrected": [_ruling(earlier) for earlier in reply.corrected]}


def _ruling(ruling: Ruling) -> dict[str, Any]:
    return {
        "outcome": ruling.outcome,
        "outcome_label": ruling.outcome_words,
        "reasons": ruling.reasons,
        "published_at": _moment(ruling.published_at),
        "publication_note": ruling.note or None,
    }


def _moment(value: datetime) -> str:
    return localtime(value).isoformat(timespec="seconds")


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
