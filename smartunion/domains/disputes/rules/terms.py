"""The terms of the plan year that disputes are held to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Terms:
    """The limits that a member's calendar of rights is made of, and when it reminds."""

    arbitration_years: int
    mediation_days: int
    acceptance_working_days: int
    award_days: int
    award_extension_days: int
    court_days: int
    review_days: int
    remind_days: tuple[int, ...]


def terms_of(group: Mapping[str, Any]) -> Terms:
    """Return the terms out of the plan's group `disputes`."""
    days = tuple(int(one) for one in group["remind_days"])
    numbers = {
        name: int(group[name]) for name in Terms.__dataclass_fields__ if name != "remind_days"
    }
    return Terms(**numbers, remind_days=days)
