"""制度原文: the register, and one version whole with an address for each of its articles."""

from django.http import Http404, HttpResponse

from smartunion.domains.policy.reads import documents as reads
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show

CAN = "policy.own"


@page(can=CAN)
def register(request: PersonRequest) -> HttpResponse:
    """制度登记簿: what is in force, since when, by whom."""
    words = request.GET.get("q", "").strip()[:40]
    rows = reads.register(day=campus_day(clock.now()), viewer=request.person)
    shown = [row for row in rows if words in row.version.document.title]
    context = {
        "rows": shown,
        "all": len(rows),
        "q": words,
        "keeps": request.mandate.may("policy.keep"),
    }
    return show(request, "policy/documents/register.html", context)


@page(can=CAN)
def version(request: PersonRequest, *, slug: str, number: int) -> HttpResponse:
    """一个版本的全文: verbatim; every article has its anchor for ever."""
    found = reads.paper(slug, number, day=campus_day(clock.now()), viewer=request.person)
    if found is None:
        raise Http404("没有这个文件，或这一版没有发布")
    rows = [(piece, found.became.get(piece.pk)) for piece in found.pieces]
    opens = reads.may_open_source(request.person, request.mandate, found.version.pk)
    context = {
        "it": found,
        "version": found.version,
        "document": found.version.document,
        "source": reads.source(found.version) if opens else None,
    }
    return show(request, "policy/documents/version.html", context | {"rows": rows})
