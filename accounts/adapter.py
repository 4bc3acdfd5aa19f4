"""Signing in, as allauth does it: its letters go through the outbox, its refusals are in our words."""

import secrets
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context as current
from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.letters import owe_letter
from accounts.limits import LETTERS_TO_ONE_ADDRESS, TooMany, count_against

# allauth's name of a letter: our kind, and what of allauth's context its text needs.
LETTERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "account/email/login_code": ("login_code", ("code",)),
    "account/email/unknown_account": ("unknown_account", ()),
    "account/email/password_reset_key": ("password_reset", ("password_reset_url",)),
}
LETTER_LIVES = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("This e-mail and this password do not belong together. Look for a slip and try again."),
        "enter_current_password": _("Enter the password that you use now."),
        "incorrect_code": _("This is not the code from our letter. Copy it once more; if you asked twice, use the newer one."),
        "incorrect_password": _("This is not your password. Look for a slip and try again."),
        "too_many_login_attempts": _("There were too many attempts. Wait five minutes and try again."),
        "rate_limited": _("There were too many attempts. Wait five minutes and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        # Nobody registers: an account comes into being when somebody answers a link from a letter.
        return False

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Whoever has signed in a moment ago is not asked again: setting up the second factor begins with signing in."""
        records = get_authentication_records(current.request, current.request.user)
        return not records or time.time() - records[-1]["at"] >= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT

    def get_reset_password_from_key_url(self, key: str) -> str:
        # Our own address, whatever host name the request came with.
        return f"{settings.PUBLIC_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        at = timezone.now()
        kind, names = LETTERS[template_prefix]
        try:
            count_against(LETTERS_TO_ONE_ADDRESS, email.lower(), at=at)
        except TooMany as error:
            page = render(current.request, "429.html", {"wait": TOO_MANY_LETTERS}, status=429)
            raise ImmediateHttpResponse(page) from error
        owe_letter(
            email,
            kind=kind,
            # Each request is an occasion of its own; the code itself stays out of what staff see.
            occasion=f"{kind}:{secrets.token_hex(8)}",
            at=at,
            context={name: context[name] for name in names},
            language=get_language() or settings.LANGUAGE_CODE,
            expires_at=at + LETTER_LIVES,
        )


TOO_MANY_LETTERS = _(
    "We have sent many letters to this address in the last hour. Look into the spam folder, or try again in an hour."
)
