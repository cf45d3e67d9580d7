"""Tests run on a real PostgreSQL: the embedded one, or that of DATABASE_URL."""

import os

import dj_database_url
import django
from django.conf import settings

from smartunion.site import embedded
from tests import template

# Each process has a server of its own: a watermark waits for every transaction of its server, so
# tests that share one would wait for each other. What a test writes need not survive a power cut.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
SERVER = f"postgres-{WORKER or 'tests'}"
OWN = not os.environ.get("DATABASE_URL") or os.environ.get(embedded.VARIABLE) == "tests"
if OWN:
    os.environ[embedded.VARIABLE] = "tests"
    os.environ["DATABASE_URL"] = template.server(SERVER, "fsync=off", "autovacuum=off")
# Named here and not in pyproject.toml, so that the settings are read after the database is up.
os.environ["DJANGO_SETTINGS_MODULE"] = "smartunion.site.settings"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop open
# Append-only tables ask for this before they let a test empty them.
database = settings.DATABASES["default"]
database["OPTIONS"]["options"] += " -c smartunion.disposable=on"
if OWN:
    database.setdefault("TEST", {})["TEMPLATE"] = database["NAME"]
if WORKER:  # it inherits the settings' name, so they were read before the line above
    given = dj_database_url.parse(os.environ["DATABASE_URL"])
    database["HOST"] = given["HOST"]
    database["OPTIONS"] |= given.get("OPTIONS", {})
django.setup()

pytest_plugins = ["tests.cast", "tests.bank", "tests.browser"]


def pytest_unconfigure() -> None:
    """Stop this process's own server."""
    if OWN:
        embedded.stop(SERVER)
