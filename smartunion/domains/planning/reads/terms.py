"""Dated terms (约定), cached per process: they are asked for on every payment.

The cache is valid while the plan's stamp is. Inside a transaction the stamp is read each time (one
small query); outside, at most once a second, so that a burst of payments asks only once.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Max

from smartunion.domains.planning.models import PlanYear, Term
from smartunion.domains.planning.rules.refusals import NoTerms

TRUSTED_SECONDS = 1.0
"""How long a process outside a transaction goes on without asking whether the plan changed."""


@dataclass
class _Kept:
    stamp: int | None
    checked: float
    years: list[tuple[date, date, int]]
    rows: dict[tuple[int, str], list[Term]]
    answers: dict[tuple[str, date], Mapping[str, Any]] = field(default_factory=dict)


_kept: list[_Kept] = []
"""The one snapshot of this process, or empty; replaced whole, so threads need no lock."""


def forget() -> None:
    """Drop what this process has cached; the next call reads the tables."""
    _kept.clear()


def terms(group: str, *, on: date) -> Mapping[str, Any]:
    """Return the group's terms in force on a campus day, key -> value.

    Raises NoTerms when no adopted plan year covers the day or the group has no term then.
    """
    return _known(_current(), group, on)


def lasting_terms(group: str, *, on: date) -> Mapping[str, Any]:
    """Return the group's terms in force, or the last there were where no plan covers the day yet.

    For what cannot wait for a plan to be adopted: an alarm on New Year's Day. Raises NoTerms when
    no adopted plan of that day or before has the group.
    """
    kept = _current()
    try:
        return _known(kept, group, on)
    except NoTerms:
        before = [last for _, last, _ in kept.years if last < on]
        if not before:
            raise
        return _known(kept, group, max(before))


def judged_day(on: date) -> date | None:
    """Return the day by whose terms a day is judged: itself, or the nearest that a plan covers.

    The last day of the newest plan before it; before the first plan, that plan's first day. None
    where no plan is adopted.
    """
    years = _current().years
    if any(first <= on <= last for first, last, _ in years):
        return on
    before = [last for _, last, _ in years if last < on]
    return max(before) if before else min((first for first, _, _ in years), default=None)


def _known(kept: _Kept, group: str, on: date) -> Mapping[str, Any]:
    if (group, on) not in kept.answers:
        kept.answers[group, on] = _answer(kept, group, on)
    return kept.answers[group, on]


def _answer(kept: _Kept, group: str, on: date) -> Mapping[str, Any]:
    plan = next((pk for first, last, pk in kept.years if first <= on <= last), None)
    found = {
        term.key: term.value
        for term in kept.rows.get((plan or 0, group), ())  # by since: the newest wins
        if term.since <= on and (term.until is None or on < term.until)
    }
    if not found:
        raise NoTerms(day=on.isoformat(), group=group, year=on.year)
    return MappingProxyType(found)


def _current() -> _Kept:
    now = time.monotonic()
    if _kept and not connection.in_atomic_block and now - _kept[0].checked < TRUSTED_SECONDS:
        return _kept[0]
    adopted = PlanYear.objects.filter(adopted_at__isnull=False)
    stamp = adopted.aggregate(last=Max("stamp"))["last"]
    if _kept and _kept[0].stamp == stamp:
        _kept[0].checked = now
        return _kept[0]
    rows: dict[tuple[int, str], list[Term]] = {}
    for term in Term.objects.filter(plan__adopted_at__isnull=False).order_by("since", "pk"):
        rows.setdefault((term.plan_id, term.group), []).append(term)
    fresh = _Kept(stamp, now, list(adopted.values_list("starts_on", "closes_on", "pk")), rows)
    _kept[:] = [fresh]
    return fresh
