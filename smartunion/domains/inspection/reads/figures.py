"""What a round says of the money: looked at, problem, share; the claim of the second sample."""

from dataclasses import dataclass
from fractions import Fraction

from smartunion.domains.inspection.models import Check, Round
from smartunion.domains.inspection.rules import money
from smartunion.domains.inspection.rules.money import Claim, claim
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import campus_day

from .terms import terms_on

PERCENT = 100
SHARE = "K55"
"""The indicator that the second sample says something of: the share of problem money."""


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


@dataclass(frozen=True)
class Planned:
    """The second sample before the draw: its size, and what the indicator's bound would take."""

    framed: int
    size: int
    percent: Fraction
    target: Fraction
    for_target: int

    @property
    def words(self) -> str:
        """Return both sizes, each with the bound that it may claim."""
        said = (
            f"按金额另抽 {self.size} 张，没有一张有错时 95% 上限为 {_short(self.percent)}%；"
            f"要声称 {SHARE} 的 {_short(self.target)}%，没有一张有错也要 {self.for_target} 张"
        )
        if self.framed < self.for_target:
            said += f"，这份名单只有 {self.framed} 张，须全查"
        return said


def _short(percent: Fraction) -> str:
    return f"{float(percent):g}"


def planned(it: Round) -> Planned:
    """Return how large the second sample is by the terms of the day on which the frame froze."""
    on = campus_day(it.frozen_at or it.case.opened_at)
    percent = Fraction(str(terms_on(on).claim_percent))
    target = next(one.target for one in planning.indicators(it.year) if one.code == SHARE)
    framed = it.vouchers.count()
    aim = Fraction(str(target))
    return Planned(framed, min(framed, money.needed(percent)), percent, aim, money.needed(aim))


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
