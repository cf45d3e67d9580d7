"""What settlement asks of the bank. The client is wallet's; site hands it in (docs/bank.md)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


class SignedFile(Protocol):
    """A file of the bank with its signature; nobody has believed it yet."""

    @property
    def name(self) -> str:
        """Return the name under which the bank gives it."""
        ...

    @property
    def data(self) -> bytes:
        """Return its bytes as they came."""
        ...

    @property
    def signature(self) -> str:
        """Return the bank's signature over the bytes."""
        ...


CORPORATE = "CORPORATE"
"""The reference of the union's corporate wallet."""


@dataclass(frozen=True)
class Opening:
    """A wallet that the bank shall have under our own reference."""

    reference: str
    kind: str
    holder: str


@dataclass(frozen=True)
class Instruction:
    """One payout; the key makes it happen at most once. Fen."""

    key: str
    kind: str
    payer: str
    payee: str
    amount_fen: int
    occurred_at: datetime


class Bank(Protocol):
    """The bank's files, and the payouts that it carries out."""

    def open_wallets(self, wallets: Any) -> None:
        """Have the wallets opened; those that are open stay as they are."""

    def carry_out(self, instructions: Any) -> Any:
        """Have each instruction carried out by itself; an outcome for each."""

    def daily_file(self, day: date, n: int | None = None) -> SignedFile | None:
        """Return a day's file, the n-th or the newest; None where there is none yet."""

    def corporate_statement(self, day: date) -> SignedFile | None:
        """Return a day of the corporate account."""

    def is_genuine(self, file: Any) -> bool:
        """Tell if a key of the bank has signed exactly these bytes."""
