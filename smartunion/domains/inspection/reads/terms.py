"""The terms of inspections on a day."""

from datetime import date

from smartunion.domains.inspection.rules.terms import Terms, terms_of
from smartunion.domains.planning import public as planning


def terms_on(day: date) -> Terms:
    """Return the terms of the plan year that covers the day; refused without a plan."""
    return terms_of(planning.terms("inspection", on=day))
