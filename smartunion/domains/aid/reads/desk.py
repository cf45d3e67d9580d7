"""The officers' registers of aid and gifts: never an illness, never an account."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet, Sum

from smartunion.domains.aid.models import Application, Disbursement, Gift, Reclaim
from smartunion.domains.aid.procedure import GIFT, HARDSHIP
from smartunion.domains.aid.rules.amounts import GiftKind
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import members
from smartunion.kernel.private.reads import Reading, accesses
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import name_of_subject

from .tracker import STATES

Scope = Collection[int] | None
"""The units that somebody may see; None for the whole campus."""

OPEN_STATES = ("open", "returned", "approved")
SEGS = (
    ("open", "办理中", OPEN_STATES),
    ("paid", "已放款", ("paid",)),
    ("refused", "未救助", ("refused", "withdrawn")),
    ("reclaimed", "追回", ("reclaimed",)),
)


@dataclass(frozen=True)
class Row:
    """One application in the register."""

    id: int
    number: str
    name: str
    unit: str
    category: str
    band: str
    asked_fen: int | None
    amount_fen: int | None
    mark: str
    words: str
    step: str
    who: str
    due_at: datetime | None
    promised_at: datetime | None
    paid_at: datetime | None
    late: bool
    case_id: int | None

    @property
    def last_on(self) -> date | None:
        """Return the last day on which the money may be paid."""
        until = self.promised_at
        return campus_day(until - timedelta(microseconds=1)) if until else None


@dataclass(frozen=True)
class Counts:
    """How many stand where, and the year's money, in fen."""

    segs: Sequence[tuple[str, str, int]]
    paid_fen: int
    approved_fen: int
    late: int
    owed_fen: int


def scoped(scope: Scope) -> QuerySet[Application]:
    """Return the applications handed in that somebody with this scope may see."""
    rows = Application.objects.exclude(state__in=["draft", "consent"]).exclude(case__isnull=True)
    return rows if scope is None else rows.filter(unit__in=scope)


def register(scope: Scope, *, seg: str, category: str = "", at: datetime) -> list[Row]:
    """Return the register, what is open first by its last day, then the newest."""
    states = next((s for key, _, s in SEGS if key == seg), OPEN_STATES)
    rows = scoped(scope).filter(state__in=states)
    if category:
        rows = rows.filter(category=category)
    order = ("promised_at", "pk") if seg == "open" else ("-pk",)
    found = list(rows.select_related("beneficiary", "unit", "disbursement").order_by(*order))
    return _rows(found, at)


def _rows(found: Sequence[Application], at: datetime) -> list[Row]:
    runs: dict[int, StepRun] = {}
    cases = [a.case_id for a in found if a.case_id]
    open_runs = StepRun.objects.filter(case__in=cases, state=StepRun.State.OPEN)
    for run in open_runs.select_related("lead", "backup").order_by("pk"):
        runs[run.case_id] = run
    return [_row(each, runs.get(each.case_id or 0), at) for each in found]


def _row(each: Application, run: StepRun | None, at: datetime) -> Row:
    paid = getattr(each, "disbursement", None)
    who = ""
    if run is not None:
        person = run.backup if run.taken_over_at else run.lead
        who = "七位常委" if run.step == "vote" else person.name if person else "（空缺）"
    until = each.promised_at
    late = bool(until and ((paid and paid.paid_at >= until) or (paid is None and at >= until)))
    mark, words = STATES[each.state]
    return Row(
        id=each.pk,
        number=each.number or "",
        name=each.beneficiary.name,
        unit=str(each.unit or ""),
        category=each.category,
        band=each.band,
        asked_fen=each.asked_fen,
        amount_fen=each.approved_fen or each.amount_fen,
        mark="late" if late and each.state in OPEN_STATES else mark,
        words=words,
        step=HARDSHIP.name_of(run.step) if run else "",
        who=who,
        due_at=run.due_at if run else None,
        promised_at=until,
        paid_at=paid.paid_at if paid else None,
        late=late and each.state not in ("refused", "withdrawn"),
        case_id=each.case_id,
    )


def counts(scope: Scope, *, at: datetime) -> Counts:
    """Return the register's heads: how many in each segment, what is paid and set aside."""
    by_state = dict(scoped(scope).values_list("state").annotate(n=Count("pk")))
    segs = [(key, words, sum(by_state.get(s, 0) for s in states)) for key, words, states in SEGS]
    paid = Disbursement.objects.filter(application__in=scoped(scope))
    waiting = scoped(scope).filter(state="approved").aggregate(fen=Sum("approved_fen"))["fen"]
    late = scoped(scope).filter(state__in=OPEN_STATES, promised_at__lte=at).count()
    owed = Reclaim.objects.filter(application__in=scoped(scope)).aggregate(
        due=Sum("amount_fen"), back=Sum("returned_fen")
    )
    return Counts(
        segs=segs,
        paid_fen=int(paid.aggregate(fen=Sum("amount_fen"))["fen"] or 0),
        approved_fen=int(waiting or 0),
        late=late,
        owed_fen=int(owed["due"] or 0) - int(owed["back"] or 0),
    )


