"""The portal's Celery app in a hurry: leases and pauses of seconds, so that one minute holds the mishaps of many days."""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.chaos.settings")
django.setup()

from accounts import sending  # noqa: E402 - the apps must be there first
from config.celery import app  # noqa: E402

sending.LEASE = settings.CHAOS_LEASE
for entry in app.conf.beat_schedule.values():
    entry["schedule"] = 1.0
