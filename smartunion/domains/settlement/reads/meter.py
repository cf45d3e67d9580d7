"""The error meter: what the bank's files alone say was due, against what we booked (R054, K08).

Written in SQL and in other words than `pay` and the rules, from the bank's amounts. Of ours it
takes which purchase came when and which refund is whose; an amount of ours only while the bank may
still be silent (T+n). What it has not confirmed by then is an error in full: nothing hides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import connection, transaction

from smartunion.domains.planning import public as planning
from smartunion.domains.settlement.models import Reconciliation
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import next_month

from .figures import terms_on

AT_ONCE = 5000

_TABLES = """
SET LOCAL work_mem = '64MB'; SET LOCAL jit = off;
CREATE TEMP TABLE IF NOT EXISTS settlement_claim (document text, wallet text, merchant_id bigint,
  merchant text, seq bigint, ecny bigint, points bigint, booked bigint,
  occurred_at timestamptz) ON COMMIT DROP;
CREATE TEMP TABLE IF NOT EXISTS settlement_back (refund text, document text,
  fen bigint, at timestamptz) ON COMMIT DROP;
TRUNCATE settlement_claim, settlement_back
"""

# What the files in use say of these purchases and refunds, in whatever month they were told.
_TOLD = """
CREATE TEMP TABLE settlement_told ON COMMIT DROP AS
SELECT l.key, sum(l.ecny_fen)::bigint AS fen, min(l.wallet) AS wallet, min(l.merchant) AS merchant
FROM settlement_bankline l JOIN settlement_bankfile f ON f.id = l.file_id AND f.state = 'used'
JOIN (SELECT document FROM settlement_claim UNION ALL SELECT refund FROM settlement_back) k
  ON k.document = l.key
WHERE l.state = 'S' AND l.kind IN ('PAY', 'REFUND') GROUP BY l.key
"""

# Due: the month's net of each wallet, purchase after purchase, times the rate, never past the cap.
_JUDGED = """
CREATE TEMP TABLE settlement_judged ON COMMIT DROP AS
WITH gone AS (
  SELECT b.document, sum(coalesce(t.fen, CASE WHEN (b.at AT TIME ZONE 'Asia/Shanghai')::date
    >= %(lately)s THEN b.fen ELSE 0 END))::bigint AS fen
  FROM settlement_back b LEFT JOIN settlement_told t ON t.key = b.refund GROUP BY 1
), nobody AS (
  SELECT 'bank:' || l.bank_ref AS document, l.wallet, l.merchant, l.ecny_fen, l.occurred_at
  FROM settlement_match m JOIN settlement_bankline l ON l.id = m.line_id
  WHERE m.state = 'LESS' AND m.kind = 'PAY' AND m.day >= %(since)s AND m.day < %(until)s
), netted AS (
  SELECT c.document, coalesce(t.wallet, c.wallet) AS wallet, c.merchant_id, c.seq, c.booked,
    coalesce(t.fen, CASE WHEN (c.occurred_at AT TIME ZONE 'Asia/Shanghai')::date >= %(lately)s
      THEN c.ecny ELSE 0 END) - coalesce(g.fen, 0)
      + CASE WHEN %(points)s THEN c.points ELSE 0 END AS net,
    t.fen IS NULL AND c.booked <> 0 AS unseen, c.occurred_at
  FROM settlement_claim c
  LEFT JOIN settlement_told t ON t.key = c.document AND t.merchant = c.merchant
  LEFT JOIN gone g ON g.document = c.document
  UNION ALL
  SELECT document, wallet, NULL, 2000000000, 0, ecny_fen, false, occurred_at FROM nobody
), upto AS (
  SELECT *, sum(net) OVER (PARTITION BY wallet ORDER BY seq, document)::bigint AS so_far FROM netted
)
SELECT document, merchant_id, booked, net, occurred_at,
  unseen AND (occurred_at AT TIME ZONE 'Asia/Shanghai')::date >= %(lately)s AS under_way,
  least(%(cap)s::bigint, so_far * %(num)s::bigint / %(den)s::bigint)
    - least(%(cap)s::bigint, (so_far - net) * %(num)s::bigint / %(den)s::bigint) AS due
FROM upto
"""
_SUMS = """
SELECT count(*), count(*) FILTER (WHERE due <> booked),
  coalesce(sum(due), 0)::bigint, coalesce(sum(booked), 0)::bigint,
  coalesce(sum(abs(due - booked)), 0)::bigint
FROM settlement_judged WHERE NOT under_way
"""
_MERCHANTS = """
SELECT coalesce(merchant_id, 0), count(*)::int, count(*) FILTER (WHERE due <> booked)::int,
  sum(due)::bigint, sum(booked)::bigint
