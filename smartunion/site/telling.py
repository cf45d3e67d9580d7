"""What people are told of: subscribers that turn happenings of the trail into notices."""

from collections.abc import Mapping
from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.kernel.base.refusals import Refused


def terms(day: date) -> Mapping[str, object]:
    """Return the plan year's terms `notices` on a campus day; none where no plan is in force."""
    try:
        return planning.terms("notices", on=day)
    except Refused:
        return {}
