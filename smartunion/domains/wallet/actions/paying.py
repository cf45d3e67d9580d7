"""Pay: the hot path. One round trip to the database, two writing statements."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Value

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Freezing, Merchant, Payment
from smartunion.domains.wallet.reads import figures, keys, tills
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals, sending

MOST_FEN = 10**9
"""No single payment reaches ten million yuan: larger numbers are mistakes."""

DECLINES: dict[str, type[Refused]] = {
    "frozen": refusals.Frozen,
    "barred": refusals.Barred,
    "code_used": refusals.CodeUsed,
    "wallet_unknown": refusals.CodeUnknown,
}
"""What the database function calls it, and how we say it."""


@dataclass(frozen=True, slots=True)
class Paid:
    """The answer to a payment. Status S settled, H held for review, P waiting for the bank."""

    id: int
    status: str
    ecny_fen: int
    points_fen: int
    subsidy_fen: int
    wallet_id: int
    received_at: datetime
    replayed: bool

    @property
    def total_fen(self) -> int:
        """Return what the payer gave, both legs."""
        return self.ecny_fen + self.points_fen


def pay(
    *,
    terminal_id: int,
    biz_date: date,
    terminal_seq: int,
    total_fen: int,
    code: str | None = None,
    wallet_id: int | None = None,
    points_fen: int | None = None,
    occurred_at: datetime | None = None,
    request_hash: bytes | None = None,
    pending: bool = False,
    offline: bool = False,
    by: Person | None = None,
    at: datetime,
) -> Paid:
    """Take a payment by payment code (or, without a till, by wallet). Safe to send again.

    The key is terminal × business day × number: the same request again gets the first answer,
    another request under the same key is refused. `points_fen` None leaves the split to the
    wallet's own order of payment. R043–R045, R048, R057, T04, T57.

    Amounts in fen. Raises the refusals of `actions/refusals.py`; a decline is kept and replayed.
    """
    _look_at(total_fen, points_fen)
    here = tills.till(terminal_id)
    if here is None:
        raise refusals.TerminalUnknown
    if request_hash is None:
        said = f"{code or wallet_id}|{total_fen}|{points_fen}".encode()
        request_hash = hashlib.sha256(said).digest()
    occurred_at = occurred_at or at
    key = (terminal_id, biz_date, terminal_seq)
    day = campus_day(occurred_at)
    try:
        terms = figures.terms_on(day)
        _admit(
            here, terms, biz_date=biz_date, day=day, occurred_at=occurred_at, offline=offline, at=at
        )
        counter = None
        if code is not None:
            wallet_id, counter = _read(code, occurred_at if offline else at, terms)
        assert wallet_id is not None, "a payment names its payer by code or by wallet"
    except Refused:
        # The first answer may have been lost on its way: it stands, whatever has changed since.
        if (stored := _stored(*key)) is not None:
            return _answer(stored, request_hash, terminal_seq, total_fen)
        raise
    row = sending.Figures(
        terminal_id=terminal_id,
        biz_date=biz_date,
        terminal_seq=terminal_seq,
        request_hash=request_hash,
        wallet_id=wallet_id,
        counter=counter,
        merchant_id=here.merchant_id,
        total_fen=total_fen,
        occurred_at=occurred_at,
        received_at=at,
        month=day.year * 100 + day.month,
        points_fen=points_fen,
        pending=pending,
        offline=offline,
    ).send(terms)
    if row is None:
        row = _stored(*key)
        assert row is not None, "the key was taken, so its row is there"
    elif len(row) == sending.PLAIN:
        return Paid(row[0], "S", total_fen, 0, row[1], wallet_id, row[2], False)
    paid = _answer(row, request_hash, terminal_seq, total_fen)
    if paid.status == "H" and not paid.replayed:
        with transaction.atomic():
            frozen = Freezing.objects.get(payment_id=paid.id)
            record("wallet.device_frozen", frozen, by=by, at=paid.received_at, payment=paid.id)
    return paid


def _look_at(total_fen: int, points_fen: int | None) -> None:
    """Refuse what is no amount."""
    if type(total_fen) is not int or not 0 < total_fen <= MOST_FEN:
        raise refusals.AmountWrong(most_fen=MOST_FEN)
    if points_fen is not None and (type(points_fen) is not int or not 0 <= points_fen <= total_fen):
        raise refusals.PointsWrong


def _admit(
    here: tills.Till,
    terms: rules.Terms,
    *,
    biz_date: date,
    day: date,
    occurred_at: datetime,
    offline: bool,
    at: datetime,
) -> None:
    """Refuse what needs no look at the wallet."""
    if not here.trading:
        state = Merchant.State(here.state).label
        raise refusals.MerchantNotTrading(merchant=here.merchant, state=state)
    if occurred_at > at + timedelta(minutes=terms.future_minutes):
        raise refusals.InTheFuture(minutes=terms.future_minutes)
    if not offline and occurred_at < at - timedelta(seconds=terms.clock_skew_seconds):
        raise refusals.TooOld(seconds=terms.clock_skew_seconds)
    if abs((biz_date - day).days) > 1:
        raise refusals.BusinessDayWrong(biz_date=biz_date.isoformat())
    if not rules.is_open(day, terms):
        raise refusals.NotOpen(day=day.isoformat())


def _read(code: str, at: datetime, terms: rules.Terms) -> tuple[int, int]:
    """Return (wallet, counter) of a genuine, young code."""
    found = rules.read_code(code, at, keys.code_key())
    if found is None:
        raise refusals.CodeUnknown
    if rules.code_age(found[1], at).total_seconds() > terms.code_seconds:
        raise refusals.CodeExpired(seconds=terms.code_seconds)
    return found


def _stored(terminal_id: int, biz_date: date, terminal_seq: int) -> tuple[Any, ...] | None:
    """Return the first answer under the key, in the statement's own columns."""
    return (
        Payment.objects.filter(
            terminal_id=terminal_id, biz_date=biz_date, terminal_seq=terminal_seq
        )
        .annotate(replay=Value(True))
        .values_list(
            "id", "born", "reason", "ecny_fen", "points_fen", "subsidy_fen", "wallet_id",
            "replay", "request_hash", "received_at",
        )
        .first()
    )  # fmt: skip


def _answer(
    row: tuple[Any, ...],
    request_hash: bytes,
    terminal_seq: int,
    total_fen: int,
) -> Paid:
    """Return the answer, or raise the decline that was stored."""
    payment_id, status, reason, ecny, points, subsidy, wallet_id, replay, stored, received = row
    if replay and bytes(stored) != request_hash:
        raise refusals.KeyReused(terminal_seq=terminal_seq)
    if status == "F":
        if reason == "insufficient":
            raise refusals.Insufficient(asked_fen=total_fen)
        raise DECLINES[reason]
    return Paid(payment_id, status, ecny, points, subsidy, wallet_id, received, replay)
