"""A drill's report in Markdown: who was asked when, by which way, how soon people answered."""

from datetime import datetime

from django.conf import settings

from smartunion.kernel.base.days import CAMPUS

from .drills import Result


def clock(moment: datetime | None) -> str:
    """Return a moment of the campus's day to the tenth of a second."""
    if moment is None:
        return "—"
    local = moment.astimezone(CAMPUS)
    return f"{local:%H:%M:%S}.{local.microsecond // 100_000}"


def seconds(value: float | None) -> str:
    """Return seconds in words."""
    return "—" if value is None else f"{value:.1f} 秒"


def markdown(result: Result) -> str:
    """Return the report of a drill; every figure is read from the drill's own rows."""
    run = result.run
    unit = str(run.unit or "全校")
    held = run.t0.astimezone(CAMPUS)
    limit = "按时" if result.passed else "未在总时限内结束"
    minutes = "—" if result.minutes is None else f"{result.minutes:.1f} 分钟"
    lines = [
        f"# 【演练】{result.title} {run.number}",
        "",
        f"{unit}，{held:%Y年%-m月%-d日 %H:%M:%S} 开始，{result.drill.because or '演练'}。",
        f"规程 {run.protocol.version}（{run.protocol.digest[:12]}），{run.get_state_display()}。",
        "",
        "| 结果 | |",
        "|---|---|",
        f"| 被叫的人 | {result.asked} |",
        f"| 应答的人 | {len(result.acks)} |",
        f"| 应答用时 p50 | {seconds(result.p50)} |",
        f"| 应答用时 p90 | {seconds(result.p90)} |",
        f"| 从触发到脱险或交接 | {minutes}，{limit} |",
        "",
        "## 步骤",
        "",
        "| 步骤 | 岗位 | 开始 | 时限 | 结束 | 结果 |",
        "|---|---|---|---|---|---|",
        *(
            f"| {one.name} | {'、'.join(one.posts)} | {clock(one.opened_at)} | {clock(one.due_at)}"
            f" | {clock(one.closed_at)} | {one.outcome or one_state(one.state)}"
            f"{'（超时）' if one.is_late else ''} |"
            for one in result.clocks
        ),
        "",
        "## 通知与应答",
        "",
        "| 岗位 | 身份 | 通知 | 轮到 | 应答 | 途径 | 送达 |",
        "|---|---|---|---|---|---|---|",
        *(
            f"| {one.post} | {one.part} | {clock(one.told_at)} | {clock(one.summoned_at)}"
            f" | {clock(one.received_at)} | {one.via or one.words}"
            f" | {'；'.join(words for _, words in one.ways) or '—'} |"
            for one in result.told
        ),
        "",
        *(
            ["网关、手机和按键都是模拟的：这里的应答用时不代表真人。", ""]
            if settings.DEMONSTRATION
            else []
        ),
        "姓名不列入报告；过程全文见该次响应的处置记录。演练不计入任何指标。",
        "",
    ]
    return "\n".join(lines)


def one_state(state: str) -> str:
    """Return a step's state where it has no outcome."""
    return {"waiting": "未开始", "open": "进行中", "canceled": "不再需要"}.get(state, state)
