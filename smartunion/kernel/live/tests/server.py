"""A broadcaster by itself, over the trail: what the tests start as a real server."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smartunion.site.settings")

import django

django.setup()

from smartunion.kernel.live.source import Source, Whose, newest  # noqa: E402 - after set-up
from smartunion.kernel.live.stream import Broadcaster  # noqa: E402 - after set-up

SOURCES = {
    "trail": Source("trail", "trail.view", newest("trail_entry")),
    "mine": Source("mine", "home", newest("trail_entry", "by_id"), Whose.PERSON),
}
application = Broadcaster(
    os.environ["DATABASE_URL"],
    SOURCES,
    recheck=0.5,
    heartbeat=1.0,
    connections=int(os.environ.get("LIVE_CONNECTIONS", "50")),
)
