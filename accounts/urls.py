"""Of allauth's pages only those that we need: no registration, no second address."""

from allauth.account import views as allauth
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
