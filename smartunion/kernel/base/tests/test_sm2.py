"""SM2 and SM3 against the standards' own numbers, computed without the library."""

import base64

import pytest

from smartunion.kernel.base import sm2

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
IDENTITY = b"1234567812345678"


def added(one, other):
    if one is None or other is None:
        return one or other
    if one[0] == other[0] and (one[1] + other[1]) % P == 0:
        return None
    slope = (
        (3 * one[0] ** 2 + A) * pow(2 * one[1], -1, P)
        if one == other
        else (other[1] - one[1]) * pow(other[0] - one[0], -1, P)
    )
    x = (slope**2 - one[0] - other[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def times(factor, point):
    found = None
    while factor:
        if factor & 1:
            found = added(found, point)
        point, factor = added(point, point), factor >> 1
    return found


def numbers(signature: str) -> tuple[int, int]:
    """Read r and s out of a DER sequence of two integers."""
    der = base64.b64decode(signature)
    first = 4 + der[3]
    return int.from_bytes(der[4:first]), int.from_bytes(der[first + 2 :])


def test_sm3_is_the_standard_s() -> None:
    """GM/T 0004, example 1."""
    assert sm2.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_signature_is_what_the_standard_says_computed_by_hand() -> None:
    """GM/T 0003.2: e = SM3(Z || M), R = e + x1 where (x1, y1) = sG + tP and t = r + s."""
    private = sm2.new_private()
    point = bytes.fromhex(sm2.public_of(private))
    x, y = int.from_bytes(point[1:33]), int.from_bytes(point[33:])
    assert (x, y) == times(int(private, 16), G)
    head = (len(IDENTITY) * 8).to_bytes(2) + IDENTITY
    z = sm2.sm3(head + b"".join(each.to_bytes(32) for each in (A, B, *G, x, y)))
    e = int(sm2.sm3(bytes.fromhex(z) + b"a day's file"), 16)
    r, s = numbers(sm2.sign(private, b"a day's file"))
    assert (e + added(times(s, G), times((r + s) % N, (x, y)))[0]) % N == r


@pytest.mark.parametrize("broken", ["", "AAAA", "not base64!", "5" * 500])
def test_only_the_owner_s_signature_over_these_bytes_is_genuine(broken: str) -> None:
    private, other = sm2.new_private(), sm2.new_private()
    signed = sm2.sign(private, b"bytes")
    assert sm2.is_genuine(sm2.public_of(private), b"bytes", signed)
    assert not sm2.is_genuine(sm2.public_of(private), b"byteS", signed)
    assert not sm2.is_genuine(sm2.public_of(other), b"bytes", signed)
    assert not sm2.is_genuine(sm2.public_of(private), b"bytes", broken)
    assert not sm2.is_genuine("04" + "00" * 64, b"bytes", signed)
