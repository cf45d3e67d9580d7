"""Tell the subscribers what happened: after the commit, at least once, by any number of workers."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from .models import Delivery
from .subscriptions import name_of, subscribers

log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=1)
GONE = "订阅已取消"


def deliver(*, at: datetime, batch: int = 100) -> int:
    """Deliver what is due, oldest first, and return how many subscribers were told.

    The subscriber's own writing and the mark that it was told are one transaction: a worker that
    dies between leaves neither, and the next one tells it again. What a subscriber does outside
    the database may therefore happen twice. One that fails is asked again after 2, 4, 8 … seconds,
    at most an hour apart; it holds up nobody else. Workers skip each other's rows, so two entries
    may be heard in another order than they happened.
    """
    told = 0
    for _ in range(batch):
        with transaction.atomic():
            row = (
                Delivery.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("entry")
                .filter(delivered_at=None, due_at__lte=at)
                .order_by("id")
                .first()
            )
            if row is None:
                break
            told += _tell(row, at)
    return told


def _tell(row: Delivery, at: datetime) -> bool:
    """Call the subscriber and mark the row; return whether it heard."""
    hearing = {name_of(one): one for one in subscribers(row.entry.what)}
    row.attempts += 1
    try:
        if row.subscriber in hearing:
            with transaction.atomic():
                hearing[row.subscriber](row.entry)
            row.trouble = ""
        else:
            row.trouble = GONE
        row.delivered_at = at
    except Exception as failed:
        log.exception("%s did not hear entry %s", row.subscriber, row.entry_id)
        row.trouble = f"{type(failed).__name__}: {failed}"[:500]
        row.due_at = at + min(timedelta(seconds=2 ** min(row.attempts, 12)), LONGEST_PAUSE)
    row.save(update_fields=["attempts", "delivered_at", "trouble", "due_at"])
    return row.delivered_at is not None and row.trouble != GONE
