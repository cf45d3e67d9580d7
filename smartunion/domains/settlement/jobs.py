"""What the worker does for settlement: fetch each day's file, match it, fetch resends.

The bank is asked outside every transaction; what it gave is then taken in by actions, each of
which may be repeated.
"""

import logging
import tempfile
from datetime import date, datetime, timedelta
from typing import BinaryIO

from smartunion.domains.settlement.actions import cases, importing, matching, months
from smartunion.domains.settlement.gateways import (
    CORPORATE,
    Bank,
    Instruction,
    Opening,
    SignedFile,
)
from smartunion.domains.settlement.models import AccountDay, BankFile, Reconciliation
from smartunion.domains.settlement.reads import desk, payouts, statements
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day, next_month
from smartunion.kernel.timers.models import Timer

log = logging.getLogger(__name__)

BATCH = 500

AT_ONCE = 31
"""So many days are caught up with in one round."""


def reconcile_days(bank: Bank, *, at: datetime) -> int:
    """Reconcile every day that is over and is not yet, and fetch what is to be sent again.

    Days that were matched are matched anew when an order of theirs came late, and once a day
    while something of theirs is under way.
    """
    done = 0
    for day, why in desk.days_to_look_again(before=campus_day(at), at=at).items():
        cases.ask_resend(day=day, by=None, at=at, because=why)
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
    account = _take_account(bank, day, statement, at)
    if account is not None:
        _carry_on(bank, account, at)
    if desk.needs_file(day):
        number = desk.last_number(day) + 1
        with tempfile.TemporaryFile() as body:
            came = _receive(bank, day, number, body)
            if came is None:
                return None
            name, signature, genuine = came
            taken = importing.take_file(
                day=day, number=number, name=name, data=body, signature=signature,
                genuine=genuine, by=None, at=at,
            )  # fmt: skip
        if taken.state == BankFile.State.REFUSED:
            log.warning("the bank's file %s is refused: %s", name, taken.refusal)
            return None
    return matching.reconcile(day=day, at=at) if account else None


def _take_account(bank: Bank, day: date, statement: SignedFile, at: datetime) -> AccountDay | None:
    return importing.take_account(
        day=day, name=statement.name, data=statement.data, genuine=bank.is_genuine(statement),
        by=None, at=at,
    )  # fmt: skip


def _carry_on(bank: Bank, account: AccountDay, at: datetime) -> None:
    """Take in anew the days after one that closes otherwise than it did: something came late."""
    taken: AccountDay | None = account
    while taken is not None:
        after = desk.account_of(taken.day + timedelta(days=1))
        if after is None or after.opening_fen == taken.closing_fen:
            return
        statement = bank.corporate_statement(after.day)
        taken = _take_account(bank, after.day, statement, at) if statement else None


def _receive(bank: Bank, day: date, number: int, body: BinaryIO) -> tuple[str, str, bool] | None:
    """Lay the day's file down in `body`; return its name, its stamp, and if that is genuine.

    It is whole in memory only here, where the signature over all of it is looked at.
    """
    file = bank.daily_file(day, number)
    if file is None:
        return None
    body.write(file.data)
    return file.name, file.signature, bank.is_genuine(file)


def send_payouts(bank: Bank, *, at: datetime) -> int:
    """Have the bank carry out the payouts that wait; the key makes each happen at most once."""
    waiting, mark, done = payouts.waiting(), wallet.bank_mark(), 0
    for some in (waiting[n : n + BATCH] for n in range(0, len(waiting), BATCH)):
        keyed = {f"{mark}-{each.document}": each for each in some}
        shops = {f"{mark}-M{each.statement.merchant_id}": each.statement for each in some}
        bank.open_wallets([Opening(ref, "merchant", one.name) for ref, one in shops.items()])
        outcomes = bank.carry_out(
            [
                Instruction(
                    key, "SUBSIDY", CORPORATE, f"{mark}-M{each.statement.merchant_id}",
                    each.amount_fen, each.occurred_at,
                )
                for key, each in keyed.items()
            ]
        )  # fmt: skip
        for outcome in outcomes:
            payout = keyed[outcome.key]
            if outcome.done:
                months.payout_done(
                    payout_id=payout.pk, bank_ref=outcome.bank_ref, posted_at=outcome.posted_at,
                    at=at,
                )  # fmt: skip
                done += 1
            else:
                months.payout_refused(payout_id=payout.pk, code=outcome.code, at=at)
    return done


def freeze_due(*, at: datetime) -> int:
    """Freeze the month before when its day of review has come; return how many were frozen."""
    day, first = campus_day(at), wallet.first_bank_day()
    month = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    if first is None or first >= next_month(month) or statements.review(month) is not None:
        return 0
    if day < statements.review_days(month)[1]:
        return 0
    months.freeze(month=month, by=None, at=at)
    return 1


def overdue(timer: Timer, at: datetime) -> None:
    """A case is past its limit."""
    cases.run_over(case_id=int(timer.key.rpartition("/")[2]), at=at)


TIMERS = {matching.OVERDUE: overdue}
