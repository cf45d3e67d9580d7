"""善后的三张六栏表: escort with the deposit, debrief, telling of the locating (R119, R125–R129)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.crypto import salted_hmac

from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.procedures.define import (
    END,
    Duty,
    Escalation,
    Facts,
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


def mark_of(person_id: int) -> str:
    """Return the mark that a case keeps in place of a person: keyed, so that no list undoes it."""
    return salted_hmac("crisis.subject", str(person_id), algorithm="sha256").hexdigest()


def mark_of_drill(unit_id: int | None, at: datetime) -> str:
    """Return the mark of a drill about nobody: each one is its own, two branches' at once too."""
    said = f"{unit_id or 0}/{at.isoformat()}"
    return salted_hmac("crisis.drill", said, algorithm="sha256").hexdigest()


def kept_out(facts: Facts) -> bool:
    """Test if the one who acts (`by`) must keep out: by number, or known by the mark alone."""
    by = int(facts.get("by") or 0)
    out = [str(one) for one in facts.get("kept_out") or ()]
    return str(by) in out or mark_of(by) in out


@dataclass(frozen=True)
class EscortFacts:
    """What varies between two escorts. Never who it is."""

    number: str = fact("编号")
    kept_out: tuple[str, ...] = ()
    """The mark that stands for the person, so that they are kept out of every step."""
    escorted: bool = fact("已见到家属", kind="bool")
    asks_fen: int = fact("请求垫付", kind="fen")
    most_fen: int = fact("垫付上限", kind="fen")
    paid_fen: int = fact("已垫付", kind="fen")
    left_fen: int = fact("未结", kind="fen")


def not_escorted(facts: Facts) -> bool:
    """Test if nobody has met the family yet."""
    return not facts.get("escorted")


def asks_nothing(facts: Facts) -> bool:
    """Test if the family needs no deposit advanced."""
    return not facts.get("asks_fen")


def above_limit(facts: Facts) -> bool:
    """Test if more was advanced than the plan allows for a case."""
    return int(facts.get("paid_fen") or 0) > int(facts.get("most_fen") or 0)


def paid_otherwise(facts: Facts) -> bool:
    """Test if another amount was paid than the escort asked for."""
    return facts.get("paid_fen") != facts.get("asks_fen")


def still_out(facts: Facts) -> bool:
    """Test if a part of the advance is neither back nor charged."""
    return facts.get("left_fen") != 0


def settled(facts: Facts) -> Refused | None:
    """Refuse to end while money of the fund is out (R127)."""
    left = int(facts.get("left_fen") or 0)
    if not still_out(facts):
        return None
    return refusals.NotSettled(number=str(facts.get("number")), left=in_yuan(left))


ESCORT = Procedure(
    code="crisis.escort",
    version="2025.1",
    matter="危机个案家属陪同与押金垫付",
    owner="health_committee_chair",
    project="3.2",
    basis=("6",),
    facts=EscortFacts,
    confidential=True,
    steps=(
        Step(
            code="escort",
            name="陪同家属办理手续",
            duty=Duty(lead="welfare_officer", backup="welfare_committee_chair", recuse=(kept_out,)),
            within=Within(24, Unit.HOURS, Since.EVENT, roll=False),
            outputs=(Output("escort", "陪同记录", "form"),),
            escalations=(
                Escalation(75, "welfare_committee_chair"),
                Escalation(100, "executive_vice_chair"),
            ),
            risks=(Risk("CRI-1", "家属到院无人接应", "见到家属才能办结，记时间", not_escorted),),
            asks=("escorted",),
            ways=(Way(END, when=asks_nothing, note="家属不需垫付"), Way("pay")),
            page="crisis:aftercare",
            hint="带上转介单编号和家属电话；只谈手续，不谈病情",
        ),
        Step(
            code="pay",
            name="垫付住院押金",
            duty=Duty(lead="finance_clerk", backup="finance_head", recuse=(kept_out,)),
            within=Within(24, Unit.HOURS, Since.EVENT, roll=False),
            outputs=(Output("receipt", "付款回单", "record"),),
            escalations=(Escalation(75, "finance_head"),),
            risks=(
                Risk("CRI-2", "超过垫付上限", "每案不超过计划的押金额", above_limit),
                Risk("CRI-3", "垫付与请求不符", "实付等于陪同人请求的金额", paid_otherwise),
            ),
            ways=(Way("settle"),),
            page="crisis:aftercare",
            hint="从爱心基金列支，付给医院，不经个人",
        ),
        Step(
            code="settle",
            name="报销或追偿",
            duty=Duty(lead="welfare_officer", backup="finance_head", recuse=(kept_out,)),
            within=Within(10, Unit.DAYS, roll=False),
            outputs=(Output("settlement", "结算凭据", "record"),),
            escalations=(Escalation(70, "lead"), Escalation(100, "finance_head")),
            risks=(Risk("CRI-4", "垫付长期挂账", "未结清不能办结，第7日、第10日提醒", still_out),),
            guard=settled,
            ways=(Way(END),),
            page="crisis:aftercare",
            hint="医院退费、家属归还记追回；凭票由基金承担记报销",
        ),
    ),
)


