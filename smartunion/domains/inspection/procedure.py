"""经费审查“双随机一公开”: freeze, roll, draw, look, give back, publish (3.4-2, R164–R171)."""

from dataclasses import dataclass

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
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

PAGE = "inspection:step"
DIRECTOR, STAND_IN = "audit_director", "democracy_committee_chair"
RESPONSIBLE = "@responsible"


@dataclass(frozen=True)
class RoundFacts:
    """What varies between two rounds."""

    number: str = fact("审查编号")
    ledger_rows: int = fact("账本凭证", kind="int")
    frame_rows: int = fact("名单凭证", kind="int")
    frame_root: str = fact("名单哈希")
    seed: str = fact("种子")
    spoiled: bool = fact("仪式作废", kind="bool")
    branches: str = fact("抽中的分会")
    drawn: int = fact("抽中凭证", kind="int")
    checked: int = fact("已查凭证", kind="int")
    checked_fen: int = fact("被查金额", kind="fen")
    problem_fen: int = fact("问题金额", kind="fen")
    share: str = fact("问题金额占比")
    open_problems: int = fact("未办结的问题", kind="int")
    objected: bool = fact("异议成立", kind="bool")
    kept_out: tuple[int, ...] = ()
    """Who keeps out because their own branch was drawn, by their numbers."""
    doing: str = ""
    """Which step is being done on the round's own page; any other page leaves it out."""


@dataclass(frozen=True)
class ProblemFacts:
    """What varies between two problems found."""

    number: str = fact("审查编号")
    branch: str = fact("分会")
    problem_fen: int = fact("问题金额", kind="fen")
    returned_fen: int = fact("已退金额", kind="fen")
    responsible: int = fact("责任人", kind="person")
    severe: bool = fact("情节严重", kind="bool")
    kept_out: tuple[int, ...] = ()
    """Who keeps out: it is their own branch or their own doing."""
    doing: str = ""


def on_its_page(code: str) -> Guard:
    """Return the guard of a step whose work is done on the round's own page only."""

    def guard(facts: Facts) -> Refused | None:
        return None if facts.get("doing") == code else refusals.OnRoundPage()

    guard.__name__ = guard.__qualname__ = f"on_its_page_{code}"
    return guard


def frame_gap(facts: Facts) -> bool:
    """Test if the frame leaves a voucher of the ledger out."""
    return facts.get("frame_rows") != facts.get("ledger_rows")


def seed_without_frame(facts: Facts) -> bool:
    """Test if the dice would roll before the frame is published."""
    return not facts.get("frame_root")


def is_spoiled(facts: Facts) -> bool:
    """Test if something went wrong at the dice: nobody rolls again, the round is done anew."""
    return bool(facts.get("spoiled"))


def unchecked(facts: Facts) -> bool:
    """Test if a drawn voucher was not looked at."""
    return (facts.get("checked") or 0) < (facts.get("drawn") or 0)


def problems_open(facts: Facts) -> bool:
    """Test if money is not back yet, or a statement or a hand-over is missing."""
    return bool(facts.get("open_problems"))


def short(facts: Facts) -> bool:
    """Test if less than the problem money is back, be it by a fen."""
    return (facts.get("returned_fen") or 0) < (facts.get("problem_fen") or 0)


def kept_out(facts: Facts) -> bool:
    """Test if the one who acts is of a drawn branch, or part of the problem (`by`)."""
    return facts.get("by") in (facts.get("kept_out") or ())


def is_severe(facts: Facts) -> bool:
    """Test if the problem goes to the discipline commission (R170)."""
    return bool(facts.get("severe"))


def was_objected(facts: Facts) -> bool:
    """Test if an objection to the published result was upheld."""
    return bool(facts.get("objected"))


