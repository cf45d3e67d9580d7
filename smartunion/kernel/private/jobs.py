"""What happens to sealed records by itself: their time comes, their log is linked."""

from datetime import datetime

from smartunion.kernel.base.days import campus_day

from . import actions, registry


def erase_due(at: datetime) -> int:
    """Destroy everything whose time has come, in batches; return how many records."""
    actions.promise(at=at)
    gone = 0
    while batch := actions.erase_due(at=at):
        gone += batch
    return gone


def link_log(at: datetime) -> int:
    """Link what was read and erased since the last time; return how many lines.

    None while somebody is just writing one: they are never made to wait, the next round links it.
    """
    return actions.link_log(at=at)


def keep_log(at: datetime) -> None:
    """Make the log's coming months and take out those whose years are over; can run twice."""
    actions.make_months(at=at)
    years = registry.term("access_years", on=campus_day(at))
    if years is not None:
        actions.retire_months(at=at, years=int(years))
