"""What anybody on campus may read without signing in: awards, prices under letters, OCDS."""

from django.http import Http404, HttpResponse, JsonResponse

from smartunion.domains.procurement.reads import awards as reads
from smartunion.domains.procurement.reads import ocds, script
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PUBLIC, PersonRequest, page, show


@page(can=PUBLIC)
def awards(request: PersonRequest) -> HttpResponse:
    """成交公告: what the union has bought from whom at which price."""
    return show(request, "procurement/public/awards.html", {"rows": reads.awards()})


@page(can=PUBLIC)
def award(request: PersonRequest, *, number: str) -> HttpResponse:
    """一份成交公告: the winner, both means, the band, every price under a letter."""
    found = reads.award(number)
    if found is None:
        raise Http404("没有这份成交公告")
    cleared = reads.clearing_of(number, at=clock.now())
    context = {"it": found, "cleared": cleared[0] if cleared else None}
    return show(request, "procurement/public/award.html", context)


@page(can=PUBLIC)
def inputs(request: PersonRequest, *, number: str) -> HttpResponse:
    """清标输入: everything to compute an award again, as JSON."""
    cleared = reads.clearing_of(number, at=clock.now())
    if cleared is None:
        raise Http404("这件采购没有报价可算")
    return JsonResponse(cleared[1], json_dumps_params={"ensure_ascii": False, "indent": 1})


@page(can=PUBLIC)
def recompute(request: PersonRequest) -> HttpResponse:
    """复算脚本: plain Python, nothing to install."""
    response = HttpResponse(script.path().read_bytes(), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="recompute.py"'
    return response


@page(can=PUBLIC)
def releases(request: PersonRequest) -> HttpResponse:
    """开放合同数据: a release package of the Open Contracting Data Standard 1.1."""
    package = ocds.package(at=clock.now(), uri=request.build_absolute_uri())
    return JsonResponse(package, json_dumps_params={"ensure_ascii": False, "indent": 1})