FROM settlement_judged WHERE NOT under_way GROUP BY 1 ORDER BY 1
"""
_ROWS = """
SELECT document, coalesce(merchant_id, 0), occurred_at, net, due, booked FROM settlement_judged
WHERE NOT under_way AND due <> booked ORDER BY abs(due - booked) DESC, document
"""


@dataclass(frozen=True)
class OfMerchant:
    """A merchant's month: what was due by the bank, what we booked, in fen."""

    merchant_id: int
    number: str
    name: str
    payments: int
    wrong: int
    due_fen: int
    booked_fen: int

    @property
    def apart_fen(self) -> int:
        """Return how far the merchant's sums are apart."""
        return abs(self.due_fen - self.booked_fen)


@dataclass(frozen=True)
class Wrong:
    """A purchase whose share is not what the bank's file gives."""

    document: str
    merchant: str
    occurred_at: Any
    net_fen: int
    due_fen: int
    booked_fen: int

    @property
    def payment_id(self) -> int | None:
        """Return the purchase of ours, None where only the bank knows of it."""
        kind, _, number = self.document.partition(":")
        return int(number) if kind == "payment" else None


@dataclass(frozen=True)
class Meter:
    """A consumption month, recomputed. Fen; a share is None where nothing was due."""

    month: date
    days: int
    payments: int
    wrong: int
    due_fen: int
    booked_fen: int
    apart_fen: int
    merchants: Sequence[OfMerchant]
    rows: Sequence[Wrong]

    @property
    def by_amount(self) -> Decimal | None:
        """Return Σ over merchants of |booked − due|, as a share of what was due."""
        apart = sum(each.apart_fen for each in self.merchants)
        return Decimal(apart) / self.due_fen if self.due_fen else None

    @property
    def by_count(self) -> Decimal | None:
        """Return which share of the purchases carries a wrong subsidy."""
        return Decimal(self.wrong) / self.payments if self.payments else None


def year(months: Sequence[date], *, on: date) -> list[Meter]:
    """Return each of these months recomputed, the first one first (K08)."""
    return [month(each, on=on) for each in sorted(months)]


@transaction.atomic
def month(first: date, *, on: date) -> Meter:
    """Recompute a consumption month as of a day; a day that was never matched confirms nothing."""
    rates = planning.lasting_terms("wallet", on=first)
    until = next_month(first)
    given: dict[str, Any] = {
        "since": first, "until": until, "num": int(rates["rate_num"]),
        "den": int(rates["rate_den"]), "cap": int(rates["cap_fen"]),
        "points": rates["subsidy_base"] != "ECNY_ONLY", "lately": _lately(on),
    }  # fmt: skip
    shops = {pk: (number, name) for pk, number, name in wallet.bank_merchants().values()}
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)
        cursor.execute("DROP TABLE IF EXISTS settlement_judged, settlement_told")
        _lay("settlement_claim", wallet.subsidy_claims(first), _cells)
        _lay("settlement_back", wallet.refunds_of_month(first), tuple)
        cursor.execute("ANALYZE settlement_claim; ANALYZE settlement_back")
        cursor.execute(_TOLD)
        cursor.execute("ANALYZE settlement_told")
        cursor.execute(_JUDGED, given)
        cursor.execute(_SUMS)
        payments, wrong, due, booked, apart = cursor.fetchone()
        cursor.execute(_MERCHANTS)
        merchants = [
            OfMerchant(pk, *_shop(shops, pk), n, bad, owed, ours)
            for pk, n, bad, owed, ours in cursor.fetchall()
        ]
        cursor.execute(_ROWS)
        rows = [
            Wrong(document, _shop(shops, pk)[1], at, net, owed, ours)
            for document, pk, at, net, owed, ours in cursor.fetchall()
        ]
    days = Reconciliation.objects.filter(day__gte=first, day__lt=until).count()
    return Meter(first, days, payments, wrong, due, booked, apart, merchants, rows)


def _lately(on: date) -> date:
    """Return the first day of which the bank may still be silent."""
    return date.fromordinal(on.toordinal() - terms_on(on).open_days)


def _shop(shops: Mapping[int, tuple[str, str]], pk: int) -> tuple[str, str]:
    return shops.get(pk, ("—", "不在册"))


def _cells(claim: Any) -> tuple[Any, ...]:
    return (
        claim.document, claim.wallet, claim.merchant_id, claim.merchant, claim.seq,
        claim.ecny_fen, claim.points_fen, claim.booked_fen, claim.occurred_at,
    )  # fmt: skip


def _lay(table: str, rows: Iterable[Any], cells: Any) -> None:
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in some:
                copy.write_row(cells(row))
