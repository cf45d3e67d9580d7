"""An appraisal below the pass mark is rectified: the sheet of 3.4-1③ as it runs (R161, R162)."""

from dataclasses import dataclass

from smartunion.kernel.procedures.define import (
    END,
    Duty,
    Escalation,
    Facts,
    Kind,
    Output,
    Procedure,
    Publicity,
    Risk,
    Shown,
    Since,
    Step,
    Unit,
    Way,
    Within,
    fact,
)

LIAISON, BRANCH, CHAIR = "college_liaison", "branch_chair", "democracy_committee_chair"


@dataclass(frozen=True)
class RectificationFacts:
    """What varies between two rectifications."""

    appraised: str = fact("评议对象")
    mean: str = fact("平均分", hint="有效票的平均分，不取整")
    report: str = fact("整改报告", kind="longtext")
    objected: bool = fact("公示期内异议成立", kind="bool", default=False)
    outcome: str = fact("复评结果", kind="longtext")


def no_report(facts: Facts) -> bool:
    """Test if nothing was written."""
    return not str(facts.get("report") or "").strip()


def no_outcome(facts: Facts) -> bool:
    """Test if the vote anew is not reported."""
    return not str(facts.get("outcome") or "").strip()


def objected(facts: Facts) -> bool:
    """Test if an objection was upheld while the report was posted."""
    return bool(facts.get("objected"))


RECTIFICATION = Procedure(
    code="congress.rectification",
    version="2025.1",
    matter="民主评议整改",
    owner=CHAIR,
    project="3.4",
    basis=("3.4-1③",),
    facts=RectificationFacts,
    steps=(
        Step(
            code="report",
            name="提交书面整改报告",
            duty=Duty(lead=LIAISON, backup=BRANCH),
            within=Within(10, Unit.DAYS, Since.EVENT, roll=False),
            outputs=(Output("report", "书面整改报告", "form"),),
            asks=("report",),
            risks=(Risk("CONG-1", "不写报告就算整改", "没有书面报告不能公示", no_report),),
            escalations=(Escalation(70, BRANCH), Escalation(100, CHAIR)),
            ways=(Way("posting"),),
            hint="评议会之日起10日内须公示，休息日不顺延；一交即公示，第7日提醒",
        ),
        Step(
            code="posting",
            name="整改报告公示",
            kind=Kind.PUBLICITY,
            duty=Duty(lead=BRANCH, backup="branch_member"),
            publicity=Publicity(
                working_days=5,
                shows=(
                    Shown("unit", "单位", "unit"),
                    Shown("appraised", "评议对象"),
                    Shown("mean", "平均分"),
                    Shown("report", "整改报告"),
                ),
                objected="objected",
                section="民主评议",
                if_upheld="退回重写整改报告",
                body="低于80分的须书面整改；对整改报告有意见的，请在公示期内提出。",
            ),
            outputs=(Output("snapshot", "公示截图", "screenshot"),),
            no_risk=True,
            ways=(
                Way("report", when=objected, times=1, note="异议成立，重写报告"),
                Way("followup"),
            ),
        ),
        Step(
            code="followup",
            name="代表复评",
            duty=Duty(lead=CHAIR, backup="executive_vice_chair"),
            within=Within(30, Unit.DAYS),
            outputs=(Output("outcome", "复评结果", "form"),),
            asks=("outcome",),
            risks=(Risk("CONG-2", "整改走过场", "30日内由代表无记名复评", no_outcome),),
            escalations=(Escalation(100, "executive_vice_chair"),),
            ways=(Way(END),),
            hint="在教代会上发起一次新的评议，把结果写在这里",
        ),
    ),
)

SHEETS = (RECTIFICATION,)
