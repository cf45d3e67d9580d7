"""What the centre and the officers see: numbers, limits, campaigns, counts. Never whose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from smartunion.domains.wellbeing.models import (
    Alert,
    Campaign,
    Population,
    Response,
    SignedPolicy,
    Task,
)
from smartunion.domains.wellbeing.rules.counts import Published, published
from smartunion.domains.wellbeing.rules.scale import FACTORS, Result, tenths
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.procedures.models import StepRun

from .figures import Terms


@dataclass(frozen=True)
class Row:
    """One task of somebody's."""

    number: str
    kind: str
    run_id: int | None
    due_at: datetime
    done_at: datetime | None
    late: bool
    who: str
    mine: bool
    wrote_run_id: int | None
    """The step by which the person who looks has done it: they may read their record back."""


def tasks(*kinds: str, by: Person, all_of_them: bool, at: datetime) -> list[Row]:
    """Return tasks of these kinds, open ones first: one's own, or all for who leads the centre."""
    found = Task.objects.filter(kind__in=kinds).select_related("alert")
    runs = {
        run.case_id: run
        for run in StepRun.objects.filter(case__in=found.values("case")).select_related(
            "lead", "backup", "ended_by"
        )
    }
    rows = [_row(one, runs[one.case_id], by, at) for one in found.order_by("-opened_at", "-pk")]
    kept = [row for row in rows if row.mine or all_of_them]
    return sorted(kept, key=lambda row: (row.done_at is not None, row.due_at))


def _row(task: Task, run: StepRun, by: Person, at: datetime) -> Row:
    is_open = run.state == StepRun.State.OPEN
    actor = (run.backup if run.taken_over_at else run.lead) or run.backup
    who = actor if is_open else run.ended_by
    return Row(
        number=task.alert.number,
        kind=task.get_kind_display(),
        run_id=run.pk if is_open else None,
        due_at=task.due_at,
        done_at=task.done_at,
        late=(task.done_at or at) > task.due_at,
        who=who.name if who else "（空缺）",
        mine=by.pk in (run.lead_id, run.backup_id) or run.ended_by_id == by.pk,
        wrote_run_id=run.pk if task.done_by_id == by.pk else None,
    )


@dataclass(frozen=True)
class FactorLine:
    """One factor for the eye of the centre."""

    code: str
    name: str
    total: int
    items: int
    shown: Decimal
    norm: str
    is_top: bool


def factor_lines(result: Result, terms: Terms) -> list[FactorLine]:
    """Return the ten factors with the norm beside them: for comparison, never for the band."""
    norms = terms.norms["factors"]
    return [
        FactorLine(
            factor.code,
            factor.name,
            result.sums[factor.code],
            len(factor.items),
            Decimal(tenths(result.sums[factor.code], len(factor.items))).scaleb(-1),
            "±".join(norms[factor.code]) if factor.code in norms else "—",
            factor.code == result.top,
        )
        for factor in FACTORS
    ]


def campaigns() -> QuerySet[Campaign]:
    """Return every campaign with how many were asked and have answered, the newest first."""
    submitted = Q(invitations__response__state=Response.State.SUBMITTED)
    return Campaign.objects.annotate(
        invited=Count("invitations", distinct=True),
        sent=Count("invitations", filter=Q(invitations__sent_on__isnull=False), distinct=True),
        answered=Count("invitations__response", filter=submitted, distinct=True),
    ).order_by("-opens_on", "-pk")


def campaign(campaign_id: int) -> Campaign | None:
    """Return one campaign, counted."""
    return campaigns().filter(pk=campaign_id).first()


def branches() -> list[Unit]:
    """Return the units that a campaign may ask."""
    return list(Unit.objects.filter(kind=Unit.Kind.BRANCH).order_by("code"))


def last_signature() -> SignedPolicy | None:
    """Return the newest signature, in force or not."""
    return SignedPolicy.objects.select_related("signed_by").order_by("-signed_at").first()


@dataclass(frozen=True)
class Imported:
    """What an outside system sent on a day: counts, never whose or what became of it."""

    source: str
    on: date
    staff: int
    students: int
    withdrawn: int
    last_at: datetime


def imports() -> list[Imported]:
    """Return what came from outside systems, by day of receipt, the newest first (R113)."""
    rows = Response.objects.filter(invitation=None).exclude(ended_at=None).annotate(
        on=TruncDate("ended_at", tzinfo=CAMPUS)
    )  # fmt: skip
    counted = rows.values("source", "on").annotate(
        staff=Count("pk", filter=Q(population=Population.STAFF)),
        students=Count("pk", filter=Q(population=Population.STUDENT)),
        withdrawn=Count("pk", filter=Q(state=Response.State.WITHDRAWN)),
        last_at=Max("ended_at"),
    )
    return [Imported(**row) for row in counted.order_by("-on", "source")]


@dataclass(frozen=True)
class Counted:
    """A closed campaign as whoever leads the union may see it."""

    title: str
    closed_at: datetime | None
    cells: Sequence[tuple[str, int | None]]
    total: int | None


def counts(*, least: int) -> list[Counted]:
    """Return the counts of closed campaigns, one fixed table each: nothing to be subtracted.

    By band for the whole campus and no other way, only once a campaign is over, so that no two
    tables differ by a few persons (T51).
    """
    found = []
    closed: QuerySet[Any] = campaigns().filter(state=Campaign.State.CLOSED)
    for one in closed:
        by_band = dict(
            Alert.objects.filter(campaign=one).values_list("band").annotate(n=Count("pk"))
        )
        raised = sum(by_band.values())
        told: Published = published(
            {
                "没有后续": max(one.answered - raised, 0),
                "由同事谈心": by_band.get(Alert.Band.BLUE, 0),
                "由中心评估": sum(
                    by_band.get(band, 0) for band in (Alert.Band.YELLOW, Alert.Band.REVIEW)
                ),
                "启动处置": by_band.get(Alert.Band.RED, 0),
            },
            least=least,
        )
        found.append(Counted(one.title, one.closed_at, tuple(told.cells.items()), told.total))
    return found
