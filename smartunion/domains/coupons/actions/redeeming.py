"""Redeem coupons: at a venue by the code on the phone, in finance by an invoice (R142, R176)."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.coupons.models import Coupon, Redemption, VenuePayout
from smartunion.domains.coupons.reads import figures
from smartunion.domains.coupons.rules import refusals, terms
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.ledger.actions import post
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from .issuing import PAYABLE

PURPOSE = "coupon"
"""What a coupon's code is for: no till takes it for money."""

VENUE, BANK = "venue.payable", "bank.deposits"


@transaction.atomic
def redeem_at_venue(
    *, code: str, merchant_id: int, amount_fen: int, by: Person, at: datetime
) -> Redemption:
    """Take an amount off a sport coupon by its code; the same code again is the same redemption.

    :raises Refused: a code that is none, old or used, another kind of shop, over, too much, one's
        own
    """
    seconds = wallet.code_seconds(on=campus_day(at))
    read = wallet.read_short_code(code, purpose=PURPOSE, at=at)
    coupon = read and Coupon.objects.select_for_update().filter(pk=read.number).first()
    if not read or not coupon:
        raise refusals.CodeWrong(seconds=seconds)
    there = Redemption.objects.filter(coupon=coupon, code=read.counter).first()
    if there is not None:
        if there.undone_at is not None:
            raise refusals.AlreadyUndone(yuan=in_yuan(there.amount_fen))
        if (there.merchant_id, there.amount_fen) != (merchant_id, amount_fen):
            raise refusals.CodeUsed(yuan=in_yuan(there.amount_fen))
        return there
    if read.age_seconds > seconds:
        raise refusals.CodeWrong(seconds=seconds)
    shop, now = wallet.shop(merchant_id), figures.terms_on(campus_day(at))
    assert shop is not None, "the page found it"
    here = shop.state == "active" and shop.category in now.venue_categories
    if coupon.kind != terms.SPORT or not here:
        raise refusals.NotHere(
            kind=coupon.get_kind_display(), shop=shop.name, venues="、".join(now.venue_categories)
        )
    _take(coupon, amount_fen, by, at)
    made = Redemption.objects.create(
        coupon=coupon, amount_fen=amount_fen, merchant_id=merchant_id, code=read.counter,
        by=by, at=at,
    )  # fmt: skip
    _book(made, VENUE, by, at, f"{shop.name}收体育消费券")
    return made


@transaction.atomic
def redeem_in_finance(
    *, coupon_id: int, amount_fen: int, item: str, invoice: str, by: Person, at: datetime
) -> Redemption:
    """Pay an invoice out of a research coupon; an invoice is paid once (R142)."""
    coupon = Coupon.objects.select_for_update().get(pk=coupon_id)
    there = Redemption.objects.filter(invoice=invoice, undone_at=None).first()
    if there is not None:
        if (there.coupon_id, there.amount_fen) != (coupon_id, amount_fen):
            raise refusals.InvoiceUsed(invoice=invoice)
        return there
    now = figures.terms_on(campus_day(at))
    if coupon.kind != terms.RESEARCH or item not in now.items:
        raise refusals.NotInFinance(
            kind=coupon.get_kind_display(), item=item, items="、".join(now.items)
        )
    _take(coupon, amount_fen, by, at)
    made = Redemption.objects.create(
        coupon=coupon, amount_fen=amount_fen, item=item, invoice=invoice, by=by, at=at
    )
    _book(made, BANK, by, at, f"科研券报销{item}")
    return made


def _take(coupon: Coupon, amount_fen: int, by: Person, at: datetime) -> None:
    if by.pk == coupon.holder_id:
        raise refusals.NotForOneself
    if coupon.expired_at is not None or campus_day(at) > coupon.expires_on:
        raise refusals.Over(day=f"{coupon.expires_on:%-m月%-d日}")
    if not 0 < amount_fen <= coupon.left_fen:
        raise refusals.TooMuch(left=in_yuan(coupon.left_fen), asked=in_yuan(amount_fen))
    coupon.left_fen -= amount_fen
    coupon.save(update_fields=["left_fen"])


def _book(made: Redemption, credit: str, by: Person, at: datetime, because: str) -> None:
    post(
        debit=PAYABLE, credit=credit, amount_fen=made.amount_fen,
        document=f"coupon:{made.coupon_id}:{made.pk}", code="redemption", by=by, at=at,
        because=because,
    )  # fmt: skip
    record("coupons.redeemed", made, by=by, at=at, amount_fen=made.amount_fen)


@transaction.atomic
def undo(*, redemption_id: int, by: Person, at: datetime, because: str) -> Redemption:
    """Undo a redemption typed wrongly: the coupon has it back, the ledger turns it round.

    On its own day, before the venue is paid, by somebody else than who redeemed it or who holds
    the coupon; a second time changes nothing.
    """
    coupon_id = Redemption.objects.values_list("coupon_id", flat=True).get(pk=redemption_id)
    coupon = Coupon.objects.select_for_update().get(pk=coupon_id)
    there = Redemption.objects.select_for_update(of=("self",)).get(pk=redemption_id)
    if there.undone_at is not None:
        return there
    if not because.strip():
        raise refusals.ReasonMissing
    if by.pk == there.by_id:
        raise refusals.UndoneByHerself
    if by.pk == coupon.holder_id:
        raise refusals.NotForOneself
    why = (
        "已经结算" if there.payout_id else "已经隔日" if at >= end_of(campus_day(there.at)) else ""
    )
    if why:
        raise refusals.TooLateToUndo(day=f"{campus_day(there.at):%-m月%-d日}", why=why)
    there.undone_by, there.undone_at, there.undone_because = by, at, because.strip()[:200]
    there.save(update_fields=["undone_by", "undone_at", "undone_because"])
    coupon.left_fen += there.amount_fen
    coupon.save(update_fields=["left_fen"])
    post(
        debit=VENUE if there.merchant_id else BANK, credit=PAYABLE, amount_fen=there.amount_fen,
        document=f"coupon:{there.coupon_id}:{there.pk}", code="redemption.undone", by=by, at=at,
        because=because[:200],
    )  # fmt: skip
    record("coupons.redemption_undone", there, by=by, at=at, because=because,
           amount_fen=there.amount_fen)  # fmt: skip
    return there


@transaction.atomic
def pay_venue(*, merchant_id: int, slip: str, by: Person, at: datetime) -> VenuePayout:
    """Note that finance has paid a venue everything that it took so far; the slip pays once."""
    there = VenuePayout.objects.filter(slip=slip).first()
    if there is not None:
        if there.merchant_id != merchant_id:
            raise refusals.SlipUsed(slip=slip)
        return there
    waiting = Redemption.objects.select_for_update().filter(
        merchant_id=merchant_id, payout=None, undone_at=None
    )
    rows = list(waiting.order_by("pk"))
    shop = wallet.shop(merchant_id)
    if not rows or shop is None:
        raise refusals.NothingToPay(shop=shop.name if shop else "这家场馆")
    total = sum(row.amount_fen for row in rows)
    made = VenuePayout.objects.create(
        merchant_id=merchant_id, amount_fen=total, slip=slip, by=by, at=at
    )
    Redemption.objects.filter(pk__in=[row.pk for row in rows]).update(payout=made)
    post(
        debit=VENUE, credit=BANK, amount_fen=total, document=f"venue_payout:{made.pk}",
        code="venue_payout", by=by, at=at, because=f"结算{shop.name}收的券 {len(rows)} 笔",
    )  # fmt: skip
    record("coupons.venue_paid", made, by=by, at=at, amount_fen=total, because=slip)
    return made
