"""The desk of publicity: each posting with its proof, each objection with its answer."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from smartunion.kernel.base import calendar, clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.publicity import actions, chromium, reads, rules
from smartunion.kernel.publicity.forms import Amending, Words
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.trail import reads as trail
from smartunion.kernel.web.page import PersonRequest, page, show

LOOKS = 48
"""Looks shown on the page; the text of the proof counts all."""


@page(can=reads.DESK)
def posting(request: PersonRequest, *, posting_id: int) -> HttpResponse:
    """公示: window, content, objections, looks, outages, proofs, journal."""
    shown = get_object_or_404(Posting.objects.select_related("posted_by"), pk=posting_id)
    now = clock.now()
    days = calendar.campus()
    window = reads.window_of(shown)
    looks = list(reads.looks(shown)[:LOOKS])
    context = {
        "posting": shown,
        "standing": reads.standing([shown], at=now, days=days)[0],
        "said": reads.said_by(shown),
        "window": window,
        "days": rules.days_of(window, days),
        "today": campus_day(now),
        "objections": list(shown.objections.select_related("person").order_by("seq")),
        "named": reads.may_know_objectors(request.person, shown),
        "looks": looks,
        "looks_all": reads.looks(shown).count(),
        "looks_bad": reads.looks(shown).filter(good=False).count(),
        "outages": list(shown.outages.order_by("-id")),
        "proofs": list(reads.proofs(shown)),
        "chromium": chromium.find() is not None,
        "trail": list(trail.of(shown).order_by("-id")[:40]),
        "is_open": shown.state == Posting.State.OPEN,
        "is_public": shown.taken_down_at is None,
    }
    return show(request, "publicity/desk/posting.html", context)


@page(can=reads.DESK)
def objection(request: PersonRequest, *, objection_id: int) -> HttpResponse:
    """异议: what it says, who said it, what was answered."""
    return _objection(request, objection_id, None)


def _objection(
    request: PersonRequest,
    objection_id: int,
    form: Words | None,
    *,
    deciding: bool = False,
    no: Refused | None = None,
) -> HttpResponse:
    asked = get_object_or_404(
        Objection.objects.select_related("posting", "person", "replied_by", "decided_by"),
        pk=objection_id,
    )
    context = {
        "objection": asked,
        "posting": asked.posting,
        "due_on": reads.last_day(asked.reply_due_at),
        "named": reads.may_know_objectors(request.person, asked.posting),
        "part": reads.part_of(request.person, asked.posting, asked),
        "may_decide": request.mandate.may(reads.DECIDE),
        "stands": asked.posting.state in (Posting.State.OPEN, Posting.State.WAITING),
        "pending": asked.state in reads.PENDING,
        "replying": form
        if form and not deciding
        else Words(label="答复", initial={"text": asked.reply}),
        "deciding": form if form and deciding else Words(label="裁定理由"),
        "no": no,
    }
    answer = show(request, "publicity/desk/objection.html", context)
    answer.status_code = no.status if no else 422 if form and form.errors else 200
    return answer


@page(can=reads.DESK, methods="POST")
def replying(request: PersonRequest, *, objection_id: int) -> HttpResponse:
    """答复异议."""
    form = Words(request.POST, label="答复")
    if not form.is_valid():
        return _objection(request, objection_id, form)
    try:
        actions.reply(
            objection_id=objection_id, by=request.person, at=clock.now(), **form.cleaned_data
        )
    except Refused as no:
        return _objection(request, objection_id, form, no=no)
    messages.success(request, "答复已公开。")
    return redirect("publicity:objection", objection_id=objection_id)


@page(can=reads.DECIDE, methods="POST")
def deciding(request: PersonRequest, *, objection_id: int) -> HttpResponse:
    """裁定异议: irrevocable."""
    form = Words(request.POST, label="裁定理由")
    if not form.is_valid():
        return _objection(request, objection_id, form, deciding=True)
    decide = actions.uphold if request.POST.get("do") == "uphold" else actions.dismiss
    try:
        decided = decide(
            objection_id=objection_id,
            because=form.cleaned_data["text"],
            by=request.person,
            at=clock.now(),
        )
    except Refused as no:
        return _objection(request, objection_id, form, deciding=True, no=no)
    messages.success(request, f"已裁定：{decided.get_state_display()}。")
    return redirect("publicity:objection", objection_id=objection_id)


@page(can=reads.DESK, methods="GET POST")
def restarting(request: PersonRequest, *, posting_id: int) -> HttpResponse:
    """重新起算: by hand, where nobody can say that the page was there."""
    shown = get_object_or_404(Posting, pk=posting_id)
    form = Words(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        today = campus_day(clock.now())
        window = rules.window(today, shown.working_days, calendar.campus())
        context = {"posting": shown, "form": form, "verb": "重新起算", "window": window}
        return show(request, "publicity/desk/asking.html", context)
    actions.restart(
        posting_id=posting_id, by=request.person, at=clock.now(), because=form.cleaned_data["text"]
    )
    messages.success(request, "公示期已从今天重新起算，今天不计。")
    return redirect("publicity:desk_posting", posting_id=posting_id)


@page(can=reads.DESK, methods="GET POST")
def taking_down(request: PersonRequest, *, posting_id: int) -> HttpResponse:
    """撤下公示: it is public no longer."""
    shown = get_object_or_404(Posting, pk=posting_id)
    form = Words(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"posting": shown, "form": form, "verb": "撤下"}
        return show(request, "publicity/desk/asking.html", context)
    actions.take_down(
        posting_id=posting_id, by=request.person, at=clock.now(), because=form.cleaned_data["text"]
    )
    messages.success(request, "已撤下。公开页只写明何时、为何撤下。")
    return redirect("publicity:desk_posting", posting_id=posting_id)


@page(can=reads.DESK, methods="GET POST")
def amending(request: PersonRequest, *, posting_id: int) -> HttpResponse:
    """更正公示: its window counts anew from today."""
    shown = get_object_or_404(Posting, pk=posting_id)
    data = request.POST if request.method == "POST" else None
    form = Amending(data, body=shown.body, rows=shown.rows)
    if not form.is_valid():
        window = rules.window(campus_day(clock.now()), shown.working_days, calendar.campus())
        context = {"posting": shown, "form": form, "verb": "更正", "window": window}
        return show(request, "publicity/desk/asking.html", context)
    actions.amend(
        posting_id=posting_id,
        rows=form.rows(),
        body=form.cleaned_data["body"],
        by=request.person,
        at=clock.now(),
        because=form.cleaned_data["because"],
    )
    messages.success(request, "已更正，公示期从今天重新起算，今天不计。")
    return redirect("publicity:desk_posting", posting_id=posting_id)
