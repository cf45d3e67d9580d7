"""The desk's terms of a day."""

from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.policy.rules.sla import DeskTerms, terms_of


def desk_terms(day: date) -> DeskTerms:
    """Return the desk's terms on a day; the last before it where no plan year covers it."""
    return terms_of(planning.lasting_terms("policy_desk", on=day))
