"""Between a purchase and the ledger: which transfers hold it, and what a transfer is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from smartunion.domains.wallet.models import Merchant, Payment, Refund

from .vouchers import number_of

LEGS = {
    "pay.ecny": "数字人民币付款", "pay.points": "积分付款", "pay.subsidy": "工会补贴",
    "subsidy.more": "补贴更正（补）", "subsidy.back": "补贴更正（扣）",
    "refund.ecny": "退数字人民币", "refund.points": "退积分", "refund.fund": "退回福利额度",
}  # fmt: skip
"""The kinds of movement that belong to a merchant, by the ledger's code."""

_OF_PAYMENT = """
SELECT m.code, sum(m.amount_fen)::bigint, m.day, f.id, m.merchant_id
FROM wallet_movement m JOIN wallet_fold f ON m.xid >= f.from_xid AND m.xid < f.to_xid
WHERE m.source = 'payment' AND m.row_id = %(id)s
  OR m.source = 'event'
    AND m.row_id IN (SELECT id FROM wallet_paymentevent WHERE payment_id = %(id)s)
  OR m.source = 'refund' AND m.row_id IN (SELECT id FROM wallet_refund WHERE payment_id = %(id)s)
  OR m.source = 'adjustment'
    AND m.row_id IN (SELECT id FROM wallet_subsidyadjustment WHERE payment_id = %(id)s)
GROUP BY 1, 3, 4, 5 ORDER BY f.id, 1
"""
_BEHIND = """
SELECT m.source, coalesce(e.payment_id, a.payment_id, m.row_id), sum(m.amount_fen)::bigint
FROM wallet_movement m JOIN wallet_fold f ON m.xid >= f.from_xid AND m.xid < f.to_xid
LEFT JOIN wallet_paymentevent e ON m.source = 'event' AND e.id = m.row_id
LEFT JOIN wallet_subsidyadjustment a ON m.source = 'adjustment' AND a.id = m.row_id
WHERE f.id = %(fold)s AND m.merchant_id = %(merchant)s AND m.day = %(day)s AND m.code = %(code)s
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Posted:
    """A leg of a purchase in the ledger: the transfer's document, and what of it is this one's."""

    words: str
    fen: int
    day: date
    document: str


def posted(payment_id: int) -> list[Posted]:
    """Return where a purchase stands in the ledger; empty until it has been folded."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_PAYMENT, {"id": payment_id})
        return [
            Posted(LEGS[code], fen, day, f"fold:{fold}:{merchant}:{day:%Y%m%d}:{code}")
            for code, fen, day, fold, merchant in cursor.fetchall()
        ]


@dataclass(frozen=True)
class Part:
    """One purchase or refund behind a transfer, in fen; `order` is its order's document."""

    order: str
    number: str
    payment_id: int
    at: datetime
    fen: int


@dataclass(frozen=True)
class Behind:
    """What a transfer is made of, to the fen. `banked`: the bank moves each of its parts."""

    document: str
    words: str
    merchant: str
    day: date
    banked: bool
    parts: list[Part]

    @property
    def fen(self) -> int:
        """Return what the parts sum to."""
        return sum(part.fen for part in self.parts)


def behind(document: str) -> Behind | None:
    """Return the purchases and refunds that a merchant's daily transfer sums up; None for others.

    Never a payer.
    """
    asked = _read(document)
    shop = Merchant.objects.filter(pk=asked["merchant"]).first() if asked else None
    if asked is None or shop is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, asked)
        found = {(source, pk): fen for source, pk, fen in cursor.fetchall()}
    if not found:
        return None
    code = asked["code"]
    return Behind(
        document, LEGS[code], shop.name, asked["day"], code in {"pay.ecny", "refund.ecny"},
        sorted(_parts(found), key=lambda part: (part.at, part.order)),
    )  # fmt: skip


def _parts(found: dict[tuple[str, int], int]) -> list[Part]:
    backs = Refund.objects.select_related("payment").in_bulk(
        [pk for source, pk in found if source == "refund"]
    )
    sales = Payment.objects.in_bulk([pk for source, pk in found if source != "refund"])
    made = []
    for (source, pk), fen in found.items():
        sale = backs[pk].payment if source == "refund" else sales[pk]
        at = backs[pk].at if source == "refund" else sale.occurred_at
        order = f"refund:{pk}" if source == "refund" else f"payment:{pk}"
        made.append(Part(order, number_of(sale.pk, sale.biz_date), sale.pk, at, fen))
    return made


def _read(document: str) -> dict[str, Any] | None:
    """Return fold, merchant, day and code of `fold:<id>:<merchant>:<yyyymmdd>:<code>`."""
    parts = document.split(":")
    try:
        kind, fold, merchant, day, code = parts
        if kind != "fold" or code not in LEGS:
            return None
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
        return {"fold": int(fold), "merchant": int(merchant), "day": on, "code": code}
    except ValueError:
        return None
