"""What can go wrong with all that happens by itself: each watch says what it finds now.

`WATCHES` holds the timers' own; site/wiring.py adds those of the floors above (unsent messages).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from smartunion.kernel.base.days import CAMPUS

from .models import Timer, Worker

LATE = timedelta(seconds=5)
SILENT = timedelta(seconds=20)
STUCK_SECONDS = 60
SKEW_MS = 200


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: with what, and what about it."""

    subject: str
    text: str


Watch = Callable[[datetime], Iterable[Finding]]


def late(at: datetime) -> Iterator[Finding]:
    """Timers that nobody has fired although they were due more than five seconds ago."""
    overdue = Timer.objects.filter(state=Timer.State.PENDING, try_at__lt=at - LATE, tries=0)
    for row in overdue.values("kind").annotate(n=Count("id"), first=Min("due_at")).order_by("kind"):
        yield Finding(row["kind"], f"{row['n']} 个到期未触发，最早的应在 {_moment(row['first'])}")


def failing(at: datetime) -> Iterator[Finding]:
    """Timers whose handler fails; each is tried again until it is mended."""
    failed = Timer.objects.filter(state=Timer.State.PENDING, tries__gt=0)
    for timer in failed.order_by("due_at")[:50]:
        yield Finding(timer.key, f"处理失败 {timer.tries} 次：{timer.error}"[:500])


def silent(at: datetime) -> Iterator[Finding]:
    """Processes that stopped speaking without saying good-bye."""
    for worker in Worker.objects.filter(beat_at__lt=at - SILENT).order_by("name"):
        yield Finding(worker.name, f"自 {_moment(worker.beat_at)} 起没有心跳")


def stuck(at: datetime) -> Iterator[Finding]:
    """Loops that no longer come round in a process that is alive."""
    for worker in Worker.objects.filter(beat_at__gte=at - SILENT).order_by("name"):
        for loop, seconds in worker.loops.items():
            if seconds > STUCK_SECONDS:
                yield Finding(f"{worker.name} {loop}", f"已 {seconds:.0f} 秒没有转过一轮")


def skewed(at: datetime) -> Iterator[Finding]:
    """Machines whose clock is not the database's."""
    wrong = Q(skew_ms__gt=SKEW_MS) | Q(skew_ms__lt=-SKEW_MS)
    for worker in Worker.objects.filter(wrong, beat_at__gte=at - SILENT).order_by("name"):
        yield Finding(worker.name, f"本机时钟与数据库相差 {worker.skew_ms} 毫秒")


WATCHES: dict[str, Watch] = {
    "到期未触发": late,
    "处理失败": failing,
    "进程无心跳": silent,
    "循环停转": stuck,
    "时钟偏差": skewed,
}


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(CAMPUS):%m-%d %H:%M:%S}"
