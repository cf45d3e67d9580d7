"""The joint survey of 5.3 as it runs: the list, then three signatures, 48 hours before (R230)."""

from dataclasses import dataclass

from django.utils.crypto import salted_hmac

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
    Test,
    Unit,
    Way,
    Within,
    fact,
)

from .rules import refusals
from .rules.kinds import Party

HOURS = 48


@dataclass(frozen=True)
class SurveyFacts:
    """What varies between two surveys."""

    number: str = fact("编号")
    what: str = fact("踏勘什么")
    organiser: int = fact("策划人", kind="person", default=0)
    unchecked: int = fact("没看的项", kind="int")
    open_items: int = fact("未整改的风险", kind="int")
    signing: str = ""
    """Which step is being signed on the survey's own page; any other page leaves it out."""
    kept_out: tuple[int, ...] = ()
    """Who signs for no party, by their numbers: the event's organiser."""
    signed: tuple[int, ...] = ()
    """Who has signed for a party already, by their numbers."""


def kept_out(facts: Facts) -> bool:
    """Test if the one who acts is the organiser, who surveys nothing of their own (`by`)."""
    return facts.get("by") in (facts.get("kept_out") or ())


def has_signed(facts: Facts) -> bool:
    """Test if the one who acts has signed for another party (`by`)."""
    return facts.get("by") in (facts.get("signed") or ())


def not_looked_at(facts: Facts) -> bool:
    """Test if a line of the list is still empty, or nothing is on the list at all."""
    return facts.get("unchecked") != 0


def risks_stand(facts: Facts) -> bool:
    """Test if something found is not put right yet."""
    return bool(facts.get("open_items"))


def listed(facts: Facts) -> Refused | None:
    """Refuse to hand the list in from any page but the survey's own."""
    return None if facts.get("signing") == "list" else refusals.SignOnSite()


def _signed_by(party: Party) -> Step:
    def on_its_page(facts: Facts) -> Refused | None:
        return None if facts.get("signing") == party.value else refusals.SignOnSite()

    on_its_page.__name__ = on_its_page.__qualname__ = f"signed_by_{party.value}"
    recuse: tuple[Test, ...] = (kept_out, has_signed)
    return Step(
        code=party.value,
        name=f"{party.words}踏勘签字",
        duty=Duty(lead=party.office, recuse=recuse),
        within=Within(HOURS, Unit.HOURS, since=Since.BEFORE),
        outputs=(Output("signature", f"{party.words}签字", "record"),),
        risks=(
            Risk(
                f"SAFE-{party.value}",
                "没到现场就签",
                "清单逐项看过才能签，三方是三个不同的人，策划人不签",
                not_looked_at,
            ),
        ),
        guard=on_its_page,
        escalations=(Escalation(50, party.office), Escalation(100, "culture_committee_chair")),
        ways=(Way(END),),
        page="safety:survey",
        hint="到现场看完清单再签；有风险的拍照写上",
    )


SURVEY = Procedure(
    code="safety.survey",
    version="2025.1",
    matter="文体活动三方联合踏勘",
    owner="culture_committee_chair",
    project="3.5",
    basis=("5.3",),
    facts=SurveyFacts,
    steps=(
        Step(
            code="list",
            name="填写《安全风险清单》",
            duty=Duty(lead="@organiser", backup="culture_committee_chair"),
            within=Within(HOURS, Unit.HOURS, since=Since.BEFORE),
            outputs=(Output("list", "安全风险清单", "record"),),
            risks=(
                Risk("SAFE-LIST", "清单走过场", "每一项都要看过，有风险的附照片", not_looked_at),
            ),
            guard=listed,
            escalations=(Escalation(50, "@organiser"),),
            ways=(Way(tuple(party.value for party in Party)),),
            page="safety:survey",
            hint="三方约好时间同去现场，逐项看",
        ),
        *(_signed_by(party) for party in Party),
    ),
)


@dataclass(frozen=True)
class ChildFacts:
    """What varies between two childcare incidents. Never the child, the family or the injury."""

    number: str = fact("编号")
    where: str = fact("在哪里")
    statement_clean: bool = fact("通报不含个人信息", kind="bool")
    streamed: bool = fact("全程直播", kind="bool")
    held: bool = fact("录像已保全", kind="bool")
    kept_out: tuple[str, ...] = ()
    """Marks of those who are part of it: the guardian, who had the child in care. Not why."""


