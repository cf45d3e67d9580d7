"""The phone of whoever was asked: what to do now, huge buttons, the clock. No script is needed.

Two ways lead to it: the one-tap link of a message, which stands for a login, and the page after
one. GET only shows, because chat programs open every address for a preview; POST acts.
"""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from smartunion.kernel.base import clock
from smartunion.kernel.notices import links
from smartunion.kernel.people.models import Person
from smartunion.kernel.response import actions, answering, reads
from smartunion.kernel.response.models import Via
from smartunion.kernel.response.pages.where import sharing
from smartunion.kernel.response.refusals import LinkOfAnother
from smartunion.kernel.web.page import PUBLIC, SIGNED_IN, PersonRequest, page, show


@never_cache
@page(can=PUBLIC, methods="GET POST")
def tap(request: HttpRequest, *, token: str) -> HttpResponse:
    """一键应答: from the link in a message, without a login."""
    said = links.read_tap(token, at=clock.now())
    person = Person.objects.filter(pk=said.person_id, is_active=True).first()
    if person is None or not said.about.startswith("response/"):
        raise Http404
    run_id = answering.run_of(said.about)
    signed_in: Person | None = getattr(request, "person", None)
    if signed_in is not None and signed_in.pk != person.pk:
        actions.note_foreign(run_id=run_id, of=person, by=signed_in, at=clock.now())
        raise LinkOfAnother
    return _answering(request, run_id, person, via=Via.LINK)


@never_cache
@page(can=SIGNED_IN, methods="GET POST")
def mine(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """应答, after signing in."""
    return _answering(request, run_id, request.person, via=Via.PAGE)


def _answering(request: HttpRequest, run_id: int, person: Person, *, via: str) -> HttpResponse:
    """Show what somebody is asked, or do what they pressed and show it again.

    The page asks every five seconds with what it has seen: mostly nothing is new, and one small
    query says so.
    """
    at = clock.now()
    seen = reads.version_of(run_id, at=at)
    if request.method == "GET" and request.GET.get("seen") == seen:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    shown = reads.alert_of(run_id, person, at=at)
    if shown is None:
        raise Http404
    mine = sharing(shown.run, person, at=at) if via == Via.PAGE else None
    if request.method == "POST":
        _act(request, run_id, person, via=via)
        return redirect(request.path)
    return show(
        request,
        "response/alert.html",
        {"alert": shown, "seen": seen, "sharing": mine},
        part="alert",
    )


def _act(request: HttpRequest, run_id: int, person: Person, *, via: str) -> None:
    said, at = request.POST, clock.now()
    act = said.get("act", "")
    if act == "receive":
        actions.receive(run_id=run_id, by=person, at=at, via=via)
    elif act == "decline":
        because = said.get("note", "") or "去不了"
        actions.decline(run_id=run_id, by=person, at=at, via=via, because=because)
    elif act == "stand_down":
        actions.stand_down(run_id=run_id, by=person, at=at, via=via, because=said.get("note", ""))
    else:
        actions.answer(
            run_id=run_id, step=said.get("step", ""), outcome=act, by=person, at=at, via=via,
            note=said.get("note", ""),
        )  # fmt: skip
