"""Until when a question at the desk is answered: in working time, by the terms of the day. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.base.workdays import LONGEST_REST_DAYS, Calendar


class Level(StrEnum):
    """How much a question presses; each has its limit among the terms."""

    URGENT = "urgent"
    NORMAL = "normal"
    COMPLEX = "complex"

    @property
    def words(self) -> str:
        """Return the level as pages show it."""
        return {"urgent": "加急", "normal": "一般", "complex": "复杂"}[self.value]


LEVELS = tuple((one.value, one.words) for one in Level)


@dataclass(frozen=True)
class DeskTerms:
    """The desk's numbers of a day: limits, hours, how long questions are kept."""

    urgent_minutes: int
    normal_minutes: int
    complex_minutes: int
    hours: tuple[tuple[time, time], ...]
    keep_days: int
    returned_days: int
    office: str
    chief: str
    baseline_minutes: int
    deflect_hours: int
    least_askers: int

    def minutes(self, level: Level) -> int:
        """Return how much working time a level gives."""
        return {
            Level.URGENT: self.urgent_minutes,
            Level.NORMAL: self.normal_minutes,
            Level.COMPLEX: self.complex_minutes,
        }[level]

    def limit(self, level: Level) -> str:
        """Return the limit in words: 30 分钟, 4 个工作小时, 1 个工作日."""
        minutes = self.minutes(level)
        if minutes % self.day_minutes == 0:
            return f"{minutes // self.day_minutes} 个工作日"
        return f"{minutes // 60} 个工作小时" if minutes % 60 == 0 else f"{minutes} 分钟（工作时间）"

    @property
    def day_minutes(self) -> int:
        """Return how long a working day is."""
        spans = (_span(a, b) for a, b in self.hours)
        return int(sum(spans, timedelta()).total_seconds() // 60)


def terms_of(given: Mapping[str, Any]) -> DeskTerms:
    """Return the group `policy_desk` of a plan year's terms as the rules take them."""
    hours = tuple(_hours(each) for each in given["work_hours"])
    whole = sum((_span(a, b) for a, b in hours), timedelta()).total_seconds() // 60
    return DeskTerms(
        urgent_minutes=int(given["urgent_minutes"]),
        normal_minutes=int(given["normal_hours"]) * 60,
        complex_minutes=int(given["complex_working_days"]) * int(whole),
        hours=hours,
        keep_days=int(given["keep_days"]),
        returned_days=int(given["returned_days"]),
        office=str(given["office"]),
        chief=str(given["chief_office"]),
        baseline_minutes=int(given["baseline_minutes"]),
        deflect_hours=int(given["deflect_hours"]),
        least_askers=int(given["least_askers"]),
    )


def _hours(said: str) -> tuple[time, time]:
    since, _, until = said.partition("-")
    return time.fromisoformat(since), time.fromisoformat(until)


def _span(since: time, until: time) -> timedelta:
    day = date(2025, 1, 1)
    return datetime.combine(day, until) - datetime.combine(day, since)


def due(
    at: datetime, minutes: int, *, hours: Sequence[tuple[time, time]], calendar: Calendar
) -> datetime:
    """Return when so many minutes of working time have passed since a moment."""
    assert minutes > 0
    left, day = timedelta(minutes=minutes), at.astimezone(CAMPUS).date()
    for ahead in range(LONGEST_REST_DAYS + minutes):
        today = day + timedelta(days=ahead)
        if not calendar.is_working_day(today):
            continue
        for since, until in hours:
            begins = max(datetime.combine(today, since, CAMPUS), at)
            ends = datetime.combine(today, until, CAMPUS)
            if begins >= ends:
                continue
            if begins + left <= ends:
                return begins + left
            left -= ends - begins
    raise ValueError(f"no {minutes} minutes of work after {at}")


def hours_saved(deflected: int, minutes: int) -> int:
    """Return the whole hours that so many answered questions saved, by measured minutes each."""
    assert deflected >= 0
    assert minutes > 0
    return deflected * minutes // 60