def mark_of(number: str, person_id: int) -> str:
    """Return by what a case knows somebody who must keep out, without saying who it is."""
    said = f"{number}/{person_id}"
    return salted_hmac("safety.child", said, algorithm="sha256").hexdigest()[:24]


def is_part_of_it(facts: Facts) -> bool:
    """Test if the one who acts (`by`) is part of what happened: known by the mark, or by number."""
    by = int(facts.get("by") or 0)
    out = [str(one) for one in facts.get("kept_out") or ()]
    return str(by) in out or mark_of(str(facts.get("number")), by) in out


PART_OF_IT: tuple[Test, ...] = (is_part_of_it,)


def tells_of_a_person(facts: Facts) -> bool:
    """Test if the statement was not found free of names, or nobody has looked."""
    return facts.get("statement_clean") is not True


def not_held(facts: Facts) -> bool:
    """Test if the recordings are not on hold."""
    return facts.get("held") is not True


def is_streamed(facts: Facts) -> bool:
    """Test if somebody wants the inquiry streamed live."""
    return bool(facts.get("streamed"))


CHILD_INCIDENT = Procedure(
    code="safety.child_incident",
    version="2025.2",
    matter="托育中心幼儿意外伤害处置",
    owner="welfare_committee_chair",
    project="3.1",
    basis=("7.2",),
    facts=ChildFacts,
    confidential=True,
    steps=(
        Step(
            code="statement",
            name="发布《情况通报》",
            duty=Duty(lead="standing_member", staff=2, recuse=PART_OF_IT),
            within=Within(30, Unit.MINUTES, since=Since.TRIGGER),
            outputs=(Output("statement", "情况通报", "form"),),
            risks=(
                Risk(
                    "CHILD-1",
                    "通报泄露幼儿或家长信息",
                    "用固定模板，不写姓名、班级和伤情；两人签发",
                    tells_of_a_person,
                ),
                Risk("CHILD-2", "录像被覆盖", "立件即保全前后各两小时的录像", not_held),
            ),
            escalations=(
                Escalation(50, "standing_member"),
                Escalation(100, "union_chair"),
            ),
            ways=(Way(("meeting", "invitation")),),
            page="safety:statement",
            hint="从立件起30分钟内；先通报家长，再对外",
        ),
        Step(
            code="meeting",
            name="家长说明会",
            duty=Duty(
                lead="welfare_committee_chair", backup="executive_vice_chair", recuse=PART_OF_IT
            ),
            within=Within(2, Unit.HOURS, since=Since.TRIGGER),
            outputs=(Output("minutes", "家长说明会记录", "record"),),
            escalations=(Escalation(75, "executive_vice_chair"),),
            no_risk=True,
            ways=(Way("findings"),),
            hint="从立件起2小时内；只请在托幼儿的监护人",
        ),
        Step(
            code="invitation",
            name="邀请区教育局、卫健委联合调查",
            duty=Duty(lead="union_chair", backup="executive_vice_chair", recuse=PART_OF_IT),
            within=Within(24, Unit.HOURS, since=Since.TRIGGER),
            outputs=(Output("letter", "联合调查邀请函", "record"),),
            escalations=(Escalation(75, "executive_vice_chair"),),
            no_risk=True,
            ways=(Way("findings"),),
            hint="从立件起24小时内；附保全录像的清单",
        ),
        Step(
            code="findings",
            name="公布调查结论",
            join=True,
            duty=Duty(
                lead="welfare_committee_chair", backup="executive_vice_chair", recuse=PART_OF_IT
            ),
            no_limit="以联合调查组出结论为准",
            outputs=(Output("findings", "调查结论（隐去个人信息）", "record"),),
            risks=(
                Risk(
                    "CHILD-3",
                    "直播儿童受伤的调查",
                    "直播默认关闭（个人信息保护法第28、31条）；只录音录像，结论隐名公布",
                    is_streamed,
                ),
            ),
            ways=(Way(END),),
            hint="结论不写姓名、班级；录像保全到纠纷了结",
        ),
    ),
)

SHEETS = (SURVEY, CHILD_INCIDENT)
