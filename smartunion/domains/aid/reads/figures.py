"""The aid terms of a day, and what the fund has left."""

from datetime import date

from smartunion.domains.aid.rules.amounts import Terms, terms_of
from smartunion.domains.planning import public as planning
from smartunion.kernel.ledger.reads import encumbered_fen, spent_fen


def terms_on(day: date) -> Terms:
    """Return the aid terms of the plan year that covers the day; refused without a plan."""
    given = planning.terms("aid", on=day)
    lines = {
        line.code.rpartition("/")[2]: line
        for line in planning.budget_lines(planning.current_year(on=day))
    }
    aid, gifts = lines[given["budget"]], lines[given["gift_budget"]]
    return terms_of(
        {
            **given,
            "budget_code": aid.budget_code,
            "fund_source": aid.fund_source,
            "gift_budget_code": gifts.budget_code,
            "gift_fund_source": gifts.fund_source,
        }
    )


def fund_used_fen(terms: Terms) -> int:
    """Return what of the fund's yearly interest is spent or set aside, in fen."""
    return spent_fen(terms.budget_code) + encumbered_fen(terms.budget_code)
