"""How each loop of this process does: it touches its pulse whenever it comes round."""

import time

_LAST: dict[str, float] = {}
_HAND: list[memoryview] = [memoryview(bytearray(8))]


def touch(loop: str) -> None:
    """Say that the loop of this name has come round."""
    _LAST[loop] = time.monotonic()


def ages() -> dict[str, float]:
    """Return for each loop of this process how many seconds ago it came round."""
    now = time.monotonic()
    return {loop: round(now - last, 1) for loop, last in sorted(_LAST.items())}


def note_in(hand: memoryview) -> None:
    """Note what is in hand in these eight bytes, which our parent reads after our death."""
    _HAND[0] = hand


def hold(number: int) -> None:
    """Say which timer is in hand; 0 for none."""
    _HAND[0][:] = number.to_bytes(len(_HAND[0]), "little")
