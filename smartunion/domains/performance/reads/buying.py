"""The measure of buying: K21, windows that stood for their working days."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.procurement import public as procurement

from .measures import Column, Measure


def window_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per window that ended in the period: hit when it stood its working days.

    One that a valid objection has ended is no row of the count: the rule ends it so (R218).
    """
    return [
        Row(
            key=w.number,
            cells=(
                w.number,
                w.purchase,
                w.what,
                w.posted_on.isoformat(),
                w.ended_on.isoformat() if w.ended_on else None,
                w.stood,
            ),
            hit=w.stood >= w.working_days,
            excluded="有效质疑成立，公示依第7条提前结束" if w.upheld else "",
        )
        for w in procurement.postings(period.first, period.until, on=on)
    ]


STOOD_IN_FULL = Measure(
    code="K21",
    version=1,
    kind=Kind.SHARE,
    counted="公示满期的采购公示",
    of="当月结束的采购公示",
    noun="件",
    columns=(
        Column("公示"),
        Column("采购"),
        Column("种类"),
        Column("发布", "day"),
        Column("结束", "day"),
        Column("公示工作日", "number"),
    ),
    rows=window_rows,
    mendable=False,
    hit=("ok", "满期"),
    miss=("late", "不足期"),
    how="一次公示一行；发布当日不计，按校历工作日数到结束前一日。有效质疑使单一来源公示提前结束的不计入。",
    source="公示台账、采购",
    terms=(("procurement", "publicity_working_days", "单一来源公示（工作日）"),),
)
