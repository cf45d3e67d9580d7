"""The one door of merchants for other domains: call-backs and suspicions in numbers."""

from datetime import date

from .reads import calls, risk
from .reads.calls import Facts


def called_back(month: date) -> frozenset[int]:
    """Return the purchases of a consumption month whose payers were spoken with (K22, R058)."""
    return calls.called_ids(month)


def callback_facts() -> Facts:
    """Return how the call-backs stand over all months (7.1③)."""
    return calls.facts()


def suspicions_waiting() -> int:
    """Return how many suspicions wait for a person (7.1)."""
    return risk.waiting()
