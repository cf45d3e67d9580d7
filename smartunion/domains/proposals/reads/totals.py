"""What is counted of proposals: closed, carried out and liked are three figures (T63)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.domains.proposals.models import Proposal
from smartunion.domains.proposals.rules.outcomes import SATISFIED, Outcome
from smartunion.kernel.base.days import campus_day, start_of

from .cases import terms_on


@dataclass(frozen=True)
class ProposalFact:
    """One proposal that was handed in."""

    number: str
    submitted_on: date
    urgent: bool
    answered_in_time: bool
    """Urgent: filed or not, by a person, within the hours promised; silence is no answer."""
    closed: bool
    outcome: str
    carried_out: bool
    rated: int
    satisfied: int
    """How many of its authors have rated the answer, and how many of them were satisfied."""
    reopened: int
    downgraded: bool
    """Urgent by its author's word, and said to be none when it was decided on."""
    proposer: int
    """The same number for the same proposer, and no name."""


def proposals(first: date, until: date) -> list[ProposalFact]:
    """Return the proposals handed in in the period."""
    rows = (
        Proposal.objects.filter(submitted_at__gte=start_of(first), submitted_at__lt=start_of(until))
        .select_related("case")
        .prefetch_related("ratings")
    )
    return [_fact(one) for one in rows.order_by("number")]


def _fact(it: Proposal) -> ProposalFact:
    handed_in_at = it.submitted_at or it.case.opened_at
    hours = timedelta(hours=terms_on(campus_day(handed_in_at)).urgent_hours)
    outcome = Outcome(it.outcome) if it.outcome else None
    given = [one.rating for one in it.ratings.all() if one.turn == it.reopened]
    return ProposalFact(
        it.number,
        campus_day(handed_in_at),
        it.is_urgent,
        not it.by_silence and it.filed_at is not None and it.filed_at - handed_in_at <= hours,
        it.case.closed_at is not None,
        outcome.words if outcome else "",
        bool(outcome and outcome.is_carried_out_by(it.planned_on, _day(it.fulfilled_at))),
        len(given),
        sum(one >= SATISFIED for one in given),
        it.reopened,
        it.is_downgraded,
        it.proposer_id,
    )


def _day(at: datetime | None) -> date | None:
    return campus_day(at) if at else None
