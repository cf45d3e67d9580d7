"""A merchant's way out: suspended at once, settled, decided, the deposit returned or kept."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.merchants.models import Departure
from smartunion.domains.merchants.procedure import LEAVING
from smartunion.domains.merchants.reads import cases
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.settlement import public as settlement
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

Kind = Departure.Kind
MAY_GO = ("active", "suspended")


@transaction.atomic
def open_departure(
    *, merchant_id: int, kind: str, by: Person, at: datetime, because: str
) -> Departure:
    """Suspend the merchant and open the sheet; nobody is expelled without a finding (R059)."""
    if not because.strip():
        raise refusals.ReasonMissing
    shop = wallet.shop(merchant_id)
    assert shop is not None, "the page asked for it"
    if shop.state not in MAY_GO:
        raise refusals.NotTrading(merchant=shop.name, state=shop.state_words)
    if Departure.objects.filter(merchant_id=merchant_id, gone_at=None).exists():
        raise refusals.AlreadyUnderWay(merchant=shop.name, matter=LEAVING.matter)
    findings = cases.findings(merchant_id)
    if kind == Kind.EXPEL and not findings:
        raise refusals.NoGround(merchant=shop.name)
    wallet.suspend(merchant_id=merchant_id, by=by, at=at, because=because)
    case = engine.open_case(
        sheet=LEAVING,
        title=f"{Kind(kind).label} {shop.number} {shop.name}",
        facts={
            "number": shop.number,
            "name": shop.name,
            "kind": kind,
            "findings": findings,
            "held_fen": shop.deposit_fen,
            "kept_out": [by.pk],
        },
        subject=f"{cases.SHOP}{shop.id}",
        by=by,
        at=at,
    )
    made = Departure.objects.create(
        merchant_id=merchant_id, kind=kind, because=because[:400], case=case
    )
    record("merchants.departure_opened", made, by=by, at=at, because=because)
    return made


@transaction.atomic
def settle(*, merchant_id: int, account: str, by: Person, at: datetime) -> Departure:
    """Say that all accounts are settled; suspicions are decided before."""
    there, run = _open(merchant_id, "settling")
    engine.pass_step(
        run_id=run,
        facts={"open_suspicions": cases.suspected(merchant_id), "doing": "settling"},
        outputs={"account": Given(text=account)},
        by=by,
        at=at,
    )
    record("merchants.settled", there, by=by, at=at, because=account)
    return there


@transaction.atomic
def decide(
    *, merchant_id: int, forfeit_fen: int, by: Person, at: datetime, because: str
) -> Departure:
    """Decide what of the deposit is forfeited: by a finding, and never by who moved for it."""
    there, run = _open(merchant_id, "decision")
    shop = wallet.shop(merchant_id)
    held = shop.deposit_fen if shop else 0
    why = ""
    if forfeit_fen > held:
        why = "不能超过在册数"
    elif forfeit_fen and there.kind != Kind.EXPEL:
        why = "主动退出没有可没收的"
    if why or forfeit_fen < 0:
        raise refusals.ForfeitWrong(fen=in_yuan(forfeit_fen), held=in_yuan(held), why=why)
    back = held - forfeit_fen
    engine.pass_step(
        run_id=run,
        facts={
            "findings": cases.findings(merchant_id),
            "forfeit_fen": forfeit_fen,
            "back_fen": back,
            "doing": "decision",
        },
        outputs={
            "decision": Given(
                text=f"没收 {in_yuan(forfeit_fen)} 元，退还 {in_yuan(back)} 元：{because}"
            )
        },
        by=by,
        at=at,
        because=because,
    )
    there.forfeit_fen, there.back_fen = forfeit_fen, back
    there.save(update_fields=["forfeit_fen", "back_fen"])
    record("merchants.departure_decided", there, by=by, at=at, because=because,
           forfeited_fen=forfeit_fen)  # fmt: skip
    return there


@transaction.atomic
def refund(*, merchant_id: int, receipt: str, by: Person, at: datetime) -> Departure:
    """Return the deposit, or what is left of it; the merchant is gone (T21).

    What its last statement could not bear is paid out of the deposit first (example G).
    """
    there, run = _open(merchant_id, "refund")
    shop = wallet.shop(merchant_id)
    held = shop.deposit_fen if shop else 0
    owed = min(settlement.debt_fen(merchant_id), held - there.forfeit_fen)
    engine.pass_step(
        run_id=run, facts={"doing": "refund"}, outputs={"receipt": Given(text=receipt)},
        by=by, at=at,
    )  # fmt: skip
    there.back_fen = wallet.let_go(
        merchant_id=merchant_id,
        expelled=there.kind == Kind.EXPEL,
        forfeited_fen=there.forfeit_fen,
        owed_fen=owed,
        document=f"departure:{there.pk}",
        by=by,
        at=at,
        because=there.because,
    )
    if owed:
        settlement.covered(
            merchant_id=merchant_id, amount_fen=owed, document=f"departure:{there.pk}:cover",
            by=by, at=at, because="以保证金抵补上期欠款",
        )  # fmt: skip
    there.gone_at = at
    there.save(update_fields=["back_fen", "gone_at"])
    record("merchants.left", there, by=by, at=at, because=there.because)
    return there


def _open(merchant_id: int, step: str) -> tuple[Departure, int]:
    there = Departure.objects.filter(merchant_id=merchant_id, gone_at=None).first()
    name = LEAVING.name_of(step)
    if there is None:
        raise refusals.StepNotOpen(step=name)
    return there, cases.open_run(there.case_id, step, name).pk
