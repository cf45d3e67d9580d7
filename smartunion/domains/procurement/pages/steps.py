"""The steps that need more than the general form: notice, contract, payment, experts, the three."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.procurement import forms
from smartunion.domains.procurement.actions import arguing, delivering, tendering
from smartunion.domains.procurement.reads import desk, runs
from smartunion.domains.procurement.reads import keys as holders
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.files import actions as files
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.wording import amount

from .desk import CAN, refused_or_not

Act = Callable[[Any, dict[str, Any]], str]


def _step(
    request: PersonRequest, run_id: int, code: str, form: Form, act: Act, **more: Any
) -> HttpResponse:
    """Show a step's own form beside its purchase; do as it says; keep what was typed."""
    found = runs.purchase_of(run_id)
    if found is None or runs.case_of(run_id)[1] != code:
        raise Http404("没有这一步")
    no: Refused | None = None
    if form.is_valid():
        try:
            messages.success(request, act(found, form.cleaned_data))
            return redirect("procurement:purchase", purchase_id=found.pk)
        except Refused as refused:
            no = refused
    shown = desk.shown(found.pk, person=request.person, at=clock.now())
    step = next((each for each in shown.next if each.run_id == run_id), None) if shown else None
    context = {"it": shown, "step": step, "form": form, "no": no, **more}
    return refused_or_not(show(request, "procurement/step.html", context), no)


def _given(request: PersonRequest) -> dict[str, Any]:
    posted = request.method == "POST"
    return {"data": request.POST, "files": request.FILES} if posted else {}


def _keep(request: PersonRequest, upload: Any, kind: str, subject: Any) -> int | None:
    if not upload:
        return None
    return files.store(
        upload=upload, kind=kind, subject=subject, by=request.person, at=clock.now()
    ).pk


@page(can=CAN, methods="GET POST")
def announcing(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """发公告: freeze how prices are cleared, invite, name the panel."""
    form = forms.Announcing(**_given(request))

    def act(found: Any, given: dict[str, Any]) -> str:
        made = tendering.announce(
            purchase_id=found.pk, closes_at=given["closes_at"], items=given["items"],
            supplier_ids=[s.pk for s in given["suppliers"]], panel=given["panel"],
            by=request.person, at=clock.now(), because=given["because"],
        )  # fmt: skip
        return f"公告 {made.number} 已发出，清标参数已冻结，哈希 {made.digest[:16]}。"

    return _step(
        request, run_id, "compared", form, act,
        verb="冻结参数并发公告", missing=holders.missing(),
        says="最高限价、算法、上下限、截止时间、评审小组和开标公钥随公告冻结，之后谁也改不了。",
    )  # fmt: skip


@page(can=CAN)
def clearing(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """三方报价: to the tender that is under way."""
    found = runs.purchase_of(run_id)
    latest = found.tenders.order_by("-round").first() if found else None
    if latest is None:
        raise Http404("还没有公告")
    return redirect("procurement:tender", tender_id=latest.pk)


@page(can=CAN, methods="GET POST")
def signing(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """签订合同: at the award's price; the budget is set aside at once."""
    found = runs.purchase_of(run_id)
    price = amount(found.price_fen) if found and found.price_fen else ""
    form = forms.Signing(initial={"price": price}, **_given(request))

    def act(found: Any, given: dict[str, Any]) -> str:
        contract = delivering.sign(
            purchase_id=found.pk, number=given["number"], price_fen=given["price"],
            file_id=_keep(request, given["file"], "contract", found),
            by=request.person, at=clock.now(), because=given["because"],
        )  # fmt: skip
        return f"合同 {contract.number} 已签，{amount(contract.price_fen)} 元已在预算里预留。"

    return _step(
        request, run_id, "signed", form, act, verb="签订合同并预留预算",
        says="合同价须等于成交价；供应商由清标结果带入，不可改。",
    )  # fmt: skip


@page(can=CAN, methods="GET POST")
def paying(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """付款: through the ledger, after acceptance; what is not paid is set free."""
    found = runs.purchase_of(run_id)
    shown = desk.shown(found.pk, person=request.person, at=clock.now()) if found else None
    price = amount(shown.contract.price_fen) if shown and shown.contract else ""
    form = forms.Paying(initial={"amount": price}, **_given(request))

    def act(found: Any, given: dict[str, Any]) -> str:
        delivering.pay(
            purchase_id=found.pk, amount_fen=given["amount"], by=request.person, at=clock.now(),
            because=given["because"],
        )  # fmt: skip
        return f"已付 {amount(given['amount'])} 元，记入总账。"

    return _step(
        request, run_id, "paid", form, act, verb="付款并记账",
        says="合同、验收、付款三单相符才列支；少付的部分随即释放预留。",
    )  # fmt: skip


@page(can=CAN, methods="GET POST")
def arguing_step(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """专家论证: ask experts; when three have signed, publish."""
    closing = request.POST.get("do") == "conclude"
    form = forms.Because(**_given(request)) if closing else forms.Asking(**_given(request))

    def act(found: Any, given: dict[str, Any]) -> str:
        by, at = request.person, clock.now()
        if closing:
            arguing.conclude(purchase_id=found.pk, by=by, at=at, because=given["because"])
            return "论证完成，已进入校园网公示。"
        asked = arguing.ask(purchase_id=found.pk, expert=given["expert"], by=by, at=at)
        return f"已请{asked.expert.name}论证（{'校外' if asked.outside else '校内'}）。"

    return _step(
        request, run_id, "argued", form, act, verb="邀请专家", experts=True, closing=closing,
        asking=forms.Asking(), concluding=forms.Because(),
        says="三位不同的专家、至少一位校外、与供应商和采购单位没有关联（5.1 第7条）。",
    )  # fmt: skip


@page(can=CAN, methods="GET POST")
def negotiating(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """竞争性谈判: who sat at the table, who judged, what was agreed on."""
    form = forms.Negotiating(**_given(request))

    def act(found: Any, given: dict[str, Any]) -> str:
        arguing.negotiate(
            purchase_id=found.pk, supplier_ids=[s.pk for s in given["suppliers"]],
            winner_id=given["winner"].pk, price_fen=given["price"], panel=given["panel"],
            file_id=_keep(request, given["file"], "minutes", found),
            by=request.person, at=clock.now(), because=given["because"],
        )  # fmt: skip
        return "谈判结果已记入，转工会常委会审议。"

    return _step(
        request, run_id, "negotiated", form, act, verb="记入谈判结果",
        says="至少三家供应商；谈判小组三人以上单数，专家不少于三分之二。",
    )  # fmt: skip


@page(can=CAN, methods="GET POST")
def signature(request: PersonRequest, *, run_id: int) -> HttpResponse:
    """三人小组审批: each of the three signs for themselves, once."""
    form = forms.Because(**_given(request))

    def act(found: Any, given: dict[str, Any]) -> str:
        arguing.sign_emergency(
            run_id=run_id, by=request.person, at=clock.now(), because=given["because"]
        )
        return "已签字。三人都签了才能采购。"

    code = runs.case_of(run_id)[1]
    if not code.startswith("signed_"):
        raise Http404("没有这一步")
    return _step(
        request, run_id, code, form, act, verb="签字同意",
        says="主席、经审委主任、财务处长三人都要签；谁也不能签两次（5.1 第12条）。",
    )  # fmt: skip
