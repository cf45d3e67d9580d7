"""二级教代会提案: the sheet of 3.4-1② as it runs; urgent ones are filed by silence (R158, R159)."""

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
    Publicity,
    Risk,
    Shown,
    Step,
    Unit,
    Way,
    Within,
    fact,
)

from .rules import refusals
from .rules.outcomes import OUTCOMES, UNHAPPY

PAGE = "proposals:step"
SECRETARY, CHAIR, LEADER = "democracy_committee_chair", "executive_vice_chair", "union_chair"
HOST = "@host"
FILED, SUGGESTION, MERGED, REFUSED = "filed", "suggestion", "merged", "refused"
LAPSED = "lapsed"
FILINGS = (
    (FILED, "立案"), (SUGGESTION, "转意见建议"), (MERGED, "并案"), (REFUSED, "不予立案"),
)  # fmt: skip


@dataclass(frozen=True)
class ProposalFacts:
    """What varies between two proposals."""

    number: str = fact("提案编号")
    subject: str = fact("案由")
    needed: int = fact("应联名人数", kind="int")
    cosigners: int = fact("联名人数", kind="int")
    urgent: bool = fact("紧急提案", kind="bool")
    filing: str = fact("立案审查", kind="choice", choices=FILINGS)
    into: str = fact("并入")
    host: int = fact("承办人", kind="person")
    outcome: str = fact("答复类别", kind="choice", choices=tuple(OUTCOMES.items()))
    answer: str = fact("答复", kind="longtext")
    rating: int = fact("最低的评价", kind="int")
    objected: bool = fact("异议成立", kind="bool")
    silent: bool = fact("逾时视为立案", kind="bool")
    lapsed: bool = fact("联名到期不足", kind="bool")
    countersigned: bool = fact("答复已会签", kind="bool")
    kept_out: tuple[int, ...] = ()
    """Who keeps out of deciding: the proposer and everybody who signed, by their numbers."""
    doing: str = ""


def on_its_page(code: str) -> Guard:
    """Return the guard of a step whose work is done on the proposal's own page only."""

    def guard(facts: Facts) -> Refused | None:
        return None if facts.get("doing") == code else refusals.OnPage()

    guard.__name__ = guard.__qualname__ = f"on_its_page_{code}"
    return guard


def too_few(facts: Facts) -> bool:
    """Test if it is handed in by fewer than the plan asks for (R158)."""
    if has_lapsed(facts):
        return False
    return (facts.get("cosigners") or 0) < (facts.get("needed") or 1)


def has_lapsed(facts: Facts) -> bool:
    """Test if the days of gathering ended with too few names."""
    return bool(facts.get("lapsed"))


def is_urgent(facts: Facts) -> bool:
    """Test if it goes the way of 24 hours."""
    return bool(facts.get("urgent"))


def is_filed(facts: Facts) -> bool:
    """Test if it was filed, by a word or by silence."""
    return facts.get("filing") == "filed"


def signed_it(facts: Facts) -> bool:
    """Test if the one who acts is among the authors (`by`)."""
    return facts.get("by") in (facts.get("kept_out") or ())


def is_unhappy(facts: Facts) -> bool:
    """Test if an author is not satisfied: it is handled once more, by somebody else."""
    return 0 < (facts.get("rating") or 0) <= UNHAPPY


def is_host(facts: Facts) -> bool:
    """Test if the one who acts has written the answer (`by`)."""
    return facts.get("by") == facts.get("host")


def is_sent_back(facts: Facts) -> bool:
    """Test if the answer was not countersigned: it is written anew."""
    return not facts.get("countersigned")


def was_objected(facts: Facts) -> bool:
    """Test if an objection to the published answer was upheld."""
    return bool(facts.get("objected"))


_FILING = (Way("assign", when=is_filed), Way("explain"))

