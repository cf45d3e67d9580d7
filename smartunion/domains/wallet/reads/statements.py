"""A merchant's month as it is settled: each movement in exactly one statement, for ever.

A purchase belongs to its consumption month unless that was closed before it came to be (an upload,
a release): then to the month in which it came. Refunds and corrections say themselves where they
are booked. So what a frozen month says never changes.
"""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from smartunion.domains.wallet import rules

from .figures import terms_on


@dataclass(frozen=True)
class Settled:
    """What one statement month brings a merchant, in fen; refunds and corrections are signed.

    `principal_fen` the members have paid from their own wallets: the bank has moved it already.
    """

    merchant_id: int
    number: str
    name: str
    count: int
    gross_fen: int
    ecny_fen: int
    points_fen: int
    refunded_ecny_fen: int
    refunded_points_fen: int
    subsidy_fen: int
    corrected_fen: int
    prior_fen: int
    """What of the corrections belongs to purchases of earlier months."""

    @property
    def principal_fen(self) -> int:
        """Return the digital yuan that stay with the merchant."""
        return self.ecny_fen - self.refunded_ecny_fen

    @property
    def owed_fen(self) -> int:
        """Return the subsidy with its corrections."""
        return self.subsidy_fen + self.corrected_fen


SETTLED = """
WITH counted AS (
  SELECT p.id, p.merchant_id, p.month, p.asked_fen, p.ecny_fen, p.points_fen, p.subsidy_fen,
    coalesce(e.at, p.received_at) AS at
  FROM wallet_wallet w
  JOIN wallet_payment p ON p.wallet_id = w.id AND p.month BETWEEN %(since)s AND %(month)s
    AND p.seq > 0
  LEFT JOIN wallet_paymentevent e ON e.payment_id = p.id AND e.now = 'S'
  WHERE p.born = 'S' OR e.id IS NOT NULL
), bought AS (
  SELECT c.* FROM counted c LEFT JOIN wallet_monthclosing m ON m.month = c.month
  WHERE CASE WHEN m.closed_at IS NULL OR c.at <= m.closed_at THEN c.month
             ELSE campus_month_number(c.at) END = %(month)s
), sold AS (
  SELECT merchant_id, count(*)::int AS n, sum(asked_fen)::bigint AS gross,
    sum(ecny_fen)::bigint AS ecny, sum(points_fen)::bigint AS points,
    sum(subsidy_fen)::bigint AS subsidy
  FROM bought GROUP BY 1
), back AS (
  SELECT p.merchant_id, sum(r.ecny_fen)::bigint AS ecny, sum(r.points_fen)::bigint AS points
  FROM wallet_refund r JOIN wallet_payment p ON p.id = r.payment_id
  WHERE r.statement_month = %(month)s GROUP BY 1
), moved AS (
  SELECT p.merchant_id, sum(a.delta_fen)::bigint AS fen,
    coalesce(sum(a.delta_fen) FILTER (WHERE p.month < %(month)s), 0)::bigint AS prior
  FROM wallet_subsidyadjustment a JOIN wallet_payment p ON p.id = a.payment_id
  WHERE a.statement_month = %(month)s AND a.kind <> 'clawed' GROUP BY 1
)
SELECT m.id, m.number, m.name, coalesce(s.n, 0), coalesce(s.gross, 0), coalesce(s.ecny, 0),
  coalesce(s.points, 0), coalesce(b.ecny, 0), coalesce(b.points, 0), coalesce(s.subsidy, 0),
  coalesce(a.fen, 0), coalesce(a.prior, 0)
FROM wallet_merchant m
LEFT JOIN sold s ON s.merchant_id = m.id
LEFT JOIN back b ON b.merchant_id = m.id
LEFT JOIN moved a ON a.merchant_id = m.id
ORDER BY m.number
"""
MONTHS_BACK = 100
"""A purchase is counted at most a year (100 in yyyymm) after its consumption month."""


def settled(month: date) -> list[Settled]:
    """Return every merchant's statement month, also where nothing happened, by number."""
    number = month.year * 100 + month.month
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, {"month": number, "since": number - MONTHS_BACK})
        return [Settled(*row) for row in cursor.fetchall()]


def total_fen(row: Settled, month: date) -> int:
    """Return what a merchant gets in all for the month, under the reading in force (T04)."""
    terms = terms_on(month)
    net = row.gross_fen - row.refunded_ecny_fen - row.refunded_points_fen
    if terms.settlement_mode == rules.INCLUSIVE:
        points = row.points_fen - row.refunded_points_fen
        return max(net, points + row.owed_fen)
    return net + row.owed_fen
