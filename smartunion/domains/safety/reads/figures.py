"""The safety terms of a day."""

from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.safety.rules.terms import Terms, terms_of


def terms_on(day: date) -> Terms:
    """Return the safety terms of the plan year that covers the day; refused without a plan."""
    return terms_of(planning.terms("safety", on=day))
