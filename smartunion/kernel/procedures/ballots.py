"""Votes of a body: who is called, who has voted, the tally. Each function is one transaction."""

from datetime import datetime

from django.db import transaction

from smartunion.kernel.people.models import Person

from .models import Poll


@transaction.atomic
def cast(*, run_id: int, choice: str, by: Person, at: datetime) -> Poll:
    """Put one vote into the box: "yes", "no" or "abstain"; cast for good.

    Closes the vote and passes the step when nobody is left to vote.

    :raises Refused: not of the body, recused, voted already, or the vote is over
    """
    raise NotImplementedError


@transaction.atomic
def recuse(*, run_id: int, by: Person, at: datetime, because: str) -> Poll:
    """Stay out of a vote that concerns oneself, with the reason; the body shrinks by one."""
    raise NotImplementedError


@transaction.atomic
def call_online(
    *, run_id: int, closes_at: datetime, by: Person, at: datetime, because: str
) -> Poll:
    """Call an extraordinary online vote: the body is told at once, and the vote closes sooner."""
    raise NotImplementedError
