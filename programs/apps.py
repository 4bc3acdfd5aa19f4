from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _

from programs import guards


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = _("Programs")

    def ready(self) -> None:
        pre_migrate.connect(guards.drop, sender=self)
        post_migrate.connect(guards.make, sender=self)
