"""The campus's doors: OpenID Connect, CAS and WeCom. Off unless the environment names them.

Whoever comes through one is matched to a person by staff number alone; nobody is registered, and
nothing is stored about the door. allauth's own login follows, so the second factor and the end of
an account hold here as at the password.
"""

import logging
import secrets
from typing import Any

import httpx
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cas import CASClientV3
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from requests import RequestException, Session

from smartunion.kernel.people.models import Person
from smartunion.kernel.web.page import PUBLIC, page

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 10
NEXT, STATE = "campus.next", "campus.state"


def member_of(number: str) -> Person | None:
    """Return the member of staff with this staff number; no one else comes through these doors."""
    return (
        Person.objects.filter(username=number, kind=Person.Kind.STAFF, is_active=True).first()
        if number
        else None
    )


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """How allauth's OpenID Connect behaves in this house."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Say that nobody registers themself."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Put the person with the claimed staff number in the place of whoever came."""
        said = sociallogin.account.extra_data
        claims = {**said.get("id_token", {}), **said.get("userinfo", {})}
        number = str(claims.get(settings.OIDC_STAFF_CLAIM) or "")
        person = member_of(number)
        if sociallogin.state.get("process") != "login" or person is None:
            raise ImmediateHttpResponse(_stranger(request, number))
        sociallogin.user = person

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **more: Any
    ) -> None:
        """Say that the campus's door did not let them through."""
        raise ImmediateHttpResponse(_failed(request, str(error or "")))


@page(can=PUBLIC)
def cas(request: HttpRequest) -> HttpResponse:
    """统一身份认证（CAS）."""
    if not settings.CAS_URL:
        raise Http404
    service = request.build_absolute_uri(reverse("campus_cas"))
    session = Session()
    session.get = _patient(session)  # type: ignore[method-assign]  # the client gives no time-out
    client = CASClientV3(service_url=service, server_url=settings.CAS_URL, session=session)
    ticket = request.GET.get("ticket", "")
    if not ticket:
        _keep_next(request)
        return redirect(client.get_login_url())
    try:
        number, _, _ = client.verify_ticket(ticket)
    except (RequestException, ValueError) as error:
        return _failed(request, str(error))
    return _enter(request, number or "", "cas") if number else _failed(request, "no user")


def _patient(session: Session) -> Any:
    """Return the session's get with an end to its patience."""
    get = session.get
    return lambda url, **more: get(url, timeout=PATIENCE_SECONDS, **more)


@page(can=PUBLIC)
def wecom(request: HttpRequest) -> HttpResponse:
    """企业微信扫码登录."""
    if not settings.WECOM_LOGIN_URL:
        raise Http404
    code, state = request.GET.get("code", ""), request.session.get(STATE, "")
    if not code:
        _keep_next(request)
        request.session[STATE] = secrets.token_urlsafe(24)
        query = urlencode(
            {
                "login_type": "CorpApp",
                "appid": settings.WECOM_CORP_ID,
                "agentid": settings.WECOM_AGENT_ID,
                "redirect_uri": request.build_absolute_uri(reverse("campus_wecom")),
                "state": request.session[STATE],
            }
        )
        return redirect(f"{settings.WECOM_LOGIN_URL}?{query}")
    if not state or not secrets.compare_digest(state, request.GET.get("state", "")):
        return _failed(request, "state")
    del request.session[STATE]
    try:
        number = _wecom_number(code)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return _failed(request, str(error))
    return _enter(request, number, "wecom")


def _wecom_number(code: str) -> str:
    """Return the member whom WeCom knows behind a code; their WeCom id is their staff number."""
    with httpx.Client(base_url=settings.WECOM_LOGIN_API, timeout=PATIENCE_SECONDS) as api:
        asked = {"corpid": settings.WECOM_CORP_ID, "corpsecret": settings.WECOM_SECRET}
        token = api.get("/gettoken", params=asked).raise_for_status().json()["access_token"]
        asked = {"access_token": token, "code": code}
        said = api.get("/auth/getuserinfo", params=asked).raise_for_status().json()
    return str(said["userid"])


def _keep_next(request: HttpRequest) -> None:
    """Remember where they wanted to go, if it is one of ours."""
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        request.session[NEXT] = wanted


def _enter(request: HttpRequest, number: str, door: str) -> HttpResponse:
    """Sign in the member with this number, by allauth's own stages."""
    person = member_of(number)
    if person is None:
        return _stranger(request, number)
    record_authentication(request, person, door, uid=number)
    answer: HttpResponse = perform_login(
        request, person, email_verification="none", redirect_url=request.session.pop(NEXT, None)
    )
    return answer


def _stranger(request: HttpRequest, number: str) -> HttpResponse:
    """Say that the campus knows them and this house does not."""
    return render(request, "accounts/campus.html", {"number": number}, status=403)


def _failed(request: HttpRequest, why: str) -> HttpResponse:
    """Say that the door did not open; what it said goes to the log."""
    log.warning("the campus's sign-in failed: %s", why)
    return render(request, "accounts/campus.html", {"failed": True}, status=403)
