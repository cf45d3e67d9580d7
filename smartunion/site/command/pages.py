"""应急指挥大屏: the wall of the command centre, and the part of it that moves."""

from typing import Any

from django.http import HttpResponse
from django.views.decorators.cache import never_cache

from smartunion.kernel.base import clock
from smartunion.kernel.duty import reads as duty
from smartunion.kernel.duty.rules import OF_THE_CAMPUS
from smartunion.kernel.live.address import listening
from smartunion.kernel.response import reads as response
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.site import wiring

from . import shown
from .campus import campus

MOVES = 5
"""After so many seconds the board asks anew, should no message have come."""

STALE = 3 * MOVES
"""After so many seconds without an answer the board says that it stands still."""


@never_cache
@page(can=response.VIEW)
def board(request: PersonRequest) -> HttpResponse:
    """应急指挥: every run that stands, with running clocks, who received, and where they are.

    Asked for by HTMX it is only what moves.
    """
    live = listening(request.person, request.mandate, "response")
    return show(request, "command/board.html", {**_board(request), "live_url": live}, part="moving")


def _board(request: PersonRequest) -> dict[str, Any]:
    at = clock.now()
    found = shown.runs_for(request.person, request.mandate, at=at)
    runs = [run for run, _ in found]
    places = shown.places_of(wiring.PLACES, runs, by=request.person, at=at)
    seen = shown.cases(found, places, at=at)
    marked = shown.marked(wiring.WHEREABOUTS, runs, by=request.person, at=at)
    on_call = duty.on_call(unit=None, posts=OF_THE_CAMPUS, at=at)
    return {
        "at": at,
        "cases": seen,
        "many": len(seen) > shown.LARGE,
        "more": len(runs) - len(seen),
        "headline": shown.headline(runs),
        "drills": sum(run.is_drill for run in runs),
        "campus": campus(),
        "marked": marked,
        "lost": [case for case in seen if case.spot is None],
        "on_call": [(post.label, pair.primary) for post, pair in on_call.items()],
        "hotline": duty.hotline(at=at),
        "moves": MOVES,
        "stale": STALE,
        "oldest": max((one.age for one in marked), default=0),
    }
