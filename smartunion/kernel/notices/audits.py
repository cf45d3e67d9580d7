"""What must hold of messages at any moment, and what the auditor looks at every few seconds."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max

from smartunion.kernel.timers.watches import Finding

from .models import Message
from .rules import UNSENT, Channel

LATE = timedelta(seconds=10)
SILENT_TRIES = 3

PASSED_OVER = """
SELECT format('notices_message %s', m.id) AS "where",
  format('%s since %s, and others were sent at %s', m.state, m.next_at, last.at) AS what
FROM notices_message m, (SELECT MAX(tried_at) AS at FROM notices_message) last
WHERE m.state IN ('pending', 'sending') AND GREATEST(m.next_at, m.at) < last.at - interval '1 hour'
"""
"""Still waiting an hour after it should have gone, although the sender came by."""

UNHEARD = """
SELECT format('notices_message %s', m.id) AS "where",
  format('%s, but receipt %s says %s', m.state, r.seq, r.state) AS what
FROM notices_message m JOIN notices_receipt r ON r.key = m.key AND r.state <> 'reply'
WHERE r.seq > m.provider_seq OR (r.state IN ('delivered', 'read') AND m.delivered_at IS NULL)
"""
"""A receipt that was taken and not believed."""


def late(at: datetime) -> Iterator[Finding]:
    """Messages that nobody has sent although they were due more than ten seconds ago."""
    waiting = Message.objects.filter(state__in=UNSENT, next_at__lt=at - LATE)
    for row in waiting.values("channel").annotate(n=Count("id")).order_by("channel"):
        yield Finding(
            Channel(row["channel"]).label, f"{row['n']} 条到期未发，超过 {LATE.seconds} 秒"
        )


def unanswered(at: datetime) -> Iterator[Finding]:
    """Providers that do not answer: their messages are tried again and again."""
    failing = Message.objects.filter(state__in=UNSENT, attempts__gte=SILENT_TRIES)
    rows = failing.values("channel").annotate(n=Count("id"), trouble=Max("trouble"))
    for row in rows.order_by("channel"):
        yield Finding(Channel(row["channel"]).label, f"{row['n']} 条发不出去：{row['trouble']}")
