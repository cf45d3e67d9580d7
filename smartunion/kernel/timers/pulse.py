"""How each loop of this process does: it touches its pulse whenever it comes round."""

import time

_LAST: dict[str, float] = {}


def touch(loop: str) -> None:
    """Say that the loop of this name has come round."""
    _LAST[loop] = time.monotonic()


def ages() -> dict[str, float]:
    """Return for each loop of this process how many seconds ago it came round."""
    now = time.monotonic()
    return {loop: round(now - last, 1) for loop, last in sorted(_LAST.items())}


def forget() -> None:
    """Begin anew: a forked process has loops of its own."""
    _LAST.clear()
