"""Whom to call now: the national line and the campus's own."""

from dataclasses import dataclass
from datetime import datetime

from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.duty import reads as duty


@dataclass(frozen=True)
class Help:
    """Two numbers; the campus's is empty while the centre has set none."""

    national: str
    campus: str


def at(moment: datetime) -> Help:
    """Return the help lines that stand at a moment (R112)."""
    try:
        national = str(planning.lasting_terms("wellbeing", on=campus_day(moment))["helplines"])
    except Refused:
        national = ""
    return Help(national, duty.hotline(at=moment))
