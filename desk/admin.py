"""What was erased, to read: by the clock, and for people."""

from django.apps import apps
from django.contrib import admin
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts import trail
from accounts.desk import DeskAdmin, SeenOnly
from accounts.models import Erasure, RetentionRun
from accounts.roles import Duty
from desk.privacy.register import REGISTER


@admin.register(RetentionRun)
class RetentionRunAdmin(SeenOnly, DeskAdmin, admin.ModelAdmin[RetentionRun]):
    duty = Duty.READ_ALL
    list_help = _("Once a day the portal erases what it has kept as long as it may. The privacy page says what, and how long.")
    list_display = ("moment", "rows_gone", "what_went")
    list_display_links = None
    list_filter = ("at",)

    @admin.display(description=_("when"), ordering="at")
    def moment(self, run: RetentionRun) -> str:
        return trail.moment_words(run.at)

    @admin.display(description=_("how much"))
    def rows_gone(self, run: RetentionRun) -> int:
        return run.rows

    @admin.display(description=_("what was erased"))
    def what_went(self, run: RetentionRun) -> str:
        words = {one.long: str(one.what) for one in REGISTER if isinstance(one.long, str)}
        return "; ".join(f"{words.get(name, name)}: {n}" for name, n in run.went.items() if n) or trail.NOTHING


@admin.register(Erasure)
class ErasureAdmin(SeenOnly, DeskAdmin, admin.ModelAdmin[Erasure]):
    duty = Duty.READ_ALL
    list_help = _("People whose data were erased because they asked. Who they were is not kept.")
    list_display = ("moment", "who", "reason", "what_went")
    list_display_links = None
    list_filter = ("at",)
    list_select_related = ("by",)

    @admin.display(description=_("when"), ordering="at")
    def moment(self, erasure: Erasure) -> str:
        return trail.moment_words(erasure.at)

    @admin.display(description=_("by"))
    def who(self, erasure: Erasure) -> str:
        return str(erasure.by or (_("the office") if erasure.reason else _("the person")))

    @admin.display(description=_("what was erased"))
    def what_went(self, erasure: Erasure) -> str:
        return "; ".join(f"{capfirst(apps.get_model(label)._meta.verbose_name_plural)}: {n}" for label, n in erasure.went.items())
