"""What we say of the money that the union pays to merchants, as the bank must have it."""

from collections.abc import Iterator
from datetime import date

from smartunion.domains.settlement.models import Payout
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import Movement
from smartunion.kernel.base.days import end_of, start_of

STATES = {"done": "S", "waiting": "E"}


def movements(*, day: date) -> Iterator[Movement]:
    """Give every payout of a value day."""
    mark = wallet.bank_mark()
    rows = Payout.objects.filter(occurred_at__gte=start_of(day), occurred_at__lt=end_of(day))
    for each in rows.select_related("statement"):
        yield Movement(
            document=each.document, kind="SUBSIDY", wallet="",
            merchant=f"{mark}-M{each.statement.merchant_id}", terminal="",
            amount_fen=each.amount_fen, occurred_at=each.occurred_at, state=STATES[each.state],
            bank_ref=each.bank_ref,
        )  # fmt: skip


def waiting() -> list[Payout]:
    """Return the payouts that the bank has not carried out."""
    rows = Payout.objects.filter(state=Payout.State.WAITING).select_related("statement")
    return list(rows.order_by("pk"))
