"""The one door of proposals for other domains: facts by number, never a name."""

from datetime import date

from .reads import totals
from .reads.totals import ProposalFact


def proposals(first: date, until: date) -> list[ProposalFact]:
    """Return the proposals handed in in [first, until), with what came of them (K04, K48, K49)."""
    return totals.proposals(first, until)
