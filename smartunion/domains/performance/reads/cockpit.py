"""The cockpit: the three senses, the money, what is late, today's payments, the heat map."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from smartunion.domains.planning import public as planning
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people import reads as people

from .figures import SENSES, Figure
from .figures import figures as all_figures

TOP = 5
"""How many indicators of a sense the cockpit names."""

SOON_DAYS = 7
TICKER = 9
HEAT_MERCHANTS = 12
FIRST_HALF_HOUR, LAST_HALF_HOUR = 14, 42
"""The half hours of a day that the map shows at least: 07:00 to 21:00."""

ORDER = {"late": 0, "wait": 1, "ok": 2, "na": 3}
WORDS = {"ok": "达标", "wait": "关注", "late": "未达", "na": "不适用"}


@dataclass(frozen=True)
class Sense:
    """One of the three senses with its tally and the indicators that need looking at first."""

    key: str
    title: str
    promise: str
    count: int
    tallies: tuple[tuple[str, str, int], ...]
    top: tuple[Figure, ...]


def counts(figures: Sequence[Figure]) -> dict[str, int]:
    """Return how many indicators are in each state; what nothing counts yet stands by itself."""
    found = {"all": len(figures), "ok": 0, "wait": 0, "late": 0, "na": 0, "none": 0}
    for figure in figures:
        found["none" if figure.measure is None else figure.state.value] += 1
    found["measured"] = found["all"] - found["none"]
    return found


def senses(figures: Sequence[Figure]) -> list[Sense]:
    """Return the three senses: exceptions first, then what is met, then what has no data (R005)."""
    found = []
    for key, (title, promise) in SENSES.items():
        mine = [figure for figure in figures if figure.fact.sense == key]
        tallies = tuple(
            (kind, word, n)
            for kind, word in WORDS.items()
            if (n := sum(figure.state.value == kind for figure in mine))
        )
        first = sorted(mine, key=lambda f: (f.measure is None, ORDER[f.state.value], f.fact.code))
        found.append(Sense(key, title, promise, len(mine), tallies, tuple(first[:TOP])))
    return found


def figures(*, on: date) -> list[Figure]:
    """Return all figures of the year."""
    return all_figures(on=on)


@dataclass(frozen=True)
class Line:
    """A project's money, in fen: budget, spent, held, and the two forecasts of the year's end."""

    title: str
    budget_fen: int
    spent_fen: int
    held_fen: int
    forecast_a_fen: int
    forecast_b_fen: int

    @property
    def rate(self) -> float | None:
        """Return spent and held as a share of the budget."""
        return (self.spent_fen + self.held_fen) / self.budget_fen if self.budget_fen else None

    @property
    def is_over_a(self) -> bool:
        """Test if the forecast of 读法甲 passes the budget."""
        return self.forecast_a_fen > self.budget_fen

    @property
    def is_over_b(self) -> bool:
        """Test if the forecast of 读法乙 passes the budget."""
        return self.forecast_b_fen > self.budget_fen


@dataclass(frozen=True)
class Budget:
    """The year's execution (R202–R208), live from the ledger."""

    lines: tuple[Line, ...]
    total: Line
    welfare: Line
    mode: str


def short(title: str) -> str:
    """Return a project's name without the word that all six share."""
    return title.removesuffix("工程")


def budget(*, on: date) -> Budget:
    """Return the execution by project with both forecasts (T05, T06)."""
    lines = tuple(
        Line(
            short(row.title),
            row.budget_fen,
            row.spent_fen,
            row.encumbered_fen,
            row.forecast_on_top_fen,
            row.forecast_inclusive_fen,
        )
        for row in planning.execution(planning.current_year(on=on), on=on)
    )
    total = Line(
        "合计",
        *(
            sum(getattr(line, name) for line in lines)
            for name in ("budget_fen", "spent_fen", "held_fen", "forecast_a_fen", "forecast_b_fen")
        ),
    )
    mode = str(planning.terms("wallet", on=on)["settlement_mode"])
    return Budget(lines, total, lines[0], mode)


