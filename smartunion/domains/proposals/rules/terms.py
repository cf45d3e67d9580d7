"""The numbers of proposals, dated terms of the plan year. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Terms:
    """How many sign with the proposer counted, and how fast an urgent one is answered (3.4-1②)."""

    cosigners: int
    urgent_hours: int
    suggestion_working_days: int
    supply_working_days: int
    """How long a clock may stand still for what the proposer has to supply."""


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms out of the plan's own words; a missing number is never guessed."""
    return Terms(**{one.name: int(given[one.name]) for one in fields(Terms)})
