"""Any order of answers, silences, refusals and deaths, against an oracle that is plain Python."""

import heapq
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from smartunion.kernel.response import actions
from smartunion.kernel.response.models import Event, Via

from .conftest import Duty, after, begin, until

LINES = {"a": ["lin", "he", "qian"], "b": ["sun", "wu", "qian"], "c": ["zheng", "qian"]}
DRIVERS = ["driver", "qian"]
ANYBODY = ["lin", "he", "sun", "wu", "zheng", "qian"]
ANSWERS = {
    "call": ["answered", "no_answer", "wrong_number"],
    "locate": ["located"],
    "scene": ["soothed", "referred", "false_alarm"],
    "vehicle": ["arrived"],
}
AGAIN, EACH = 20, 2


@dataclass
class One:
    """Somebody in a line."""

    summoned: float | None = None
    received: bool = False
    declined: bool = False
    passed: bool = False
    calls: int = 0


@dataclass
class Step:
    state: str = "waiting"
    outcome: str = ""
    by: str = ""
    late: bool = False
    closed: float | None = None


@dataclass
class Oracle:
    """What should happen, with a heap for a clock and no database."""

    lines: dict[str, dict[str, One]] = field(
        default_factory=lambda: {post: {p: One() for p in line} for post, line in LINES.items()}
    )
    steps: dict[str, Step] = field(default_factory=lambda: {code: Step() for code in ANSWERS})
    clocks: list[tuple[float, int, str, tuple[object, ...]]] = field(default_factory=list)
    number: int = 0
    ended: str = "going"
    settled: float | None = None
    breached: float | None = None
    late: int = 0

    def __post_init__(self) -> None:
        for post in LINES:
            self.summon(post, LINES[post][0], 0)
        self.open("call", 0)
        self.set(1800, "sla")

    def set(self, due: float, what: str, *given: object) -> None:
        self.number += 1
        heapq.heappush(self.clocks, (due, self.number, what, given))

    def summon(self, post: str, name: str, at: float) -> None:
        one = self.lines[post][name]
        one.summoned, one.calls = at, one.calls + 1
        if not one.received:
            self.set(at + AGAIN, "call", post, name)

    def open(self, code: str, at: float) -> None:
        step = self.steps[code]
        if step.state != "waiting":
            return
        step.state = "open"
        limits = {"call": 30, "locate": 240, "scene": 480}
        due = (self.steps["scene"].closed or at) + 480 if code == "vehicle" else limits[code]
        self.set(max(at, due), "due", code)
        if code == "locate":
            self.set(max(at, 240), "back", 1)
            self.set(max(at, 300), "back", 2)
        if code == "vehicle" and "driver" not in self.lines:
            self.lines["driver"] = {name: One() for name in DRIVERS}
            self.summon("driver", "driver", at)

    def advance(self, to: float) -> None:
        while self.clocks and self.clocks[0][0] <= to:
            due, _, what, given = heapq.heappop(self.clocks)
            if self.ended == "going":
                getattr(self, f"on_{what}")(due, *given)

    def on_sla(self, at: float) -> None:
        if self.settled is None:
            self.breached = at

    def on_call(self, at: float, post: str, name: str) -> None:
        one = self.lines[post][name]
        if one.received or one.declined or one.passed:
            return
        if one.calls >= EACH:
            self.pass_on(post, name, at)
            return
        one.calls += 1
        assert one.summoned is not None
        self.set(one.summoned + one.calls * AGAIN, "call", post, name)

    def pass_on(self, post: str, name: str, at: float) -> None:
        line = self.lines[post]
        if line[name].passed:
            return
        line[name].passed = True
        rest = list(line)[list(line).index(name) + 1 :]
        for other in rest:
            if line[other].summoned is None and not line[other].declined:
                self.summon(post, other, at)
                return

    def on_due(self, at: float, code: str) -> None:
        step = self.steps[code]
        if step.state != "open":
            return
        step.late = True
        if code == "call":
            self.close("call", "timeout", "", at)
            self.follow("call", "timeout", at)

    def on_back(self, at: float, turn: int) -> None:
        if self.steps["locate"].state != "open":
            return
        name = LINES["b"][turn]
        one = self.lines["b"][name]
        if one.summoned is None and not one.declined:
            self.summon("b", name, at)

    def close(self, code: str, outcome: str, by: str, at: float) -> None:
        step = self.steps[code]
        step.state, step.outcome, step.by, step.closed = "done", outcome, by, at

    def follow(self, code: str, outcome: str, at: float) -> None:
        ends = {"soothed": ["locate", "vehicle"], "false_alarm": list(ANSWERS)}.get(outcome, [])
        for other in ends:
            if self.steps[other].state in ("waiting", "open") and other != code:
                self.steps[other].state = "canceled"
        if outcome in ("soothed", "false_alarm", "arrived") and self.settled is None:
            self.settled = at
        opens = {"referred": ["vehicle"]}.get(outcome, [])
        if code == "call" and outcome != "answered":
            opens = ["locate", "scene"]
        for other in opens:
            self.open(other, at)
        if not any(step.state == "open" for step in self.steps.values()):
            for step in self.steps.values():
                step.state = "canceled" if step.state == "waiting" else step.state
            self.settled = at if self.settled is None else self.settled
            self.ended = "closed"

    def rows(self, name: str) -> list[tuple[str, One]]:
        return [(post, line[name]) for post, line in self.lines.items() if name in line]

    def receive(self, name: str) -> None:
        if self.ended == "going":
            for _, one in self.rows(name):
                one.received = True

    def decline(self, name: str, at: float) -> None:
        if self.ended != "going":
            return
        for post, one in self.rows(name):
            if not one.declined:
                one.declined = True
                if one.summoned is not None:
                    self.pass_on(post, name, at)

    def answer(self, code: str, outcome: str, name: str, at: float) -> bool:
        step = self.steps[code]
        if step.state == "done" and (step.outcome, step.by) == (outcome, name):
            return True
        if self.ended == "going" and step.state == "waiting" and code in ("locate", "scene"):
            self.open(code, at)
        if self.ended != "going" or step.state != "open":
            return False
        self.receive(name)
        self.close(code, outcome, name, at)
        self.follow(code, outcome, at)
        return True


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else after(seconds)


