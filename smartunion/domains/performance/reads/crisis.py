"""The measures of a red case: K29–K34 how soon, K36 how many got out of control."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from smartunion.domains.crisis import public as crisis
from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.kernel.base.days import campus_day

from .measures import Column, Measure

SECONDS = 60
COLUMNS = (
    Column("编号"), Column("触发", "day"), Column("用时（秒）", "number"),
    Column("时限（秒）", "number"),
)  # fmt: skip
HOW = "一件一行，按触发之日计；演练不计。用时自触发（T0）起连续计算，等于时限为达标；未到期的不计。"


def _row(each: Any, *, hit: bool, part: int = 1) -> Row:
    return Row(
        key=each.number,
        cells=(
            each.number,
            campus_day(each.opened_at).isoformat(),
            each.seconds,
            int(each.within.total_seconds()),
        ),
        hit=hit,
        excluded=each.excluded,
        part=part,
    )


def _in_time(code: str) -> Callable[[Period, date], Sequence[Row]]:
    def rows(period: Period, on: date) -> Sequence[Row]:
        return [
            _row(each, hit=each.in_time)
            for each in crisis.measured(code, period.first, period.until, on=on)
        ]

    return rows


def longest_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per case with its minutes, begun ones whole: 30 min 1 s are 31."""
    return [
        _row(each, hit=each.in_time, part=-(-(each.seconds or 0) // SECONDS))
        for each in crisis.measured("K29", period.first, period.until, on=on)
    ]


def uncontrolled_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per case; the count is of those in which somebody came to harm."""
    return [
        _row(each, hit=each.uncontrolled)
        for each in crisis.measured("K36", period.first, period.until, on=on)
    ]


def _share(code: str, counted: str, of: str, term: tuple[str, str], how: str = "") -> Measure:
    return Measure(
        code=code,
        version=1,
        kind=Kind.SHARE,
        counted=counted,
        of=of,
        noun="件",
        columns=COLUMNS,
        rows=_in_time(code),
        mendable=False,
        hit=("ok", "按时"),
        miss=("late", "未按时"),
        how=HOW + how,
        source="红色个案的步骤",
        terms=(("crisis", *term),),
    )


LONGEST = Measure(
    code="K29",
    version=1,
    kind=Kind.LARGEST,
    counted="最长一件的分钟数，不满一分钟按一分钟计",
    of="",
    noun="件",
    columns=COLUMNS,
    rows=longest_rows,
    mendable=False,
    hit=("ok", "30 分钟内"),
    miss=("late", "超过 30 分钟"),
    how=HOW + "止于本人电话确认平安、现场安抚、误报确认或交给医院，以先到者为准。",
    source="红色个案的步骤",
    terms=(("crisis", "close_minutes", "红色预警响应时长（分钟）"),),
)
UNCONTROLLED = Measure(
    code="K36",
    version=1,
    kind=Kind.COUNT,
    counted="Σ 触发后仍有人受到伤害的个案",
    of="",
    noun="件",
    columns=COLUMNS,
    rows=uncontrolled_rows,
    mendable=False,
    hit=("late", "失控"),
    miss=("ok", "未失控"),
    how="一件一行，按触发之日计；演练不计。由心理中心登记失控并写明事由，登记后不撤销。",
    source="红色个案",
)
RED = (
    LONGEST,
    _share("K30", "触发后30秒内拨出首呼的个案", "红色个案", ("call_seconds", "联系人A拨打（秒）")),
    _share(
        "K31", "触发后4分钟内找到人的个案", "需要定位的个案", ("locate_minutes", "定位（分钟）"),
        "接通即知所在的不需定位，不计。",
    ),
    _share(
        "K32", "触发后8分钟内医生到场的个案", "红色个案", ("scene_minutes", "医生到场（分钟）"),
        "到场前已确认平安解除的不计。",
    ),
    _share(
        "K33", "触发后24小时内见到家属的个案", "转介个案", ("escort_hours", "陪同家属办理（小时）"),
        "没有转介的不计。",
    ),
    _share(
        "K34", "触发后72小时内形成干预报告的个案", "应复盘的个案",
        ("debrief_hours", "复盘会（小时）"), "误报和电话确认平安的不复盘，不计。",
    ),
    UNCONTROLLED,
)  # fmt: skip
