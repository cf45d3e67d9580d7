"""Officers prove themselves twice: a password and a code or a passkey (production only)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PUBLIC, SIGNED_IN
from smartunion.site.org.founding import load

EVERYDAY = frozenset(
    code for code, row in load("offices.yaml")["permissions"].items() if row.get("everyday")
)
"""Permissions of one's own affairs; whatever goes beyond them is an officer's work."""

DEVICES = {Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN}


def is_officers_page(view: Callable[..., Any]) -> bool:
    """Test if a page is guarded by more than being signed in and one's own affairs."""
    can = getattr(view, "permission", PUBLIC)
    return can not in {PUBLIC, SIGNED_IN} | EVERYDAY


def last_proven(request: HttpRequest) -> tuple[str, datetime] | None:
    """Return the last second factor of the session, a code or a passkey, and when it was proven.

    A recovery code gets one back in, but is no proof that the device is in one's hand.
    """
    for one in reversed(get_authentication_records(request, request.user)):
        if one.get("method") == "mfa" and one.get("type") in DEVICES:
            proven = datetime.fromtimestamp(one["at"], UTC)
            return str(one["type"]), proven + clock.offset()
    return None


def middleware(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Send an officer without a second factor to set one up before an officer's page opens."""

    def handle(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(
        request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if settings.DEMONSTRATION or not request.user.is_authenticated:
            return None
        if not is_officers_page(view) or is_mfa_enabled(request.user):
            return None
        messages.warning(request, "办公页面要先启用第二步验证：用手机上的验证器扫一次码即可。")
        return redirect("mfa_activate_totp")

    handle.process_view = process_view  # type: ignore[attr-defined]  # Django's own protocol
    return handle
