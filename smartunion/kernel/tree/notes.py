"""Signed notes and checkpoints as other transparency logs write them (C2SP), Ed25519.

A verifier key is `name+keyid+base64`; a signature line is `— name base64(keyid ‖ signature)`. A
witness's line holds the seconds at which it signed, too (cosignature/v1).
"""

import base64
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LOG, WITNESS = b"\x01", b"\x04"
"""What a key is for: it signs checkpoints, or under those of others."""

ID_BYTES, KEY_BYTES = 4, 32


@dataclass(frozen=True)
class Key:
    """A public key by its name, and what it is for."""

    name: str
    use: bytes
    public: bytes

    @property
    def id(self) -> bytes:
        """Return the four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.use + self.public).digest()[
            :ID_BYTES
        ]

    def __str__(self) -> str:
        packed = base64.b64encode(self.use + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{packed}"


def parsed_key(said: str) -> Key:
    """Return the key of its text; ValueError says what is wrong with it."""
    name, _, rest = said.strip().partition("+")
    key_id, _, packed = rest.partition("+")
    data = base64.b64decode(packed, validate=True)
    key = Key(name, data[:1], data[1:])
    if not name or key.use not in (LOG, WITNESS) or len(key.public) != KEY_BYTES:
        raise ValueError("not a key of a log or a witness")
    if key.id.hex() != key_id:
        raise ValueError("the key's number is not that of its name and bytes")
    return key


def log_key(name: str, seed: bytes) -> Key:
    """Return the public key of the house, out of its secret 32 bytes."""
    private = Ed25519PrivateKey.from_private_bytes(seed)
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Key(name, LOG, public)


def text_of(origin: str, size: int, root: bytes) -> str:
    """Return the text that is signed: whose tree, how large, which root."""
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def signed(text: str, name: str, seed: bytes) -> str:
    """Return the text with the house's signature line."""
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text.encode())
    return f"{text}\n{line(name, log_key(name, seed).id + signature)}\n"


def line(name: str, packed: bytes) -> str:
    """Return a signature line."""
    return f"— {name} {base64.b64encode(packed).decode()}"


def cosigned_at(said: str, text: str, key: Key) -> int | None:
    """Return the seconds at which a witness signed the text; None if it did not."""
    dash, _, rest = said.partition(" ")
    name, _, packed = rest.partition(" ")
    try:
        data = base64.b64decode(packed, validate=True)
        key_id, stamp, signature = data[:ID_BYTES], data[ID_BYTES:12], data[12:]
        (seconds,) = struct.unpack(">Q", stamp)
        message = f"cosignature/v1\ntime {seconds}\n{text}".encode()
        if dash != "—" or name != key.name or key_id != key.id:
            return None
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (ValueError, struct.error, InvalidSignature):
        return None
    return int(seconds)