@dataclass(frozen=True)
class LateRow:
    """A late milestone and who answers for it."""

    code: str
    title: str
    sub_task: str
    due_on: date
    days: int
    owner: str


@dataclass(frozen=True)
class Late:
    """What is late, the longest first, and what falls due within a week (`days` are left)."""

    rows: tuple[LateRow, ...]
    count: int
    coming: tuple[LateRow, ...]
    soon: int


def late(*, on: date, limit: int = 5) -> Late:
    """Return the late milestones with the office holders who answer for them (R012)."""
    found = planning.milestones(planning.current_year(on=on), on=on)
    overdue = sorted(
        (m for m in found if m.done_on is None and m.counts_on < on), key=lambda m: m.counts_on
    )
    soon = [
        m
        for m in found
        if m.done_on is None and on <= m.counts_on <= on + timedelta(days=SOON_DAYS)
    ]
    shown = overdue[:limit]
    coming = soon[: limit - len(shown)]
    owners = {lead: owner(lead, on=on) for lead in {m.lead for m in [*shown, *coming]}}

    def row(m: Any) -> LateRow:
        days = abs((on - m.counts_on).days)
        return LateRow(m.code, m.title, m.sub_task_title, m.counts_on, days, owners[m.lead])

    return Late(tuple(map(row, shown)), len(overdue), tuple(map(row, coming)), len(soon))


def owner(office: str, *, on: date) -> str:
    """Return who holds an office on the day, or that nobody does."""
    return next((str(person) for person in people.holders(office, on=on)), "岗位空缺")


@dataclass(frozen=True)
class Today:
    """Today's payments: totals and the last few, never with a payer."""

    total_fen: int
    count: int
    declined: int
    at: datetime
    ticker: tuple[Any, ...]


def today(*, at: datetime) -> Today:
    """Return today's payments so far."""
    on = campus_day(at)
    sums = wallet.sums_of_day(on)
    return Today(
        sums.total_fen, sums.count, sums.declined, at, tuple(wallet.sales_of_day(on, limit=TICKER))
    )


@dataclass(frozen=True)
class Heat:
    """Merchants × half hours of a day. A cell is a count, None for nothing, or below the limit.

    The counts of cells with fewer payers than the limit are not here at all (T59), nor are totals
    from which they could be worked out.
    """

    day: date
    limit: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]
    merchants: int


def heat(day: date, *, muted: int, merchants: int | None = None) -> Heat:
    """Return a day's heat map with what is to be muted written as `muted` (R050, T59)."""
    cells = wallet.heat_cells(day)
    limit = int(planning.terms("wallet", on=day)["heatmap_min_payers"])
    slots = [cell.slot for cell in cells]
    first = min([FIRST_HALF_HOUR, *slots])
    last = max([LAST_HALF_HOUR - 1, *slots])
    by_merchant: dict[str, list[int | None]] = {}
    for cell in cells:
        row = by_merchant.setdefault(cell.merchant, [None] * (last - first + 1))
        row[cell.slot - first] = muted if cell.count is None else cell.count
    ordered = sorted(by_merchant.items(), key=lambda row: (-shown_sum(row[1]), row[0]))
    return Heat(
        day,
        limit,
        tuple(half_hour(slot) for slot in range(first, last + 1)),
        tuple((name, tuple(row)) for name, row in ordered[:merchants]),
        len(ordered),
    )


def shown_sum(row: Sequence[int | None]) -> int:
    """Return the sum of what is shown of a row: the order of merchants must tell no more."""
    return sum(cell for cell in row if cell is not None and cell > 0)


def half_hour(slot: int) -> str:
    """Return the start of the n-th half hour of a day: 15 is 07:30."""
    return time(slot // 2, slot % 2 * 30).strftime("%H:%M")


def last_trading_day(*, before: date) -> date:
    """Return the newest whole day with payments before the day, or the day before it."""
    return wallet.last_trading_day(before=before) or before - timedelta(days=1)
