"""Ballots, the shuffle and the opening: ElGamal on ristretto255 with proofs for each step. Pure.

A ballot is one small integer. Whoever casts proves that they know it and hold a published slip, for
this election only; a shuffle proves that it changed nothing but order and clothes; an opening that
the key's own holders made it. None of this is receipt-free: who keeps the random number can show
how they voted.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .group import (
    ORDER,
    ZERO,
    Logs,
    base,
    challenge,
    fresh,
    is_point,
    minus,
    plus,
    times,
    transcript,
    weights,
)

ROUNDS = 128
"""Shadows of a shuffle: a false one passes by chance once in 2^128."""

Pair = tuple[bytes, bytes]
"""A ciphertext."""

LEAST_BYTES, ROW_BYTES = 64 * 1024, 224
"""What a laptop may send whatever the box holds, and beside it for each ballot of each round: a
ciphertext and a number in hex, a place in the order."""


@dataclass(frozen=True)
class Ballot:
    """What a phone sends: the slip's public key, the ciphertext, the proof."""

    slip: bytes
    pair: Pair
    c: int
    s: int
    t: int

    @property
    def code(self) -> str:
        """Return the tracking code: the SHA-256 of the ballot; its first 12 are shown."""
        return hashlib.sha256(self.slip + self.pair[0] + self.pair[1]).hexdigest()

    def told(self) -> dict[str, str]:
        """Return the ballot as plain data, as it is published."""
        return {
            "slip": self.slip.hex(), "a": self.pair[0].hex(), "b": self.pair[1].hex(),
            "c": f"{self.c:064x}", "s": f"{self.s:064x}", "t": f"{self.t:064x}",
        }  # fmt: skip


def ballot_of(said: Mapping[str, Any]) -> Ballot:
    """Read a ballot; ValueError where it is none."""
    try:
        slip, a, b = (bytes.fromhex(str(said[key])) for key in ("slip", "a", "b"))
        c, s, t = (int(str(said[key]), 16) for key in ("c", "s", "t"))
    except (KeyError, TypeError) as wrong:
        raise ValueError("a ballot has slip, a, b, c, s and t") from wrong
    if not all(0 <= one < ORDER for one in (c, s, t)):
        raise ValueError("a number of the proof is out of range")
    return Ballot(slip, (a, b), c, s, t)


def encrypted(key: bytes, value: int, blind: int) -> Pair:
    """Return the ciphertext of a value."""
    return base(blind), plus(times(blind, key), base(value))


def cast(context: str, key: bytes, slip: int, value: int) -> Ballot:
    """Return a ballot, as the phone makes it from the slip's secret."""
    blind, w, v = fresh(), fresh(), fresh()
    pair, public = encrypted(key, value, blind), base(slip)
    c = challenge("ballot", context, public, key, *pair, base(w), base(v))
    return Ballot(public, pair, c, (w + c * blind) % ORDER, (v + c * slip) % ORDER)


def is_ballot(context: str, key: bytes, given: Ballot) -> bool:
    """Test if a ballot was made for this election by who holds its slip."""
    a, b = given.pair
    if ZERO in {a, given.slip} or not all(is_point(one) for one in (given.slip, a, b)):
        return False
    knows = minus(base(given.s), times(given.c, a))
    holds = minus(base(given.t), times(given.c, given.slip))
    return challenge("ballot", context, given.slip, key, a, b, knows, holds) == given.c


# ---------- shuffle ----------


def most_bytes(ballots: int) -> int:
    """Return how many bytes a laptop may send for a box of so many ballots: a whole shuffle."""
    return LEAST_BYTES + ROW_BYTES * ballots * (ROUNDS + 1)


def _written(pairs: Sequence[Pair]) -> bytes:
    return b"".join(a + b for a, b in pairs)


def pairs_of(written: str) -> list[Pair]:
    """Read ciphertexts written one after the other in hex; ValueError for anything else."""
    raw = bytes.fromhex(written)
    if len(raw) % 64:
        raise ValueError("ciphertexts have 64 bytes")
    return [(raw[at : at + 32], raw[at + 32 : at + 64]) for at in range(0, len(raw), 64)]


def _again(key: bytes, pair: Pair, blind: int) -> Pair:
    return plus(pair[0], base(blind)), plus(pair[1], times(blind, key))


def _shuffled(key: bytes, pairs: Sequence[Pair]) -> tuple[list[Pair], list[int], list[int]]:
    order = list(range(len(pairs)))
    secrets.SystemRandom().shuffle(order)
    blinds = [fresh() for _ in pairs]
    out = [_again(key, pairs[i], blind) for i, blind in zip(order, blinds, strict=True)]
    return out, order, blinds


def _bits(context: str, key: bytes, number: int, written: Sequence[bytes]) -> list[int]:
    """Return which way each shadow is opened; `written` is what came in, went out, the shadows."""
    digest = transcript("mix", context, key, number, *written)
    shadows = written[2:]
    return [digest[at >> 3] >> (7 - at % 8) & 1 for at in range(len(shadows))]


