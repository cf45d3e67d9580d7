"""How both sides sign: HMAC-SHA256 over one line per part, as docs/bank.md says."""

import base64
import hashlib
import hmac

SKEW_SECONDS = 300


def signature(secret: bytes, *lines: str, body: bytes) -> str:
    """Return `v1,<base64>` over the lines and the body's SHA-256, joined by newlines."""
    text = "\n".join([*lines, hashlib.sha256(body).hexdigest()])
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def is_valid(given: str, secret: bytes, *lines: str, body: bytes) -> bool:
    """Test a signature in constant time; a list separated by spaces allows for key rotation."""
    right = signature(secret, *lines, body=body)
    return any(hmac.compare_digest(one, right) for one in given.split())
