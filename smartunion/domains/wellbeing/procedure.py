"""谈心与评估: the sheets of 3.2-2 as they run (R102, R104, T42).

A sheet's facts name who acts, never who is cared for: that lies sealed with the alert. Nothing in
the talk's sheet tells a band or a score, so nothing of it can be passed on.
"""

from dataclasses import dataclass

from smartunion.kernel.procedures.define import (
    END,
    Duty,
    Escalation,
    Facts,
    Output,
    Procedure,
    Risk,
    Step,
    Unit,
    Way,
    Within,
    fact,
)

OUTCOMES = (
    ("close", "情况平稳，到此为止"),
    ("refer", "转心理中心跟进"),
    ("hospital", "建议就医并陪同衔接"),
    ("red", "担心有危险，启动紧急处置"),
)


@dataclass(frozen=True)
class TalkFacts:
    """Who talks, who stands in, who hears of it when nobody did."""

    number: str = fact("编号")
    officer: int = fact("谈心人", kind="person")
    deputy: int = fact("替补", kind="person")
    chair: int = fact("到期接手", kind="person")
    recorded: bool = fact("已写谈心记录", kind="bool")
    outcome: str = fact("结果", kind="choice", choices=OUTCOMES)


@dataclass(frozen=True)
class AssessmentFacts:
    """Who assesses, and who answers for the centre."""

    number: str = fact("编号")
    psychologist: int = fact("评估人", kind="person")
    head: int = fact("心理中心负责人", kind="person")
    recorded: bool = fact("已写评估记录", kind="bool")
    outcome: str = fact("结果", kind="choice", choices=OUTCOMES)


REVIEWED = (
    ("red", "按红色处置"),
    ("yellow", "定为黄色，转专业评估"),
    ("blue", "定为蓝色，转关心谈心"),
)


@dataclass(frozen=True)
class ReviewFacts:
    """Who of the centre looks first, and who when the first does not."""

    number: str = fact("编号")
    reviewer: int = fact("复核人", kind="person")
    deputy: int = fact("替补", kind="person")
    recorded: bool = fact("已写复核理由", kind="bool")
    outcome: str = fact("结果", kind="choice", choices=REVIEWED)


@dataclass(frozen=True)
class ContactFacts:
    """Who of the centre calls today, who when the first does not, who answers for it."""

    number: str = fact("编号")
    caller: int = fact("联系人", kind="person")
    deputy: int = fact("替补", kind="person")
    head: int = fact("心理中心负责人", kind="person")
    recorded: bool = fact("已写联系记录", kind="bool")
    outcome: str = fact("结果", kind="choice", choices=OUTCOMES)


def not_recorded(facts: Facts) -> bool:
    """Test if nobody has written down when and how it was done."""
    return not facts.get("recorded")


TALK = Procedure(
    code="wellbeing.talk",
    version="2025.1",
    matter="关心谈心",
    owner="health_committee_chair",
    project="3.2",
    basis=("3.2-2",),
    facts=TalkFacts,
    confidential=True,
    steps=(
        Step(
            code="talk",
            name="谈心并记录",
            duty=Duty(lead="@officer", backup="@deputy", take_over_after=Within(22, Unit.HOURS)),
            within=Within(24, Unit.HOURS),
            outputs=(Output("record", "谈心记录", "record"),),
            escalations=(Escalation(100, "@chair", act="wellbeing.to_chair"),),
            risks=(
                Risk(
                    "WB-1", "打个勾就算谈过", "写明何时、怎样谈的才能办结，记录封存", not_recorded
                ),
            ),
            ways=(Way(END),),
            page="wellbeing:talk",
            hint="请关心谈心：听他说，不评判，不诊断；担心有危险就立即上报",
        ),
    ),
)

ASSESSMENT = Procedure(
    code="wellbeing.assessment",
    version="2025.1",
    matter="专业评估",
    owner="health_committee_chair",
    project="3.2",
    basis=("3.2-2",),
    facts=AssessmentFacts,
    confidential=True,
    steps=(
        Step(
            code="assess",
            name="心理中心评估",
            duty=Duty(lead="@psychologist", backup="@head", take_over_after=Within(48, Unit.HOURS)),
            within=Within(48, Unit.HOURS),
            outputs=(Output("record", "评估记录", "record"),),
            risks=(
                Risk(
                    "WB-2", "只看分数不见人", "写明何时、怎样评估的才能办结，记录封存", not_recorded
                ),
            ),
            ways=(Way(END),),
            page="wellbeing:task",
            hint="写明用途后打开作答与因子；与本人面谈后写评估记录",
        ),
    ),
)

REVIEW = Procedure(
    code="wellbeing.review",
    version="2025.1",
    matter="红色前复核",
    owner="health_committee_chair",
    project="3.2",
    basis=("3.2-2",),
    facts=ReviewFacts,
    confidential=True,
    steps=(
        Step(
            code="review",
            name="心理中心复核",
            duty=Duty(lead="@reviewer", backup="@deputy", take_over_after=Within(15, Unit.MINUTES)),
            within=Within(30, Unit.MINUTES),
            outputs=(Output("record", "复核理由", "record"),),
            escalations=(Escalation(100, "backup", act="wellbeing.review_lapses"),),
            risks=(
                Risk(
                    "WB-3",
                    "没有人看就放过，或者不看就惊动全校",
                    "写明理由才能定级；到时限无人复核即按红色处置",
                    not_recorded,
                ),
            ),
            ways=(Way(END),),
            page="wellbeing:task",
            hint="马上看作答、联系本人，再定级；30分钟没有结果即按红色处置",
        ),
    ),
)

CONTACT = Procedure(
    code="wellbeing.contact",
    version="2025.1",
    matter="当日联系",
    owner="health_committee_chair",
    project="3.2",
    basis=("3.2-2",),
    facts=ContactFacts,
    confidential=True,
    steps=(
        Step(
            code="contact",
            name="心理中心打电话",
            duty=Duty(lead="@caller", backup="@deputy", take_over_after=Within(2, Unit.HOURS)),
            within=Within(4, Unit.HOURS),
            outputs=(Output("record", "联系记录", "record"),),
            escalations=(Escalation(100, "@head"),),
            risks=(
                Risk(
                    "WB-4",
                    "等48小时评估才有人问起",
                    "打通了、说了什么才能办结，记录封存",
                    not_recorded,
                ),
            ),
            ways=(Way(END),),
            page="wellbeing:task",
            hint="今天就打电话：问平安，听他说，不评判；担心有危险就立即启动紧急处置",
        ),
    ),
)

SHEETS = (TALK, ASSESSMENT, REVIEW, CONTACT)
