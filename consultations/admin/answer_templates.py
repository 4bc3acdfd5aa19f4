from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.desk import DeskAdmin
from accounts.roles import Duty
from consultations.models import AnswerTemplate


@admin.register(AnswerTemplate)
class AnswerTemplateAdmin(DeskAdmin, admin.ModelAdmin[AnswerTemplate]):
    duty = Duty.HANDLE_VOICES
    list_help = _("Words that many answers begin with. Changing one changes no answer that was written with it.")
    list_display = ("name", "outcome")
    list_filter = ("outcome",)
    search_fields = ("name", "reasons")
    fields = ("name", "outcome", "reasons")
