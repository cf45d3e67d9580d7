"""30 s, 4 min, 8 min: how each leg of a response went. Pure (T43: all from t0)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

HOSPITAL, AED = "hospital", "aed"
NOT_MOVED = frozenset({"treated", "called_120"})
"""Outcomes by which nobody was to be brought to the campus hospital."""


@dataclass(frozen=True)
class Leg:
    """One leg: how long it might take and took, in seconds; None took for one never answered."""

    code: str
    name: str
    limit_seconds: int
    took_seconds: float | None
    words: str
    applies: bool

    @property
    def in_time(self) -> bool:
        """Tell whether the leg kept its limit; one that does not apply kept it."""
        if not self.applies:
            return True
        return self.took_seconds is not None and self.took_seconds <= self.limit_seconds

    @property
    def took(self) -> str:
        """Return how long it took, as people say it."""
        if self.took_seconds is None:
            return "—"
        minutes, seconds = divmod(round(self.took_seconds), 60)
        return f"{minutes}分{seconds:02}秒" if minutes else f"{seconds}秒"

    @property
    def limit(self) -> str:
        """Return how long it might take."""
        minutes, seconds = divmod(self.limit_seconds, 60)
        return f"{minutes}分钟" if minutes and not seconds else f"{self.limit_seconds}秒"


def leg(
    code: str,
    name: str,
    *,
    limit_seconds: int,
    t0: datetime,
    closed_at: datetime | None,
    outcome: str,
    words: str,
    canceled: bool,
) -> Leg:
    """Return a leg as it went. What was not needed, or never came to be, does not apply."""
    needless = (code == AED and (outcome == "not_needed" or canceled)) or (
        code == HOSPITAL and outcome in NOT_MOVED
    )
    took = (closed_at - t0).total_seconds() if closed_at else None
    return Leg(code, name, limit_seconds, took, words, applies=not needless)


def all_in_time(legs: Iterable[Leg]) -> bool:
    """Test if every leg of the plan kept its limit; the AED's is our own and does not count."""
    counted = [one for one in legs if one.code != AED]
    return bool(counted) and all(one.in_time for one in counted)
