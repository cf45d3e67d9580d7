"""The safety terms of a day."""

from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.safety.rules.terms import Terms, terms_of


def terms_on(day: date) -> Terms:
    """Return the safety terms of a day, the last ones while no plan covers it."""
    return terms_of(planning.lasting_terms("safety", on=day))
