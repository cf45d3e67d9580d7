"""Questions to the timers: what pends, what is late, who is at work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils.module_loading import import_string

from .models import Alarm, Firing, Timer, Worker
from .watches import LATE, SILENT


@dataclass(frozen=True)
class Kind:
    """All timers of one kind."""

    code: str
    words: str
    pending: int
    next_at: datetime | None
    late: int
    failing: int
    fired: int
    """Within the last day."""


@dataclass(frozen=True)
class Alive:
    """A process of `work` as it last spoke."""

    worker: Worker
    silent: bool
    restarts: int


def words_of(kind: str) -> str:
    """Return the house's Chinese words for a kind of timer, or its code."""
    known: Mapping[str, str] = import_string(settings.TIMER_WORDS)
    return known.get(kind, kind)


def kinds(*, at: datetime) -> list[Kind]:
    """Return every kind that pends or fired within a day; what fails or is late first."""
    pending = Q(state=Timer.State.PENDING)
    rows = (
        Timer.objects.filter(pending | Q(fired_at__gt=at - timedelta(days=1)))
        .values(code=F("kind"))
        .annotate(
            pending=Count("id", filter=pending),
            next_at=Min("due_at", filter=pending),
            late=Count("id", filter=pending & Q(tries=0, try_at__lt=at - LATE)),
            failing=Count("id", filter=pending & Q(tries__gt=0)),
            fired=Count("id", filter=Q(state=Timer.State.FIRED)),
        )
    )
    found = [Kind(words=words_of(row["code"]), **row) for row in rows]
    return sorted(found, key=lambda k: (-k.failing, -k.late, k.next_at is None, k.next_at or at))


def failing() -> QuerySet[Timer]:
    """Return the timers whose handler fails, the oldest promise first."""
    return Timer.objects.filter(state=Timer.State.PENDING, tries__gt=0).order_by("due_at", "id")


def late(*, at: datetime) -> QuerySet[Timer]:
    """Return the timers that nobody has fired although they were due, the oldest first."""
    overdue = Q(state=Timer.State.PENDING, tries=0, try_at__lt=at - LATE)
    return Timer.objects.filter(overdue).order_by("due_at", "id")


def workers(*, at: datetime) -> list[Alive]:
    """Return every process that has spoken lately and not said good-bye."""
    return [
        Alive(
            worker,
            silent=worker.beat_at < at - SILENT,
            restarts=worker.starts - 1,
        )
        for worker in Worker.objects.order_by("name")
    ]


def alarms(*, most: int = 20) -> list[Alarm]:
    """Return the alarms that stand, then the newest that were cleared."""
    standing = list(Alarm.objects.filter(cleared_at=None).order_by("-raised_at"))
    cleared = Alarm.objects.exclude(cleared_at=None).order_by("-cleared_at")
    return [*standing, *cleared[: max(0, most - len(standing))]]


def last_firings(*, most: int = 20) -> list[tuple[Firing, str, float]]:
    """Return the newest firings with the words of their kind and how many ms late they were."""
    newest = Firing.objects.select_related("timer").order_by("-id")[:most]
    return [(each, words_of(each.timer.kind), each.late_us / 1000) for each in newest]
