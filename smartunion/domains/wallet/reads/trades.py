"""Purchases as the risk desk and the call-backs ask for them: who, where, when, how much."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce

from smartunion.domains.wallet.models import Merchant, Payment, PaymentEvent, Terminal
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person

from .vouchers import Voucher, detailed, number_of, vouchers


@dataclass(frozen=True, slots=True)
class Trade:
    """A purchase of a consumption month after refunds, in fen; payer is the wallet's number."""

    id: int
    payer: int
    merchant: int
    terminal: int
    at: datetime
    fen: int
    subsidy_fen: int


TRADES = """
SELECT y.id, y.wallet_id, y.merchant_id, y.terminal_id, y.occurred_at,
  (y.asked_fen - coalesce(r.back, 0))::bigint,
  (y.subsidy_fen + coalesce(a.delta, 0))::bigint
FROM wallet_wallet w
JOIN wallet_payment y ON y.wallet_id = w.id AND y.month = %(month)s AND y.seq > 0
LEFT JOIN (SELECT payment_id, sum(ecny_fen + points_fen) back FROM wallet_refund GROUP BY 1) r
  ON r.payment_id = y.id
LEFT JOIN (SELECT payment_id, sum(delta_fen) delta FROM wallet_subsidyadjustment GROUP BY 1) a
  ON a.payment_id = y.id
WHERE y.status = 'S'
ORDER BY y.occurred_at, y.id
"""


def trades(month: date) -> list[Trade]:
    """Return the month's purchases that stayed, oldest first, each less what was refunded of it."""
    with connection.cursor() as cursor:
        cursor.execute(TRADES, {"month": month.year * 100 + month.month})
        return [
            Trade(pk, payer, shop, till, at.astimezone(CAMPUS), fen, subsidy)
            for pk, payer, shop, till, at, fen, subsidy in cursor.fetchall()
            if fen > 0
        ]


@dataclass(frozen=True)
class Sold:
    """A purchase by the number on its receipt, and the merchant's own number: no payer."""

    id: int
    number: str
    merchant: str


def sold(month: date, *, at: datetime) -> list[Sold]:
    """Return what of a consumption month was sold as the rows stood at a moment, in their order.

    What is released, voided or uploaded afterwards changes nothing: a sample that was drawn then
    can be drawn again at any time.
    """
    then = PaymentEvent.objects.filter(payment=OuterRef("pk"), at__lte=at).order_by("-pk")
    rows = (
        Payment.objects.filter(month=month.year * 100 + month.month, seq__gt=0, received_at__lte=at)
        .annotate(then=Coalesce(Subquery(then.values("now")[:1]), F("born")))
        .filter(then__in=("S", "R"))
        .order_by("pk")
        .values_list("pk", "biz_date", "merchant__number")
    )
    return [Sold(pk, number_of(pk, day), merchant) for pk, day, merchant in rows]


@dataclass(frozen=True)
class Callee:
    """What a caller needs for one purchase: whom to ring, and what to ask about."""

    payment_id: int
    number: str
    at: datetime
    merchant: str
    fen: int
    payer: str
    phone: str


def callees(payment_ids: Collection[int]) -> dict[int, Callee]:
    """Return the purchases by number with the payer's family name and phone, and nothing more."""
    rows = Payment.objects.filter(pk__in=payment_ids).select_related("merchant", "wallet__owner")
    return {
        each.pk: Callee(
            each.pk, number_of(each.pk, each.biz_date), each.occurred_at.astimezone(CAMPUS),
            each.merchant.name, each.asked_fen, f"{each.wallet.owner.name[:1]}老师",
            each.wallet.owner.phone,
        )
        for each in rows
    }  # fmt: skip


def payers(payment_ids: Collection[int]) -> list[Person]:
    """Return who paid, each once, by number."""
    wallets = Payment.objects.filter(pk__in=payment_ids).values("wallet__owner")
    return list(Person.objects.filter(pk__in=wallets).order_by("pk"))


def opened(payment_ids: Collection[int], *, names: bool) -> list[Voucher]:
    """Return the purchases as vouchers, oldest first; payers in full only where `names`."""
    rows = detailed(Payment.objects.filter(pk__in=payment_ids)).order_by("occurred_at", "pk")
    return vouchers(rows, names=names)


@dataclass(frozen=True)
class ShopFact:
    """A merchant as other domains know it; the deposit in fen."""

    id: int
    unit_id: int
    number: str
    name: str
    category: str
    place: str
    state: str
    state_words: str
    signed_at: datetime | None
    deposit_fen: int


def _fact(row: Merchant) -> ShopFact:
    return ShopFact(
        row.pk, row.unit_id, row.number, row.name, row.category, row.place, row.state,
        row.get_state_display(), row.undertaking_signed_at, row.deposit_fen,
    )  # fmt: skip


def shop_facts() -> list[ShopFact]:
    """Return every merchant by number."""
    return [_fact(row) for row in Merchant.objects.order_by("number")]


def shop_fact(merchant_id: int) -> ShopFact | None:
    """Return one merchant, or None."""
    row = Merchant.objects.filter(pk=merchant_id).first()
    return _fact(row) if row else None


def shop_of(unit_ids: Collection[int] | None) -> ShopFact | None:
    """Return the merchant of these units, or None; a mandate for all units has no own shop."""
    row = Merchant.objects.filter(unit_id__in=unit_ids or ()).order_by("number").first()
    return _fact(row) if row else None


@dataclass(frozen=True)
class TerminalFact:
    """A terminal in service."""

    id: int
    code: str
    name: str
    upgraded_on: date | None


def terminals(merchant_id: int) -> list[TerminalFact]:
    """Return a merchant's terminals in service, by code."""
    rows = Terminal.objects.filter(merchant=merchant_id, retired_at__isnull=True).order_by("code")
    return [TerminalFact(row.pk, row.code, row.name, row.upgraded_on) for row in rows]
