"""How every page answers: permission first, refusals shown, whole page or one part."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlsplit

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import Mandate, mandate_of

PUBLIC = "public"
"""The permission of a page that anyone may open, signed in or not."""

SIGNED_IN = "signed_in"
"""The permission of a page that anyone who has signed in may open (home, own account)."""


class PersonRequest(HttpRequest):
    """A request of someone who has signed in, with what their offices grant today."""

    person: Person
    mandate: Mandate


View = Callable[..., HttpResponse]


def middleware(get_response: Callable[[HttpRequest], HttpResponse]) -> View:
    """Put the person and today's mandate on the request."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            ours = cast(PersonRequest, request)
            ours.person = request.user
            ours.mandate = mandate_of(ours.person, on=campus_day(clock.now()))
        return get_response(request)

    return handle


def page(*, can: str, methods: str = "GET") -> Callable[[View], View]:
    """Declare a page: who may open it and by which methods. No page goes without.

    A permission says what; whose is the page's own question: it reads objects through
    `request.mandate.units[can]` or `request.person`, so that somebody else's is not found.
    """

    allowed = methods.split()

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: PersonRequest, **kwargs: Any) -> HttpResponse:
            if can != PUBLIC and not request.user.is_authenticated:
                return _to_login(request)
            if can not in (PUBLIC, SIGNED_IN) and not request.mandate.may(can):
                raise PermissionDenied(can)
            if request.method not in allowed:
                return _not_this_way(request, allowed)
            try:
                return view(request, **kwargs)
            except Refused as no:
                return _refused(request, no)

        guarded.permission = can  # type: ignore[attr-defined]  # read by tests/house
        return guarded

    return declare


def _to_login(request: HttpRequest) -> HttpResponse:
    """Send whoever has not signed in to the login and back; a part sends its whole page."""
    if request.headers.get("HX-Request"):
        here = request.headers.get("HX-Current-URL", "/")
        login = redirect_to_login(urlsplit(here)._replace(scheme="", netloc="").geturl())
        return HttpResponse(status=401, headers={"HX-Redirect": login["Location"]})
    return redirect_to_login(request.get_full_path())


def _not_this_way(request: HttpRequest, allowed: list[str]) -> HttpResponse:
    """405: the address belongs to a button; who opens it (after a new sign-in, say) is told so."""
    back = request.headers.get("Referer", "/")
    part = "#part" if request.headers.get("HX-Request") else ""
    response = render(request, f"web/405.html{part}", {"back": back}, status=405)
    response["Allow"] = ", ".join(allowed)
    return at_the_head(response) if part else response


def at_the_head(response: HttpResponse) -> HttpResponse:
    """Let HTMX put this answer at the head of the page instead of where the part was to go."""
    response["HX-Retarget"] = "#refusal"
    response["HX-Reswap"] = "innerHTML show:#refusal:top"
    return response


def _refused(request: HttpRequest, no: Refused) -> HttpResponse:
    """Answer a refusal: on its own page, or at the head of the page that HTMX asked from."""
    if request.headers.get("HX-Request"):
        response = render(request, "web/parts/refused.html", {"no": no}, status=no.status)
        return at_the_head(response)
    back = request.headers.get("Referer", "/")
    return render(request, "web/refused.html", {"no": no, "back": back}, status=no.status)


def show(
    request: HttpRequest, template: str, context: dict[str, Any], *, part: str = ""
) -> HttpResponse:
    """Render the page, or only its named part when HTMX asks."""
    partial = part and request.headers.get("HX-Request")
    response = render(request, f"{template}#{part}" if partial else template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def refusal_as_json(request: HttpRequest, no: Refused | type[Refused]) -> HttpResponse:
    """Answer a refusal in the one shape of the API."""
    assert isinstance(no, Refused)  # noqa: S101
    return JsonResponse({"refused": no.as_dict()}, status=no.status)
