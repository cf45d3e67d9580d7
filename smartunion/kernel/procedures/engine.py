"""How a case goes through its sheet. Each public function is one transaction.

The sheet decides, these functions carry out: they lock the case, ask the rules, write the step
and its timers, tell whoever is next, and leave a trail entry. A case looks its sheet up by the
digest that it started with. What has no `by` was done by the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.publicity.actions import take_down
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.trail.record import record

from . import clocks, refusals, staffing, telling
from .define import END, Effect, Kind, Procedure, Step, Way
from .limits import Start, due
from .models import Box, Case, Evidence, Sheet, Signature, StepRun
from .polls import open_poll
from .registry import ACTS, SHEETS, sheet_of
from .windows import open_window, posting_of, still_posted

__all__ = ["ACTS", "SHEETS"]

OPEN = StepRun.State.OPEN
GOING = (StepRun.State.OPEN, StepRun.State.WAITING)


@dataclass(frozen=True)
class Given:
    """One output handed in with a step: a stored file, a text, or both."""

    file_id: int | None = None
    text: str = ""


@transaction.atomic
def register(*, sheet: Procedure, at: datetime) -> Sheet:
    """Put a version of a sheet in force; a version that changed without a new number is refused."""
    digest = sheet.digest()
    found, made = Sheet.objects.get_or_create(
        code=sheet.code,
        version=sheet.version,
        defaults={
            "digest": digest,
            "matter": sheet.matter,
            "content": sheet.told(),
            "registered_at": at,
        },
    )
    if found.digest != digest:
        raise ValueError(f"{sheet.code} {sheet.version} changed: give it a new version")
    SHEETS[digest] = sheet
    if made:
        record("procedures.sheet_registered", found, by=None, at=at, digest=digest)
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
    event_at: datetime | None = None,
    by: Person | None,
    at: datetime,
) -> Case:
    """Open a case by the sheet in force and its first step."""
    given = checked(sheet, facts)
    kept = register(sheet=sheet, at=at)
    case = Case.objects.create(
        sheet=kept,
        title=title,
        unit=unit,
        applicant=applicant,
        opened_by=by,
        subject=subject,
        facts=given,
        opened_at=at,
        event_at=event_at,
    )
    record("procedures.opened", case, by=by, at=at, matter=sheet.matter, sheet=sheet.code)
    enter(case, sheet, (sheet.first.code,), at=at)
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
    """Finish a step and open what follows; `by` is None only for what the clock does.

    :raises Refused: not A or B, one's own matter, outputs missing, a guard or a control says no,
        the window is still open, or the step is no longer open (somebody else was first)
    """
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    must_be_open(run, step)
    if by is not None:
        _by_hand(run, step, at=at)
        staffing.check(run, case, step, by)
    case.facts = {**case.facts, **checked(sheet, facts or {})}
    keep(run, outputs or {}, by=by, at=at)
    _ask(run, case, step, at=at)
    if by is not None and not _signed_by_all(run, case, step, by=by, at=at):
        case.save(update_fields=["facts"])
        return case
    finish(run, case, sheet, step, by=by, at=at, because=because)
    return case


@transaction.atomic
def hand_in(
    *, run_id: int, outputs: Mapping[str, Given], by: Person, at: datetime, because: str = ""
) -> StepRun:
    """Put outputs into the file of an open step before it is finished."""
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    must_be_open(run, step)
    staffing.check(run, case, step, by)
    names = {output.code: output.name for output in step.outputs}
    keep(run, {code: one for code, one in outputs.items() if code in names}, by=by, at=at)
    handed = "、".join(names[code] for code in outputs if code in names)
    record(
        "procedures.handed_in", case, by=by, at=at, because=because, step=step.name, outputs=handed
    )
    return run


@transaction.atomic
def send_back(*, run_id: int, to: str, by: Person, at: datetime, because: str) -> Case:
    """Return a case to an earlier step, with the reason; that step runs again."""
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    if not because.strip():
        raise refusals.ReasonMissing
    must_be_open(run, step)
    staffing.check(run, case, step, by)
    gone = case.runs.filter(step=to, state=StepRun.State.PASSED).exists()
    if to not in sheet.before(step.code) or not gone:
        raise refusals.NoWayBack(step=step.name, to=sheet.name_of(to))
    if step.kind == Kind.VOTE or (step.publicity and still_posted(run)):
        raise refusals.NoWayBack(step=step.name, to=sheet.name_of(to))
    run.went_to = to
    _end(run, StepRun.State.RETURNED, by=by, at=at, because=because)
    record(
        "procedures.returned", case, by=by, at=at, because=because,
        step=step.name, to=sheet.name_of(to), sheet=sheet.code,
    )  # fmt: skip
    enter(case, sheet, (to,), at=at)
    return case


@transaction.atomic
def withdraw(*, case_id: int, by: Person, at: datetime, because: str) -> Case:
    """Take a case back, with a reason: its applicant may, or who opened it where there is none."""
    case = Case.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=case_id)
    if case.closed_at is not None:
        raise refusals.CaseClosed(case=case.title, at=case.closed_at)
    if not because.strip():
        raise refusals.ReasonMissing
    whose = case.applicant or case.opened_by
    if whose is None or whose.pk != by.pk:
        raise refusals.NotYours(step="撤回", holders=whose.name if whose else "申请人", by=by.name)
    for run in case.runs.filter(state__in=GOING):
        posting = posting_of(run)
        if posting and posting.state in (Posting.State.OPEN, Posting.State.WAITING):
            take_down(posting_id=posting.pk, by=by, at=at, because=because)
        Box.objects.filter(poll__run=run).delete()
        _end(run, StepRun.State.CANCELED, by=by, at=at, because=because)
    case.closed_at, case.withdrawn_because = at, because
    case.save(update_fields=["closed_at", "withdrawn_because"])
    record("procedures.withdrawn", case, by=by, at=at, because=because, sheet=case.sheet.code)
    return case


@transaction.atomic
def take_over(*, run_id: int, by: Person, at: datetime, because: str) -> StepRun:
    """Let the B part take over a step that A does not get to; taking over twice keeps the first."""
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    must_be_open(run, step)
    if run.backup_id != by.pk:
        backup = run.backup.name if run.backup else "无"
        raise refusals.NotYours(step=step.name, holders=f"B角{backup}", by=by.name)
    hand_over(run, case, sheet, step, StepRun.TakenOver.HAND, by=by, at=at, because=because)
    return run


@transaction.atomic
def set_event(*, case_id: int, event_at: datetime, by: Person, at: datetime, because: str) -> Case:
    """Say when the event happened that limits count from; open steps get their limits anew."""
    case = Case.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=case_id)
    sheet = sheet_of(case.sheet.digest)
    if case.closed_at is not None:
        raise refusals.CaseClosed(case=case.title, at=case.closed_at)
    case.event_at = event_at
    case.save(update_fields=["event_at"])
    record("procedures.event_set", case, by=by, at=at, because=because, event=event_at.isoformat())
    calendar = campus()
    for run in case.runs.filter(state=OPEN).select_related("lead", "backup"):
        step = sheet.step(run.step)
        if step.kind != Kind.PUBLICITY:
            start = clocks.start_of_step(run, case)
            clocks.move(run, case, step, clocks.limit_of(step, start, calendar), at=at)
    return case


def why_not(run: StepRun, by: Person, *, at: datetime) -> Refused | None:
    """Return the refusal that finishing the step now would meet, without changing anything."""
    case, sheet = run.case, sheet_of(run.case.sheet.digest)
    step = sheet.step(run.step)
    try:
        must_be_open(run, step)
        _by_hand(run, step, at=at)
        staffing.check(run, case, step, by)
        _ask(run, case, step, at=at)
    except Refused as no:
        return no
    return None


def locked(run_id: int) -> tuple[StepRun, Case, Procedure]:
    """Lock the case before its step: two browsers and the clock queue up at the same row."""
    case_id = StepRun.objects.values_list("case_id", flat=True).get(pk=run_id)
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("sheet", "unit", "applicant")
        .get(pk=case_id)
    )
    run = StepRun.objects.select_related("lead", "backup").get(pk=run_id)
    run.case = case
    return run, case, sheet_of(case.sheet.digest)


def must_be_open(run: StepRun, step: Step) -> None:
    """Refuse what somebody else has finished before."""
    if run.state != OPEN:
        raise refusals.AlreadyDone(step=step.name, state=run.get_state_display())


def checked(sheet: Procedure, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts as they are kept; refuse what the sheet does not declare or cannot be."""
    if unknown := sorted(set(facts) - sheet.fact_names):
        raise refusals.UnknownFact(matter=sheet.matter, names="、".join(unknown))
    forms, kept = sheet.forms, {}
    for code, value in facts.items():
        plain = value.isoformat() if isinstance(value, date) else value
        if because := forms[code].fault(plain):
            raise refusals.BadFact(name=forms[code].name, value=plain, because=because)
        kept[code] = plain
    return kept


