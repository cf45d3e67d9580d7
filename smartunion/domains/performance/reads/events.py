"""Safety's measures: 1:50 at every event, surveys in time, incidents within their clocks."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.safety import public as safety

from .measures import Column, Measure


def _until(period: Period, on: date) -> date:
    """Return the end of what has happened: events to come are no rows yet."""
    return min(period.until, on)


def staffed_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per event held in the period: hit when each role had one for each fifty."""
    return [
        Row(
            key=e.number,
            cells=(
                e.number, e.title, e.on.isoformat(), e.expected, e.medics, e.guards, e.volunteers,
                e.need,
            ),
            hit=e.enough,
        )
        for e in safety.staffed(period.first, _until(period, on))
    ]  # fmt: skip


def surveyed_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per event held in the period: hit when all three had signed in time."""
    return [
        Row(
            key=e.number,
            cells=(
                e.number, e.title, e.on.isoformat(), e.due_at.isoformat(),
                e.signed_at.isoformat() if e.signed_at else None,
            ),
            hit=e.in_time,
        )
        for e in safety.surveyed(period.first, _until(period, on))
    ]  # fmt: skip


def responded_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per real incident that is over: hit when all three clocks were kept."""
    return [
        Row(
            key=i.number,
            cells=(
                i.number, i.on.isoformat(), _seconds(i.onsite_seconds), _seconds(i.medic_seconds),
                _seconds(i.hospital_seconds),
            ),
            hit=i.in_time,
        )
        for i in safety.responded(period.first, _until(period, on))
    ]  # fmt: skip


def _seconds(took: float | None) -> int | None:
    return None if took is None else round(took)


STAFFED = Measure(
    code="K62",
    version=1,
    kind=Kind.SHARE,
    counted="医护、安保、志愿者各达到1:50的活动",
    of="已放行并开始的活动",
    noun="场",
    columns=(
        Column("活动"), Column("名称"), Column("日期", "day"), Column("人数", "number"),
        Column("医护", "number"), Column("安保", "number"), Column("志愿者", "number"),
        Column("每类应有", "number"),
    ),
    rows=staffed_rows,
    mendable=False,
    hit=("ok", "达标"),
    miss=("late", "不足"),
    how="一场一行，按开始日所在的月计；只计具名且值守盖住活动全程的人，一人只计一处。取消的不计。",
    source="活动值守",
    terms=(("safety", "staff_ratio", "配置比例1:"), ("safety", "staff_mode", "1:50 的算法")),
)  # fmt: skip
SURVEYED = Measure(
    code="K63",
    version=1,
    kind=Kind.SHARE,
    counted="开始前48小时三方都已签字的活动",
    of="已放行并开始的活动",
    noun="场",
    columns=(
        Column("活动"), Column("名称"), Column("日期", "day"), Column("应签", "moment"),
        Column("签齐", "moment"),
    ),
    rows=surveyed_rows,
    mendable=False,
    hit=("ok", "按时"),
    miss=("late", "未按时"),
    how="一场一行；晨跑按场地当季的踏勘。迟签的、破例放行的计为未按时。",
    source="活动踏勘",
    terms=(("safety", "survey_hours", "活动前踏勘（小时）"),),
)  # fmt: skip
RESPONDED = Measure(
    code="K64",
    version=1,
    kind=Kind.SHARE,
    counted="30秒、4分钟、8分钟都做到的突发事件",
    of="已结束的突发事件",
    noun="起",
    columns=(
        Column("编号"), Column("日期", "day"), Column("现场响应（秒）", "number"),
        Column("医护到场（秒）", "number"), Column("送到校医院（秒）", "number"),
    ),
    rows=responded_rows,
    mendable=False,
    hit=("ok", "三段达标"),
    miss=("late", "有超时"),
    how="一起一行，三段都从报告时刻起算；现场处置完、不需要转运的，第三段不计。演练不计。"
    "AED 3分钟是自定指标，不在其内。",
    source="突发事件响应",
    terms=(
        ("safety", "onsite_seconds", "现场响应（秒）"),
        ("safety", "medic_seconds", "医护到场（秒）"),
        ("safety", "hospital_seconds", "转运（秒）"),
    ),
)  # fmt: skip
