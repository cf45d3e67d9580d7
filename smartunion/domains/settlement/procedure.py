"""The review of the month's subsidy report, as the plan's sheet (3.1-1⑤, R052, T26)."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    END,
    Duty,
    Facts,
    Kind,
    Output,
    Procedure,
    Risk,
    Step,
    Unit,
    Vote,
    Way,
    Within,
    fact,
)

from .rules import refusals

WORKING = Unit.WORKING_DAYS


@dataclass
class Reviewing:
    """What is known of a month's report; sums in fen."""

    month: str = fact("账期")
    merchants: int = fact("商户数", kind="int")
    subsidy_fen: int = fact("应补合计", kind="fen")
    payable_fen: int = fact("本期应付", kind="fen")
    wrong: int = fact("重算不一致笔数", kind="int")
    apart_fen: int = fact("重算相差", kind="fen")
    open_cases: int = fact("未办结对账差错", kind="int")
    digest: str = fact("报表摘要")
    approved: bool = fact("常委会同意", kind="bool")
    paid_fen: int = fact("已付", kind="fen")


def unchecked(facts: Facts) -> Refused | None:
    """财务核对 needs the recomputation: it is done on the month's own page."""
    return None if facts.get("wrong") is not None else refusals.NotRecomputed()


def apart(facts: Facts) -> bool:
    """The recomputation differs, or a difference with the bank is open."""
    return bool(facts.get("wrong") or facts.get("apart_fen"))


def unpaid(facts: Facts) -> Refused | None:
    """付款 is done on the month's own page, which writes the orders."""
    return None if facts.get("paid_fen") is not None else refusals.NotRecomputed()


def rejected(facts: Facts) -> bool:
    """The standing committee said no."""
    return facts.get("approved") is False


MONTH = Procedure(
    code="settlement.month",
    version="2025.1",
    matter="福利商城月度补贴报表审议与付款",
    owner="福利保障专门委员会",
    basis=("3.1-1⑤",),
    facts=Reviewing,
    project="3.1",
    steps=(
        Step(
            code="checked",
            name="财务核对",
            duty=Duty(
                lead="finance_head", backup="finance_clerk", take_over_after=Within(1, WORKING)
            ),
            within=Within(2, WORKING),
            outputs=(Output("conclusion", "对账与误差结论", "record"),),
            risks=(
                Risk("R-SET-01", "账未对平即付款", "按银行文件全量重算，一分不差才放行", apart),
            ),
            guard=unchecked,
            page="settlement:step",
            ways=(Way("deliberated"),),
            hint="核对后附误差、未办结差错和前期更正，报常委会",
        ),
        Step(
            code="deliberated",
            name="工会常委会审议",
            kind=Kind.VOTE,
            duty=Duty(lead="executive_vice_chair", backup="union_chair"),
            within=Within(5, WORKING),
            outputs=(Output("minutes", "审议纪要", "record"),),
            no_risk=True,
            vote=Vote("standing_member", 7, quorum=(2, 3), majority=(1, 2), result="approved"),
            ways=(Way(END, when=rejected, note="常委会不同意，不付款"), Way("paid")),
            hint="看误差、前期更正和金额最大的商户，再投票",
        ),
        Step(
            code="paid",
            name="付款",
            duty=Duty(
                lead="finance_clerk", backup="finance_head", take_over_after=Within(2, WORKING)
            ),
            within=Within(3, WORKING),
            outputs=(Output("voucher", "付款凭证", "record"),),
            no_risk=True,
            guard=unpaid,
            page="settlement:step",
            ways=(Way(END),),
        ),
    ),
)
SHEETS = (MONTH,)
