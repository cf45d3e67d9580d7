"""The one door of crisis for other domains: raise the alarm; numbers come back, never a name."""

from collections.abc import Collection
from datetime import date, datetime

from smartunion.kernel.people.models import Person, Unit

from .actions import opening
from .reads import totals
from .reads.totals import Measured


def open_case(
    *,
    subject: Person,
    unit: Unit | None,
    source: str,
    drill: bool = False,
    basis: str,
    conflicted: Collection[int] = (),
    by: Person | None = None,
    at: datetime,
) -> str:
    """Open a red case in the caller's transaction and return its number (第六章 Step1).

    `source` is "screening", "import" or "report"; `basis` names what raised the alarm and is
    sealed. While a case of the person is running, a further alarm joins it and its number returns.
    """
    case = opening.open_case(
        subject=subject, unit=unit, source=source, drill=drill, basis=basis,
        conflicted=conflicted, by=by, at=at,
    )  # fmt: skip
    return case.number


def measured(code: str, first: date, until: date, *, on: date) -> list[Measured]:
    """Return the real cases of [first, until) as an indicator counts them (K29–K34, K36)."""
    return totals.measured(code, first, until, on=on)
