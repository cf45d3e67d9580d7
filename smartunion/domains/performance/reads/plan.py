"""The plan's own measures: sub-tasks completed, dates kept, the monthly meeting."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.planning import public as planning

from .measures import Column, Measure

MILESTONE = (Column("编号"), Column("里程碑"), Column("应于", "day"), Column("完成", "day"))
REVIEWS = "3.1-01"
"""The sub-task whose meetings of the 5th review the subsidy report (3.1⑤)."""


_asked: ContextVar[dict[date, list[Any]] | None] = ContextVar("asked", default=None)


@contextmanager
def asking_once() -> Iterator[None]:
    """Ask for the plan's milestones once while several measures are counted together."""
    token = _asked.set({})
    try:
        yield
    finally:
        _asked.reset(token)


def _milestones(on: date) -> list[Any]:
    known = _asked.get()
    if known is not None and on in known:
        return known[on]
    found = planning.milestones(planning.current_year(on=on), on=on)
    if known is not None:
        known[on] = found
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def done_by(done_on: date | None, on: date) -> bool:
    """Test if something was completed on the day or before."""
    return done_on is not None and done_on <= on


def subtask_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per sub-task: hit when all of its milestones are completed by the day."""
    steps: dict[str, list[bool]] = {}
    last: dict[str, date] = {}
    titles: dict[str, str] = {}
    for m in _milestones(on):
        steps.setdefault(m.sub_task, []).append(done_by(m.done_on, on))
        titles[m.sub_task] = m.sub_task_title
        last[m.sub_task] = max(m.due_on, last.get(m.sub_task, m.due_on))
    return [
        Row(
            key=code,
            cells=(code, titles[code], _iso(last[code]), f"{sum(done)} / {len(done)}"),
            hit=all(done),
        )
        for code, done in sorted(steps.items())
    ]


def lateness_rows(code: str) -> Callable[[Period, date], Sequence[Row]]:
    """Return the rows of one date of the plan: how many days later than due, early is negative.

    What is not done and not yet due does not count; what is overdue counts the days until today.
    """

    def rows(period: Period, on: date) -> Sequence[Row]:
        found = []
        for m in _milestones(on):
            if m.code != code:
                continue
            done = m.done_on if done_by(m.done_on, on) else None
            waiting = done is None and m.counts_on >= on
            late = ((done or on) - m.due_on).days
            found.append(
                Row(
                    key=m.code,
                    cells=(m.code, m.title, _iso(m.due_on), _iso(done), late),
                    hit=late <= 0,
                    excluded="还没有到期" if waiting else "",
                    part=late,
                )
            )
        return found

    return rows


def review_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per meeting due in the period: hit when it was held by its day (T26)."""
    return [
        Row(
            key=m.code,
            cells=(m.code, m.title, _iso(m.counts_on), _iso(m.done_on)),
            hit=done_by(m.done_on, m.counts_on),
            excluded="还没有到期" if m.counts_on >= on and not done_by(m.done_on, on) else "",
        )
        for m in _milestones(on)
        if m.sub_task == REVIEWS and m.kind == "meeting" and period.first <= m.due_on < period.until
    ]


SUBTASKS = Measure(
    code="K05",
    version=1,
    kind=Kind.SHARE,
    counted="全部里程碑已完成的子任务",
    of="子任务",
    noun="项",
    columns=(Column("编号"), Column("子任务"), Column("最后期限", "day"), Column("里程碑完成")),
    rows=subtask_rows,
    cumulative=True,
    hit=("ok", "完成"),
    miss=("wait", "未完成"),
    how="一项子任务一行；它的里程碑全部登记完成才算完成。12月20日前未满只是关注，过后即为未达。",
    source="年度计划的里程碑与完成登记",
)
REVIEWED = Measure(
    code="K12",
    version=1,
    kind=Kind.SHARE,
    counted="按期审议",
    of="应审例会",
    noun="次",
    columns=MILESTONE,
    rows=review_rows,
    hit=("ok", "按期"),
    miss=("late", "未按期"),
    how="一次例会一行；遇休息日顺延至下一工作日，在顺延后的那天及以前登记即为按期。",
    source="年度计划的例会里程碑",
    terms=(("wallet", "review_day", "例会日"),),
)


def _date_kept(code: str, milestone: str, words: str) -> Measure:
    return Measure(
        code=code,
        version=1,
        kind=Kind.LARGEST,
        counted=words,
        of="",
        noun="项",
        columns=(*MILESTONE, Column("晚几天", "number")),
        rows=lateness_rows(milestone),
        cumulative=True,
        mendable=False,
        hit=("ok", "按期"),
        miss=("late", "晚于计划"),
        how="登记的完成日减计划日，提前为负；还没完成又已过期的，按到今天的天数计。",
        source="年度计划的里程碑与完成登记",
    )


DATES = (
    _date_kept("K10", "3.1-01-m03", "上线日 − 1月20日"),
    _date_kept("K15", "3.1-02-m04", "竣工日 − 8月20日"),
    _date_kept("K16", "3.1-02-m05", "开班日 − 9月1日"),
    _date_kept("K66", "3.6-02-m01", "上线日 − 9月1日"),
)
