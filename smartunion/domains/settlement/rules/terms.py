"""The dated numbers of settlement. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from smartunion.kernel.base.days import CAMPUS


@dataclass(frozen=True)
class Terms:
    """What the plan year says of reconciliation and the month."""

    open_days: int
    """Until how many days after it a movement may be under way at the bank (T+3)."""
    case_working_days: int
    owner_office: str
    chief_office: str


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms out of the plan's own words; a missing number is never guessed."""
    return Terms(
        open_days=int(given["open_days"]),
        case_working_days=int(given["case_working_days"]),
        owner_office=str(given["owner_office"]),
        chief_office=str(given["chief_office"]),
    )


def open_until(day: date, terms: Terms) -> datetime:
    """Return the exclusive end of T+n: then what is still under way is an error in full."""
    return datetime.combine(day + timedelta(days=terms.open_days + 1), time.min, CAMPUS)
