"""Settings of every installation; the environment is read here and nowhere else.

It fails closed: without DEMO=1 (set by bin/run and bin/test only) these are production settings, and
they refuse to start without a secret key, hosts, a mail server and PostgreSQL.
"""

import os
from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

from config.release import release_of

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
# A secret may lie in a file that only the portal may read.
for _name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"):
    if _file := env.str(f"{_name}_FILE", ""):
        os.environ.setdefault(_name, Path(_file).read_text().strip())
# Everything the portal writes lies here.
VAR = env.path("VAR_DIR", BASE_DIR / "var")
DEMO = env.bool("DEMO", False)

# --- Where we are -------------------------------------------------------------------------------
SECRET_KEY = env.str("SECRET_KEY", "demonstration only: no secret is kept with this key") if DEMO else env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"]) if DEMO else env.list("ALLOWED_HOSTS")
PUBLIC_URL = (env.str("PUBLIC_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}") if DEMO else env.str("PUBLIC_URL")).rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
MUNICIPALITY = {
    "name": env.str("MUNICIPALITY_NAME", "Gmina Miasta Toruń") if DEMO else env.str("MUNICIPALITY_NAME"),
    "office": env.str("MUNICIPALITY_OFFICE", "Urząd Miasta Torunia") if DEMO else env.str("MUNICIPALITY_OFFICE"),
}
# On what terms open data of reports may be used: docs/open-data.md.
OPEN_DATA_LICENCE = env.str("OPEN_DATA_LICENCE", "https://creativecommons.org/licenses/by/4.0/deed.pl")
# How many proxies of ours stand in front: the visitor's address is that many steps from the right in X-Forwarded-For.
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
DEBUG = False
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "desk.apps.DeskConfig",
    "meetings",
    "consultations",
    "programs",
    "accounts",
    "desk.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]

MIDDLEWARE = [
    "config.middleware.no_body_on_head",
    "config.middleware.files_by_nginx",
    "config.middleware.no_cookie_on_public_pages",
    "config.middleware.one_language_per_address",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Around the page alone: nothing but what the page does is that person's doing.
    "config.middleware.desk_acts_by_name",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.every_page",
            ],
            "builtins": ["programs.templatetags.typography"],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
CRISPY_FAIL_SILENTLY = False

# --- Data ---------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", "") if DEMO else env.str("DATABASE_URL")
if DATABASE_URL:
    DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
    if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must point at PostgreSQL: capacity and frozen texts are guarded there.")
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / "demo.sqlite3",
            "CONN_MAX_AGE": 60,
            # IMMEDIATE: two writers queue instead of one of them failing when it upgrades its lock.
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    }
MEDIA_ROOT = VAR / "media"
# nginx hands files out itself after the portal has said who may have them (deploy/nginx.conf).
FILES_BY_NGINX = env.bool("FILES_BY_NGINX", False)
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
# Cached pages name the release in their ETag, so that new words and looks are seen at once.
RELEASE = env.str("RELEASE", "") or release_of(BASE_DIR)

# --- Broker, cache, letters ---------------------------------------------------------------------
# Always the database: a Redis that is away or frozen must not slow a page (docs/decisions/0008).
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}}
REDIS_URL = env.str("REDIS_URL", "")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
    # A frozen broker must not hold a web request: without these a publish waits for ever.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
        "socket_timeout": 3,
        "socket_connect_timeout": 1,
        "visibility_timeout": 3600,
    }
else:
    CELERY_BROKER_URL = "filesystem://localhost"
    _broker = VAR / "broker"
    for _folder in ("messages", "control"):
        (_broker / _folder).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_broker / "messages"),
        "data_folder_out": str(_broker / "messages"),
        "control_folder": str(_broker / "control"),
    }
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_DEFAULT_QUEUE = "letters"
# A PDF must never hold up a letter.
CELERY_TASK_ROUTES = {
    name: {"queue": "files"} for name in ("programs.*", "consultations.make_file", "consultations.render_reports")
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

MAIL_DIR = VAR / "mail"
if DEMO:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = MAIL_DIR
else:
    vars().update(env.dj_email_url("EMAIL_URL"))
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("FROM_EMAIL", "Wspólnie <wspolnie@example.org>") if DEMO else env.str("FROM_EMAIL")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- People -------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:mine"
LOGOUT_REDIRECT_URL = "desk:home"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.signin.PasswordSignInForm",
    "request_login_code": "accounts.signin.RequestCodeForm",
    "confirm_login_code": "accounts.signin.ConfirmCodeForm",
    "reset_password": "accounts.signin.ForgottenPasswordForm",
    "reset_password_from_key": "accounts.signin.NewPasswordFromLetterForm",
    "change_password": "accounts.signin.ChangePasswordForm",
    "set_password": "accounts.signin.SetPasswordForm",
    "reauthenticate": "accounts.signin.ConfirmPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Registration is closed (the adapter says so); without password1 here the staff's form would have no password.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# A letter may wait a quarter of an hour at a mail server that makes strangers wait; three wrong codes end it.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 30 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_TIMEOUT = 30 * 60
ACCOUNT_REAUTHENTICATION_TIMEOUT = 5 * 60
# Signed in with a password until the browser is closed: desks are shared.
ACCOUNT_SESSION_REMEMBER = False
PASSWORD_RESET_TIMEOUT = 30 * 60
# An account of staff that has none can do nothing. In the demonstration the printed password is enough.
STAFF_NEED_SECOND_FACTOR = not DEMO
MFA_ADAPTER = "accounts.second_factor.SecondFactorAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.second_factor.SetUpForm",
    "authenticate": "accounts.second_factor.SecondStepForm",
    "reauthenticate": "accounts.second_factor.ConfirmBySecondFactorForm",
}
# A phone's clock may be half a minute off.
MFA_TOTP_TOLERANCE = 1

# --- Language and time --------------------------------------------------------------------------
LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", _("Polish")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Europe/Warsaw"
USE_TZ = True

# --- Safety -------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # data: for the pictures inside Bootstrap's stylesheet.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if not DEMO:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # a municipality's other subdomains are not ours to force onto HTTPS
    "security.W021",  # nor to enter into browsers' preload lists
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.logs.WithoutPeople"}},
    "filters": {"without_secret_addresses": {"()": "config.logs.WithoutSecretAddresses"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["without_secret_addresses"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    # They tell of every page and every glyph.
    "loggers": {"weasyprint": {"level": "WARNING"}, "fontTools": {"level": "WARNING"}},
}

# --- Personal data ---------------------------------------------------------------------------------
# For how many days each is kept; what an office may shorten or lengthen (desk/privacy/register.py tells from when on).
RETENTION_DAYS = {
    "needs": env.int("KEEP_NEEDS_DAYS", 14),
    "phones": env.int("KEEP_PHONES_DAYS", 30),
    "rates": env.int("KEEP_RATES_DAYS", 7),
    "letters": env.int("KEEP_LETTERS_DAYS", 30),
}
