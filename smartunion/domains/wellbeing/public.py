"""The one door of wellbeing for other domains: counts by number, never a name or a unit."""

from datetime import date

from .reads import totals
from .reads.totals import Cared, Covered

__all__ = ["Cared", "Covered", "assessments", "coverage", "talks"]


def talks(first: date, until: date, *, on: date) -> list[Cared]:
    """Return the blue alerts' talks that fall due in the period (K27)."""
    return totals.cared("talk", "blue", first, until, on=on)


def assessments(first: date, until: date, *, on: date) -> list[Cared]:
    """Return the yellow alerts' assessments that fall due in the period (K28)."""
    return totals.cared("assessment", "yellow", first, until, on=on)


def coverage(first: date, until: date, *, on: date) -> list[Covered]:
    """Return every alert of the period and whether anybody has come (K35)."""
    return totals.covered(first, until, on=on)
