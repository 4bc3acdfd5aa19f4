"""allauth's forms with labels and refusals in our words."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _

from accounts.identifiers import validate_one_mailbox

EMAIL_ERRORS = {
    "required": _("Enter your e-mail."),
    "invalid": _("This is not an e-mail address: it needs a name, the sign @ and a domain, for example anna@example.org."),
}
PASSWORD_ERRORS = {"required": _("Enter your password.")}


def _ask_for_email(field: forms.Field, hint: Any = "") -> None:
    _say(field, _("Your e-mail"), EMAIL_ERRORS, hint)
    long = MaxLengthValidator(254, _("No e-mail address is that long. Look for a slip in it."))
    field.validators += [long, validate_one_mailbox]


def _say(field: forms.Field, label: Any, errors: dict[str, Any], hint: Any = "") -> None:
    field.label, field.help_text = label, hint
    field.error_messages |= errors
    # A placeholder vanishes when one types, and is too pale to read.
    field.widget.attrs.pop("placeholder", None)


class RequestCodeForm(allauth.RequestLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self.fields["email"], _("The one you gave when signing up or sending your text."))


class ConfirmCodeForm(allauth.ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["code"], _("Code from the letter"), {"required": _("Enter the code from the letter.")})
        self.fields["code"].widget.attrs |= {"class": "short", "inputmode": "numeric"}


class PasswordSignInForm(allauth.LoginForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self.fields["login"])
        _say(self.fields["password"], _("Password"), PASSWORD_ERRORS)


class ForgottenPasswordForm(allauth.ResetPasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_email(self.fields["email"])


class _NewPassword:
    """The new password, twice."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = _("At least 12 characters. Three or four words that only you put together are easy to remember.")
        _say(self.fields["password1"], _("New password"), PASSWORD_ERRORS, hint)
        _say(self.fields["password2"], _("New password once more"), PASSWORD_ERRORS)


class ChangePasswordForm(_NewPassword, allauth.ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["oldpassword"], _("Password you use now"), PASSWORD_ERRORS)


class SetPasswordForm(_NewPassword, allauth.SetPasswordForm):  # type: ignore[misc]  # allauth has no types
    pass


class NewPasswordFromLetterForm(_NewPassword, allauth.ResetPasswordKeyForm):  # type: ignore[misc]  # allauth has no types
    pass


class ConfirmPasswordForm(allauth.ReauthenticateForm):  # type: ignore[misc]  # allauth has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _say(self.fields["password"], _("Password"), PASSWORD_ERRORS)
