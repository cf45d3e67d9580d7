"""Look at a posting's page from inside the house, without a server; the snapshot says so."""

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest
from django.urls import resolve, reverse

from .page_text import Seen, posting_text


def look_inside(number: str) -> Seen:
    """Return what the page of a posting would answer to somebody of the campus, not signed in."""
    request = HttpRequest()
    request.method = "GET"
    request.path = request.path_info = reverse("publicity:posting", args=[number])
    request.META = {"REMOTE_ADDR": "127.0.0.1", "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    request.user = AnonymousUser()
    match = resolve(request.path)
    request.resolver_match = match
    try:
        answer = match.func(request, *match.args, **match.kwargs)
    except Http404:
        return Seen(404, trouble="页面不存在")
    return Seen(answer.status_code, posting_text(answer.content.decode(), number))
