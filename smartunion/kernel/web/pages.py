"""Pages of the frame itself: the size of type, own account, what went wrong."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Permission

from .page import PUBLIC, SIGNED_IN, PersonRequest, at_the_head, page, show
from .shell import who_may

A_YEAR = 365 * 24 * 3600


def _back(request: HttpRequest) -> str:
    """Return the page that the form names, if it is one of ours."""
    target = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})
    return target if ours else "/"


@page(can=PUBLIC, methods="POST")
def size(request: HttpRequest) -> HttpResponse:
    """切换长辈版: larger type on every face, kept for a year on this device."""
    response = HttpResponseRedirect(_back(request))
    if request.POST.get("size") == "elder":
        response.set_cookie("size", "elder", max_age=A_YEAR, samesite="Lax")
    else:
        response.delete_cookie("size", samesite="Lax")
    return response


@page(can=SIGNED_IN)
def me(request: PersonRequest) -> HttpResponse:
    """我的: who I am here, my offices, type size, sign out."""
    return show(request, "web/me.html", {})


@page(can=PUBLIC)
def offline(request: HttpRequest) -> HttpResponse:
    """没有网络: kept on the device, shown when the network is lost."""
    return render(request, "web/offline.html")


@page(can=PUBLIC)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, whose only work is to show the offline page."""
    return render(request, "web/sw.js", content_type="text/javascript")


def _wrong(request: HttpRequest, status: int, **facts: Any) -> HttpResponse:
    """Say what went wrong: on a page of its own, or at the head of the page HTMX asked from."""
    if request.headers.get("HX-Request"):
        answer = render(request, f"web/{status}.html#part", facts, status=status)
        return at_the_head(answer)
    return render(request, f"web/{status}.html", facts, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request was not understood."""
    return _wrong(request, 400)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or somebody else's."""
    return _wrong(request, 404)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: why not, which offices may, and whom to ask."""
    permission = str(exception)
    return _wrong(
        request,
        403,
        permission=permission,
        words=Permission.objects.filter(code=permission).values_list("words", flat=True).first(),
        holders=who_may(permission, on=campus_day(clock.now())),
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token does not fit, mostly because the page was left open too long."""
    return _wrong(request, 403, stale=True)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault, said without touching the database again."""
    return render(request, "web/500.html", status=500)