class _KilledError(Exception):
    """The process died before its commit."""


class Night(RuleBasedStateMachine):
    """Plays one red night after the other on this test's database."""

    duty: ClassVar[Duty]

    def __init__(self) -> None:
        super().__init__()
        self.run = begin(self.duty)
        self.oracle = Oracle()
        self.now = 1.0

    def do(self, killed: bool, what: object) -> object:
        """Do it in a transaction of its own; one that is killed leaves nothing."""
        found = None
        with suppress(_KilledError), transaction.atomic():
            found = what()
            if killed:
                raise _KilledError
        return found

    @rule(seconds=st.sampled_from([7, 14, 21, 63, 189, 1057]), killed=st.booleans())
    def time_passes(self, seconds: int, killed: bool) -> None:
        self.now += seconds
        if killed:
            self.do(True, lambda: until(self.now))
        until(self.now)
        self.oracle.advance(self.now)

    @rule(who=st.sampled_from(ANYBODY), killed=st.booleans())
    def receives(self, who: str, killed: bool) -> None:
        self.do(
            killed,
            lambda: actions.receive(
                run_id=self.run.pk, by=self.duty.people[who], at=after(self.now), via=Via.LINK
            ),
        )
        if not killed:
            self.oracle.receive(who)

    @rule(who=st.sampled_from(["lin", "he", "sun", "wu", "zheng"]), killed=st.booleans())
    def declines(self, who: str, killed: bool) -> None:
        self.do(
            killed,
            lambda: actions.decline(
                run_id=self.run.pk, by=self.duty.people[who], at=after(self.now), via=Via.LINK,
                because="去不了",
            ),
        )  # fmt: skip
        if not killed:
            self.oracle.decline(who, self.now)

    @rule(
        said=st.sampled_from([(c, o) for c, every in ANSWERS.items() for o in every]),
        who=st.sampled_from(["lin", "sun", "zheng", "qian"]),
        killed=st.booleans(),
    )
    def answers(self, said: tuple[str, str], who: str, killed: bool) -> None:
        counted = self.do(
            killed,
            lambda: actions.answer(
                run_id=self.run.pk, step=said[0], outcome=said[1], by=self.duty.people[who],
                at=after(self.now), via=Via.LINK, note="在楼下",
            ),
        )  # fmt: skip
        if not killed:
            assert counted == self.oracle.answer(*said, who, self.now)

    @rule(killed=st.booleans(), sure=st.integers(min_value=0, max_value=5))
    def stands_down(self, killed: bool, sure: int) -> None:
        if sure or self.oracle.ended != "going":
            return
        self.do(
            killed,
            lambda: actions.stand_down(
                run_id=self.run.pk, by=self.duty.lin, at=after(self.now), because="已确认安全"
            ),
        )
        if not killed:
            for step in self.oracle.steps.values():
                step.state = "canceled" if step.state in ("waiting", "open") else step.state
            self.oracle.ended = "stood_down"

    @invariant()
    def the_same_as_the_oracle(self) -> None:
        run, oracle = self.run, self.oracle
        run.refresh_from_db()
        assert run.state == oracle.ended
        for given, said in (
            (run.settled_at, oracle.settled),
            (run.breached_at, oracle.breached),
        ):
            assert given == (None if said is None else after(said))
        for row in run.steps.all():
            step = oracle.steps[row.code]
            assert (row.state, row.outcome) == (step.state, step.outcome), row.code
            assert (row.timed_out_at is not None) == step.late, row.code
        names = {person.pk: name for name, person in self.duty.people.items()}
        for one in run.asked.all():
            mine = oracle.lines[one.post][names[one.person_id]]
            where = f"{one.post} {names[one.person_id]}"
            assert one.calls == mine.calls, where
            assert one.summoned_at == moment(mine.summoned), where
            assert (one.received_at is not None) == mine.received, where
            assert (one.declined_at is not None) == mine.declined, where

    def teardown(self) -> None:
        kinds = [Event.Kind.ANSWERED, Event.Kind.TIMEOUT]
        call = self.run.events.filter(step="call", kind__in=kinds)
        assert call.count() <= 1, "an answer and the clock never both win"


def test_any_order_of_a_night_is_what_the_oracle_says(duty: Duty) -> None:
    Night.duty = duty
    run_state_machine_as_test(
        Night,
        settings=settings(
            max_examples=30, stateful_step_count=12, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), derandomize=True,
        ),
    )  # fmt: skip