PROPOSAL = Procedure(
    code="proposals.proposal",
    version="2025.2",
    matter="二级教代会提案",
    owner=SECRETARY,
    project="3.4",
    basis=("3.4-1",),
    facts=ProposalFacts,
    steps=(
        Step(
            code="submit",
            name="联名与提交",
            duty=Duty(lead=APPLICANT),
            within=Within(7, Unit.DAYS),
            outputs=(Output("form", "提案表和联名", "record"),),
            risks=(
                Risk("PRO-1", "冒名或凑名", "联名由各人登录自己的账号确认，含提案人3人", too_few),
            ),
            guard=on_its_page("submit"),
            escalations=(Escalation(100, "lead", "proposals.lapse_gathering"),),
            ways=(Way(END, when=has_lapsed), Way("file_urgent", when=is_urgent), Way("file")),
            page=PAGE,
            hint="把链接发给其他代表，请他们在 7 日内自己联名；到期名字不够的自动终止",
        ),
        Step(
            code="file",
            name="立案审查",
            duty=Duty(lead=SECRETARY, backup=CHAIR, recuse=(signed_it,)),
            within=Within(10, Unit.WORKING_DAYS),
            outputs=(Output("filing", "立案决定", "record"),),
            no_risk=True,
            guard=on_its_page("file"),
            escalations=(Escalation(100, "backup"),),
            ways=_FILING,
            page=PAGE,
            hint="立案、转意见建议、并案或不予立案，除立案外都写理由",
        ),
        Step(
            code="file_urgent",
            name="紧急提案24小时立案答复",
            duty=Duty(lead=SECRETARY, backup=CHAIR, recuse=(signed_it,)),
            within=Within(24, Unit.HOURS),
            outputs=(Output("filing", "立案决定", "record"),),
            no_risk=True,
            guard=on_its_page("file_urgent"),
            escalations=(
                Escalation(50, "backup"),
                Escalation(90, LEADER),
                Escalation(100, LEADER, "proposals.file_by_silence"),
            ),
            ways=_FILING,
            page=PAGE,
            hint="24 小时连续计时，节假日不停；到时不答复，自动立案",
        ),
        Step(
            code="assign",
            name="交办",
            duty=Duty(lead=SECRETARY, backup=CHAIR, recuse=(signed_it,)),
            within=Within(3, Unit.WORKING_DAYS),
            outputs=(Output("order", "交办单", "record"),),
            no_risk=True,
            guard=on_its_page("assign"),
            escalations=(Escalation(100, "backup"),),
            ways=(Way("handle"),),
            page=PAGE,
            hint="指定承办人，不能是提案人或联名人",
        ),
        Step(
            code="handle",
            name="承办与面商",
            duty=Duty(lead=HOST, backup=SECRETARY, recuse=(signed_it,)),
            within=Within(45, Unit.DAYS),
            outputs=(Output("meeting", "面商记录", "record"),),
            no_risk=True,
            guard=on_its_page("handle"),
            escalations=(Escalation(80, "backup"), Escalation(100, CHAIR)),
            ways=(Way("reply"),),
            waits="等提案人补充",
            page=PAGE,
            hint="与提案人当面商量，记下时间、人和说了什么；要提案人补充的可以停钟，停了多久公开",
        ),
        Step(
            code="reply",
            name="书面答复",
            duty=Duty(lead=HOST, backup=SECRETARY, recuse=(signed_it,)),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("letter", "答复", "record"),),
            no_risk=True,
            guard=on_its_page("reply"),
            escalations=(Escalation(100, CHAIR),),
            ways=(Way("countersign"),),
            page=PAGE,
            hint="写明采纳实施、列入计划、留作参考还是暂不采纳，为什么",
        ),
        Step(
            code="countersign",
            name="答复会签",
            duty=Duty(lead=CHAIR, backup=SECRETARY, recuse=(signed_it, is_host)),
            within=Within(3, Unit.WORKING_DAYS),
            outputs=(Output("countersign", "会签意见", "record"),),
            no_risk=True,
            guard=on_its_page("countersign"),
            escalations=(Escalation(100, "backup"),),
            ways=(Way("reply", when=is_sent_back, times=2, note="不同意的重新答复"), Way("rate")),
            page=PAGE,
            hint="答复要另一位负责人签过才送提案人；承办人不签自己的答复",
        ),
        Step(
            code="rate",
            name="提案人和联名人评价",
            duty=Duty(lead=APPLICANT),
            within=Within(10, Unit.WORKING_DAYS),
            outputs=(Output("rating", "评价", "record"),),
            no_risk=True,
            guard=on_its_page("rate"),
            escalations=(Escalation(100, SECRETARY, "proposals.lapse_rating"),),
            ways=(
                Way("assign", when=is_unhappy, times=1, note="不满意的换人再办一次"),
                Way("publish"),
            ),
            page=PAGE,
            hint="有一人不满意就换人再办一次；到期没有评价的照常公开，不计入满意率",
        ),
        Step(
            code="publish",
            name="办理结果公开",
            kind=Kind.PUBLICITY,
            duty=Duty(lead=SECRETARY, backup=CHAIR),
            publicity=Publicity(
                working_days=5,
                shows=(
                    Shown("number", "提案编号"),
                    Shown("subject", "案由"),
                    Shown("outcome", "答复类别"),
                    Shown("answer", "答复"),
                ),
                objected="objected",
                section="提案",
                if_upheld="重新答复",
            ),
            outputs=(Output("snapshot", "公示截图", "screenshot"),),
            no_risk=True,
            ways=(Way("reply", when=was_objected, times=1), Way(END)),
        ),
        Step(
            code="explain",
            name="向提案人说明",
            kind=Kind.AUTO,
            duty=Duty(lead=SECRETARY, backup=CHAIR),
            within=Within(1, Unit.HOURS),
            outputs=(Output("letter", "说明", "record"),),
            no_risk=True,
            ways=(Way(END),),
            act="proposals.explain",
        ),
    ),
)

SHEETS = (PROPOSAL,)
