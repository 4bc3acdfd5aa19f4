"""Of allauth's pages only those that we need: no registration, no second address."""

from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.urls import path, re_path
from django.views.decorators.cache import never_cache

from accounts import views

ask_for_code = never_cache(allauth.request_login_code)

urlpatterns = [
    path("", views.account, name="account"),
    # Most people have no password: the sign-in page asks for an e-mail and sends a code.
    path("login/", ask_for_code, name="account_login"),
    path("login/code/", ask_for_code, name="account_request_login_code"),
    path("login/code/confirm/", allauth.confirm_login_code, name="account_confirm_login_code"),
    path("haslo/", allauth.login, name="account_password_login"),
    path("logout/", never_cache(allauth.logout), name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("signup/", allauth.signup, name="account_signup"),
    path("reauthenticate/", never_cache(allauth.reauthenticate), name="account_reauthenticate"),
    path("sesje/", never_cache(sessions.list_usersessions), name="usersessions_list"),
    path("drugi-skladnik/", never_cache(mfa.index), name="mfa_index"),
    path("drugi-skladnik/kod/", never_cache(mfa.authenticate), name="mfa_authenticate"),
    path("drugi-skladnik/potwierdz/", never_cache(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("drugi-skladnik/nowy/", never_cache(totp.activate_totp), name="mfa_activate_totp"),
    path("drugi-skladnik/inny-telefon/", never_cache(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("drugi-skladnik/kody/", never_cache(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("drugi-skladnik/kody/nowe/", never_cache(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("drugi-skladnik/kody/plik/", never_cache(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("password/change/", never_cache(allauth.password_change), name="account_change_password"),
    path("password/set/", never_cache(allauth.password_set), name="account_set_password"),
    path("password/reset/", never_cache(allauth.password_reset), name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        never_cache(allauth.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("password/reset/key/done/", allauth.password_reset_from_key_done, name="account_reset_password_from_key_done"),
]
