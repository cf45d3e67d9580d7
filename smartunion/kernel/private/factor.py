"""The second factor of a session, for whatever page asks for a fresh one before it lets one act."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string

from .glass import Proof


def proof_of(request: HttpRequest) -> Proof | None:
    """Return the second factor that the session has last proven, as the site's accounts know."""
    asked: Callable[[HttpRequest], tuple[str, datetime] | None]
    asked = import_string(settings.PRIVATE_FACTOR)
    proven = asked(request)
    return Proof(*proven) if proven else None


def address_of_proving(back: str) -> str:
    """Return where one proves it again, and is led back from."""
    return f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}"
