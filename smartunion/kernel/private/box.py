"""One locked box: AES-256-GCM under a master key, tied to the place where it stands.

A box says by which key it was locked, so that several may be in use while they are changed. What
it holds opens only at the place (`about`, `kind`, `version`) that it was locked for: a box moved to
another row is a broken one. For the secrets of machines; a person's data go by `actions.seal`.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .keyring import keyring

NONCE_BYTES = 12


class Broken(Exception):  # noqa: N818 - it reads as the sentence it is
    """The box does not open: changed, moved, or locked by a key that is not here."""


def lock(plain: bytes, *, about: str, kind: str, version: int = 1) -> bytes:
    """Return the plain bytes locked by the current key, for this place only."""
    ring = keyring()
    name = ring.current.encode()
    body = encrypt(ring.keys[ring.current], plain, place(about, kind, version))
    return bytes([len(name)]) + name + body


def unlock(box: bytes, *, about: str, kind: str, version: int = 1) -> bytes:
    """Return what the box holds; raises Broken where it was changed, moved or has no key here."""
    key = keyring().keys.get(key_of(box))
    if key is None:
        raise Broken(f"{about} {kind}: there is no key {key_of(box)!r} here")
    return decrypt(key, box[1 + box[0] :], place(about, kind, version))


def current() -> str:
    """Return the name of the master key that locks today."""
    return keyring().current


def key_of(box: bytes) -> str:
    """Return the name of the key that a box was locked by; "?" where it is no box."""
    try:
        return box[1 : 1 + box[0]].decode("ascii")
    except (IndexError, UnicodeDecodeError):
        return "?"


def place(about: str, kind: str, version: int) -> bytes:
    """Return the associated data: where a ciphertext stands, so that it opens nowhere else."""
    if "|" in about or "|" in kind or not about or not kind:
        raise ValueError(f"not the name of a place: {about!r}, {kind!r}")
    return f"{about}|{kind}|{version}".encode()


def encrypt(key: bytes, plain: bytes, where: bytes) -> bytes:
    """Return nonce and ciphertext."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, where)


def decrypt(key: bytes, sealed: bytes, where: bytes) -> bytes:
    """Return the plain bytes; raises Broken where key, place or content do not fit."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], where)
    except (InvalidTag, ValueError) as wrong:
        raise Broken(f"{where.decode()}: it does not open") from wrong
