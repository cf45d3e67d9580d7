"""The two seasons of the morning runs: one survey of a venue serves a season (T53). Pure."""

from datetime import datetime

from smartunion.kernel.base.days import CAMPUS

SPRING, AUTUMN = 2, 8
"""The months in which a season begins."""


def season_of(at: datetime) -> str:
    """Return the season of a moment on campus: 2025春 is February to July."""
    local = at.astimezone(CAMPUS)
    if SPRING <= local.month < AUTUMN:
        return f"{local.year}春"
    return f"{local.year if local.month >= AUTUMN else local.year - 1}秋"


def season_ends(at: datetime) -> datetime:
    """Return the moment at which the season of a moment is over."""
    local = at.astimezone(CAMPUS)
    if SPRING <= local.month < AUTUMN:
        return datetime(local.year, AUTUMN, 1, tzinfo=CAMPUS)
    year = local.year + (1 if local.month >= AUTUMN else 0)
    return datetime(year, SPRING, 1, tzinfo=CAMPUS)
