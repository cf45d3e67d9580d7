"""Who hears what: the one place where an upper domain subscribes to a lower one's happenings."""

from collections.abc import Callable

from smartunion.kernel.live.source import Source
from smartunion.kernel.trail.models import Entry

SUBSCRIPTIONS: dict[str, tuple[Callable[[Entry], None], ...]] = {}

LIVE_SOURCES: tuple[Source, ...] = ()
"""The topics that pages may listen to at /live/."""
