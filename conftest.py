"""Tests run on a real PostgreSQL: the embedded one, or that of DATABASE_URL."""

import os

import django
from django.conf import settings

from smartunion.site import embedded

embedded.ensure()
# Named here and not in pyproject.toml, so that the settings are read after the database is up.
os.environ["DJANGO_SETTINGS_MODULE"] = "smartunion.site.settings"
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop open
# Append-only tables ask for this before they let a test empty them.
settings.DATABASES["default"]["OPTIONS"]["options"] += " -c smartunion.disposable=on"
django.setup()

pytest_plugins = ["tests.cast", "tests.bank", "tests.browser"]
