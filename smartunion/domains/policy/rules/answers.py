"""What a page makes of what was found: how many articles, which sentence is marked. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import groupby

SHOWN = {"exact": 1, "high": 1, "middle": 5, "low": 3, "no_answer": 3}
"""How many articles each tier shows; nothing is ever an empty page."""

ALIKE = 0.5
"""From which likeness on a question is one that the desk has answered before."""

CITATION = re.compile(r"《?([^《》]+?)》?(第.+?条(?:之.+)?)")
"""How a case names an article: 《福利采购管理办法》第七条."""

LONG = 400
"""Characters from which on an article folds what is not asked for."""

Line = list[tuple[str, bool]]
"""A paragraph as sentences, each with whether it is the marked one."""

SENTENCE = re.compile(r"[^。；！？]*[。；！？]+|[^。；！？]+")


def grams(text: str) -> set[str]:
    """Return the pairs of neighbouring characters, without marks and spaces."""
    said = re.sub(r"\W+", "", unicodedata.normalize("NFKC", text)).lower()
    return {said[n : n + 2] for n in range(len(said) - 1)}


def alike(one: str, other: str) -> float:
    """Return how alike two questions are, 0 to 1 (Dice over pairs of characters)."""
    a, b = grams(one), grams(other)
    return 2 * len(a & b) / (len(a) + len(b)) if a and b else 0.0


def folded(lines: Sequence[Line]) -> list[tuple[bool, list[Line]]]:
    """Return an article's paragraphs in their order, in runs that stand open or folded.

    A long article opens at its marked paragraph, with the one that introduces it; none is cut.
    """
    long = sum(len(part) for line in lines for part, _ in line) > LONG
    at = next((n for n, line in enumerate(lines) if any(mark for _, mark in line)), None)
    shown = {0, at} if long and at is not None else set(range(len(lines)))
    runs = groupby(enumerate(lines), key=lambda one: one[0] in shown)
    return [(is_open, [line for _, line in run]) for is_open, run in runs]


def marked(text: str, question: str) -> list[Line]:
    """Return an article's paragraphs as sentences, the one that answers the question marked.

    Nothing of the text is lost or changed: the parts joined are the paragraph. No sentence is
    marked where none shares two pairs of characters with the question.
    """
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    asked = grams(question)
    parts = [SENTENCE.findall(line) for line in paragraphs]
    scored = [
        (len(asked & grams(part)) / (1 + len(grams(part)) ** 0.5), row, place)
        for row, line in enumerate(parts)
        for place, part in enumerate(line)
        if len(asked & grams(part)) > 1
    ]
    best = max(scored, default=(0.0, -1, -1))[1:]
    several = sum(len(line) for line in parts) > 1
    return [
        [(part, several and (row, place) == best) for place, part in enumerate(line)]
        for row, line in enumerate(parts)
    ]
