"""The one door of buying for other domains: figures and frozen facts."""

from collections.abc import Collection
from datetime import date

from .reads import figures_out
from .reads.figures_out import PostedFact, PurchaseFact


def postings(since: date, until: date, *, on: date) -> list[PostedFact]:
    """Return every window of buying that ended in [since, until) as of the day (K21, 5.1§7)."""
    return figures_out.postings(since, until, on=on)


def purchases(since: date, until: date) -> list[PurchaseFact]:
    """Return the purchases requested in [since, until) with price, flags and lateness."""
    return figures_out.purchases(since, until)


def june_gifts_done_on(year: int) -> date | None:
    """Return the day on which the year's Children's Day gifts were all done (R031), or None."""
    return figures_out.june_gifts_done_on(year)


def units_of(documents: Collection[str]) -> dict[str, str]:
    """Return the code of the unit that asked for what each document of the ledger has paid."""
    return figures_out.units_of(documents)
