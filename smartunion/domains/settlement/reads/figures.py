"""The dated numbers of settlement on a day, and who works its cases."""

from collections.abc import Collection
from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.settlement.rules import terms as rules
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import acting


def terms_on(day: date) -> rules.Terms:
    """Return the terms in force; money is still reconciled while no plan year covers the day."""
    return rules.terms_of(planning.lasting_terms("settlement", on=day))


def owner_on(day: date, *, excluding: Collection[int] = ()) -> Person | None:
    """Return who works a difference: the clerk, or the chief where there is none today."""
    terms = terms_on(day)
    for office in (terms.owner_office, terms.chief_office):
        if (found := acting(office, on=day, excluding=excluding)) is not None:
            return found.person
    return None


def chief_on(day: date) -> Person | None:
    """Return who hears of what is overdue."""
    found = acting(terms_on(day).chief_office, on=day)
    return found.person if found else None
