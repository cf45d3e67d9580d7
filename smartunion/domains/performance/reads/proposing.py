"""The measures of proposals: K04 closed, K48 answered in 24 hours; liked is asked in a survey."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.proposals import public as proposals

from .measures import Column, Measure


def closed_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per proposal handed in, hit when it is closed; what came of it stands beside."""
    return [
        Row(
            key=one.number,
            cells=(one.number, one.submitted_on.isoformat(), one.outcome or None, one.reopened),
            hit=one.closed,
            link=f"/proposals/{one.number}/",
        )
        for one in proposals.proposals(period.first, period.until)
    ]


def urgent_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per urgent proposal, hit when a person answered within the hours.

    Those that were said not to be urgent count like the others; how many by how many proposers
    stands in a row of its own that does not count.
    """
    urgent = [one for one in proposals.proposals(period.first, period.until) if one.urgent]
    rows = [
        Row(
            key=one.number,
            cells=(
                one.number,
                one.submitted_on.isoformat(),
                "不属紧急" if one.downgraded else None,
            ),
            hit=one.answered_in_time,
            link=f"/proposals/{one.number}/",
        )
        for one in urgent
    ]
    downgraded = Counter(one.proposer for one in urgent if one.downgraded)
    if downgraded:
        most = max(downgraded.values())
        words = f"{downgraded.total()} 件，{len(downgraded)} 名提案人，一人最多 {most} 件"
        rows.append(
            Row(
                key="downgraded", cells=("认定不属紧急", None, words), hit=False,
                excluded="只计数，不限制再提", link="/proposals/",
            )
        )  # fmt: skip
    return rows


PROPOSING = (
    Measure(
        code="K04", version=1, kind=Kind.SHARE, counted="已办结的提案",
        of="已提交的提案", noun="件",
        columns=(Column("提案"), Column("提交", "day"), Column("答复类别"),
                 Column("再办", "number")),
        rows=closed_rows, hit=("ok", "已办结"), miss=("wait", "办理中"),
        how="一件一行，按提交日所在的期计；办结不等于落实：答复类别列在旁边，落实率在提案页上。",
        source="教代会提案",
    ),
    Measure(
        code="K48", version=1, kind=Kind.SHARE, counted="24小时内有人答复的紧急提案",
        of="紧急提案", noun="件",
        columns=(Column("提案"), Column("提交", "day"), Column("认定")),
        rows=urgent_rows, mendable=False, hit=("ok", "按时"), miss=("late", "未答复"),
        how="一件一行，连续计时；到时自动立案的算没有答复；认定不属紧急的照样计入，另列件数。没有紧急提案的期不适用。",
        source="教代会提案", terms=(("congress", "urgent_hours", "紧急提案答复（小时）"),),
    ),
)  # fmt: skip
