"""On the scene (Step4): the doctor is there, looks, and decides one of three. Nothing else."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import Decision, Scene
from smartunion.domains.crisis.reads import locks
from smartunion.domains.crisis.rules import refusals
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import running, sealing


@transaction.atomic
def arrive(*, case_id: int, by: Person, at: datetime, via: str = "page") -> Scene:
    """Note that the doctor is on the scene; a second tap keeps the first moment (R120)."""
    case = locks.running(case_id, by, "登记到场")
    scene, fresh = Scene.objects.get_or_create(case=case, defaults={"doctor": by, "arrived_at": at})
    if fresh:
        record("crisis.arrived", case, by=by, at=at)
        running.answer(case=case, step="arrive", outcome="here", by=by, at=at, via=via)
    return scene


@transaction.atomic
def decide(
    *,
    case_id: int,
    decision: str,
    risk: str,
    findings: str,
    by: Person,
    at: datetime,
    via: str = "page",
) -> Scene:
    """Decide 现场安抚, 转介医院 or 误报 (R121); risk and findings are sealed.

    A measure of force is not among the choices and never will be: restraint belongs to medical
    institutions alone, under their own rules (精神卫生法第40条, T49).
    """
    case = locks.running(case_id, by, "作现场决定")
    scene = Scene.objects.select_for_update().filter(case=case).first()
    if scene is None:
        raise refusals.NotArrived(number=case.number)
    if scene.decision:
        raise refusals.DecidedAlready(
            number=case.number, decision=scene.get_decision_display(), at=scene.decided_at
        )
    scene.decision, scene.decided_at = Decision(decision), at
    scene.save(update_fields=["decision", "decided_at"])
    sealing.keep(
        case=case, part=Part.SCENE, data={"risk": risk, "findings": findings}, by=by, at=at
    )
    record("crisis.decided", case, by=by, at=at, decision=scene.get_decision_display())
    running.answer(case=case, step="decide", outcome=decision, by=by, at=at, via=via)
    return scene
