"""What the command board shows: every run that stands, its clocks, who received, who is where.

Never the name of whoever is in danger, nor their unit: a college is small. What is sealed about
them stays with those on the case, on the run's own page. Names here are those on duty.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from django.db import transaction

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate
from smartunion.kernel.response import reads as response
from smartunion.kernel.response import registry
from smartunion.kernel.response.define import T0
from smartunion.kernel.response.define import span as span_of
from smartunion.kernel.response.models import Run, StepRun
from smartunion.kernel.response.reads import Clock, Standing, Told

from .campus import Spot, campus

log = logging.getLogger(__name__)

GATES = 3
"""How many clocks stand large beside a run."""

LARGE = 2
"""Up to so many runs are shown with everything; more of them with their clocks only."""

MOST = 5
"""How many runs the wall holds; the others are counted."""

DIGITS = "①②③④⑤⑥⑦⑧⑨"

ACKS = {
    "received": ("ok", "✓"),
    "calling": ("wait", "▶"),
    "standby": ("off", "○"),
    "waiting": ("off", "○"),
    "declined": ("no", "■"),
    "wrong": ("no", "✕"),
    "passed": ("no", "▲"),
}


@dataclass(frozen=True)
class Gate:
    """One clock of a run: what is left, what it took, or that it is not needed."""

    limit: str
    name: str
    kind: str
    """done, late, now, next or off."""
    text: str
    word: str
    note: str
    due: str
    """The moment that the browser counts to, "" when nothing runs."""
    whole: int


@dataclass(frozen=True)
class Rung:
    """One step in the row of all: how it stands, its name, what it took or what is left."""

    kind: str
    sign: str
    name: str
    text: str
    due: str


@dataclass(frozen=True)
class Mate:
    """Somebody on duty who was asked, and whether they received."""

    mark: str
    name: str
    kind: str
    word: str


@dataclass(frozen=True)
class Case:
    """One run on the board."""

    pin: str
    run: Standing
    gates: list[Gate]
    ladder: list[Rung]
    """Every step from the first to the last, with its clock."""
    mates: list[Mate]
    now: Clock | None
    then: Gate | None
    """What comes next, after what is being done."""
    place: str
    place_note: str
    spot: Spot | None
    is_locked: bool
    clock: str
    opens: bool
    """Whether whoever looks may open the run's own page."""


def runs_for(person: Person, mandate: Mandate, *, at: datetime) -> list[tuple[Standing, bool]]:
    """Return the runs that stand, each with whether its page opens for somebody.

    Whoever must keep out of a run does not see it here either.
    """
    standing = response.standing(at=at)
    runs = Run.objects.filter(pk__in=[one.run_id for one in standing]).select_related("protocol")
    rows = {run.pk: run for run in runs}
    return [
        (_foreseen(one, rows[one.run_id]), response.may_see(rows[one.run_id], person, mandate))
        for one in standing
        if not rows[one.run_id].excludes(person.pk)
    ]


def _foreseen(one: Standing, run: Run) -> Standing:
    """Give a step that is not opened yet the moment by which it is due, where T0 tells it."""
    steps = {step.code: step for step in registry.of(run).protocol.steps}

    def due(clock: Clock) -> datetime | None:
        step = steps[clock.step]
        waits = clock.state == StepRun.State.WAITING and step.since == T0
        if waits and run.settled_at is None:
            return run.t0 + span_of(step.within, run.limits[step.within])
        return clock.due_at

    return replace(one, clocks=[replace(clock, due_at=due(clock)) for clock in one.clocks])


def cases(
    runs: Sequence[tuple[Standing, bool]], places: Mapping[str, str], *, at: datetime
) -> list[Case]:
    """Return the runs as the board shows them, the first few.

    `places` says of a run's number in which building it is, where whoever looks may know.
    """
    found = enumerate(runs[:MOST])
    return [
        _case(DIGITS[n], run, places.get(run.number, ""), at, opens=opens)
        for n, (run, opens) in found
    ]


def _case(pin: str, run: Standing, known: str, at: datetime, *, opens: bool) -> Case:
    found = next((c for c in run.clocks if c.step == "locate" and c.closed_at), None)
    locked = found is not None and bool(found.by)
    opened = [clock for clock in run.clocks if clock.is_open]
    place = run.place or known or ("已登记，仅经办人可见" if locked else "查找中")
    return Case(
        pin=pin,
        run=run,
        gates=[_gate(clock, run, at) for clock in _window(run.clocks)],
        ladder=[_rung(clock, run, at) for clock in run.clocks],
        mates=_mates(run),
        now=opened[0] if opened else None,
        then=_then(run, opened[:1], at),
        place=place,
        place_note="位置已锁定" if locked else "集合地点" if run.place else "位置未锁定",
        spot=campus().named(run.place or known),
        is_locked=locked,
        clock=span((at - run.opened_at).total_seconds()),
        opens=opens,
    )


def _window(clocks: Sequence[Clock]) -> list[Clock]:
    """Return the clocks that matter now: the last that ended, what is open, what comes."""
    counted = [clock for clock in clocks if clock.due_at or clock.closed_at or clock.limit]
    first = next((n for n, clock in enumerate(counted) if clock.is_open), len(counted))
    start = max(0, min(first - 1, len(counted) - GATES))
    return counted[start : start + GATES]


