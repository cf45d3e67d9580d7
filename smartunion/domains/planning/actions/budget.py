"""Budget lines, funding and terms change by amendment; the sums hold or nothing is saved (R208)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from smartunion.domains.planning.models import (
    Funding,
    IncomeLine,
    Placeholder,
    SpendingLine,
    SubTask,
    Term,
)
from smartunion.domains.planning.reads.amendments import opened
from smartunion.domains.planning.rules.refusals import NothingLikeThat, Stale
from smartunion.domains.planning.rules.sums import written
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .content import close_amendment


@transaction.atomic
def revise(
    *,
    year: int,
    income: Mapping[str, int],
    spending: Mapping[str, int | None],
    funding: Mapping[tuple[str, str], int],
    seen: int | None = None,
    by: Person | None,
    at: datetime,
    because: str,
) -> None:
    """Give lines and matrix cells new amounts in fen, all at once (R202–R208, T01).

    Keys are codes; a funding cell is (spending, income), 0 empties it. What is not named stays.
    `seen` is the plan's stamp when the officer looked; Stale if somebody changed it since. Raises
    SumsDiffer with both sums, LineOverdrawn, FundingDiffers, NothingLikeThat.
    """
    changes = {**income, **spending, **{f"{s}←{i}": fen for (s, i), fen in funding.items()}}
    facts = {code: "未列" if fen is None else written(fen) for code, fen in changes.items()}
    plan = opened(year, because=because)
    if seen not in (None, plan.stamp):
        raise Stale(year=year)
    for table, named, what in (
        (IncomeLine, income, "收入"),
        (SpendingLine, spending, "支出"),
    ):
        for code, fen in named.items():
            if not table._default_manager.filter(plan=plan, code=code).update(amount_fen=fen):
                raise NothingLikeThat(year=year, what=what, code=code)
    for (line, source), fen in funding.items():
        _fund(plan.pk, year, line, source, fen)
    close_amendment(plan=plan, by=by, at=at, because=because)
    record("planning.budget_revised", plan, by=by, at=at, because=because, **facts)


def _fund(plan_id: int, year: int, line: str, source: str, fen: int) -> None:
    spending = SpendingLine.objects.filter(plan_id=plan_id, code=line).first()
    income = IncomeLine.objects.filter(plan_id=plan_id, code=source).first()
    if spending is None or income is None:
        raise NothingLikeThat(year=year, what="来源矩阵", code=f"{line} ← {source}")
    if fen == 0:
        Funding.objects.filter(spending=spending, income=income).delete()
        return
    Funding.objects.update_or_create(
        spending=spending,
        income=income,
        defaults={"plan_id": plan_id, "amount_fen": fen},
        create_defaults={"plan_id": plan_id, "amount_fen": fen, "origin": "proposed"},
    )


@transaction.atomic
def set_term(
    *,
    year: int,
    group: str,
    key: str,
    value: Any,
    since: date,
    by: Person | None,
    at: datetime,
    because: str,
) -> None:
    """Give a term a new value from a day on; what was before it stays readable (R001).

    The value before ends on that day; a value that began on the same day is replaced.
    """
    plan = opened(year, because=because)
    known = Term.objects.filter(plan=plan, group=group, key=key).order_by("-since")
    last = known.filter(since__lte=since).first() or known.first()
    if last is None:
        raise NothingLikeThat(year=year, what="约定", code=f"{group}.{key}")
    known.filter(since__lt=since, until__isnull=True).update(until=since)
    known.filter(since__lt=since, until__gt=since).update(until=since)
    later = known.filter(since__gt=since).order_by("since").first()
    Term.objects.update_or_create(
        plan=plan,
        group=group,
        key=key,
        since=since,
        defaults={
            "title": last.title,
            "value": value,
            "until": later.since if later else None,
            "clause": last.clause,
            "trap": last.trap,
            "reading": last.reading,
            "alternative": last.alternative,
        },
    )
    close_amendment(plan=plan, by=by, at=at, because=because)
    record(
        "planning.term_set",
        plan,
        by=by,
        at=at,
        because=because,
        term=f"{group}.{key}",
        value=str(value),
        since=since.isoformat(),
    )


@transaction.atomic
def fill(
    *, year: int, code: str, value: str, by: Person | None, at: datetime, because: str
) -> None:
    """Fill a blank of the plan's text with what stands in the original (T71, T73)."""
    plan = opened(year, because=because)
    if not Placeholder.objects.filter(plan=plan, code=code).update(value=value.strip()):
        raise NothingLikeThat(year=year, what="空白", code=code)
    close_amendment(plan=plan, by=by, at=at, because=because)
    record("planning.blank_filled", plan, by=by, at=at, because=because, code=code, value=value)


@transaction.atomic
def confirm_sub_task(
    *, year: int, code: str, by: Person | None, at: datetime, because: str
) -> None:
    """Confirm an implied or proposed sub-task as the union's own from now on (T02)."""
    plan = opened(year, because=because)
    if not SubTask.objects.filter(plan=plan, code=code).update(origin="stated"):
        raise NothingLikeThat(year=year, what="子任务", code=code)
    close_amendment(plan=plan, by=by, at=at, because=because)
    record("planning.sub_task_confirmed", plan, by=by, at=at, because=because, code=code)
