"""复算清标: python3 recompute.py clearing.json

Computes a dual-threshold clearing again from its published inputs, with nothing but Python itself,
and says whether the published result is the same. Written apart from the house's own rule.
"""

import hashlib
import json
import sys
from fractions import Fraction
from typing import Any


def recompute(given: dict[str, Any]) -> dict[str, Any]:
    """Return outcome, candidate, price and both means for the inputs."""
    prices = {
        o["supplier"]: o["price_fen"]
        for o in given["offers"]
        if o["complete"]
        and 0 < o["price_fen"] <= given["ceiling_fen"]
        and o["supplier"] not in given["out"]
    }
    if len(prices) < given["least"]:
        return {"outcome": "FAILED", "candidate": None, "price_fen": None,
                "first_mean": None, "second_mean": None}  # fmt: skip
    first = Fraction(sum(prices.values()), len(prices))
    below = [p for p in prices.values() if p <= first]
    few = 4  # of up to four offers two make the second mean, of more three: as published
    needed = 2 if len(prices) <= few else 3
    if len(below) < needed:
        below = sorted(prices.values())[:needed]
    second = Fraction(sum(below), len(below))
    if given["form"] == "B":
        second = (first + min(prices.values())) / 2
    low, high = Fraction(*given["low"]) * second, Fraction(*given["high"]) * second
    inside = [
        s for s, p in prices.items() if low <= p <= high or (p < low and s in given["explained"])
    ]
    means = {
        "first_mean": [first.numerator, first.denominator],
        "second_mean": [second.numerator, second.denominator],
    }
    if not inside:
        return {"outcome": "NO_CANDIDATE", "candidate": None, "price_fen": None, **means}
    lowest = min(prices[s] for s in inside)
    commitments = {o["commitment"]: o["supplier"] for o in given["offers"]}
    equal = sorted(c for c, s in commitments.items() if s in inside and prices[s] == lowest)
    seed = hashlib.sha256("‖".join([given["tender"], *equal]).encode()).digest()
    winner = commitments[equal[int.from_bytes(seed, "big") % len(equal)]]
    return {"outcome": "CANDIDATE", "candidate": winner, "price_fen": lowest, **means}


def main() -> int:
    """Read the file named, compute, compare, say so."""
    with open(sys.argv[1], encoding="utf-8") as file:
        given = json.load(file)
    computed = recompute(given)
    for name, value in computed.items():
        sys.stdout.write(f"{name}: {value}\n")
    same = computed == given["published"]
    sys.stdout.write("一致 OK\n" if same else "不一致 DIFFERENT\n")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
