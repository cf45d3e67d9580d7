"""Contract and payment: money is set aside, spent after acceptance, what is left set free."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.procurement.models import Contract, Purchase
from smartunion.domains.procurement.procedure import yuan
from smartunion.domains.procurement.reads import figures, runs
from smartunion.domains.procurement.reads.taking_part import free_to_sell
from smartunion.domains.procurement.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.trail.record import record

EXPENSE, BANK = "expense.activity", "bank.deposits"


@transaction.atomic
def sign(
    *,
    purchase_id: int,
    number: str,
    price_fen: int,
    file_id: int | None = None,
    by: Person,
    at: datetime,
    because: str = "",
) -> Contract:
    """Sign at the price of the award and set the sum aside in the budget line (2.2, 4.1).

    :raises Refused: no winner yet, another price than the award's, the winner barred meanwhile,
        the line's project short of money
    """
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    run = runs.open_run(purchase, "signed")
    if purchase.supplier_id is None or purchase.price_fen is None:
        raise refusals.NotAwarded
    supplier = free_to_sell(purchase.supplier_id, campus_day(at))
    if price_fen != purchase.price_fen:
        raise refusals.PriceDiffers(contract=yuan(price_fen), award=yuan(purchase.price_fen))
    line = figures.line_on(campus_day(at), purchase.budget_code)
    if line.left_fen < price_fen:
        raise refusals.BudgetShort(
            line=line.title, left=yuan(line.left_fen), amount=yuan(price_fen)
        )
    earlier = Contract.objects.filter(purchase=purchase).first()
    if earlier is not None:  # goods sent back: the contract stands, the step is done again
        contract = earlier
    else:
        contract = Contract.objects.create(
            purchase=purchase, supplier=supplier, number=number, price_fen=price_fen,
            document=f"procurement:{purchase.number}", signed_by=by, signed_at=at,
        )  # fmt: skip
        ledger.encumber(
            document=contract.document, budget_code=purchase.budget_code,
            fund_source=purchase.fund_source, amount_fen=price_fen, by=by, at=at,
            because=purchase.title,
        )  # fmt: skip
    engine.pass_step(
        run_id=run.pk,
        facts={"contract_fen": price_fen},
        outputs={"contract": Given(file_id=file_id, text=f"合同 {number}")},
        by=by,
        at=at,
        because=because,
    )
    record("procurement.signed", contract, by=by, at=at, because=because, price_fen=price_fen)
    return contract


@transaction.atomic
def pay(
    *,
    purchase_id: int,
    amount_fen: int | None = None,
    by: Person,
    at: datetime,
    because: str = "",
) -> Contract:
    """Pay an accepted purchase through the ledger; what a deduction leaves over is set free.

    `amount_fen` None pays the whole contract; less needs `because` (扣款事由).
    """
    purchase = Purchase.objects.select_for_update().get(pk=purchase_id)
    run = runs.open_run(purchase, "paid")
    contract = Contract.objects.select_for_update().get(purchase=purchase)
    amount = contract.price_fen if amount_fen is None else amount_fen
    if amount < contract.price_fen and not because.strip():
        raise refusals.ReasonMissing
    if amount > contract.price_fen:
        raise refusals.PriceDiffers(contract=yuan(contract.price_fen), award=yuan(amount))
    if not purchase.case.facts.get("accepted"):
        raise refusals.NotAccepted
    transfer = ledger.spend(
        document=contract.document, debit=EXPENSE, credit=BANK, amount_fen=amount,
        by=by, at=at, because=purchase.title,
    )  # fmt: skip
    if amount < contract.price_fen:
        ledger.release(document=contract.document, by=by, at=at, because=because)
    contract.paid_at, contract.transfer = at, transfer
    contract.save(update_fields=["paid_at", "transfer"])
    engine.pass_step(
        run_id=run.pk,
        facts={"paid_fen": amount},
        outputs={"voucher": Given(text=f"总账分录 {transfer.pk}，{yuan(amount)} 元")},
        by=by,
        at=at,
        because=because,
    )
    record("procurement.paid", contract, by=by, at=at, because=because, amount_fen=amount)
    return contract
