"""The auditor: asks every watch, raises and clears alarms; the heartbeat; the dead-man's switch.

It does not look at its own process: any worker audits all of them. That all are dead, only
somebody outside can tell: that is what the dead-man's switch is for.
"""

import logging
import platform
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
from django.conf import settings
from django.db import Error, connection, transaction
from psycopg.types.json import Jsonb

from smartunion.kernel.base import clock
from smartunion.kernel.trail.record import record

from . import pulse
from .models import Alarm, Worker
from .watches import WATCHES, late

log = logging.getLogger(__name__)

BEAT_SECONDS = 5
AUDIT_SECONDS = 15
PING_SECONDS = 60
PING_PATIENCE_SECONDS = 5
BURY = timedelta(minutes=10)
"""How long a process that died is remembered, and its alarm stands."""

_BEAT = """
INSERT INTO timers_worker AS known (name, started_at, starts, beat_at, skew_ms, loops)
VALUES (%(name)s, campus_now(), 1, campus_now(),
  EXTRACT(EPOCH FROM %(here)s - campus_now()) * 1000, %(loops)s)
ON CONFLICT (name) DO UPDATE SET beat_at = campus_now(), loops = excluded.loops,
  skew_ms = excluded.skew_ms,
  starts = known.starts + %(began)s::int,
  started_at = CASE WHEN %(began)s THEN campus_now() ELSE known.started_at END
"""


def name_of(slot: int, pid: int) -> str:
    """Return the name of a process: the machine, the number of `work`, its place in it."""
    return f"{platform.node()}/{pid}/{slot}"


def beat(name: str, *, began: bool = False) -> None:
    """Write the heartbeat of this process, by the database's clock."""
    given: dict[str, Any] = {
        "name": name,
        "loops": Jsonb(pulse.ages()),
        "here": clock.now(),
        "began": began,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BEAT, given)


def leave(name: str) -> None:
    """Say good-bye: a process that ends as it should is not missed."""
    Worker.objects.filter(name=name).delete()


@transaction.atomic
def audit(*, at: datetime) -> int:
    """Ask every watch; raise what is new, clear what is well again; return how many alarms stand.

    An alarm is recorded, and told by whoever subscribes to `timers.alarmed`; by a second way it
    goes to the log and, after the commit, straight to the robot of ALARM_URL. Any number of
    auditors may run: the later one finds it raised.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('timers.audit'))")
    Worker.objects.filter(beat_at__lt=at - BURY).delete()
    standing = {
        (alarm.watch, alarm.subject): alarm
        for alarm in Alarm.objects.filter(cleared_at=None).order_by("id")
    }
    found = {}
    for watch in WATCHES:
        for subject, text in _ask(watch, at).items():
            found[watch, subject] = text
    for key, text in found.items():
        if key in standing:
            Alarm.objects.filter(pk=standing[key].pk).update(text=text, seen_at=at)
        else:
            _raise(*key, text, at)
    for key, alarm in standing.items():
        if key not in found:
            _clear(alarm, at)
    return len(found)


def _ask(watch: str, at: datetime) -> dict[str, str]:
    """Return what a watch finds; that it fails itself is a finding, too."""
    try:
        with transaction.atomic():
            return {finding.subject[:200]: finding.text[:500] for finding in WATCHES[watch](at)}
    except Exception as failed:
        log.exception("the watch %s failed", watch)
        return {"检查本身": f"检查失败：{type(failed).__name__}: {failed}"[:500]}


def _raise(watch: str, subject: str, text: str, at: datetime) -> None:
    alarm = Alarm.objects.create(watch=watch, subject=subject, text=text, raised_at=at, seen_at=at)
    record("timers.alarmed", alarm, by=None, at=at, because=f"{watch} {subject}"[:400])
    log.error("alarm: %s: %s: %s", watch, subject, text)
    transaction.on_commit(lambda: shout(f"值守告警｜{watch}｜{subject}：{text}"))


def shout(text: str) -> bool:
    """Tell an alarm by the second way, which passes by our outbox and its senders.

    :returns: whether the robot took it; False without one
    """
    if not settings.ALARM_URL:
        return False
    said = {"msgtype": "text", "text": {"content": text[:2000]}}
    try:
        httpx.post(settings.ALARM_URL, json=said, timeout=PING_PATIENCE_SECONDS).raise_for_status()
    except httpx.HTTPError as failed:
        log.warning("the second way of alarms does not answer: %s", failed)
        return False
    return True


def _clear(alarm: Alarm, at: datetime) -> None:
    alarm.cleared_at = at
    alarm.save(update_fields=["cleared_at"])
    record("timers.cleared", alarm, by=None, at=at, because=f"{alarm.watch} {alarm.subject}"[:400])
    log.warning("well again: %s: %s", alarm.watch, alarm.subject)


def ping(address: str, *, at: datetime) -> bool:
    """Tell the dead-man's switch that deadlines fire; stay silent while one is late.

    :returns: whether the switch heard
    """
    if any(late(at)):
        return False
    try:
        httpx.get(address, timeout=PING_PATIENCE_SECONDS).raise_for_status()
    except httpx.HTTPError as failed:
        log.warning("the dead-man's switch does not answer: %s", failed)
        return False
    return True


def run(stop: threading.Event, *, name: str) -> None:
    """Beat, audit and ping until asked to stop; outlive a database that goes away."""
    began = True

    def beating() -> None:
        nonlocal began
        beat(name, began=began)
        began = False

    tasks: list[tuple[float, Callable[[], object]]] = [
        (BEAT_SECONDS, beating),
        (AUDIT_SECONDS, lambda: audit(at=clock.now())),
    ]
    if address := settings.DEAD_MAN_URL:
        tasks.append((PING_SECONDS, lambda: ping(address, at=clock.now())))
    # At the start all that came due meanwhile is late, and about to fire: audit a round later.
    due = [time.monotonic() + (0 if seconds == BEAT_SECONDS else seconds) for seconds, _ in tasks]
    while not stop.is_set():
        for number, (seconds, task) in enumerate(tasks):
            if due[number] <= time.monotonic():
                _try(task)
                due[number] = time.monotonic() + seconds
        pulse.touch("auditor")
        stop.wait(max(0.0, min(due) - time.monotonic()))
    _try(lambda: leave(name))


def _try(task: Callable[[], object]) -> None:
    try:
        task()
    except Error as error:
        log.warning("the auditor's database does not answer: %s", error)
        connection.close()
    except Exception:
        log.exception("the auditor failed and goes on")
