"""The risk desk's terms of a day."""

from datetime import date

from smartunion.domains.merchants.rules.terms import Terms, terms_of
from smartunion.domains.planning import public as planning


def terms_on(day: date) -> Terms:
    """Return the terms of the plan year that covers the day; refused without a plan."""
    wallet = planning.terms("wallet", on=day)
    return terms_of(
        {**planning.terms("risk", on=day), "callback_percent": wallet["callback_percent"]}
    )
