from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.desk import DeskAdmin, staff
from accounts.letters import outbox_health
from accounts.roles import Duty
from desk.blueprint.views import blueprint_page
from desk.cards import cards
from desk.handbook.places import help_address
from desk.lights import counts, lights, staff_news
from desk.preview.views import preview_desk
from desk.privacy.page import person_page
from desk.status import status_page

# The admin's own sentences, said again in our catalog: its Polish bends no names.
SAID_BETTER = (
    gettext_noop("The {name} “{obj}” was added successfully."),
    gettext_noop("The {name} “{obj}” was changed successfully."),
    gettext_noop("The {name} “{obj}” was added successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    gettext_noop("The {name} “{obj}” was changed successfully. You may edit it again below."),
    gettext_noop("You may edit it again below."),
    gettext_noop("The %(name)s “%(obj)s” was deleted successfully."),
    gettext_noop("Add another %(verbose_name)s"),
)
# The order of the year's work; what is not named comes last.
ORDER = (
    *(
        "consultations",
        "Consultation",
        "Stage",
        "FormalEvent",
        "Voice",
        "VoiceImport",
        "AnswerTemplate",
        "Announcement",
        "Document",
        "ReminderRule",
        "Follow",
        "DateChange",
    ),
    *("meetings", "Meeting", "Registration", "TopicProposal"),
    *("programs", "Program", "DraftVersion", "StatutoryElement"),
    *("accounts", "Organization", "ContactImport", "Sphere", "User", "Letter", "LetterText", "Suppression"),
    *("Portal", "AuditEntry", "Erasure", "RetentionRun"),
)


class DeskSite(admin.AdminSite):
    site_header = _("Wspólnie: the coordinator's desk")
    site_title = _("Wspólnie: desk")
    index_title = _("Desk")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Pages that name a duty, and no others: those of Django's and allauth's tables ask no verb and leave no audit."""
        if admin_class and issubclass(admin_class, DeskAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        place = {name: number for number, name in enumerate(ORDER)}
        apps = super().get_app_list(request, app_label)
        for app in apps:
            app["models"].sort(key=lambda model: place.get(model["object_name"], len(place)))
        return sorted(apps, key=lambda app: place.get(app["app_label"], len(place)))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "help_address": help_address(request.resolver_match)}

    def get_urls(self) -> list[URLPattern | URLResolver]:
        blueprint = path("consultations/consultation/prepare/", self.admin_view(blueprint_page), name="desk_blueprint")
        preview = path("preview/<str:kind>/<int:pk>/", self.admin_view(preview_desk), name="desk_preview")
        status = path("status/", self.admin_view(status_page), name="desk_status")
        person = path("accounts/person/", self.admin_view(person_page), name="desk_person")
        return [blueprint, preview, person, status, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context: dict[str, Any] = {**(extra_context or {})}
        user, at = request.user, timezone.now()
        if user.is_authenticated and Duty.READ_ALL in user.duties:
            context |= {"cards": cards(at), "runs_it": Duty.RUN_PROCESS in user.duties, "staff_news": staff_news(at)}
        if user.is_authenticated and not user.duties.isdisjoint({Duty.SEE_LETTERS, Duty.RUN_PROCESS}):
            health = outbox_health(at)
            context |= {"lights": lights(health, at), "letter_counts": counts(health)}
        return super().index(request, context)

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not staff(request).lacks_second_factor

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The staff's sign-in page under /konto/, which counts wrong passwords; the admin's own does not."""
        if self.has_permission(request):
            # Whatever was sent: the admin's form would take somebody else's password, uncounted and with no second factor.
            return redirect("admin:index")
        if super().has_permission(request):
            return redirect("mfa_activate_totp")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or resolve_url("admin:index"), resolve_url("account_password_login"))
