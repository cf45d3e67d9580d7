"""The one door of aid for other domains: frozen facts by case number, never a name."""

from collections.abc import Collection
from datetime import date

from .reads import documents as papers
from .reads import totals
from .reads.totals import Payment


def payments(first: date, until: date, *, on: date) -> list[Payment]:
    """Return the applications due in the period [first, until) as they stand on a day (K20)."""
    return totals.payments(first, until, on=on)


def units_of(documents: Collection[str]) -> dict[str, str]:
    """Return the unit's code of each document of the ledger that is an aid case's or a gift's."""
    return papers.units_of(documents)
