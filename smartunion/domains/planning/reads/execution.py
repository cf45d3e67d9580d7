"""What each project has spent, bound and will have spent: the budget against the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import BigIntegerField, QuerySet, Sum

from smartunion.domains.planning.rules.forecast import (
    INCLUSIVE,
    ON_TOP,
    Forecast,
    SubsidyTerms,
    alarm,
    known_fen,
    month_fen,
    months_left,
    most_members,
    of_subsidy,
)
from smartunion.kernel.base.days import end_of
from smartunion.kernel.ledger import reads as ledger
from smartunion.kernel.ledger.models import Encumbrance, Transfer
from smartunion.kernel.people.models import Person

from .plan import BudgetLineFact, budget_lines, plan_of
from .terms import terms

SUBSIDY = "3.1/mall.subsidy"
"""The one line that is forecast from members and months; the plan names it without an amount."""


@dataclass(frozen=True)
class ExecutionFact:
    """One project's money on a day, in fen."""

    project: str
    title: str
    budget_fen: int
    spent_fen: int
    encumbered_fen: int
    forecast_on_top_fen: int
    forecast_inclusive_fen: int
    alarm: int
    """80, 90 or 100 when spending and encumbrance reach that line, else 0."""
    forecast_alarm: int
    note: str

    @property
    def used_fen(self) -> int:
        """Return what is spent or bound."""
        return self.spent_fen + self.encumbered_fen

    @property
    def share(self) -> Decimal | None:
        """Return the part used of the budget; None where there is no budget."""
        return Decimal(self.used_fen) / self.budget_fen if self.budget_fen else None


@dataclass(frozen=True)
class LineFact:
    """One spending line's money on a day, in fen."""

    line: BudgetLineFact
    spent_fen: int
    encumbered_fen: int


@dataclass(frozen=True)
class Books:
    """What the ledger holds under a year's budget codes to the end of a day: two queries."""

    spent: Mapping[str, int]
    bound: Mapping[str, int]

    def under(self, budget_code: str) -> tuple[int, int]:
        """Return what is spent and encumbered on a code and everything below it, in fen."""
        spent, bound = (
            sum(
                fen
                for code, fen in by_code.items()
                if code == budget_code or code.startswith((f"{budget_code}/", f"{budget_code}."))
            )
            for by_code in (self.spent, self.bound)
        )
        return spent, bound


def books(year: int, *, on: date) -> Books:
    """Return the year's books to the end of a campus day."""
    until = end_of(on)
    spent = ledger.budget_rows(str(year), until).values_list("budget_code")
    bound = Encumbrance.objects.filter(budget_code__startswith=f"{year}/", at__lt=until)
    return Books(
        dict(spent.annotate(fen=Sum("charge_fen", output_field=BigIntegerField()))),
        dict(bound.values_list("budget_code").annotate(fen=Sum("amount_fen"))),
    )


def lines_of(year: int, *, on: date) -> list[LineFact]:
    """Return every spending line with what the ledger says of it (R207)."""
    ours = books(year, on=on)
    return [LineFact(line, *ours.under(line.budget_code)) for line in budget_lines(year)]


def deposits_fen() -> int:
    """Return the merchants' deposits held: a liability, never income (T21)."""
    return ledger.balance_fen("merchant.deposit")


def members_on_roll() -> int:
    """Return how many members the staff register has; the plan does not say (T05)."""
    return Person.objects.filter(kind=Person.Kind.STAFF, is_active=True).count()


def subsidy_terms(year: int, *, on: date) -> SubsidyTerms:
    """Return what the forecast takes from the terms in force on the day; raises NoTerms."""
    wallet: Mapping[str, Any] = terms("wallet", on=on)
    share = terms("forecast", on=on)["active_share_percent"]
    return SubsidyTerms(
        cap_fen=wallet["cap_fen"],
        rate=Fraction(wallet["rate_num"], wallet["rate_den"]),
        allotment_fen=wallet["allotment_fen"],
        mode=wallet["settlement_mode"],
        launch_on=date.fromisoformat(wallet["launch_on"]),
        closes_on=plan_of(year).closes_on,
        active_share=Fraction(share, 100),
    )


