"""What the cockpit and the indicators ask of the shop: a month by person, a day by merchant.

Plain SQL, because a wall of these figures is read again at every payment: a day is reached through
the terminals' own index (terminal, business day), a month through the wallets' (wallet, month).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from smartunion.kernel.base.days import CAMPUS

from .figures import terms_on
from .vouchers import SHOP_WORDS, number_of

GOOD = ("S", "R")
"""What was sold, also where it was given back later."""

STAYED = "S"
"""What was sold and not wholly given back: this makes a member active (K07)."""


def _number(month: date) -> int:
    return month.year * 100 + month.month


@dataclass(frozen=True)
class MonthOfMember:
    """A registered member's month: how many purchases stayed, and for how much (fen)."""

    person_id: int
    username: str
    name: str
    unit: str
    payments: int
    spent_fen: int


ACTIVE = """
SELECT p.id, p.username, p.name, coalesce(u.name, ''), coalesce(m.n, 0), coalesce(m.fen, 0)::bigint
FROM people_person p
LEFT JOIN people_unit u ON u.id = p.unit_id
LEFT JOIN wallet_wallet w ON w.owner_id = p.id
LEFT JOIN LATERAL (
  SELECT count(*) n, sum(asked_fen) fen FROM wallet_payment
  WHERE wallet_id = w.id AND month = %(month)s AND seq > 0 AND status = %(stayed)s
) m ON true
WHERE p.kind = 'staff' AND p.is_active
ORDER BY p.username
"""
ACTIVE_COUNT = """
SELECT count(*) FILTER (WHERE EXISTS (
    SELECT 1 FROM wallet_payment
    WHERE wallet_id = w.id AND month = %(month)s AND seq > 0 AND status = %(stayed)s)),
  count(*)
FROM people_person p LEFT JOIN wallet_wallet w ON w.owner_id = p.id
WHERE p.kind = 'staff' AND p.is_active
"""


def monthly_active(month: date) -> list[MonthOfMember]:
    """Return every registered member with what they bought in the month (K07, R053)."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE, {"month": _number(month), "stayed": STAYED})
        return [MonthOfMember(*row) for row in cursor.fetchall()]


def monthly_active_count(month: date) -> tuple[int, int]:
    """Return the active members of the month and all registered ones."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIVE_COUNT, {"month": _number(month), "stayed": STAYED})
        active, members = cursor.fetchone()
        return active, members


@dataclass(frozen=True)
class SubsidyOfMember:
    """What the union owes for one person's consumption month, after every correction (fen)."""

    person_id: int
    username: str
    name: str
    unit: str
    subsidy_fen: int
    cap_fen: int


EARNED = """
WITH earned AS (
  SELECT y.wallet_id, sum(y.subsidy_fen + coalesce(a.delta, 0))::bigint fen
  FROM wallet_wallet w
  JOIN wallet_payment y ON y.wallet_id = w.id AND y.month = %(month)s AND y.seq > 0
  LEFT JOIN LATERAL (
    SELECT sum(delta_fen) delta FROM wallet_subsidyadjustment WHERE payment_id = y.id
  ) a ON true
  WHERE y.status IN ('S', 'P', 'R')
  GROUP BY y.wallet_id
)
"""


SUBSIDIES = f"""{EARNED}
SELECT p.id, p.username, p.name, coalesce(u.name, ''), e.fen FROM earned e
JOIN wallet_wallet w ON w.id = e.wallet_id JOIN people_person p ON p.id = w.owner_id
LEFT JOIN people_unit u ON u.id = p.unit_id WHERE e.fen > 0 ORDER BY p.username
"""  # noqa: S608 - our own text
OVER = f"""{EARNED}
SELECT count(*) FILTER (WHERE fen > %(cap)s), count(*) FROM earned WHERE fen > 0
"""  # noqa: S608 - our own text


