"""An expert's page: what one is asked to argue, and one's signed opinion."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.procurement import forms
from smartunion.domains.procurement.actions import arguing
from smartunion.domains.procurement.reads import experts
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show


@page(can=SIGNED_IN)
def matters(request: PersonRequest) -> HttpResponse:
    """请我论证的采购."""
    return show(
        request, "procurement/experts/matters.html", {"rows": experts.asked(request.person)}
    )


@page(can=SIGNED_IN, methods="GET POST")
def opinion(request: PersonRequest, *, purchase_id: int) -> HttpResponse:
    """论证意见: read the reason, sign one's opinion once."""
    found = experts.one(request.person, purchase_id)
    if found is None:
        raise Http404("没有请你论证这件采购")
    form = forms.Opinion(request.POST or None)
    no: Refused | None = None
    if form.is_valid():
        try:
            arguing.give_opinion(
                purchase_id=purchase_id, by=request.person, at=clock.now(), **form.cleaned_data
            )
            messages.success(request, "意见已签署，随公示公开，不能再改。")
            return redirect("procurement:opinion", purchase_id=purchase_id)
        except Refused as refused:
            no = refused
    response = show(
        request, "procurement/experts/opinion.html", {"it": found, "form": form, "no": no}
    )
    response.status_code = no.status if no else response.status_code
    return response
