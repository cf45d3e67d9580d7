"""The tree's arithmetic (RFC 9162, 2.1): which subtrees prove what. Pure; sizes count leaves.

`static/tree/journal.py`, which outsiders run, has the checking half in code of its own; tests hold
both against each other and against the reference vectors of certificate transparency.
"""

import hashlib
from collections.abc import Callable, Sequence

Span = tuple[int, int]
"""The leaves [first, after last)."""

Hashes = Callable[[Span], bytes]
"""The hash of a complete subtree: a span of 2^n leaves that begins at a multiple of 2^n."""


def leaf_hash(body: bytes) -> bytes:
    """Return the hash of a leaf's body."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(size: int) -> int:
    """Return the largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1


def inclusion(seq: int, size: int) -> list[Span]:
    """Return the subtrees that lead from a leaf to the root of `size`, the nearest first."""
    assert 0 <= seq < size
    path: list[Span] = []
    first, last = 0, size
    while last - first > 1:
        middle = first + split(last - first)
        if seq < middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    return path[::-1]


def consistency(old: int, size: int) -> list[Span]:
    """Return the subtrees that show the first `old` leaves to be the beginning of `size`."""
    assert 0 < old <= size
    path: list[Span] = []
    first, last, whole = 0, size, True
    while last != old:
        middle = first + split(last - first)
        if old <= middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first, whole = middle, False
    return ([] if whole else [(first, last)]) + path[::-1]


def complete(span: Span) -> list[Span]:
    """Return the complete subtrees of which a span that begins a subtree is made, left to right."""
    first, last = span
    parts = []
    while first < last:
        width = 1 << (last - first).bit_length() - 1
        parts.append((first, first + width))
        first += width
    return parts


def folded(parts: Sequence[bytes]) -> bytes:
    """Return the hash of a span out of its complete subtrees."""
    *rest, whole = parts
    for part in reversed(rest):
        whole = node_hash(part, whole)
    return whole