def subsidies(month: date) -> list[SubsidyOfMember]:
    """Return a row for each person for whom a subsidy is owed in the consumption month (K13)."""
    cap_fen = terms_on(month).cap_fen
    with connection.cursor() as cursor:
        cursor.execute(SUBSIDIES, {"month": _number(month)})
        return [
            SubsidyOfMember(pk, username, name, home, fen, cap_fen)
            for pk, username, name, home, fen in cursor.fetchall()
        ]


def over_cap_count(month: date) -> tuple[int, int]:
    """Return for how many persons the month's subsidy passes the cap, and how many earned one."""
    with connection.cursor() as cursor:
        cursor.execute(OVER, {"month": _number(month), "cap": terms_on(month).cap_fen})
        over, persons = cursor.fetchone()
        return over, persons


def at_cap_count(month: date) -> tuple[int, int]:
    """Return for how many persons the month's subsidy reaches the cap, and how many earned one."""
    rows, cap_fen = subsidies(month), terms_on(month).cap_fen
    return sum(one.subsidy_fen >= cap_fen for one in rows), len(rows)


@dataclass(frozen=True)
class Sale:
    """A purchase as an overview shows it: never with its payer."""

    id: int
    at: datetime
    number: str
    merchant: str
    fen: int
    subsidy_fen: int
    state: str
    words: str


SALES = """
SELECT y.id, y.occurred_at, y.biz_date, m.name, y.asked_fen, y.subsidy_fen, y.status
FROM {source} JOIN wallet_merchant m ON m.id = y.merchant_id
WHERE y.status = ANY(%(status)s)
"""
OF_DAY = "wallet_terminal t JOIN wallet_payment y ON y.terminal_id = t.id AND y.biz_date = %(day)s"
OF_MONTH = (
    "wallet_wallet w JOIN wallet_payment y"
    " ON y.wallet_id = w.id AND y.month = %(month)s AND y.seq > 0"
)


def _sales(sql: str, params: dict[str, Any]) -> list[Sale]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return [
            Sale(
                pk, at.astimezone(CAMPUS), number_of(pk, day), merchant, fen, subsidy,
                *SHOP_WORDS[status],
            )
            for pk, at, day, merchant, fen, subsidy, status in cursor.fetchall()
        ]  # fmt: skip


def sales_of_day(day: date, *, limit: int | None = None) -> list[Sale]:
    """Return the day's purchases and declined attempts, newest first; the last few with a limit.

    With a limit only what was sold: a ticker tells no declined attempts.
    """
    status = list(SHOP_WORDS) if limit is None else list(GOOD)
    sql = SALES.format(source=OF_DAY) + " ORDER BY y.occurred_at DESC, y.id DESC"
    return _sales(
        sql + (" LIMIT %(limit)s" if limit else ""), {"day": day, "status": status, "limit": limit}
    )


def sales_of_month(month: date) -> list[Sale]:
    """Return what was sold in a consumption month, in its order (K22)."""
    sql = SALES.format(source=OF_MONTH) + " ORDER BY y.id"
    return _sales(sql, {"month": _number(month), "status": list(GOOD)})


def sale_count(month: date) -> int:
    """Return how many purchases a consumption month holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {OF_MONTH} WHERE y.status = ANY(%(status)s)",  # noqa: S608
            {"month": _number(month), "status": list(GOOD)},
        )
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class DaySums:
    """A day in three figures: what was sold (fen), how often, and how often a till said no."""

    total_fen: int
    count: int
    declined: int


def sums_of_day(day: date) -> DaySums:
    """Return the day's sums; refunds are booked on their own day and do not lessen this one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(y.asked_fen) FILTER (WHERE y.status = ANY(%(good)s)), 0)::bigint,"  # noqa: S608
            " count(*) FILTER (WHERE y.status = ANY(%(good)s)),"
            f" count(*) FILTER (WHERE y.status = 'F') FROM {OF_DAY}",
            {"day": day, "good": list(GOOD)},
        )
        return DaySums(*cursor.fetchone())


