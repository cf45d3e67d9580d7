"""Tests run on a real PostgreSQL: the embedded one, or that of DATABASE_URL."""

import os

import dj_database_url
import django
from django.conf import settings

from smartunion.site import embedded

embedded.ensure()
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
if WORKER and os.environ.get(embedded.VARIABLE):
    # A server for each process: a watermark waits for every transaction of its server, so tests
    # that share one would wait for each other. What a test writes need not survive a power cut.
    os.environ["DATABASE_URL"] = embedded.start(f"postgres-{WORKER}", "fsync=off", "autovacuum=off")
# Named here and not in pyproject.toml, so that the settings are read after the database is up.
os.environ["DJANGO_SETTINGS_MODULE"] = "smartunion.site.settings"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop open
# Append-only tables ask for this before they let a test empty them.
database = settings.DATABASES["default"]
database["OPTIONS"]["options"] += " -c smartunion.disposable=on"
if WORKER:  # it inherits the settings' name, so they were read before the line above
    given = dj_database_url.parse(os.environ["DATABASE_URL"])
    database["HOST"] = given["HOST"]
    database["OPTIONS"] |= given.get("OPTIONS", {})
django.setup()

pytest_plugins = ["tests.cast", "tests.bank", "tests.browser"]


def pytest_unconfigure() -> None:
    """Stop this process's own server; the installation's goes on."""
    if WORKER and os.environ.get(embedded.VARIABLE):
        embedded.stop(f"postgres-{WORKER}")
