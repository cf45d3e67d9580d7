"""Open a run; say 收到; answer; hand over; end it. Each is one transaction and safe to repeat.

Every one takes the run's row first, so that an answer and the clock never both win: what comes
after the fact is logged as late and changes nothing.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from smartunion.kernel.base.days import campus_day
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Channel
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import mandate_of
from smartunion.kernel.private import actions as private
from smartunion.kernel.private.refusals import NothingSealed
from smartunion.kernel.timers.actions import cancel_under
from smartunion.kernel.trail.record import name_of_subject, record

from . import engine, lines, registry, tracking
from .define import TIMEOUT, Outcome
from .engine import held, moment
from .lines import log
from .markers import Marker
from .models import Asked, Correction, Event, Run, StepRun, Tracking, Via, mark_of
from .refusals import (
    CorrectionDone,
    DrillMixed,
    NoSuchOutcome,
    NotAsked,
    NoteMissing,
    NotYours,
    Over,
    OwnMatter,
    ReasonMissing,
)


@transaction.atomic(savepoint=False)
def open_run(
    *,
    protocol: str,
    about: str,
    unit: Unit | None,
    number: str,
    drill: bool = False,
    excluded: Collection[int] = (),
    by: Person | None,
    at: datetime,
    place: str = "",
) -> Run:
    """Open a run: in the caller's transaction everybody is told and every clock is set.

    T0 is the database's present. `excluded` are persons passed over everywhere: whom it is about,
    a superior of theirs. The same number again returns the run that there is.

    :raises TermMissing: the plan lacks a limit
    :raises DrillMixed: a run about the same is marked otherwise
    """
    there = Run.objects.filter(number=number).first()
    if there is not None and there.is_drill == drill and there.about == about:
        return there
    if there or Run.objects.filter(about=about).exclude(is_drill=drill).exists():
        raise DrillMixed(number=number)
    declared = registry.in_force(protocol).protocol
    at = moment(at)
    run = Run.objects.create(
        protocol=engine.version_of(declared, at=at),
        limits=engine.limits_of(declared, at=at),
        number=number, about=about, unit=unit, place=place, is_drill=drill,
        excluded=sorted(mark_of(number, one) for one in excluded), t0=at, by=by,
    )  # fmt: skip
    record(
        "response.opened", run, by=by, at=at, because=declared.clause,
        protocol=declared.title, version=declared.version,
    )  # fmt: skip
    engine.start(run, declared, at=at)
    return run


@transaction.atomic
def receive(*, run_id: int, by: Person, at: datetime, via: str) -> bool:
    """Note 收到 and stop the calls to whoever says it, nobody else's; return whether it was new."""
    run = held(run_id)
    at = moment(at)
    mine = _asked(run, by)
    fresh = [one for one in mine if one.received_at is None]
    if run.ended_at is not None:
        if fresh:
            log(run, f"late/received/{by.pk}", Event.Kind.LATE, at=at, by=by, via=via, word="收到")
        return False
    for one in fresh:
        one.received_at, one.via = at, via
        one.told_at = one.told_at or at
        one.save(update_fields=["received_at", "via", "told_at"])
        cancel_under(prefix=lines.calls_of(one), at=at)
    if fresh:
        log(run, f"received/{by.pk}", Event.Kind.RECEIVED, at=at, by=by, via=via)
        record("response.received", run, by=by, at=at, via=Via(via).label)
    return bool(fresh)


@transaction.atomic
def decline(*, run_id: int, by: Person, at: datetime, via: str, because: str) -> None:
    """Note that somebody cannot come (我去不了，换人): the next in turn is summoned at once."""
    run = held(run_id)
    at = moment(at)
    mine = _asked(run, by)
    if run.ended_at is not None:
        log(run, f"late/declined/{by.pk}", Event.Kind.LATE, at=at, by=by, via=via, note=because)
        return
    protocol = registry.of(run).protocol
    for one in mine:
        if one.declined_at is not None:
            continue
        one.declined_at = at
        one.save(update_fields=["declined_at"])
        log(
            run, f"declined/{one.pk}", Event.Kind.DECLINED, at=at, by=by, via=via, word=one.post,
            note=because,
        )  # fmt: skip
        record("response.declined", run, by=by, at=at, because=because, via=Via(via).label)
        if one.summoned_at is not None:
            lines.pass_on(run, protocol, one, at=at)
        else:
            cancel_under(prefix=lines.calls_of(one), at=at)


