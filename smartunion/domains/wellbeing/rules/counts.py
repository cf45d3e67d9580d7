"""Counts that may leave the centre: none so small or so placed that it points at somebody. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A cell as it may be shown; None is a cell withheld."""

    cells: Mapping[str, int | None]
    total: int | None


def published(counts: Mapping[str, int], *, least: int) -> Published:
    """Return the cells of one closed table with every small one withheld.

    A cell below `least` is withheld, zero too: nought says as much as one. Whatever is withheld
    must not follow from the rest: where the withheld cells together stay below `least`, or there
    is only one of them, the total is withheld as well. The table is fixed: no page cuts it by
    another border, so no two tables differ by one person.
    """
    assert least > 0
    assert all(count >= 0 for count in counts.values())
    cells = {name: count if count >= least else None for name, count in counts.items()}
    hidden = [counts[name] for name, count in cells.items() if count is None]
    total = sum(counts.values())
    told = total >= least and (not hidden or (len(hidden) > 1 and sum(hidden) >= least))
    return Published(cells, total if told else None)
