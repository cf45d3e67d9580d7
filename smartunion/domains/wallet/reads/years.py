"""A member's year: month by month what came, was paid, came back; the same rows as the bills."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Wallet
from smartunion.kernel.base.days import campus_day, campus_month, next_month, start_of
from smartunion.kernel.people.models import Person

from . import bills
from .purses import money

SHOPS = 5
"""So many shops stand on the paper: those where most was paid."""

SUBSIDIES = """
SELECT p.month, count(*)::int, sum(p.subsidy_fen + coalesce(a.delta, 0))::bigint
FROM wallet_payment p LEFT JOIN LATERAL (
  SELECT sum(delta_fen) AS delta FROM wallet_subsidyadjustment WHERE payment_id = p.id) a ON true
WHERE p.wallet_id = %(wallet)s AND p.month BETWEEN %(first)s AND %(last)s AND p.seq > 0
  AND p.status IN ('S', 'P', 'R') GROUP BY p.month
"""


@dataclass(frozen=True)
class MonthRow:
    """A month of the year, in fen: opening + in - expired - paid + back = closing.

    `subsidy_fen` is what the union gave the shops for the month's `count` purchases, corrections
    included. Paid and back count digital yuan; points stand apart.
    """

    month: date
    opening_fen: int
    in_fen: int
    expired_fen: int
    paid_fen: int
    back_fen: int
    closing_fen: int
    points_in_fen: int
    points_out_fen: int
    points_closing_fen: int
    count: int
    subsidy_fen: int


SUMS = (
    "in_fen", "expired_fen", "paid_fen", "back_fen", "points_in_fen", "points_out_fen", "count",
    "subsidy_fen",
)  # fmt: skip


@dataclass(frozen=True)
class Year:
    """One wallet's year; `total` sums its months, `carries` tells if the rest is carried over."""

    year: int
    name: str
    rows: Sequence[MonthRow]
    opening_fen: int
    closing_fen: int
    points_closing_fen: int
    total: dict[str, int]
    shops: Sequence[tuple[str, int]]
    carries: bool
    until: date
    """The last day that is counted: the year's, or today."""

    @property
    def spent_fen(self) -> int:
        """Return what was paid less what came back."""
        return self.total["paid_fen"] - self.total["back_fen"]


def years(person: Person, *, at: datetime) -> list[int]:
    """Return the years in which the person has a wallet, newest first; empty without one."""
    wallet = Wallet.objects.filter(owner=person).only("opened_at").first()
    if wallet is None:
        return []
    last = campus_day(at).year
    return list(range(last, min(campus_day(wallet.opened_at).year, last) - 1, -1))


def year(person: Person, *, year: int, terms: rules.Terms, at: datetime) -> Year | None:
    """Return the person's year up to now, or None without a wallet."""
    wallet = Wallet.objects.filter(owner=person).first()
    if wallet is None:
        return None
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    rows = sorted(bills.moves_of(wallet, start_of(first)), key=lambda row: row.at)
    of_year = [row for row in rows if row.at < start_of(after)]
    ecny = wallet.ecny_fen - sum(row.ecny_fen for row in rows)
    points = wallet.points_fen - sum(row.points_fen for row in rows)
    opening, found, earned = ecny, [], _earned(wallet, year)
    month, last = first, min(campus_month(at), date(year, 12, 1))
    while month <= last:
        until = start_of(next_month(month))
        mine = [row for row in of_year if start_of(month) <= row.at < until]
        made = _month(month, mine, (ecny, points), earned.get(year * 100 + month.month, (0, 0)))
        ecny, points = made.closing_fen, made.points_closing_fen
        found.append(made)
        month = next_month(month)
    return Year(
        year=year, name=person.name, rows=found, opening_fen=opening, closing_fen=ecny,
        points_closing_fen=points,
        total={name: sum(getattr(row, name) for row in found) for name in SUMS},
        shops=_shops(of_year), carries=terms.expiry == rules.CARRY_OVER,
        until=min(campus_day(at), date(year, 12, 31)),
    )  # fmt: skip


def _month(
    month: date, rows: Sequence[bills.Row], opening: tuple[int, int], earned: tuple[int, int]
) -> MonthRow:
    """Return a month from what it opened with and what its purchases earned their shops."""
    (ecny, points), (count, subsidy) = opening, earned

    def total(name: str, *kinds: str, sign: int = 1) -> int:
        said: list[int] = [getattr(row, name) for row in rows if row.kind in kinds]
        return sum(fen for fen in said if fen * sign > 0) * sign

    return MonthRow(
        month=month, opening_fen=ecny, in_fen=total("ecny_fen", "in"),
        expired_fen=total("ecny_fen", "in", sign=-1), paid_fen=total("ecny_fen", "pay", sign=-1),
        back_fen=total("ecny_fen", "back"), closing_fen=ecny + sum(row.ecny_fen for row in rows),
        points_in_fen=total("points_fen", "in", "back"),
        points_out_fen=total("points_fen", "in", "pay", sign=-1),
        points_closing_fen=points + sum(row.points_fen for row in rows), count=count,
        subsidy_fen=subsidy,
    )  # fmt: skip


def _earned(wallet: Wallet, year: int) -> dict[int, tuple[int, int]]:
    """Return (purchases, what the union gave their shops) by month."""
    given = {"wallet": wallet.pk, "first": year * 100 + 1, "last": year * 100 + 12}
    with connection.cursor() as cursor:
        cursor.execute(SUBSIDIES, given)
        return {month: (count, fen) for month, count, fen in cursor.fetchall()}


def _shops(rows: Sequence[bills.Row]) -> list[tuple[str, int]]:
    """Return the shops where most was paid, points included, less what came back."""
    spent: Counter[str] = Counter()
    for row in rows:
        if row.kind in ("pay", "back"):
            spent[row.title] -= row.ecny_fen + row.points_fen
    return [(name, fen) for name, fen in spent.most_common(SHOPS) if fen > 0]


def printed(it: Year, *, at: datetime) -> dict[str, Any]:
    """Return the year as plain data for the paper."""
    total = it.total
    return {
        "year": it.year,
        "name": it.name,
        "until": f"{it.until:%Y年%-m月%-d日}",
        "printed": f"{at:%Y-%m-%d %H:%M}",
        "figures": [
            ["年初结余", money(it.opening_fen)],
            ["划入福利额度", money(total["in_fen"])],
            ["到期退回专户", money(total["expired_fen"])],
            ["付款（数字人民币）", money(total["paid_fen"])],
            ["退款与退回", money(total["back_fen"])],
            ["期末结余", money(it.closing_fen)],
            ["积分收到 / 付出 / 结余", " / ".join(
                money(fen)
                for fen in (total["points_in_fen"], total["points_out_fen"], it.points_closing_fen)
            )],
            ["工会为你的消费补贴商户", money(total["subsidy_fen"])],
        ],
        "rows": [
            [
                f"{row.month.month}月", money(row.opening_fen), money(row.in_fen),
                money(row.expired_fen), money(row.paid_fen), money(row.back_fen),
                money(row.closing_fen), str(row.count), money(row.subsidy_fen),
            ]
            for row in it.rows
        ],
        "total": [
            "合计", "", money(total["in_fen"]), money(total["expired_fen"]),
            money(total["paid_fen"]), money(total["back_fen"]), "", str(total["count"]),
            money(total["subsidy_fen"]),
        ],
        "shops": [[name, money(fen)] for name, fen in it.shops],
        "rest": "结转下年继续使用" if it.carries else "按月到期，没用完的退回工会专户",
    }  # fmt: skip
