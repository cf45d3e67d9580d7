"""Signing in and out, one's second factor, and the demonstration's cast. No address signs up."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as keys
from allauth.socialaccount.providers.openid_connect import views as oidc
from django.http import HttpResponse
from django.urls import path, re_path

from smartunion.kernel.web.page import PUBLIC, SIGNED_IN

from . import campus, pages

View = Callable[..., HttpResponse]


def declared(view: View, can: str) -> View:
    """Say who may open one of allauth's own pages, as every page of the house does."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> HttpResponse:
        return view(*args, **kwargs)

    guarded.permission = can  # type: ignore[attr-defined]  # read by tests/house
    return guarded


def anyone(view: View) -> View:
    """Declare a page of the entrance."""
    return declared(view, PUBLIC)


def own(view: View) -> View:
    """Declare a page of one's own account; allauth asks for the sign-in itself."""
    return declared(view, SIGNED_IN)


urlpatterns = [
    path("cast/", pages.cast, name="cast"),
    path("cast/<slug:username>/", pages.entering, name="cast_entering"),
    path("login/", anyone(account.login), name="account_login"),
    path("campus/cas/", campus.cas, name="campus_cas"),
    path("campus/wecom/", campus.wecom, name="campus_wecom"),
    path("campus/<slug:provider_id>/", anyone(oidc.login), name="openid_connect_login"),
    path("campus/<slug:provider_id>/back/", anyone(oidc.callback), name="openid_connect_callback"),
    path("logout/", anyone(account.logout), name="account_logout"),
    path("inactive/", anyone(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", own(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", own(account.password_change), name="account_change_password"),
    path("password/set/", own(account.password_set), name="account_set_password"),
    path("password/forgotten/", pages.forgotten, name="account_reset_password"),
    path(
        "password/first/done/",
        anyone(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/first/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        anyone(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path("2fa/", own(mfa.index), name="mfa_index"),
    path("2fa/authenticate/", anyone(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("2fa/codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("2fa/codes/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path(
        "2fa/codes/download/",
        own(codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("2fa/keys/", own(keys.list_webauthn), name="mfa_list_webauthn"),
    path("2fa/keys/new/", own(keys.add_webauthn), name="mfa_add_webauthn"),
    path("2fa/keys/login/", anyone(keys.login_webauthn), name="mfa_login_webauthn"),
    path(
        "2fa/keys/reauthenticate/",
        own(keys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("2fa/keys/<int:pk>/remove/", own(keys.remove_webauthn), name="mfa_remove_webauthn"),
    path("2fa/keys/<int:pk>/edit/", own(keys.edit_webauthn), name="mfa_edit_webauthn"),
]
