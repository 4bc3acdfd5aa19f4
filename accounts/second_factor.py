"""The second factor in our words, its secrets unreadable in a copy of the database."""

import base64
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from cryptography.fernet import Fernet, MultiFernet
from django import forms
from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


def _fernet() -> MultiFernet:
    """A change of SECRET_KEY locks nobody out as long as the old one is a fallback."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (salted_hmac("accounts.second_factor", "", secret=key, algorithm="sha256").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code does not work. Each works for half a minute and only once: wait for the next one."),
        "cannot_generate_recovery_codes": _("Set up the application on your phone first."),
    }

    def get_totp_issuer(self) -> str:
        return f"Wspólnie – {settings.MUNICIPALITY['name']}"

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


class _AskForCode:
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]
        field.label = _("Code")
        field.error_messages |= {"required": _("Enter the code that the application shows.")}
        # A placeholder vanishes when one types, and is too pale to read.
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs |= {"class": "short", "inputmode": "numeric"}


class SetUpForm(_AskForCode, totp.ActivateTOTPForm):  # type: ignore[misc]  # allauth has no types
    pass


class SecondStepForm(_AskForCode, base.AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    pass


class ConfirmBySecondFactorForm(_AskForCode, base.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    pass
