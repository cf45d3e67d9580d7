"""A merchant comes and goes: the sheets of 3.1-1② and 7.1①③ as they run (R047, R055)."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    END,
    Duty,
    Escalation,
    Facts,
    Guard,
    Output,
    Procedure,
    Risk,
    Step,
    Unit,
    Way,
    Within,
    fact,
)

from .rules import refusals

PAGE = "merchants:step"
KEEPER, CHAIR, DEPUTY = "welfare_officer", "welfare_committee_chair", "executive_vice_chair"
CLERK, HEAD = "finance_clerk", "finance_head"


@dataclass(frozen=True)
class OnboardingFacts:
    """What varies between two admissions."""

    number: str = fact("商户编号")
    name: str = fact("商户")
    signer: str = fact("签署人")
    due_fen: int = fact("应交保证金", kind="fen")
    deposit_fen: int = fact("已交保证金", kind="fen")
    terminals: int = fact("终端台数", kind="int")
    accepted: int = fact("已验收台数", kind="int")
    doing: str = ""
    """Which step is being done on the merchant's own page; any other page leaves it out."""


@dataclass(frozen=True)
class LeavingFacts:
    """What varies between two departures."""

    number: str = fact("商户编号")
    name: str = fact("商户")
    kind: str = fact("事由", kind="choice", choices=(("leave", "主动退出"), ("expel", "取消资格")))
    findings: int = fact("认定的套现", kind="int")
    open_suspicions: int = fact("待核实的疑点", kind="int")
    held_fen: int = fact("在册保证金", kind="fen")
    forfeit_fen: int = fact("没收", kind="fen")
    back_fen: int = fact("退还", kind="fen")
    kept_out: tuple[int, ...] = ()
    """Who keeps out of the decision, by their numbers: who moved for it."""
    doing: str = ""


def on_its_page(code: str) -> Guard:
    """Return the guard of a step whose work is done on the merchant's own page only."""

    def guard(facts: Facts) -> Refused | None:
        return None if facts.get("doing") == code else refusals.OnShopPage()

    guard.__name__ = guard.__qualname__ = f"on_its_page_{code}"
    return guard


def unsigned(facts: Facts) -> bool:
    """Test if nobody has signed the undertaking."""
    return not facts.get("signer")


def deposit_short(facts: Facts) -> bool:
    """Test if less than the whole deposit is there."""
    return (facts.get("deposit_fen") or 0) < (facts.get("due_fen") or 0)


def not_accepted(facts: Facts) -> bool:
    """Test if a terminal was not tried, or there is none."""
    return not facts.get("terminals") or facts.get("accepted") != facts.get("terminals")


def suspicions_open(facts: Facts) -> bool:
    """Test if something is still under suspicion."""
    return bool(facts.get("open_suspicions"))


def groundless(facts: Facts) -> bool:
    """Test if a merchant is to be expelled, or to lose money, without a finding."""
    wants = facts.get("kind") == "expel" or bool(facts.get("forfeit_fen"))
    return wants and not facts.get("findings")


def kept_out(facts: Facts) -> bool:
    """Test if the one who acts moved for it (`by`)."""
    return facts.get("by") in (facts.get("kept_out") or ())


ONBOARDING = Procedure(
    code="merchants.onboarding",
    version="2025.1",
    matter="商户准入",
    owner=CHAIR,
    project="3.1",
    basis=("3.1", "7.1"),
    facts=OnboardingFacts,
    steps=(
        Step(
            code="undertaking",
            name="签《反套现承诺书》",
            duty=Duty(lead=KEEPER, backup=CHAIR),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("undertaking", "《反套现承诺书》", "record"),),
            risks=(Risk("SHOP-1", "没签就营业", "没有承诺书，数据库不准营业", unsigned),),
            guard=on_its_page("undertaking"),
            escalations=(Escalation(100, CHAIR),),
            ways=(Way("deposit"),),
            page=PAGE,
            hint="商户负责人本人签，写明签署人和承诺书编号",
        ),
        Step(
            code="deposit",
            name="收保证金",
            duty=Duty(lead=CLERK, backup=HEAD),
            within=Within(10, Unit.WORKING_DAYS),
            outputs=(Output("slip", "银行回单号", "record"),),
            risks=(Risk("SHOP-2", "保证金不足或当作收入", "交齐才往下走；记负债", deposit_short),),
            guard=on_its_page("deposit"),
            escalations=(Escalation(100, KEEPER),),
            ways=(Way("acceptance"),),
            page=PAGE,
            hint="可以分次交；交齐的那一次办结本步",
        ),
        Step(
            code="acceptance",
            name="终端逐台验收",
            duty=Duty(lead=KEEPER, backup=CHAIR),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("acceptance", "终端验收记录", "record"),),
            risks=(Risk("SHOP-3", "终端没试过就上线", "每台试收试退一笔", not_accepted),),
            guard=on_its_page("acceptance"),
            escalations=(Escalation(100, CHAIR),),
            ways=(Way("admission"),),
            page=PAGE,
            hint="每台终端试收一笔、试退一笔，密钥在机内",
        ),
        Step(
            code="admission",
            name="准予营业",
            duty=Duty(lead=CHAIR, backup=DEPUTY),
            within=Within(2, Unit.WORKING_DAYS),
            outputs=(Output("admission", "准入决定", "record"),),
            risks=(
                Risk("SHOP-4", "条件不齐先开业", "承诺书、保证金、验收三样缺一不可", deposit_short),
            ),
            guard=on_its_page("admission"),
            ways=(Way(END),),
            page=PAGE,
            hint="看三样都齐，准予营业",
        ),
    ),
)

LEAVING = Procedure(
    code="merchants.leaving",
    version="2025.1",
    matter="商户退出与取消资格",
    owner=CHAIR,
    project="3.1",
    basis=("7.1",),
    facts=LeavingFacts,
    steps=(
        Step(
            code="settling",
            name="结清账款",
            duty=Duty(lead=CLERK, backup=HEAD),
            within=Within(10, Unit.WORKING_DAYS),
            outputs=(Output("account", "结清说明", "record"),),
            risks=(Risk("SHOP-5", "疑点没查清就放走", "待核实的疑点先认定", suspicions_open),),
            guard=on_its_page("settling"),
            escalations=(Escalation(100, HEAD),),
            ways=(Way("decision"),),
            page=PAGE,
            hint="消费款、补贴、更正都对过账",
        ),
        Step(
            code="decision",
            name="决定退还或没收保证金",
            duty=Duty(lead=CHAIR, backup=DEPUTY, recuse=(kept_out,)),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("decision", "决定书", "record"),),
            risks=(
                Risk(
                    "SHOP-6", "没有认定就没收", "没有认定的套现，不得没收、不得取消资格", groundless
                ),
            ),
            guard=on_its_page("decision"),
            escalations=(Escalation(100, DEPUTY),),
            ways=(Way("refund"),),
            page=PAGE,
            hint="写明理由；提出的人不能自己决定",
        ),
        Step(
            code="refund",
            name="退还保证金",
            duty=Duty(lead=CLERK, backup=HEAD),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("receipt", "退款回单号", "record"),),
            no_risk=True,
            guard=on_its_page("refund"),
            ways=(Way(END),),
            page=PAGE,
            hint="按决定退还，没收的转为收入",
        ),
    ),
)

SHEETS = (ONBOARDING, LEAVING)
