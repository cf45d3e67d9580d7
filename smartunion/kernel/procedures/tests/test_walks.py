"""Random walks through the sheet that has one of everything: what no order of events may break."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import audits, ballots, engine
from smartunion.kernel.procedures.define import Kind
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, Evidence, StepRun
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5

from .grant import GRANT

ACTORS = ("lin", "chen", "wang", "mo", "tan", "zhu", "m1", "m2")
MOVES = ("pass", "pass", "pass", "back", "incomplete", "vote", "object", "wait", "wait", "take",
         "withdraw", "event")  # fmt: skip
TURNS = st.tuples(
    st.sampled_from(MOVES), st.sampled_from(ACTORS), st.integers(0, 3), st.integers(1, 60 * 24 * 4)
)


@pytest.mark.django_db
@given(st.lists(TURNS, min_size=8, max_size=20), st.sampled_from([50_00, 5_000_00]))
@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_whatever_happens_the_sheet_holds(lin, grant, turns, amount: int) -> None:
    with transaction.atomic():  # each walk begins with nothing
        walk({**grant, "lin": lin}, turns, amount)
        transaction.set_rollback(True)


def walk(cast: dict[str, Person], turns: list[tuple[str, str, int, int]], amount: int) -> None:
    lin = cast["lin"]
    case = engine.open_case(
        sheet=GRANT, title="补助", facts={"amount_fen": amount, "host": cast["mo"].pk},
        applicant=lin, unit=lin.unit, by=lin, at=MARCH_5,
    )  # fmt: skip
    at = MARCH_5
    for move, actor, which, minutes in turns:
        at += timedelta(minutes=minutes)
        fire_due(at=at)
        deliver(at=at)
        with suppress(Refused):
            take_turn(case, move, cast[actor], which=which, at=at, cast=cast)
        holds(case, at)
    assert [a.id for a in audits.all_of_them() if a.offenders()] == []


def take_turn(
    case: Case, move: str, who: Person, *, which: int, at: datetime, cast: dict[str, Person]
) -> None:
    runs = list(case.runs.filter(state=StepRun.State.OPEN).order_by("pk"))
    if move == "withdraw" and which == 3:
        engine.withdraw(case_id=case.pk, by=who, at=at, because="不办了")
    elif move == "event":
        engine.set_event(case_id=case.pk, event_at=at, by=who, at=at, because="到货")
    elif runs:
        act_on(runs[which % len(runs)], move, who, which=which, at=at, cast=cast)


def act_on(
    run: StepRun, move: str, who: Person, *, which: int, at: datetime, cast: dict[str, Person]
) -> None:
    step = GRANT.step(run.step)
    if move in {"pass", "incomplete"}:
        papers = {output.code: Given(text="x") for output in step.outputs}
        facts = {"complete": False} if move == "incomplete" else {}
        engine.pass_step(run_id=run.pk, facts=facts, outputs=papers, by=who, at=at)
    elif move == "back":
        to = GRANT.steps[which].code
        engine.send_back(run_id=run.pk, to=to, by=who, at=at, because="重做")
    elif move == "vote" and step.kind == Kind.VOTE:
        for n in range(1, 8):
            choice = ("yes", "yes", "no", "abstain")[(n + which) % 4]
            ballots.cast(run_id=run.pk, choice=choice, by=cast[f"m{n}"], at=at)
    elif move == "object" and step.kind == Kind.PUBLICITY:
        uphold(run, cast, at)
    elif move == "take":
        engine.take_over(run_id=run.pk, by=who, at=at, because="接手")


def uphold(run: StepRun, cast: dict[str, Person], at: datetime) -> None:
    posting = posting_of(run)
    assert posting is not None
    objection = publicity.object_to(
        posting_id=posting.pk, name="某人", contact="138", text="不属实", by=None, at=at
    )
    publicity.reply(objection_id=objection.pk, text="查过", by=cast["zhu"], at=at)
    publicity.uphold(objection_id=objection.pk, because="属实", by=cast["zhu"], at=at)
    deliver(at=at)


def holds(case: Case, at: datetime) -> None:
    """Assert what must be true of a case at any moment."""
    case.refresh_from_db()
    runs = list(case.runs.all())
    going = [run for run in runs if run.state in engine.GOING]
    assert bool(going) == (case.closed_at is None), "open steps, or closed: never neither"
    codes = [run.step for run in going]
    assert len(codes) == len(set(codes)), "a step is open once"
    for run in runs:
        step = GRANT.step(run.step)
        if run.state == StepRun.State.PASSED:
            there = set(Evidence.objects.filter(run=run).values_list("output", flat=True))
            assert {output.code for output in step.outputs} <= there
            if step.code != "apply":
                assert run.ended_by_id != case.applicant_id
        if run.state == StepRun.State.OPEN and run.due_at and run.due_at > at:
            assert not run.late
    pending = Timer.objects.filter(state=Timer.State.PENDING, key__startswith="run/")
    timed = {int(timer.key.split("/")[1]) for timer in pending}
    assert timed <= {run.pk for run in going}, "what has ended has no timer"
    ended = [run for run in runs if run.state in (StepRun.State.PASSED, StepRun.State.RETURNED)]
    told = Entry.objects.filter(
        subject=f"procedures.case:{case.pk}", what__in=["procedures.passed", "procedures.returned"]
    )
    assert told.count() == len(ended), "every step that ended is in the trail, once"
