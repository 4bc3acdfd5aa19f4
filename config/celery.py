"""The Celery app and the whole beat table: all periodic work on one screen.

Plain intervals only: an ETA beyond the visibility timeout runs several times, a crontab skips an
hour when the clocks go back. The rows know what is due; a tick that is missed or doubled harms nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("wspolnie")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    # task name: every so many seconds; a run that waited longer than its period is dropped, the next one does it all.
    "drain": {"task": "accounts.drain", "schedule": 30.0, "options": {"expires": 25}},
    "tick-consultations": {"task": "consultations.remind", "schedule": 60.0, "options": {"expires": 50}},
    "tick-meetings": {"task": "meetings.tick", "schedule": 60.0, "options": {"expires": 50}},
    "render-reports": {"task": "consultations.render_reports", "schedule": 60.0, "options": {"expires": 50, "queue": "files"}},
    # Does its work once a day, whenever the workers are there.
    "retain": {"task": "desk.retain", "schedule": 300.0, "options": {"expires": 290}},
    "render-owed-files": {"task": "programs.render_owed", "schedule": 60.0, "options": {"expires": 50, "queue": "files"}},
}
