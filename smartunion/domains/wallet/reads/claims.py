"""What we say that each purchase of a month earned its merchant: for whoever recomputes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction


@dataclass(frozen=True, slots=True)
class Claim:
    """One purchase, by the bank's references. `booked_fen` is its share without penalties."""

    document: str
    wallet: str
    merchant_id: int
    merchant: str
    seq: int
    ecny_fen: int
    points_fen: int
    booked_fen: int
    occurred_at: datetime


CLAIMS = """
SELECT 'payment:' || p.id,
  left(encode(sha256(convert_to(f.mark || '-W' || p.wallet_id, 'UTF8')), 'hex'), 16),
  p.merchant_id, f.mark || '-M' || p.merchant_id, p.seq,
  p.ecny_fen, p.points_fen - coalesce(r.points, 0), p.subsidy_fen + coalesce(a.delta, 0),
  p.occurred_at
FROM wallet_bankfeed f, wallet_wallet w
JOIN wallet_payment p ON p.wallet_id = w.id AND p.month = %s AND p.seq > 0
LEFT JOIN LATERAL (
  SELECT sum(points_fen)::bigint AS points FROM wallet_refund WHERE payment_id = p.id) r ON true
LEFT JOIN LATERAL (
  SELECT sum(delta_fen)::bigint AS delta FROM wallet_subsidyadjustment
   WHERE payment_id = p.id AND kind NOT IN ('penalty', 'clawed')) a ON true
WHERE p.status IN ('S', 'P', 'R')
"""
BACKS = """
SELECT 'refund:' || r.id, 'payment:' || p.id, r.ecny_fen, r.at
FROM wallet_wallet w JOIN wallet_payment p ON p.wallet_id = w.id AND p.month = %s AND p.seq > 0
JOIN wallet_refund r ON r.payment_id = p.id
"""


def claims(month: date) -> Iterator[Claim]:
    """Give every purchase that counts in a consumption month."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(CLAIMS, [month.year * 100 + month.month])
        for row in cursor:
            yield Claim(*row)


def backs(month: date) -> Iterator[tuple[str, str, int, datetime]]:
    """Give (refund, payment, fen, when) of all that was given back of a month's purchases."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(BACKS, [month.year * 100 + month.month])
        yield from cursor
