"""What is counted of wellbeing for the indicators: numbers of alerts, never whose or where."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from smartunion.domains.wellbeing.models import Alert, Task
from smartunion.kernel.base.days import campus_day, end_of, start_of


@dataclass(frozen=True)
class Cared:
    """One task by the number of its alert: when it was due, and whether it was done in time."""

    number: str
    due_at: datetime
    done_at: datetime | None
    pending: bool

    @property
    def in_time(self) -> bool:
        """Test if it was done before its limit; the moment of the limit is too late."""
        return self.done_at is not None and self.done_at < self.due_at


def cared(kind: str, band: str, first: date, until: date, *, on: date) -> list[Cared]:
    """Return the tasks of a kind for alerts of a band that fall due in the period, as of a day.

    What the plan's clock promises only: a talk that was added to a yellow alert is not one of them.
    """
    found: QuerySet[Task] = Task.objects.filter(
        kind=kind, alert__band=band, is_extra=False, opened_at__lt=end_of(on),
        due_at__gte=start_of(first), due_at__lt=start_of(until),
    ).select_related("alert")  # fmt: skip
    return [_cared(one, on) for one in found.order_by("alert__number", "pk")]


def _cared(one: Task, on: date) -> Cared:
    done_at = one.done_at if one.done_at and campus_day(one.done_at) <= on else None
    pending = done_at is None and one.due_at > end_of(on)
    return Cared(one.alert.number, one.due_at, done_at, pending)


@dataclass(frozen=True)
class Covered:
    """One alert by number: whether anybody has come, and whether there is still time."""

    number: str
    month: str
    came: bool
    pending: bool


def covered(first: date, until: date, *, on: date) -> list[Covered]:
    """Return the alerts of a period: talked to, assessed, or handed to the crisis protocol.

    A review looks at answers: by itself it is nobody's coming.
    """
    found = Alert.objects.filter(
        opened_at__gte=start_of(first), opened_at__lt=min(start_of(until), end_of(on))
    ).prefetch_related("tasks")
    return [_covered(one, on) for one in found.order_by("number")]


def _covered(one: Alert, on: date) -> Covered:
    tasks = [task for task in one.tasks.all() if task.kind != Task.Kind.REVIEW or not task.done_at]
    done = [t for t in tasks if t.done_at and campus_day(t.done_at) <= on]
    came = bool(done) or bool(one.crisis)
    waits = not came and any(t.due_at > end_of(on) for t in tasks)
    return Covered(one.number, f"{campus_day(one.opened_at):%Y-%m}", came, waits)
