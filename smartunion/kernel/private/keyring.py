"""The master keys: named, several at once, so that they can be changed one after another.

`PRIVATE_KEY` is "name:base64,name:base64": the first seals, all of them open. A key is 32 bytes.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,15}")
REMEDY = "PRIVATE_KEY is `name:base64 of 32 bytes`, several by commas; see docs/operations.md"


@dataclass(frozen=True)
class Keyring:
    """The keys by name, and the name of the one that seals today."""

    current: str
    keys: dict[str, bytes]

    def __repr__(self) -> str:
        return f"Keyring({self.current!r} of {sorted(self.keys)})"


def keyring() -> Keyring:
    """Return the installation's keys; raises ImproperlyConfigured where they cannot be read."""
    return parsed(settings.PRIVATE_KEY)


@lru_cache(maxsize=8)
def parsed(text: str) -> Keyring:
    """Read keys from the setting's text; the first is the current one."""
    keys: dict[str, bytes] = {}
    for item in filter(None, re.split(r"[,\s]+", text)):
        name, _, secret = item.partition(":")
        try:
            key = base64.b64decode(secret, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"key {name!r} is not base64. {REMEDY}") from error
        if not NAME.fullmatch(name) or len(key) != KEY_BYTES or name in keys:
            raise ImproperlyConfigured(f"key {name!r} of {len(key)} bytes. {REMEDY}")
        keys[name] = key
    if not keys:
        raise ImproperlyConfigured(f"there is no key. {REMEDY}")
    return Keyring(next(iter(keys)), keys)
