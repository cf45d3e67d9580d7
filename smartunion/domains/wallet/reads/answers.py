"""Payments as a terminal asks for them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from smartunion.domains.wallet.models import Payment
from smartunion.kernel.base.days import CAMPUS


def _shown(rows: QuerySet[Payment]) -> list[dict[str, Any]]:
    return [
        {
            "id": each.pk,
            "key": f"{each.terminal.code}-{each.biz_date:%Y%m%d}-{each.terminal_seq}",
            "status": each.status,
            "reason": each.reason,
            "amount_fen": each.asked_fen,
            "ecny_fen": each.ecny_fen,
            "points_fen": each.points_fen,
            "subsidy_fen": each.subsidy_fen,
            "refunded_fen": sum(r.ecny_fen + r.points_fen for r in each.refunds.all()),
            "occurred_at": each.occurred_at.astimezone(CAMPUS).isoformat(),
            "received_at": each.received_at.astimezone(CAMPUS).isoformat(),
        }
        for each in rows.select_related("terminal").prefetch_related("refunds")
    ]


def by_key(terminal_id: int, biz_date: date, seq: int) -> dict[str, Any] | None:
    """Return the payment under the key as it stands now, or None."""
    rows = Payment.objects.filter(terminal_id=terminal_id, biz_date=biz_date, terminal_seq=seq)
    found = _shown(rows)
    return found[0] if found else None


def page(
    terminal_id: int, biz_date: date | None, after: int | None, limit: int
) -> list[dict[str, Any]]:
    """Return a page of a terminal's payments, newest first, older than the id `after`."""
    rows = Payment.objects.filter(terminal_id=terminal_id)
    if biz_date is not None:
        rows = rows.filter(biz_date=biz_date)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    return _shown(rows.order_by("-pk")[:limit])
