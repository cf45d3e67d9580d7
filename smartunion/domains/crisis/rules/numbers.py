"""Case numbers: R2025-003 is a real case, Y2025-003 a drill; neither can become the other. Pure."""

REAL, DRILL = "R", "Y"


def head_of(year: int, *, drill: bool) -> str:
    """Return what every number of a year begins with."""
    return f"{DRILL if drill else REAL}{year}-"


def following(last: str | None, year: int, *, drill: bool) -> str:
    """Return the number after the last one of the year; the first for none."""
    count = int(last.rpartition("-")[2]) if last else 0
    return f"{head_of(year, drill=drill)}{count + 1:03}"
