"""What the worker does for the policy desk: words that found nothing weekly, words erased daily."""

from datetime import datetime

from smartunion.domains.policy.actions import asking
from smartunion.kernel.base.refusals import Refused


def keep(*, at: datetime) -> None:
    """Collect last week's words, forget what is too old. Safe to run at any time."""
    try:
        asking.collect(at=at)
        while asking.forget(at=at):
            pass
    except Refused:
        return  # no plan covers the day
