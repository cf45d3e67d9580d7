"""A merchant's card: how far its way in or out is, its deposit, its terminals, what was found."""

from dataclasses import dataclass
from datetime import date, datetime

from smartunion.domains.merchants.models import Acceptance, Departure, Dispute
from smartunion.domains.merchants.procedure import LEAVING, ONBOARDING
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import ShopFact, TerminalFact
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.procedures.models import Case, StepRun
from smartunion.kernel.trail.models import Entry

from . import cases, risk

WORDS = {"passed": "已办", "open": "办理中"}
MARKS = {"passed": "ok", "open": "run"}


@dataclass(frozen=True)
class Step:
    """One step of a merchant's case."""

    code: str
    name: str
    mark: str
    words: str
    who: str
    due_at: datetime | None
    done_at: datetime | None
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Way:
    """A way in or out: its case and its steps; `at` is the code of the open one."""

    case_id: int
    title: str
    steps: tuple[Step, ...]
    at: str


def _way(case: Case, sheet: Procedure) -> Way:
    runs = {
        run.step: run
        for run in case.runs.select_related("lead").prefetch_related("evidence").order_by("pk")
    }
    steps = []
    for step in sheet.steps:
        run: StepRun | None = runs.get(step.code)
        state = run.state if run else ""
        steps.append(
            Step(
                step.code, step.name, MARKS.get(state, "na"), WORDS.get(state, "未到"),
                run.lead.name if run and run.lead else "",
                run.due_at if run and state == "open" else None,
                run.ended_at if run and state != "open" else None,
                tuple(each.text for each in run.evidence.all()) if run else (),
            )
        )  # fmt: skip
    at = next((run.step for run in runs.values() if run.state == "open"), "")
    return Way(case.pk, case.title, tuple(steps), at)


@dataclass(frozen=True)
class Money:
    """One movement of the deposit, in fen; negative where it left."""

    at: datetime
    words: str
    fen: int
    document: str


@dataclass(frozen=True)
class Card:
    """Everything about one merchant."""

    shop: ShopFact
    due_fen: int
    way_in: Way | None
    way_out: Way | None
    departure: Departure | None
    terminals: list[tuple[TerminalFact, Acceptance | None]]
    moneys: list[Money]
    found: list[risk.Row]
    disputes: dict[int, Dispute]

    @property
    def at(self) -> str:
        """Return the step that is open, of the way out before the way in."""
        return (self.way_out.at if self.way_out else "") or (self.way_in.at if self.way_in else "")


def card(merchant_id: int, *, on: date) -> Card | None:
    """Return one merchant's card, or None."""
    shop = wallet.shop(merchant_id)
    return card_of(shop, on=on) if shop else None


def card_of(shop: ShopFact, *, on: date) -> Card:
    """Return the card of a merchant that is at hand."""
    way_in, way_out = cases.admission(shop.id), cases.departure(shop.id)
    terminals = wallet.terminals(shop.id)
    accepted = {
        one.terminal_id: one
        for one in Acceptance.objects.filter(terminal_id__in=[t.id for t in terminals])
    }
    found = [
        row for row in risk.listed(merchant_id=shop.id) if row.state in ("confirmed", "excluded")
    ]
    disputes = Dispute.objects.filter(suspicion__merchant_id=shop.id).select_related("answered_by")
    return Card(
        shop=shop,
        due_fen=wallet.deposit_due_fen(on=on),
        way_in=_way(way_in.case, ONBOARDING) if way_in else None,
        way_out=_way(way_out.case, LEAVING) if way_out else None,
        departure=way_out,
        terminals=[(one, accepted.get(one.id)) for one in terminals],
        moneys=_moneys(shop.id),
        found=found,
        disputes={one.suspicion_id: one for one in disputes},
    )


def _moneys(merchant_id: int) -> list[Money]:
    rows = Entry.objects.filter(
        subject=f"{cases.SHOP}{merchant_id}",
        what__in=("wallet.deposit_paid", "wallet.merchant_let_go"),
    ).order_by("pk")
    found = []
    for row in rows:
        fen = int(row.facts.get("amount_fen", 0))
        if row.what == "wallet.deposit_paid":
            found.append(Money(row.at, "交保证金", fen, str(row.facts.get("document", ""))))
            continue
        found.append(Money(row.at, "退还保证金", -fen, ""))
        if kept := int(row.facts.get("forfeited_fen", 0)):
            found.append(Money(row.at, "没收保证金", -kept, ""))
        if owed := int(row.facts.get("owed_fen", 0)):
            found.append(Money(row.at, "抵补上期欠款", -owed, ""))
    return found


@dataclass(frozen=True)
class Disputed:
    """A dispute as the desk lists it."""

    dispute: Dispute
    merchant: str


def disputes() -> list[Disputed]:
    """Return the merchants' disputes: what waits by its deadline, then the newest answered."""
    names = {one.id: one.name for one in wallet.shops()}
    rows = Dispute.objects.select_related("suspicion", "by", "answered_by")
    found = [Disputed(one, names.get(one.suspicion.merchant_id, "—")) for one in rows]
    waiting = [one for one in found if one.dispute.answered_at is None]
    done = [one for one in found if one.dispute.answered_at is not None]
    return sorted(waiting, key=lambda one: one.dispute.due_on) + sorted(
        done, key=lambda one: str(one.dispute.answered_at), reverse=True
    )


def has_dispute(dispute_id: int) -> bool:
    """Tell if there is a dispute of that number."""
    return Dispute.objects.filter(pk=dispute_id).exists()
