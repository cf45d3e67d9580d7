"""What settlement asks of the bank. The client is wallet's; site hands it in (docs/bank.md)."""

from datetime import date
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


class Bank(Protocol):
    """The bank's files."""

    def daily_file(self, day: date, n: int | None = None) -> SignedFile | None:
        """Return a day's file, the n-th or the newest; None where there is none yet."""

    def corporate_statement(self, day: date) -> SignedFile | None:
        """Return a day of the corporate account."""

    def is_genuine(self, file: Any) -> bool:
        """Tell if a key of the bank has signed exactly these bytes."""
