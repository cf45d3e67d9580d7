"""How a case goes through its sheet. Each public function is one transaction.

The sheet decides, these functions carry out: they lock the case, ask the rules, write the step
and its deadlines, and leave a trail entry. `SHEETS` is filled by the site from every domain's
`procedure.py`; a case looks its sheet up by the digest that it started with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import acting, holders
from smartunion.kernel.trail.record import record

from . import refusals
from .define import END, Effect, Kind, Procedure, Step
from .limits import Start, due
from .models import Case, Evidence, Sheet, Signature, StepRun
from .registry import ACTS, SHEETS, sheet_of

__all__ = ["ACTS", "SHEETS"]


@dataclass(frozen=True)
class Given:
    """One output handed in with a step: a stored file, a text, or both."""

    file_id: int | None = None
    text: str = ""


@transaction.atomic
def register(*, sheet: Procedure, at: datetime) -> Sheet:
    """Put a version of a sheet in force; a version that changed without a new number is refused."""
    found, made = Sheet.objects.get_or_create(
        code=sheet.code,
        version=sheet.version,
        defaults={"digest": sheet.digest(), "matter": sheet.matter, "registered_at": at},
    )
    if not made and found.digest != sheet.digest():
        raise ValueError(f"{sheet.code} {sheet.version} changed: give it a new version")
    SHEETS[found.digest] = sheet
    if made:
        record("procedures.sheet_registered", found, by=None, at=at, digest=found.digest)
    return found


@transaction.atomic
def open_case(
    *,
    sheet: Procedure,
    title: str,
    facts: Mapping[str, Any],
    unit: Unit | None = None,
    applicant: Person | None = None,
    subject: str = "",
    by: Person | None,
    at: datetime,
) -> Case:
    """Open a case by the sheet in force and its first step."""
    _known(sheet, facts)
    kept = register(sheet=sheet, at=at)
    case = Case.objects.create(
        sheet=kept,
        title=title,
        unit=unit,
        applicant=applicant,
        subject=subject,
        facts=dict(facts),
        opened_at=at,
    )
    record("procedures.opened", case, by=by, at=at, matter=sheet.matter)
    _open(case, sheet, sheet.first, at=at, calendar=campus())
    return case


@transaction.atomic
def pass_step(
    *,
    run_id: int,
    facts: Mapping[str, Any] | None = None,
    outputs: Mapping[str, Given] | None = None,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> Case:
    """Finish a step and open what follows; `by` is None only for an automatic step.

    :raises Refused: not A or B, one's own matter, outputs missing, a guard or a control says no,
        the window is still open, or the step is no longer open (somebody else was first)
    """
    run, case, sheet = _locked(run_id)
    step = sheet.step(run.step)
    if run.state != StepRun.State.OPEN:
        raise refusals.AlreadyDone(step=step.name, state=run.get_state_display())
    if by is not None:
        _may(run, case, step, by)
    _known(sheet, facts or {})
    case.facts = {**case.facts, **(facts or {})}
    _keep(run, outputs or {}, by=by, at=at)
    _ask(run, case, step, at=at)
    if by is not None and not _signed_by_all(run, step, by=by, at=at):
        case.save(update_fields=["facts"])
        return case
    late = run.due_at is not None and at > run.due_at and step.kind != Kind.PUBLICITY
    _end(run, StepRun.State.PASSED, by=by, at=at, because=because)
    record("procedures.passed", case, by=by, at=at, because=because, step=step.name, late=int(late))
    _go_on(case, sheet, step, at=at)
    return case


@transaction.atomic
def send_back(*, run_id: int, to: str, by: Person, at: datetime, because: str) -> Case:
    """Return a case to an earlier step, with the reason; that step runs again."""
    run, case, sheet = _locked(run_id)
    step = sheet.step(run.step)
    if not because.strip():
        raise refusals.ReasonMissing
    if run.state != StepRun.State.OPEN:
        raise refusals.AlreadyDone(step=step.name, state=run.get_state_display())
    _may(run, case, step, by)
    if to not in sheet.before(step.code):
        raise refusals.NoWayBack(step=step.name, to=to)
    _end(run, StepRun.State.RETURNED, by=by, at=at, because=because)
    record("procedures.returned", case, by=by, at=at, because=because, step=step.name, to=to)
    _open(case, sheet, sheet.step(to), at=at, calendar=campus())
    return case


@transaction.atomic
def withdraw(*, case_id: int, by: Person, at: datetime, because: str) -> Case:
    """Take a case back: its applicant may until it is closed, with a reason."""
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.closed_at is not None:
        raise refusals.CaseClosed(case=case.title, at=case.closed_at)
    if not because.strip():
        raise refusals.ReasonMissing
    if case.applicant_id != by.pk:
        applicant = case.applicant.name if case.applicant else "申请人"
        raise refusals.NotYours(step="撤回", holders=applicant, by=by.name)
    for run in case.runs.filter(state=StepRun.State.OPEN):
        _end(run, StepRun.State.CANCELED, by=by, at=at, because=because)
    case.closed_at, case.withdrawn_because = at, because
    case.save(update_fields=["closed_at", "withdrawn_because"])
    record("procedures.withdrawn", case, by=by, at=at, because=because)
    return case


@transaction.atomic
def take_over(*, run_id: int, by: Person, at: datetime, because: str) -> StepRun:
    """Let the B part take over a step that A does not get to; taking over twice keeps the first."""
    run, case, sheet = _locked(run_id)
    step = sheet.step(run.step)
    if run.backup_id != by.pk:
        backup = run.backup.name if run.backup else "无"
        raise refusals.NotYours(step=step.name, holders=f"B角{backup}", by=by.name)
    if run.taken_over_at is None:
        run.taken_over_at, run.taken_over_because = at, StepRun.TakenOver.HAND
        run.save(update_fields=["taken_over_at", "taken_over_because"])
        record("procedures.taken_over", case, by=by, at=at, because=because, step=step.name)
    return run


def why_not(run: StepRun, by: Person, *, at: datetime) -> Refused | None:
    """Return the refusal that finishing the step now would meet, without changing anything."""
    case, sheet = run.case, sheet_of(run.case.sheet.digest)
    step = sheet.step(run.step)
    try:
        if run.state != StepRun.State.OPEN:
            raise refusals.AlreadyDone(step=step.name, state=run.get_state_display())
        _may(run, case, step, by)
        _ask(run, case, step, at=at)
    except Refused as no:
        return no
    return None


def _locked(run_id: int) -> tuple[StepRun, Case, Procedure]:
    """Lock the case before its step: two browsers and the clock queue up at the same row."""
    case_id = StepRun.objects.values_list("case_id", flat=True).get(pk=run_id)
    case = Case.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=case_id)
    run = StepRun.objects.select_related("lead", "backup").get(pk=run_id)
    return run, case, sheet_of(case.sheet.digest)


def _known(sheet: Procedure, facts: Mapping[str, Any]) -> None:
    if unknown := sorted(set(facts) - sheet.fact_names):
        raise refusals.UnknownFact(matter=sheet.matter, names="、".join(unknown))


def _may(run: StepRun, case: Case, step: Step, by: Person) -> None:
    applicants_own = step.duty.lead == "applicant"
    if not applicants_own and (
        case.applicant_id == by.pk
        or any(test({**case.facts, "by": by.pk}) for test in step.duty.recuse)
    ):
        raise refusals.OwnMatter(by=by.name, case=case.title)
    people = [person for person in (run.lead, run.backup) if person is not None]
    others = step.duty.staff > 1 and by in _colleagues(step, case, run)
    if by not in people and not others:
        names = "、".join(person.name for person in people) or "（空缺）"
        raise refusals.NotYours(step=step.name, holders=names, by=by.name)


def _colleagues(step: Step, case: Case, run: StepRun) -> list[Person]:
    return _holders(step.duty.lead, case, campus_day(run.opened_at))


def _keep(run: StepRun, outputs: Mapping[str, Given], *, by: Person | None, at: datetime) -> None:
    Evidence.objects.bulk_create(
        Evidence(run=run, output=code, file_id=one.file_id, text=one.text, by=by, at=at)
        for code, one in outputs.items()
    )


def _ask(run: StepRun, case: Case, step: Step, *, at: datetime) -> None:
    """Ask everything that may say no: window, outputs, risks, guard, in the order of the sheet."""
    if step.publicity and run.due_at and at < run.due_at and not _cut_short(step, case):
        raise refusals.WindowOpen(days=step.publicity.working_days, until=run.due_at)
    there = set(run.evidence.values_list("output", flat=True))
    missing = [output.name for output in step.outputs if output.code not in there]
    if missing:
        raise refusals.OutputMissing(step=step.name, count=len(missing), outputs="、".join(missing))
    for risk in step.risks:
        if risk.effect == Effect.BLOCK and risk.strikes(case.facts):
            raise refusals.RiskBlocks(matter=risk.matter, control=risk.control)
    if step.guard and (no := step.guard(case.facts)):
        raise no


def _cut_short(step: Step, case: Case) -> bool:
    """Test if a way with a condition applies already: a valid objection ends the window."""
    return any(way.when is not None and way.when(case.facts) for way in step.ways)


def _signed_by_all(run: StepRun, step: Step, *, by: Person, at: datetime) -> bool:
    if step.duty.staff == 1:
        return True
    _, made = Signature.objects.get_or_create(run=run, person=by, defaults={"at": at})
    if not made:
        raise refusals.SignedAlready(by=by.name, step=step.name, staff=step.duty.staff)
    record("procedures.signed", run.case, by=by, at=at, step=step.name)
    return run.signatures.count() >= step.duty.staff


def _end(run: StepRun, state: str, *, by: Person | None, at: datetime, because: str) -> None:
    run.state, run.ended_at, run.ended_by, run.because = state, at, by, because
    run.save(update_fields=["state", "ended_at", "ended_by", "because"])


def _go_on(case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Take the first way that applies, fork where it forks, close where nothing is left."""
    calendar = campus()
    for way in step.ways:
        if way.when is not None and not way.when(case.facts):
            continue
        if way.times is not None and _taken(case, step, way.targets) >= way.times:
            continue
        for target in way.targets:
            if target != END:
                _open(case, sheet, sheet.step(target), at=at, calendar=calendar)
        break
    if sheet.promise and sheet.promise.starts == step.code and case.promised_at is None:
        case.promised_at = due(sheet.promise.within, Start(at, at), calendar).at
    if not case.runs.filter(state=StepRun.State.OPEN).exists():
        case.closed_at = at
        record("procedures.closed", case, by=None, at=at)
    case.save(update_fields=["facts", "promised_at", "closed_at"])


