"""The desk: what stands, one run in full, numbers to put right, drills and what they came to."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from smartunion.kernel.base import clock
from smartunion.kernel.response import actions, drills, reads, registry
from smartunion.kernel.response.forms import Correcting, Ordering
from smartunion.kernel.response.models import Correction, Run, Via
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

ROWS = 25


@page(can=reads.VIEW)
def runs(request: PersonRequest) -> HttpResponse:
    """应急响应: what is under way, then what has ended."""
    segment = request.GET.get("segment", "")
    found = reads.listed(segment)
    shown = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": [reads.standing_of(run) for run in shown],
        "segments": reads.SEGMENTS,
        "segment": segment,
        "tally": reads.tally(),
        "wrong": Correction.objects.filter(done_at=None).count(),
        "may_lead": request.mandate.may(reads.LEAD),
    }
    return show(request, "response/runs.html", context, part="rows")


def _seen(request: PersonRequest, run_id: int) -> Run:
    run = Run.objects.select_related("protocol", "unit", "ended_by").filter(pk=run_id).first()
    if run is None or not reads.may_see(run, request.person, request.mandate):
        raise Http404
    return run


@page(can=SIGNED_IN)
def run(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """处置记录: clocks, who was told by which way, who answered, everything that happened."""
    it = _seen(request, run_id)
    wired = registry.of(it)
    panel = wired.hooks.panel(it, request.person) if wired.hooks.panel else ""
    context: dict[str, Any] = {
        "run": it,
        "it": reads.standing_of(it),
        "protocol": wired.protocol,
        "events": reads.log_of(it, wired.protocol),
        "corrections": list(it.corrections.select_related("asked__person").order_by("pk")),
        "panel": panel,
        "mine": reads.was_asked(it, request.person),
        "may_lead": request.mandate.may(reads.LEAD),
        "may_stand_down": reads.may_stand_down(it, request.person, request.mandate),
    }
    return show(request, "response/run.html", context, part="run")


@page(can=SIGNED_IN, methods="POST")
def standing_down(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """解除, with its reason."""
    it = _seen(request, run_id)
    actions.stand_down(
        run_id=it.pk, by=request.person, at=clock.now(), because=request.POST.get("because", ""),
        via=Via.DESK, lead=request.mandate.may(reads.LEAD),
    )  # fmt: skip
    messages.success(request, f"{it.number} 已解除，所有被通知的人都会收到。")
    return redirect("response:run", run_id=it.pk)


@page(can=reads.LEAD)
def corrections(request: PersonRequest) -> HttpResponse:
    """人工修正: numbers that lead to nobody, the open ones first."""
    found = Correction.objects.select_related("run__protocol", "asked__person", "by")
    shown = Paginator(found.order_by("done_at", "-opened_at").order_by("-pk"), ROWS)
    context = {
        "page": shown.get_page(request.GET.get("page")),
        "waiting": found.filter(done_at=None).count(),
    }
    return show(request, "response/corrections.html", context)


@page(can=reads.LEAD, methods="GET POST")
def correcting(request: PersonRequest, *, correction_id: int) -> HttpResponse:
    """改正一个号码."""
    task = get_object_or_404(
        Correction.objects.select_related("run__protocol", "asked__person"), pk=correction_id
    )
    form = Correcting(request.POST or None)
    if form.is_valid():
        actions.correct(
            correction_id=task.pk, by=request.person, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, "已改正，之后的通知发到新号码。")
        return redirect("response:corrections")
    return show(request, "response/correcting.html", {"task": task, "form": form})


@page(can=reads.VIEW)
def drilled(request: PersonRequest) -> HttpResponse:
    """演练: what was held and what it came to, what is planned."""
    shown = Paginator(drills.held(), ROWS).get_page(request.GET.get("page"))
    results = [found for drill in shown if (found := drills.result_of(drill))]
    acks = [ack for one in results for ack in one.acks]
    context = {
        "page": shown,
        "results": results,
        "planned": list(drills.planned()[:ROWS]),
        "p50": drills.share(acks, drills.HALF),
        "p90": drills.share(acks, drills.MOST),
        "dwell": reads.dwell(at=clock.now()),
        "may_order": request.mandate.may(reads.DRILL),
        "form": Ordering(),
    }
    return show(request, "response/drills.html", context)


@page(can=reads.DRILL, methods="POST")
def ordering(request: PersonRequest) -> HttpResponse:
    """下达一次演练: it begins at once."""
    form = Ordering(request.POST)
    if form.is_valid():
        at = clock.now()
        drills.order(by=request.person, planned_at=at, at=at, **form.cleaned_data)
        messages.success(request, "演练已下达，通知马上发出，每条都以【演练】开头。")
    else:
        messages.error(request, "请选好演练内容和分会，并写明事由。")
    return redirect("response:drills")


@page(can=SIGNED_IN)
def popup(request: PersonRequest) -> HttpResponse:
    """弹窗: what asks for this person right now, over whatever page they have open."""
    waiting = reads.calling(request.person)
    return render(request, "response/popup.html", {"calling": waiting})