def _gate(clock: Clock, run: Standing, at: datetime) -> Gate:
    kind, word, text, note, due = "next", "○ 待开始", clock.limit, "", ""
    if clock.state == StepRun.State.CANCELED:
        kind, word, text = "off", "– 不再需要", "免"
    elif clock.closed_at is not None:
        kind = "late" if clock.is_late else "done"
        word = "▲ 用时 · 超时" if clock.is_late else "✓ 用时 · 按时"
        text = span((clock.closed_at - run.opened_at).total_seconds())
        note = clock.outcome
    elif clock.due_at is not None:
        left = (clock.due_at - at).total_seconds()
        if clock.is_open:
            due, text = clock.due_at.isoformat(), ("+" if left < 0 else "") + span(left)
            kind, word = ("warn", "▲ 超时") if left < 0 else ("now", "▶ 剩余")
            note = "、".join(clock.posts)
        elif left >= 0:
            due, text, word = clock.due_at.isoformat(), span(left), "○ 未开始"
    start = clock.opened_at or run.opened_at
    whole = round((clock.due_at - start).total_seconds()) if clock.due_at else 0
    css = {"late": "warn"}.get(kind, kind)
    return Gate(clock.limit, clock.name, css, text, word, note, due, whole)


def _rung(clock: Clock, run: Standing, at: datetime) -> Rung:
    gate = _gate(clock, run, at)
    kind, sign = {
        "off": ("", "–"), "done": ("d", "✓"), "now": ("n", "▶"), "next": ("", "○"),
    }.get(gate.kind, ("l", "▲"))  # fmt: skip
    if clock.is_open:
        kind = "n"
    return Rung(kind, sign, clock.name, gate.text, gate.due)


def _then(run: Standing, now: Sequence[Clock], at: datetime) -> Gate | None:
    """Return what comes next by its limit: open already or not, but not what is being done."""
    ahead = [one for one in run.clocks if one.due_at and not one.closed_at and one not in now]
    coming = [one for one in ahead if one.is_open or (one.due_at and one.due_at > at)]
    if not coming:
        return None
    return _gate(min(coming, key=lambda one: one.due_at or at), run, at)


def _mates(run: Standing, most: int = 4) -> list[Mate]:
    """Return who was asked, those whose turn it is or who received before those standing by."""
    order = ("received", "calling", "declined", "wrong", "passed", "standby", "waiting")
    by_post: dict[str, list[Told]] = {}
    for told in run.told:
        by_post.setdefault(told.post, []).append(told)
    first = [min(told, key=lambda one: order.index(one.state)) for told in by_post.values()]
    return [_mate(told, run) for told in first[:most]]


def _mate(told: Told, run: Standing) -> Mate:
    kind, sign = ACKS[told.state]
    when = ""
    if told.received_at is not None:
        when = span((told.received_at - run.opened_at).total_seconds()) + " "
    mark = told.post[-1] if told.post[-1].isascii() else told.post[:1]
    return Mate(mark, f"{told.name} {told.part}", kind, f"{sign} {when}{told.words}")


def span(seconds: float) -> str:
    """Return a stretch as 03:12, or 1:03:12 from an hour on; its sign is left out."""
    whole = abs(int(seconds))
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02}:{rest % 60:02}"
    return f"{hours}:{text}" if hours else text


def headline(runs: Sequence[Standing]) -> list[tuple[str, int]]:
    """Return how many real runs of each kind stand: 红色预警 2."""
    counted: dict[str, int] = {}
    for run in runs:
        if not run.is_drill:
            counted[run.title] = counted.get(run.title, 0) + 1
    return list(counted.items())


class Position(Protocol):
    """Where a responder is: the number of the run, a role and a number, never a name (R238)."""

    @property
    def incident(self) -> str:
        """Return the run's number."""

    @property
    def label(self) -> str:
        """Return what stands beside the mark: 医护 1."""

    @property
    def role(self) -> str:
        """Return medic, guard, volunteer, vehicle or escort."""

    @property
    def latitude(self) -> float:
        """Return degrees north."""

    @property
    def longitude(self) -> float:
        """Return degrees east."""

    @property
    def at(self) -> datetime:
        """Return when the point was taken."""


Whereabouts = Callable[..., Iterable[Position]]
"""A domain's door: (at=, by=) -> the newest point of each responder of what runs now."""

Places = Callable[..., Mapping[str, str]]
"""A door: (numbers=, by=, at=) -> in which building a run is, for whoever may know."""


def places_of(
    doors: Iterable[Places], runs: Sequence[Standing], *, by: Person, at: datetime
) -> dict[str, str]:
    """Return in which building of the map each run is, where `by` is on the case; no more of it."""
    numbers = [run.number for run in runs if not run.place][:MOST]
    told: dict[str, str] = {}
    for door in doors if numbers else ():
        told |= door(numbers=numbers, by=by, at=at)
    return {number: name for number, words in told.items() if (name := campus().building(words))}


@dataclass(frozen=True)
class Marked:
    """A responder on the map."""

    role: str
    label: str
    spot: Spot
    age: int
    """Seconds since the point was taken."""


def marked(
    doors: Iterable[Whereabouts], runs: Sequence[Standing], *, by: Person, at: datetime
) -> list[Marked]:
    """Return the responders of the runs that stand, each where it was last seen (R238).

    Nobody is looked for while nothing stands; a point of a run that has ended is not shown.
    """
    standing = {run.number for run in runs}
    if not standing:
        return []
    return [
        Marked(
            one.role,
            one.label,
            campus().spot(float(one.latitude), float(one.longitude)),
            max(0, int((at - one.at).total_seconds())),
        )
        for door in doors
        for one in _opened(door, by, at)
        if one.incident in standing
    ]


def _opened(door: Whereabouts, by: Person, at: datetime) -> list[Position]:
    """Return what a door shows; who may not read what is sealed sees the board without marks."""
    try:
        with transaction.atomic():
            return list(door(at=at, by=by))
    except Refused as no:
        log.info("positions are not shown to %s: %s", by.pk, no)
        return []
