"""How the bank signs: SM2 over SM3, with keys that rotate, as docs/bank.md says."""

import base64
import binascii
from collections.abc import Mapping
from functools import lru_cache

from tongsuopy.crypto import hashes
from tongsuopy.crypto.asymciphers import ec
from tongsuopy.crypto.exceptions import InternalError, InvalidSignature
from tongsuopy.crypto.serialization import Encoding, PublicFormat

_SCHEME = ec.ECDSA(hashes.SM3())  # named so by the library; over the curve SM2 it is SM2's own


def keys(said: str) -> dict[str, str]:
    """Return {key id: key in hex} out of `id:hex,id:hex`."""
    return dict(each.split(":", 1) for each in said.split(",") if each)


def public_of(private: str) -> str:
    """Return the public key that belongs to a private one, in hex."""
    made = _private(private).public_key()
    return bytes(made.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)).hex()


def stamp(key_id: str, private: str, data: bytes) -> str:
    """Return `sm2,<key id>,<base64>` over the bytes."""
    return f"sm2,{key_id},{base64.b64encode(_private(private).sign(data, _SCHEME)).decode()}"


def is_stamped(given: str, data: bytes, believed: Mapping[str, str]) -> bool:
    """Tell if one of the stamps (several, parted by blanks, while keys rotate) is believed."""
    for each in given.split()[:4]:
        scheme, _, rest = each.partition(",")
        key_id, _, signature = rest.partition(",")
        if scheme == "sm2" and key_id in believed and _fits(believed[key_id], data, signature):
            return True
    return False


def digest(data: bytes) -> str:
    """Return the SM3 digest in hex."""
    made = hashes.Hash(hashes.SM3())
    made.update(data)
    return str(made.finalize().hex())


def _fits(public: str, data: bytes, signature: str) -> bool:
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SM2(), bytes.fromhex(public))
        key.verify(base64.b64decode(signature, validate=True), data, _SCHEME)
    except (InvalidSignature, InternalError, ValueError, binascii.Error):
        return False
    return True


@lru_cache(maxsize=8)
def _private(private: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int(private, 16), ec.SM2())
