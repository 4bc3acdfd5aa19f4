"""What the pages of the desk share: who may open them, and what they say when a verb refuses what the form had allowed."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode

from accounts.models import User
from accounts.roles import Duty


def staff(request: HttpRequest) -> User:
    """Whoever works at the desk: the admin lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 - tells the type checker what the admin has made sure of
    return request.user


def history_url(label: str, pk: str) -> str:
    return f"{reverse('admin:accounts_auditentry_changelist')}?{urlencode({'model': label, 'object_pk': pk})}"


class DeskAdmin:
    """Who may open an admin page: `duty` changes, READ_ALL (or the duty) looks. Stands before ModelAdmin or an inline."""

    duty: Duty
    add_title: Promise | None = None  # where "Add" and the name do not make a Polish sentence
    list_help: Promise | None = None
    previewed_as = ""  # what the desk calls the page that people will read (desk/preview)
    named_by_kind = False  # the page of a row without a name of its own
    show_facets = admin.ShowFacets.NEVER

    def _has(self, request: HttpRequest, *duties: Duty) -> bool:
        user = request.user
        return user.is_authenticated and user.is_active and not user.duties.isdisjoint(duties)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._has(request, self.duty, Duty.READ_ALL)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty, Duty.READ_ALL)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._has(request, self.duty)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """What the audit tells of this row."""
        return redirect(history_url(self.model._meta.label, unquote(object_id)))  # type: ignore[attr-defined]  # ModelAdmin's

    # The audit sees more than forms, and keeps no names (docs/decisions/0019).
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        pass

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        pass

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        pass


class SeenOnly:
    """Rows that people or the portal make and nobody types at the desk. Stands before DeskAdmin."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class RefusedForm(forms.BaseForm):
    refusal: str

    def full_clean(self) -> None:
        super().full_clean()
        # A form asks what its verb asks: where it finds the change by itself now, the field says it already.
        if not self.errors:
            self.add_error(None, self.refusal)


class RefusalsInWords:
    """Somebody else was quicker: nothing is saved, and the form comes back with what was typed and the reason.

    Stands before DeskAdmin; `refusals` are what its verbs raise, each with `in_words`.
    """

    refusals: tuple[type[Exception], ...]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = super().changeform_view  # type: ignore[misc]  # ModelAdmin's
        try:
            # Saving is one transaction: the refusal leaves it, so nothing of it stays.
            return shown(request, *args, **kwargs)  # type: ignore[no-any-return]
        except self.refusals as refused:
            request.refusal = str(refused.in_words)  # type: ignore[attr-defined]
            return shown(request, *args, **kwargs)  # type: ignore[no-any-return]

    def delete_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, *args, **kwargs)  # type: ignore[misc, no-any-return]  # ModelAdmin's
        except self.refusals as refused:
            messages.error(request, str(refused.in_words))  # type: ignore[attr-defined]
            return redirect("../change/")

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form = super().get_form(request, *args, **kwargs)  # type: ignore[misc]  # ModelAdmin's
        refusal = getattr(request, "refusal", "")
        return type(form.__name__, (RefusedForm, form), {"refusal": refusal}) if refusal else form
