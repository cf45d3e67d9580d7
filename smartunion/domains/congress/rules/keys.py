"""The scrutineers' keys: three hold one key together, any two open, no one alone. Pure.

Pedersen's key generation with Feldman's commitments, t of n. What a laptop keeps is a `Secret`;
all else is public and checked by everybody (`whole`, `public_of`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .group import ORDER, ZERO, base, challenge, fresh, is_point, plus, times


@dataclass(frozen=True)
class Secret:
    """What a scrutineer's own laptop keeps during the ceremony: the polynomial, the channel."""

    terms: tuple[int, ...]
    channel: int


def begin(context: str, number: int, needed: int) -> tuple[Secret, dict[str, Any]]:
    """Return a scrutineer's secret and the commitment to it that is published."""
    secret = Secret(tuple(fresh() for _ in range(needed)), fresh())
    terms = [base(one) for one in secret.terms]
    channel = base(secret.channel)
    nonce = fresh()
    c = challenge("key", context, number, *terms, channel, base(nonce))
    s = (nonce + c * secret.terms[0]) % ORDER
    said = {"terms": [one.hex() for one in terms], "channel": channel.hex()}
    return secret, {**said, "c": f"{c:064x}", "s": f"{s:064x}"}


def is_commitment(context: str, number: int, needed: int, said: Mapping[str, Any]) -> bool:
    """Test if a commitment is well made: its maker knows the secret behind its first term."""
    try:
        terms, channel, c, s = _read(said)
    except (ValueError, KeyError, TypeError):
        return False
    if len(terms) != needed or not all(is_point(one) for one in (*terms, channel)):
        return False
    nonce = plus(base(s), times(-c, terms[0]))
    return terms[0] != ZERO and challenge("key", context, number, *terms, channel, nonce) == c


def _read(said: Mapping[str, Any]) -> tuple[list[bytes], bytes, int, int]:
    terms = [bytes.fromhex(one) for one in said["terms"]]
    return terms, bytes.fromhex(said["channel"]), int(said["c"], 16), int(said["s"], 16)


def channel_of(said: Mapping[str, Any]) -> bytes:
    """Return the point by which others hand a scrutineer what only they may read."""
    return bytes.fromhex(said["channel"])


def share_for(context: str, giver: int, taker: int, secret: Secret, channel: bytes) -> str:
    """Return the giver's share for a taker, readable by the taker only."""
    value = sum(one * pow(taker, power, ORDER) for power, one in enumerate(secret.terms)) % ORDER
    pad = challenge("share", context, giver, taker, times(secret.channel, channel))
    return f"{(value + pad) % ORDER:064x}"


def share_from(
    context: str, between: tuple[int, int], secret: Secret, said: Mapping[str, Any], sent: str
) -> int:
    """Return the share that a giver sent a taker (`between` these two numbers).

    `said` is the giver's commitment; ValueError where the share is not what it commits to.
    """
    giver, taker = between
    pad = challenge("share", context, giver, taker, times(secret.channel, channel_of(said)))
    value = (int(sent, 16) - pad) % ORDER
    if base(value) != _at(taker, said):
        raise ValueError(f"scrutineer {giver} sent {taker} what they did not commit to")
    return value


def _at(number: int, said: Mapping[str, Any]) -> bytes:
    """Return the public value of a commitment's polynomial at a scrutineer's number."""
    found = ZERO
    for power, one in enumerate(said["terms"]):
        found = plus(found, times(pow(number, power, ORDER), bytes.fromhex(one)))
    return found


def whole(commitments: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the election's public key."""
    found = ZERO
    for said in commitments:
        found = plus(found, bytes.fromhex(said["terms"][0]))
    return found


def public_of(number: int, commitments: Sequence[Mapping[str, Any]]) -> bytes:
    """Return a scrutineer's public share of the key."""
    found = ZERO
    for said in commitments:
        found = plus(found, _at(number, said))
    return found


def accept(context: str, number: int, share: int) -> dict[str, str]:
    """Return the proof that a scrutineer holds their whole share."""
    nonce = fresh()
    c = challenge("own", context, number, base(share), base(nonce))
    return {"c": f"{c:064x}", "s": f"{(nonce + c * share) % ORDER:064x}"}


def is_acceptance(context: str, number: int, public: bytes, said: Mapping[str, Any]) -> bool:
    """Test if a scrutineer holds the share behind their public one."""
    try:
        c, s = int(said["c"], 16), int(said["s"], 16)
    except (ValueError, KeyError, TypeError):
        return False
    nonce = plus(base(s), times(-c, public))
    return challenge("own", context, number, public, nonce) == c
