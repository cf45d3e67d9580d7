"""SM2 signatures over SM3, as Chinese banks ask for them (GM/T 0003 and 0009).

Keys and signatures leave here as text: a private key as 64 hex digits, a public one as the
uncompressed point in hex, a signature as the base64 of its DER form, over the standard's own
identity. Nothing else speaks to tongsuopy: another library is another body for these functions.
"""

import base64
import binascii
import secrets
from functools import lru_cache

from tongsuopy.crypto import hashes
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature
from tongsuopy.crypto.serialization import Encoding, PublicFormat

_ORDER = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123


def new_private() -> str:
    """Return a fresh private key."""
    return f"{secrets.randbelow(_ORDER - 2) + 1:064x}"


def public_of(private: str) -> str:
    """Return the public key that belongs to a private one."""
    made = _private(private).public_key()
    return bytes(made.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).hex()


def sign(private: str, data: bytes) -> str:
    """Return the signature of the bytes."""
    made: bytes = _private(private).sign(data, ec.ECDSA(hashes.SM3()))
    return base64.b64encode(made).decode()


def is_genuine(public: str, data: bytes, signature: str) -> bool:
    """Tell if the signature over the bytes was made by the owner of the key; never raises."""
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), bytes.fromhex(public))
        key.verify(base64.b64decode(signature, validate=True), data, ec.ECDSA(hashes.SM3()))
    except (InvalidSignature, InternalError, ValueError, binascii.Error):
        return False
    return True


def sm3(data: bytes) -> str:
    """Return the SM3 digest in hex."""
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return str(digest.finalize().hex())


@lru_cache(maxsize=8)
def _private(private: str) -> ec.EllipticCurvePrivateKey:
    """Return a key as the library has it; deriving it takes as long as signing."""
    return ec.derive_private_key(int(private, 16), ec.SM2())
