"""A sheet that has everything: a fork, a join, a vote, a window, a skip and two ways back."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    END,
    Duty,
    Escalation,
    Kind,
    Output,
    Procedure,
    Promise,
    Publicity,
    Risk,
    Shown,
    Step,
    Unit,
    Vote,
    Way,
    Within,
    fact,
)


@dataclass(frozen=True)
class Facts:
    """Facts of the sample; every kind of form is asked for once."""

    category: str = fact("救助类别", kind="choice", choices=("重大疾病", "意外事故", "家庭困难"))
    amount_fen: int = fact("申请金额", kind="fen", hint="5,000.00 至 50,000.00 元")
    story: str = fact("情况说明", kind="longtext")
    happened_on: str = fact("发生日期", kind="date")
    visit_at: str = fact("入户时间", kind="moment")
    visitor: int = fact("同访人", kind="person")
    household: int = fact("家庭人口", kind="int")
    branch: int = fact("所在分会", kind="unit")
    true_story: bool = fact("情况属实", kind="bool", default=False)
    phone: str = fact("联系电话", kind="text")
    objected: bool = fact("异议成立", kind="bool", default=False)
    agreed: bool = fact("票决通过", kind="bool", default=False)
    relative: bool = fact("经办人是亲属", kind="bool", default=False)


class TooMuch(Refused):
    """More than the standard allows."""

    code = "procedures_test.above_standard"
    text = "金额超过标准：申请 {asked} 元，最多 {most} 元"
    clause = "5.2"
    remedy = "改为标准以内的金额"


def within_the_standard(facts) -> Refused | None:
    """Refuse what is above 50,000 yuan."""
    fen = facts.get("amount_fen") or 0
    return TooMuch(asked=f"{fen / 100:,.2f}", most="50,000.00") if fen > 50_000_00 else None


def objected(facts) -> bool:
    """Test if an objection was upheld."""
    return bool(facts.get("objected"))


def untrue(facts) -> bool:
    """Test if the branch could not confirm the story."""
    return facts.get("true_story") is False


def is_relative(facts) -> bool:
    """Test if a relative handles the case."""
    return bool(facts.get("relative"))


SAMPLE = Procedure(
    code="sample.aid",
    version="1",
    matter="困难教职工救助（样表）",
    owner="福利保障专门委员会",
    project="P1",
    basis=("5.2", "2.2"),
    facts=Facts,
    promise=Promise(Within(15, Unit.DAYS, roll=False), starts="apply", stops="pay"),
    steps=(
        Step(
            code="apply", name="个人申请", duty=Duty(lead="applicant"), within=Within(3, Unit.DAYS),
            asks=("category", "amount_fen", "happened_on", "household", "phone", "story"),
            outputs=(Output("form", "申请表"), Output("proof", "佐证材料", "file")),
            guard=within_the_standard, no_risk=True, ways=(Way("verify"),),
            hint="写清发生了什么，上传佐证材料",
        ),
        Step(
            code="verify", name="分工会核实",
            duty=Duty(
                lead="branch_chair", backup="welfare_officer",
                take_over_after=Within(2, Unit.DAYS),
            ),
            within=Within(3, Unit.DAYS), asks=("true_story", "branch"),
            outputs=(Output("opinion", "核实意见"),),
            risks=(Risk("R1", "优亲厚友", "亲属回避", is_relative),),
            escalations=(
                Escalation(50, "welfare_officer"), Escalation(100, "executive_vice_chair"),
            ),
            ways=(
                Way("apply", when=untrue, times=1, note="情况不实，退回补充"),
                Way(("visit", "check")),
            ),
        ),
        Step(
            code="visit", name="入户调查", duty=Duty(lead="welfare_officer", staff=2),
            within=Within(4, Unit.DAYS), asks=("visit_at", "visitor"),
            outputs=(Output("record", "调查记录"), Output("photo", "现场照片", "photo")),
            no_risk=True, ways=(Way("vote"),),
        ),
        Step(
            code="check", name="财务核对", duty=Duty(lead="finance_head", backup="finance_clerk"),
            within=Within(24, Unit.HOURS), no_risk=True,
            outputs=(Output("budget", "预算核对表"),), ways=(Way("vote"),),
        ),
        Step(
            code="vote", name="常委会票决", kind=Kind.VOTE, join=True,
            duty=Duty(lead="executive_vice_chair"), within=Within(5, Unit.WORKING_DAYS),
            vote=Vote("standing_member", 7, (2, 3), (1, 2), result="agreed"),
            outputs=(Output("result", "票决结果", "record"),), no_risk=True,
            ways=(Way("publish"),),
        ),
        Step(
            code="publish", name="校内公示", kind=Kind.PUBLICITY,
            duty=Duty(lead="welfare_officer"),
            publicity=Publicity(
                3, (Shown("applicant", "申请人", "surname"), Shown("category", "类别")), "objected"
            ),
            outputs=(Output("snapshot", "公示截图", "screenshot"),), no_risk=True,
            ways=(Way("verify", when=objected, times=2, note="异议成立"), Way("pay")),
        ),
        Step(
            code="pay", name="财务放款", duty=Duty(lead="finance_head", backup="finance_clerk"),
            within=Within(2, Unit.WORKING_DAYS), outputs=(Output("slip", "付款回单", "file"),),
            no_risk=True, ways=(Way("call"),),
        ),
        Step(
            code="call", name="回访", duty=Duty(lead="welfare_officer"), no_limit="放款以后约时间",
            outputs=(Output("note", "回访记录"),), no_risk=True, ways=(Way(END),),
        ),
    ),
)  # fmt: skip

SHEETS = (SAMPLE,)
"""In place of the site's, for tests: settings.PROCEDURE_SHEETS names it."""
