"""The sender: claims what is due, hands it over outside any transaction, marks what came of it."""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timedelta

import psycopg
from django.db import Error, close_old_connections, connection

from smartunion.kernel.base import clock

from . import gateways, outbox
from .gateways import Gateway, NoAnswer, NotNow, Parcel, Refuses
from .links import deep_link
from .models import Message
from .outbox import gather, give_up_on_silence
from .rules import Channel, Priority

__all__ = ["gather", "give_up_on_silence", "keep_sending", "send_due"]

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Messages that one sender has under way; each has a thread, so that none waits for another."""

LONGEST_SLEEP = 1.0
"""Seconds that a sender sleeps at most, should a NOTIFY be lost."""

RETRY_SECONDS = 1.0

_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notices")


def parcel_of(message: Message) -> Parcel:
    """Return what the provider is asked to bring."""
    notice = message.notice
    return Parcel(
        key=str(message.key),
        address=message.address,
        priority=Priority(message.priority),
        title=notice.title,
        text=notice.text,
        link=deep_link(message.pk),
    )


def send_due(ways: Mapping[Channel, Gateway], *, at: datetime) -> int:
    """Send what is due at the moment; return how many messages were tried.

    Any number of senders may run, and die at any point: the lease of one that died ends, and the
    next one sends again with the same key, which the provider or the phone knows.
    """
    tried = 0
    began = time.monotonic()
    while claimed := outbox.claim(at=_later(at, began), limit=AT_ONCE):
        tried += len(claimed)
        waiting = {
            _threads.submit(_hand_over, ways, message, parcel_of(message)): message
            for message in claimed
        }
        for done in as_completed(waiting):
            _mark(waiting[done], done.result(), at=_later(at, began))
    return tried


def _later(at: datetime, began: float) -> datetime:
    """Return the moment now, for somebody who was told `at` when they began."""
    return at + timedelta(seconds=time.monotonic() - began)


def _hand_over(
    ways: Mapping[Channel, Gateway], message: Message, parcel: Parcel
) -> str | NoAnswer | NotNow | Refuses:
    """Ask the provider, in a thread that knows no database; return what came of it."""
    way = ways.get(Channel(message.channel))
    if way is None:
        return Refuses("这个渠道没有开通")
    try:
        return way.send(parcel)
    except (NoAnswer, NotNow, Refuses) as trouble:
        return trouble
    except Exception as broken:
        log.exception("the gateway of %s broke", message.channel)
        return NoAnswer(f"{type(broken).__name__}: {broken}")


def _mark(message: Message, outcome: str | NoAnswer | NotNow | Refuses, *, at: datetime) -> None:
    if isinstance(outcome, str):
        outbox.accepted(message, provider_id=outcome, at=at)
    elif isinstance(outcome, Refuses):
        outbox.refused(message, trouble=str(outcome), is_wrong=outcome.is_wrong, at=at)
    else:
        counts = isinstance(outcome, NoAnswer)
        outbox.unanswered(message, trouble=str(outcome), counts=counts, at=at)


def keep_sending(stop: threading.Event, *, ways: Mapping[Channel, Gateway] | None = None) -> None:
    """Send whatever falls due until asked to stop: sleep to the next due row, wake on NOTIFY.

    Runs in a thread of its own with two connections: one asks, one listens.
    """
    ways = gateways.of_the_house() if ways is None else ways
    while not stop.is_set():
        try:
            close_old_connections()
            with _listening() as bell:
                while not stop.is_set():
                    send_due(ways, at=clock.now())
                    _sleep(bell)
        except (Error, psycopg.Error) as error:
            connection.close()
            log.warning("notices: the database does not answer: %s", error)
            stop.wait(RETRY_SECONDS)
        except Exception:
            log.exception("notices: a round failed and is tried again")
            stop.wait(RETRY_SECONDS)


def _listening() -> "psycopg.Connection[tuple[object, ...]]":
    params = connection.get_connection_params()
    wanted = {
        k: v for k, v in params.items() if k in ("host", "port", "user", "password", "dbname")
    }
    bell = psycopg.connect(autocommit=True, application_name="smartunion notices", **wanted)
    bell.execute(f"LISTEN {outbox.BELL}")
    return bell


def _sleep(bell: "psycopg.Connection[tuple[object, ...]]") -> None:
    """Wait until the next message is due or somebody rings."""
    due = outbox.next_due()
    seconds = LONGEST_SLEEP if due is None else (due - clock.now()).total_seconds()
    for _ in bell.notifies(timeout=min(max(seconds, 0.0), LONGEST_SLEEP), stop_after=1):
        pass
