"""The published heat maps of the trial, as they were archived: small cells muted (T59)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from smartunion.domains.merchants.models import HeatDay

MUTED = -1
"""The count of a cell in which too few people paid for a number."""


def published() -> list[HeatDay]:
    """Return the published days, newest first, without their cells."""
    return list(HeatDay.objects.defer("cells").order_by("-day"))


@dataclass(frozen=True)
class Published:
    """One published day as a grid: merchants by half hours."""

    row: HeatDay
    slots: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]


def of_day(day: date) -> Published | None:
    """Return a published day, or None where nothing was published for it."""
    row = HeatDay.objects.filter(day=day).first()
    if row is None:
        return None
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for merchant, slot, count in row.cells:
        found[merchant][slot] = MUTED if count is None else count
    used = sorted({slot for cells in found.values() for slot in cells})
    slots = range(used[0], used[-1] + 1) if used else range(0)
    return Published(
        row,
        tuple(f"{slot // 2:02}:{slot % 2 * 30:02}" for slot in slots),
        tuple((name, tuple(cells.get(slot) for slot in slots)) for name, cells in found.items()),
    )
