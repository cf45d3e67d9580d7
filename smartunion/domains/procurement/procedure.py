"""The six-column sheets of buying: gifts by three quotes, single source, negotiation, emergency.

2.2 (the plan's own example), 5.1 第7条 and 第12条. What a step needs is handed over by the actions
as facts; the year's figures come into the facts when a case opens, so a changed figure touches new
cases only.
"""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    END,
    By,
    Duty,
    Effect,
    Escalation,
    Facts,
    Guard,
    Kind,
    Output,
    Procedure,
    Promise,
    Publicity,
    Risk,
    Shown,
    Since,
    Step,
    Unit,
    Vote,
    Way,
    Within,
    fact,
)

from .rules import refusals

DAYS, WORKING, HOURS = Unit.DAYS, Unit.WORKING_DAYS, Unit.HOURS
CHAIR, CENTRE = "welfare_committee_chair", "procurement_centre"
AUDIT = "audit_director"
SIGNERS = ("signer_chair", "signer_audit", "signer_finance")
CAUSES = ("自然灾害", "传染病暴发", "公共卫生事件", "事故灾难")

DEMAND = Output("demand", "需求清单")
NOTICE = Output("notice", "采购公告", "record")
CLEARED = Output("cleared", "双阈值清标结果", "record")
CONTRACT = Output("contract", "采购合同", "file")
ACCEPTANCE = Output("acceptance", "验收单", "file")
PHOTO = Output("photo", "验收照片", "photo")
VOUCHER = Output("voucher", "付款凭证", "record")
SNAPSHOT = Output("snapshot", "公示截图", "screenshot")


@dataclass
class Buying:
    """What is known of a purchase; sums in fen."""

    number: str = fact("采购编号")
    frozen: str = fact("公告哈希")
    split: str = fact("疑似化整为零")
    amount_fen: int = fact("预算金额（最高限价）", kind="fen")
    demand: str = fact("需求", kind="longtext", hint="要什么、多少、给谁、什么时候用")
    reason: str = fact("理由", kind="longtext")
    least_quotes: int = fact("至少几家报价", kind="int")
    quotes: int = fact("有效报价", kind="int")
    failed: bool = fact("采购失败", kind="bool")
    holds: int = fact("没有解除的疑点", kind="int")
    supplier: str = fact("供应商")
    price_fen: int = fact("成交价", kind="fen")
    approved: bool = fact("常委会同意", kind="bool")
    contract_fen: int = fact("合同价", kind="fen")
    accepted: bool = fact("验收合格", kind="bool")
    paid_fen: int = fact("已付", kind="fen")
    objected: bool = fact("结果异议成立", kind="bool")


@dataclass
class SingleSource(Buying):
    """A purchase of which only one supplier is thought able."""

    limit_fen: int = fact("论证起点", kind="fen")
    experts_needed: int = fact("要几位专家", kind="int")
    outside_needed: int = fact("其中至少几位校外", kind="int")
    experts: int = fact("已出具意见的专家", kind="int")
    outside_experts: int = fact("其中校外专家", kind="int")
    linked_experts: int = fact("有关联的专家", kind="int")
    challenged: bool = fact("有效质疑成立", kind="bool")
    suppliers_asked: int = fact("参加谈判的供应商", kind="int")
    panel_members: int = fact("谈判小组人数", kind="int")
    panel_experts: int = fact("其中专家", kind="int")


@dataclass
class Emergency(Buying):
    """A purchase that must be done within 48 hours."""

    cause: str = fact("突发事件", kind="choice", choices=CAUSES)
    signer_chair: int = fact("主席签字人", kind="person")
    signer_audit: int = fact("经审委主任签字人", kind="person")
    signer_finance: int = fact("财务处长签字人", kind="person")


@dataclass
class Blacklisting:
    """A supplier that may be kept from quoting."""

    supplier: str = fact("供应商")
    supplier_id: int = fact("供应商编号", kind="int")
    grounds: str = fact("事由", kind="longtext", hint="串通报价、弄虚作假、拒不签约、以次充好")
    defense: str = fact("申辩", kind="longtext", hint="供应商没有申辩的，写明已通知的日期")
    years: int = fact("几年内不得参加", kind="int")
    approved: bool = fact("常委会同意", kind="bool")
    objected: bool = fact("异议成立", kind="bool")


