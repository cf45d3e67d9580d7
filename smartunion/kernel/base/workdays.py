"""Working days. Pure: a rule is handed a `Calendar`, which kernel.base.calendar fetches.

The state publishes a year's holidays and make-up days (调休) late in the year before. A year not
yet published is computed as Monday to Friday and is provisional until an officer confirms it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

import chinese_calendar

SATURDAY = 5
LONGEST_REST_DAYS = 60
"""No campus rests longer than this in one go; a longer search means a broken calendar."""

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


class Kind(StrEnum):
    """What sort of day it is, as a page names it."""

    WORKING = "工作日"
    WEEKEND = "周末"
    HOLIDAY = "法定节假日"
    MAKE_UP = "调休上班"
    RULED = "校定"


@dataclass(frozen=True)
class DayFact:
    """One day of the campus calendar."""

    day: date
    is_working: bool
    kind: Kind
    label: str = ""
    provisional: bool = False

    @property
    def words(self) -> str:
        """Return the day's type in words: 法定节假日 春节, 校定 放假."""
        if self.kind == Kind.RULED:
            return f"校定{'上班' if self.is_working else '休息'} {self.label}".strip()
        return f"{self.kind} {self.label}".strip()


@cache
def published(day: date) -> DayFact | None:
    """Return what the state's yearly notice says of the day; None for a year not yet published."""
    try:
        is_holiday, name = chinese_calendar.get_holiday_detail(day)
    except NotImplementedError:
        return None
    label = NAMES.get(name or "", name or "")
    weekend = day.weekday() >= SATURDAY
    if is_holiday:
        return DayFact(day, False, Kind.HOLIDAY if label else Kind.WEEKEND, label)
    if weekend:
        return DayFact(day, True, Kind.MAKE_UP, label)
    return DayFact(day, True, Kind.WORKING)


@dataclass(frozen=True)
class Ruling:
    """What an officer has laid down for one day."""

    is_working: bool
    label: str


@dataclass(frozen=True)
class Calendar:
    """The campus calendar: the state's days, an officer's rulings over them."""

    rulings: Mapping[date, Ruling] = field(default_factory=dict)
    confirmed_years: frozenset[int] = frozenset()

    def fact(self, day: date) -> DayFact:
        """Return what sort of day it is and whether that may still change."""
        provisional = self.is_provisional(day)
        if ruling := self.rulings.get(day):
            return DayFact(day, ruling.is_working, Kind.RULED, ruling.label, provisional)
        if known := published(day):
            return known
        works = day.weekday() < SATURDAY
        return DayFact(day, works, Kind.WORKING if works else Kind.WEEKEND, "", provisional)

    def is_working_day(self, day: date) -> bool:
        """Test if the campus works on the day, make-up Saturdays included (T30)."""
        return self.fact(day).is_working

    def is_provisional(self, day: date) -> bool:
        """Test if the day's year is computed: neither published nor confirmed."""
        return published(day) is None and day.year not in self.confirmed_years

    def next_working_day(self, day: date) -> date:
        """Return the day itself if the campus works, else the next day on which it does (T26)."""
        for ahead in range(LONGEST_REST_DAYS):
            if self.is_working_day(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        raise ValueError(f"no working day within {LONGEST_REST_DAYS} days of {day}")

    def add_working_days(self, day: date, n: int) -> date:
        """Return the n-th working day after the day, which is itself not counted (5.1§7, T30)."""
        if n < 0:
            raise ValueError("working days are counted forward")
        for _ in range(n):
            day = self.next_working_day(day + timedelta(days=1))
        return day

    def working_days_between(self, a: date, b: date) -> int:
        """Return how many working days lie after `a` up to and including `b`; 0 if b <= a."""
        return sum(self.is_working_day(a + timedelta(days=k)) for k in range(1, (b - a).days + 1))
