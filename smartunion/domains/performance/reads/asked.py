"""The measures of being content, out of closed surveys: K01, K18 parents, K49 delegates."""

from collections.abc import Sequence
from datetime import date
from functools import partial

from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period
from smartunion.domains.surveys import public as surveys

from .measures import Column, Measure


def survey_rows(code: str, period: Period, on: date) -> Sequence[Row]:
    """Return a row per closed survey of an indicator: the satisfied of the valid answers."""
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
        for one in surveys.facts(code, period.first, period.until)
    ]  # fmt: skip


def _measure(code: str, version: int, who: str) -> Measure:
    return Measure(
        code=code, version=version, kind=Kind.SHARE, counted="很满意和满意的答卷", of="有效答卷",
        noun="份",
        columns=(Column("调查"), Column("结束", "day"), Column("邀请", "number"),
                 Column("有效", "number"), Column("满意", "number"), Column("95%下限")),
        rows=partial(survey_rows, code), hit=("ok", "计入"), miss=("na", "不计"),
        how=f"一次调查一行，问{who}，匿名，按结束日所在的期计；指标取点估计，95% 下限列在旁边。",
        source="满意度调查", terms=(("surveys", "least", "至少多少份"),),
    )  # fmt: skip


ASKED = (
    _measure("K01", 1, "全体会员"),
    _measure("K18", 1, "托育在册家长"),
    _measure("K49", 2, "教代会代表"),
)
"""K49 was counted from proposals' ratings before: these are of one answer, not of the delegates."""
