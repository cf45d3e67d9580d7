"""How a run goes on: steps open, are answered or run out of time, and what follows.

Everything here happens while the caller holds the run's row (`held`), in the caller's transaction:
an answer and the clock meet at that lock, and whoever comes second finds the step closed.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.actions import cancel, cancel_under
from smartunion.kernel.timers.wanted import Wanted, set_timers
from smartunion.kernel.trail.record import record

from . import lines, registry, telling, tracking
from .define import REST, T0, Back, Outcome, Part, Protocol, Step, span
from .lines import log
from .models import Asked, Correction, Event, ProtocolVersion, Run, StepRun, Via
from .refusals import TermMissing

PRESENT = timedelta(minutes=1)
"""Whoever tells a moment nearer to the database's than this means now: its clock decides."""

State = StepRun.State


def moment(at: datetime) -> datetime:
    """Return the database's moment for the present; another time (a played year) is believed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT campus_now()")
        (now,) = cursor.fetchone()
    return now if abs(now - at) < PRESENT else at


def held(run_id: int) -> Run:
    """Lock a run until the end of the transaction and return it."""
    runs = Run.objects.select_for_update(of=("self",)).select_related("protocol", "unit")
    return runs.defer("protocol__content").get(pk=run_id)


def version_of(protocol: Protocol, *, at: datetime) -> ProtocolVersion:
    """Return the row of a protocol as it is now; whoever changes it changes its digest."""
    row, _ = ProtocolVersion.objects.get_or_create(
        digest=protocol.digest(),
        defaults={
            "code": protocol.code, "version": protocol.version, "title": protocol.title,
            "content": protocol.told(), "since": at,
        },
    )  # fmt: skip
    return row


def limits_of(protocol: Protocol, *, at: datetime) -> dict[str, int]:
    """Return every limit of the protocol as the plan says it today.

    :raises TermMissing: the plan has no number for one
    """
    known: Mapping[str, Any] = registry.terms(protocol.terms, campus_day(at))
    missing = sorted(name for name in protocol.limits if name not in known)
    if missing:
        raise TermMissing(section=protocol.terms, names="、".join(missing), title=protocol.title)
    return {name: int(str(known[name])) for name in sorted(protocol.limits)}


def start(run: Run, protocol: Protocol, *, at: datetime) -> None:
    """Write every step, tell whoever is alerted, open what opens at once, set the clocks."""
    StepRun.objects.bulk_create(
        StepRun(run=run, code=step.code, number=number, is_drill=run.is_drill)
        for number, step in enumerate(protocol.steps, start=1)
    )
    log(run, "opened", Event.Kind.OPENED, at=at, by=run.by, via=Via.DESK if run.by else Via.CLOCK)
    first = [step for step in protocol.steps if step.opens_at_start or step.alerted]
    posts = list(dict.fromkeys(post for step in first for post in step.posts))
    lines.begin(run, protocol, posts, at=at)
    for step in protocol.steps:
        if step.opens_at_start:
            open_step(run, protocol, step, at=at, silently=True)
    if protocol.sla:
        due_at = lines.since_t0(run, protocol.sla)
        whole = Wanted("response.sla", f"response/{run.pk}/sla", due_at, {"run": run.pk})
        set_timers(wanted=[whole], matter=lines.matter_of(run), at=at)


def step_of(run: Run, code: str) -> StepRun:
    """Return one step of a run."""
    return StepRun.objects.get(run=run, code=code)


def open_step(
    run: Run, protocol: Protocol, step: Step, *, at: datetime, silently: bool = False
) -> bool:
    """Open a step that has not been open; return whether it did.

    `silently` where its posts have been told by the alarm itself in this very moment.
    """
    row = step_of(run, step.code)
    if row.state != State.WAITING:
        return False
    origin = _origin(run, step, at)
    due_at = max(at, origin + span(step.within, run.limits[step.within]))
    row.state, row.opened_at, row.due_at = State.OPEN, at, due_at
    row.save(update_fields=["state", "opened_at", "due_at"])
    log(run, f"{step.code}/opened", Event.Kind.STEP, at=at, step=step.code)
    under, told = clocks_of(run, step.code), {"run": run.pk, "step": step.code}
    clocks = [Wanted("response.due", f"{under}/due", due_at, told)]
    for number, back in enumerate(step.backs):
        back_at = max(at, origin + span(back.within, run.limits[back.within]))
        more = {**told, "back": number}
        clocks.append(Wanted("response.back", f"{under}/back/{number}", back_at, more))
    set_timers(wanted=clocks, matter=lines.matter_of(run), at=at)
    if not silently:
        _tell_of(run, protocol, step, due_at=due_at, at=at)
    return True


def _origin(run: Run, step: Step, at: datetime) -> datetime:
    """Return the moment from which a step's limits count."""
    if step.since == T0:
        return run.t0
    return step_of(run, step.since).closed_at or at


