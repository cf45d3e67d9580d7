"""A plan year copied forward as the next year's draft."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.planning.models import PlanYear
from smartunion.domains.planning.reads.plan import plan_of
from smartunion.domains.planning.reads.tables import content_of
from smartunion.domains.planning.rules.content import cells, numbered
from smartunion.domains.planning.rules.years import DayProblem, forward
from smartunion.kernel.base import calendar
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .content import import_plan


@transaction.atomic
def copy_forward(
    *, year: int, by: Person | None, at: datetime, because: str
) -> tuple[PlanYear, list[DayProblem]]:
    """Write next year's draft from a plan year and return which dates want a look (R001, T27).

    Raises NoPlan, and AlreadyAdopted when next year has been adopted already.
    """
    content, problems = forward(content_of(plan_of(year)), calendar=calendar.campus())
    plan = import_plan(raw=numbered(cells(content)), by=by, at=at, because=because)
    record(
        "planning.copied_forward",
        plan,
        by=by,
        at=at,
        because=because,
        from_year=year,
        days_to_check=len(problems),
    )
    return plan, problems
