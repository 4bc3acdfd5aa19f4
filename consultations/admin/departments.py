from typing import Any

from django.contrib import admin
from django.db.models import Count, ManyToManyField, Q, QuerySet
from django.forms import CheckboxSelectMultiple, ModelMultipleChoiceField
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin
from accounts.models import User
from accounts.roles import Duty
from consultations.models import Department, Part


@admin.register(Department)
class DepartmentAdmin(DeskAdmin, admin.ModelAdmin[Department]):
    duty = Duty.RUN_PROCESS
    add_title = _("Add a department")
    list_help = _("Units of the office that answer what is assigned to them; each assignment is written to their address.")
    list_display = ("name", "email", "people", "waiting")
    search_fields = ("name", "email")
    fieldsets = (
        (None, {"fields": ("name", "email")}),
        (
            _("Who works in it"),
            {"fields": ("members",), "description": _("They find its voices on the list, assigned to “my department”.")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        unanswered = Q(parts__in=Part.objects.standing().unanswered())
        counted = super().get_queryset(request).annotate(to_answer=Count("parts", filter=unanswered, distinct=True))
        return counted.prefetch_related("members")

    def formfield_for_manytomany(
        self, db_field: ManyToManyField[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> ModelMultipleChoiceField[Any] | None:
        people = User.objects.filter(is_staff=True, is_active=True).order_by("name", "email")
        return super().formfield_for_manytomany(db_field, request, queryset=people, widget=CheckboxSelectMultiple, **kwargs)

    @admin.display(description=_("who works in it"))
    def people(self, department: Department) -> str:
        return ", ".join(str(person) for person in department.members.all())

    @admin.display(description=_("answers to write"))
    def waiting(self, department: Department) -> int:
        return int(getattr(department, "to_answer", 0))
