"""The watch over everything that happens by itself."""

from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PersonRequest, page, show

from . import actions, reads


@page(can="timers.watch")
def timers(request: PersonRequest) -> HttpResponse:
    """时限值守: what pends, what is late or fails, which processes are alive."""
    at = clock.now()
    workers = reads.workers(at=at)
    found = {
        "kinds": reads.kinds(at=at),
        "late": reads.late(at=at)[:50],
        "failing": [(timer, reads.words_of(timer.kind)) for timer in reads.failing()[:50]],
        "workers": workers,
        "alive": any(not each.silent for each in workers),
        "alarms": reads.alarms(),
        "firings": reads.last_firings(),
    }
    return show(request, "timers/timers.html", found)


@page(can="timers.watch", methods="POST")
def trial(request: PersonRequest) -> HttpResponse:
    """重试: let a failing timer be tried now and not after its pause."""
    actions.try_again(key=request.POST.get("key", ""), by=request.person, at=clock.now())
    return redirect("timers:timers")
