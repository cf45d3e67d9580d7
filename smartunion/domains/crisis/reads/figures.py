"""The numbers of the plan year that crisis goes by, and what the fund still has."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Sum

from smartunion.domains.crisis.models import Advance
from smartunion.domains.crisis.rules.money import Fund
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger.reads import encumbered_fen, spent_fen


@dataclass(frozen=True)
class Terms:
    """The crisis terms in force on a day."""

    given: Mapping[str, Any]
    budget_code: str
    """Where a reimbursed advance is charged."""

    def span(self, name: str) -> timedelta:
        """Return a limit by its term; the last word is its unit (call_seconds, escort_hours)."""
        return timedelta(**{name.rpartition("_")[2]: self.given[name]})

    def words(self, name: str) -> str:
        """Return a term as text."""
        return str(self.given[name])

    def count(self, name: str) -> int:
        """Return a term as a whole number."""
        return int(self.given[name])


def terms_on(at: datetime) -> Terms:
    """Return the terms of a moment's campus day."""
    day = campus_day(at)
    given = planning.lasting_terms("crisis", on=day)
    lines = {line.code.rpartition("/")[2]: line.budget_code for line in _lines(day)}
    return Terms(given, lines.get(given["deposit_budget"], ""))


def _lines(day: date) -> list[Any]:
    """Return the budget lines of a day; none while no plan year covers it: alarms still go out."""
    try:
        return list(planning.budget_lines(planning.current_year(on=day)))
    except Refused:
        return []


def fund_on(terms: Terms, *, at: datetime) -> Fund | None:
    """Return how the fund of the advances stands; None where the plan year has no such source.

    An advance is set aside on the fund's budget line until it is back, so that aid, which lives on
    the same interest, sees it too; it is told apart here as what is out.
    """
    source = terms.words("deposit_fund_source")
    whole = planning.terms("aid", on=campus_day(at)).get("fund_fen", 0)
    lines = [line for line in _lines(campus_day(at)) if line.fund_source == source]
    if not lines or not whole:
        return None
    used = sum(spent_fen(line.budget_code) + encumbered_fen(line.budget_code) for line in lines)
    out = Advance.objects.filter(fund_source=source).aggregate(
        sum=Sum(F("amount_fen") - F("settled_fen"))
    )
    still_out = int(out["sum"] or 0)
    return Fund(lines[0].fund_source_title, int(whole), used - still_out, still_out)
