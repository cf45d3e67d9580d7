"""The one door of aid for other domains: frozen facts by case number, never a name."""

from datetime import date

from .reads import totals
from .reads.totals import Payment


def payments(first: date, until: date, *, on: date) -> list[Payment]:
    """Return the applications due in the period [first, until) as they stand on a day (K20)."""
    return totals.payments(first, until, on=on)
