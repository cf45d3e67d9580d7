"""A plan year held for one change: locked, and open to it in the database's eyes."""

from django.db import connection

from smartunion.domains.planning.models import Placeholder, PlanVersion, PlanYear
from smartunion.domains.planning.rules.refusals import (
    NoPlan,
    NotAdopted,
    PlaceholdersRemain,
    ReasonMissing,
)

from .plan import plan_of


def locked(year: int) -> PlanYear:
    """Return the plan year, locked until the transaction ends; raise NoPlan."""
    plan = PlanYear.objects.select_for_update().filter(year=year).first()
    if plan is None:
        raise NoPlan(year=year)
    return plan


def opened(year: int, *, because: str) -> PlanYear:
    """Return the plan year locked and open to one amendment, until it is shut again.

    Raises ReasonMissing and NoPlan. `actions.content.close_amendment` ends it.
    """
    if not because.strip():
        raise ReasonMissing
    plan = locked(year)
    _gate(str(plan.pk))
    return plan


def shut() -> None:
    """Let the database refuse changes of adopted plans again."""
    _gate("")


def _gate(plan: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('smartunion.amendment', %s, true)", [plan])


def latest(plan: PlanYear) -> PlanVersion:
    """Return the plan's newest frozen version; raise NotAdopted for a draft."""
    version = PlanVersion.objects.filter(plan=plan).order_by("-number").first()
    if version is None:
        raise NotAdopted(year=plan.year)
    return version


def require_no_placeholders(*, year: int) -> None:
    """Refuse going live while the plan's text still has blanks (T71, T73).

    Raises PlaceholdersRemain with all of them, NoPlan.
    """
    blanks = list(
        Placeholder.objects.filter(plan=plan_of(year), value="")
        .order_by("pk")
        .values_list("text", flat=True)
    )
    if blanks:
        raise PlaceholdersRemain(count=len(blanks), which="、".join(blanks))
