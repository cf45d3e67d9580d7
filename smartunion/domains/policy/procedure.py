"""A question at the desk: answered within its level's limit, then taught to the house (3.6-2)."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    END,
    AsSet,
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

from .rules import desk_refusals as refusals
from .rules.sla import LEVELS

PAGE = "policy:step"
CHIEF = "selfbuild_committee_chair"
ANSWERER = "@answerer"


@dataclass(frozen=True)
class TicketFacts:
    """What varies between two tickets; never a word of the question."""

    number: int = fact("工单", kind="int")
    level: str = fact("级别", kind="choice", choices=LEVELS)
    answerer: int = fact("答复人", kind="person", default=0)
    unsupported: bool = fact("答复与所引条文对不上", kind="bool", default=False)
    doing: str = ""
    """Which step is being done on the ticket's own page; any other page leaves it out."""


def on_its_page(code: str) -> Guard:
    """Return the guard of a step whose work is done on the ticket's own page only."""

    def guard(facts: Facts) -> Refused | None:
        return None if facts.get("doing") == code else refusals.OnTicketPage()

    guard.__name__ = guard.__qualname__ = f"on_its_page_{code}"
    return guard


def unsupported(facts: Facts) -> bool:
    """Test if an answer was to be sent that its articles do not bear."""
    return bool(facts.get("unsupported"))


TICKET = Procedure(
    code="policy.ticket",
    version="2025.2",
    matter="政策咨询转人工",
    owner=CHIEF,
    project="3.6",
    basis=("3.6-2",),
    facts=TicketFacts,
    steps=(
        Step(
            code="reply",
            name="答复提问人",
            duty=Duty(lead=ANSWERER, backup=CHIEF),
            within=AsSet("按所选级别的时限内（加急、一般、复杂，见年度条款）"),
            outputs=(Output("reply", "答复（原话在工单里，不入件）", "record"),),
            risks=(
                Risk(
                    "POL-1", "答复引错条文或数字", "引文、数字、条号与所选条文逐句核对", unsupported
                ),
            ),
            guard=on_its_page("reply"),
            escalations=(Escalation(80, CHIEF), Escalation(100, "executive_vice_chair")),
            ways=(Way("learn"),),
            page=PAGE,
            hint="加急、一般、复杂各有时限；答复要选依据的条文",
        ),
        Step(
            code="learn",
            name="记入问法或常见问答",
            duty=Duty(lead=ANSWERER, backup=CHIEF),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("lesson", "入库记录", "record"),),
            no_risk=True,
            guard=on_its_page("learn"),
            escalations=(Escalation(100, CHIEF),),
            ways=(Way(END),),
            page=PAGE,
            hint="点一下就记为问法，由另一个人复核；下次同样的问题直接找到这一条",
        ),
    ),
)
SHEETS = (TICKET,)
