"""劳动争议调解: the confidential sheet as it runs; silence takes no right (R008)."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    APPLICANT,
    END,
    Duty,
    Escalation,
    Facts,
    Guard,
    Kind,
    Output,
    Procedure,
    Risk,
    Since,
    Step,
    Unit,
    Way,
    Within,
    fact,
)

from .rules import refusals

PAGE = "disputes:step"
MEDIATOR, CHAIR = "mediator", "mediation_chair"


@dataclass(frozen=True)
class DisputeFacts:
    """What varies between two disputes; never what it is about."""

    number: str = fact("编号")
    review: bool = fact("走复核申诉", kind="bool")
    agreed: bool = fact("达成协议", kind="bool")
    confirmed: bool = fact("申请人确认协议", kind="bool")
    kept: bool = fact("协议已履行", kind="bool")
    minuted: bool = fact("笔录已封存", kind="bool")
    kept_out: tuple[int, ...] = ()
    """Who keeps out: the applicant, and every mediator of the applicant's own unit."""
    doing: str = ""
    """Which step is being done on the dispute's own page; any other page leaves it out."""


def on_its_page(code: str) -> Guard:
    """Return the guard of a step whose work is done on the dispute's own page only."""

    def guard(facts: Facts) -> Refused | None:
        return None if facts.get("doing") == code else refusals.OnPage()

    guard.__name__ = guard.__qualname__ = f"on_its_page_{code}"
    return guard


def kept_out(facts: Facts) -> bool:
    """Test if the one who acts is a party, or of the applicant's own unit (`by`)."""
    return facts.get("by") in (facts.get("kept_out") or ())


def is_review(facts: Facts) -> bool:
    """Test if it goes to review and appeal, and not to mediation."""
    return bool(facts.get("review"))


def is_agreed(facts: Facts) -> bool:
    """Test if the parties have agreed."""
    return bool(facts.get("agreed"))


def is_confirmed(facts: Facts) -> bool:
    """Test if the applicant has confirmed what was agreed."""
    return bool(facts.get("confirmed"))


def is_kept(facts: Facts) -> bool:
    """Test if what was agreed was done."""
    return bool(facts.get("kept"))


def not_minuted(facts: Facts) -> bool:
    """Test if nobody has written down what was said."""
    return not facts.get("minuted")


DISPUTE = Procedure(
    code="disputes.dispute",
    version="2025.1",
    matter="劳动争议调解",
    owner="democracy_committee_chair",
    project="3.4",
    basis=("1.2",),
    facts=DisputeFacts,
    confidential=True,
    steps=(
        Step(
            code="accept",
            name="登记受理",
            duty=Duty(lead=MEDIATOR, backup=CHAIR, recuse=(kept_out,)),
            within=Within(3, Unit.WORKING_DAYS),
            outputs=(Output("receipt", "受理通知", "record"),),
            no_risk=True,
            guard=on_its_page("accept"),
            escalations=(Escalation(100, CHAIR),),
            ways=(Way("refer", when=is_review), Way("mediate")),
            page=PAGE,
            hint="看类别：考核、处分走复核申诉，不调解；本单位的调解员回避",
        ),
        Step(
            code="mediate",
            name="调解",
            duty=Duty(lead=MEDIATOR, backup=CHAIR, recuse=(kept_out,)),
            within=Within(15, Unit.DAYS, since=Since.TRIGGER),
            outputs=(Output("minutes", "调解笔录（封存）", "record"),),
            risks=(Risk("LD-1", "没谈就结", "写了笔录并封存才能办结", not_minuted),),
            guard=on_its_page("mediate"),
            escalations=(Escalation(80, "backup"), Escalation(100, CHAIR, "disputes.lapse")),
            ways=(Way("confirm", when=is_agreed), Way("refer")),
            page=PAGE,
            hint="自收到申请起 15 日；到期没有协议的自动办结，告知可以申请仲裁",
        ),
        Step(
            code="confirm",
            name="申请人确认协议",
            duty=Duty(lead=APPLICANT),
            within=Within(5, Unit.DAYS),
            outputs=(Output("consent", "本人确认", "record"),),
            no_risk=True,
            guard=on_its_page("confirm"),
            escalations=(Escalation(100, MEDIATOR, "disputes.lapse"),),
            ways=(Way("perform", when=is_confirmed), Way("refer")),
            page=PAGE,
            hint="看协议，自己决定；不确认就当没有达成，权利一样不少",
        ),
        Step(
            code="perform",
            name="履行回访",
            duty=Duty(lead=MEDIATOR, backup=CHAIR, recuse=(kept_out,)),
            within=Within(30, Unit.DAYS),
            outputs=(Output("visit", "回访记录", "record"),),
            no_risk=True,
            guard=on_its_page("perform"),
            escalations=(Escalation(100, CHAIR),),
            ways=(Way(END, when=is_kept), Way("refer")),
            page=PAGE,
            hint="问申请人协议履行了没有；没有履行的告知可以申请仲裁或支付令",
        ),
        Step(
            code="refer",
            name="书面告知权利",
            kind=Kind.AUTO,
            duty=Duty(lead=MEDIATOR, backup=CHAIR),
            within=Within(1, Unit.HOURS),
            outputs=(Output("letter", "权利告知书（封存）", "record"),),
            no_risk=True,
            ways=(Way(END),),
            act="disputes.refer",
            hint="写明还可以走哪条路、到哪一天；只有本人能看",
        ),
    ),
)

SHEETS = (DISPUTE,)
