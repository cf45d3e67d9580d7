"""What the desk shows of purchases: the register, one purchase, what can be done next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from smartunion.domains.procurement.models import Contract, Opinion, Purchase, Supplier, Tender
from smartunion.domains.procurement.procedure import TRIO, challenged
from smartunion.domains.procurement.reads import figures
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.registry import sheet_of

GONE = (
    StepRun.State.PASSED,
    StepRun.State.SKIPPED,
    StepRun.State.RETURNED,
    StepRun.State.CANCELED,
    StepRun.State.WAITING,
)
"""States in which nobody has to do anything with a step."""
METHODS = Purchase.Method.choices
STATES = {"open": "办理中", "late": "已逾期", "closed": "已办结"}


@dataclass(frozen=True)
class Row:
    """One line of the register of purchases; sums in fen."""

    id: int
    number: str
    title: str
    category: str
    unit: str
    method: str
    method_words: str
    amount_fen: int
    price_fen: int | None
    supplier: str
    stage: str
    due_at: datetime | None
    mark: str
    """The state's shape: ok, run, late, off."""
    mark_words: str
    flags: int
    split: str


def _found() -> QuerySet[Purchase]:
    return (
        Purchase.objects.select_related("unit", "supplier", "case__sheet", "contract")
        .prefetch_related(
            Prefetch(
                "case__runs",
                StepRun.objects.exclude(state__in=GONE).order_by("pk"),
                to_attr="going",
            ),
            Prefetch("tenders", Tender.objects.order_by("round")),
            "tenders__clearings",
        )
        .order_by("-requested_at", "-pk")
    )


def rows(*, at: datetime, method: str = "", state: str = "") -> list[Row]:
    """Return the purchases, newest first, by method and state."""
    found = _found()
    if method:
        found = found.filter(method=method)
    told = [row_of(purchase, at=at) for purchase in found]
    wanted = {"open": {"run", "late"}, "late": {"late"}, "closed": {"ok", "off"}}
    return [row for row in told if not state or row.mark in wanted[state]]


def row_of(purchase: Purchase, *, at: datetime) -> Row:
    """Return a purchase as a line of the register."""
    case, going = purchase.case, _going(purchase)
    sheet = sheet_of(case.sheet.digest)
    if case.withdrawn_because:
        mark, words, stage = "off", "已撤回", "已撤回"
    elif case.closed_at:
        stopped = case.facts.get("approved") is False or case.facts.get("failed")
        mark, words, stage = ("off", "已终止", "终止") if stopped else ("ok", "已办结", "办结")
    else:
        late = [run for run in going if run.due_at and run.due_at <= at]
        mark, words = ("late", "逾期") if late else ("run", "办理中")
        stage = "、".join(sheet.step(run.step).name for run in going)
    dues = [run.due_at for run in going if run.due_at]
    return Row(
        id=purchase.pk,
        number=purchase.number,
        title=purchase.title,
        category=purchase.category,
        unit=purchase.unit.name,
        method=purchase.method,
        method_words=method_words(purchase),
        amount_fen=purchase.amount_fen,
        price_fen=purchase.price_fen if _bought(purchase) else None,
        supplier=purchase.supplier.name if purchase.supplier else "",
        stage=stage,
        due_at=min(dues) if dues else None,
        mark=mark,
        mark_words=words,
        flags=_flags(purchase),
        split=str(case.facts.get("split") or ""),
    )


def _bought(purchase: Purchase) -> bool:
    """Test if the price is more than what was asked for: awarded, or signed."""
    return purchase.awarded_at is not None or hasattr(purchase, "contract")


def method_words(purchase: Purchase) -> str:
    """Return the method in words; a challenged single source says what it has become."""
    if challenged(purchase.case.facts):
        return "竞争性谈判（由单一来源转）"
    return str(purchase.get_method_display())


def _going(purchase: Purchase) -> Sequence[StepRun]:
    there = getattr(purchase.case, "going", None)
    if there is not None:
        return list(there)
    return list(purchase.case.runs.exclude(state__in=GONE).order_by("pk"))


def _flags(purchase: Purchase) -> int:
    tenders = list(purchase.tenders.all())
    if not tenders:
        return 0
    clearings = sorted(tenders[-1].clearings.all(), key=lambda one: one.number)
    return len(clearings[-1].result["flags"]) if clearings else 0


@dataclass(frozen=True)
class Next:
    """A step that is open now: who does it, until when, on which page."""

    run_id: int
    code: str
    name: str
    people: str
    due_at: datetime | None
    late: bool
    page: str
    """Url name of the domain's own page, or nothing for the general form."""
    mine: bool
    kind: str


