"""Orders to the bank whose outcome is not known yet: since when, until when, whose matter it is."""

from datetime import datetime

from smartunion.domains.wallet.models import BankOrder

State = BankOrder.State
UNDECIDED = (State.WAITING, State.RESERVED, State.POSTING)


def overdue(*, at: datetime) -> list[int]:
    """Return the orders for which the bank has been waited for long enough."""
    rows = BankOrder.objects.filter(two_phases=True, state__in=UNDECIDED, decide_by__lte=at)
    return list(rows.order_by("pk").values_list("pk", flat=True)[:500])
