"""Figures: an indicator of the year, counted now from its rows, beside what was frozen before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from smartunion.domains.performance.models import Measurement
from smartunion.domains.performance.rules import counting
from smartunion.domains.performance.rules.counting import Kind, Row, State, Tally
from smartunion.domains.performance.rules.periods import Period, period_of, periods_of
from smartunion.domains.performance.rules.refusals import (
    NoSuchPeriod,
    NotMeasured,
    UnknownIndicator,
)
from smartunion.domains.planning import public as planning

from .catalog import MEASURES
from .measures import Measure, module_of
from .plan import asking_once

SENSES = {
    "gain": ("获得感", "可量化"),
    "happiness": ("幸福感", "可感知"),
    "safety": ("安全感", "可验证"),
}
"""The three senses of 1.2 and the promise of each (R005)."""

UNMEASURED = "尚未计量"


@dataclass(frozen=True)
class Point:
    """A period's figure: live, or from its snapshot."""

    period: Period
    tally: Tally | None
    state: State
    text: str
    reason: str = ""
    frozen: Measurement | None = None

    @property
    def value(self) -> Fraction | None:
        """Return the exact figure."""
        return self.tally.value if self.tally else None


@dataclass(frozen=True)
class Figure:
    """An indicator with its figure: everything that a card or its page shows."""

    fact: Any
    measure: Measure | None
    now: Point
    history: tuple[Point, ...]

    @property
    def state(self) -> State:
        """Return the state of the current period."""
        return self.now.state

    @property
    def word(self) -> str:
        """Return the state's word; 尚未计量 where nothing counts it yet."""
        return self.state.word if self.measure else UNMEASURED

    @property
    def aim(self) -> str:
        """Return the target as people write it."""
        return counting.aim(self.fact.op, self.fact.target)

    @property
    def trend(self) -> list[float | None]:
        """Return the figures of the periods, oldest first, for a sparkline."""
        return [None if p.value is None else float(p.value) for p in self.history]

    @property
    def has_trend(self) -> bool:
        """Test if there are two figures to draw a line between."""
        return sum(p.value is not None for p in self.history) > 1

    @property
    def is_bad(self) -> bool:
        """Test if the newest figure misses its target."""
        value = self.now.value
        return value is not None and not counting.meets(value, self.fact.op, self.fact.target)

    @property
    def brief(self) -> str:
        """Return the words of the link to the rows, or why there are none: 1,432 / 1,860 人."""
        if self.measure is None or self.now.tally is None or self.now.tally.n == 0:
            return self.now.reason
        tally = self.now.tally
        if self.measure.kind is Kind.SHARE:
            return f"{tally.part:,} / {tally.whole:,} {self.measure.noun}"
        return f"打开 {tally.n:,} {self.measure.noun}"


def band(on: date) -> Fraction:
    """Return how near to its target a met figure is still watched, as a share of the target."""
    return Fraction(planning.terms("performance", on=on)["watch_band_percent"], 100)


def fact_of(code: str, on: date) -> Any:
    """Return the definition of an indicator in the year of the day."""
    year = planning.current_year(on=on)
    for fact in planning.indicators(year):
        if fact.code == code:
            return fact
    raise UnknownIndicator(code=code, year=year)


def measure_of(fact: Any) -> Measure:
    """Return how the indicator is counted, or refuse."""
    if fact.code not in MEASURES:
        raise NotMeasured(code=fact.code, module=f"“{module_of(fact.evidence)}”模块")
    return MEASURES[fact.code]


def period_from(fact: Any, first: date | None, on: date) -> Period:
    """Return the period that begins on the day, or the one that `on` lies in."""
    if first is None:
        return period_of(fact.freq, on)
    for period in periods_of(fact.freq, on.year, until=on):
        if period.first == first:
            return period
    raise NoSuchPeriod(code=fact.code, day=first.isoformat())


