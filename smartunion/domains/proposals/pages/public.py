"""提案公开: what everybody may read of every proposal that was handed in: its way, no name."""

from django.http import Http404, HttpRequest, HttpResponse

from smartunion.domains.proposals.reads import shown as reads
from smartunion.kernel.web.page import PUBLIC, page, show


@page(can=PUBLIC)
def listed(request: HttpRequest) -> HttpResponse:
    """提案公开: every proposal that was handed in, and the four figures."""
    context = {"rows": reads.listed(), "figures": reads.figures()}
    return show(request, "proposals/public/list.html", context)


@page(can=PUBLIC)
def shown(request: HttpRequest, *, number: str) -> HttpResponse:
    """一件提案的办理过程: each step with its day, every time that a clock stood still."""
    it = reads.published(number)
    if it is None:
        raise Http404("没有这件提案，或者还没有提交")
    context = {
        "it": it, "standing": reads.standing(it), "timeline": reads.timeline(it, public=True),
        "signed": it.cosigners.count(), "rated": reads.rated(it),
    }  # fmt: skip
    return show(request, "proposals/public/proposal.html", context)
