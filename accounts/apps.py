from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and letters")

    def ready(self) -> None:
        from allauth.account.signals import login_code_rejected

        from accounts import acting, audit

        connection_created.connect(acting.introduce)
        user_logged_in.connect(audit.signed_in)
        user_logged_out.connect(audit.signed_out)
        user_login_failed.connect(audit.password_refused)
        login_code_rejected.connect(audit.code_refused)
