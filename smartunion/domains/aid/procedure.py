"""救助的七步和慰问的四步: the sheets of 5.2 as they run (R222–R229, T30, T31)."""

from dataclasses import dataclass, replace
from typing import Any

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    APPLICANT,
    END,
    Base,
    Duty,
    Effect,
    Escalation,
    Facts,
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

from .rules import refusals
from .rules.amounts import Category, GiftKind

BODY = "standing_member"
SEATS = 7
PAIR = 2
BANDS = ("一档", "二档", "三档")


@dataclass(frozen=True)
class HardshipFacts:
    """What varies between two cases of aid. Never the illness, the family or the account."""

    number: str = fact("编号")
    category: str = fact("类别", kind="choice", choices=tuple(Category))
    online: bool = fact("临时线上票决", kind="bool", hint="赶不上每月5日例会时选是")
    complete: bool = fact("材料齐全", kind="bool")
    verified: bool = fact("核实属实", kind="bool")
    kin: bool = fact("经办人与申请人有利害关系", kind="bool")
    band: str = fact("档次")
    amount_fen: int = fact("拟救助金额", kind="fen")
    visitors: tuple[int, ...] = ()
    """入户的两人, by their numbers."""
    within_table: bool = fact("金额在标准表内", kind="bool")
    fund_left: bool = fact("经费够用", kind="bool")
    same_cause: bool = fact("同一事由已救助", kind="bool")
    carried: bool = fact("票决通过", kind="bool")
    yes: int = fact("同意", kind="int")
    no: int = fact("反对", kind="int")
    abstained: int = fact("弃权", kind="int")
    objected: bool = fact("异议成立", kind="bool")
    reserved_fen: int = fact("预留金额", kind="fen")
    paid_fen: int = fact("实付金额", kind="fen")
    fits: bool = fact("15日内排得下", kind="bool")
    told: bool = fact("已写明理由", kind="bool")
    kept_out: tuple[int, ...] = ()
    """Who keeps out of every step, by their numbers."""


def is_online(facts: Facts) -> bool:
    """Test if the vote is an extraordinary one online, which waits for no meeting."""
    return bool(facts.get("online"))


def not_verified(facts: Facts) -> bool:
    """Test if the branch found that it is not so."""
    return facts.get("verified") is False


def not_carried(facts: Facts) -> bool:
    """Test if the standing committee said no."""
    return not facts.get("carried")


def objected(facts: Facts) -> bool:
    """Test if an objection against the posting was upheld."""
    return bool(facts.get("objected"))


def is_kin(facts: Facts) -> bool:
    """Test if the one who verifies has an interest in the matter."""
    return bool(facts.get("kin"))


def same_cause(facts: Facts) -> bool:
    """Test if the cause has been helped before."""
    return bool(facts.get("same_cause"))


def outside_table(facts: Facts) -> bool:
    """Test if the amount lies outside the table."""
    return not facts.get("within_table")


def fund_short(facts: Facts) -> bool:
    """Test if the fund no longer holds the amount."""
    return facts.get("fund_left") is False


def kept_out(facts: Facts) -> bool:
    """Test if the one who acts is among those who keep out (`by`)."""
    return facts.get("by") in (facts.get("kept_out") or ())


def paid_differs(facts: Facts) -> bool:
    """Test if more was paid than voted, or something not voted at all."""
    return facts.get("paid_fen") != facts.get("amount_fen")


def too_late(facts: Facts) -> bool:
    """Test if the calendar cannot hold the fifteen days, as computed at acceptance."""
    return facts.get("fits") is False


def one_visitor(facts: Facts) -> bool:
    """Test if fewer than two different persons went."""
    return len(set(facts.get("visitors") or ())) < PAIR


def nobody_kept_out(facts: Facts) -> bool:
    """Test if not even the applicant is on the list of those who keep out."""
    return not facts.get("kept_out")


def tells_too_much(facts: Facts) -> bool:
    """Test if a posted field says more than a category and a band."""
    known = facts.get("category") in tuple(Category)
    return not known or facts.get("band") not in BANDS


def not_told(facts: Facts) -> bool:
    """Test if the letter names no reason and no way to have it looked at again."""
    return not facts.get("told")


def not_received(facts: Facts) -> bool:
    """Test if somebody else than the receiver has signed for the gift."""
    return not facts.get("received")


