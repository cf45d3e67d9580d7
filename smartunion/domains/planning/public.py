"""The one door of the plan year for other domains: ids, frozen facts, dated terms."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from smartunion.kernel.people.models import Person

from .actions import content as content_actions
from .actions import milestones as milestone_actions
from .reads import execution as execution_reads
from .reads import files, plan
from .reads import terms as term_reads
from .reads.execution import ExecutionFact
from .reads.plan import BudgetLineFact, IndicatorFact, MilestoneFact, ProjectFact


def terms(group: str, *, on: date) -> Mapping[str, Any]:
    """Return the group's dated terms in force on a campus day (`terms("wallet", on=day)`).

    Cached per process; outside a transaction it asks the database at most once a second. Raises
    Refused `planning.no_terms` when no adopted plan year covers the day.
    """
    return term_reads.terms(group, on=on)


def lasting_terms(group: str, *, on: date) -> Mapping[str, Any]:
    """Return the group's terms on a day, or the last before it while no plan year covers it.

    For emergencies, their rosters and what is sealed: these do not wait for a plan. Raises Refused
    `planning.no_terms` when no plan up to the day has the group.
    """
    return term_reads.lasting_terms(group, on=on)


def judged_day(*, on: date) -> date | None:
    """Return the day by whose terms a day is judged: itself, or the nearest that a plan covers.

    For audits: the journal's newest entry may lie in a year that has no plan yet. None without
    any adopted plan.
    """
    return term_reads.judged_day(on)


def current_year(*, on: date) -> int:
    """Return the adopted plan year covering the day; raises Refused `planning.no_plan`."""
    return plan.current_year(on=on)


def budget_lines(year: int) -> list[BudgetLineFact]:
    """Return the year's spending lines with their `budget_code` (2025/3.1/mall.subsidy) (R207)."""
    return plan.budget_lines(year)


def indicators(year: int) -> list[IndicatorFact]:
    """Return the definitions of the year's 68 indicators (R209)."""
    return plan.indicators(year)


def projects(year: int, *, on: date) -> list[ProjectFact]:
    """Return the six projects with sub-tasks and milestones as they stand on the day (R037)."""
    return plan.tree(year, on=on)


def milestones(year: int, *, on: date | None = None) -> list[MilestoneFact]:
    """Return every milestone by date as it stands on the day, or at the year's end (R012).

    `counts_on` is the last day in time: a meeting on a day off is held later (T26).
    """
    return plan.milestones(year, on=on or plan.plan_of(year).closes_on)


def execution(year: int, *, on: date) -> list[ExecutionFact]:
    """Return each project's budget, spending, encumbrance, both forecasts and alarm (T04, T05)."""
    return execution_reads.execution(year, on=on)


def late_milestones(*, on: date) -> list[MilestoneFact]:
    """Return the milestones late on the day, the longest first; none without an adopted year."""
    return plan.late_milestones(on=on)


def achieve(
    *, year: int, code: str, done_on: date, evidence: str, by: Person | None, at: datetime
) -> None:
    """Record that a milestone was met (a launch, a signing) with its evidence; safe to repeat."""
    milestone_actions.achieve(
        year=year, code=code, done_on=done_on, evidence=evidence, by=by, at=at
    )


def import_year(*, year: int, by: Person | None, at: datetime, because: str) -> None:
    """Import and adopt the plan files kept for the year; safe to repeat (R001)."""
    content_actions.import_plan(
        raw=files.of_year(year), adopted=True, by=by, at=at, because=because
    )