@dataclass(frozen=True)
class HeatCell:
    """Half an hour at a merchant. `slot` counts half hours from midnight; `count` is None where
    fewer people paid than may be shown: the number does not leave the database (T59)."""

    merchant: str
    slot: int
    count: int | None


BIN = "date_bin('30 minutes', y.occurred_at, timestamptz '2025-01-01 00:00:00+08')"
"""The half hour of a purchase; the campus knows no summer time. The table keeps statistics of it
(migration 0006), without which the planner takes every purchase for a cell of its own."""

BITS = 63
BIT = "1::bigint << (y.wallet_id %% %(bits)s)::int"
"""Of a cell: the number, and which of 63 bits its payers' wallets set. So many bits are at least
so many payers."""

MARK = "SELECT COALESCE(MAX(to_xid), 0) FROM wallet_fold"
# What is folded lies ready in half hours; what came since is counted beside it.
HEAT = f"""
SELECT m.id, m.name, c.bin, sum(c.n)::int, bit_or(c.bits) FROM (
  SELECT merchant_id, begins_at AS bin, count AS n, payers AS bits
  FROM wallet_halfhour WHERE day = %(day)s
  UNION ALL
  SELECT y.merchant_id, {BIN}, count(*), bit_or({BIT})
  FROM {OF_DAY} WHERE y.born = 'S' AND y.xid >= %(mark)s GROUP BY 1, 2
  UNION ALL
  SELECT y.merchant_id, {BIN}, count(*), bit_or({BIT})
  FROM wallet_paymentevent e JOIN wallet_payment y ON y.id = e.payment_id
  WHERE e.now = 'S' AND e.xid >= %(mark)s AND y.biz_date = %(day)s GROUP BY 1, 2
) c JOIN wallet_merchant m ON m.id = c.merchant_id
GROUP BY m.id, c.bin ORDER BY m.number, c.bin
"""  # noqa: S608 - our own names
# Two payers may share a bit: where there are too few bits for so many purchases, count the payers.
PAYERS = """
SELECT y.merchant_id, {bin} AS bin FROM {source}
WHERE y.status = ANY(%(good)s) AND (y.merchant_id, {bin}) IN (
  SELECT * FROM unnest(%(merchants)s::bigint[], %(bins)s::timestamptz[]))
GROUP BY 1, 2 HAVING count(DISTINCT y.wallet_id) >= %(least)s
"""


def heat_cells(day: date) -> list[HeatCell]:
    """Return a day's cells with the small ones already muted (R050, T59)."""
    least = terms_on(day).heatmap_min_payers
    given: dict[str, Any] = {"day": day, "least": least, "good": list(GOOD), "bits": BITS}
    with connection.cursor() as cursor:
        cursor.execute(MARK)
        (given["mark"],) = cursor.fetchone()
        cursor.execute(HEAT, given)
        rows = cursor.fetchall()
        enough = {(pk, at) for pk, _, at, _, bits in rows if bits.bit_count() >= least}
        unsure = [(pk, at) for pk, _, at, n, _ in rows if n >= least and (pk, at) not in enough]
        if unsure:
            merchants, bins = zip(*unsure, strict=True)
            cursor.execute(
                PAYERS.format(bin=BIN, source=OF_DAY),
                {**given, "merchants": list(merchants), "bins": list(bins)},
            )
            enough |= set(cursor.fetchall())
    return [
        HeatCell(name, _slot(at), n if (pk, at) in enough else None) for pk, name, at, n, _ in rows
    ]


def _slot(at: datetime) -> int:
    """Return the half hours since midnight on the campus."""
    here = at.astimezone(CAMPUS)
    return here.hour * 2 + here.minute // 30


def last_trading_day(*, before: date) -> date | None:
    """Return the newest day before the given one on which something was sold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT max(l.day) FROM wallet_terminal t CROSS JOIN LATERAL ("
            " SELECT max(biz_date) AS day FROM wallet_payment"
            " WHERE terminal_id = t.id AND biz_date < %(before)s) l",
            {"before": before},
        )
        found: date | None = cursor.fetchone()[0]
        return found
