"""The measures of the policy desk: K67 how long one waits, K68 how many hours it saves."""

from collections.abc import Sequence
from datetime import date, timedelta

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.policy import public as policy
from smartunion.kernel.base.days import CAMPUS, end_of

from .measures import Column, Measure

MILLISECONDS = 1000


def waiting_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per question: the seconds to its first article, and to a person's answer."""
    return [
        Row(
            key=f"{each.id}",
            cells=(
                f"{each.id}",
                each.asked_at.astimezone(CAMPUS).isoformat(),
                each.tier,
                None if each.machine_seconds is None else round(each.machine_seconds),
                None if each.human_seconds is None else round(each.human_seconds),
            ),
            hit=True,
            excluded="" if each.machine_seconds is not None else "没有打开答复",
            part=round((each.machine_seconds or 0) * MILLISECONDS),
            whole=MILLISECONDS,
        )
        for each in policy.sessions(
            period.first, min(period.until, on + timedelta(days=1)), at=end_of(on)
        )
    ]


def saving_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per month: questions that needed nobody, minutes of each, whole hours."""
    rows, month = [], period.first
    while month < period.until and month <= on:
        after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        asked, deflected, minutes, hours = policy.saved(month, after, at=end_of(on))
        rows.append(
            Row(
                key=f"{month:%Y-%m}",
                cells=(f"{month:%Y年%m月}", asked, deflected, minutes, hours),
                hit=hours > 0,
                excluded="" if asked else "没有提问",
                part=hours,
            )
        )
        month = after
    return rows


WAITING = Measure(
    code="K67",
    version=1,
    kind=Kind.MEAN,
    counted="Σ 从提问到第一条原文的秒数",
    of="打开了答复的提问",
    noun="个提问",
    columns=(
        Column("提问"),
        Column("时间", "moment"),
        Column("把握"),
        Column("首条原文（秒）", "number"),
        Column("人工首答（秒）", "number"),
    ),
    rows=waiting_rows,
    hit=("ok", "计入"),
    how="一个提问一行，服务器的钟；这是机器的等待。转人工的等待列在旁边，含人工的平均在咨询指标页，"
    "两个数都看（T22）。",
    source="政策问答",
)
SAVING = Measure(
    code="K68",
    version=1,
    kind=Kind.COUNT,
    counted="Σ 每月不用人答的提问 × 基线分钟 ÷ 60，每月向下取整",
    of="有提问的月",
    noun="个月",
    columns=(
        Column("月份"),
        Column("提问", "number"),
        Column("不用人答", "number"),
        Column("基线（分钟）", "number"),
        Column("工时", "number"),
    ),
    rows=saving_rows,
    cumulative=True,
    hit=("ok", "计入"),
    how="不用人答 = 给出条文、24 小时没有转人工、没有点“没用”。"
    "基线是上线前每件的人工分钟，定下后不改。",
    source="政策问答",
    terms=(
        ("policy_desk", "baseline_minutes", "人工答一件的基线（分钟）"),
        ("policy_desk", "deflect_hours", "静默（小时）"),
    ),
)
COUNSEL = (WAITING, SAVING)
