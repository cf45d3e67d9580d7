"""When a milestone is due, met or late. 前 and 前完成 include the whole day (T77)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from smartunion.kernel.base.workdays import Calendar

SOON_DAYS = 7
"""From how many days before its end a milestone is shown as coming up."""


class State(StrEnum):
    """How a milestone or a sub-task stands on a day."""

    DONE = "done"
    LATE = "late"
    RUNNING = "running"
    COMING = "coming"


@dataclass(frozen=True)
class Standing:
    """A milestone on a day: its state and the day that counts."""

    state: State
    counts_on: date
    """The day until whose end it is in time: the due day, or a meeting's next working day."""
    days: int
    """Days left (never negative) or, when late, days late; how many days late it was when done."""

    @property
    def words(self) -> str:
        """Return the state in words: 逾期 23天, 还有 6天."""
        match self.state:
            case State.DONE:
                return f"已完成，迟 {self.days}天" if self.days else "已完成"
            case State.LATE:
                return f"逾期 {self.days}天"
            case State.RUNNING if self.days == 0:
                return "今天到期"
            case _:
                return f"还有 {self.days}天"


def counts_on(*, due_on: date, kind: str, calendar: Calendar) -> date:
    """Return the last day in time: a meeting moves off a day off (T26), the rest stand (T27)."""
    return calendar.next_working_day(due_on) if kind == "meeting" else due_on


def standing(
    *,
    opens_on: date | None,
    due_on: date,
    kind: str,
    done_on: date | None,
    on: date,
    calendar: Calendar,
) -> Standing:
    """Return how a milestone stands on a day (R012, T26, T27, T77)."""
    last = counts_on(due_on=due_on, kind=kind, calendar=calendar)
    if done_on is not None and done_on <= on:
        return Standing(State.DONE, last, max((done_on - last).days, 0))
    if on > last:
        return Standing(State.LATE, last, (on - last).days)
    left = (last - on).days
    begun = (opens_on is not None and on >= opens_on) or left <= SOON_DAYS
    return Standing(State.RUNNING if begun else State.COMING, last, left)


def of_sub_task(states: list[State], *, starts_on: date, on: date) -> State:
    """Return how a sub-task stands: late if any milestone is, done when all are (K05)."""
    if State.LATE in states:
        return State.LATE
    if states and all(state == State.DONE for state in states):
        return State.DONE
    return State.RUNNING if on >= starts_on else State.COMING
