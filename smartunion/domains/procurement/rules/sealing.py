"""Sealed quotes: readable only when two of the three key holders stand together. Pure.

A quote is encrypted under a key of its own; that key is wrapped once for each pair of holders, in
two layers, so that either of a pair alone holds nothing. What a holder keeps is a sentence in the
head: the private key is derived from it and never stored. The SHA-256 commitment of the content is
published with the deadline, so that nothing can be exchanged between deadline and opening.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from itertools import combinations
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 32}
NONCE = bytes(12)
"""Zero on purpose: every key here encrypts exactly one message."""

TOGETHER = 2
"""How many holders open."""

PASSPHRASE_LEAST = 6


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a content: keys sorted, no spaces, UTF-8, whole numbers only."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def digest(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a content in its one spelling."""
    return hashlib.sha256(canonical(content)).hexdigest()


def new_salt() -> str:
    """Return 32 random bytes as hex: they keep a short price from being guessed by its hash."""
    return secrets.token_hex(32)


def private_key(passphrase: str, salt: str) -> X25519PrivateKey:
    """Return the holder's private key, derived anew from the passphrase each time."""
    secret = hashlib.scrypt(passphrase.strip().encode(), salt=bytes.fromhex(salt), **SCRYPT)
    return X25519PrivateKey.from_private_bytes(secret)


def public_key(private: X25519PrivateKey) -> str:
    """Return the public half as hex, which is all that is stored of a holder."""
    return private.public_key().public_bytes_raw().hex()


def seal(content: Mapping[str, Any], holders: Mapping[str, str], *, about: str) -> dict[str, Any]:
    """Encrypt a content for the holders (name -> public key in hex); any two of them can open it.

    `about` (tender and supplier) is bound to the envelope: it does not open in another's place.
    """
    assert len(holders) >= TOGETHER
    key = AESGCM.generate_key(256)
    sealed = AESGCM(key).encrypt(NONCE, canonical(content), about.encode())
    wraps = {
        f"{one}+{other}": _box(holders[other], _box(holders[one], key)).hex()
        for one, other in combinations(sorted(holders), 2)
    }
    return {"content": base64.b64encode(sealed).decode(), "keys": wraps}


def unseal(
    sealed: Mapping[str, Any], keys: Mapping[str, X25519PrivateKey], *, about: str
) -> dict[str, Any] | None:
    """Return the content, or None if the keys do not open it or it was changed."""
    for one, other in combinations(sorted(keys), 2):
        wrap = sealed["keys"].get(f"{one}+{other}")
        if wrap is None:
            continue
        try:
            key = _unbox(keys[one], _unbox(keys[other], bytes.fromhex(wrap)))
            plain = AESGCM(key).decrypt(NONCE, base64.b64decode(sealed["content"]), about.encode())
        except InvalidTag:
            return None
        found: dict[str, Any] = json.loads(plain)
        return found
    return None


def _box(public: str, message: bytes) -> bytes:
    ours = X25519PrivateKey.generate()
    theirs = X25519PublicKey.from_public_bytes(bytes.fromhex(public))
    mine = ours.public_key().public_bytes_raw()
    return mine + AESGCM(_shared(ours, theirs, mine)).encrypt(NONCE, message, None)


def _unbox(private: X25519PrivateKey, box: bytes) -> bytes:
    mine, message = box[:32], box[32:]
    theirs = X25519PublicKey.from_public_bytes(mine)
    return AESGCM(_shared(private, theirs, mine)).decrypt(NONCE, message, None)


def _shared(private: X25519PrivateKey, public: X25519PublicKey, sender: bytes) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=sender, info=b"smartunion.procurement.seal")
    return kdf.derive(private.exchange(public))
