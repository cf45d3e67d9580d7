"""The digital-yuan leg of a payment that waits for the bank: held there, then posted or given free.

The points leg needs no bank: both stay reserved in the wallet's row until this one is decided. Two
things make it safe. Only we ever say "post", and we say so in a transaction of our own before the
bank hears it: until then a payment can be given up without asking anybody. Afterwards only the
bank's word ends it, and a void is asked, which the bank answers by what it has done.

Every action locks the wallet first and the order second, as voiding a payment does.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from smartunion.domains.wallet.models import BankOrder, BankOrderEvent, Payment, Wallet
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals, settling

State, Status = BankOrder.State, Payment.Status

OPEN = (State.WAITING, State.RESERVED, State.POSTING, State.VOIDING)

TRIES = 4
"""How often money that is not at the bank yet is asked for again: an allotment may be under way."""

MAY_PASS = ("UNKNOWN_WALLET", "INSUFFICIENT")


@transaction.atomic
def heard(
    *,
    order_id: int,
    status: str,
    code: str = "",
    bank_ref: str = "",
    posted_at: datetime | None = None,
    at: datetime,
) -> str:
    """Note what the bank says of an order, by answer, query or notification; return its state.

    Whatever comes twice, late or before the answer finds the order where it is and changes
    nothing. `status` and `code` are the bank's (docs/bank.md).
    """
    order, payment = _locked(order_id)
    if order.state not in OPEN:
        return order.state
    if status == "POSTED":
        order.posted_at = posted_at
        if payment.status == Status.PENDING:
            settling.settle(payment_id=payment.pk, at=at)
        _move(order, State.DONE, bank_ref=bank_ref, at=at)
    elif status in ("VOIDED", "EXPIRED") or code in ("VOIDED", "EXPIRED"):
        settling.lapse(payment_id=payment.pk, to=Status.EXPIRED, at=at, because="银行预授权已失效")
        _move(order, State.VOIDED, bank_ref=bank_ref, at=at, because=code or status)
    elif status == "RESERVED" and order.state == State.WAITING:
        waits = payment.status == Status.PENDING
        _move(order, State.RESERVED if waits else State.VOIDING, bank_ref=bank_ref, at=at)
    elif status == "REFUSED":
        _refused(order, payment, code, at)
    return order.state


def _refused(order: BankOrder, payment: Payment, code: str, at: datetime) -> None:
    """A no before anything is held ends the payment; a no to a posting is answered by a void."""
    if order.state == State.POSTING:
        _move(order, State.VOIDING, at=at, because=code)
    elif order.state == State.WAITING and not (code in MAY_PASS and order.attempts < TRIES):
        settling.lapse(payment_id=payment.pk, to=Status.VOID, at=at, because=f"银行未受理：{code}")
        order.refusal = code[:40]
        _move(order, State.REFUSED, at=at, because=code)


@transaction.atomic
def may_post(*, order_id: int, at: datetime) -> bool:
    """Decide that the held money shall be posted; from here on only the bank's word counts."""
    order, payment = _locked(order_id)
    if order.state != State.RESERVED:
        return order.state == State.POSTING
    if payment.status != Status.PENDING:
        _move(order, State.VOIDING, at=at)
        return False
    _move(order, State.POSTING, at=at)
    return True


@transaction.atomic
def give_up(*, order_id: int, at: datetime) -> None:
    """Wait no longer: give the money back where we never said "post"; have the bank void it."""
    order, payment = _locked(order_id)
    if order.state in (State.WAITING, State.RESERVED):
        settling.lapse(
            payment_id=payment.pk, to=Status.EXPIRED, at=at, because="银行没有在期限内答复"
        )
    elif order.state != State.POSTING:
        return
    _move(order, State.VOIDING, at=at, because="期限已到")


@transaction.atomic
def withdraw(*, payment_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Let the bank free what it holds for a payment that is being voided; its wallet is locked.

    :raises Refused: the bank may be booking it at this moment
    """
    order = (
        BankOrder.objects.select_for_update(no_key=True)
        .filter(document=f"payment:{payment_id}", two_phases=True, state__in=OPEN)
        .first()
    )
    if order is None:
        return
    if order.state in (State.POSTING, State.VOIDING):
        raise refusals.BankIsDeciding
    _move(order, State.VOIDING, by=by, at=at, because=because)


@transaction.atomic
def ask_at_once(*, order_ids: Iterable[int], by: Person | None, at: datetime) -> int:
    """Let the worker ask the bank about these orders now, not when their turn comes."""
    asked = BankOrder.objects.filter(pk__in=list(order_ids), state__in=(*OPEN, State.SENT))
    found = list(asked.select_for_update(no_key=True).order_by("pk"))
    BankOrder.objects.filter(pk__in=[each.pk for each in found]).update(due_at=Now())
    for each in found:
        record("wallet.bank_asked_at_once", each, by=by, at=at)
    return len(found)


def _locked(order_id: int) -> tuple[BankOrder, Payment]:
    wallet_id = BankOrder.objects.values_list("wallet_id", flat=True).get(pk=order_id)
    Wallet.objects.select_for_update(no_key=True).get(pk=wallet_id)
    order = BankOrder.objects.select_for_update(no_key=True).get(pk=order_id)
    return order, Payment.objects.get(pk=int(order.document.removeprefix("payment:")))


def _move(
    order: BankOrder,
    to: str,
    *,
    bank_ref: str = "",
    by: Person | None = None,
    at: datetime,
    because: str = "",
) -> None:
    """Move an order on and keep that it was; the database refuses a wrong move."""
    was, order.state = order.state, to
    order.bank_ref = bank_ref or order.bank_ref
    BankOrder.objects.filter(pk=order.pk).update(
        state=to, bank_ref=order.bank_ref, posted_at=order.posted_at, refusal=order.refusal,
        due_at=Now(),
    )  # fmt: skip
    BankOrderEvent.objects.create(
        order=order, was=was, now=to, bank_ref=bank_ref, because=because[:200], by=by, at=at
    )
    record("wallet.bank_leg_moved", order, by=by, at=at, because=because[:400])
