"""Settings of the processes that are killed: the portal's own, with real letters to the mail server of EMAIL_URL."""

from datetime import timedelta

from config.settings import *  # noqa: F403 - the point of this file
from config.settings import STORAGES, env

vars().update(env.dj_email_url("EMAIL_URL"))
CHAOS_LEASE = timedelta(seconds=env.float("CHAOS_LEASE"))
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
