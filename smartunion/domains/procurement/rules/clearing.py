"""Dual-threshold clearing (最低价 + 二次平均价 双阈值清标), R035 and T68. Pure and exact.

The plan names the method and not the formula, so the formula is frozen in each notice: the first
mean A1 of all valid prices, the second mean A2 of the prices not above it, a band around A2. A
price below the band is asked to explain itself and never thrown out by the machine, a price above
it leaves the ranking and stays in the record. The lowest price inside the band is the candidate.
Whole fen go in, fractions are compared exactly, the order of the quotes does not matter.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

FEW = 4
"""Up to so many valid quotes the second mean is made of at least two of them, else of three."""


class Form(StrEnum):
    """How the second mean is made."""

    A = "A"
    """The mean of the prices not above the first mean (the house's reading)."""
    B = "B"
    """The mean of the first mean and the lowest price."""


class Band(StrEnum):
    """Where a price lies."""

    LOW = "LOW"
    IN = "IN"
    HIGH = "HIGH"


class Outcome(StrEnum):
    """What a clearing ends with."""

    CANDIDATE = "CANDIDATE"
    NO_CANDIDATE = "NO_CANDIDATE"
    FAILED = "FAILED"


class Out(StrEnum):
    """Why a quote does not count."""

    OVER_CEILING = "高于最高限价"
    INCOMPLETE = "报价不完整"
    LINKED = "与另一家关联，只计一家"
    WITHDRAWN = "放弃中选"
    NOT_OPENED = "报价打不开"


@dataclass(frozen=True)
class Parameters:
    """What the notice freezes before anybody quotes; prices in fen, shares of A2 as fractions."""

    ceiling_fen: int
    form: Form = Form.A
    low: Fraction = Fraction(80, 100)
    high: Fraction = Fraction(120, 100)
    least: int = 3


@dataclass(frozen=True)
class Offer:
    """One opened quote. `commitment` is its SHA-256, published before the opening."""

    supplier: str
    price_fen: int
    commitment: str = ""
    complete: bool = True


@dataclass(frozen=True)
class Cleared:
    """The result with everything that explains it; means and limits are exact fractions of fen."""

    outcome: Outcome
    valid: tuple[Offer, ...]
    out: Mapping[str, Out]
    first_mean: Fraction | None = None
    second_mean: Fraction | None = None
    second_of: tuple[str, ...] = ()
    """Whose prices make the second mean."""
    low: Fraction | None = None
    high: Fraction | None = None
    bands: Mapping[str, Band] | None = None
    candidate: Offer | None = None
    drawn_from: tuple[str, ...] = ()
    """Who had the same lowest price, in the order of the draw; empty where nothing was drawn."""
    waiting: tuple[str, ...] = ()
    """LOW prices without a decision on their explanation: the candidate is provisional."""


def clear(
    offers: Iterable[Offer],
    parameters: Parameters,
    *,
    tender: str = "",
    out: Mapping[str, Out] | None = None,
    explained: Collection[str] = (),
    unexplained: Collection[str] = (),
) -> Cleared:
    """Return the outcome of one pass over the quotes.

    `out` are quotes that do not count, for reasons known before (linked, withdrawn); `explained`
    are LOW ones whose explanation was accepted, `unexplained` those whose was refused or missing.
    """
    gone = dict(out or {})
    valid: list[Offer] = []
    for offer in sorted(offers, key=lambda o: (o.price_fen, o.commitment, o.supplier)):
        if offer.supplier in gone:
            continue
        if not offer.complete or offer.price_fen <= 0:
            gone[offer.supplier] = Out.INCOMPLETE
        elif offer.price_fen > parameters.ceiling_fen:
            gone[offer.supplier] = Out.OVER_CEILING
        else:
            valid.append(offer)
    if len(valid) < parameters.least:
        return Cleared(Outcome.FAILED, tuple(valid), gone)
    first = _mean(valid)
    below = [offer for offer in valid if offer.price_fen <= first]
    if len(below) < (most := 2 if len(valid) <= FEW else 3):
        below = valid[:most]
    if parameters.form is Form.A:
        second = _mean(below)
    else:
        below = valid[:1]
        second = (first + valid[0].price_fen) / 2
    low, high = parameters.low * second, parameters.high * second
    bands = {offer.supplier: _band(offer.price_fen, low, high) for offer in valid}
    ranked = [
        offer
        for offer in valid
        if bands[offer.supplier] is Band.IN
        or (bands[offer.supplier] is Band.LOW and offer.supplier in explained)
    ]
    waiting = tuple(
        supplier
        for supplier, band in bands.items()
        if band is Band.LOW and supplier not in explained and supplier not in unexplained
    )
    candidate, drawn = _lowest(ranked, tender)
    return Cleared(
        outcome=Outcome.CANDIDATE if candidate else Outcome.NO_CANDIDATE,
        valid=tuple(valid),
        out=gone,
        first_mean=first,
        second_mean=second,
        second_of=tuple(offer.supplier for offer in below),
        low=low,
        high=high,
        bands=bands,
        candidate=candidate,
        drawn_from=drawn,
        waiting=waiting,
    )


def _mean(offers: Collection[Offer]) -> Fraction:
    return Fraction(sum(offer.price_fen for offer in offers), len(offers))


def _band(price_fen: int, low: Fraction, high: Fraction) -> Band:
    if price_fen < low:
        return Band.LOW
    return Band.HIGH if price_fen > high else Band.IN


def _lowest(ranked: list[Offer], tender: str) -> tuple[Offer | None, tuple[str, ...]]:
    """Return the lowest price; equal ones are drawn by a seed that nobody could choose alone."""
    if not ranked:
        return None, ()
    equal = [offer for offer in ranked if offer.price_fen == ranked[0].price_fen]
    if len(equal) == 1:
        return equal[0], ()
    number = draw(tender, [offer.commitment for offer in equal])
    return equal[number], tuple(offer.supplier for offer in equal)


def draw(tender: str, commitments: Collection[str]) -> int:
    """Return which of the equal prices is drawn: SHA-256(tender ‖ sorted commitments) mod k.

    The commitments are in before the deadline and each hides a random number, so no bidder and no
    officer can steer the draw. The equal prices stand in the order of their commitments.
    """
    seed = hashlib.sha256("‖".join([tender, *sorted(commitments)]).encode()).digest()
    return int.from_bytes(seed) % len(commitments)
