from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database)
def no_demonstration_in_production(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Accounts with printed passwords must not reach production. Run by `migrate` and `check --database default`."""
    from accounts.models import User
    from desk.demo.people import STAFF

    # An empty database, before its first `migrate`, holds nobody.
    if settings.DEMO or not databases or User._meta.db_table not in connection.introspection.table_names():
        return []
    known = [account.email for account in STAFF]
    found = [user.email for user in User.objects.filter(email__in=known) if any(user.check_password(a.password) for a in STAFF)]
    return (
        [
            Error(
                f"Demonstration accounts with known passwords: {', '.join(found)}.", hint="Use an empty database.", id="desk.E001"
            )
        ]
        if found
        else []
    )
