"""Stand down with a reason; say that control was lost: the words of the end."""

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.reads.duties import COUNT
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import granted
from smartunion.kernel.response import actions as response
from smartunion.kernel.trail.record import record

from . import sealing


class Because(StrEnum):
    """Why a case is stood down: the words that everybody told may read."""

    SAFE = "本人电话确认平安"
    MISTAKE = "误报：测评误填或误触"
    WITH_FAMILY = "家属在身边照看"
    IN_HOSPITAL = "已在医院就诊"
    DRILL = "演练结束"


@transaction.atomic
def stand_down(
    *, case_id: int, reason: str, note: str, by: Person, at: datetime, lead: bool = False
) -> RedCase:
    """End a running case with a reason (T44); what was said in detail is sealed.

    :raises Refused: by nobody whom the protocol names, or without a detail of how it was confirmed
    """
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if case.state != RedCase.State.RUNNING or case.run_id is None:
        raise refusals.CaseOver(number=case.number, state=case.get_state_display(), what="解除")
    because = Because(reason)
    if not note.strip():
        raise refusals.NoDetail(number=case.number)
    mistake = because in (Because.MISTAKE, Because.DRILL)
    case.outcome = RedCase.Outcome.FALSE_ALARM if mistake else RedCase.Outcome.BY_PHONE
    case.save(update_fields=["outcome"])
    sealing.keep(case=case, part=Part.STANDDOWN, data={"how": note}, by=by, at=at)
    record("crisis.standing_down", case, by=by, at=at, because=because.value)
    response.stand_down(run_id=case.run_id, by=by, at=at, because=because.value, lead=lead)
    case.refresh_from_db()
    return case


class Harm(StrEnum):
    """What came of it: the words that stand in the journal."""

    OWN = "本人受到伤害"
    OTHERS = "他人受到伤害"
    MISSING = "本人失联，没有找到"


@transaction.atomic
def lose_control(*, case_id: int, harm: str, note: str, by: Person, at: datetime) -> RedCase:
    """Say that somebody came to harm after the alarm: the figure that must stay at zero (R109).

    What happened is sealed; the chair hears of a number that has changed, of no case. A second
    word adds to what is sealed and counts once; nobody says it of their own case, and not of a
    drill.
    """
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if case.is_drill:
        raise refusals.OnlyDrill(number=case.number)
    because = Harm(harm)
    if not note.strip():
        raise refusals.NoDetail(number=case.number)
    sealing.keep(case=case, part=Part.HARM, data={"harm": note}, by=by, at=at)
    if not case.lost_control:
        case.lost_control = True
        case.save(update_fields=["lost_control"])
        record("crisis.control_lost", case, by=by, at=at, because=because.value)
        tell(
            to=[one for one in granted(COUNT, on=campus_day(at)) if not cases.is_about(case, one)],
            about=f"crisis.control/{case.pk}",
            title="红色预警统计有变：登记了一件失控",
            text="目标是 0。统计页可见件数；个案由心理中心和审计跟进。",
            link="/crisis/counts/", priority=Priority.URGENT, at=at,
        )  # fmt: skip
    return case
