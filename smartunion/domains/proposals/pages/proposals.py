"""提案: a delegate writes and signs, the committee files, hosts answer, everybody sees the way."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.proposals import forms
from smartunion.domains.proposals.actions import handling, rating, suggesting, waiting, writing
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.reads import shown as reads
from smartunion.domains.proposals.rules import refusals
from smartunion.domains.proposals.rules.outcomes import Outcome
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

VIEW, WORK = "proposals.view", "proposals.work"
Acted = Callable[[int, dict[str, Any], dict[str, Any]], object]

ACTS: dict[str, tuple[Any, Acted, str, str]] = {
    "cosign": (None, lambda pk, _, who: writing.cosign(proposal_id=pk, **who),
               "已联名。", "联名"),
    "submit": (None, lambda pk, _, who: writing.submit(proposal_id=pk, **who),
               "提案已提交。", "提交提案"),
    "file": (forms.Filing, lambda pk, said, who: handling.file(proposal_id=pk, **said, **who),
             "立案审查已办。", "作出决定"),
    "file_urgent": (forms.FilingUrgent,
                    lambda pk, said, who: handling.file(proposal_id=pk, **said, **who),
                    "立案审查已办。", "作出决定"),
    "assign": (forms.Assigning,
               lambda pk, said, who: handling.assign(proposal_id=pk, **said, **who),
               "已交办。", "交办"),
    "handle": (forms.Meeting, lambda pk, said, who: handling.meet(proposal_id=pk, **said, **who),
               "面商记录已存。", "存面商记录"),
    "reply": (forms.Reply,
              lambda pk, said, who: handling.reply(
                  proposal_id=pk, **{**said, "outcome": Outcome(said["outcome"])}, **who),
              "答复已送会签。", "送会签"),
    "countersign": (forms.Countersigning,
                    lambda pk, said, who: handling.countersign(proposal_id=pk, **said, **who),
                    "会签已办。", "会签"),
    "ask": (forms.Asking, lambda pk, said, who: waiting.ask(proposal_id=pk, **said, **who),
            "已请提案人补充，停钟。", "请提案人补充，停钟"),
    "supply": (forms.Supplying, lambda pk, said, who: waiting.supply(proposal_id=pk, **said, **who),
               "已补充，恢复计时。", "补充"),
    "fulfil": (forms.Proof,
               lambda pk, said, who: handling.fulfil(proposal_id=pk, **said, **who),
               "已登记兑现。", "登记兑现"),
    "leave": (None, lambda pk, _, who: writing.leave(proposal_id=pk, **who),
              "已退出联名。", "退出联名"),
    "rate": (forms.Rating, lambda pk, said, who: rating.rate(proposal_id=pk, **said, **who),
             "评价已记下。", "评价"),
}  # fmt: skip


@page(can=SIGNED_IN)
def listed(request: PersonRequest) -> HttpResponse:
    """提案: all that were handed in, the four figures, mine, those that still gather names."""
    delegate = cases.is_delegate(request.person, clock.now())
    views = delegate or request.mandate.may(VIEW)
    context = {
        "rows": reads.listed() if views else [],
        "mine": reads.of(request.person),
        "gathering": reads.gathering(request.person) if delegate else [],
        "figures": reads.figures(),
        "downgraded": reads.downgraded() if request.mandate.may(WORK) else [],
        "delegate": delegate,
        "views": views,
    }
    return show(request, "proposals/list.html", context)


@page(can=SIGNED_IN, methods="GET POST")
def writing_page(request: PersonRequest) -> HttpResponse:
    """写提案: what, why, how; its author is the first who signs."""
    at = clock.now()
    form = forms.Writing(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            made = writing.write(by=request.person, at=at, **form.cleaned_data)
            messages.success(request, f"{made.number} 已存，请其他代表登录联名。")
            return redirect("proposals:proposal", number=made.number)
        except Refused as refused:
            no = refused
    context = {
        "form": form, "no": no, "delegate": cases.is_delegate(request.person, at),
        "terms": cases.terms_on(campus_day(at)),
    }  # fmt: skip
    response = show(request, "proposals/writing.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=SIGNED_IN, methods="GET POST")
def proposal(request: PersonRequest, *, number: str) -> HttpResponse:
    """一件提案: its text, who signed, its way, and the open step's form for whose turn it is."""
    at = clock.now()
    it = reads.proposal(number)
    if it is None or not cases.may_see(it, request.person, request.mandate, at):
        raise Http404("没有这件提案")
    do, mine = request.POST.get("do", ""), str(request.person.pk)
    no, bound = None, None
    if request.method == "POST":
        if do not in ACTS:
            raise Http404("没有这一步")
        kind, act, words, _ = ACTS[do]
        bound = kind(request.POST) if kind else None
        if bound is None or bound.is_valid():
            try:
                if do == "cosign" and request.POST.get("person", mine) != mine:
                    raise refusals.NotForOthers
                said = bound.cleaned_data if bound else {}
                act(it.pk, said, {"by": request.person, "at": at})
                messages.success(request, words)
                return redirect("proposals:proposal", number=number)
            except Refused as refused:
                no = refused
        it = reads.proposal(number) or it
    run = reads.open_step(it)
    doing = run.step if run else ""
    turn = run is not None and request.person in (run.lead, run.backup) and doing in ACTS
    if doing == "rate":
        turn = cases.may_rate(it, request.person)
    signed = [one.person for one in it.cosigners.select_related("person").order_by("pk")]
    form = None
    if turn:
        kind = ACTS[doing][0]
        form = bound if bound is not None and do == doing else (kind() if kind else None)
    context = {
        "it": it, "no": no, "run": run, "turn": turn, "doing": doing, "form": form,
        "button": ACTS[doing][3] if turn else "",
        "standing": reads.standing(it), "timeline": reads.timeline(it), "signed": signed,
        "needed": cases.terms_on(campus_day(at)).cosigners,
        "rated": reads.rated(it),
        **_waiting(it, request.person, turn and doing == "handle", {do: bound}),
        "fulfilling": _fulfilling(it, request.person, at, bound if do == "fulfil" else None),
        "may_leave": cases.may_leave(it, request.person),
        "may_sign": it.submitted_at is None
        and request.person not in signed
        and request.person.pk in cases.sits_with(it, at),
    }  # fmt: skip
    response = show(request, "proposals/proposal.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _waiting(it: Any, person: Any, handles: bool, bound: dict[str, Any]) -> dict[str, Any]:
    """Return what the proposer is asked for, or the form in which the host may ask."""
    asked = cases.asked(it)
    asking = supplying = None
    if handles and asked is None:
        asking = bound.get("ask") or forms.Asking()
    if asked is not None and it.proposer_id == person.pk:
        supplying = bound.get("supply") or forms.Supplying()
    return {"asked": asked, "asking": asking, "supplying": supplying}


def _fulfilling(it: Any, person: Any, at: Any, bound: Any) -> Any:
    """Return the form in which a plan is said to be kept, where somebody may; None otherwise."""
    waits = it.outcome == Outcome.PLANNED and it.planned_on and it.fulfilled_at is None
    if not waits or not cases.may_fulfil(it, person, at):
        return None
    return bound if bound is not None else forms.Proof()


@page(can=SIGNED_IN)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理一步: the proposal's page is where it is done."""
    it = cases.of_run(run_id)
    if it is None or not cases.may_see(it, request.person, request.mandate, clock.now()):
        raise Http404("没有这一步")
    return redirect("proposals:proposal", number=it.number)


@page(can=SIGNED_IN, methods="GET POST")
def box(request: PersonRequest) -> HttpResponse:
    """意见箱: everybody writes, sees their own and the answers."""
    form = forms.Box(request.POST or None)
    if form.is_valid():
        made = suggesting.suggest(by=request.person, at=clock.now(), **form.cleaned_data)
        messages.success(request, f"{made.number} 已收到，{made.due_on:%-m月%-d日} 前答复。")
        return redirect("proposals:box")
    return show(request, "proposals/box.html", {"form": form, "rows": reads.box_of(request.person)})


@page(can=WORK, methods="GET POST")
def answering(request: PersonRequest) -> HttpResponse:
    """意见办理: what waits in the box, and what was answered."""
    form = forms.Box(request.POST or None)
    number = request.POST.get("suggestion", "")
    if request.method == "POST" and form.is_valid():
        if not number.isdecimal() or not reads.is_there(int(number)):
            raise Http404("没有这条意见")
        suggesting.answer(
            suggestion_id=int(number), by=request.person, at=clock.now(), **form.cleaned_data
        )
        messages.success(request, "已答复。")
        return redirect("proposals:answering")
    return show(request, "proposals/answering.html", {"rows": reads.waiting_in_the_box()})
