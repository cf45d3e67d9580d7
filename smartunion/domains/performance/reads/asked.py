"""The measure of being content: K01, out of closed anonymous surveys."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.surveys import public as surveys

from .measures import Column, Measure


def survey_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per closed survey: the satisfied of the valid answers."""
    return [
        Row(
            key=f"{one.id}",
            cells=(
                one.title, one.closed_on.isoformat(), one.invited, one.valid,
                one.satisfied if one.told else None,
                f"{one.bound_permille / 10:.1f}%" if one.told else None,
            ),
            hit=True,
            excluded="" if one.told else "不足规定份数，不公布",
            part=one.satisfied,
            whole=one.valid,
            link="/surveys/",
        )
        for one in surveys.facts("K01", period.first, period.until)
    ]  # fmt: skip


SATISFACTION = Measure(
    code="K01", version=1, kind=Kind.SHARE, counted="很满意和满意的答卷", of="有效答卷", noun="份",
    columns=(Column("调查"), Column("结束", "day"), Column("邀请", "number"),
             Column("有效", "number"), Column("满意", "number"), Column("95%下限")),
    rows=survey_rows, hit=("ok", "计入"), miss=("na", "不计"),
    how="一次调查一行，匿名，按结束日所在的期计；指标取点估计，95% 下限列在旁边。",
    source="满意度调查", terms=(("surveys", "least", "至少多少份"),),
)  # fmt: skip
