from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from desk import (
            checks,  # noqa: F401 - registers itself
            watched,
        )

        # The desk has no models, so nothing is sent in its name.
        accounts = apps.get_app_config("accounts")
        pre_migrate.connect(watched.unwatch, sender=accounts)
        post_migrate.connect(watched.watch, sender=accounts)


class DeskAdminConfig(AdminConfig):
    default_site = "desk.site.DeskSite"
