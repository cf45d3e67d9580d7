"""What we say of the money that the union pays to merchants, as the bank must have it."""

from collections.abc import Iterator
from datetime import date

from smartunion.domains.wallet.public import Movement


def movements(*, day: date) -> Iterator[Movement]:
    """Give every payout of a value day."""
    yield from ()