def execution(year: int, *, on: date) -> list[ExecutionFact]:
    """Return each project's budget, execution and both year-end forecasts (T04, T05, R207).

    What an outside source pays (the allotment, the college's share) is not in the project's money.
    """
    every = lines_of(year, on=on)
    rates: list[int] = terms("forecast", on=on)["alarm_percents"]
    facts = []
    for own in every:
        if "/" in own.line.code:
            continue
        details = [
            one for one in every if one.line.project == own.line.project and "/" in one.line.code
        ]
        spent = own.spent_fen - sum(one.spent_fen for one in details if one.line.outside)
        bound = own.encumbered_fen - sum(one.encumbered_fen for one in details if one.line.outside)
        ahead = _forecast(year, spent, bound, [d for d in details if not d.line.outside], on=on)
        budget = own.line.amount_fen or 0
        facts.append(
            ExecutionFact(
                project=own.line.project,
                title=own.line.title,
                budget_fen=budget,
                spent_fen=spent,
                encumbered_fen=bound,
                forecast_on_top_fen=ahead.on_top_fen,
                forecast_inclusive_fen=ahead.inclusive_fen,
                alarm=alarm(spent + bound, budget, rates),
                forecast_alarm=alarm(ahead.on_top_fen, budget, rates),
                note=own.line.note,
            )
        )
    return facts


def _forecast(
    year: int, spent_fen: int, bound_fen: int, details: list[LineFact], *, on: date
) -> Forecast:
    """Return a project's year end: the subsidy by both readings, the rest as far as it is known."""
    rest, subsidy = spent_fen + bound_fen, Forecast(0, 0)
    for one in details:
        used = one.spent_fen + one.encumbered_fen
        rest -= used
        if one.line.code == SUBSIDY:
            subsidy = of_subsidy(
                spent_fen=used,
                members=members_on_roll(),
                on=on,
                terms=subsidy_terms(year, on=on),
            )
        else:
            rest += known_fen(
                spent_fen=one.spent_fen,
                encumbered_fen=one.encumbered_fen,
                planned_fen=one.line.amount_fen,
            )
    return Forecast(rest + subsidy.on_top_fen, rest + subsidy.inclusive_fen)


@dataclass(frozen=True)
class Sheet:
    """The budget of a year on a day, summed."""

    rows: tuple[ExecutionFact, ...]
    budget_fen: int
    spent_fen: int
    encumbered_fen: int
    forecast_on_top_fen: int
    forecast_inclusive_fen: int
    deposits_fen: int
    members: int
    months_left: float
    active_share: float
    month_on_top_fen: int
    month_inclusive_fen: int
    mode: str
    most_members: int
    """How many members the mall's project pays for at full use from launch to December (T05)."""

    @property
    def used_share(self) -> Decimal:
        """Return the part of the whole budget that is spent or bound."""
        return Decimal(self.spent_fen + self.encumbered_fen) / (self.budget_fen or 1)


def sheet(year: int, *, on: date) -> Sheet:
    """Return the year's execution with its sums and what the forecast was made of (T04–T06)."""
    rows = tuple(execution(year, on=on))
    ours = subsidy_terms(year, on=on)
    mall = next((row.budget_fen for row in rows if SUBSIDY.startswith(row.project)), 0)
    months = round(months_left(ours, on=ours.launch_on.replace(day=1) - timedelta(days=1)))
    return Sheet(
        rows=rows,
        budget_fen=sum(row.budget_fen for row in rows),
        spent_fen=sum(row.spent_fen for row in rows),
        encumbered_fen=sum(row.encumbered_fen for row in rows),
        forecast_on_top_fen=sum(row.forecast_on_top_fen for row in rows),
        forecast_inclusive_fen=sum(row.forecast_inclusive_fen for row in rows),
        deposits_fen=deposits_fen(),
        members=members_on_roll(),
        months_left=float(months_left(ours, on=on)),
        active_share=float(ours.active_share),
        month_on_top_fen=month_fen(ours, mode=ON_TOP),
        month_inclusive_fen=month_fen(ours, mode=INCLUSIVE),
        mode=ours.mode,
        most_members=most_members(mall, months=months, terms=ours),
    )


def lines_under(year: int, code: str, *, on: date) -> list[LineFact]:
    """Return a line and, for a project's own, the details under it, with what the ledger says.

    A project's own figures leave out what outside sources pay (T06, T08).
    """
    found = [
        one
        for one in lines_of(year, on=on)
        if one.line.code == code or one.line.code.startswith(f"{code}/")
    ]
    outside = [one for one in found if one.line.outside and "/" in one.line.code]
    return [
        one
        if "/" in one.line.code
        else replace(
            one,
            spent_fen=one.spent_fen - sum(each.spent_fen for each in outside),
            encumbered_fen=one.encumbered_fen - sum(each.encumbered_fen for each in outside),
        )
        for one in found
    ]


def ledger_rows(year: int, code: str, *, on: date) -> QuerySet[Transfer]:
    """Return the ledger's rows on a line to the end of the day, the newest first."""
    return ledger.budget_rows(f"{year}/{code}", end_of(on)).order_by("-pk")
