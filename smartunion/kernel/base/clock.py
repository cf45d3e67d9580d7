"""The one clock. Everyone else is handed `at`.

In demonstration mode the clock is shifted: Python's `now()` and SQL's `campus_now()` share one
offset, so a page and a query never disagree about what day it is. Production refuses an offset.
"""

import os
from datetime import datetime, timedelta

from django.utils import timezone

VARIABLE = "SMARTUNION_CLOCK_OFFSET"
"""Seconds between the demonstration's present and the real one; set by the command line."""


def offset() -> timedelta:
    """Return how far the demonstration's present lies from the real one (zero in production)."""
    return timedelta(seconds=float(os.environ.get(VARIABLE, "0")))


def now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return timezone.now() + offset()  # noqa: TID251 - the one permitted call
