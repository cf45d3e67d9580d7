"""The wallet's terms on a day, kept for a moment: a payment must not ask for them each time."""

from datetime import date
from time import monotonic

from smartunion.domains.planning import public as planning
from smartunion.domains.wallet.rules import Terms, terms_of

FRESH_SECONDS = 5.0
"""How long a process may go on with the terms it knows after an officer has changed them."""

_known: dict[date, tuple[float, Terms]] = {}


def terms_on(day: date) -> Terms:
    """Return the wallet's terms of the plan year that covers the day; refused without a plan."""
    known = _known.get(day)
    if known is not None and known[0] > monotonic():
        return known[1]
    given = planning.terms("wallet", on=day)
    lines = {
        line.code.rpartition("/")[2]: line
        for line in planning.budget_lines(planning.current_year(on=day))
    }
    subsidy, allotment = lines[given["budget_subsidy"]], lines[given["budget_allotment"]]
    terms = terms_of(
        {
            **given,
            "budget_subsidy": subsidy.budget_code,
            "subsidy_source": subsidy.fund_source,
            "budget_allotment": allotment.budget_code,
        }
    )
    if len(_known) > 400:  # noqa: PLR2004 - a year's days and some; nothing is lost by forgetting
        _known.clear()
    _known[day] = (monotonic() + FRESH_SECONDS, terms)
    return terms


def forget() -> None:
    """Forget what is known, so that the next question is answered from the tables."""
    _known.clear()
