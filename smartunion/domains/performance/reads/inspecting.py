"""The measures of the audit: K52–K57, out of what was drawn, looked at and given back."""

from collections.abc import Sequence
from datetime import date

from smartunion.domains.inspection import public as inspection
from smartunion.domains.performance.rules.counting import Kind, Row
from smartunion.domains.performance.rules.periods import Period

from .measures import Column, Measure

PAGE = "/inspection/rounds/{0}/"
PERCENT = 100


def published_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per round, hit when its result was published by the day."""
    return [
        Row(
            key=one.number,
            cells=(
                one.number, one.drawn_on.isoformat(),
                one.published_on.isoformat() if one.published_on else None,
            ),
            hit=one.published_on is not None and one.published_on <= on,
            link=PAGE.format(one.number),
        )
        for one in inspection.rounds(period.first, period.until)
    ]  # fmt: skip


def branch_share_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per round: drawn branches of all branches."""
    return [
        Row(
            key=one.number,
            cells=(one.number, one.branches, one.of_branches),
            hit=True,
            part=one.branches,
            whole=one.of_branches,
            link=PAGE.format(one.number),
        )
        for one in inspection.rounds(period.first, period.until)
    ]


def voucher_share_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per round: the least share of vouchers that any drawn branch has had."""
    return [
        Row(
            key=one.number,
            cells=(one.number, one.vouchers, one.of_vouchers, one.least_percent),
            hit=True,
            part=one.least_percent,
            whole=PERCENT,
            link=PAGE.format(one.number),
        )
        for one in inspection.rounds(period.first, period.until)
    ]


def money_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per branch of a round: problem money of the money that was looked at.

    And a row per round of the sample by amount, which is no part of the figure but says how sure
    one may be of it.
    """
    claims = [
        Row(
            key=f"{one.round} 按金额",
            cells=(one.round, one.words, one.vouchers, one.checked_fen, one.problem_fen),
            hit=one.problem_fen > 0,
            excluded="按金额另抽，只作估计",
            link=PAGE.format(one.round),
        )
        for one in inspection.claims(period.first, period.until)
    ]
    return claims + [
        Row(
            key=f"{one.round} {one.branch}",
            cells=(one.round, one.branch, one.vouchers, one.checked_fen, one.problem_fen),
            hit=one.problem_fen > 0,
            part=one.problem_fen,
            whole=one.checked_fen,
            link=PAGE.format(one.round),
        )
        for one in inspection.branches(period.first, period.until)
    ]


def returned_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per problem: what of it was back within the hours promised."""
    return [
        Row(
            key=f"{one.round} {one.branch}",
            cells=(one.round, one.branch, one.found_on.isoformat(), one.problem_fen,
                   one.returned_fen),
            hit=one.returned_in_time,
            part=one.problem_fen,
            whole=one.problem_fen,
            link=f"/inspection/problems/{one.id}/",
        )
        for one in inspection.problems(period.first, period.until)
    ]  # fmt: skip


def stated_rows(period: Period, on: date) -> Sequence[Row]:
    """Return a row per problem: explained in writing in time or not."""
    return [
        Row(
            key=f"{one.round} {one.branch}",
            cells=(one.round, one.branch, one.found_on.isoformat()),
            hit=one.stated_in_time,
            link=f"/inspection/problems/{one.id}/",
        )
        for one in inspection.problems(period.first, period.until)
    ]


INSPECTING = (
    Measure(
        code="K52", version=1, kind=Kind.COUNT, counted="已公开结果的审查", of="审查", noun="次",
        columns=(Column("审查"), Column("抽取", "day"), Column("公开", "day")),
        rows=published_rows, cumulative=True, hit=("ok", "已公开"), miss=("wait", "未公开"),
        how="一次一行，按抽取日所在的期计；结果开始公示即为公开。", source="经费审查",
        terms=(("inspection", "rounds", "审查次数"),),
    ),
    Measure(
        code="K53", version=1, kind=Kind.SHARE, counted="抽中的分会", of="全部分会", noun="个",
        columns=(Column("审查"), Column("抽中", "number"), Column("全部", "number")),
        rows=branch_share_rows, hit=("ok", "计入"), miss=("na", "不计"),
        how="一次一行，按抽取日所在的季度计；校工会本级每次必抽，不算分会。", source="经费审查",
        terms=(("inspection", "branch_percent", "抽取分工会（%）"),),
    ),
    Measure(
        code="K54", version=1, kind=Kind.SHARE, counted="抽查最少的分会抽到的比例", of="100%",
        noun="%",
        columns=(Column("审查"), Column("抽查", "number"), Column("名单", "number"),
                 Column("最少（%）", "number")),
        rows=voucher_share_rows, hit=("ok", "计入"), miss=("na", "不计"),
        how="一次一行，取抽中各份里比例最小的，舍去小数；另按金额抽的不算。", source="经费审查",
        terms=(("inspection", "voucher_percent", "抽取凭证（%）"),),
    ),
    Measure(
        code="K55", version=2, kind=Kind.SHARE, counted="问题金额", of="被抽查金额", noun="分",
        columns=(Column("审查"), Column("分会"), Column("凭证", "number"),
                 Column("被查（元）", "yuan"), Column("问题（元）", "yuan")),
        rows=money_rows, hit=("late", "有问题"), miss=("ok", "无问题"),
        how="一次一个分会一行；分母是查过原件的金额。按金额另抽的单列，写估计和 95% 上限，不计入。",
        source="原始凭证查验",
    ),
    Measure(
        code="K56", version=1, kind=Kind.SHARE, counted="24小时内退回的问题金额", of="问题金额",
        noun="分",
        columns=(Column("审查"), Column("分会"), Column("认定", "day"),
                 Column("问题（元）", "yuan"), Column("已退（元）", "yuan")),
        rows=returned_rows, mendable=False, hit=("ok", "按时退清"), miss=("late", "未按时"),
        how="一件一行，自认定起连续计时；没有退清的全额计为未按时。没有问题的期不适用。",
        source="审查问题整改", terms=(("inspection", "return_hours", "退回（小时）"),),
    ),
    Measure(
        code="K57", version=1, kind=Kind.SHARE, counted="3日内书面说明的问题", of="问题", noun="件",
        columns=(Column("审查"), Column("分会"), Column("认定", "day")),
        rows=stated_rows, mendable=False, hit=("ok", "按时说明"), miss=("late", "未按时"),
        how="一件一行，自然日，末日遇休息日顺延。没有问题的期不适用。",
        source="审查问题整改", terms=(("inspection", "statement_days", "说明（日）"),),
    ),
)  # fmt: skip
