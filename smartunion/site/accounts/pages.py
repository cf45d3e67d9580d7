"""The door: the demonstration's cast to pick from, and where a forgotten password leads."""

from itertools import groupby

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from smartunion.kernel.people.models import Person
from smartunion.kernel.web.page import PUBLIC, page, show
from smartunion.site.accounts.adapter import doorstep
from smartunion.site.cast import BY_USERNAME, CAST, GROUPS


def _only_in_demonstration() -> None:
    """Production knows no such address."""
    if not settings.DEMONSTRATION:
        raise Http404


@page(can=PUBLIC)
def cast(request: HttpRequest) -> HttpResponse:
    """选一个人进入演示."""
    _only_in_demonstration()
    there = Person.objects.filter(username__in=BY_USERNAME).values_list("username", flat=True)
    known = set(there)
    roles = {
        face: list(group)
        for face, group in groupby(
            sorted(
                (role for role in CAST if role.username in known),
                key=lambda role: [face for face, _ in GROUPS].index(role.face),
            ),
            key=lambda role: role.face,
        )
    }
    groups = [(words, roles[face]) for face, words in GROUPS if face in roles]
    return show(
        request, "accounts/cast.html", {"groups": groups, "next": request.GET.get("next", "")}
    )


@page(can=PUBLIC, methods="POST")
def entering(request: HttpRequest, *, username: str) -> HttpResponse:
    """以此人进入."""
    _only_in_demonstration()
    person = Person.objects.filter(username=username).first()
    if person is None or username not in BY_USERNAME:
        raise Http404
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return redirect(wanted)
    return redirect(doorstep(person))


@page(can=PUBLIC)
def forgotten(request: HttpRequest) -> HttpResponse:
    """忘记密码: whom to ask; no e-mail is sent, because many members have none here."""
    return show(request, "accounts/forgotten.html", {})
