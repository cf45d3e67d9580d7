"""A merchant's way in: undertaking, deposit, terminals, then trading (R047, R055, R056, T21)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.merchants.models import Acceptance, Admission
from smartunion.domains.merchants.procedure import ONBOARDING
from smartunion.domains.merchants.reads import cases
from smartunion.domains.merchants.rules import refusals
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import ShopFact
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record


@transaction.atomic
def open_admission(*, merchant_id: int, by: Person, at: datetime) -> Admission:
    """Open the sheet for a registered merchant; opening it twice returns the first."""
    shop = _shop(merchant_id)
    there = cases.admission(merchant_id)
    if there is not None:
        return there
    case = engine.open_case(
        sheet=ONBOARDING,
        title=f"商户准入 {shop.number} {shop.name}",
        facts={
            "number": shop.number,
            "name": shop.name,
            "due_fen": wallet.deposit_due_fen(on=campus_day(at)),
            "deposit_fen": shop.deposit_fen,
        },
        subject=f"{cases.SHOP}{shop.id}",
        by=by,
        at=at,
    )
    made = Admission.objects.create(merchant_id=merchant_id, case=case)
    record("merchants.admission_opened", made, by=by, at=at, number=shop.number)
    return made


@transaction.atomic
def sign(*, merchant_id: int, signer: str, paper: str, by: Person, at: datetime) -> Admission:
    """Note who has signed the undertaking and its number; the step is done."""
    there, run = _open(merchant_id, "undertaking")
    wallet.sign_undertaking(merchant_id=merchant_id, by=by, at=at)
    engine.pass_step(
        run_id=run, facts={"signer": signer, "doing": "undertaking"},
        outputs={"undertaking": Given(text=f"{paper}，{signer} 签署")}, by=by, at=at,
    )  # fmt: skip
    record("merchants.undertaking_filed", there, by=by, at=at)
    return there


@transaction.atomic
def take_deposit(
    *, merchant_id: int, amount_fen: int, slip: str, by: Person, at: datetime
) -> Admission:
    """Take (a part of) the deposit as a liability; the whole of it does the step."""
    there, run = _open(merchant_id, "deposit")
    engine.hand_in(
        run_id=run, outputs={"slip": Given(text=f"{slip}，{in_yuan(amount_fen)} 元")}, by=by, at=at
    )
    wallet.pay_deposit(merchant_id=merchant_id, amount_fen=amount_fen, document=slip, by=by, at=at)
    held = _shop(merchant_id).deposit_fen
    if held >= wallet.deposit_due_fen(on=campus_day(at)):
        engine.pass_step(run_id=run, facts={"deposit_fen": held, "doing": "deposit"}, by=by, at=at)
    record("merchants.deposit_taken", there, by=by, at=at, amount_fen=amount_fen)
    return there


@transaction.atomic
def accept(*, merchant_id: int, note: str, by: Person, at: datetime) -> Admission:
    """Note that every terminal in service took and gave back a trial payment; the step is done."""
    there, run = _open(merchant_id, "acceptance")
    shop = _shop(merchant_id)
    terminals = wallet.terminals(merchant_id)
    if not terminals:
        raise refusals.NoTerminal(merchant=shop.name)
    for one in terminals:
        Acceptance.objects.get_or_create(
            terminal_id=one.id, defaults={"note": note[:200], "by": by, "at": at}
        )
    codes = "、".join(one.code for one in terminals)
    engine.pass_step(
        run_id=run,
        facts={"terminals": len(terminals), "accepted": len(terminals), "doing": "acceptance"},
        outputs={"acceptance": Given(text=f"{codes}：{note}")},
        by=by,
        at=at,
    )
    record("merchants.terminals_accepted", there, by=by, at=at, counted=len(terminals))
    return there


@transaction.atomic
def admit(*, merchant_id: int, by: Person, at: datetime) -> Admission:
    """Let the merchant trade; the last step of the sheet."""
    there, run = _open(merchant_id, "admission")
    _, _, missing = cases.tried(merchant_id)
    if missing:
        raise refusals.NotAccepted(missing="、".join(missing))
    wallet.activate(merchant_id=merchant_id, by=by, at=at)
    engine.pass_step(
        run_id=run, facts={"doing": "admission"},
        outputs={"admission": Given(text="承诺书、保证金、终端验收齐全，准予营业")}, by=by, at=at,
    )  # fmt: skip
    record("merchants.admitted", there, by=by, at=at)
    return there


def _shop(merchant_id: int) -> ShopFact:
    shop = wallet.shop(merchant_id)
    assert shop is not None, "the page asked for it"
    return shop


def _open(merchant_id: int, step: str) -> tuple[Admission, int]:
    there = cases.admission(merchant_id)
    name = ONBOARDING.name_of(step)
    if there is None:
        raise refusals.StepNotOpen(step=name)
    return there, cases.open_run(there.case_id, step, name).pk