def keep(run: StepRun, outputs: Mapping[str, Given], *, by: Person | None, at: datetime) -> None:
    """Put outputs into the file."""
    Evidence.objects.bulk_create(
        Evidence(run=run, output=code, file_id=one.file_id, text=one.text, by=by, at=at)
        for code, one in outputs.items()
    )


def finish(
    run: StepRun,
    case: Case,
    sheet: Procedure,
    step: Step,
    *,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> None:
    """End a step that was asked everything, and go on; the case is locked."""
    if step.kind not in (Kind.PUBLICITY, Kind.VOTE):
        run.late = run.late or (run.due_at is not None and at >= run.due_at)
    way = _way(case, step)
    run.went_to = ",".join(way.targets) if way else ""
    _end(run, StepRun.State.PASSED, by=by, at=at, because=because)
    record(
        "procedures.passed", case, by=by, at=at, because=because,
        step=step.name, code=step.code, sheet=sheet.code, late=int(run.late),
    )  # fmt: skip
    _flag(case, step, by=by, at=at)
    if sheet.promise and sheet.promise.starts == step.code and case.promised_at is None:
        case.promised_at = due(sheet.promise.within, Start(at, at), campus()).at
    case.save(update_fields=["facts", "promised_at"])
    enter(case, sheet, way.targets if way else (), at=at)


def enter(case: Case, sheet: Procedure, targets: tuple[str, ...], *, at: datetime) -> None:
    """Open the named steps, and what follows those that do not apply; close what is left empty."""
    wave = [code for code in targets if code != END]
    while wave:
        skipped = [code for code in wave if not _open(case, sheet, sheet.step(code), at=at)]
        wave = []
        for code in skipped:
            way = _way(case, sheet.step(code))
            run = case.runs.filter(step=code).order_by("-attempt")[0]
            run.went_to = ",".join(way.targets) if way else ""
            run.save(update_fields=["went_to"])
            wave += [target for target in (way.targets if way else ()) if target != END]
    going = list(case.runs.filter(state__in=GOING).order_by("pk"))
    for run in going:
        if run.state != OPEN and not _others(case, sheet, sheet.step(run.step)):
            _begin(run, case, sheet, sheet.step(run.step), at=at)
    if any(run.state == OPEN for run in going):
        return
    case.closed_at = at
    case.save(update_fields=["closed_at"])
    record("procedures.closed", case, by=None, at=at, sheet=sheet.code)
    telling.closed(case, sheet, at=at)


def hand_over(
    run: StepRun,
    case: Case,
    sheet: Procedure,
    step: Step,
    why: str,
    *,
    by: Person | None,
    at: datetime,
    because: str = "",
) -> None:
    """Give an open step to its B part and tell both; doing it twice keeps the first."""
    if run.taken_over_at is not None or run.backup is None:
        return
    run.taken_over_at, run.taken_over_because = at, why
    run.save(update_fields=["taken_over_at", "taken_over_because"])
    record(
        "procedures.taken_over", case, by=by, at=at,
        because=because or str(StepRun.TakenOver(why).label),
        step=step.name, backup=run.backup.name,
    )  # fmt: skip
    telling.taken_over(run, case, sheet, step, at=at)


def _open(case: Case, sheet: Procedure, step: Step, *, at: datetime) -> bool:
    """Open a step, or let it wait for its other branches; return False where it does not apply."""
    before = list(case.runs.filter(step=step.code).order_by("pk"))
    if any(run.state == OPEN for run in before):
        return True  # two ways have met in it
    waiting = next((run for run in before if run.state == StepRun.State.WAITING), None)
    attempt = len(before) + 1
    if waiting is None and step.skip and step.skip(case.facts):
        StepRun.objects.create(
            case=case, step=step.code, attempt=attempt, state=StepRun.State.SKIPPED,
            opened_at=at, ended_at=at,
        )  # fmt: skip
        record("procedures.skipped", case, by=None, at=at, step=step.name)
        return False
    run = waiting or StepRun(case=case, step=step.code, attempt=attempt, opened_at=at)
    if step.join and _others(case, sheet, step):
        run.state = StepRun.State.WAITING
        run.save()
        return True
    _begin(run, case, sheet, step, at=at)
    return True


def _others(case: Case, sheet: Procedure, step: Step) -> bool:
    """Test if another branch may still come to this step."""
    return case.runs.filter(state=OPEN, step__in=sheet.before(step.code)).exists()


def _begin(run: StepRun, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Open a step: its people, its limit, its timers; a vote is called, a window is posted."""
    run.case, run.state, run.opened_at = case, OPEN, at
    ends = clocks.limit_of(step, clocks.start_of_step(run, case), campus())
    if ends is not None:
        run.due_at, run.provisional = ends.at, ends.provisional
    staff = staffing.staff_of(step, case, at)
    run.lead, run.backup = staff.lead, staff.backup
    if run.lead is None and run.backup is not None:
        run.taken_over_at, run.taken_over_because = at, StepRun.TakenOver.AWAY
    run.save()
    if step.publicity:
        posting = open_window(run, case, sheet, step, step.publicity, at=at)
        run.due_at, run.provisional = posting.closes_at, posting.provisional
        run.save(update_fields=["due_at", "provisional"])
    if step.vote:
        poll = open_poll(run, case, step, step.vote, at=at)
        telling.called(poll, case, sheet, step, at=at)
    clocks.wind(run, case, step, at=at)
    if staffing.is_vacant(run, step):
        telling.vacant(
            run, case, sheet, step, staffing.assigners(step, case, campus_day(at)), at=at
        )
    elif step.kind in (Kind.HUMAN, Kind.OUTSIDE):
        telling.opened(run, case, sheet, step, at=at)


def _way(case: Case, step: Step) -> Way | None:
    """Return the first way that applies and was not taken too often."""
    for way in step.ways:
        if way.when is not None and not way.when(case.facts):
            continue
        if way.times is not None:
            gone = ",".join(way.targets)
            if case.runs.filter(step=step.code, went_to=gone).count() >= way.times:
                continue
        return way
    return None


def _ask(run: StepRun, case: Case, step: Step, *, at: datetime) -> None:
    """Ask everything that may say no: window, outputs, risks, guard, in the order of the sheet."""
    early = step.publicity and run.due_at and at < run.due_at
    if step.publicity and early and not case.facts.get(step.publicity.objected):
        raise refusals.WindowOpen(
            days=step.publicity.working_days, until=telling.moment(run.due_at)
        )
    there = set(run.evidence.values_list("output", flat=True))
    missing = [output.name for output in step.outputs if output.code not in there]
    if missing:
        raise refusals.OutputMissing(step=step.name, count=len(missing), outputs="、".join(missing))
    for risk in step.risks:
        if risk.effect == Effect.BLOCK and risk.strikes(case.facts):
            raise refusals.RiskBlocks(matter=risk.matter, control=risk.control)
    if step.guard and (no := step.guard(case.facts)):
        raise no


def _by_hand(run: StepRun, step: Step, *, at: datetime) -> None:
    """Refuse to finish by hand what only a vote or a window finishes."""
    if step.kind == Kind.VOTE:
        raise refusals.VoteOnly(step=step.name)
    if step.publicity and run.due_at:
        if at < run.due_at:
            raise refusals.WindowOpen(
                days=step.publicity.working_days, until=telling.moment(run.due_at)
            )
        raise refusals.WindowOnly(step=step.name)


def _flag(case: Case, step: Step, *, by: Person | None, at: datetime) -> None:
    """Note the risks that strike without blocking."""
    for risk in step.risks:
        if risk.effect == Effect.FLAG and risk.strikes(case.facts):
            record(
                "procedures.risk_flagged", case, by=by, at=at,
                step=step.name, risk=risk.matter, control=risk.control,
            )  # fmt: skip


def _signed_by_all(run: StepRun, case: Case, step: Step, *, by: Person, at: datetime) -> bool:
    if step.duty.staff == 1:
        return True
    _, made = Signature.objects.get_or_create(run=run, person=by, defaults={"at": at})
    if not made:
        raise refusals.SignedAlready(by=by.name, step=step.name, staff=step.duty.staff)
    record("procedures.signed", case, by=by, at=at, step=step.name)
    return run.signatures.count() >= step.duty.staff


def _end(run: StepRun, state: str, *, by: Person | None, at: datetime, because: str) -> None:
    run.state, run.ended_at, run.ended_by, run.because = state, at, by, because
    run.save()
    clocks.stop(run, at=at)
    if run.due_at is None and run.moves:
        run.stops.filter(ended_at=None).update(ended_at=at)
