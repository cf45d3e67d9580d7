"""The numbers of the congress, dated terms of the plan year. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Terms:
    """What the plan sets for meetings, votes and appraisals.

    Shares as numerator and denominator; `majority_base` is entitled, present or valid.
    """

    contested_percent: int
    quorum: tuple[int, int]
    majority_base: str
    scrutineers: int
    keys_needed: int
    least_ballots: int
    appraisal_pass: int
    rectification_days: int
    followup_days: int
    slips_percent: int


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms as the plan year gives them; KeyError where one is missing."""
    named = {name: given[name] for name in Terms.__dataclass_fields__}
    return Terms(**{**named, "quorum": tuple(named["quorum"])})
