"""The one door of `smartunion serve`: /live/ to the broadcaster, everything else to Django.

Django runs as WSGI on a pool of threads, so that a page that waits for the database never delays
a live frame, and a thousand open streams never occupy a thread.
"""

import os

from smartunion.site.wsgi import application as django  # sets Django up, so it comes first

# isort: split
from smartunion.kernel.live.source import sources
from smartunion.kernel.live.stream import Broadcaster
from smartunion.site import embedded
from smartunion.site.pages_door import PagesDoor, Receive, Scope, Send

live = Broadcaster(embedded.ensure(), sources())
pages = PagesDoor(django, threads=int(os.environ.get("WEB_THREADS", "8")))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Send each request to its half."""
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["path"] == "/live/":
        await live(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
