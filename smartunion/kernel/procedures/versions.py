"""An open case moves to another version of its sheet, by an officer's logged act."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from smartunion.kernel.base.calendar import campus
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import clocks, refusals, staffing
from .define import APPLICANT, Procedure
from .engine import GOING, OPEN, register
from .models import Case, StepRun
from .registry import sheet_of


@transaction.atomic
def migrate(
    *, case_id: int, to: Procedure, steps: Mapping[str, str], by: Person, at: datetime, because: str
) -> Case:
    """Move an open case to another version of its sheet; `steps` maps old codes to new ones.

    A step that keeps its code need not be named. Limits and people of open steps follow the new
    sheet, counted from when the step was opened. Only by `procedures.migrate`.

    :raises Refused: an open step has nowhere to go, two meet in one, one is of another kind, or
        the version no longer asks what is known of the case
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=case_id)
    if not staffing.may(by, "procedures.migrate", at):
        raise refusals.NotPermitted(by=by.name, what="把件迁到新版六栏表")
    if not because.strip():
        raise refusals.ReasonMissing
    if case.closed_at is not None:
        raise refusals.CaseClosed(case=case.title, at=case.closed_at)
    if case.applicant_id == by.pk:
        raise refusals.OwnMatter(by=by.name, case=case.title)
    runs = list(case.runs.select_related("lead", "backup").order_by("pk"))
    _fits(case, runs, to, steps)
    before, case.sheet = case.sheet.version, register(sheet=to, at=at)
    case.save(update_fields=["sheet"])
    for run in runs:
        _rename(run, case, to, steps, at=at)
    record(
        "procedures.migrated", case, by=by, at=at, because=because,
        before=before, version=to.version, sheet=to.code,
    )  # fmt: skip
    return case


def _fits(case: Case, runs: Sequence[StepRun], to: Procedure, steps: Mapping[str, str]) -> None:
    """Refuse a version that does not know what the case has, or takes it for something else."""
    sheet, codes = sheet_of(case.sheet.digest), {step.code for step in to.steps}
    going = [run for run in runs if run.state in GOING]
    lost = [sheet.name_of(r.step) for r in going if steps.get(r.step, r.step) not in codes]
    lost += facts_lost(case, sheet, to)
    if lost or case.sheet.code != to.code:
        names = "、".join(lost) or case.sheet.matter
        raise refusals.MigrationIncomplete(matter=to.matter, version=to.version, names=names)
    met: dict[str, str] = {}
    for run in going:
        step, target = sheet.step(run.step), to.step(steps.get(run.step, run.step))
        if not step.is_like(target):
            raise refusals.MigrationOfAnotherKind(
                step=step.name, kind=step.kind, to=target.name, other=target.kind
            )
        if target.code in met:
            both = f"“{met[target.code]}”和“{step.name}”"
            raise refusals.MigrationMeets(steps=both, to=target.name)
        met[target.code] = step.name


def facts_lost(case: Case, sheet: Procedure, to: Procedure) -> list[str]:
    """Return the names of what is known of a case and another version does not ask any more."""
    return [sheet.forms[code].name for code in sorted(set(case.facts) - to.fact_names)]


def _rename(
    run: StepRun, case: Case, to: Procedure, steps: Mapping[str, str], *, at: datetime
) -> None:
    """Give one run of a migrated case its code in the new sheet; what is open starts over there."""
    code = steps.get(run.step, run.step)
    if code != run.step:
        run.attempt = case.runs.filter(step=code).count() + 1
        run.step = code
        run.save(update_fields=["step", "attempt"])
    if run.state != OPEN:
        return
    step = to.step(code)
    if step.duty.lead != APPLICANT and not step.publicity and not step.vote:
        start = clocks.start_of_step(run, case)
        clocks.move(run, case, step, clocks.limit_of(step, start, campus()), at=at)
        staff = staffing.staff_of(step, case, at)
        run.lead, run.backup = staff.lead or run.lead, staff.backup or run.backup
        run.save(update_fields=["lead", "backup"])