# ---------- guards: may the step pass? ----------


def announced(facts: Facts) -> Refused | None:
    """公告 must have frozen how the prices are cleared."""
    return None if facts.get("least_quotes") else refusals.AnnouncedOnDeskOnly()


def three_quotes(facts: Facts) -> Refused | None:
    """三方报价: fewer than three valid quotes are never judged (R036)."""
    there, least = facts.get("quotes") or 0, facts.get("least_quotes") or 3
    if facts.get("failed") or there >= least:
        return None
    return refusals.TooFewQuotes(there=there, least=least)


def has_winner(facts: Facts) -> Refused | None:
    """审议 needs a candidate with a price."""
    return None if facts.get("supplier") and facts.get("price_fen") else refusals.NotAwarded()


def at_the_price(facts: Facts) -> Refused | None:
    """合同签订: at the price of the award, and set aside in the budget."""
    contract, price = facts.get("contract_fen"), facts.get("price_fen")
    if not contract:
        return refusals.SignedOnDeskOnly()
    if contract != price:
        return refusals.PriceDiffers(contract=yuan(contract), award=yuan(price or 0))
    return None


def accepted_before(facts: Facts) -> Refused | None:
    """付款: only after acceptance, and only through the ledger."""
    if not facts.get("accepted"):
        return refusals.NotAccepted()
    if not facts.get("paid_fen"):
        return refusals.PaidOnDeskOnly(price=yuan(facts.get("contract_fen") or 0))
    return None


def argued(facts: Facts) -> Refused | None:
    """论证: three distinct experts, one of them from outside, none linked (R216, T66)."""
    there, outside = facts.get("experts") or 0, facts.get("outside_experts") or 0
    needed, needed_outside = facts["experts_needed"], facts["outside_needed"]
    if there >= needed and outside >= needed_outside:
        return None
    return refusals.ExpertsMissing(
        experts=needed, outside=needed_outside, there=there, there_outside=outside
    )


def negotiated(facts: Facts) -> Refused | None:
    """竞争性谈判: three suppliers, an odd panel, two thirds of it experts."""
    members, experts = facts.get("panel_members") or 0, facts.get("panel_experts") or 0
    least = facts.get("least_quotes") or 3
    if members < least or members % 2 == 0 or experts * 3 < members * 2:
        return refusals.PanelWrong(least=least, share="2/3", members=members, experts=experts)
    asked = facts.get("suppliers_asked") or 0
    if asked < least:
        return refusals.TooFewQuotes(there=asked, least=least)
    return has_winner(facts)


def a_cause(facts: Facts) -> Refused | None:
    """应急: a natural disaster, an epidemic or the like (R219)."""
    cause = str(facts.get("cause") or "")
    if cause in CAUSES:
        return None
    return refusals.NoEmergency(cause=cause or "（没有写）", causes="、".join(CAUSES))


def signed_by(name: str, office: str) -> Guard:
    """Return the guard of one of the three: signed on the page of the three, by nobody else."""

    def guard(facts: Facts) -> Refused | None:
        mine = facts.get(name)
        if not mine:
            return refusals.TrioOnly(office=office)
        return refusals.SignedAlready(by=office) if signed_twice(facts) else None

    guard.__qualname__ = f"signed_by_{name}"
    return guard


# ---------- tests: which way? ----------


def failed(facts: Facts) -> bool:
    """Too few valid quotes, or none inside the band."""
    return bool(facts.get("failed"))


def rejected(facts: Facts) -> bool:
    """The standing committee said no."""
    return facts.get("approved") is False


def bad_goods(facts: Facts) -> bool:
    """What was delivered is not what was bought."""
    return facts.get("accepted") is False


def challenged(facts: Facts) -> bool:
    """A valid challenge came within the window: no way back (R218)."""
    return bool(facts.get("challenged"))


def small_or_challenged(facts: Facts) -> bool:
    """Below the limit nobody need argue; after a valid challenge nobody can any more."""
    return challenged(facts) or facts["amount_fen"] < facts["limit_fen"]


def on_hold(facts: Facts) -> bool:
    """A red flag without two reasoned decisions."""
    return bool(facts.get("holds"))


def over_budget(facts: Facts) -> bool:
    """The price passes what was asked for."""
    return (facts.get("price_fen") or 0) > (facts.get("amount_fen") or 0)


