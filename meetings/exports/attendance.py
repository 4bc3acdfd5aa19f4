from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from unicodedata import combining, normalize

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.urls import reverse
from django.utils import translation

from consultations.deadlines import full_words
from meetings.exports.heading import OF_HEADING, Heading, heading
from meetings.models import Registration, WorkingGroup
from programs.exports.pdf import render_pdf

# Lines to fill in for people who come without having signed up.
BLANK = 8
# The Polish alphabet has these letters after the ones they are made of; "~" stands after every letter.
_POLISH = str.maketrans(
    {"ą": "a~", "ć": "c~", "ę": "e~", "ł": "l~", "ń": "n~", "ó": "o~", "ś": "s~", "ź": "z~", "ż": "z~~"},
)


class AttendanceList(NamedTuple):
    heading: Heading
    people: list[Registration]
    blank: range


def attendance_pdf(groups: Iterable[WorkingGroup], *, at: datetime) -> bytes:
    """Lists to sign at the door, one for each group given: who is registered, then lines for whoever else comes."""
    listed = list(groups)
    prefetch_related_objects(listed, *OF_HEADING)
    registered = Registration.objects.registered().filter(group__in=listed).select_related("organization")
    people: dict[int, list[Registration]] = {group.pk: [] for group in listed}
    for registration in registered:
        people[registration.group_id].append(registration)
    with translation.override("pl"):
        context = {
            "lists": [_list(group, sorted(people[group.pk], key=_by_family_name)) for group in listed],
            "as_of": full_words(at),
            "privacy": settings.PUBLIC_URL + reverse("desk:privacy"),
        }
    return render_pdf("meetings/attendance_pdf.html", context).content


def _list(group: WorkingGroup, people: Sequence[Registration]) -> AttendanceList:
    return AttendanceList(heading(group), list(people), range(len(people) + 1, len(people) + 1 + BLANK))


def _by_family_name(registration: Registration) -> tuple[str, str]:
    *given, family = _in_polish_order(registration.name).split() or [""]
    return family, " ".join(given)


def _in_polish_order(name: str) -> str:
    """Compares as in a Polish index, where Łoś comes after Lwów; marks of other languages do not count."""
    letters = normalize("NFC", name.casefold()).translate(_POLISH)
    return "".join(letter for letter in normalize("NFKD", letters) if not combining(letter))