@transaction.atomic
def answer(
    *,
    run_id: int,
    step: str,
    outcome: str,
    by: Person | None,
    at: datetime,
    via: str,
    note: str = "",
) -> bool:
    """Close a step with an outcome; what follows it opens at once. Answering is 收到 as well.

    Whoever was asked in the run may answer; `by` None is the domain itself (a position that came
    in). The same answer of the same person again is the same answer.

    :returns: whether it counts; False when the step was closed before: logged, nothing changes
    """
    run = held(run_id)
    at = moment(at)
    protocol = registry.of(run).protocol
    declared = protocol.step(step)
    chosen = None if outcome == TIMEOUT else declared.outcome(outcome)
    if chosen is None:
        raise NoSuchOutcome(step=declared.name, outcome=outcome)
    if by is not None:
        _asked(run, by)
    row = engine.step_of(run, step)
    if row.state == StepRun.State.DONE and (row.outcome, row.by) == (outcome, by):
        return True
    if run.ended_at is None and row.state == StepRun.State.WAITING and declared.alerted:
        # who was alerted at T0 and is sooner than asked has been asked
        engine.open_step(run, protocol, declared, at=at, silently=True)
        row.refresh_from_db()
    if run.ended_at is not None or row.state != StepRun.State.OPEN:
        _log_late(run, row, chosen, by=by, at=at, via=via, note=note)
        return False
    if chosen.needs_note and not note.strip():
        raise NoteMissing(outcome=chosen.name)
    if by is not None:
        receive(run_id=run.pk, by=by, at=at, via=via)
    engine.close(run, declared, row, chosen, by=by, via=via, at=at)
    log(
        run, f"{step}/answered", Event.Kind.ANSWERED, at=at, step=step, word=chosen.name,
        by=by, via=via, note=note,
    )  # fmt: skip
    record(
        "response.answered", run, by=by, at=at, step=declared.name, answer=chosen.name,
        via=Via(via).label,
    )  # fmt: skip
    engine.follow(run, protocol, declared, chosen, by=by, at=at)
    return True


def _log_late(
    run: Run, row: StepRun, chosen: Outcome, *, by: Person | None, at: datetime, via: str, note: str
) -> None:
    """Log an answer after the fact; the same one again leaves no second line."""
    who = by.pk if by else 0
    if log(
        run, f"late/{row.code}/{chosen.code}/{who}", Event.Kind.LATE, at=at, step=row.code,
        word=chosen.name, by=by, via=via, note=note,
    ):  # fmt: skip
        record("response.late", run, by=by, at=at, step=row.code, via=Via(via).label)


def _asked(run: Run, by: Person) -> list[Asked]:
    """Return what somebody is asked in a run; refuse whoever is not, or must keep out."""
    if run.excludes(by.pk):
        raise OwnMatter(number=run.number)
    mine = list(Asked.objects.filter(run=run, person=by).order_by("pk"))
    if not mine:
        raise NotAsked(number=run.number)
    return mine


@transaction.atomic
def stand_down(
    *, run_id: int, by: Person, at: datetime, because: str, via: str = Via.PAGE, lead: bool = False
) -> None:
    """End a run by hand, with a reason; everybody who was told hears that it is over.

    By whoever is asked for a post that the protocol names, or with `lead`: the page has asked for
    the permission `response.lead`. Ending it twice keeps the first time.
    """
    run = held(run_id)
    at = moment(at)
    if run.excludes(by.pk):
        raise OwnMatter(number=run.number)
    protocol = registry.of(run).protocol
    posts = set(Asked.objects.filter(run=run, person=by).values_list("post", flat=True))
    leads = Asked.objects.filter(run=run, person=by, part="leader").exclude(summoned_at=None)
    may = lead or posts & {str(post) for post in protocol.stands_down} or leads.exists()
    if not may:
        raise NotYours(number=run.number, who="值班领导或规程指定的联系人")
    if not because.strip():
        raise ReasonMissing(number=run.number)
    if run.ended_at is not None:
        log(run, f"late/stood_down/{by.pk}", Event.Kind.LATE, at=at, by=by, via=via, note=because)
        return
    engine.stood_down(run, protocol, by=by, via=via, at=at, because=because)
    record("response.stood_down", run, by=by, at=at, because=because)


@transaction.atomic
def open_step(*, run_id: int, step: str, by: Person | None, at: datetime) -> bool:
    """Let a domain open a step by itself; return whether it opened. Twice opens once."""
    run = held(run_id)
    at = moment(at)
    if run.ended_at is not None:
        raise Over(number=run.number, at=run.ended_at)
    protocol = registry.of(run).protocol
    opened = engine.open_step(run, protocol, protocol.step(step), at=at)
    if opened:
        record("response.step_opened", run, by=by, at=at, step=protocol.name_of(step))
    return opened


@transaction.atomic
def ask_besides(*, run_id: int, post: str, by: Person | None, at: datetime) -> None:
    """Call one more post of the duty roster into the run; a post that is there stays."""
    run = held(run_id)
    at = moment(at)
    if run.ended_at is not None:
        raise Over(number=run.number, at=run.ended_at)
    protocol = registry.of(run).protocol
    lines.begin(run, protocol, [post], at=at)
    record("response.asked_besides", run, by=by, at=at, post=post)


