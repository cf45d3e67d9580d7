"""The house's own key for payment codes."""

import hashlib
import hmac
from functools import cache

from django.conf import settings


@cache
def code_key() -> bytes:
    """Return the key that payment codes are tagged with, derived from the house's secret."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"wallet payment code", hashlib.sha256)
