"""What we say of the money at the bank: every order, as the bank's daily file must show it."""

from collections.abc import Sequence
from datetime import date

from django.db import connection
from django.db.models import Max, Min

from smartunion.domains.wallet.models import BankFeed, BankOrder, Merchant
from smartunion.kernel.base.days import CAMPUS, campus_day, end_of, start_of

# Laid beside the bank's file in the database: a day of 100,000 orders never passes through here.
# `kind` and the references are the bank's own words (quota that goes back is ADJ); `state` is S
# done, F refused, E unknown.
LAID = """
CREATE TEMP TABLE IF NOT EXISTS bank_movement (
  document text, kind text, wallet text, merchant text, terminal text, fen bigint,
  occurred_at timestamptz, state text, bank_ref text) ON COMMIT DROP;
TRUNCATE bank_movement
"""
LAY = """
INSERT INTO bank_movement
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
OF_DAY = "WHERE o.occurred_at >= %s AND o.occurred_at < %s"
NAMED = "WHERE o.document = ANY(%s)"


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


def newest_order() -> int:
    """Return the number of the newest order, 0 before the first; orders come one by one."""
    return int(BankOrder.objects.aggregate(n=Max("pk"))["n"] or 0)


def newest_orders(*, since: date) -> dict[date, int]:
    """Return the number of the newest order of each value day from a day on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (occurred_at AT TIME ZONE %s)::date, max(id) FROM wallet_bankorder"
            " WHERE occurred_at >= %s GROUP BY 1",
            [str(CAMPUS), start_of(since)],
        )
        return dict(cursor.fetchall())


def lay_movements(*, day: date) -> None:
    """Lay every order of a value day into the temporary table bank_movement, made anew."""
    with connection.cursor() as cursor:
        cursor.execute(LAID)
        cursor.execute(LAY + OF_DAY, [start_of(day), end_of(day)])


def lay_movements_named(documents: Sequence[str]) -> None:
    """Lay the orders of these documents, of whatever day, into bank_movement besides."""
    if documents:
        with connection.cursor() as cursor:
            cursor.execute(LAY + NAMED, [list(documents)])
