"""Write a plan year, adopt it, amend it. An adopted plan changes by amendment, and says why."""

from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import BigIntegerField, F, Func, Max, TextField
from django.db.models.functions import Cast, Greatest

from smartunion.domains.planning.models import PlanVersion, PlanYear
from smartunion.domains.planning.reads import terms
from smartunion.domains.planning.reads.amendments import latest, locked, shut
from smartunion.domains.planning.reads.files import digest, inspect
from smartunion.domains.planning.reads.tables import TABLES, content_of, links_of
from smartunion.domains.planning.rules.content import BY_KEY, Content, Raw, cells
from smartunion.domains.planning.rules.refusals import AlreadyAdopted, PlanMoved, RowsWrong
from smartunion.domains.planning.rules.sums import require
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

STAMP = Greatest(
    Cast(Cast(Func(function="pg_current_xact_id"), TextField()), BigIntegerField()) * 1000,
    F("stamp") + 1,
)
"""Larger than any stamp before, and never one that a rolled-back transaction has used."""


@transaction.atomic
def import_plan(
    *,
    raw: Raw,
    adopted: bool = False,
    seen: str | None = None,
    by: Person | None,
    at: datetime,
    because: str,
) -> PlanYear:
    """Write a plan year from a file, whole or not at all; the same file again changes nothing.

    `seen` is the digest of the year's content that the writer has been shown ("" for none).
    Raises RowsWrong (its `facts["errors"]` name sheet, row, column and what is expected),
    AlreadyAdopted when the adopted plan differs from the file (R001, R208) and PlanMoved when the
    year is not what was seen.
    """
    content, errors = inspect(raw)
    if errors:
        raise RowsWrong(count=len(errors), first=str(errors[0]), errors=[str(e) for e in errors])
    facts = content["plan"][0]
    plan = PlanYear.objects.select_for_update().filter(year=facts["year"]).first()
    if seen is not None and seen != (digest(content_of(plan)) if plan else ""):
        raise PlanMoved(year=facts["year"])
    if plan is not None and plan.adopted_at is not None:
        last = latest(plan)
        if digest(content) != digest(content_of(plan)):
            day = campus_day(plan.adopted_at).isoformat()
            raise AlreadyAdopted(year=plan.year, day=day, version=last.number)
        return plan
    if plan is None or digest(content) != digest(content_of(plan)):
        plan = _write(plan, content)
        record("planning.imported", plan, by=by, at=at, because=because, sha256=digest(content))
    if adopted:
        adopt(year=plan.year, by=by, at=at, because=because)
        plan.refresh_from_db()
    return plan


def _write(plan: PlanYear | None, content: Content) -> PlanYear:
    facts = content["plan"][0]
    if plan is None:
        plan = PlanYear.objects.create(**facts)
    else:
        for table in reversed(TABLES.values()):
            table._default_manager.filter(plan=plan).delete()
        PlanYear.objects.filter(pk=plan.pk).update(**facts)
    written: dict[type[models.Model], dict[str, models.Model]] = {}
    for key, table in TABLES.items():
        links = links_of(table)
        rows = []
        for row in content[key]:
            values: dict[str, Any] = dict(row)
            for name, other in links.items():
                if values.get(name) is not None:
                    values[name] = written[other][values[name]]
            rows.append(table(plan=plan, **values))
        saved = table._default_manager.bulk_create(rows)
        if "code" in BY_KEY[key].unique:
            written[table] = {getattr(one, "code"): one for one in saved}  # noqa: B009 - typed
    _touch(plan)
    plan.refresh_from_db()
    return plan


def _touch(plan: PlanYear) -> None:
    """Stamp the plan with this transaction, so that every process reads its terms anew."""
    PlanYear.objects.filter(pk=plan.pk).update(stamp=STAMP)
    transaction.on_commit(terms.forget)


def _freeze(plan: PlanYear, *, by: Person | None, at: datetime, because: str) -> PlanVersion:
    """Freeze the plan as it now stands as its next version; its sums must hold (R208)."""
    content = content_of(plan)
    require(content)
    last = PlanVersion.objects.filter(plan=plan).aggregate(n=Max("number"))["n"] or 0
    return PlanVersion.objects.create(
        plan=plan,
        number=last + 1,
        content=cells(content),
        sha256=digest(content),
        by=by,
        at=at,
        because=because,
    )


@transaction.atomic
def adopt(*, year: int, by: Person | None, at: datetime, because: str) -> PlanVersion:
    """Adopt a draft: version 1 is frozen with its hash (R001, R210); twice keeps the first."""
    plan = locked(year)
    if plan.adopted_at is not None:
        return PlanVersion.objects.get(plan=plan, number=1)
    version = _freeze(plan, by=by, at=at, because=because)
    PlanYear.objects.filter(pk=plan.pk).update(adopted_at=at, adopted_by=by)
    _touch(plan)
    record(
        "planning.adopted", plan, by=by, at=at, because=because, version=1, sha256=version.sha256
    )
    return version


@transaction.atomic
def close_amendment(*, plan: PlanYear, by: Person | None, at: datetime, because: str) -> None:
    """End what `reads.amendments.opened` began: the sums hold, an adopted plan gets a version.

    Raises SumsDiffer with both sums, LineOverdrawn, FundingDiffers; then nothing is saved (R208).
    """
    shut()
    _touch(plan)
    if plan.adopted_at is None:
        require(content_of(plan))
        return
    version = _freeze(plan, by=by, at=at, because=because)
    record(
        "planning.version_frozen",
        plan,
        by=by,
        at=at,
        because=because,
        version=version.number,
        sha256=version.sha256,
    )
