import gc
import logging
import os

from django.conf import settings
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.db import DatabaseError, connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# What is loaded now stays: collecting it again and again took an eighth of the time of a long page.
gc.collect()
gc.freeze()

if not settings.DEMO:
    # `migrate` asks this too, but a copy of a demonstration may have been put into the database since.
    try:
        faults = [str(found) for found in run_checks(tags=[Tags.database], databases=["default"]) if found.is_serious()]
    except DatabaseError:
        # Web processes that begin again while the database is away must come up with it.
        logging.getLogger(__name__).exception("The database did not answer and was not checked at the start.")
        faults = []
    finally:
        # A server that forks after this must not share one connection.
        connections.close_all()
    if faults:
        raise ImproperlyConfigured("\n".join(faults))
