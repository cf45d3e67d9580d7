"""Rows as an action needs them: locked."""

from datetime import datetime

from django.db.models.functions import Length

from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.rules import numbers, refusals
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person

from . import cases


def locked(case_id: int) -> RedCase:
    """Return a case under its row lock."""
    return RedCase.objects.select_for_update(of=("self",)).select_related("unit").get(pk=case_id)


def running(case_id: int, by: Person, what: str) -> RedCase:
    """Return a running case under its lock; refuses its own person, and a case that is over."""
    case = locked(case_id)
    if cases.is_about(case, by):
        raise refusals.OwnCase(number=case.number)
    if case.state != RedCase.State.RUNNING:
        raise refusals.CaseOver(number=case.number, state=case.get_state_display(), what=what)
    return case


def next_number(at: datetime, *, drill: bool) -> str:
    """Return the next number of the campus year; the caller is alone with its kind."""
    year = campus_day(at).year
    head = numbers.head_of(year, drill=drill)
    found = RedCase.objects.filter(number__startswith=head).order_by(
        Length("number").desc(), "-number"
    )  # R2025-1000 comes after R2025-999
    return numbers.following(found.values_list("number", flat=True).first(), year, drill=drill)
