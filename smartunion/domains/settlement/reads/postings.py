"""A transfer of the ledger beside what the bank says of every part of it."""

from dataclasses import dataclass
from datetime import date

from smartunion.domains.settlement.models import BankLine, Match, State
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import Behind, Part

from .desk import SHOWN


@dataclass(frozen=True)
class Told:
    """One part and the bank's own line of it; without a line it has not told of it yet."""

    part: Part
    line: BankLine | None
    state: str
    mark: str
    words: str

    @property
    def bank_fen(self) -> int:
        """Return what the bank says that it moved."""
        return self.line.ecny_fen if self.line and self.line.state == "S" else 0


@dataclass(frozen=True)
class Posting:
    """A transfer: its parts, the bank's lines, both sums in fen."""

    behind: Behind
    rows: list[Told]

    @property
    def bank_fen(self) -> int:
        """Return what the bank's lines sum to."""
        return sum(row.bank_fen for row in self.rows)

    @property
    def agrees(self) -> bool:
        """Tell if every line is the same on both sides, and so are the sums."""
        return self.bank_fen == self.behind.fen and all(
            row.state == State.SAME for row in self.rows
        )

    @property
    def day(self) -> date:
        """Return the business day."""
        return self.behind.day


def posting(document: str) -> Posting | None:
    """Return a transfer with the bank's lines, or None."""
    behind = wallet.behind(document)
    if behind is None:
        return None
    orders = [part.order for part in behind.parts] if behind.banked else []
    lines = {
        line.key: line
        for line in BankLine.objects.filter(key__in=orders, file__state="used")
        .select_related("file")
        .order_by("file__day", "pk")
    }
    matches = {one.document: one for one in Match.objects.filter(document__in=orders)}
    rows = []
    for part in behind.parts:
        match = matches.get(part.order)
        state = match.state if match else ""
        rows.append(
            Told(
                part, lines.get(part.order), state, SHOWN[State(state)] if match else "wait",
                match.get_state_display() if match else "还没对账",
            )
        )  # fmt: skip
    return Posting(behind, rows)