def paid_too_much(facts: Facts) -> bool:
    """More is paid than was signed for."""
    return (facts.get("paid_fen") or 0) > (facts.get("contract_fen") or 0)


def excluded(facts: Facts) -> bool:
    """What the engine itself excludes (a window cut short, one signature for two): named only."""
    return False


def price_changed(facts: Facts) -> bool:
    """The contract says another price than the award."""
    return bool(facts.get("contract_fen")) and facts["contract_fen"] != facts.get("price_fen")


def not_frozen(facts: Facts) -> bool:
    """The notice went out without the hash of how the prices are cleared."""
    return not facts.get("frozen")


def looks_split(facts: Facts) -> bool:
    """Other purchases of the same kind stand close by (F9)."""
    return bool(facts.get("split"))


def not_inspected(facts: Facts) -> bool:
    """Nobody has said whether the goods are as bought."""
    return facts.get("accepted") is None


def no_reason(facts: Facts) -> bool:
    """Nobody has written why only this supplier."""
    return not str(facts.get("reason") or "").strip()


def linked_experts(facts: Facts) -> bool:
    """An expert shares something with the supplier or belongs to whoever asks (T66)."""
    return bool(facts.get("linked_experts"))


def too_few_asked(facts: Facts) -> bool:
    """Fewer suppliers at the table than a negotiation needs."""
    return (facts.get("suppliers_asked") or 0) < (facts.get("least_quotes") or 3)


def no_cause(facts: Facts) -> bool:
    """An emergency without an event."""
    return facts.get("cause") not in CAUSES


def signed_twice(facts: Facts) -> bool:
    """One person has signed for two of the three (T67)."""
    signers = [facts[name] for name in SIGNERS if facts.get(name)]
    return len(set(signers)) < len(signers)


def no_grounds(facts: Facts) -> bool:
    """Nothing is written that the supplier is to have done."""
    return not str(facts.get("grounds") or "").strip()


def not_heard(facts: Facts) -> bool:
    """The supplier's own words, or that it stayed silent, are not written down."""
    return not str(facts.get("defense") or "").strip()


def yuan(fen: int) -> str:
    """Return fen as yuan with two decimals."""
    return f"{fen / 100:,.2f}"


def _welfare(after: Within | None = None) -> Duty:
    """责任: the welfare committee's chair leads, the procurement centre stands in (R033)."""
    return Duty(lead=CHAIR, backup=CENTRE, take_over_after=after)


# ---------- steps that several sheets share ----------

COLLUSION = Risk(
    "R-BUY-01", "供应商围标", "“最低价+二次平均价”双阈值清标，疑点须两位评审写明理由", on_hold
)
SHOWN = (
    Shown("title", "采购事项"),
    Shown("supplier", "供应商"),
    Shown("price_fen", "成交价"),
)


def _deliberated() -> Step:
    return Step(
        code="deliberated",
        name="工会常委会审议",
        kind=Kind.VOTE,
        duty=Duty(lead="executive_vice_chair", backup="union_chair"),
        within=Within(5, WORKING),
        outputs=(Output("minutes", "审议纪要", "record"),),
        risks=(Risk("R-BUY-04", "超预算采购", "成交价不得超过最高限价", over_budget),),
        guard=has_winner,
        vote=Vote("standing_member", 7, quorum=(2, 3), majority=(1, 2), result="approved"),
        ways=(Way(END, when=rejected, note="常委会不同意，终止"), Way("signed")),
        hint="看清标说明和疑点的理由，再投票",
    )


def _signed(*, within: Within, name: str = "合同签订", join: bool = False, ways: Way) -> Step:
    return Step(
        code="signed",
        name=name,
        duty=_welfare(Within(2, WORKING)),
        within=within,
        outputs=(CONTRACT,),
        risks=(Risk("R-BUY-05", "阴阳合同", "合同价等于成交价，签订即占用预算", price_changed),),
        guard=at_the_price,
        page="procurement:signing",
        join=join,
        ways=(ways,),
    )