def live_point(fact: Any, measure: Measure, period: Period, on: date, near: Fraction) -> Point:
    """Count a period now."""
    as_of = min(on, period.last)
    reason = measure.gate(period, as_of)
    tally = None if reason else measure.tally(period, as_of)
    if tally is not None and tally.value is None:
        reason = f"{period.label}还没有计入的{measure.noun}"
    return _point(fact, measure, period, tally, on, near, reason)


def _point(  # noqa: PLR0917 - what a point is made of
    fact: Any,
    measure: Measure,
    period: Period,
    tally: Tally | None,
    on: date,
    near: Fraction,
    reason: str = "",
) -> Point:
    value = tally.value if tally else None
    closed = on > fact.cut_off_on if measure.cumulative else period.is_closed(on)
    state = counting.judge(
        value, fact.op, fact.target, closed=closed, mendable=measure.mendable, band=near
    )
    return Point(
        period, tally, state, counting.written(value, fact.op, fact.target, fact.unit), reason
    )


def thawed(frozen: Measurement) -> Point:
    """Return a snapshot as the point it was."""
    tally = Tally(
        Kind(frozen.kind),
        frozen.part,
        frozen.whole,
        frozen.n,
        frozen.hits,
        tuple((reason, count) for reason, count in frozen.excluded),
    )
    text = counting.written(tally.value, frozen.op, frozen.target, "")
    return Point(Period(frozen.since, frozen.until), tally, State(frozen.state), text, "", frozen)


def snapshots(year: int, code: str = "") -> dict[tuple[str, date], Measurement]:
    """Return the newest snapshot of each indicator and period, in one query."""
    found = Measurement.objects.filter(since__year=year)
    if code:
        found = found.filter(code=code)
    return {(m.code, m.since): m for m in found.order_by("pk")}


def figures(*, on: date) -> list[Figure]:
    """Return all indicators of the year: the current period live, closed ones as frozen."""
    with asking_once():
        return _figures(on)


def _figures(on: date) -> list[Figure]:
    year = planning.current_year(on=on)
    near = band(on)
    frozen = snapshots(year)
    found = []
    for fact in planning.indicators(year):
        measure = MEASURES.get(fact.code)
        period = period_of(fact.freq, on)
        if measure is None:
            found.append(Figure(fact, None, unmeasured(fact, period), ()))
            continue
        now = live_point(fact, measure, period, on, near)
        past = [
            thawed(frozen[fact.code, p.first])
            for p in periods_of(fact.freq, year, until=on)
            if p != period and (fact.code, p.first) in frozen
        ]
        found.append(Figure(fact, measure, now, (*past, now)))
    return found


def unmeasured(fact: Any, period: Period) -> Point:
    """Return the empty point of an indicator that nothing counts yet."""
    reason = f"由“{module_of(fact.evidence)}”模块交付"
    return Point(period, None, State.NONE, "–", reason)


def figure(code: str, *, on: date, first: date | None = None) -> Figure:
    """Return one indicator at a period; closed periods come from snapshots, or live without one."""
    fact = fact_of(code, on)
    period = period_from(fact, first, on)
    measure = MEASURES.get(code)
    if measure is None:
        return Figure(fact, None, unmeasured(fact, period), ())
    near = band(on)
    frozen = snapshots(planning.current_year(on=on), code)
    points = []
    for p in periods_of(fact.freq, on.year, until=on):
        kept = frozen.get((code, p.first))
        if kept is not None and p.is_closed(on):
            points.append(thawed(kept))
        else:
            points.append(live_point(fact, measure, p, on, near))
    now = next(p for p in points if p.period == period)
    return Figure(fact, measure, now, tuple(points))


def rows_of(code: str, *, on: date, first: date | None = None) -> tuple[Figure, Sequence[Row]]:
    """Return the rows behind a figure, as they stand now, with the figure they make."""
    fact = fact_of(code, on)
    measure = measure_of(fact)
    period = period_from(fact, first, on)
    as_of = min(on, period.last)
    reason = measure.gate(period, as_of)
    rows = [] if reason else list(measure.rows(period, as_of))
    made = None if reason else counting.tally(measure.kind, rows)
    point = _point(fact, measure, period, made, on, band(on), reason)
    return Figure(fact, measure, point, (point,)), rows
