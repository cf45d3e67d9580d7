"""The sender: claims what is due, hands it over outside any transaction, marks what came of it."""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.db import Error, connection
from psycopg import Error as DriverError

from smartunion.kernel.base import clock

from . import answering, gateways, outbox
from .answering import link_of
from .gateways import Gateway, NoAnswerError, NotNowError, Parcel, RefusesError
from .models import Message
from .outbox import gather, give_up_on_silence
from .rules import Channel, Priority

__all__ = ["gather", "give_up_on_silence", "keep_sending", "send_due"]

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Messages that one sender has under way; each has a thread, so that none waits for another."""

LONGEST_SLEEP = 1.0
"""Seconds that a sender sleeps at most, should a NOTIFY be lost."""

RETRY_SECONDS = 0.5

LISTEN_SECONDS = 0.02
"""How often a sender that waits for providers listens for what is due meanwhile."""

Came = str | NoAnswerError | NotNowError | RefusesError
"""What came of a message: the provider's number of it, or why it has none."""


def warm() -> None:
    """Load what every sender needs before they are forked: all addresses, and whom we trust.

    Each child would take most of a second for it before its first message.
    """
    gateways.trusted()
    answering.warm()


def parcel_of(message: Message) -> Parcel:
    """Return what the provider is asked to bring."""
    notice = message.notice
    return Parcel(
        key=str(message.key),
        address=message.address,
        priority=Priority(message.priority),
        title=notice.title,
        text=notice.text,
        link=link_of(message),
    )


def send_due(ways: Mapping[Channel, Gateway], *, at: datetime) -> int:
    """Send what is due at the moment; return how many messages were tried.

    Any number of senders may run, and die at any point: the lease of one that died ends, and the
    next one sends again with the same key, which the provider or the phone knows.
    """
    tried = 0
    began = time.monotonic()
    waiting: dict[Future[Came], Message] = {}
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notices") as threads:
        more = True
        while True:
            room = AT_ONCE - len(waiting)
            if room and (more or not waiting):
                claimed = outbox.claim(at=_later(at, began), limit=room)
                tried += len(claimed)
                more = len(claimed) == room
                for message in claimed:
                    parcel = parcel_of(message)
                    waiting[threads.submit(_hand_over, ways, message, parcel)] = message
            if not waiting:
                return tried
            done, _ = wait(waiting, LISTEN_SECONDS, FIRST_COMPLETED)
            if done:
                _mark({waiting.pop(each): each.result() for each in done}, at=_later(at, began))
            more = _rang(0.0) or more


def _later(at: datetime, began: float) -> datetime:
    """Return the moment now, for somebody who was told `at` when they began."""
    return at + timedelta(seconds=time.monotonic() - began)


def _hand_over(ways: Mapping[Channel, Gateway], message: Message, parcel: Parcel) -> Came:
    """Ask the provider, in a thread that knows no database; return what came of it."""
    way = ways.get(Channel(message.channel))
    if way is None:
        return RefusesError("这个渠道没有开通")
    try:
        return way.send(parcel)
    except (NoAnswerError, NotNowError, RefusesError) as trouble:
        return trouble
    except Exception as broken:
        log.exception("the gateway of %s broke", message.channel)
        return NoAnswerError(f"{type(broken).__name__}: {broken}")


def _mark(came: Mapping[Message, Came], *, at: datetime) -> None:
    taken = {message: said for message, said in came.items() if isinstance(said, str)}
    if taken:
        outbox.accepted(taken, at=at)
    for message, said in came.items():
        if isinstance(said, RefusesError):
            outbox.refused(message, trouble=str(said), is_wrong=said.is_wrong, at=at)
        elif not isinstance(said, str):
            counts = isinstance(said, NoAnswerError)
            outbox.unanswered(message, trouble=str(said), counts=counts, at=at)


def keep_sending(stop: threading.Event) -> None:
    """Send whatever falls due until asked to stop: sleep to the next due row, wake on NOTIFY."""
    ways = gateways.of_the_house()
    if isinstance(wecom := ways.get(Channel.WECOM), gateways.WeCom):
        # no first alarm waits for a token; WeCom, when it hangs, holds up no other way
        threading.Thread(target=wecom.warm, name="wecom warms", daemon=True).start()
    while not stop.is_set():
        try:
            _listen()
            while not stop.is_set():
                send_due(ways, at=clock.now())
                _sleep()
        except (Error, DriverError) as error:
            log.warning("notices: the database does not answer: %s", error)
            connection.close()
            stop.wait(RETRY_SECONDS)


def _listen() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {outbox.BELL}")


def _sleep() -> None:
    """Wait until the next message is due or somebody rings."""
    due = outbox.next_due()
    seconds = LONGEST_SLEEP if due is None else (due - clock.now()).total_seconds()
    if seconds > 0:  # what rang since the last sleep ends this one
        _rang(min(seconds, LONGEST_SLEEP))


def _rang(seconds: float) -> bool:
    """Wait so long for the bell; return whether it rang."""
    return bool(list(connection.connection.notifies(timeout=seconds, stop_after=1)))
