from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin, RefusalsInWords, staff
from accounts.roles import Duty
from programs.actions import TextRefusal, create_program, edit_program, set_purpose, start_version
from programs.admin import changes, closing, files, reshaping, text
from programs.forms.programs import ProgramForm, PurposeForm, VersionForm
from programs.models import DraftVersion, Program, Purpose, StatutoryElement

FACTS = ("program", "number", "based_on", "created_at", "created_by", "frozen_at", "frozen_by", "accepted", "sha256")


@admin.register(Program)
class ProgramAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[Program]):
    duty = Duty.DRAFT_TEXT
    refusals = (TextRefusal,)
    form = ProgramForm
    list_display = ("title", "slug", "kind", "first_year", "last_year", "versions_so_far")
    list_filter = ("kind",)
    search_fields = ("title", "slug")
    fieldsets = (
        (
            None,
            {
                "fields": ("title", "slug", "kind", ("first_year", "last_year"), "previous"),
                "description": _(
                    "The program as a document. Its texts are versions: add one on the list of versions. "
                    "Once a version is frozen, the title, years and address stay as published."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Program]:
        return super().get_queryset(request).annotate(version_count=Count("versions"))

    @admin.display(description=_("versions"))
    def versions_so_far(self, program: Program) -> int:
        return program.version_count  # type: ignore[attr-defined, no-any-return]

    def get_readonly_fields(self, request: HttpRequest, obj: Program | None = None) -> tuple[str, ...]:
        is_published = obj is not None and obj.versions.frozen().exists()
        return ("title", "slug", "kind", "first_year", "last_year") if is_published else ()

    def save_model(self, request: HttpRequest, obj: Program, form: Any, change: bool) -> None:
        words = {name: getattr(obj, name) for name in ("title", "slug", "kind", "first_year", "last_year", "previous")}
        if change:
            edit_program(obj, **words, at=now())
        else:
            obj.pk = create_program(**words, at=now()).pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(DraftVersion)
class VersionAdmin(RefusalsInWords, DeskAdmin, admin.ModelAdmin[DraftVersion]):
    duty = Duty.DRAFT_TEXT
    previewed_as = "version"
    refusals = (TextRefusal,)
    add_title = _("Begin a new version of the text")
    list_help = _("Open a version to write its text, freeze it or take its PDF. Number 1 of a program starts empty.")
    change_form_template = "programs/admin/version_change.html"
    list_display = ("program", "number", "purpose", "frozen_at", "unit_count", "pages")
    list_display_links = ("program", "number")
    list_filter = ("purpose", ("frozen_at", admin.EmptyFieldListFilter))
    list_select_related = ("program",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, form=PurposeForm if change else VersionForm, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: DraftVersion | None = None) -> Any:
        if obj is None:
            help_text = _(
                "The text of the version it is based on is copied; every unit stays the same unit. Without one it starts empty."
            )
            return ((None, {"fields": ("program", "purpose", "based_on"), "description": help_text}),)
        help_text = _("The purpose is printed on the title page. A working draft stays inside the office even when it is frozen.")
        return ((None, {"fields": ("purpose", *FACTS), "description": help_text}),)

    def get_readonly_fields(self, request: HttpRequest, obj: DraftVersion | None = None) -> tuple[str, ...]:
        if obj is None:
            return ()
        return ("purpose", *FACTS) if obj.is_frozen else FACTS

    def get_queryset(self, request: HttpRequest) -> QuerySet[DraftVersion]:
        return super().get_queryset(request).annotate(texts_count=Count("texts")).prefetch_related("files")

    @admin.display(description=_("units"))
    def unit_count(self, version: DraftVersion) -> int:
        return version.texts_count  # type: ignore[attr-defined, no-any-return]

    @admin.display(description=_("pages of the PDF"))
    def pages(self, version: DraftVersion) -> int | str | Promise:
        made = [file.pages for file in version.files.all() if file.pages and not file.is_redline]
        return next(iter(made), None) or (_("being printed") if version.is_frozen else "–")

    @admin.display(description=_("frozen all the same"))
    def accepted(self, version: DraftVersion) -> str:
        """What was not as it should be, line by line."""
        return "\n".join(version.frozen_despite) or "–"

    def save_model(self, request: HttpRequest, obj: DraftVersion, form: Any, change: bool) -> None:
        if change:
            set_purpose(obj, purpose=Purpose(obj.purpose), at=now())
            return
        purpose = Purpose(obj.purpose)
        begun = start_version(obj.program, purpose=purpose, based_on=obj.based_on, by=staff(request), at=now())
        obj.pk, obj.number = begun.pk, begun.number

    def response_add(self, request: HttpRequest, obj: DraftVersion, post_url_continue: str | None = None) -> HttpResponse:
        messages.success(request, _("The version is begun. Now write its text."))
        return HttpResponseRedirect(reverse("admin:programs_text", args=[obj.pk]))

    def get_urls(self) -> list[URLPattern]:
        return [
            *(
                path(route, self.admin_site.admin_view(page), {"desk": self}, name=name)
                for route, page, name in (
                    ("<int:pk>/text/", text.text_page, "programs_text"),
                    ("<int:pk>/text/new/", text.unit_new, "programs_unit_new"),
                    ("<int:pk>/text/<int:unit_pk>/", text.unit_edit, "programs_unit_edit"),
                    ("<int:pk>/text/<int:unit_pk>/split/", reshaping.unit_split, "programs_unit_split"),
                    ("<int:pk>/text/<int:unit_pk>/merge/", reshaping.unit_merge, "programs_unit_merge"),
                    ("<int:pk>/text/<int:unit_pk>/move/", reshaping.unit_move, "programs_unit_move"),
                    ("<int:pk>/text/<int:unit_pk>/remove/", reshaping.unit_remove, "programs_unit_remove"),
                    ("<int:pk>/changes/", changes.changes_page, "programs_changes"),
                    ("<int:pk>/checklist/", closing.checklist, "programs_checklist"),
                    ("<int:pk>/freeze/", closing.freeze, "programs_freeze"),
                    ("<int:pk>/files/", files.files_page, "programs_files"),
                    ("<int:pk>/files/<int:file_pk>/", files.download, "programs_file"),
                )
            ),
            *super().get_urls(),
        ]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        version = context.get("original")
        if version and version.is_frozen:  # nothing left to save
            context |= {"show_save": False, "show_save_and_continue": False, "show_save_and_add_another": False}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(StatutoryElement)
class StatutoryElementAdmin(DeskAdmin, admin.ModelAdmin[StatutoryElement]):
    duty = Duty.DRAFT_TEXT
    list_display = ("number", "name", "kind", "citation")
    list_display_links = ("name",)
    list_filter = ("kind",)
    fieldsets = (
        (
            None,
            {
                "fields": ("kind", "number", "name", "citation"),
                "description": _(
                    "What the act requires a program to hold. "
                    "Before a version is frozen, the desk lists the elements that no unit fulfils."
                ),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or not obj.provisions.exists())
