"""The call-back sample: 5 % of every merchant's purchases, drawn so that all can check it. Pure.

The seed is SHA-256 over the month (yyyymm) and the hash of the ledger's last block: nobody can
choose it, and everybody who has the list of numbers draws the same (R058, T58, C1).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date


def seed_of(month: date, block_hash: str) -> str:
    """Return the public seed, in hex."""
    return hashlib.sha256(f"{month:%Y%m}{block_hash}".encode()).hexdigest()


def order(numbers: Iterable[str], seed: str) -> list[str]:
    """Return the numbers by SHA-256 of seed and number: the draw's order."""
    return sorted(numbers, key=lambda one: hashlib.sha256(f"{seed}{one}".encode()).hexdigest())


def size(population: int, percent: int) -> int:
    """Return how many of a merchant's purchases are drawn: rounded up, so at least one (T58)."""
    return -(-population * percent // 100)


def draw(sold: Mapping[str, Sequence[str]], seed: str, percent: int) -> dict[str, list[str]]:
    """Return the numbers drawn for each merchant, in the draw's order."""
    return {
        merchant: order(numbers, seed)[: size(len(numbers), percent)]
        for merchant, numbers in sorted(sold.items())
        if numbers
    }


def next_of(numbers: Iterable[str], drawn: Iterable[str], seed: str) -> str | None:
    """Return who comes after those drawn, for one who could not be reached; None if all were."""
    taken = set(drawn)
    return next((one for one in order(numbers, seed) if one not in taken), None)


def by_merchant(sold: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the numbers of the (merchant, number) pairs by merchant."""
    found: dict[str, list[str]] = defaultdict(list)
    for merchant, number in sold:
        found[merchant].append(number)
    return found
