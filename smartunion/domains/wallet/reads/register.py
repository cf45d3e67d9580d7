"""The officers' register of payments: filters, totals, the month's subsidy by merchant."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Merchant, Payment, Refund, SubsidyAdjustment, Terminal
from smartunion.kernel.base.days import next_month

GOOD = ("S", "R")


def payments(
    *, since: date, until: date, merchant_id: int | None = None, status: str = ""
) -> QuerySet[Payment]:
    """Return the payments of business days since..until (both included), newest first."""
    terminals = Terminal.objects.all()
    if merchant_id:
        terminals = terminals.filter(merchant=merchant_id)
    rows = Payment.objects.filter(
        terminal__in=terminals.values("pk"), biz_date__range=(since, until)
    )
    if status:
        rows = rows.filter(status=status)
    return rows.order_by("-occurred_at", "-pk")


def merchants() -> list[Merchant]:
    """Return all merchants by number."""
    return list(Merchant.objects.order_by("number"))


def months(on: date) -> list[date]:
    """Return the months in which payments exist, newest first; at least the present one."""
    first = Payment.objects.order_by("pk").values_list("biz_date", flat=True).first()
    month, found = on.replace(day=1), []
    start = (first or month).replace(day=1)
    while start <= month:
        found.append(start)
        start = next_month(start)
    return found[::-1] or [month]


@dataclass(frozen=True)
class MonthRow:
    """A merchant's consumption month. Amounts in fen, refunds taken off `net_ecny_fen`."""

    id: int
    code: str
    name: str
    month: date
    count: int
    gross_fen: int
    ecny_fen: int
    points_fen: int
    refunded_fen: int
    subsidy_fen: int
    adjusted_fen: int

    @property
    def owed_fen(self) -> int:
        """Return what the union owes for the month with what was corrected in it."""
        return self.subsidy_fen + self.adjusted_fen

    @property
    def on_top_fen(self) -> int:
        """Return the settlement when the subsidy comes on top of the principal (读法甲)."""
        return self.gross_fen - self.refunded_fen + self.owed_fen

    @property
    def inclusive_fen(self) -> int:
        """Return the settlement when 1.2 contains the principal (读法乙): points plus subsidy.

        What earned no subsidy any more (past the cap) still settles at its principal.
        """
        net = self.gross_fen - self.refunded_fen
        return max(net, self.points_fen + self.owed_fen)


def _month_rows(
    rows: QuerySet[Payment], moved: QuerySet[SubsidyAdjustment], month: date
) -> list[MonthRow]:
    """Return the merchants of the payments, the largest subsidy first."""
    good = Q(status__in=GOOD)
    zero = {"output_field": BigIntegerField()}
    found = rows.values("merchant").annotate(
        count=Count("pk", filter=good),
        gross=Coalesce(Sum("asked_fen", filter=good), 0, **zero),
        ecny=Coalesce(Sum("ecny_fen", filter=good), 0, **zero),
        points=Coalesce(Sum("points_fen", filter=good), 0, **zero),
        subsidy=Coalesce(Sum("subsidy_fen", filter=good), 0, **zero),
    )
    back = {
        row["payment__merchant"]: (int(row["fen"]), int(row["points"]))
        for row in Refund.objects.filter(payment__in=rows.values("pk"), payment__status__in=GOOD)
        .values("payment__merchant")
        .annotate(fen=Sum(F("ecny_fen") + F("points_fen")), points=Sum("points_fen"))
    }
    adjusted = {
        row["payment__merchant"]: int(row["fen"])
        for row in moved.values("payment__merchant").annotate(fen=Sum("delta_fen"))
    }
    names = {each.pk: each for each in Merchant.objects.all()}
    ids = {row["merchant"]: row for row in found}
    result = []
    for pk in {*ids, *adjusted}:
        row: dict[str, Any] = dict(ids.get(pk, {}))
        refunded, points_back = back.get(pk, (0, 0))
        result.append(
            MonthRow(
                pk,
                names[pk].number,
                names[pk].name,
                month,
                int(row.get("count", 0)),
                int(row.get("gross", 0)),
                int(row.get("ecny", 0)),
                int(row.get("points", 0)) - points_back,
                refunded,
                int(row.get("subsidy", 0)),
                adjusted.get(pk, 0),
            )
        )
    return sorted(result, key=lambda each: (-each.owed_fen, each.code))


def _corrections(number: int) -> QuerySet[SubsidyAdjustment]:
    """Return what a statement month corrects; what settlement claws back is its own column."""
    rows = SubsidyAdjustment.objects.filter(statement_month=number)
    return rows.exclude(kind=SubsidyAdjustment.Kind.CLAWED)


def subsidy_report(month: date) -> list[MonthRow]:
    """Return the month's report: its payments' subsidy, and what this statement corrected."""
    number = month.year * 100 + month.month
    return _month_rows(
        Payment.objects.filter(month=number),
        _corrections(number),
        month,
    )


def months_of(merchant_id: int, on: date) -> list[MonthRow]:
    """Return a merchant's months, newest first."""
    found = []
    for month in months(on):
        number = month.year * 100 + month.month
        rows = _month_rows(
            Payment.objects.filter(
                terminal__merchant=merchant_id,
                biz_date__range=(month, next_month(month) - timedelta(days=1)),
            ),
            _corrections(number).filter(payment__merchant=merchant_id),
            month,
        )
        found += rows
    return found


def mode_words(terms: rules.Terms) -> str:
    """Return which of the two readings is in force, and what the other would say."""
    if terms.settlement_mode == rules.ON_TOP:
        return "现行读法甲：顾客付的本金之外，工会另补 1.2 倍；改成读法乙只换结算，不换公式"
    return "现行读法乙：连本金在内按 1.2 倍结算；改成读法甲只换结算，不换公式"


def last_day(month: date) -> date:
    """Return the last day of a month."""
    return next_month(month) - timedelta(days=1)


@dataclass(frozen=True)
class Total:
    """The foot of the month's report, in fen."""

    merchants: int
    count: int
    gross_fen: int
    ecny_fen: int
    subsidy_fen: int
    adjusted_fen: int
    on_top_fen: int
    inclusive_fen: int


def total(rows: list[MonthRow]) -> Total:
    """Return the sums of the report's rows."""
    return Total(
        len(rows),
        sum(row.count for row in rows),
        sum(row.gross_fen for row in rows),
        sum(row.ecny_fen for row in rows),
        sum(row.subsidy_fen for row in rows),
        sum(row.adjusted_fen for row in rows),
        sum(row.on_top_fen for row in rows),
        sum(row.inclusive_fen for row in rows),
    )
