"""One supplier: what it shares with others, its accounts, its wins, the way to the blacklist."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.procurement import forms
from smartunion.domains.procurement.actions import suppliers as actions
from smartunion.domains.procurement.reads import suppliers
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

from .desk import CAN, KEEPS, refused_or_not


@page(can=CAN, methods="GET POST")
def supplier(request: PersonRequest, *, supplier_id: int) -> HttpResponse:
    """一家供应商: look; bind an account; propose the blacklist."""
    at = clock.now()
    found = suppliers.shown(supplier_id, on=campus_day(at))
    if found is None:
        raise Http404("没有这家供应商")
    keeps, do = request.mandate.may(KEEPS), request.POST.get("do", "")
    if request.method == "POST" and not keeps:
        return HttpResponse(status=403)
    binding = forms.Binding(request.POST if do == "bind" else None)
    barring = forms.Because(request.POST if do == "bar" else None)
    no: Refused | None = None
    try:
        if binding.is_valid():
            who = binding.cleaned_data["account"]
            actions.bind(supplier_id=supplier_id, person=who, by=request.person, at=at)
            messages.success(request, f"{who.name}现在可以替{found.supplier.name}报价。")
            return redirect("procurement:supplier", supplier_id=supplier_id)
        if barring.is_valid():
            actions.propose_barring(
                supplier_id=supplier_id, because=barring.cleaned_data["because"],
                by=request.person, at=at,
            )  # fmt: skip
            messages.success(request, "已立件：取证、听取申辩、常委会票决后才列入。")
            return redirect("procurement:supplier", supplier_id=supplier_id)
    except Refused as refused:
        no = refused
    context = {"it": found, "keeps": keeps, "binding": binding, "barring": barring, "no": no}
    return refused_or_not(show(request, "procurement/supplier.html", context), no)
