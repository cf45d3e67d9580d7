"""经费审查 on the desk: the list, a round with its ceremony, an inspector's vouchers, a problem."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect

from smartunion.domains.inspection import forms
from smartunion.domains.inspection.actions import checking, freezing, mending, reporting, rolling
from smartunion.domains.inspection.reads import desk as reads
from smartunion.domains.inspection.reads import frames, rounds
from smartunion.domains.inspection.rules import refusals
from smartunion.domains.inspection.rules.parties import Party
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

VIEW, WORK, WITNESS = "inspection.view", "inspection.work", "inspection.witness"
Acted = Callable[[int, dict[str, Any], dict[str, Any]], object]
Acts = dict[str, tuple[Any, Acted, str]]

ROUND_ACTS: Acts = {
    "freeze": (None, lambda pk, _, who: freezing.freeze(round_id=pk, **who),
               "名单已冻结，哈希已公布在“抽查”。"),
    "seed": (forms.Photo, lambda pk, said, who: rolling.seed(round_id=pk, **said, **who),
             "种子已合成，抽取随即进行。"),
    "spoil": (forms.Spoiling, lambda pk, said, who: rolling.spoil(round_id=pk, **said, **who),
              "这次仪式已作废，名单已放回；请开下一次审查，重新冻结。"),
    "examine": (forms.Text,
                lambda pk, said, who: checking.conclude(
                    round_id=pk, summary=said["text"], **who),
                "查验已办结；有问题的分会已收到退款和说明的通知。"),
    "report": (forms.Text, lambda pk, said, who: reporting.report(round_id=pk, **said, **who),
               "审查报告已公开，公示 5 个工作日。"),
}  # fmt: skip

PROBLEM_ACTS: Acts = {
    "refund": (forms.Refund,
               lambda pk, said, who: mending.give_back(
                   problem_id=pk, amount_fen=said["amount"], receipt=said["receipt"], **who),
               "退款已入账。"),
    "statement": (forms.Text, lambda pk, said, who: mending.state(problem_id=pk, **said, **who),
                  "书面说明已交。"),
    "judge": (forms.Judgment, lambda pk, said, who: mending.judge(problem_id=pk, **said, **who),
              "已认定。"),
    "refer": (forms.Receipt, lambda pk, said, who: mending.hand_over(problem_id=pk, **said, **who),
              "已签收移交。"),
}  # fmt: skip


@page(can=VIEW, methods="GET POST")
def listed(request: PersonRequest) -> HttpResponse:
    """经费审查: the year's rounds; open the next one."""
    if request.method == "POST":
        if not request.mandate.may(WORK):
            return HttpResponse(status=403)
        made = freezing.open_round(by=request.person, at=clock.now())
        messages.success(request, f"{made.number} 已立件，先冻结抽样名单。")
        return redirect("inspection:round", number=made.number)
    return show(
        request,
        "inspection/desk/list.html",
        {"rows": reads.listed(), "works": request.mandate.may(WORK)},
    )


@page(can=VIEW, methods="GET POST")
def round_page(request: PersonRequest, *, number: str) -> HttpResponse:
    """一次审查: its steps, the ceremony, what was drawn, what was found; the open step's form."""
    card = reads.card(number)
    if card is None:
        raise Http404("没有这次审查")
    do = request.POST.get("do", "")
    no, bound = None, None
    if request.method == "POST":
        if do == "roll":
            return _roll(request, card)
        no, bound, done = _act(request, ROUND_ACTS, do, card.it.pk)
        if done:
            return redirect("inspection:round", number=number)
        card = reads.card(number) or card
    at = clock.now()
    opened = next((one for one in card.open if one in ROUND_ACTS), "")
    party = reads.party_of(request.person, at)
    context = {
        "card": card, "it": card.it, "no": no, "step": opened,
        "form": bound if bound is not None and do == opened else _blank(ROUND_ACTS, opened),
        "turn": opened in rounds.turns(card.it.case_id, request.person),
        "rolling": _rolling(card, party),
        "witness": request.mandate.may(WITNESS),
        "spoiling": _spoiling(card, request.person, bound if do == "spoil" else None),
    }  # fmt: skip
    response = show(request, "inspection/desk/round.html", context)
    response.status_code = no.status if no else response.status_code
    return response


def _spoiling(card: reads.Card, person: Any, bound: Any) -> Any:
    """Return the form in which whoever leads the ceremony gives it up; None for others."""
    if "seed" not in rounds.turns(card.it.case_id, person):
        return None
    return bound or forms.Spoiling()


def _rolling(card: reads.Card, party: Party | None) -> forms.Rolling | None:
    """Return the form of a witness whose party has not rolled yet."""
    mine = next((one for one in card.parties if one.party == party), None)
    if mine is None or mine.digits or "seed" not in card.open:
        return None
    return forms.Rolling(initial={"party": mine.party})