def nothing_paid(facts: Facts) -> Refused | None:
    """Refuse to close the payment step before money has moved through the ledger."""
    if facts.get("paid_fen"):
        return None
    return refusals.NotApproved(number=str(facts.get("number")))


def two_visitors(facts: Facts) -> Refused | None:
    """Refuse a visit by fewer than two different persons (R225)."""
    went: list[Any] = list(facts.get("visitors") or ())
    if len(set(went)) > 1:
        return None
    return refusals.SameVisitor(name="同一个人" if went else "空白")


REJECT = Way("reject", when=not_verified, note="核实不属实")

HARDSHIP = Procedure(
    code="aid.hardship",
    version="2025.2",
    matter="困难教职工救助",
    owner="welfare_committee_chair",
    project="3.1",
    basis=("5.2",),
    facts=HardshipFacts,
    confidential=True,
    promise=Promise(
        Within(15, Unit.DAYS, roll=False),
        starts="accept",
        stops="pay",
        otherwise="受理时列出每一步的最后一日并提示：改临时线上票决；仍来不及的，提示各步提前到哪一天",
    ),
    steps=(
        Step(
            code="apply",
            name="个人申请",
            duty=Duty(lead=APPLICANT),
            no_limit="随时可以申请；填到一半可以先存着",
            outputs=(Output("application", "救助申请表"), Output("papers", "证明材料", "file")),
            risks=(Risk("AID-1", "同一事由重复申请", "同一事由只救助一次", same_cause),),
            ways=(Way("accept"),),
            page="aid:continue",
            hint="说清遇到什么困难，附上证明",
        ),
        Step(
            code="accept",
            name="受理",
            duty=Duty(lead="branch_chair", backup="branch_member", recuse=(kept_out,)),
            within=Within(1, Unit.WORKING_DAYS),
            outputs=(Output("receipt", "受理通知书", "record"),),
            escalations=(Escalation(100, "welfare_officer"),),
            risks=(
                Risk(
                    "AID-2",
                    "受理后才发现15日来不及",
                    "受理时逐步推算到放款日",
                    too_late,
                    Effect.FLAG,
                ),
            ),
            asks=("complete", "online"),
            ways=(Way("verify"),),
            page="aid:step",
            hint="看材料齐不齐；15日从你点受理的这天起算",
        ),
        Step(
            code="verify",
            name="分工会核实",
            duty=Duty(lead="branch_chair", backup="branch_member", recuse=(kept_out,)),
            within=Within(3, Unit.DAYS, roll=False),
            outputs=(Output("verification", "核实意见", "form"),),
            escalations=(Escalation(50, "branch_member"), Escalation(100, "welfare_officer")),
            risks=(Risk("AID-3", "虚报或优亲厚友", "经办人声明无利害关系", is_kin),),
            asks=("verified", "kin"),
            ways=(REJECT, Way("visit")),
            page="aid:step",
            hint="当面或电话核实，不要求申请人再跑一趟",
        ),
        Step(
            code="visit",
            name="工会福利部入户调查",
            duty=Duty(
                lead="welfare_officer",
                backup="welfare_committee_chair",
                staff=2,
                recuse=(kept_out,),
            ),
            within=Within(4, Unit.DAYS, roll=False),
            outputs=(
                Output("visit", "入户调查报告", "form"),
                Output("photos", "入户照片", "photo"),
            ),
            escalations=(Escalation(75, "welfare_committee_chair"),),
            risks=(
                Risk(
                    "AID-4",
                    "一人入户、走过场",
                    "两个不同的人入户并各自签字",
                    one_visitor,
                    Effect.FLAG,
                ),
                Risk("AID-5", "金额随意", "金额必须落在标准表的类别和档次内", outside_table),
                Risk("AID-6", "超出爱心基金利息", "按全年经费余额核对", fund_short),
            ),
            guard=two_visitors,
            ways=(Way("agenda"),),
            page="aid:visit",
            hint="两人同去，去之前打电话约；不拍证件、药品和病历",
        ),
        Step(
            code="agenda",
            name="列入常委会例会",
            duty=Duty(lead="executive_vice_chair", backup="union_chair"),
            no_limit="等每月5日的例会；受理时已按例会日推算，来不及的走临时线上票决",
            outputs=(Output("agenda", "例会议题单", "record"),),
            no_risk=True,
            skip=is_online,
            ways=(Way("vote"),),
            page="aid:step",
            hint="例会讨论到这一件时点开始票决",
        ),
        Step(
            code="vote",
            name="常委会票决",
            kind=Kind.VOTE,
            duty=Duty(lead="executive_vice_chair", backup="union_chair", recuse=(kept_out,)),
            within=Within(2, Unit.DAYS, roll=False),
            vote=Vote(
                body=BODY,
                seats=SEATS,
                quorum=(2, 3),
                majority=(1, 2),
                base=Base.ALL,
                secret=True,
                result="carried",
                counts=("yes", "no", "abstained"),
                extraordinary=is_online,
            ),
            outputs=(Output("tally", "票决结果", "record"),),
            escalations=(Escalation(75, BODY),),
            risks=(
                Risk(
                    "AID-7",
                    "利害关系人没有回避",
                    "申请人、代申请人、亲属不列入应到",
                    nobody_kept_out,
                ),
            ),
            ways=(Way("reject", when=not_carried, note="票决未通过"), Way("reserve")),
            hint="7 席无记名；回避的席位不算应到",
        ),
        Step(
            code="reserve",
            name="预留经费",
            kind=Kind.AUTO,
            act="aid.reserve",
            duty=Duty(lead="finance_clerk", backup="finance_head"),
            no_limit="票决通过即时完成",
            outputs=(Output("encumbrance", "经费预留单", "record"),),
            no_risk=True,
            ways=(Way("publish"),),
        ),
        Step(
            code="publish",
            name="校内公示",
            kind=Kind.PUBLICITY,
            duty=Duty(lead="welfare_officer", backup="welfare_committee_chair"),
            publicity=Publicity(
                working_days=3,
                shows=(
                    Shown("applicant", "申请人", "surname"),
                    Shown("unit", "单位", "unit"),
                    Shown("category", "类别"),
                    Shown("band", "档次"),
                ),
                objected="objected",
                section="救助",
                if_upheld="退回重新入户调查，预留经费释放",
                body="病情、家庭情况、住址和金额不公示。对救助对象有异议的，请在公示期内提出。",
            ),
            outputs=(Output("snapshot", "公示截图", "screenshot"),),
            risks=(
                Risk("AID-8", "公示泄露病情", "只公示姓氏、单位、类别、档次四栏", tells_too_much),
            ),
            ways=(
                Way("reopen", when=objected, times=1, note="异议成立，退回重新入户"),
                Way("reject", when=objected, note="异议再次成立"),
                Way("pay"),
            ),
        ),
        Step(
            code="reopen",
            name="释放预留，重新入户",
            kind=Kind.AUTO,
            act="aid.reopen",
            duty=Duty(lead="finance_clerk", backup="finance_head"),
            no_limit="异议成立即时完成",
            outputs=(Output("release", "经费释放单", "record"),),
            no_risk=True,
            ways=(Way("visit"),),
        ),
        Step(
            code="pay",
            name="财务放款",
            duty=Duty(lead="finance_clerk", backup="finance_head", recuse=(kept_out,)),
            within=Within(1, Unit.WORKING_DAYS),
            outputs=(Output("voucher", "付款凭证", "file"),),
            escalations=(Escalation(100, "finance_head"),),
            risks=(
                Risk("AID-9", "重复或超额发放", "实付等于票决金额，一件只付一次", paid_differs),
            ),
            guard=nothing_paid,
            ways=(Way("revisit"),),
            page="aid:step",
            hint="打到申请人本人的账户；账号打开要写用途",
        ),
        Step(
            code="revisit",
            name="回访",
            duty=Duty(lead="welfare_officer", backup="branch_chair", recuse=(kept_out,)),
            within=Within(30, Unit.DAYS),
            outputs=(Output("revisit", "回访记录", "form"),),
            no_risk=True,
            ways=(Way(END),),
            page="aid:step",
            hint="钱收到没有，还缺什么；发现虚报的，报常务副主席追回",
        ),
        Step(
            code="reject",
            name="不予救助书面告知",
            duty=Duty(lead="welfare_officer", backup="welfare_committee_chair", recuse=(kept_out,)),
            within=Within(1, Unit.WORKING_DAYS),
            outputs=(Output("letter", "不予救助告知书", "form"),),
            risks=(Risk("AID-10", "不说理由", "告知书写明理由和复核办法", not_told),),
            ways=(Way("shut"),),
            page="aid:step",
            hint="写清哪一步、为什么，以及向谁复核",
        ),
        Step(
            code="shut",
            name="释放预留，结案",
            kind=Kind.AUTO,
            act="aid.shut",
            duty=Duty(lead="finance_clerk", backup="finance_head"),
            no_limit="告知后即时完成",
            outputs=(Output("release", "经费释放单", "record"),),
            no_risk=True,
            ways=(Way(END),),
        ),
    ),
)