def _inspected(paid: str = "paid") -> Step:
    return Step(
        code="inspected",
        name="验收",
        duty=Duty(lead="welfare_officer", backup="procurement_centre", staff=2),
        within=Within(5, WORKING),
        outputs=(ACCEPTANCE, PHOTO),
        risks=(
            Risk("R-BUY-06", "以次充好", "两人到场验收、拍照留存；不合格退回更换", not_inspected),
        ),
        asks=("accepted",),
        ways=(Way("signed", when=bad_goods, times=1, note="更换或索赔"), Way(paid)),
        hint="两人都要到场，各签一次",
    )


def _paid(after: str = "publicized") -> Step:
    return Step(
        code="paid",
        name="付款",
        duty=Duty(lead="finance_clerk", backup="finance_head", take_over_after=Within(3, WORKING)),
        within=Within(5, WORKING),
        outputs=(VOUCHER,),
        risks=(Risk("R-BUY-03", "未验收付款", "合同、验收、付款三单相符才列支", paid_too_much),),
        guard=accepted_before,
        page="procurement:paying",
        ways=(Way(after),),
    )


def _publicized(*, join: bool = False) -> Step:
    return Step(
        code="publicized",
        name="公示",
        kind=Kind.PUBLICITY,
        duty=_welfare(),
        outputs=(SNAPSHOT,),
        risks=(
            Risk("R-BUY-07", "结果不公开", "公示页每小时探测并留哈希，中断即重新计时", excluded),
        ),
        publicity=Publicity(5, SHOWN, objected="objected", section="采购"),
        join=join,
        ways=(Way(END),),
    )


def _eight(*, by: By | None = None) -> tuple[Step, ...]:
    """需求征集→供应商比选→三方报价→工会常委会审议→合同签订→验收→付款→公示 (R030)."""
    return (
        Step(
            code="gathered",
            name="需求征集",
            duty=_welfare(Within(3, WORKING)),
            within=Within(5, WORKING),
            outputs=(DEMAND,),
            risks=(
                Risk(
                    "R-BUY-02",
                    "化整为零",
                    "同类 30 天内合计够 10 万元即提示",
                    looks_split,
                    Effect.FLAG,
                ),
            ),
            asks=("demand",),
            ways=(Way("compared"),),
        ),
        Step(
            code="compared",
            name="供应商比选",
            duty=_welfare(Within(2, WORKING)),
            within=Within(3, WORKING),
            outputs=(NOTICE,),
            risks=(Risk("R-BUY-08", "量身定做", "清标参数随公告冻结并公布哈希", not_frozen),),
            guard=announced,
            page="procurement:announcing",
            ways=(Way("quoted"),),
        ),
        Step(
            code="quoted",
            name="三方报价",
            duty=_welfare(Within(2, WORKING)),
            within=Within(10, WORKING),
            outputs=(CLEARED,),
            risks=(COLLUSION,),
            guard=three_quotes,
            page="procurement:clearing",
            ways=(
                Way("compared", when=failed, times=3, note="有效报价不足三家，重新公告"),
                Way(END, when=failed, note="多次公告仍不足三家，终止"),
                Way("deliberated"),
            ),
        ),
        _deliberated(),
        _signed(within=Within(3, WORKING), ways=Way("inspected")),
        _inspected(),
        _paid(),
        _publicized(),
    )


COMPARED = Procedure(
    code="procurement.compared",
    version="2025.1",
    matter="福利采购（三方比选）",
    owner="福利保障专门委员会",
    basis=("2.2", "5.1"),
    facts=Buying,
    steps=_eight(),
    project="3.1",
)

JUNE_GIFTS = Procedure(
    code="procurement.june_gifts",
    version="2025.1",
    matter="六一儿童节附属学校教职工子女关爱礼包采购",
    owner="福利保障专门委员会",
    basis=("2.2",),
    facts=Buying,
    steps=_eight(),
    promise=Promise(
        By(5, 10),
        starts="gathered",
        stops="publicized",
        otherwise="八步各用足时限要近两个月：立件时按各步时限倒排，排不下就提前提示",
    ),
    project="3.1",
)