@dataclass(frozen=True)
class Card:
    """One application as an officer sees it."""

    row: Row
    application: Application
    runs: Sequence[StepRun]
    run: StepRun | None
    paid: Disbursement | None
    owed: Reclaim | None
    readings: Sequence[Reading] = field(default_factory=tuple)


def card(application_id: int, scope: Scope, *, at: datetime) -> Card | None:
    """Return an application of the scope with its steps and who has read its sealed part."""
    found = (
        scoped(scope)
        .select_related("beneficiary", "filed_by", "unit", "case", "disbursement")
        .filter(pk=application_id)
        .first()
    )
    if found is None:
        return None
    runs = list(
        StepRun.objects.filter(case=found.case_id)
        .select_related("lead", "backup", "ended_by", "case")
        .order_by("pk")
    )
    open_run = next((run for run in runs if run.state == StepRun.State.OPEN), None)
    return Card(
        row=_row(found, open_run, at),
        application=found,
        runs=runs,
        run=open_run,
        paid=Disbursement.objects.filter(application=found).select_related("by").first(),
        owed=Reclaim.objects.filter(application=found).select_related("decided_by").first(),
        readings=accesses(name_of_subject(found), most=20),
    )


@dataclass(frozen=True)
class GiftRow:
    """One gift in the register; being in hospital is not named."""

    id: int
    number: str
    name: str
    unit: str
    what: str
    happened_on: date
    amount_fen: int
    mark: str
    words: str
    step: str
    run_id: int | None
    given_at: datetime | None


GIFT_MARKS = {"open": "run", "agreed": "wait", "given": "run", "paid": "ok", "refused": "no"}


def gifts(scope: Scope, *, receiver_id: int | None = None) -> list[GiftRow]:
    """Return the gifts of a scope, or of one person, the newest first."""
    rows = Gift.objects.select_related("receiver", "unit")
    if scope is not None and receiver_id is None:
        rows = rows.filter(unit__in=scope)
    if receiver_id is not None:
        rows = rows.filter(receiver=receiver_id)
    found = list(rows.order_by("-registered_at", "-pk"))
    open_runs = StepRun.objects.filter(case__in=[g.case_id for g in found], state="open")
    runs = {run.case_id: run for run in open_runs}
    return [_gift(each, runs.get(each.case_id)) for each in found]


def _gift(each: Gift, run: StepRun | None) -> GiftRow:
    return GiftRow(
        id=each.pk,
        number=each.number,
        name=each.receiver.name,
        unit=str(each.unit or ""),
        what=GiftKind(each.kind).shown,
        happened_on=each.happened_on,
        amount_fen=each.amount_fen,
        mark=GIFT_MARKS[each.state],
        words=each.get_state_display(),
        step=GIFT.name_of(run.step) if run else "",
        run_id=run.pk if run else None,
        given_at=each.given_at,
    )


def gift_of_run(run_id: int) -> tuple[Gift, StepRun] | None:
    """Return the gift and its step; None for another case's step."""
    run = StepRun.objects.select_related("case", "lead", "backup").filter(pk=run_id).first()
    gift = (
        Gift.objects.select_related("receiver", "unit", "registered_by", "case")
        .filter(case=run.case_id)
        .first()
        if run
        else None
    )
    return (gift, run) if gift and run else None


def application_of_run(run_id: int) -> tuple[Application, StepRun] | None:
    """Return the application and its step; None for another case's step."""
    run = StepRun.objects.select_related("case", "lead", "backup").filter(pk=run_id).first()
    found = (
        Application.objects.select_related("beneficiary", "filed_by", "unit", "case")
        .filter(case=run.case_id)
        .first()
        if run
        else None
    )
    return (found, run) if found and run else None


def colleagues(scope: Scope, *, but: Person, on: date) -> QuerySet[Person]:
    """Return the members whom an officer of these units may help, by name."""
    rows = members(on=on).exclude(pk=but.pk).select_related("unit")
    rows = rows if scope is None else rows.filter(unit__in=scope)
    return rows.order_by("unit__code", "username")


def units_of(scope: Scope) -> list[Unit]:
    """Return the branches of a scope by code."""
    rows = Unit.objects.filter(kind=Unit.Kind.BRANCH)
    return list((rows if scope is None else rows.filter(pk__in=scope)).order_by("code"))
