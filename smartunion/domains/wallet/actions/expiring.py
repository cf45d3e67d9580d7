"""What a month leaves over: carried on, or back to the fund, as `allotment_expiry` says.

Set against set, because it is everybody's on the same night.
"""

from datetime import date, datetime

from django.db import connection, transaction

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Wallet
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day, next_month
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record_each

from . import refusals

# The lock first and by itself, so that the rest is computed from what stands under it.
_LOCK = "SELECT id FROM wallet_wallet WHERE ecny_fen > 0 ORDER BY id FOR NO KEY UPDATE"
_EXPIRE = """
WITH left_over AS (
  SELECT w.id, w.ecny_fen - COALESCE((SELECT sum(c.ecny_fen) FROM wallet_credit c
      WHERE c.wallet_id = w.id AND c.kind = 'allotment' AND c.month > %(month)s), 0)::bigint AS fen
  FROM wallet_wallet w WHERE w.ecny_fen > 0 AND NOT EXISTS (SELECT 1 FROM wallet_credit c
    WHERE c.document = 'expiry:' || %(month)s || ':' || w.id)
), gone AS (
  INSERT INTO wallet_credit (wallet_id, kind, month, ecny_fen, points_fen, fund_source,
    budget_code, document, because, at, by_id)
  SELECT id, 'expiry', %(month)s, -fen, 0, %(fund)s, %(budget)s,
    'expiry:' || %(month)s || ':' || id, '到期退回', %(at)s, %(by)s
  FROM left_over WHERE fen > 0 RETURNING wallet_id, -ecny_fen AS fen
)
UPDATE wallet_wallet w SET ecny_fen = w.ecny_fen - g.fen FROM gone g WHERE w.id = g.wallet_id
RETURNING w.id, g.fen
"""


@transaction.atomic
def expire_allotments(*, month: date, by: Person | None, at: datetime) -> int:
    """Return to the fund what a month's allotment left over, where the terms say so; in fen.

    With `allotment_expiry` CARRY_OVER (the default) nothing expires. What later months brought
    in stays. Safe to repeat: one row for each wallet and month.

    :raises Refused: the month is not over
    """
    first = month.replace(day=1)
    terms = figures.terms_on(first)
    if terms.expiry != rules.MONTH_END:
        return 0
    if campus_day(at) < next_month(first):
        raise refusals.MonthNotOver(month=f"{first:%Y-%m}")
    number = first.year * 100 + first.month
    with connection.cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(
            _EXPIRE,
            {
                "month": number, "fund": terms.fund_source, "budget": terms.budget_allotment,
                "at": at, "by": by.pk if by else None,
            },
        )  # fmt: skip
        gone = dict(cursor.fetchall())
    wallets = Wallet.objects.in_bulk(gone)
    record_each(
        "wallet.allotment_expired",
        ((wallets[pk], {"month": number, "fen": fen}) for pk, fen in sorted(gone.items())),
        by=by,
        at=at,
    )
    return sum(gone.values())