@dataclass(frozen=True)
class DebriefFacts:
    """What varies between two debriefs."""

    number: str = fact("编号")
    kept_out: tuple[str, ...] = ()
    """The mark that stands for the person, so that they are kept out of every step."""
    people: int = fact("到会人数", kind="int")
    reported: bool = fact("干预报告已封存", kind="bool")


PAIR = 2


def alone(facts: Facts) -> bool:
    """Test if fewer than two people sat together."""
    return int(facts.get("people") or 0) < PAIR


def not_reported(facts: Facts) -> bool:
    """Test if no intervention report lies sealed."""
    return not facts.get("reported")


DEBRIEF = Procedure(
    code="crisis.debrief",
    version="2025.1",
    matter="危机个案复盘",
    owner="health_committee_chair",
    project="3.2",
    basis=("6",),
    facts=DebriefFacts,
    confidential=True,
    steps=(
        Step(
            code="debrief",
            name="学院复盘会并形成报告",
            duty=Duty(lead="college_liaison", backup="branch_chair", recuse=(kept_out,)),
            within=Within(72, Unit.HOURS, Since.EVENT, roll=False),
            outputs=(Output("report", "心理危机干预报告", "form"),),
            escalations=(
                Escalation(66, "lead"),
                Escalation(90, "branch_chair"),
                Escalation(100, "union_chair"),
            ),
            risks=(
                Risk("CRI-5", "复盘走过场", "至少两人到会", alone),
                Risk("CRI-6", "报告外泄", "报告只以封存方式保存", not_reported),
            ),
            asks=("people", "reported"),
            ways=(Way(END),),
            page="crisis:aftercare",
            hint="只谈流程和做法，不谈当事人是谁；报告写完即封存",
        ),
    ),
)


@dataclass(frozen=True)
class TellingFacts:
    """What varies between two tellings."""

    number: str = fact("编号")
    kept_out: tuple[str, ...] = ()
    """The mark that stands for the person, so that they are kept out of every step."""
    told: bool = fact("已告知本人", kind="bool")


def not_told(facts: Facts) -> bool:
    """Test if the person has not been told yet."""
    return not facts.get("told")


TELLING = Procedure(
    code="crisis.telling",
    version="2025.1",
    matter="定位后依法告知本人",
    owner="health_committee_chair",
    project="3.2",
    basis=("6",),
    facts=TellingFacts,
    confidential=True,
    steps=(
        Step(
            code="tell",
            name="告知本人用过位置",
            duty=Duty(lead="psychologist", backup="psychology_head", recuse=(kept_out,)),
            within=Within(72, Unit.HOURS, Since.EVENT, roll=False),
            outputs=(Output("notice", "告知记录", "record"),),
            escalations=(
                Escalation(66, "lead"),
                Escalation(90, "psychology_head"),
                Escalation(100, "executive_vice_chair"),
            ),
            risks=(Risk("CRI-7", "用过位置不告知本人", "发出告知才能办结，记时间", not_told),),
            ways=(Way(END),),
            page="crisis:aftercare",
            hint="紧急情况消除后及时告知（个人信息保护法第18条）；消息不写缘由，本人登录后看用途和经办",
        ),
    ),
)

SHEETS = (ESCORT, DEBRIEF, TELLING)
