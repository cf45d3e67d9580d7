"""留存: nothing sealed of a case is erased while somebody needs it as evidence; two put, two lift.

An open case is held by itself (reads/cases.held); an order holds a case beyond that.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import Hold, RedCase
from smartunion.domains.crisis.reads import cases, locks
from smartunion.domains.crisis.reads.duties import AUDIT, CENTRE
from smartunion.domains.crisis.rules import refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import granted
from smartunion.kernel.private import holds
from smartunion.kernel.trail.record import record


@transaction.atomic
def ask(*, case_id: int, ground: str, paper: str, by: Person, at: datetime) -> Hold:
    """Put a hold on a case; it stands at once, and another is asked to agree to it."""
    holds.before_holding()
    case = _case(case_id, by)
    if there := cases.hold_on(case):
        raise refusals.HeldAlready(
            number=case.number, at=there.asked_at, ground=there.get_ground_display()
        )
    made = Hold.objects.create(
        case=case, ground=Hold.Ground(ground), paper=paper, asked_by=by, asked_at=at
    )
    record("crisis.hold_asked", case, by=by, at=at, because=made.get_ground_display())
    _ask_another(case, "已留存，请另一位同意或解除", by, at)
    return made


@transaction.atomic
def agree(*, case_id: int, by: Person, at: datetime) -> Hold:
    """Agree to a hold that somebody else has put."""
    case = _case(case_id, by)
    hold = _standing(case, "同意", lambda one: one.agreed_by_id is None)
    if hold.asked_by_id == by.pk:
        raise refusals.SameTwoHold(by=by.name, what="同意")
    hold.agreed_by, hold.agreed_at = by, at
    hold.save(update_fields=["agreed_by", "agreed_at"])
    record("crisis.hold_agreed", case, by=by, at=at)
    return hold


@transaction.atomic
def ask_to_lift(*, case_id: int, over: str, by: Person, at: datetime) -> Hold:
    """Say that a hold is needed no longer, and why; another one lifts it."""
    case = _case(case_id, by)
    hold = _standing(case, "提出解除", lambda one: one.over_asked_by_id is None)
    hold.over, hold.over_asked_by, hold.over_asked_at = Hold.Over(over), by, at
    hold.save(update_fields=["over", "over_asked_by", "over_asked_at"])
    record("crisis.hold_over", case, by=by, at=at, because=hold.get_over_display())
    _ask_another(case, "的留存提出解除，请另一位办理", by, at)
    return hold


@transaction.atomic
def lift(*, case_id: int, by: Person, at: datetime) -> Hold:
    """Lift a hold on another's word: what is old enough is erased by the next round."""
    case = _case(case_id, by)
    hold = _standing(case, "解除", lambda one: one.over_asked_by_id is not None)
    if hold.over_asked_by_id == by.pk:
        raise refusals.SameTwoHold(by=by.name, what="解除")
    hold.lifted_by, hold.lifted_at = by, at
    hold.save(update_fields=["lifted_by", "lifted_at"])
    record("crisis.hold_lifted", case, by=by, at=at, because=hold.get_over_display())
    return hold


def _case(case_id: int, by: Person) -> RedCase:
    case = locks.locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if case.is_drill:
        raise refusals.OnlyDrill(number=case.number)
    return case


def _standing(case: RedCase, what: str, at_this_step: Callable[[Hold], bool]) -> Hold:
    hold = cases.hold_on(case)
    if hold is None or not at_this_step(hold):
        raise refusals.NotHeld(number=case.number, what=what)
    return hold


def _ask_another(case: RedCase, words: str, by: Person, at: datetime) -> None:
    on = campus_day(at)
    others = {one.pk: one for can in (AUDIT, CENTRE) for one in granted(can, on=on)}
    others.pop(by.pk, None)
    tell(
        to=[one for one in others.values() if not cases.is_about(case, one)],
        about=f"crisis.hold/{case.pk}/{at:%Y%m%d%H%M%S}",
        title=f"{case.number} {words}",
        text="留存期间这件个案的封存资料到期也不销毁；提出和办理不能是同一人。",
        link=f"/crisis/cases/{case.pk}/", at=at,
    )  # fmt: skip
