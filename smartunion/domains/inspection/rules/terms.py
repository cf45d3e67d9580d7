"""The numbers of an inspection, dated terms of the plan year. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Terms:
    """How often, how much and by whom it is inspected (3.4-2); shares in per cent, money in fen."""

    rounds: int
    branch_percent: int
    voucher_percent: int
    return_hours: int
    statement_days: int
    first_coverage_round: int
    large_fen: int
    claim_percent: int
    """The 95 % bound that the second sample shall be able to claim, if it finds no error."""
    digits: int
    inspectors: int
    pool: tuple[str, ...]


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms out of the plan's own words; a missing number is never guessed."""
    found = {one.name: given[one.name] for one in fields(Terms)}
    found["pool"] = tuple(found["pool"])
    return Terms(**found)
