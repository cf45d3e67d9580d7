"""What we say of the money at the bank: every order, as the bank's daily file must show it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Min

from smartunion.domains.wallet.models import BankFeed, BankOrder, Merchant
from smartunion.kernel.base.days import campus_day, end_of, start_of


@dataclass(frozen=True, slots=True)
class Movement:
    """One order as the bank's daily file would show it; `state` S done, F refused, E unknown.

    `kind` and the references are the bank's own words: quota that goes back is ADJ. Fen.
    """

    document: str
    kind: str
    wallet: str
    merchant: str
    terminal: str
    amount_fen: int
    occurred_at: datetime
    state: str
    bank_ref: str


MOVEMENTS = """
SELECT o.document, CASE o.kind WHEN 'RETURN' THEN 'ADJ' ELSE o.kind END,
  left(encode(sha256(convert_to(f.mark || '-W' || o.wallet_id, 'UTF8')), 'hex'), 16),
  coalesce(f.mark || '-M' || o.merchant_id, ''),
  coalesce(t.code || '-' || to_char(p.biz_date, 'YYYYMMDD') || '-' || p.terminal_seq, ''),
  o.amount_fen, o.occurred_at,
  CASE o.state WHEN 'done' THEN 'S' WHEN 'refused' THEN 'F' WHEN 'voided' THEN 'F'
    ELSE 'E' END, o.bank_ref
FROM wallet_bankorder o CROSS JOIN wallet_bankfeed f
LEFT JOIN LATERAL (
  SELECT terminal_id, biz_date, terminal_seq FROM wallet_payment
   WHERE o.kind = 'PAY' AND id = split_part(o.document, ':', 2)::bigint
  UNION ALL
  SELECT terminal_id, biz_date, terminal_seq FROM wallet_refund
   WHERE o.kind = 'REFUND' AND id = split_part(o.document, ':', 2)::bigint
) p ON true
LEFT JOIN wallet_terminal t ON t.id = p.terminal_id
"""


def mark() -> str:
    """Return this installation's mark before its keys at the bank; empty before the first order."""
    feed = BankFeed.objects.first()
    return feed.mark if feed else ""


def merchants() -> dict[str, Merchant]:
    """Return every merchant by its reference at the bank."""
    prefix = mark()
    return {f"{prefix}-M{each.pk}": each for each in Merchant.objects.all()}


def first_day() -> date | None:
    """Return the value day of the first order."""
    first = BankOrder.objects.aggregate(at=Min("occurred_at"))["at"]
    return campus_day(first) if first else None


def movements(*, day: date) -> Iterator[Movement]:
    """Give every order of a value day, one by one."""
    of_the_day = "WHERE o.occurred_at >= %s AND o.occurred_at < %s"
    yield from _rows(of_the_day, [start_of(day), end_of(day)])


def movements_named(documents: Sequence[str]) -> list[Movement]:
    """Return the orders of these documents, of whatever day."""
    return list(_rows("WHERE o.document = ANY(%s)", [list(documents)])) if documents else []


def _rows(where: str, params: list[Any]) -> Iterator[Movement]:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"{MOVEMENTS} {where}", params)
        for row in cursor:
            yield Movement(*row)
