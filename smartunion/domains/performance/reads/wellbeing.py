"""Wellbeing's measures: K27 and K28, each by its own clock, and K35, that somebody came at all."""

from collections.abc import Callable, Sequence
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.wellbeing import public as wellbeing

from .measures import Column, Measure

NO_TIME_YET = "期限未到"
NAMELESS = "台账只有编号，没有姓名和单位。"


def _rows(
    found: Callable[[date, date, date], Sequence[wellbeing.Cared]], period: Period, on: date
) -> Sequence[Row]:
    """Return a row per task whose limit lies in the period, by its number."""
    return [
        Row(
            key=f"{each.number}/{each.due_at:%Y%m%d%H%M}",
            cells=(
                each.number,
                each.due_at.isoformat(),
                each.done_at.isoformat() if each.done_at else None,
            ),
            hit=each.in_time,
            excluded=NO_TIME_YET if each.pending else "",
        )
        for each in found(period.first, period.until, on)
    ]


def talk_rows(period: Period, on: date) -> Sequence[Row]:
    """Return the talks that fell due in a period."""
    return _rows(lambda a, b, c: wellbeing.talks(a, b, on=c), period, on)


def assessment_rows(period: Period, on: date) -> Sequence[Row]:
    """Return the assessments that fell due in a period."""
    return _rows(lambda a, b, c: wellbeing.assessments(a, b, on=c), period, on)


def coverage_rows(period: Period, on: date) -> Sequence[Row]:
    """Return the alerts of a period and whether anybody has come."""
    return [
        Row(
            key=each.number,
            cells=(each.number, each.month),
            hit=each.came,
            excluded=NO_TIME_YET if each.pending else "",
        )
        for each in wellbeing.coverage(period.first, period.until, on=on)
    ]


_CLOCK = (Column("编号"), Column("应于", "moment"), Column("完成", "moment"))

TALKED = Measure(
    code="K27",
    version=1,
    kind=Kind.SHARE,
    counted="24小时内谈心并记录的件",
    of="应谈心的件",
    noun="件",
    columns=_CLOCK,
    rows=talk_rows,
    mendable=False,
    hit=("ok", "按时谈心"),
    miss=("late", "未按时"),
    how="一件一行，按期限所在的月计；钟从结果产生起连续走，夜里和周末不停。" + NAMELESS,
    source="关心谈心的六栏表",
    terms=(("wellbeing", "answer_minutes", "各色响应时限（分钟）"),),
)
ASSESSED = Measure(
    code="K28",
    version=1,
    kind=Kind.SHARE,
    counted="48小时内由心理中心评估的件",
    of="应评估的件",
    noun="件",
    columns=_CLOCK,
    rows=assessment_rows,
    mendable=False,
    hit=("ok", "按时评估"),
    miss=("late", "未按时"),
    how="一件一行，按期限所在的月计；钟从结果产生起连续走。由谈心转来的评估不在其内。" + NAMELESS,
    source="专业评估的六栏表",
    terms=(("wellbeing", "answer_minutes", "各色响应时限（分钟）"),),
)
COVERED = Measure(
    code="K35",
    version=1,
    kind=Kind.SHARE,
    counted="已谈心、已评估或已启动处置的预警",
    of="预警",
    noun="件",
    columns=(Column("编号"), Column("月份")),
    rows=coverage_rows,
    hit=("ok", "有人来过"),
    miss=("late", "还没有人来"),
    how="一件一行，按产生的月计；迟到的也算来过，按时与否看 K27、K28。期限未到的不计。" + NAMELESS,
    source="预警与关怀任务",
)
CARE = (TALKED, ASSESSED, COVERED)
