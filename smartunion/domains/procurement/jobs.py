"""What the clock and other floors' happenings do in procurement; named in site/wiring.py."""

from datetime import datetime

from smartunion.domains.procurement import telling
from smartunion.domains.procurement.actions import clearing, suppliers, tendering
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers.models import Timer


def quotes_closed(timer: Timer, at: datetime) -> None:
    """Tell the key holders and the panel that the quotes of a tender may be opened."""
    telling.quotes_closed(int(timer.payload["tender"]), at=at)


def explanation_lapses(timer: Timer, at: datetime) -> None:
    """Close a low price's explanation that never came."""
    clearing.lapse(quote_id=int(timer.payload["quote"]), at=at)


def blacklist(run: StepRun, at: datetime) -> None:
    """The sheet's AUTO step 列入名册."""
    suppliers.bar(run=run, at=at)


TIMERS = {tendering.CLOSED: quotes_closed, clearing.LAPSES: explanation_lapses}
ACTS = {"procurement.blacklist": blacklist}