@dataclass(frozen=True)
class OpinionShown:
    """What an expert has said, or that nothing has come yet."""

    name: str
    unit: str
    outside: bool
    signed_at: datetime | None
    supports: bool | None
    text: str
    linked: str


@dataclass(frozen=True)
class Shown:
    """Everything that a purchase's page shows."""

    row: Row
    case_id: int
    sheet: str
    budget_code: str
    budget_title: str
    requested_by: str
    requested_at: datetime
    reason: str
    demand: str
    cause: str
    steps: list[tuple[str, str]]
    """Each step of the sheet with its state: done, now, future, skipped."""
    next: list[Next]
    tenders: list[Tender]
    opinions: list[OpinionShown]
    contract: Contract | None
    signers: list[tuple[str, str, bool]]
    """Of an emergency: office, who has signed, whether signed."""


def shown(purchase_id: int, *, person: Person, at: datetime) -> Shown | None:
    """Return one purchase for its page, or None."""
    purchase = _found().select_related("requested_by").filter(pk=purchase_id).first()
    if purchase is None:
        return None
    facts = purchase.case.facts
    return Shown(
        row=row_of(purchase, at=at),
        case_id=purchase.case_id,
        sheet=sheet_of(purchase.case.sheet.digest).matter,
        budget_code=purchase.budget_code,
        budget_title=figures.title_of(purchase.budget_code),
        requested_by=purchase.requested_by.name,
        requested_at=purchase.requested_at,
        reason=str(facts.get("reason") or ""),
        demand=str(facts.get("demand") or ""),
        cause=purchase.cause,
        steps=_steps(purchase),
        next=[_next(run, purchase, person, at) for run in _going(purchase)],
        tenders=list(purchase.tenders.all())[::-1],
        opinions=opinions(purchase_id),
        contract=Contract.objects.filter(purchase=purchase).select_related("signed_by").first(),
        signers=_signers(purchase),
    )


def _steps(purchase: Purchase) -> list[tuple[str, str]]:
    states = {
        StepRun.State.PASSED: "done",
        StepRun.State.SKIPPED: "skipped",
        StepRun.State.RETURNED: "future",
        StepRun.State.CANCELED: "skipped",
        StepRun.State.WAITING: "future",
    }
    latest: dict[str, str] = {}
    for step, state in purchase.case.runs.order_by("pk").values_list("step", "state"):
        latest[step] = states.get(StepRun.State(state), "now")
    sheet = sheet_of(purchase.case.sheet.digest)
    ended = purchase.case.closed_at is not None
    return [
        (step.name, latest.get(step.code, "skipped" if ended else "future")) for step in sheet.steps
    ]


def _next(run: StepRun, purchase: Purchase, person: Person, at: datetime) -> Next:
    step = sheet_of(purchase.case.sheet.digest).step(run.step)
    people = [who for who in (run.lead, run.backup) if who]
    return Next(
        run_id=run.pk,
        code=run.step,
        name=step.name,
        people=" / ".join(who.name for who in people) or "空缺",
        due_at=run.due_at,
        late=bool(run.due_at and run.due_at <= at),
        page=step.page,
        mine=person in people,
        kind=str(step.kind),
    )


def _signers(purchase: Purchase) -> list[tuple[str, str, bool]]:
    if purchase.method != Purchase.Method.EMERGENCY:
        return []
    found = []
    for step, title in TRIO.items():
        pk = purchase.case.facts.get(step.replace("signed", "signer"))
        who = Person.objects.filter(pk=pk).first() if pk else None
        found.append((title, who.name if who else "还没有签", who is not None))
    return found


def opinions(purchase_id: int) -> list[OpinionShown]:
    """Return who was asked for an opinion and what they said."""
    asked = Opinion.objects.filter(purchase=purchase_id).select_related("expert__unit")
    return [
        OpinionShown(
            name=o.expert.name,
            unit=o.expert.unit.name if o.expert.unit else "",
            outside=o.outside,
            signed_at=o.signed_at,
            supports=o.supports,
            text=o.text,
            linked=o.linked,
        )
        for o in asked.order_by("pk")
    ]


def suppliers_to_choose(category: str = "") -> list[Supplier]:
    """Return the suppliers that may be invited, those of the category first."""
    found = Supplier.objects.filter(barred_until_on__isnull=True).order_by("number")
    return sorted(found, key=lambda s: (s.category != category, s.number))


def may_open_file(person: Person, purchase_id: int) -> bool:
    """Test if somebody without the desk may open a purchase's files: its panel may."""
    return Purchase.objects.filter(pk=purchase_id, tenders__panel__person=person).exists()
