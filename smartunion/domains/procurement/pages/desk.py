"""The desk of buying: the register, a purchase, a tender with its explanation, the opening."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.procurement import forms
from smartunion.domains.procurement.actions import clearing, keys, requesting, tendering
from smartunion.domains.procurement.reads import desk, emergencies, figures
from smartunion.domains.procurement.reads import keys as holders
from smartunion.domains.procurement.reads import tenders as tender_reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show
from smartunion.kernel.web.wording import amount

CAN, KEEPS = "procurement.view", "procurement.keep"


@page(can=CAN)
def purchases(request: PersonRequest) -> HttpResponse:
    """采购登记簿: by method and state; what looks split, whose papers are late."""
    at = clock.now()
    method, state = request.GET.get("method", ""), request.GET.get("state", "")
    state = state if state in desk.STATES else ""
    rows = desk.rows(at=at, method=method, state=state)
    context = {
        "rows": rows,
        "method": method,
        "methods": desk.METHODS,
        "state": state,
        "states": desk.STATES.items(),
        "papers": emergencies.open_papers(at=at),
        "missing": holders.missing(),
        "keeps": request.mandate.may(KEEPS),
        "sum_fen": sum(row.price_fen or 0 for row in rows),
    }
    return show(request, "procurement/purchases.html", context)


@page(can=KEEPS, methods="GET POST")
def requesting_new(request: PersonRequest) -> HttpResponse:
    """新采购: choose the method; the case opens and runs by its sheet."""
    at = clock.now()
    lines = [
        (line.code, f"{line.title}（工程剩 {amount(line.left_fen)}）")
        for line in figures.lines_on(campus_day(at))
    ]
    form = forms.Requesting(request.POST or None, lines=lines)
    no: Refused | None = None
    if form.is_valid():
        try:
            return redirect("procurement:purchase", purchase_id=_request(request, form))
        except Refused as refused:
            no = refused
    context = {"form": form, "no": no, "blocked": emergencies.overdue(at=at)}
    return refused_or_not(show(request, "procurement/requesting.html", context), no)


def _request(request: PersonRequest, form: forms.Requesting) -> int:
    given = form.cleaned_data
    common = {
        "title": given["title"], "category": given["category"], "amount_fen": given["amount"],
        "line": given["line"], "unit": given["unit"], "because": given["because"],
        "by": request.person, "at": clock.now(),
    }  # fmt: skip
    method = given["method"]
    if method in {"compared", "june_gifts"}:
        return requesting.compare(june_gifts=method == "june_gifts", **common).pk
    if method == "single":
        return requesting.single(supplier_id=given["supplier"].pk, **common).pk
    if method == "negotiated":
        return requesting.negotiate(**common).pk
    return requesting.emergency(supplier_id=given["supplier"].pk, cause=given["cause"], **common).pk


@page(can=CAN)
def purchase(request: PersonRequest, *, purchase_id: int) -> HttpResponse:
    """一件采购: where it stands, who is next, what was quoted, argued, signed and paid."""
    found = desk.shown(purchase_id, person=request.person, at=clock.now())
    if found is None:
        raise Http404("没有这件采购")
    return show(
        request, "procurement/purchase.html", {"it": found, "keeps": request.mandate.may(KEEPS)}
    )


@page(can=SIGNED_IN, methods="GET POST")
def tender(request: PersonRequest, *, tender_id: int) -> HttpResponse:
    """比选公告与清标说明: every price, both means, the band, the flags; the panel decides here."""
    at = clock.now()
    found = tender_reads.shown(tender_id, person=request.person, at=at)
    if found is None or not (request.mandate.may(CAN) or found.seat):
        raise Http404("没有这份公告")
    no: Refused | None = None
    form = forms.Because(request.POST or None)
    if request.method == "POST":
        try:
            if words := _decide(request, tender_id, form):
                messages.success(request, words)
                return redirect("procurement:tender", tender_id=tender_id)
        except Refused as refused:
            no = refused
    context = {"it": found, "form": form, "no": no, "keeps": request.mandate.may(KEEPS)}
    return refused_or_not(show(request, "procurement/tender.html", context), no)


def _decide(request: PersonRequest, tender_id: int, form: forms.Because) -> str:
    """Do as the pressed button says; nothing where the reason is missing."""
    do = request.POST.get("do", "")
    if do == "recompute":
        same = tender_reads.recomputed(tender_id)
        return f"重新计算，与公布的结果{'一致' if same else '不一致！请报经审委'}。"
    because = str(form.cleaned_data["because"]) if form.is_valid() else ""
    if do in {"award", "fail", "give_up"} and request.mandate.may(KEEPS):
        return _conclude(request, tender_id, do, because)
    return _judge(request, tender_id, do, because) if because else ""


def _conclude(request: PersonRequest, tender_id: int, do: str, because: str) -> str:
    """Award, end as failed, or take out who gives up: the officers who keep the matter."""
    by, at = request.person, clock.now()
    if do == "award":
        clearing.award(tender_id=tender_id, by=by, at=at, because=because)
        return "已定中选人，转工会常委会审议。"
    if do == "fail":
        clearing.fail(tender_id=tender_id, by=by, at=at, because=because)
        return "本轮采购失败，回到供应商比选，重新公告。"
    clearing.give_up(tender_id=tender_id, by=by, at=at, because=because)
    return "已剔除放弃的一家及其关联方，清标已重新计算。"


def _judge(request: PersonRequest, tender_id: int, do: str, because: str) -> str:
    """Judge as a member of the panel, each with a reason."""
    by, at = request.person, clock.now()
    quote = request.POST.get("quote", "")
    match do:
        case "judge":
            clearing.judge(tender_id=tender_id, by=by, at=at, because=because)
            return "理由已记入，会随清标结果公开。"
        case "recuse":
            tendering.recuse(tender_id=tender_id, by=by, at=at, because=because)
            return "已回避，不再参加这次评审。"
        case "accept" | "reject":
            clearing.decide_explanation(
                tender_id=tender_id, quote_id=_number(quote),
                accepted=do == "accept", by=by, at=at, because=because,
            )  # fmt: skip
            return "已决定，清标已重新计算。"
    raise Http404("没有这个决定")


@page(can=SIGNED_IN, methods="GET POST")
def opening(request: PersonRequest, *, tender_id: int) -> HttpResponse:
    """开标: linked bidders are ruled on, then two holders open all quotes at one screen."""
    at = clock.now()
    found = tender_reads.shown(tender_id, person=request.person, at=at)
    if found is None or not (request.mandate.may(CAN) or found.seat):
        raise Http404("没有这份公告")
    no: Refused | None = None
    if request.method == "POST":
        try:
            return _open(request, tender_id, found)
        except Refused as refused:
            no = refused
    return refused_or_not(show(request, "procurement/opening.html", {"it": found, "no": no}), no)


def _open(request: PersonRequest, tender_id: int, found: tender_reads.TenderShown) -> HttpResponse:
    by, at = request.person, clock.now()
    if request.POST.get("do") == "rule":
        tendering.rule_on_links(
            tender_id=tender_id, counted_id=_number(request.POST.get("counted", "")),
            because=request.POST.get("because", ""), by=by, at=at,
        )  # fmt: skip
        messages.success(request, "已认定，只计其中一家；其余留在记录里。")
        return redirect("procurement:opening", tender_id=tender_id)
    tendering.open_quotes(
        tender_id=tender_id, passphrases=_passphrases(request.POST.dict(), found), by=by, at=at
    )
    messages.success(request, f"已开标：{found.came} 份报价同时打开，已按公告清标。")
    return redirect("procurement:tender", tender_id=tender_id)


def _number(text: str) -> int:
    """Return the row's number that a button names; zero, which no row has, for nonsense."""
    return int(text) if text.isdigit() and len(text) < 18 else 0  # noqa: PLR2004 - a bigint's digits


def _passphrases(posted: Mapping[str, str], found: tender_reads.TenderShown) -> dict[int, str]:
    return {
        holder.key_id: text
        for holder in found.holders
        if (text := posted.get(f"key{holder.key_id}", ""))
    }


@page(can=CAN, methods="GET POST")
def key(request: PersonRequest) -> HttpResponse:
    """开标口令: a holder lays down their own; nothing of it is stored."""
    form = forms.Passphrase(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            keys.choose(
                passphrase=form.cleaned_data["passphrase"], by=request.person, at=clock.now()
            )
            messages.success(request, "口令已设。忘了谁也找不回：另外两位持钥人仍能开标。")
            return redirect("procurement:key")
        except Refused as refused:
            no = refused
    context = {
        "form": form, "no": no, "live": holders.live(), "missing": holders.missing(),
        "offices": holders.OFFICES,
    }  # fmt: skip
    return refused_or_not(show(request, "procurement/key.html", context), no)


def refused_or_not(response: HttpResponse, no: Refused | None) -> HttpResponse:
    """Give the page the status of its refusal."""
    response.status_code = no.status if no else response.status_code
    return response
