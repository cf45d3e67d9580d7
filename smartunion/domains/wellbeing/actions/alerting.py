"""Raise an alert and what it asks for: a talk, an assessment, or the crisis protocol (3.2-2)."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from smartunion.domains.crisis import public as crisis
from smartunion.domains.wellbeing.models import Alert, Response, Task
from smartunion.domains.wellbeing.procedure import ASSESSMENT, CONTACT, REVIEW, TALK
from smartunion.domains.wellbeing.reads import caring, cases, figures
from smartunion.domains.wellbeing.rules import records
from smartunion.domains.wellbeing.rules.records import OF_A_RESPONSE
from smartunion.domains.wellbeing.rules.scale import Band
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.numbers import next_number
from smartunion.kernel.notices.actions import tell
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import actions as private
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.procedures.telling import moment
from smartunion.kernel.timers.actions import cancel_under, set_timer
from smartunion.kernel.trail.record import record

from . import opening
from .forgetting import forget
from .opening import Whom

REMIND = "wellbeing.remind"
Kind = Task.Kind
REVIEWED = "心理健康自评的关键题，心理中心复核后或到时限"
SHEET_OF = {
    Kind.TALK: TALK, Kind.ASSESSMENT: ASSESSMENT, Kind.REVIEW: REVIEW, Kind.CONTACT: CONTACT,
}  # fmt: skip


@transaction.atomic
def raise_alert(
    *,
    subject: Person,
    band: Band,
    source: str,
    population: str,
    response_id: int,
    campaign_id: int | None = None,
    avoid: Collection[int] = (),
    same_day: bool = False,
    basis: str,
    at: datetime,
) -> Alert:
    """Open an alert in the caller's transaction with what its band asks for; red goes to crisis.

    Blue: a talk within 24 hours (R102). Yellow: an assessment within 48 (R104), by the plan's
    switch a talk besides (T42), and where `same_day` a call of the centre's own (T41). Red: the
    three parties at once (R106). A single answer that asks for red is looked at by the centre
    first, within minutes (T41); with nobody there it is red at once. The alert has no name.
    """
    terms = figures.terms_on(campus_day(at))
    out = {subject.pk, *avoid}
    if band == Band.REVIEW and caring.reviewers(out=out, at=at).first is None:
        band = Band.RED
    alert = Alert(
        number=next_number(Alert, "GX", at, digits=4), band=band.value, source=source,
        population=population,
        unit=subject.unit, campaign_id=campaign_id, opened_at=at,
    )  # fmt: skip
    if band == Band.RED:
        alert.crisis = crisis.open_case(
            subject=subject, unit=subject.unit, source=source, basis=basis,
            conflicted=tuple(avoid), by=None, at=at,
        )  # fmt: skip
        alert.closed_at = at
    alert.save()
    private.seal(
        about=cases.about(alert), kind=records.WHOM.code,
        data={"person": subject.pk, "response": response_id, "avoid": sorted(avoid)},
        subject=subject, by=None, at=at,
    )  # fmt: skip
    record("wellbeing.alerted", alert, by=None, at=at)
    if band == Band.REVIEW:
        open_review(alert=alert, out=out, at=at)
    if band == Band.BLUE:
        open_talk(alert=alert, out=out, at=at)
    if band == Band.YELLOW:
        open_assessment(alert=alert, out=out, at=at)
        if same_day:
            open_contact(alert=alert, out=out, at=at)
        if terms.yellow_contact:
            open_talk(alert=alert, out=out, is_extra=True, at=at)
    return alert


@transaction.atomic
def open_talk(*, alert: Alert, out: Collection[int], is_extra: bool = False, at: datetime) -> Task:
    """Ask a branch officer to talk: who sees a name and a limit, no score and no band (T51)."""
    terms = figures.terms_on(campus_day(at))
    who = caring.talkers(
        unit=alert.unit, population=alert.population, out=out, terms=terms, at=at
    )  # fmt: skip
    task = _open(alert, Kind.TALK, {
        "number": alert.number, "officer": _pk(who.officer), "deputy": _pk(who.deputy),
        "chair": _pk(who.chair),
    }, is_extra, at)  # fmt: skip
    record("wellbeing.talk_asked", alert, by=None, at=at)
    return task


@transaction.atomic
def open_assessment(*, alert: Alert, out: Collection[int], at: datetime) -> Task:
    """Ask the centre to assess; the head answers for it (R099, R104)."""
    who = caring.assessors(out=out, at=at)
    task = _open(alert, Kind.ASSESSMENT, {
        "number": alert.number, "psychologist": _pk(who.psychologist), "head": _pk(who.head),
    }, False, at)  # fmt: skip
    record("wellbeing.assessment_asked", alert, by=None, at=at)
    return task


@transaction.atomic
def open_review(*, alert: Alert, out: Collection[int], at: datetime) -> Task:
    """Ask whoever is on duty for the centre to look before it is red, against a clock (T41)."""
    who = caring.reviewers(out=out, at=at)
    task = _open(alert, Kind.REVIEW, {
        "number": alert.number, "reviewer": _pk(who.first), "deputy": _pk(who.deputy),
    }, False, at)  # fmt: skip
    record("wellbeing.review_asked", alert, by=None, at=at)
    return task


@transaction.atomic
def open_contact(*, alert: Alert, out: Collection[int], at: datetime) -> Task:
    """Ask whoever is on duty for the centre to call the person the same day (T41)."""
    who, head = caring.reviewers(out=out, at=at), caring.assessors(out=out, at=at).head
    task = _open(alert, Kind.CONTACT, {
        "number": alert.number, "caller": _pk(who.first), "deputy": _pk(who.deputy),
        "head": _pk(head),
    }, True, at)  # fmt: skip
    record("wellbeing.contact_asked", alert, by=None, at=at)
    return task


@transaction.atomic
def review_lapses(*, run_id: int, at: datetime) -> None:
    """Go red when nobody has looked by the limit; a review that was written is left alone."""
    run, case, _ = engine.locked(run_id)
    if run.state != StepRun.State.OPEN:
        return
    task = Task.objects.select_related("alert").get(case=case)
    engine.pass_step(
        run_id=run.pk,
        facts={"recorded": True, "outcome": Task.Outcome.RED.value},
        outputs={"record": Given(text="到时限无人复核，按红色处置")},
        by=None,
        at=at,
    )
    record("wellbeing.review_lapsed", task.alert, by=None, at=at)
    whom = opening.whom(alert=task.alert, kind="lapse", by=None, at=at)
    finish(task=task, outcome=Task.Outcome.RED, whom=whom, by=None, at=at)


@transaction.atomic
def remind(*, task_id: int, hours: int, at: datetime) -> None:
    """Remind whoever has the task now; one that is done is left alone."""
    task = Task.objects.select_related("alert").get(pk=task_id)
    run = cases.open_run(task)
    if run is None or task.done_at is not None:
        return
    _tell(task, run, f"wellbeing.remind/{task.pk}/{hours}", at=at)
    record("wellbeing.reminded", task.alert, by=None, at=at, hours=hours)


@transaction.atomic
def to_chair(*, run_id: int, at: datetime) -> None:
    """Give a talk that nobody has held by its limit to the branch's chair; doing it twice is once.

    The sheet's clock has told the chair; from now on the step is theirs as B part.
    """
    run, case, _ = engine.locked(run_id)
    chair = case.facts.get("chair")
    if run.state != StepRun.State.OPEN or chair is None or chair in (run.lead_id, run.backup_id):
        return
    run.backup_id = chair
    if run.taken_over_at is None:
        run.taken_over_at, run.taken_over_because = at, StepRun.TakenOver.CLOCK
    run.save(update_fields=["backup", "taken_over_at", "taken_over_because"])
    task = Task.objects.select_related("alert").get(case=case)
    record("wellbeing.to_chair", task.alert, by=None, at=at)
    run.refresh_from_db()
    _tell(task, run, f"wellbeing.chair/{task.pk}", at=at)


@transaction.atomic
def finish(*, task: Task, outcome: str, whom: Whom, by: Person | None, at: datetime) -> Alert:
    """Write how a task ended and do what follows: refer, go red, or close the alert.

    A review sets the alert's band; `by` None is the clock.
    """
    alert = Alert.objects.select_for_update(of=("self",)).select_related("unit").get(
        pk=task.alert_id
    )  # fmt: skip
    task.done_at, task.done_by, task.outcome = at, by, outcome
    task.save(update_fields=["done_at", "done_by", "outcome"])
    cancel_under(prefix=f"wellbeing.remind/{task.pk}", at=at)
    record("wellbeing.task_done", alert, by=by, at=at)
    if outcome == Task.Outcome.RED:
        alert.crisis = crisis.open_case(
            subject=whom.person, unit=alert.unit,
            source=alert.source if task.kind == Kind.REVIEW else "report",
            basis=REVIEWED if task.kind == Kind.REVIEW else "谈心或评估时发现危险",
            conflicted=tuple(whom.avoid), by=by, at=at,
        )  # fmt: skip
        alert.save(update_fields=["crisis"])
    if task.kind == Kind.REVIEW:
        alert.band = outcome
        alert.save(update_fields=["band"])
    if outcome == Task.Outcome.YELLOW:
        open_assessment(alert=alert, out=whom.out, at=at)
    if outcome == Task.Outcome.BLUE:
        open_talk(alert=alert, out=whom.out, at=at)
    assessing = alert.tasks.filter(kind=Kind.ASSESSMENT, done_at=None).exists()
    if outcome == Task.Outcome.REFER and not assessing:
        open_assessment(alert=alert, out=whom.out, at=at)
    if not alert.tasks.filter(done_at=None).exists():
        _close(alert, whom, by=by, at=at)
    return alert


def _close(alert: Alert, whom: Whom, *, by: Person | None, at: datetime) -> None:
    """Close an alert; answers whose consent was taken back meanwhile are destroyed now."""
    alert.closed_at = at
    alert.save(update_fields=["closed_at"])
    record("wellbeing.alert_closed", alert, by=by, at=at)
    taken_back = Response.objects.filter(pk=whom.response_id, state=Response.State.WITHDRAWN)
    if response := taken_back.first():
        forget(response=response, kinds=OF_A_RESPONSE, at=at, because="本人撤回，关怀已办结")


def _open(alert: Alert, kind: str, facts: dict[str, object], is_extra: bool, at: datetime) -> Task:
    sheet = SHEET_OF[Kind(kind)]
    case = engine.open_case(
        sheet=sheet, title=f"{sheet.matter} {alert.number}", facts=facts, unit=alert.unit,
        subject=cases.about(alert), by=None, at=at,
    )  # fmt: skip
    run = case.runs.select_related("lead", "backup").get()
    assert run.due_at is not None
    task = Task.objects.create(
        alert=alert, kind=kind, case=case, is_extra=is_extra, opened_at=at, due_at=run.due_at
    )  # fmt: skip
    for hours in figures.terms_on(campus_day(at)).remind_hours.get(kind, ()):
        set_timer(
            kind=REMIND, key=f"wellbeing.remind/{task.pk}/{hours}",
            due_at=at + timedelta(hours=hours), payload={"task": task.pk, "hours": hours}, at=at,
        )  # fmt: skip
    _tell(task, run, f"wellbeing.task:{task.pk}", at=at)
    return task


def _tell(task: Task, run: StepRun, about: str, *, at: datetime) -> None:
    """Tell whoever has the step, urgently and in words that tell nobody anything."""
    actor = (run.backup if run.taken_over_at else run.lead) or run.backup
    if actor is not None:
        tell(
            to=actor,
            about=about,
            title=f"请在 {moment(run.due_at)} 前处理 {task.alert.number}",
            text="登录后查看要做什么。",
            link=cases.link(task, run),
            priority=Priority.URGENT,
            at=at,
        )


def _pk(person: Person | None) -> int | None:
    return person.pk if person else None
