"""Settings of the processes that bin/bench letters starts: real letters to the mail server of EMAIL_URL."""

from config.settings import *  # noqa: F403 - the point of this file
from config.settings import env

vars().update(env.dj_email_url("EMAIL_URL"))
# The workers of a demonstration that runs beside the measurement must not help.
CELERY_TASK_DEFAULT_QUEUE = "bench"
