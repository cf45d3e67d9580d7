"""What the worker does for the policy desk: collect what nobody found, forget the old."""

from datetime import datetime

from smartunion.domains.policy.actions import asking, importing
from smartunion.kernel.base.refusals import Refused


def keep(*, at: datetime) -> None:
    """Collect last week's words; forget old questions and returned imports. Safe at any time."""
    try:
        asking.collect(at=at)
        while asking.forget(at=at):
            pass
        importing.discard(at=at)
    except Refused:
        return  # no plan covers the day
