"""One person at the desk: what there is of them, a copy of it, and erasing it. Whoever looks is on record."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts import trail
from accounts.desk import staff
from accounts.models import User
from accounts.roles import Duty
from desk.privacy.export import Found, export_person, look_up, looked_before, zip_response
from desk.privacy.person import RunsAGroup, WorksAtTheDesk, erase_person, erased_before


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("The whole address. It is not kept: the audit gets a code made of it, and that you looked."),
        widget=forms.EmailInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class ErasureForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=300,
        help_text=gettext_lazy("How and when the person asked, without their name: this is kept for three years."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    sure = forms.BooleanField(label=gettext_lazy("I have made sure that it is this person who asks. It cannot be undone."))


@never_cache
def person_page(request: HttpRequest) -> HttpResponse:
    """By POST alone: an address in an address would stand in logs and histories."""
    if Duty.KEEP_DIRECTORY not in staff(request).duties:
        raise PermissionDenied
    at, act = now(), request.POST.get("act", "")
    form = AddressForm(request.POST or None)
    if not form.is_valid():
        return _page(request, {"form": form})
    email = form.cleaned_data["email"]
    if act == "export":
        return zip_response(export_person(email, by=staff(request), at=at), name="dane", at=at)
    if act == "erase":
        return _erase(request, form, at)
    looks = _looks(email)
    found = look_up(email, by=staff(request), at=at)
    return _page(request, {"form": form, "looks": looks, "erasing": ErasureForm(), **_told(email, found)})


def _told(email: str, found: list[Found]) -> dict[str, Any]:
    rows = [(one.lines[0].what, len(one.rows)) for one in found]
    return {"email": email, "rows": rows, "erased": erased_before(email)}


def _erase(request: HttpRequest, form: AddressForm, at: datetime) -> HttpResponse:
    email, erasing = form.cleaned_data["email"], ErasureForm(request.POST)
    refusal: object = ""
    if erasing.is_valid():
        try:
            done = erase_person(email, at=at, by=staff(request), reason=erasing.cleaned_data["reason"])
        except (WorksAtTheDesk, RunsAGroup) as refused:
            refusal = refused.in_words
        else:
            words = _("The data of this person are erased.") if done else _("There was nothing to erase under this address.")
            messages.success(request, words)
            return redirect("admin:accounts_erasure_changelist")
    return _page(
        request, {"form": form, "erasing": erasing, "refusal": refusal, **_told(email, look_up(email, by=staff(request), at=at))}
    )


def _looks(email: str) -> list[tuple[str, str, str]]:
    """When, who, what: so that whoever asks can be told who has looked at their data."""
    return [(trail.moment_words(one.at), str(one.actor or ""), one.get_what_display()) for one in looked_before(email)[:10]]


def _page(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    shared = {**admin.site.each_context(request), "title": _("A person's data"), "opts": User._meta}
    return render(request, "desk/admin/person.html", {**shared, **context})