SINGLE_SOURCE = Procedure(
    code="procurement.single_source",
    version="2025.1",
    matter="福利采购（单一来源）",
    owner="福利保障专门委员会",
    basis=("5.1§7",),
    facts=SingleSource,
    project="3.1",
    steps=(
        Step(
            code="requested",
            name="单一来源申请",
            duty=_welfare(Within(2, WORKING)),
            within=Within(3, WORKING),
            outputs=(DEMAND,),
            risks=(Risk("R-BUY-09", "规避比选", "写明为什么只能向这一家买", no_reason),),
            guard=has_winner,
            asks=("demand", "reason"),
            ways=(Way("argued"),),
        ),
        Step(
            code="argued",
            name="专家论证",
            duty=_welfare(Within(3, WORKING)),
            within=Within(5, WORKING),
            outputs=(Output("opinions", "三名专家论证意见", "record"),),
            risks=(
                Risk(
                    "R-BUY-10", "专家与供应商有关联", "三位不同的专家，至少一位校外", linked_experts
                ),
            ),
            guard=argued,
            skip=small_or_challenged,
            page="procurement:arguing",
            ways=(Way("published"),),
        ),
        Step(
            code="published",
            name="单一来源公示",
            kind=Kind.PUBLICITY,
            duty=_welfare(),
            outputs=(SNAPSHOT,),
            risks=(
                Risk("R-BUY-11", "公示不足期", "公示次日起满 5 个工作日，中断重新计时", excluded),
            ),
            skip=small_or_challenged,
            publicity=Publicity(
                5,
                (
                    Shown("title", "采购事项"),
                    Shown("supplier", "拟定供应商"),
                    Shown("amount_fen", "预算金额"),
                    Shown("reason", "单一来源理由"),
                ),
                objected="challenged",
                section="采购",
                if_upheld="转为竞争性谈判，不可逆",
                body="对本次单一来源采购有异议的，请在公示期内提出质疑；有效质疑成立即转为竞争性谈判。",
            ),
            ways=(
                Way("negotiated", when=challenged, note="有效质疑成立，转竞争性谈判，不可逆"),
                Way("deliberated"),
            ),
        ),
        Step(
            code="negotiated",
            name="竞争性谈判",
            duty=_welfare(Within(3, WORKING)),
            within=Within(10, WORKING),
            outputs=(Output("talks", "谈判记录", "file"),),
            risks=(
                Risk("R-BUY-12", "谈判走过场", "三家以上，小组单数、专家过三分之二", too_few_asked),
            ),
            guard=negotiated,
            page="procurement:negotiating",
            ways=(Way("deliberated"),),
        ),
        _deliberated(),
        _signed(within=Within(3, WORKING), ways=Way("inspected")),
        _inspected(),
        _paid(),
        _publicized(),
    ),
)

NEGOTIATION = Procedure(
    code="procurement.negotiation",
    version="2025.1",
    matter="福利采购（竞争性谈判）",
    owner="福利保障专门委员会",
    basis=("5.1§7",),
    facts=SingleSource,
    project="3.1",
    steps=(
        Step(
            code="requested",
            name="采购申请",
            duty=_welfare(Within(2, WORKING)),
            within=Within(3, WORKING),
            outputs=(DEMAND,),
            risks=(Risk("R-BUY-09", "规避比选", "写明为什么不用三方比选", no_reason),),
            asks=("demand", "reason"),
            ways=(Way("negotiated"),),
        ),
        SINGLE_SOURCE.step("negotiated"),
        _deliberated(),
        _signed(within=Within(3, WORKING), ways=Way("inspected")),
        _inspected(),
        _paid(),
        _publicized(),
    ),
)


def _signature(code: str, name: str, office: str, title: str, backup: str | None) -> Step:
    """One of the three of 第12条: each signs for themselves, nobody twice (R220, T67)."""
    return Step(
        code=code,
        name=name,
        duty=Duty(lead=office, backup=backup),
        within=Within(24, HOURS, Since.TRIGGER),
        outputs=(Output(code, f"{title}审批意见", "record"),),
        risks=(Risk("R-BUY-14", "一人代签", "三个人各签各的，代签人也不能签第二次", signed_twice),),
        guard=signed_by(code.replace("signed", "signer"), title),
        page="procurement:signature",
        ways=(Way("signed"),),
    )


TRIO = {
    "signed_chair": "主席",
    "signed_audit": "经审委主任",
    "signed_finance": "财务处长",
}
"""The three of 第12条 by their step."""

