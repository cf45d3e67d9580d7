"""What the worker does for settlement: fetch each day's file, match it, fetch resends.

The bank is asked outside every transaction; what it gave is then taken in by actions, each of
which may be repeated.
"""

import logging
from datetime import date, datetime

from smartunion.domains.settlement.actions import cases, importing, matching
from smartunion.domains.settlement.gateways import Bank
from smartunion.domains.settlement.models import BankFile, Reconciliation
from smartunion.domains.settlement.reads import desk
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.timers.models import Timer

log = logging.getLogger(__name__)

AT_ONCE = 31
"""So many days are caught up with in one round."""


def reconcile_days(bank: Bank, *, at: datetime) -> int:
    """Reconcile every day that is over and is not yet, and fetch what is to be sent again."""
    done = 0
    for day in desk.days_to_fetch(before=campus_day(at), at=at)[:AT_ONCE]:
        done += fetch(bank, day=day, at=at) is not None
    return done


def fetch(bank: Bank, *, day: date, at: datetime) -> Reconciliation | None:
    """Fetch what a day still needs, take it in and match; None where it could not be matched.

    The account comes first; a file only where none is in use or a resend was asked for.
    """
    statement = bank.corporate_statement(day)
    if statement is None:
        return None
    account = importing.take_account(
        day=day, name=statement.name, data=statement.data, genuine=bank.is_genuine(statement),
        by=None, at=at,
    )  # fmt: skip
    if desk.needs_file(day):
        number = desk.last_number(day) + 1
        file = bank.daily_file(day, number)
        if file is None:
            return None
        taken = importing.take_file(
            day=day, number=number, name=file.name, data=file.data, signature=file.signature,
            genuine=bank.is_genuine(file), by=None, at=at,
        )  # fmt: skip
        if taken.state == BankFile.State.REFUSED:
            log.warning("the bank's file %s is refused: %s", file.name, taken.refusal)
            return None
    return matching.reconcile(day=day, at=at) if account else None


def overdue(timer: Timer, at: datetime) -> None:
    """A case is past its limit."""
    cases.run_over(case_id=int(timer.key.rpartition("/")[2]), at=at)


TIMERS = {matching.OVERDUE: overdue}