def _roll(request: PersonRequest, card: reads.Card) -> HttpResponse:
    form = forms.Rolling(request.POST)
    if not form.is_valid():
        party = request.POST.get("party", "")
        known = Party(party).words if party in list(Party) else "见证方"
        raise refusals.DigitsWrong(party=known, count="规定", given="")
    rolling.roll(
        round_id=card.it.pk, party=Party(form.cleaned_data["party"]),
        digits=form.cleaned_data["digits"], by=request.person, at=clock.now(),
    )  # fmt: skip
    messages.success(request, "点数已记下，不能再改。")
    return redirect("inspection:round", number=card.it.number)


def _blank(acts: Acts, step: str) -> Any:
    kind = acts[step][0] if step in acts else None
    return kind() if kind else None


def _act(request: PersonRequest, acts: Acts, do: str, pk: int) -> tuple[Refused | None, Any, bool]:
    """Do what a button asks; return the refusal, the bound form, and whether it is done."""
    if do not in acts:
        raise Http404("没有这一步")
    kind, act, words = acts[do]
    form = kind(request.POST, request.FILES) if kind else None
    if form is not None and not form.is_valid():
        return None, form, False
    try:
        act(pk, form.cleaned_data if form else {}, {"by": request.person, "at": clock.now()})
    except Refused as no:
        return no, form, False
    messages.success(request, words)
    return None, form, True


@page(can=SIGNED_IN)
def mine(request: PersonRequest) -> HttpResponse:
    """我的查验: the vouchers that the seed has drawn for me."""
    return show(request, "inspection/desk/mine.html", {"rows": reads.tasks(request.person)})


@page(can=SIGNED_IN, methods="GET POST")
def looking(request: PersonRequest, *, voucher_id: int) -> HttpResponse:
    """查验一张: first what the paper says; the books are shown afterwards."""
    it = reads.task(voucher_id, request.person)
    if it is None:
        raise Http404("没有抽到你查这张凭证")
    form = forms.Looking(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        said = form.cleaned_data
        try:
            checking.check(
                voucher_id=voucher_id, paper_fen=said["paper"], is_sound=said["is_sound"],
                problem_fen=said["problem"] or 0, note=said["note"], by=request.person,
                at=clock.now(),
            )  # fmt: skip
            return redirect("inspection:looking", voucher_id=voucher_id)
        except Refused as refused:
            no = refused
    it = reads.task(voucher_id, request.person) or it
    following = next((one for one in reads.tasks(request.person) if not one.is_checked), None)
    context = {"it": it, "form": form, "no": no, "following": following}
    response = show(request, "inspection/desk/looking.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=SIGNED_IN, methods="GET POST")
def problem(request: PersonRequest, *, problem_id: int) -> HttpResponse:
    """审查问题: give back, explain, judge, hand over; only for who has a part in it."""
    card = reads.problem(problem_id)
    if card is None or not (request.mandate.may(VIEW) or reads.is_part_of(card.it, request.person)):
        raise Http404("没有这件审查问题")
    do = request.POST.get("do", "")
    no, bound = None, None
    if request.method == "POST":
        no, bound, done = _act(request, PROBLEM_ACTS, do, problem_id)
        if done:
            return redirect("inspection:problem", problem_id=problem_id)
        card = reads.problem(problem_id) or card
    turns = rounds.turns(card.it.case_id, request.person)
    doing = [
        (step, bound if bound is not None and do == step.code else _blank(PROBLEM_ACTS, step.code))
        for step in card.steps
        if step.code in turns and step.code in PROBLEM_ACTS
    ]
    context = {
        "card": card, "it": card.it, "no": no, "doing": doing,
        "short": refusals.short_by(card.it.problem_fen, card.it.returned_fen)
        if card.it.returned_fen else None,
    }  # fmt: skip
    response = show(request, "inspection/desk/problem.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=SIGNED_IN)
def step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """办理一步: the round's or the problem's page is where it is done."""
    if not rounds.may_reach(run_id, request.person, request.mandate):
        raise Http404("没有这一步")
    if (found := rounds.problem_of_run(run_id)) is not None:
        return redirect("inspection:problem", problem_id=found)
    number = rounds.round_of_run(run_id)
    if number is None:
        raise Http404("没有这一步")
    return redirect("inspection:round", number=number)


@page(can=VIEW)
def amounts(request: PersonRequest, *, number: str) -> HttpResponse:
    """金额: the frame's amounts with their salt, to check the second sample by amount."""
    card = reads.card(number)
    if card is None or card.it.frozen_at is None:
        raise Http404("没有这次审查")
    told = {
        "audit_id": number,
        "salt": card.it.amount_salt,
        "amount_root": card.it.amount_root,
        "amounts": frames.amounts_of(card.it),
    }
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