EMERGENCY = Procedure(
    code="procurement.emergency",
    version="2025.1",
    matter="应急采购",
    owner="福利保障专门委员会",
    basis=("5.1§12",),
    facts=Emergency,
    project="3.1",
    steps=(
        Step(
            code="declared",
            name="应急申请",
            duty=_welfare(Within(2, HOURS)),
            within=Within(6, HOURS, Since.TRIGGER),
            outputs=(DEMAND,),
            risks=(
                Risk(
                    "R-BUY-13", "滥用应急通道", "事由只限第12条；上次手续逾期即不得再用", no_cause
                ),
            ),
            guard=a_cause,
            asks=("cause", "demand"),
            ways=(Way(tuple(TRIO)),),
        ),
        _signature("signed_chair", "主席审批", "union_chair", "主席", "executive_vice_chair"),
        _signature("signed_audit", "经审委主任审批", AUDIT, "经审委主任", None),
        _signature("signed_finance", "财务处长审批", "finance_head", "财务处长", None),
        _signed(
            name="应急采购",
            join=True,
            within=Within(48, HOURS, Since.TRIGGER),
            ways=Way(("inspected", "backfilled")),
        ),
        _inspected(),
        _paid(),
        Step(
            code="backfilled",
            name="补齐手续",
            duty=_welfare(Within(7, DAYS, roll=False)),
            within=Within(10, DAYS, roll=False),
            outputs=(Output("papers", "补办的采购手续", "file"),),
            risks=(
                Risk("R-BUY-15", "手续不补", "第 7、9 日提醒，第 11 日起停用应急采购", excluded),
            ),
            escalations=(
                Escalation(70, "welfare_committee_chair"),
                Escalation(90, "procurement_centre"),
                Escalation(100, AUDIT),
            ),
            ways=(Way("publicized"),),
        ),
        _publicized(join=True),
    ),
)

BLACKLIST = Procedure(
    code="procurement.blacklist",
    version="2025.1",
    matter="供应商列入黑名单",
    owner="福利保障专门委员会",
    basis=("2.2", "5.1"),
    facts=Blacklisting,
    project="3.1",
    steps=(
        Step(
            code="reported",
            name="立案取证",
            duty=Duty(lead=CENTRE, backup=CHAIR),
            within=Within(5, WORKING),
            outputs=(Output("evidence", "证据材料", "file"),),
            risks=(Risk("R-BUY-16", "无据列入", "没有证据材料不能往下走", no_grounds),),
            asks=("grounds", "years"),
            ways=(Way("heard"),),
        ),
        Step(
            code="heard",
            name="听取申辩",
            duty=Duty(lead=CENTRE, backup=CHAIR),
            within=Within(5, WORKING),
            outputs=(Output("hearing", "申辩记录", "form"),),
            risks=(Risk("R-BUY-17", "不听申辩", "没有申辩记录不能表决", not_heard),),
            asks=("defense",),
            ways=(Way("decided"),),
        ),
        Step(
            code="decided",
            name="常委会决定",
            kind=Kind.VOTE,
            duty=Duty(lead="executive_vice_chair", backup="union_chair"),
            within=Within(5, WORKING),
            outputs=(Output("minutes", "审议纪要", "record"),),
            no_risk=True,
            vote=Vote("standing_member", 7, quorum=(2, 3), majority=(1, 2), result="approved"),
            ways=(Way(END, when=rejected, note="不列入"), Way("listed")),
        ),
        Step(
            code="listed",
            name="列入名册",
            kind=Kind.AUTO,
            duty=Duty(lead=CENTRE, backup=CHAIR),
            within=Within(1, HOURS),
            outputs=(Output("entry", "黑名单登记", "record"),),
            no_risk=True,
            act="procurement.blacklist",
            ways=(Way("publicized"),),
        ),
        Step(
            code="publicized",
            name="公示",
            kind=Kind.PUBLICITY,
            duty=Duty(lead=CENTRE, backup=CHAIR),
            outputs=(SNAPSHOT,),
            no_risk=True,
            publicity=Publicity(
                5,
                (
                    Shown("supplier", "供应商"),
                    Shown("grounds", "事由"),
                    Shown("years", "期限（年）"),
                ),
                objected="objected",
                section="采购",
            ),
            ways=(Way(END),),
        ),
    ),
)

SHEETS = (JUNE_GIFTS, COMPARED, SINGLE_SOURCE, NEGOTIATION, EMERGENCY, BLACKLIST)
