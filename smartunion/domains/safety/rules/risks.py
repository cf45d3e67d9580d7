"""Chapter 7 as data: three scenarios, their controls as functions that really run. Pure.

A control names what evaluates it; one whose part of the house does not run yet says so, and the
sentence that the plan's text breaks off in (7.3③) stays a gap with a reading that is only proposed
(T71).
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from smartunion.kernel.base.days import campus_day


class Standing(StrEnum):
    """How a control stands."""

    HOLDS = "holds"
    FAILS = "fails"
    IDLE = "idle"
    LAPSED = "lapsed"
    ABSENT = "absent"
    GAP = "gap"

    @property
    def words(self) -> str:
        """Return the standing in Chinese."""
        return {
            "holds": "有效",
            "fails": "失效",
            "idle": "还没有数据",
            "lapsed": "本期没有运行",
            "absent": "尚未运行",
            "gap": "原文中断",
        }[self.value]

    @property
    def mark(self) -> str:
        """Return the standing's shape."""
        return {
            "holds": "ok", "fails": "late", "idle": "na", "lapsed": "late", "absent": "hold",
            "gap": "off",
        }[self.value]  # fmt: skip


@dataclass(frozen=True)
class Control:
    """防控: one measure of the plan. `runs` names what evaluates it; empty for none yet."""

    code: str
    clause: str
    words: str
    runs: str = ""
    waits_for: str = ""
    """Which part of the house will run it."""
    monthly: bool = False
    """The plan asks for it every month: a month in which it did not work is a lapse."""
    is_cut_off: bool = False
    reading: str = ""
    """What we propose where the text is cut off; nobody has confirmed it."""


@dataclass(frozen=True)
class Scenario:
    """风险: one scenario of chapter 7."""

    code: str
    clause: str
    kind: str
    matter: str
    owner: str
    """The office that answers for it."""
    trigger: str
    """What evaluates whether it is happening now."""
    trigger_words: str
    exercise: str
    """What an exercise plays."""
    drill: str
    """The protocol that its drill goes by, on the phones of those who would really be called."""
    controls: tuple[Control, ...]


SCENARIOS = (
    Scenario(
        code="cash_out",
        clause="7.1",
        kind="财务风险",
        matter="数币补贴被恶意套现",
        owner="welfare_committee_chair",
        trigger="freezings",
        trigger_words="有付款设备被自动冻结、还没有裁定",
        exercise="同一设备30分钟内连付三笔：看第三笔是否挂起、设备是否冻结、一个工作日内是否裁定",
        drill="safety.cash_out",
        controls=(
            Control(
                "cash_out.deposit",
                "7.1①",
                "商户签《反套现承诺书》，缴保证金2万元",
                runs="deposits",
            ),
            Control("cash_out.freeze", "7.1②", "同设备30分钟内≥3笔自动冻结", runs="freeze_rule"),
            Control(
                "cash_out.callback",
                "7.1③",
                "每月聘请第三方对5%交易做电话回访，发现套现即扣减补贴并取消资格",
                runs="callbacks",
                monthly=True,
            ),
        ),
    ),
    Scenario(
        code="child_injury",
        clause="7.2",
        kind="舆情风险",
        matter="托育中心出现幼儿意外伤害",
        owner="welfare_committee_chair",
        trigger="child_cases",
        trigger_words="有托育意外正在处置",
        exercise="下午户外活动一名幼儿摔伤：30分钟通报、2小时家长说明会、24小时邀请联合调查，录像保全",
        drill="safety.child_injury",
        controls=(
            Control(
                "child.cameras", "7.2①", "64路1080P监控，录像保存90天", waits_for="托育中心监控台账"
            ),
            Control(
                "child.agreement",
                "7.2②",
                "与家长签《托育安全协议》，明确意外险校方责任范围",
                waits_for="托育中心入托合同",
            ),
            Control(
                "child.statement",
                "7.2③",
                "30分钟《情况通报》、2小时家长说明会、24小时邀请联合调查",
                runs="child_sheet",
            ),
        ),
    ),
    Scenario(
        code="sudden_death",
        clause="7.3",
        kind="法律风险",
        matter="文体活动参赛者猝死",
        owner="culture_committee_chair",
        trigger="incidents",
        trigger_words="有活动突发事件正在处置",
        exercise="终点处一人倒地：30秒响应、3分钟AED、4分钟医护、8分钟到校医院",
        drill="safety.incident",
        controls=(
            Control(
                "death.report",
                "7.3①",
                "赛前强制提交3个月内体检报告，与校医院HIS自动校验",
                runs="health_gate",
            ),
            Control("death.insurance", "7.3②", "人身意外险30万元/人，2025—2027", runs="insurance"),
            Control(
                "death.cut_off",
                "7.3③",
                "现场……（原文在此处中断）",
                is_cut_off=True,
                reading="建议按5.3读：现场按1:50配医护、安保、志愿者，配AED 1台、急救包3套，"
                "30秒响应、4分钟医护到场、8分钟转运。请对照原件补全，确认前不作为已有防控。",
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Finding:
    """What an evaluation found: how the control stands, in words with the figures, and when.

    `worked_at` is the moment of the newest row from which it was told: the control's last work.
    """

    standing: Standing
    words: str
    worked_at: datetime | None = None


def control(code: str) -> Control:
    """Return the control of that code; KeyError for none."""
    for scenario in SCENARIOS:
        for one in scenario.controls:
            if one.code == code:
                return one
    raise KeyError(code)


def scenario(code: str) -> Scenario:
    """Return the scenario of that code; KeyError for none."""
    for one in SCENARIOS:
        if one.code == code:
            return one
    raise KeyError(code)


def unrun(one: Control) -> Finding | None:
    """Return what stands of a control that nothing evaluates; None for one that runs."""
    if one.is_cut_off:
        return Finding(Standing.GAP, "计划文本在“现场”处中断，不补写")
    if not one.runs:
        return Finding(Standing.ABSENT, f"尚未运行：等“{one.waits_for}”上线")
    return None


def is_stale(evaluated_at: datetime | None, at: datetime, days: int) -> bool:
    """Test if the last evaluation is missing or too long ago to be trusted."""
    return evaluated_at is None or at - evaluated_at > timedelta(days=days)


def has_lapsed(one: Control, worked_at: datetime | None, on: date) -> bool:
    """Test if a monthly control worked neither in this month of the campus nor in the last."""
    if not one.monthly:
        return False
    last = (on.replace(day=1) - timedelta(days=1)).replace(day=1)
    return worked_at is None or campus_day(worked_at) < last
