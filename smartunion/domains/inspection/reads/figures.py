"""What a round says of the money: looked at, problem, share; the claim of the second sample."""

from dataclasses import dataclass
from fractions import Fraction

from smartunion.domains.inspection.models import Check, Round
from smartunion.domains.inspection.rules.money import Claim, claim

PERCENT = 100


@dataclass(frozen=True)
class Found:
    """A round's money in fen; `claim` is of the sample by amount."""

    checked: int
    checked_fen: int
    problem_fen: int
    claim: Claim

    @property
    def share(self) -> Fraction | None:
        """Return the problem money of what was looked at; None while nothing was."""
        return Fraction(self.problem_fen, self.checked_fen) if self.checked_fen else None

    @property
    def share_words(self) -> str:
        """Return the share in words; nothing is never 0 %."""
        return "不适用" if self.share is None else f"{float(self.share) * PERCENT:.3f}%"

    @property
    def point_words(self) -> str:
        """Return the estimate of the sample by amount."""
        return f"{float(self.claim.point) * PERCENT:.3f}%"

    @property
    def bound_words(self) -> str:
        """Return the one-sided 95 % bound of the sample by amount."""
        return f"{self.claim.bound * PERCENT:.2f}%"


def of_round(it: Round) -> Found:
    """Return what a round's checks say so far."""
    rows = list(
        Check.objects.filter(voucher__round=it).values_list(
            "problem_fen", "voucher__amount_fen", "voucher__by_amount"
        )
    )
    return Found(
        len(rows),
        sum(fen for _, fen, _ in rows),
        sum(problem for problem, _, _ in rows),
        claim(Fraction(min(problem, fen), fen) for problem, fen, rich in rows if rich),
    )
