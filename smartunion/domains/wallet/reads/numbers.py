"""A terminal's own numbers of a business day: which of them nothing stands under (I2)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from smartunion.domains.wallet.models import SkippedNumber, Terminal
from smartunion.kernel.ledger.audits import Audit

ARRIVING = timedelta(days=2)
"""So long a number may still be on its way: what was taken while the line was down."""

WATCHED = timedelta(days=31)
"""How far back the desk looks for numbers that nobody has explained."""

_GAPS = """
SELECT terminal_id, biz_date, before + 1 AS first, terminal_seq - 1 AS last FROM (
  SELECT terminal_id, biz_date, terminal_seq,
    coalesce(lag(terminal_seq) OVER (
      PARTITION BY terminal_id, biz_date ORDER BY terminal_seq), 0) AS before
  FROM ({numbers}) n
) runs WHERE terminal_seq > before + 1
"""
_NUMBERS = "SELECT terminal_id, biz_date, terminal_seq FROM {table} {where}"
_TABLES = ("wallet_payment", "wallet_refund", "wallet_skippednumber")
_NAMED = """
SELECT format('wallet_terminal %s %s', terminal_id, biz_date) AS "where",
  format('nothing under %s to %s', first, last) AS what FROM ({gaps}) g
"""


def _gaps_of(where: str) -> str:
    """Return the query for the gaps among the numbers that meet a condition."""
    every = (_NUMBERS.format(table=table, where=where) for table in _TABLES)
    return _GAPS.format(numbers=" UNION ALL ".join(every))


@dataclass(frozen=True)
class Gap:
    """Numbers of a terminal's day, the first and the last of them, under which nothing stands."""

    terminal_id: int
    day: date
    first: int
    last: int


def gaps(terminal_ids: list[int], *, since: date, until: date) -> list[Gap]:
    """Return the unexplained numbers of these terminals on the days in [since, until)."""
    where = "WHERE terminal_id = ANY(%(ids)s) AND biz_date >= %(since)s AND biz_date < %(until)s"
    with connection.cursor() as cursor:
        cursor.execute(
            _gaps_of(where) + " ORDER BY 2 DESC, 1, 3",
            {"ids": terminal_ids, "since": since, "until": until},
        )
        return [Gap(*row) for row in cursor.fetchall()]


def waiting(*, on: date, terminal_id: int | None = None) -> list[Gap]:
    """Return what somebody has yet to explain, of a terminal or of all; the newest day first."""
    live = Terminal.objects.filter(retired_at=None).values_list("pk", flat=True)
    ids = list(live) if terminal_id is None else [terminal_id]
    return gaps(ids, since=on - WATCHED, until=on)


def explained(terminal_id: int, *, limit: int = 20) -> list[SkippedNumber]:
    """Return a terminal's numbers that were refused or explained, newest first."""
    rows = SkippedNumber.objects.filter(terminal=terminal_id).select_related("by")
    return list(rows.order_by("-biz_date", "-terminal_seq")[:limit])


def audits_on(day: date) -> tuple[Audit, ...]:
    """Return the audit of the terminals' numbers, of the days before those still arriving."""
    gaps = _gaps_of(f"WHERE biz_date < date '{day - ARRIVING:%Y-%m-%d}'")
    statement = "每台终端每日的流水号从1起连续，空号都有拒绝记录或说明"
    return (Audit("I3", statement, _NAMED.format(gaps=gaps)),)