def clocks_of(run: Run, code: str) -> str:
    """Return what the keys of a step's timers begin with."""
    return f"response/{run.pk}/step/{code}"


def _tell_of(run: Run, protocol: Protocol, step: Step, *, due_at: datetime, at: datetime) -> None:
    """Tell whoever is in turn for the step's posts; summon those who were never asked."""
    known = {
        post for post in step.posts
        if Asked.objects.filter(run=run, post=post).exclude(summoned_at=None).exists()
    }  # fmt: skip
    lines.begin(run, protocol, [post for post in step.posts if post not in known], at=at)
    acting = [lines.acting(run, post) for post in step.posts]
    told = {one.person_id: one.person for one in acting if one is not None}
    telling.step_opened(run, protocol, step, list(told.values()), due_at=due_at, at=at)


def close(
    run: Run,
    step: Step,
    row: StepRun,
    outcome: Outcome,
    *,
    by: Person | None,
    via: str,
    at: datetime,
) -> None:
    """Close a step with its outcome and stop its clocks."""
    row.state, row.outcome, row.closed_at, row.by, row.via = State.DONE, outcome.code, at, by, via
    row.save(update_fields=["state", "outcome", "closed_at", "by", "via"])
    cancel_under(prefix=clocks_of(run, step.code), at=at)


def follow(
    run: Run,
    protocol: Protocol,
    step: Step,
    outcome: Outcome,
    *,
    by: Person | None,
    at: datetime,
) -> None:
    """Do what follows an outcome: corrections, steps that end, steps that open, the end of all."""
    if outcome.corrects:
        correction(run, what=outcome.corrects, at=at)
    for code in _named(protocol, step, outcome.ends):
        _not_needed(run, code, at=at)
    if outcome.settles and run.settled_at is None:
        run.settled_at = at
        run.save(update_fields=["settled_at"])
        cancel(keys=[f"response/{run.pk}/sla"], at=at)
        log(run, "settled", Event.Kind.SETTLED, at=at, step=step.code, word=outcome.name, by=by)
    for code in outcome.opens:
        open_step(run, protocol, protocol.step(code), at=at)
    hooks = registry.of(run).hooks
    if hooks.after_outcome is not None:
        hooks.after_outcome(run, step_of(run, step.code), outcome.code, by, at)
    end_if_done(run, protocol, at=at)


def _named(protocol: Protocol, step: Step, codes: Iterable[str]) -> list[str]:
    """Return the steps that are meant, each once."""
    if REST in codes:
        return [one.code for one in protocol.steps if one.code != step.code]
    return list(dict.fromkeys(codes))


def _not_needed(run: Run, code: str, *, at: datetime) -> None:
    """Cancel a step that is open or waits."""
    changed = StepRun.objects.filter(
        run=run, code=code, state__in=[State.WAITING, State.OPEN]
    ).update(state=State.CANCELED, closed_at=at)
    if changed:
        cancel_under(prefix=clocks_of(run, code), at=at)
        log(run, f"{code}/canceled", Event.Kind.CANCELED, at=at, step=code)


def correction(
    run: Run, *, what: str, asked: Asked | None = None, channel: str = "", at: datetime
) -> Correction:
    """Open a task of correction for a number that leads to nobody; one for each number."""
    task, is_new = Correction.objects.get_or_create(
        run=run, asked=asked, what=what,
        defaults={"channel": channel, "opened_at": at, "is_drill": run.is_drill},
    )  # fmt: skip
    if is_new:
        record("response.number_wrong", run, by=None, at=at, because=what)
    return task


def end_if_done(run: Run, protocol: Protocol, *, at: datetime) -> None:
    """Close a run in which nothing is open any more: what still waits can open no longer."""
    if run.ended_at is not None or StepRun.objects.filter(run=run, state=State.OPEN).exists():
        return
    for code in StepRun.objects.filter(run=run, state=State.WAITING).values_list("code", flat=True):
        _not_needed(run, code, at=at)
    run.settled_at = run.settled_at or at
    end(run, Run.State.CLOSED, by=None, at=at)
    log(run, "closed", Event.Kind.CLOSED, at=at)
    record("response.closed", run, by=None, at=at)
    _after_end(run, at)


