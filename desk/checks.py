from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register


@register(Tags.database)
def no_demonstration_in_production(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Accounts with printed passwords must not reach production. Run by `migrate` and `check --database default`."""
    from accounts.models import User
    from desk.demo.people import STAFF

    if settings.DEMO or not databases:
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
