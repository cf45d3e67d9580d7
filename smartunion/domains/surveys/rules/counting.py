"""What a survey may claim: the rate, who answered, and the one-sided 95 % Wilson bound. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

SCORES = ((5, "很满意"), (4, "满意"), (3, "一般"), (2, "不满意"), (1, "很不满意"))
SATISFIED = 4
INDICATORS = (
    ("K01", "K01 教职工满意度"),
    ("K18", "K18 托育家长满意度"),
    ("K49", "K49 代表满意度"),
)
"""The indicators that are counted from answers, and only from these."""

ASKED = {"K01": "members", "K18": "parents", "K49": "delegates"}
"""Whom each of them is about."""

ONE_SIDED_95 = 1.6448536269514722
PERCENT = 100


@dataclass(frozen=True)
class Counted:
    """A survey's answers; `rate` is None below the least number that may be told."""

    invited: int
    valid: int
    satisfied: int
    least: int

    @property
    def rate(self) -> Fraction | None:
        """Return the share of the satisfied, or None where too few have answered."""
        return Fraction(self.satisfied, self.valid) if self.valid >= max(1, self.least) else None

    @property
    def rate_words(self) -> str:
        """Return the rate in words."""
        return "不公布" if self.rate is None else f"{float(self.rate) * PERCENT:.1f}%"

    def verdict(self, target: int) -> tuple[str, str]:
        """Return mark and words of what the answers claim of a target in per cent (§2.8).

        The indicator goes by the point; only where the bound reaches the target, too, is it sure.
        """
        if self.rate is None:
            return "na", "不公布"
        if self.rate * PERCENT < target:
            return "no", "未达标"
        if bound(self.satisfied, self.valid) * PERCENT < target:
            return "hold", "点估计达标，抽样误差内说不准"
        return "ok", "达标可信"

    @property
    def response_words(self) -> str:
        """Return how many of the invited have answered."""
        return f"{self.valid * PERCENT / self.invited:.1f}%" if self.invited else "—"

    @property
    def bound_words(self) -> str:
        """Return the lower bound in words."""
        return (
            "不公布" if self.rate is None else f"{bound(self.satisfied, self.valid) * PERCENT:.1f}%"
        )


def counted(scores: Iterable[int], *, invited: int, least: int) -> Counted:
    """Return what the answers add up to."""
    given = list(scores)
    return Counted(invited, len(given), sum(one >= SATISFIED for one in given), least)


def bound(satisfied: int, valid: int) -> float:
    """Return the lower one-sided 95 % bound of the rate, after Wilson; 0 without an answer."""
    if valid == 0:
        return 0.0
    p, z2 = satisfied / valid, ONE_SIDED_95**2
    middle = p + z2 / (2 * valid)
    spread = ONE_SIDED_95 * sqrt(p * (1 - p) / valid + z2 / (4 * valid**2))
    return max(0.0, (middle - spread) / (1 + z2 / valid))
