"""Tests run on a real PostgreSQL: the embedded one, or that of DATABASE_URL."""

import os

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps an event loop open

from smartunion.site import embedded

embedded.ensure()

pytest_plugins = ["tests.cast", "tests.bank"]
