"""From a transfer of the ledger to the bank's own lines, to the fen."""

from django.http import Http404, HttpResponse

from smartunion.domains.settlement.reads import postings
from smartunion.kernel.web.page import PersonRequest, page, show

VIEW = "settlement.view"


@page(can=VIEW)
def posting(request: PersonRequest, *, document: str) -> HttpResponse:
    """分录与银行流水: every purchase of a transfer beside the bank's line. Never a payer."""
    found = postings.posting(document)
    if found is None:
        raise Http404("没有这条分录")
    return show(request, "settlement/posting.html", {"it": found})
