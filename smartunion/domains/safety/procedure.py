"""The joint survey of 5.3 as it runs: the list, then three signatures, 48 hours before (R230)."""

from dataclasses import dataclass

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

SHEETS = (SURVEY,)
