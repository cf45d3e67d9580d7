"""ristretto255 by libsodium: points as their 32 bytes, scalars as integers modulo ORDER. Pure.

The same words are spoken by `static/congress/verify.py` (standard library only) and by
`static/congress/ristretto.js`; tests/test_three.py holds the three against each other.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence

import rbcl

ORDER = 2**252 + 27742317777372353535851937790883648493
ZERO = bytes(32)
"""The neutral point; libsodium refuses to make it, so that it is made here."""

DOMAIN = "smartunion/vote/v1/"


def scalar(number: int) -> bytes:
    """Return a scalar's 32 bytes, little end first."""
    return (number % ORDER).to_bytes(32, "little")


def fresh() -> int:
    """Return a random scalar, never zero."""
    return secrets.randbelow(ORDER - 1) + 1


def base(number: int) -> bytes:
    """Return number times the generator."""
    number %= ORDER
    if not number:
        return ZERO
    return bytes(rbcl.crypto_scalarmult_ristretto255_base(scalar(number)))


def times(number: int, point: bytes) -> bytes:
    """Return number times a point."""
    number %= ORDER
    if not number or point == ZERO:
        return ZERO
    return bytes(rbcl.crypto_scalarmult_ristretto255(scalar(number), point))


def plus(one: bytes, other: bytes) -> bytes:
    """Return the sum of two points."""
    return bytes(rbcl.crypto_core_ristretto255_add(one, other))


def minus(one: bytes, other: bytes) -> bytes:
    """Return the difference of two points."""
    return bytes(rbcl.crypto_core_ristretto255_sub(one, other))


def is_point(given: bytes) -> bool:
    """Test if these bytes are a point, in the one way that it is written."""
    return len(given) == len(ZERO) and bool(rbcl.crypto_core_ristretto255_is_valid_point(given))


def transcript(use: str, *parts: bytes | str | int) -> bytes:
    """Return the SHA-512 of what is said, each part with its length before it."""
    told = hashlib.sha512()
    for part in (DOMAIN + use, *parts):
        raw = part.encode() if isinstance(part, str) else part
        raw = raw.to_bytes(32, "little") if isinstance(raw, int) else raw
        told.update(len(raw).to_bytes(8, "big"))
        told.update(raw)
    return told.digest()


def challenge(use: str, *parts: bytes | str | int) -> int:
    """Return the transcript as a scalar."""
    return int.from_bytes(transcript(use, *parts), "little") % ORDER


def weights(numbers: Sequence[int]) -> Mapping[int, int]:
    """Return Lagrange's weights at zero for the holders who are there."""
    found = {}
    for one in numbers:
        above = below = 1
        for other in numbers:
            if other != one:
                above = above * other % ORDER
                below = below * (other - one) % ORDER
        found[one] = above * pow(below, -1, ORDER) % ORDER
    return found


class Logs:
    """Small discrete logarithms: baby steps once, giant steps for each point."""

    def __init__(self, most: int, baby: int = 4096) -> None:
        """Prepare for values from 0 to `most`."""
        self.most, self.baby = most, min(baby, most + 1)
        self.steps = {ZERO: 0}
        here, one = ZERO, base(1)
        for number in range(1, self.baby):
            here = plus(here, one)
            self.steps[here] = number
        self.giant = base(self.baby)

    def of(self, point: bytes) -> int | None:
        """Return the number whose multiple of the generator it is; None above `most`."""
        for giant in range(self.most // self.baby + 1):
            if point in self.steps:
                found = giant * self.baby + self.steps[point]
                return found if found <= self.most else None
            point = minus(point, self.giant)
        return None
