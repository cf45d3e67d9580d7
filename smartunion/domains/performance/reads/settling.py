"""The measure of settling: K08, the subsidy's error as the bank's files show it."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.settlement import public as settlement

from .measures import Column, Measure
from .shop import after_opening

UNMATCHED = "本账期还没有与银行逐日对完账"


def matched(period: Period, on: date) -> str:
    """Return why a period does not count: before the opening, or with days not yet matched."""
    if before := after_opening(period, on):
        return before
    return "" if settlement.is_matched(period.first, on=on) else UNMATCHED


def error_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per merchant: what was due by the bank's files, and how far we are from it."""
    found = settlement.error_meter(period.first, on=on)
    return [
        Row(
            key=f"{m.merchant_id}",
            cells=(m.number, m.name, m.payments, m.due_fen, m.booked_fen, m.apart_fen),
            hit=m.apart_fen > 0,
            part=m.apart_fen,
            whole=m.due_fen,
            link=f"/settlement/meter/?month={period.first:%Y-%m}",
        )
        for m in found.merchants
    ]


SUBSIDY_ERROR = Measure(
    code="K08",
    version=1,
    kind=Kind.SHARE,
    counted="Σ 商户 |应补 − 实补|",
    of="应补合计",
    noun="分",
    columns=(
        Column("编号"),
        Column("商户"),
        Column("笔数", "number"),
        Column("应补（元）", "yuan"),
        Column("实补（元）", "yuan"),
        Column("相差（元）", "yuan"),
    ),
    rows=error_rows,
    gate=matched,
    hit=("late", "不一致"),
    miss=("ok", "一致"),
    how="一家商户一行；应补由银行文件全量重算，不用收款的代码；T+3 后银行仍未证实的按全额计。",
    source="银行对账文件、福利商城补贴",
    terms=(("settlement", "open_days", "处理中最多（日，T+n）"),),
)
