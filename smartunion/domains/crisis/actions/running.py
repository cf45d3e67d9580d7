"""The case's own clock: who is asked what is kernel/response's; a case only knows its run."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.protocol import RED
from smartunion.domains.crisis.reads import cases, duties
from smartunion.kernel.people.models import Person
from smartunion.kernel.response import actions as response
from smartunion.kernel.response.models import Asked
from smartunion.kernel.trail.record import record


@transaction.atomic
def start(
    *,
    case: RedCase,
    subject: Person | None,
    conflicted: Collection[int],
    by: Person | None,
    at: datetime,
) -> None:
    """Start the clock: A, B, C and their deputies are told in this very transaction (Step1)."""
    run = response.open_run(
        protocol=RED.code, about=cases.about(case), unit=case.unit, number=case.number,
        drill=case.is_drill, by=by, at=at,
        excluded=duties.passed_over(subject, case.unit, conflicted, at=at),
    )  # fmt: skip
    case.run_id = run.pk
    case.save(update_fields=["run_id"])
    record("crisis.clock_started", case, by=by, at=at)


@transaction.atomic
def answer(
    *, case: RedCase, step: str, outcome: str, by: Person, at: datetime, via: str, note: str = ""
) -> bool:
    """Answer a step of the case's run for somebody who was asked; return whether it counted.

    Who looks after a case without having been asked (the centre) writes it down and leaves the
    clock alone. An answer after the fact is logged as late and changes nothing.
    """
    asked = case.run_id and Asked.objects.filter(run=case.run_id, person=by).exists()
    if not asked or case.run_id is None:
        return False
    counted = response.answer(
        run_id=case.run_id, step=step, outcome=outcome, by=by, at=at, via=via, note=note
    )
    record("crisis.answered", case, by=by, at=at, step=RED.name_of(step), counted=int(counted))
    return counted
