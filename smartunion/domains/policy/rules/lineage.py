"""What became of an article in the next version: unchanged, renumbered, changed or gone. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

LIKE = 0.55
"""Below this an article is another one, not the same one changed."""


@dataclass(frozen=True)
class Text:
    """An article of one version."""

    key: int
    label: str
    body: str


@dataclass(frozen=True)
class Step:
    """What became of one article."""

    old: int
    new: int | None
    kind: str
    similarity: float


def _grams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    both = sum((one & other).values())
    return 2 * both / max(1, sum(one.values()) + sum(other.values()))


def steps(old: Sequence[Text], new: Sequence[Text]) -> list[Step]:
    """Return for each old article what it became; each new one is taken once, the likest first."""
    found: dict[int, Step] = {}
    exact: dict[str, list[Text]] = {}
    for text in new:
        exact.setdefault(text.body, []).append(text)
    taken: set[int] = set()
    for text in old:
        if same := [t for t in exact.get(text.body, []) if t.key not in taken]:
            taken.add(same[0].key)
            kind = "same" if same[0].label == text.label else "renumbered"
            found[text.key] = Step(text.key, same[0].key, kind, 1.0)
    grams = {t.key: _grams(t.body) for t in (*old, *new)}
    pairs = sorted(
        (
            (_likeness(grams[a.key], grams[b.key]), a, b)
            for a in old
            if a.key not in found
            for b in new
            if b.key not in taken
        ),
        key=lambda pair: (-pair[0], pair[1].key, pair[2].key),
    )
    for likeness, a, b in pairs:
        if likeness < LIKE:
            break
        if a.key not in found and b.key not in taken:
            taken.add(b.key)
            found[a.key] = Step(a.key, b.key, "changed", round(likeness, 3))
    return [found.get(t.key, Step(t.key, None, "dropped", 0.0)) for t in old]