@transaction.atomic
def number_wrong(*, run_id: int, person: Person, channel: str, at: datetime) -> None:
    """A contact's number leads to nobody: the next is summoned at once, the number is to be mended.

    A telephone number that is wrong passes the turn; another way that fails only asks for the
    correction, since the telephone may still ring.
    """
    run = held(run_id)
    at = moment(at)
    protocol = registry.of(run).protocol
    rings = channel in {"sms", "voice"}
    for one in Asked.objects.filter(run=run, person=person).select_related("person"):
        label = Channel(channel).label if channel in Channel.values else channel
        engine.correction(run, what=f"联系人的{label}号码", asked=one, channel=channel, at=at)
        log(run, f"wrong/{one.pk}/{channel}", Event.Kind.WRONG, at=at, by=person, word=label)
        if not rings or one.wrong_at is not None:
            continue
        one.wrong_at = at
        one.save(update_fields=["wrong_at"])
        record("response.contact_wrong", run, by=None, at=at, channel=label)
        if run.ended_at is None and one.received_at is None and one.summoned_at is not None:
            lines.pass_on(run, protocol, one, at=at)


@transaction.atomic
def correct(
    *, correction_id: int, value: str, by: Person, at: datetime, because: str
) -> Correction:
    """Put a wrong number right (人工修正): a contact's by kernel/notices, others by the domain."""
    task = (
        Correction.objects.select_for_update(of=("self",))
        .select_related("asked__person", "run__protocol")
        .get(pk=correction_id)
    )
    if task.done_at is not None:
        raise CorrectionDone(at=task.done_at)
    if task.run.excludes(by.pk):
        raise OwnMatter(number=task.run.number)
    if not because.strip():
        raise ReasonMissing(number=task.run.number)
    at = moment(at)
    if task.asked is not None:
        channel = Channel.WECOM if task.channel == Channel.WECOM else Channel.SMS
        if task.channel == Channel.EMAIL:
            channel = Channel.EMAIL
        notices.correct(
            person=task.asked.person, channel=channel, address=value, by=by, at=at, because=because
        )
    elif (hook := registry.of(task.run).hooks.correct) is not None:
        hook(task, value, by, at)
    task.done_at, task.by, task.because = at, by, because[:400]
    task.save(update_fields=["done_at", "by", "because"])
    record("response.corrected", task.run, by=by, at=at, because=because, number=task.what)
    return task


@transaction.atomic
def note_foreign(*, run_id: int, of: Person, by: Person, at: datetime) -> None:
    """Log that somebody signed in as another person tried somebody's one-tap link."""
    run = held(run_id)
    if log(run, f"foreign/{of.pk}/{by.pk}", Event.Kind.FOREIGN, at=moment(at), by=by, via=Via.LINK):
        record("response.foreign_link", run, by=by, at=at)


@transaction.atomic
def look_at_positions(*, by: Person, at: datetime) -> list[tracking.Position]:
    """Return where the responders of what runs are now, as far as `by` may know where it runs.

    Whether `by` may look at the board at all is the caller's question. What is older than a minute,
    was stopped or belongs to a run that is over is not there.
    """
    mandate = mandate_of(by, on=campus_day(at))
    going = Tracking.objects.filter(
        run__ended_at=None, stopped_at=None, last_at__gt=at - tracking.STALE, last_at__lte=at
    )
    found = []
    for row in going.select_related("run__protocol").order_by("run", "role", "turn"):
        may = registry.of(row.run).hooks.may_locate
        if row.run.excludes(by.pk) or (may is not None and not may(row.run, by, mandate)):
            continue
        try:
            point = _point(row, by, at)
        except NothingSealed:
            continue
        found.append(
            tracking.Position(
                incident=row.run.number,
                label=f"{Marker(row.role).words}{row.turn}",
                role=row.role,
                latitude=float(point["latitude"]),
                longitude=float(point["longitude"]),
                at=row.last_at or at,
                is_drill=row.is_drill,
            )
        )
    return found


_OPENED: dict[tuple[int, int, int, datetime], Mapping[str, str]] = {}
"""What a reader has opened a moment ago: the same point for the same reader is one look."""

MOST_OPENED = 500


def _point(row: Tracking, by: Person, at: datetime) -> Mapping[str, str]:
    """Open a responder's newest point; the first look at a responder leaves a line in the trail."""
    key = (row.pk, row.points, by.pk, row.last_at or at)
    if key not in _OPENED:
        if not any((one[0], one[2]) == (row.pk, by.pk) for one in _OPENED):
            record("response.positions_seen", row.run, by=by, at=at, number=row.run.number)
        if len(_OPENED) >= MOST_OPENED:
            _OPENED.clear()
        _OPENED[key] = private.open_sealed(
            about=name_of_subject(row), kind=tracking.PURPOSE, by=by, purpose="command", at=at
        )
    return _OPENED[key]
