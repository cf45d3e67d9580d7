"""The heat map of a day as a grid: merchant × half hour (R050, T59)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from smartunion.domains.wallet.models import Merchant

from .overview import heat_cells

MUTED = -1
"""The count of a cell in which too few people paid for a number."""


@dataclass(frozen=True)
class HeatRow:
    """A merchant's day: None nothing, MUTED too few payers, else the number of payments."""

    id: int
    name: str
    cells: tuple[int | None, ...]

    @property
    def total(self) -> str:
        """Return the day's number; at least so many, where silent cells could be worked out."""
        shown = sum(cell for cell in self.cells if cell and cell != MUTED)
        if MUTED not in self.cells:
            return f"{shown:,} 笔"
        return f"至少 {shown:,} 笔" if shown else "·"


@dataclass(frozen=True)
class Grid:
    """The day's grid; merchants without any payment are only counted."""

    slots: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    quiet: int


def grid(on: date) -> Grid:
    """Return the grid of a campus day, the busiest merchants first."""
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for cell in heat_cells(on):
        found[cell.merchant][cell.slot] = MUTED if cell.count is None else cell.count
    ids = {name: pk for pk, name in Merchant.objects.values_list("pk", "name")}
    if not found:
        return Grid((), (), len(ids))
    used = [slot for of_day in found.values() for slot in of_day]
    slots = range(min(used), max(used) + 1)
    busiest = sorted(found, key=lambda name: (-sum(found[name].values()), name))
    rows = tuple(
        HeatRow(ids[name], name, tuple(found[name].get(slot) for slot in slots)) for name in busiest
    )
    return Grid(tuple(f"{s // 2:02}:{s % 2 * 30:02}" for s in slots), rows, len(ids) - len(rows))
