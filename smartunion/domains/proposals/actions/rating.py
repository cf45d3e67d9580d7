"""Rate an answer: its proposer and everybody who signed, those of merged proposals as well."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.proposals.models import Proposal, Rating
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.rules import refusals
from smartunion.domains.proposals.rules.outcomes import RATINGS, UNHAPPY, told
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.record import record


@transaction.atomic
def rate(*, proposal_id: int, rating: int, by: Person, at: datetime, because: str = "") -> Proposal:
    """Rate the answer, once; who is not satisfied has it handled once more, by somebody else.

    The step ends with the last rating, or at once with the one that reopens it.
    """
    it = Proposal.objects.select_for_update().get(pk=proposal_id)
    if rating not in dict(RATINGS):
        raise refusals.RatingWrong
    run = cases.open_run(it, "rate")
    authors = {one.pk for one in cases.raters(it)}
    if by.pk not in authors:
        raise refusals.NotAnAuthor
    if it.ratings.filter(person=by, turn=it.reopened).exists():
        raise refusals.RatedAlready
    Rating.objects.create(
        proposal=it, person=by, turn=it.reopened, rating=rating, because=because[:200], at=at
    )
    record("proposals.rated", it, by=by, at=at, because=because, rating=rating)
    again = rating <= UNHAPPY and not it.reopened
    if again or it.ratings.filter(turn=it.reopened).count() >= len(authors):
        _end(it, run.pk, len(authors), at)
    return it


@transaction.atomic
def lapse_rating(*, run_id: int, at: datetime) -> Proposal:
    """Go on with what was rated: nobody's silence counts as content."""
    it = Proposal.objects.select_for_update().get(case__runs=run_id)
    _end(it, run_id, len(cases.raters(it)), at)
    record("proposals.unrated", it, by=None, at=at)
    return it


def _end(it: Proposal, run_id: int, authors: int, at: datetime) -> None:
    given = list(it.ratings.filter(turn=it.reopened).values_list("rating", flat=True))
    engine.pass_step(
        run_id=run_id,
        facts={"rating": min(given, default=0), "doing": "rate"},
        outputs={"rating": Given(text=told(given, authors))},
        by=None,
        at=at,
    )
    if StepRun.objects.filter(case=it.case_id, step="assign", state=StepRun.State.OPEN).exists():
        it.reopened += 1
        it.save(update_fields=["reopened"])
