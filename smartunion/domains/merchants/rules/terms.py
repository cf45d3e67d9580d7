"""The numbers of the risk desk, dated terms of the plan year. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Terms:
    """What a detector takes for a pattern (7.1), and how often somebody is called back (R058).

    Amounts in fen, shares in percent, moments of the day in full hours.
    """

    round_step_fen: int
    round_count: int
    round_percent: int
    pair_count: int
    pair_fen: int
    pair_percent: int
    pair_mean_fen: int
    ring_minutes: int
    ring_days: int
    ring_members: int
    ring_fen: int
    split_count: int
    split_fen: int
    night_from: int
    night_until: int
    night_count: int
    decide_working_days: int
    callback_percent: int


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms out of the plan's own words; a missing number is never guessed."""
    return Terms(**{one.name: int(given[one.name]) for one in fields(Terms)})
