"""Floors above that wait for an answer: whose notices open by one tap, who hears what is replied.

They are known by the first word of a notice's `about` ("response/12/…"), as site/wiring.py says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

from .links import Tap, deep_link, tap_token
from .models import Message, Notice


@dataclass(frozen=True)
class Answering:
    """What a floor above does with its own notices."""

    tap: str
    """Name of the address that a message's link opens without a login; it gets the `token`."""
    life: timedelta
    """How long that link answers."""
    hear: Callable[[Message, str, datetime], None]
    """Somebody replied to the message, in these words; where the receipt is kept."""
    wrong: Callable[[Message, datetime], None]
    """The message's address leads to nobody; where that is noted."""


def of(notice: Notice) -> Answering | None:
    """Return who waits for an answer to the notice, None for nobody."""
    known: Mapping[str, Answering] = import_string(settings.NOTICE_ANSWERS)
    return known.get(notice.about.partition("/")[0])


def warm() -> None:
    """Resolve every address that a message may carry, once."""
    known: Mapping[str, Answering] = import_string(settings.NOTICE_ANSWERS)
    for waits in known.values():
        reverse(waits.tap, args=["token"])
    reverse("notices:opened", args=["token"])


def link_of(message: Message) -> str:
    """Return the full address that a message carries; the same at every try."""
    notice = message.notice
    waits = of(notice)
    if waits is None:
        return deep_link(message.pk)
    token = tap_token(Tap(notice.person_id, notice.about, "tap", notice.at + waits.life))
    return settings.PUBLIC_URL + reverse(waits.tap, args=[token])
