"""The second sample, by amount, and what it says of the share of problem money. Pure.

Sequential Poisson: the ticket, as a number, divided by the amount; the smallest come first, so a
voucher of twice the money is twice as likely. The bound is Stringer's, the auditors' own: it holds
for any distribution of errors, and without an error it is 1 − 0.05^(1/n).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, log, log1p

from .sample import TAG, lp, tickets

STAGE = "amount"
RISK = 0.05
WHOLE = 100
STEPS = 60
"""How often the search for a bound halves: far below a hundredth of a per mille."""


def amount_root(amounts: Mapping[str, int], salt: str) -> str:
    """Return what the frame's amounts are held to; the salt keeps small amounts from guessing."""
    root = hashlib.sha256(TAG + b"/amounts" + lp(salt))
    for one in sorted(amounts):
        root.update(lp(one) + lp(str(amounts[one])))
    return root.hexdigest()


def by_amount(amounts: Mapping[str, int], seed: str, size: int) -> list[str]:
    """Return the vouchers of the second sample in the draw's order."""
    found = tickets(seed, STAGE, amounts)
    return sorted(amounts, key=lambda one: (Fraction(int(found[one], 16), amounts[one]), one))[
        :size
    ]


def needed(percent: Fraction) -> int:
    """Return how many vouchers without an error claim a bound of so many per cent: 0.5 is 598."""
    assert 0 < percent < WHOLE
    return ceil(log(RISK) / log1p(-float(percent / WHOLE)))


@dataclass(frozen=True)
class Claim:
    """What a sample says of the share of problem money: the estimate and its one-sided bound."""

    size: int
    point: Fraction
    bound: float


def claim(taints: Iterable[Fraction]) -> Claim:
    """Return the claim of a sample by amount; each taint is problem ÷ amount, 0 for a sound one."""
    given = list(taints)
    errors = sorted((one for one in given if one > 0), reverse=True)
    return Claim(
        len(given), sum(given, Fraction()) / max(1, len(given)), _stringer(errors, len(given))
    )


def _stringer(errors: Sequence[Fraction], n: int) -> float:
    if n == 0:
        return 1.0
    before = limit(0, n)
    bound = before
    for count, taint in enumerate(errors, start=1):
        now = limit(count, n)
        bound += (now - before) * float(min(taint, Fraction(1)))
        before = now
    return min(1.0, bound)


def limit(errors: int, n: int) -> float:
    """Return the exact upper 95 % limit of a rate of which `errors` of n were seen."""
    if errors >= n:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        if _at_most(errors, n, middle) > RISK:
            low = middle
        else:
            high = middle
    return high


def _at_most(errors: int, n: int, rate: float) -> float:
    """Return how likely it is to see no more than so many errors at a rate."""
    if rate >= 1.0:
        return 0.0
    term = (1 - rate) ** n
    total = term
    for k in range(errors):
        term *= (n - k) / (k + 1) * rate / (1 - rate)
        total += term
    return total
