"""Read back what was sealed of a talk or an assessment: who wrote it, and who now has the case."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from smartunion.domains.wellbeing.models import Task
from smartunion.domains.wellbeing.reads import cases
from smartunion.domains.wellbeing.rules import records, refusals
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.refusals import NoPurpose
from smartunion.kernel.trail.record import record

from .caring import SEALED_AS


@dataclass(frozen=True)
class Reread:
    """One record, in words."""

    kind: str
    met_at: datetime
    way: str
    summary: str
    outcome: str


@transaction.atomic
def reread(*, run_id: int, task_id: int, purpose: str, by: Person, at: datetime) -> Reread:
    """Open one sealed record with a purpose; the person concerned sees who read it and why.

    :raises Refused: neither its writer nor who has the case in hand now, no purpose, or destroyed
    """
    if not purpose.strip():
        raise NoPurpose
    task = next((one for one in cases.readable(run_id, by) if one.pk == task_id), None)
    if task is None:
        raise refusals.NotYourTask(number="这一件")
    told = private.open_sealed(
        about=cases.about_task(task), kind=SEALED_AS[Task.Kind(task.kind)], by=by,
        purpose=f"{records.REREAD}：{purpose.strip()}", at=at,
    )  # fmt: skip
    record("wellbeing.reread", task.alert, by=by, at=at)
    return Reread(
        kind=task.get_kind_display(),
        met_at=datetime.fromisoformat(told["met_at"]).astimezone(CAMPUS),
        way=told["way"],
        summary=told["summary"],
        outcome=Task.Outcome(told["outcome"]).label,
    )
