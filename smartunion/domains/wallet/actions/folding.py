"""From payments to the ledger: one balanced transfer per merchant, day and kind of movement."""

from datetime import date, datetime

from django.db import connection, transaction

from smartunion.domains.wallet.models import Fold, MonthClosing
from smartunion.domains.wallet.reads import figures, overview
from smartunion.kernel.base.days import campus_day, end_of, next_month
from smartunion.kernel.ledger.actions import Line, post_many
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals

WALLET, POINTS = "wallet.ecny", "wallet.points"
OWED, OWED_SUBSIDY = "merchant.payable", "merchant.subsidy"
ALLOTTED, GIVEN, SUBSIDIZED = "expense.allotment", "expense.points", "expense.subsidy"

ENTRIES = {
    "pay.ecny": (WALLET, OWED),
    "pay.points": (POINTS, OWED),
    "pay.subsidy": (SUBSIDIZED, OWED_SUBSIDY),
    "subsidy.more": (SUBSIDIZED, OWED_SUBSIDY),
    "subsidy.back": (OWED_SUBSIDY, SUBSIDIZED),
    "refund.ecny": (OWED, WALLET),
    "refund.points": (OWED, POINTS),
    "refund.fund": (OWED, ALLOTTED),
    "credit.ecny": (ALLOTTED, WALLET),
    "credit.points": (GIVEN, POINTS),
    "expiry.ecny": (WALLET, ALLOTTED),
    "expiry.points": (POINTS, GIVEN),
}
"""Which accounts a movement debits and credits (ON_TOP and INCLUSIVE alike: example L)."""

_GROUPS = """
SELECT merchant_id, day, code, budget_code, fund_source, SUM(amount_fen)::bigint
FROM wallet_movement WHERE xid >= %s AND xid < %s
GROUP BY 1, 2, 3, 4, 5 ORDER BY 2, 1, 3, 4, 5
"""

# The heat map's half hours grow with the same range: nothing is counted twice or left out.
_HALF_HOURS = """
INSERT INTO wallet_halfhour (day, merchant_id, begins_at, count, payers)
SELECT y.biz_date, y.merchant_id, {bin}, count(*), bit_or({bit})
FROM (
  SELECT biz_date, merchant_id, occurred_at, wallet_id FROM wallet_payment
  WHERE born = 'S' AND xid >= %(start)s AND xid < %(end)s
  UNION ALL
  SELECT p.biz_date, p.merchant_id, p.occurred_at, p.wallet_id
  FROM wallet_paymentevent e JOIN wallet_payment p ON p.id = e.payment_id
  WHERE e.now = 'S' AND e.xid >= %(start)s AND e.xid < %(end)s
) y GROUP BY 1, 2, 3
ON CONFLICT (day, merchant_id, begins_at) DO UPDATE
  SET count = wallet_halfhour.count + EXCLUDED.count,
    payers = wallet_halfhour.payers | EXCLUDED.payers
"""

_CLOSE = """
INSERT INTO wallet_walletmonth (wallet_id, month, net_fen, subsidy_fen, payments, closed_at)
SELECT p.wallet_id, p.month,
  SUM(CASE WHEN %(points_earn)s THEN p.ecny_fen + p.points_fen ELSE p.ecny_fen END
    - COALESCE(r.back, 0))::bigint,
  SUM(p.subsidy_fen + COALESCE(a.delta, 0))::bigint, COUNT(*), %(at)s
FROM wallet_payment p
LEFT JOIN LATERAL (
  SELECT SUM(CASE WHEN %(points_earn)s THEN ecny_fen + points_fen ELSE ecny_fen END) AS back
  FROM wallet_refund WHERE payment_id = p.id) r ON true
LEFT JOIN LATERAL (
  SELECT SUM(delta_fen) AS delta FROM wallet_subsidyadjustment WHERE payment_id = p.id) a ON true
WHERE p.month = %(month)s AND p.status IN ('S', 'P', 'R')
GROUP BY p.wallet_id, p.month
"""


@transaction.atomic
def fold(*, at: datetime) -> Fold | None:
    """Post what has happened since the last fold to the ledger; None if nothing has.

    Exactly once, whenever it dies: the range of transactions and its transfers are one
    transaction. The range ends before the oldest transaction still running, so that a payment
    that commits late falls into the next fold, not between two. R041–R045, R207.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('wallet.fold'))")
        last = Fold.objects.order_by("-to_xid").first()
        start, previous = (last.to_xid, last.hash) if last else (0, "")
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (end,) = cursor.fetchone()
        cursor.execute(_GROUPS, [start, end])
        groups = cursor.fetchall()
        if not groups:
            return None
        cursor.execute("SELECT * FROM wallet_hash(%s, %s, %s)", [start, end, previous])
        rows, digest = cursor.fetchone()
        cursor.execute(
            _HALF_HOURS.format(bin=overview.BIN, bit=overview.BIT),
            {"start": start, "end": end, "bits": overview.BITS},
        )
    made = Fold.objects.create(
        from_xid=start, to_xid=end, rows=rows, hash=digest, previous_hash=previous, at=at
    )
    post_many(lines=[_line(made, *group) for group in groups], at=at, because="日汇总")
    record("wallet.folded", made, by=None, at=at, rows=rows)
    return made


def _line(
    fold: Fold,
    merchant_id: int | None,
    day: date,
    code: str,
    *row: str | int,
) -> Line:
    """Return the ledger line of one group; subsidies and returns charge the plan's own lines."""
    budget_code, fund_source, amount_fen = str(row[0]), str(row[1]), int(row[2])
    debit, credit = ENTRIES[code]
    if code == "refund.fund":
        terms = figures.terms_on(day)
        budget_code, fund_source = terms.budget_allotment, terms.fund_source
    elif SUBSIDIZED in (debit, credit):
        terms = figures.terms_on(day)
        budget_code, fund_source = terms.budget_subsidy, terms.subsidy_source
    return Line(
        debit=debit,
        credit=credit,
        amount_fen=amount_fen,
        code=code,
        document=f"fold:{fold.pk}:{merchant_id or '-'}:{day:%Y%m%d}:{code}",
        event_at=end_of(day) if end_of(day) < fold.at else fold.at,
        budget_code=budget_code,
        fund_source=fund_source,
    )


@transaction.atomic
def close_month(*, month: date, by: Person | None, at: datetime) -> MonthClosing:
    """Close a consumption month for the review of the 5th (R052); closing it twice keeps the first.

    From then on a refund, a release or a late upload is an adjustment in the open statement.
    """
    first = month.replace(day=1)
    number = first.year * 100 + first.month
    if campus_day(at) <= next_month(first):  # the first day still takes payments of the last minute
        raise refusals.MonthNotOver(month=f"{first:%Y-%m}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('wallet.month'))")
        if (closed := MonthClosing.objects.filter(month=number).first()) is not None:
            return closed
        terms = figures.terms_on(first)
        cursor.execute(_CLOSE, {"month": number, "points_earn": terms.points_earn, "at": at})
    made = MonthClosing.objects.create(
        month=number, closed_at=at, rate_num=terms.rate_num, rate_den=terms.rate_den,
        cap_fen=terms.cap_fen,
    )  # fmt: skip
    record("wallet.month_closed", made, by=by, at=at, month=number)
    return made
