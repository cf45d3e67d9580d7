"""How sure is the first hit? A logistic fit on questions that nobody wrote words for. Pure.

Fitted on unseen questions with the lexicon and on the tuning ones without it (docs/adr/0070).
"""

import math

from .kinds import Tier

INTERCEPT = -1.74
SCORE, COVERAGE, MARGIN = 0.0108, 1.45, 5.0
HIGH, MIDDLE = 0.8, 0.4
"""From the first on one article is shown, from the second on a choice; below, nothing."""

FLOOR = 2.0
"""Below it nothing is claimed: a lone hit stands far above no second one, whatever it holds.

Two common characters in a library of a few rules give less than 1, a word of the article 4 and
more; of 5,565 articles no first hit is that low.
"""


def chance(score: float, coverage: float, margin: float) -> float:
    """Return the chance that the first hit is the article asked for."""
    return 1 / (1 + math.exp(-(INTERCEPT + SCORE * score + COVERAGE * coverage + MARGIN * margin)))


def tier(score: float, coverage: float, margin: float) -> Tier:
    """Return how the hits are to be shown. Absence is never claimed from a score."""
    if score < FLOOR:
        return Tier.LOW
    sure = chance(score, coverage, margin)
    return Tier.HIGH if sure >= HIGH else Tier.MIDDLE if sure >= MIDDLE else Tier.LOW
