"""The one door of safety for others: positions for the command board, facts for indicators."""

from datetime import date, datetime

from smartunion.kernel.people.models import Person

from .actions import incidents
from .actions.incidents import Position
from .reads import totals
from .reads.totals import Responded, Staffed, Surveyed


def positions(*, at: datetime, by: Person, drill: bool | None = None) -> list[Position]:
    """Return where the responders of running incidents are; a role and a number, never a name.

    Each point that is read anew leaves a line in the access log; whether `by` may look is the
    caller's question. `drill` keeps to drills, or to real ones.
    """
    found = incidents.look_at_positions(by=by, at=at)
    return [one for one in found if drill is None or one.is_drill == drill]


def staffed(first: date, until: date) -> list[Staffed]:
    """Return the events held in [first, until) and whether 1:50 was met (K62)."""
    return totals.staffed(first, until)


def surveyed(first: date, until: date) -> list[Surveyed]:
    """Return the events held in [first, until) and whether their survey was in time (K63)."""
    return totals.surveyed(first, until)


def responded(first: date, until: date) -> list[Responded]:
    """Return the real incidents of [first, until) and whether all clocks were kept (K64)."""
    return totals.responded(first, until)
