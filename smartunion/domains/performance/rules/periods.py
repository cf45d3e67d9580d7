"""Periods of account: a month, a quarter, a year."""

from dataclasses import dataclass
from datetime import date, timedelta

FREQUENCIES = {"M": "每月", "Q": "每季", "Y": "每年", "E": "逐件", "once": "一次"}
"""How often an indicator is counted, in the register's words."""

LENGTH = {"M": 1, "Q": 3}
"""Months of a period; every other frequency is counted over the whole year."""

MONTHS = 12


@dataclass(frozen=True, order=True)
class Period:
    """The days from `first` until `until` (exclusive)."""

    first: date
    until: date

    @property
    def last(self) -> date:
        """Return the last day of the period."""
        return self.until - timedelta(days=1)

    @property
    def label(self) -> str:
        """Return the period as people write it: 2025年3月, 2025年第1季度, 2025年."""
        months = (self.until.year - self.first.year) * MONTHS + self.until.month - self.first.month
        if months == LENGTH["M"]:
            return f"{self.first.year}年{self.first.month}月"
        if months == LENGTH["Q"]:
            return f"{self.first.year}年第{(self.first.month + 2) // 3}季度"
        return f"{self.first.year}年"

    @property
    def short(self) -> str:
        """Return the period without its year where it is part of one: 3月, 第1季度."""
        return self.label.split("年", 1)[1] or self.label

    def is_closed(self, on: date) -> bool:
        """Test if the period's last day has passed."""
        return on >= self.until


def period_of(freq: str, on: date) -> Period:
    """Return the period of this frequency that the day lies in."""
    length = LENGTH.get(freq, MONTHS)
    first = on.replace(month=(on.month - 1) // length * length + 1, day=1)
    after = first.month - 1 + length
    return Period(first, date(first.year + after // MONTHS, after % MONTHS + 1, 1))


def periods_of(freq: str, year: int, *, until: date) -> list[Period]:
    """Return the year's periods that have begun, oldest first."""
    periods = []
    period = period_of(freq, date(year, 1, 1))
    while period.first.year == year and period.first <= until:
        periods.append(period)
        period = period_of(freq, period.until)
    return periods
