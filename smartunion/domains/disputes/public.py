"""The one door of disputes for other domains: numbers and days, never a name (K03)."""

from datetime import date

from .reads import totals
from .reads.totals import DisputeFact


def registered(first: date, until: date) -> list[DisputeFact]:
    """Return the disputes registered in [first, until)."""
    return totals.registered(first, until)


def inquiries(first: date, until: date) -> int:
    """Return how often somebody asked the committee for advice in [first, until)."""
    return totals.inquiries(first, until)


def of_year(year: int) -> tuple[int, str] | None:
    """Return how many cases a year had, and by which source; None where nobody has said."""
    return totals.of_year(year)
