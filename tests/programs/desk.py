"""The drafting desk for tests: who sits at it, where its pages are, what they say and what they are sent."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from programs.actions import add_attachment, record_resolution
from programs.models import Attachment, AttachmentKind, DraftVersion, Program, ProvisionText, Resolution, TextImport
from tests.factories.accounts import person
from tests.factories.programs import FROZEN


def at_desk(client: Client, *roles: Role) -> Client:
    """Somebody with these roles; without any, a drafter."""
    client.force_login(person("", *(roles or (Role.DRAFTER,)), is_staff=True))
    return client


def page(name: str, version: DraftVersion, *more: int) -> str:
    return reverse(f"admin:programs_{name}", args=[version.pk, *more])


def import_page(put_up: TextImport, part: int | str | None = None) -> str:
    address = reverse("admin:programs_textimport_change", args=[put_up.pk])
    return f"{address}?page={part}" if part else address


def rows_of(response: HttpResponse) -> dict[str, Any]:
    """What the rows of an import send when nothing in them is touched."""
    form = response.context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def said(response: HttpResponse) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def upload(name: str = "opinia.pdf", content: bytes = b"%PDF-1.7 opinia") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def attached(to: Program) -> Attachment:
    return add_attachment(to, kind=AttachmentKind.OPINION, title="Opinia", file=upload(), at=FROZEN)


def recorded(version: DraftVersion) -> Resolution:
    return record_resolution(version.program, version=version, number="1/26", adopted_on=FROZEN.date(), by=None, at=FROZEN)


def citations(version: DraftVersion) -> list[str]:
    return [text.citation for text in version.texts.in_reading_order()]


def outline(version: DraftVersion) -> list[str]:
    """ "§ 1 text" of each unit."""
    return [f"{text.citation} {text.heading or text.text}".strip() for text in version.texts.in_reading_order()]


def everything(version: DraftVersion) -> list[Any]:
    """All that a page could change."""
    version.refresh_from_db()
    kept = [(name, value) for name, value in vars(version).items() if not name.startswith("_")]
    return [kept, list(version.texts.order_by("pk").values()), list(version.lineage.values()), list(version.files.values())]


def typed(of: ProvisionText, **changed: Any) -> dict[str, Any]:
    """What the page of a unit sends."""
    return {"heading": of.heading, "text": of.text, "seen": of.fingerprint(), **changed}


def again(form: Any) -> dict[str, Any]:
    """What a form that came back sends when it is saved as it stands."""
    return {name: value for name in form.fields if (value := form[name].value())}