def shuffle(context: str, key: bytes, number: int, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Shuffle, as a scrutineer's laptop does, with the proof that nothing else was done."""
    out, order, blinds = _shuffled(key, pairs)
    shadows = [_shuffled(key, pairs) for _ in range(ROUNDS)]
    written = [_written(one[0]) for one in shadows]
    rounds = []
    bits = _bits(context, key, number, [_written(pairs), _written(out), *written])
    for bit, told, (_, theirs, blind) in zip(bits, written, shadows, strict=True):
        if bit:  # from the shadow to what came out
            back = {source: at for at, source in enumerate(theirs)}
            way = [back[source] for source in order]
            made = [(blinds[k] - blind[way[k]]) % ORDER for k in range(len(way))]
        else:  # from what went in to the shadow
            way, made = theirs, blind
        blindings = "".join(f"{one:064x}" for one in made)
        rounds.append({"shadow": told.hex(), "order": way, "blinds": blindings})
    return {"out": _written(out).hex(), "rounds": rounds}


def is_shuffle(
    context: str, key: bytes, number: int, pairs: Sequence[Pair], said: Mapping[str, Any]
) -> bool:
    """Test if what came out is what went in, in another order; every round of it."""
    try:
        out = pairs_of(said["out"])
        rounds = [
            (pairs_of(one["shadow"]), list(one["order"]), _numbers(one["blinds"]))
            for one in said["rounds"]
        ]
        shadows = [_written(shadow) for shadow, _, _ in rounds]
        bits = _bits(context, key, number, [_written(pairs), _written(out), *shadows])
        whole = len(rounds) == ROUNDS and len(out) == len(pairs)
        return (
            whole
            and all(is_point(one) for pair in out for one in pair)
            and all(
                _is_round(key, *((shadow, out) if bit else (pairs, shadow)), (order, blinds))
                for bit, (shadow, order, blinds) in zip(bits, rounds, strict=True)
            )
        )
    except (ValueError, LookupError, TypeError, RuntimeError):  # unreadable, or no such point
        return False


def _is_round(
    key: bytes, source: Sequence[Pair], there: Sequence[Pair], way: tuple[list[int], list[int]]
) -> bool:
    order, blinds = way
    size = len(source)
    if not len(there) == len(blinds) == size or sorted(order) != list(range(size)):
        return False
    return all(_again(key, source[order[at]], blinds[at]) == there[at] for at in range(size))


def _numbers(written: str) -> list[int]:
    return [int(written[at : at + 64], 16) for at in range(0, len(written), 64)]


# ---------- opening ----------


def part(context: str, number: int, share: int, pairs: Sequence[Pair]) -> list[dict[str, str]]:
    """Return a scrutineer's part of the opening of each ballot, with its proof."""
    public, made = base(share), []
    for a, _ in pairs:
        opened, nonce = times(share, a), fresh()
        c = challenge("open", context, number, public, a, opened, base(nonce), times(nonce, a))
        s = (nonce + c * share) % ORDER
        made.append({"d": opened.hex(), "c": f"{c:064x}", "s": f"{s:064x}"})
    return made


def is_part(
    context: str,
    number: int,
    public: bytes,
    pairs: Sequence[Pair],
    said: Sequence[Mapping[str, str]],
) -> bool:
    """Test if a scrutineer's own share made every part."""
    if len(said) != len(pairs):
        return False
    for (a, _), one in zip(pairs, said, strict=True):
        try:
            opened, c, s = bytes.fromhex(one["d"]), int(one["c"], 16), int(one["s"], 16)
        except (ValueError, KeyError, TypeError):
            return False
        if not is_point(opened):
            return False
        mine = minus(base(s), times(c, public))
        here = minus(times(s, a), times(c, opened))
        if challenge("open", context, number, public, a, opened, mine, here) != c:
            return False
    return True


def opened(
    pairs: Sequence[Pair], parts: Mapping[int, Sequence[Mapping[str, str]]], most: int
) -> list[int | None]:
    """Return what each ballot says; None for one that says nothing up to `most`.

    `parts` are as many different scrutineers' as the key needs: with fewer, nothing comes out.
    """
    share_of = weights(sorted(parts))
    logs, found = Logs(most), []
    for at, (_, b) in enumerate(pairs):
        left = b
        for number, each in parts.items():
            left = minus(left, times(share_of[number], bytes.fromhex(each[at]["d"])))
        found.append(logs.of(left))
    return found


# ---------- totals of small bodies ----------


def _one_of_two(
    context: str, key: bytes, name: str, pair: Pair, secret: tuple[int, int]
) -> list[str]:
    """Prove that a ciphertext holds 0 or 1 without saying which; `secret` is its blind and it."""
    blind, value = secret
    other = 1 - value
    c_other, s_other, nonce = fresh(), fresh(), fresh()
    says: list[Pair] = [ZERO_PAIR, ZERO_PAIR]
    says[value] = (base(nonce), times(nonce, key))
    says[other] = _claims(key, pair, other, c_other, s_other)
    c = challenge("bit", context, name, key, *pair, *says[0], *says[1])
    c_value = (c - c_other) % ORDER
    proof = {value: (c_value, (nonce + c_value * blind) % ORDER), other: (c_other, s_other)}
    return [f"{number:064x}" for bit in (0, 1) for number in proof[bit]]


PROOF = 4
"""Numbers of a proof of a bit: a challenge and an answer for nought, and for one."""

ZERO_PAIR: Pair = (ZERO, ZERO)


def _claims(key: bytes, pair: Pair, value: int, c: int, s: int) -> Pair:
    rest = minus(pair[1], base(value))
    return minus(base(s), times(c, pair[0])), minus(times(s, key), times(c, rest))


def _is_one_of_two(context: str, key: bytes, name: str, pair: Pair, proof: Sequence[str]) -> bool:
    numbers = [int(one, 16) for one in proof[:PROOF]]
    says = [_claims(key, pair, bit, numbers[2 * bit], numbers[2 * bit + 1]) for bit in (0, 1)]
    c = challenge("bit", context, name, key, *pair, *says[0], *says[1])
    return c == (numbers[0] + numbers[2]) % ORDER


def summed(pairs: Sequence[Pair]) -> Pair:
    """Return the ciphertext of the sum."""
    a = b = ZERO
    for one, other in pairs:
        a, b = plus(a, one), plus(b, other)
    return a, b


def mark(context: str, key: bytes, slip: int, choices: Sequence[int]) -> dict[str, Any]:
    """Return a ballot of which only the sums are ever opened: at most one of its choices is 1.

    For a body so small that whoever reads its ballots one by one knows its members.
    """
    blinds = [fresh() for _ in choices]
    pairs = [encrypted(key, one, blind) for one, blind in zip(choices, blinds, strict=True)]
    name = f"{context}/{base(slip).hex()}"
    rows = [
        (str(at), pair, secret)
        for at, (pair, secret) in enumerate(
            zip(pairs, zip(blinds, choices, strict=True), strict=True)
        )
    ]
    rows.append(("sum", summed(pairs), (sum(blinds) % ORDER, sum(choices))))
    proofs = [_one_of_two(name, key, at, pair, secret) for at, pair, secret in rows]
    nonce = fresh()
    c = challenge("mark", name, key, _written(pairs), base(nonce))
    holds = [f"{c:064x}", f"{(nonce + c * slip) % ORDER:064x}"]
    told = {"slip": base(slip).hex(), "pairs": _written(pairs).hex()}
    return {**told, "proofs": proofs, "holds": holds}


def is_mark(context: str, key: bytes, choices: int, said: Mapping[str, Any]) -> bool:
    """Test if a ballot of sums is well made: each choice 0 or 1, no more than one, a real slip."""
    try:
        if any(len(row) != PROOF for row in said["proofs"]):
            return False
        slip, pairs = bytes.fromhex(said["slip"]), pairs_of(said["pairs"])
        name, points = f"{context}/{slip.hex()}", [one for pair in pairs for one in pair]
        if len(pairs) != choices or not all(is_point(one) for one in (slip, *points)):
            return False
        rows = [*((str(at), pair) for at, pair in enumerate(pairs)), ("sum", summed(pairs))]
        c, s = (int(one, 16) for one in said["holds"])
        nonce = minus(base(s), times(c, slip))
        return challenge("mark", name, key, _written(pairs), nonce) == c and all(
            _is_one_of_two(name, key, at, pair, proof)
            for (at, pair), proof in zip(rows, said["proofs"], strict=True)
        )
    except (ValueError, KeyError, TypeError, RuntimeError):
        return False


NUMBER = re.compile(r"[0-9a-f]{64}")


def mark_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Read a ballot of sums as plain data and nothing else; ValueError where it is none."""
    try:
        slip, pairs = str(said["slip"]), str(said["pairs"])
        proofs = [[str(one) for one in row] for row in said["proofs"]]
        holds = [str(one) for one in said["holds"]]
    except (KeyError, TypeError) as wrong:
        raise ValueError("a ballot of sums has slip, pairs, proofs and holds") from wrong
    numbers = [slip, *(one for row in proofs for one in row), *holds]
    if not all(NUMBER.fullmatch(one) for one in numbers):
        raise ValueError("a number is not written as it should be")
    pairs_of(pairs)
    return {"slip": slip, "pairs": pairs, "proofs": proofs, "holds": holds}


def code_of(told: Mapping[str, Any]) -> str:
    """Return the tracking code of a ballot of sums: its slip's and ciphertexts' SHA-256."""
    return hashlib.sha256(bytes.fromhex(told["slip"] + told["pairs"])).hexdigest()


def columns(told: Sequence[Mapping[str, Any]], choices: int) -> list[Pair]:
    """Return the ciphertext of each choice's sum over all ballots: all that is ever opened."""
    rows = [pairs_of(one["pairs"]) for one in told]
    return [summed([row[at] for row in rows]) for at in range(choices)]


def digest(thing: object) -> str:
    """Return the SHA-256 of plain data in its one written form: what the journal commits to."""
    told = json.dumps(thing, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()
