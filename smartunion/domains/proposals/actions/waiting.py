"""Ask the proposer for something and stand still meanwhile; every stop is in the public way."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.proposals import telling
from smartunion.domains.proposals.models import Proposal
from smartunion.domains.proposals.reads import cases
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import stopping
from smartunion.kernel.trail.record import record


@transaction.atomic
def ask(*, proposal_id: int, asks: str, by: Person, at: datetime) -> Proposal:
    """Ask the proposer for something; the host's clock stands still until it is there."""
    it = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
    days = cases.terms_on(campus_day(at)).supply_working_days
    run = cases.open_run(it, "handle")
    made = stopping.stop(run_id=run.pk, asks=asks, working_days=days, by=by, at=at)
    record("proposals.asked", it, by=by, at=at, because=made.asks)
    title = f"{it.number} 请你补充"
    telling.some([it.proposer], it, f"asked:{made.pk}", title=title, text=made.asks, at=at)
    return it


@transaction.atomic
def supply(*, proposal_id: int, answer: str, by: Person, at: datetime) -> Proposal:
    """Supply what was asked for; the clock goes on with what was left of it."""
    it = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
    run = cases.open_run(it, "handle")
    made = stopping.go_on(run_id=run.pk, answer=answer, by=by, at=at)
    if made is not None:
        record("proposals.supplied", it, by=by, at=at)
        title = f"{it.number} 已补充"
        telling.some([made.by], it, f"supplied:{made.pk}", title=title, text=answer, at=at)
    return it