ROUND = Procedure(
    code="inspection.round",
    version="2025.2",
    matter="工会经费审查“双随机一公开”",
    owner=STAND_IN,
    project="3.4",
    basis=("3.4-2",),
    facts=RoundFacts,
    steps=(
        Step(
            code="freeze",
            name="冻结抽样名单并公布哈希",
            duty=Duty(lead=DIRECTOR, backup=STAND_IN),
            within=Within(5, Unit.WORKING_DAYS),
            outputs=(Output("frame", "抽样名单与哈希", "record"),),
            risks=(Risk("AUD-1", "名单缺漏", "名单与账本逐张相符，否则不能公布", frame_gap),),
            guard=on_its_page("freeze"),
            escalations=(Escalation(100, STAND_IN),),
            ways=(Way("seed"),),
            page=PAGE,
            hint="名单取自账本；先公布哈希，再掷骰",
        ),
        Step(
            code="seed",
            name="三方公开掷骰取种",
            duty=Duty(lead=DIRECTOR, backup=STAND_IN),
            within=Within(2, Unit.WORKING_DAYS),
            outputs=(Output("dice", "点数记录", "record"), Output("photo", "仪式照片", "photo")),
            risks=(
                Risk("AUD-2", "先掷骰后改名单", "没有公布名单哈希不能掷骰", seed_without_frame),
            ),
            guard=on_its_page("seed"),
            escalations=(Escalation(100, STAND_IN),),
            ways=(Way(END, when=is_spoiled), Way("draw")),
            page=PAGE,
            hint="审计处、教代会执委会、纪委观察员各掷各填，全程拍照，不重掷；有差错的作废另开",
        ),
        Step(
            code="draw",
            name="抽取分会、凭证和审查人",
            kind=Kind.AUTO,
            duty=Duty(lead=DIRECTOR, backup=STAND_IN),
            within=Within(1, Unit.HOURS),
            outputs=(Output("sample", "抽取结果", "record"),),
            no_risk=True,
            ways=(Way("examine"),),
            act="inspection.draw",
            hint="由名单和种子算出，谁都可以复算",
        ),
        Step(
            code="examine",
            name="查验原始凭证",
            duty=Duty(lead=DIRECTOR, backup=STAND_IN, recuse=(kept_out,)),
            within=Within(15, Unit.DAYS),
            outputs=(Output("workpaper", "查验底稿", "record"),),
            risks=(Risk("AUD-3", "漏查", "抽中的每一张都查过才能办结", unchecked),),
            guard=on_its_page("examine"),
            escalations=(Escalation(100, STAND_IN),),
            ways=(Way("report"),),
            page=PAGE,
            hint="抽中的审查人先照原件填，再看账面；本分会的回避",
        ),
        Step(
            code="report",
            name="审查报告",
            duty=Duty(lead=DIRECTOR, backup=STAND_IN, recuse=(kept_out,)),
            within=Within(10, Unit.WORKING_DAYS),
            outputs=(Output("report", "审查报告", "record"),),
            risks=(Risk("AUD-4", "钱没退就结案", "每件问题都办结才能出报告", problems_open),),
            guard=on_its_page("report"),
            escalations=(Escalation(100, STAND_IN),),
            ways=(Way("publish"),),
            page=PAGE,
            hint="写明查了什么、问题金额和占比、怎么改",
        ),
        Step(
            code="publish",
            name="校内公开检查结果",
            kind=Kind.PUBLICITY,
            duty=Duty(lead=DIRECTOR, backup=STAND_IN),
            publicity=Publicity(
                working_days=5,
                shows=(
                    Shown("number", "审查编号"),
                    Shown("branches", "抽中的分会"),
                    Shown("drawn", "抽查凭证（张）"),
                    Shown("checked_fen", "被查金额"),
                    Shown("problem_fen", "问题金额"),
                    Shown("share", "问题金额占比"),
                ),
                objected="objected",
                section="审查",
                if_upheld="重新出具审查报告",
                body="名单、点数、种子和核验脚本在公开栏“抽查”，任何人都可以重算。",
            ),
            outputs=(Output("snapshot", "公示截图", "screenshot"),),
            no_risk=True,
            ways=(Way("report", when=was_objected, times=1), Way(END)),
        ),
    ),
)

PROBLEM = Procedure(
    code="inspection.problem",
    version="2025.1",
    matter="审查问题整改",
    owner=STAND_IN,
    project="3.4",
    basis=("3.4-2",),
    facts=ProblemFacts,
    steps=(
        Step(
            code="notice",
            name="通知退款和说明",
            kind=Kind.AUTO,
            duty=Duty(lead=DIRECTOR, backup=STAND_IN),
            within=Within(1, Unit.HOURS),
            outputs=(Output("notice", "整改通知", "record"),),
            no_risk=True,
            ways=(Way(("refund", "statement")),),
            act="inspection.notice",
        ),
        Step(
            code="refund",
            name="问题金额退回",
            duty=Duty(lead=RESPONSIBLE, backup="finance_clerk"),
            within=Within(24, Unit.HOURS),
            outputs=(Output("receipt", "退款回单号", "record"),),
            risks=(Risk("AUD-5", "退款不足", "差一分也不能办结", short),),
            guard=on_its_page("refund"),
            escalations=(Escalation(50, "backup"), Escalation(100, DIRECTOR)),
            ways=(Way("judge"),),
            page=PAGE,
            hint="24 小时连续计时，节假日不停；可以分次退",
        ),
        Step(
            code="statement",
            name="责任人书面说明",
            duty=Duty(lead=RESPONSIBLE, backup=None),
            within=Within(3, Unit.DAYS),
            outputs=(Output("statement", "书面说明", "record"),),
            no_risk=True,
            guard=on_its_page("statement"),
            escalations=(Escalation(100, DIRECTOR),),
            ways=(Way("judge"),),
            page=PAGE,
            hint="自然日，末日遇休息日顺延",
        ),
        Step(
            code="judge",
            name="认定情节",
            duty=Duty(lead=DIRECTOR, backup=STAND_IN, recuse=(kept_out,)),
            within=Within(2, Unit.WORKING_DAYS),
            outputs=(Output("judgment", "认定", "record"),),
            no_risk=True,
            guard=on_its_page("judge"),
            join=True,
            escalations=(Escalation(100, STAND_IN),),
            ways=(Way("refer", when=is_severe), Way(END)),
            page=PAGE,
            hint="看退款和说明，情节严重的移交校纪委",
        ),
        Step(
            code="refer",
            name="校纪委接收移交",
            duty=Duty(lead="discipline_officer", backup=DIRECTOR),
            within=Within(2, Unit.WORKING_DAYS),
            outputs=(Output("handover", "移交接收单号", "record"),),
            no_risk=True,
            guard=on_its_page("refer"),
            ways=(Way(END),),
            page=PAGE,
            hint="纪委经办人签收，写接收单号",
        ),
    ),
)

SHEETS = (ROUND, PROBLEM)
