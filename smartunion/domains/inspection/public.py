"""The one door of inspection for other domains: rounds and what they found, in numbers."""

from datetime import date

from .reads import totals
from .reads.totals import BranchFact, ClaimFact, ProblemFact, RoundFact


def rounds(first: date, until: date) -> list[RoundFact]:
    """Return the rounds whose dice fell in [first, until), with their shares (K52–K54)."""
    return totals.rounds(first, until)


def branches(first: date, until: date) -> list[BranchFact]:
    """Return what was looked at and found in each branch by then (K55)."""
    return totals.branches(first, until)


def claims(first: date, until: date) -> list[ClaimFact]:
    """Return what each round's sample by amount says of the share of problem money (R171)."""
    return totals.claims(first, until)


def problems(first: date, until: date) -> list[ProblemFact]:
    """Return the problems found in [first, until): back in a day, explained in three (K56, K57)."""
    return totals.problems(first, until)
