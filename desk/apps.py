from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        from desk import checks  # noqa: F401 - registers itself


class DeskAdminConfig(AdminConfig):
    default_site = "desk.admin.DeskSite"
