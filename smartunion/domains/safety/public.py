"""The one door of safety for others: facts for indicators."""

from datetime import date

from .reads import totals
from .reads.totals import Responded, Staffed, Surveyed


def staffed(first: date, until: date) -> list[Staffed]:
    """Return the events held in [first, until) and whether 1:50 was met (K62)."""
    return totals.staffed(first, until)


def surveyed(first: date, until: date) -> list[Surveyed]:
    """Return the events held in [first, until) and whether their survey was in time (K63)."""
    return totals.surveyed(first, until)


def responded(first: date, until: date) -> list[Responded]:
    """Return the real incidents of [first, until) and whether all clocks were kept (K64)."""
    return totals.responded(first, until)
