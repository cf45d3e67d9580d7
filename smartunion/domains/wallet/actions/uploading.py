"""Payments taken while a terminal's line was down: points only, small, few, and by term only."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Sum

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Payment
from smartunion.domains.wallet.reads import figures, keys, tills
from smartunion.kernel.base.days import campus_day

from . import paying, refusals


@transaction.atomic
def upload(
    *,
    till: tills.Till,
    biz_date: date,
    terminal_seq: int,
    amount_fen: int,
    code: str,
    occurred_at: datetime,
    request_hash: bytes,
    at: datetime,
) -> paying.Paid:
    """Take one offline payment in points, within the terms' limits; the key keeps it once.

    The month is that of `occurred_at`; after the month's review the subsidy is an adjustment
    (example J). The burst is looked for among all payments around its own moment.
    """
    terms = figures.terms_on(campus_day(occurred_at))
    if not terms.offline:
        raise refusals.OfflineClosed
    if not Payment.objects.filter(
        terminal_id=till.id, biz_date=biz_date, terminal_seq=terminal_seq
    ).exists():
        if occurred_at < at - timedelta(hours=terms.offline_hours):
            raise refusals.OfflineTooMuch(what=f"超过{terms.offline_hours}小时")
        if amount_fen > terms.offline_each_fen:
            raise refusals.OfflineTooMuch(what=f"每笔不超过{terms.offline_each_fen}分")
        day = Payment.objects.filter(offline=True, biz_date=biz_date).exclude(status="F")
        here = day.filter(terminal_id=till.id).aggregate(sum=Sum("asked_fen"))["sum"] or 0
        if here + amount_fen > terms.offline_sum_fen:
            raise refusals.OfflineTooMuch(what=f"每台终端每日合计不超过{terms.offline_sum_fen}分")
        payer = rules.read_code(code, occurred_at, keys.code_key())
        if payer and day.filter(wallet_id=payer[0]).count() >= terms.offline_per_wallet:
            raise refusals.OfflineTooMuch(what=f"每人每日最多{terms.offline_per_wallet}笔")
    return paying.pay(
        terminal_id=till.id,
        biz_date=biz_date,
        terminal_seq=terminal_seq,
        total_fen=amount_fen,
        points_fen=amount_fen,
        code=code,
        occurred_at=occurred_at,
        request_hash=request_hash,
        offline=True,
        at=at,
    )