@dataclass(frozen=True)
class GiftFacts:
    """What varies between two gifts."""

    number: str = fact("编号")
    kind: str = fact("事由", kind="choice", choices=tuple(GiftKind))
    amount_fen: int = fact("金额", kind="fen")
    standard_fen: int = fact("标准", kind="fen")
    agreed: bool = fact("同意慰问", kind="bool")
    received: bool = fact("本人签收", kind="bool")
    reserved_fen: int = fact("预留金额", kind="fen")
    paid_fen: int = fact("报销金额", kind="fen")
    kept_out: tuple[int, ...] = ()
    """Who keeps out of every step, by their numbers."""


def above_standard(facts: Facts) -> bool:
    """Test if the gift costs more than its standard."""
    return int(facts.get("amount_fen") or 0) > int(facts.get("standard_fen") or 0)


def not_agreed(facts: Facts) -> bool:
    """Test if the welfare committee said no."""
    return facts.get("agreed") is False


GIFT = Procedure(
    code="aid.gift",
    version="2025.1",
    matter="婚育病丧退慰问",
    owner="welfare_committee_chair",
    project="3.1",
    basis=("5.2",),
    facts=GiftFacts,
    confidential=True,
    steps=(
        Step(
            code="check",
            name="福利部审核",
            duty=Duty(lead="welfare_officer", backup="welfare_committee_chair", recuse=(kept_out,)),
            within=Within(2, Unit.WORKING_DAYS),
            outputs=(Output("check", "审核意见", "form"),),
            risks=(Risk("GIFT-1", "超标准", "按慰问标准表核对金额", above_standard),),
            asks=("agreed",),
            ways=(Way(END, when=not_agreed, note="不符合慰问条件"), Way("hold")),
            page="aid:gift_step",
            hint="核对事由和日期，一件事只慰问一次",
        ),
        Step(
            code="hold",
            name="预留经费",
            kind=Kind.AUTO,
            act="aid.gift_reserve",
            duty=Duty(lead="finance_clerk", backup="finance_head"),
            no_limit="审核通过即时完成",
            outputs=(Output("encumbrance", "经费预留单", "record"),),
            no_risk=True,
            ways=(Way("give"),),
        ),
        Step(
            code="give",
            name="分会上门慰问",
            duty=Duty(lead="branch_chair", backup="branch_member", recuse=(kept_out,)),
            within=Within(7, Unit.DAYS),
            outputs=(Output("signed", "签收单或慰问照片", "file"),),
            risks=(Risk("GIFT-2", "冒领", "本人签收，经办人不得是本人", not_received),),
            ways=(Way("settle"),),
            page="aid:gift_step",
            hint="送到本人手里，请本人签收",
        ),
        Step(
            code="settle",
            name="财务报销",
            duty=Duty(lead="finance_clerk", backup="finance_head", recuse=(kept_out,)),
            within=Within(3, Unit.WORKING_DAYS),
            outputs=(Output("voucher", "报销凭证", "file"),),
            risks=(Risk("GIFT-3", "重复报销", "实付等于核定金额，一次只报一回", paid_differs),),
            guard=nothing_paid,
            ways=(Way(END),),
            page="aid:gift_step",
            hint="凭签收单报销，入会费科目",
        ),
    ),
)

HARDSHIP_2025_1 = replace(
    HARDSHIP,
    version="2025.1",
    steps=tuple(
        replace(step, vote=replace(step.vote, extraordinary=None)) if step.vote else step
        for step in HARDSHIP.steps
    ),
)
"""Did not say that the online vote is an extraordinary one; stays while cases run by it."""

SHEETS = (HARDSHIP_2025_1, HARDSHIP, GIFT)
