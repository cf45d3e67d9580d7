"""Who hears what happens: read from site/wiring.py, which the kernel may not import."""

from collections.abc import Callable, Mapping

from django.conf import settings
from django.utils.module_loading import import_string

from .models import Entry

Subscriber = Callable[[Entry], None]


def subscribers(what: str) -> tuple[Subscriber, ...]:
    """Return who hears of entries with this code, as settings.TRAIL_SUBSCRIPTIONS names them."""
    wired: Mapping[str, tuple[Subscriber, ...]] = import_string(settings.TRAIL_SUBSCRIPTIONS)
    return wired.get(what, ())


def name_of(subscriber: Subscriber) -> str:
    """Return the name by which a delivery remembers its subscriber."""
    return f"{subscriber.__module__}.{subscriber.__qualname__}"
