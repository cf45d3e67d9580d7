"""Votes of a body: who is called, who has voted, the tally. Each function is one transaction."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import clocks, refusals, staffing, telling
from .define import Procedure, Step, Vote
from .engine import Given, finish, keep, locked, must_be_open
from .limits import Due
from .models import Box, Case, Poll, StepRun, Voter
from .polls import seal, unseal
from .tally import carried, quorate, words

CHOICES = {"yes": "赞成", "no": "反对", "abstain": "弃权"}


@transaction.atomic
def cast(*, run_id: int, choice: str, by: Person, at: datetime) -> Poll:
    """Put one vote into the box: "yes", "no" or "abstain"; cast for good.

    Closes the vote and passes the step when nobody is left to vote. The trail says who voted; what
    it was only where the vote is an open one.

    :raises Refused: not of the body, recused, voted already, or the vote is over
    """
    run, case, sheet, step, vote = _locked(run_id)
    poll = run.poll
    if choice not in CHOICES:
        raise refusals.NoSuchChoice(choice=choice)
    voter = _voter(poll, step, by)
    recused, voted = _counts(poll)
    over = poll.closes_at is not None and at >= poll.closes_at
    if over and quorate(vote, recused=recused, voted=voted):
        raise refusals.PollOver(step=step.name, at=poll.closes_at)
    box = Box.objects.select_for_update().get(poll=poll)
    tally = unseal(box, voted=voted)
    box.sealed = seal(poll, replace(tally, **{choice: getattr(tally, choice) + 1}))
    box.save(update_fields=["sealed"])
    voter.state = Voter.State.VOTED
    voter.save(update_fields=["state"])
    told = {} if poll.secret else {"choice": CHOICES[choice]}
    record("procedures.voted", case, by=by, at=at, step=step.name, **told)
    left = poll.voters.filter(state=Voter.State.WAITING).exists()
    if not left or (over and quorate(vote, recused=recused, voted=voted + 1)):
        _count(run, case, sheet, step, vote, at=at)
    return poll


@transaction.atomic
def recuse(*, run_id: int, by: Person, at: datetime, because: str) -> Poll:
    """Stay out of a vote that concerns oneself, with the reason; the body shrinks by one."""
    run, case, sheet, step, vote = _locked(run_id)
    if not because.strip():
        raise refusals.ReasonMissing
    voter = _voter(run.poll, step, by)
    voter.state, voter.because = Voter.State.RECUSED, because
    voter.save(update_fields=["state", "because"])
    record("procedures.recused", case, by=by, at=at, because=because, step=step.name)
    if not run.poll.voters.filter(state=Voter.State.WAITING).exists():
        _count(run, case, sheet, step, vote, at=at)
    return run.poll


@transaction.atomic
def call_online(
    *, run_id: int, closes_at: datetime, by: Person, at: datetime, because: str
) -> Poll:
    """Call an extraordinary online vote: the body is told at once, and the vote closes sooner."""
    run, case, sheet, step, _ = _locked(run_id)
    staffing.check(run, case, step, by)
    if not because.strip():
        raise refusals.ReasonMissing
    poll = run.poll
    if closes_at <= at or (poll.closes_at is not None and closes_at >= poll.closes_at):
        raise refusals.NotSooner(until=poll.closes_at or closes_at)
    poll.closes_at, poll.extraordinary, poll.because = closes_at, True, because
    poll.save(update_fields=["closes_at", "extraordinary", "because"])
    clocks.move(run, case, step, Due(closes_at), at=at)
    record(
        "procedures.online_vote_called", case, by=by, at=at, because=because,
        step=step.name, until=closes_at.isoformat(),
    )  # fmt: skip
    telling.called(poll, case, sheet, step, at=at)
    return poll


def time_is_up(run: StepRun, case: Case, sheet: Procedure, step: Step, *, at: datetime) -> None:
    """Count the vote if enough have voted; if not, say so: it is counted when the quorum is met."""
    vote, poll = _vote(step), run.poll
    recused, voted = _counts(poll)
    waiting = poll.voters.filter(state=Voter.State.WAITING).exists()
    if quorate(vote, recused=recused, voted=voted) or not waiting:
        _count(run, case, sheet, step, vote, at=at)
        return
    run.late = True
    run.save(update_fields=["late"])
    record("procedures.no_quorum", case, by=None, at=at, step=step.name, voted=voted)
    telling.short_of_quorum(poll, case, sheet, step, at=at)


def _count(
    run: StepRun, case: Case, sheet: Procedure, step: Step, vote: Vote, *, at: datetime
) -> None:
    """Open the box, tell the sums, destroy the box, set the facts and go on."""
    poll = run.poll
    recused, voted = _counts(poll)
    box = Box.objects.select_for_update().get(poll=poll)
    tally = unseal(box, voted=voted)
    passed = carried(vote, tally, recused=recused)
    poll.yes, poll.no, poll.abstain = tally.yes, tally.no, tally.abstain
    poll.passed, poll.closed_at = passed, at
    poll.save(update_fields=["yes", "no", "abstain", "passed", "closed_at"])
    box.delete()
    result = words(vote, tally, recused=recused)
    record("procedures.counted", case, by=None, at=at, step=step.name, result=result)
    facts: dict[str, object] = {vote.result: passed} if vote.result else {}
    if vote.counts:
        facts |= dict(zip(vote.counts, (tally.yes, tally.no, tally.abstain), strict=True))
    case.facts = {**case.facts, **facts}
    keep(run, {output.code: Given(text=result) for output in step.outputs}, by=None, at=at)
    finish(run, case, sheet, step, by=None, at=at)


def _locked(run_id: int) -> tuple[StepRun, Case, Procedure, Step, Vote]:
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    must_be_open(run, step)
    return run, case, sheet, step, _vote(step)


def _vote(step: Step) -> Vote:
    if step.vote is None:
        raise ValueError(f"{step.code} is no vote")
    return step.vote


def _voter(poll: Poll, step: Step, by: Person) -> Voter:
    """Return the person's place on the roll; refuse whoever has none, is out, or has voted."""
    voter = poll.voters.filter(person=by).first()
    if voter is None:
        raise refusals.NotOfTheBody(by=by.name, step=step.name)
    if voter.state == Voter.State.RECUSED:
        raise refusals.Recused(by=by.name, step=step.name, because=voter.because)
    if voter.state == Voter.State.VOTED:
        raise refusals.VotedAlready(by=by.name)
    return voter


def _counts(poll: Poll) -> tuple[int, int]:
    """Return how many are recused and how many have voted."""
    states = list(poll.voters.values_list("state", flat=True))
    return states.count(Voter.State.RECUSED), states.count(Voter.State.VOTED)