def end(run: Run, state: str, *, by: Person | None, at: datetime, because: str = "") -> None:
    """Write that a run has ended and stop all its clocks."""
    run.state, run.ended_at, run.ended_by, run.because = state, at, by, because[:400]
    run.save(update_fields=["state", "ended_at", "ended_by", "because", "settled_at"])
    lines.quiet(run, at=at)
    tracking.stop_all(run, at=at)


def cancel_all(run: Run, *, at: datetime) -> None:
    """Cancel every step that is not closed."""
    going = StepRun.objects.filter(run=run, state__in=[State.WAITING, State.OPEN])
    for code in list(going.values_list("code", flat=True)):
        _not_needed(run, code, at=at)


def _after_end(run: Run, at: datetime) -> None:
    hooks = registry.of(run).hooks
    if hooks.after_end is not None:
        hooks.after_end(run, at)


def stood_down(
    run: Run, protocol: Protocol, *, by: Person, via: str, at: datetime, because: str
) -> None:
    """End a run by hand: every clock stops, everybody who was told hears that it is over."""
    cancel_all(run, at=at)
    end(run, Run.State.STOOD_DOWN, by=by, at=at, because=because)
    log(run, "stood_down", Event.Kind.STOOD_DOWN, at=at, by=by, via=via, note=because)
    told = Asked.objects.filter(run=run).exclude(told_at=None).select_related("person")
    everybody = {one.person_id: one.person for one in told}
    telling.over(run, protocol, list(everybody.values()), at=at)
    _after_end(run, at)


def ran_out(run: Run, protocol: Protocol, code: str, *, at: datetime) -> None:
    """A step's limit has passed: note it, do what follows, close the step unless it holds."""
    step, row = protocol.step(code), step_of(run, code)
    if run.ended_at is not None or row.state != State.OPEN or row.timed_out_at is not None:
        return
    row.timed_out_at = at
    row.save(update_fields=["timed_out_at"])
    outcome = step.timeout
    log(run, f"{code}/timeout", Event.Kind.TIMEOUT, at=at, step=code, word=outcome.name)
    if not step.holds:
        close(run, step, row, outcome, by=None, via=Via.CLOCK, at=at)
    follow(run, protocol, step, outcome, by=None, at=at)


def back_up(
    run: Run, protocol: Protocol, code: str, number: int, *, since: datetime, at: datetime
) -> None:
    """Ask somebody besides for a step that nobody has answered yet."""
    step, row = protocol.step(code), step_of(run, code)
    if run.ended_at is not None or row.state != State.OPEN:
        return
    back = step.backs[number]
    called = _besides(run, protocol, step, back, since=since, at=at)
    names = "、".join(sorted({one.person.name for one in called})) or "没有人可加派"
    log(run, f"{code}/back/{number}", Event.Kind.BACK, at=at, step=code, word=back.to, note=names)


def _besides(
    run: Run, protocol: Protocol, step: Step, back: Back, *, since: datetime, at: datetime
) -> list[Asked]:
    """Summon the deputies, the leaders or another post; those who were summoned stay."""
    if back.post:
        lines.begin(run, protocol, [back.post], at=at)
        found = lines.acting(run, back.post)
        return [found] if found else []
    called = []
    for post in step.posts:
        for one in lines.line(run, post):
            if one.part == str(back.to) and one.summoned_at is None and one.declined_at is None:
                lines.summon(run, protocol, [one], since=since, at=at)
                called.append(one)
                if back.to == Part.LEADER:
                    break
    return called


def breach(run: Run, protocol: Protocol, *, at: datetime) -> None:
    """The whole has taken too long: mark it and tell those who answer for it."""
    if run.settled_at is not None or run.ended_at is not None or run.breached_at is not None:
        return
    run.breached_at = at
    run.save(update_fields=["breached_at"])
    log(run, "breached", Event.Kind.BREACHED, at=at)
    record("response.breached", run, by=None, at=at, because=protocol.clause)
    telling.heads(
        run, protocol, what="breached", title="超过总时限，仍未脱险或交接",
        text="请立即介入，查看处置记录。", at=at,
    )  # fmt: skip
    hooks = registry.of(run).hooks
    if hooks.after_breach is not None:
        hooks.after_breach(run, at)
