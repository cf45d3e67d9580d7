"""调解协议书 as a paper to sign: for the applicant, and for the mediator who has it in hand."""

from pathlib import Path

from django.http import Http404, HttpResponse

from smartunion.domains.disputes import forms
from smartunion.domains.disputes.actions import mediating
from smartunion.domains.disputes.reads import cases, shown
from smartunion.domains.disputes.rules.records import Part
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.papers.press import press
from smartunion.kernel.web import excel
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page

SHEET = Path(__file__).parents[1] / "templates" / "disputes" / "agreement.typ"


@page(can=SIGNED_IN, methods="POST")
def agreement(request: PersonRequest, *, dispute_id: int) -> HttpResponse:
    """调解协议书（PDF）: printed anew each time, and each time noted like any other reading."""
    at = clock.now()
    it = cases.dispute(dispute_id)
    own = it is not None and it.applicant_id == request.person.pk
    if it is None or not (own or cases.takes_part(it, request.person)):
        raise Http404("没有这件争议，或不在你手里办理")
    purpose = forms.Purpose(request.POST)
    said = purpose.cleaned_data["purpose"] if purpose.is_valid() else "打印协议书"
    opened = mediating.read(
        dispute_id=it.pk, part=Part.AGREEMENT, purpose=said, by=request.person, at=at
    )
    printed = f"{at.astimezone(CAMPUS):%Y-%m-%d %H:%M} 打印"
    paper = press(SHEET, shown.agreed(it, opened["agreement"], printed=printed), at=at)
    response = excel.answer(paper.pdf, f"调解协议书_{it.number}.pdf", "application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response