def _taken(case: Case, step: Step, targets: tuple[str, ...]) -> int:
    """Return how often the way back was taken: every attempt of its target but the first."""
    return case.runs.filter(step__in=targets, opened_at__gte=case.opened_at).count() - len(targets)


def _open(case: Case, sheet: Procedure, step: Step, *, at: datetime, calendar: Calendar) -> None:
    """Open a step, or pass over it where it does not apply or must wait for its other branch."""
    if (
        step.join
        and case.runs.filter(state=StepRun.State.OPEN, step__in=sheet.before(step.code)).exists()
    ):
        return
    attempt = case.runs.filter(step=step.code).count() + 1
    if step.skip and step.skip(case.facts):
        StepRun.objects.create(
            case=case, step=step.code, attempt=attempt, state=StepRun.State.SKIPPED,
            opened_at=at, ended_at=at,
        )  # fmt: skip
        record("procedures.skipped", case, by=None, at=at, step=step.name)
        _go_on(case, sheet, step, at=at)
        return
    start = Start(at, case.opened_at, case.event_at)
    ends = due(step.limit, start, calendar) if step.limit else None
    lead, backup = _people(step, case, at)
    StepRun.objects.create(
        case=case,
        step=step.code,
        attempt=attempt,
        opened_at=at,
        due_at=ends.at if ends else None,
        provisional=bool(ends and ends.provisional),
        lead=lead,
        backup=backup,
    )


def _holders(office: str, case: Case, on: date) -> list[Person]:
    here = holders(office, case.unit_id, on=on) if case.unit_id else []
    return here or holders(office, on=on)


def _people(step: Step, case: Case, at: datetime) -> tuple[Person | None, Person | None]:
    """Return A and B of a step: who holds the offices now, never the applicant of the case."""
    if step.duty.lead == "applicant":
        return case.applicant, None
    on = campus_day(at)
    out = {case.applicant_id} if case.applicant_id else set()

    def who(office: str | None, taken: set[int]) -> Person | None:
        if office is None:
            return None
        for unit_id in (case.unit_id, None):
            if found := acting(office, unit_id, on=on, excluding=out | taken):
                return found.person
        return None

    lead = who(step.duty.lead, set())
    backup = who(step.duty.backup, {lead.pk} if lead else set())
    return lead, backup
