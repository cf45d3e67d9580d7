"""What anybody may read and compute again: frames, dice, seeds, what was drawn, the script."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse

from smartunion.domains.inspection.reads import public as reads
from smartunion.kernel.web.page import PUBLIC, page, show

PLAIN = {"ensure_ascii": False, "indent": 1}


@page(can=PUBLIC)
def listed(request: HttpRequest) -> HttpResponse:
    """抽查: every round whose frame is frozen."""
    return show(request, "inspection/public/list.html", {"rows": reads.rounds()})


@page(can=PUBLIC)
def shown(request: HttpRequest, *, number: str) -> HttpResponse:
    """一次抽查: frozen, published, rolled, drawn; check it here or at home."""
    return show(request, "inspection/public/round.html", _there(reads.card(number)))


@page(can=PUBLIC)
def screen(request: HttpRequest, *, number: str) -> HttpResponse:
    """仪式大屏: the root that stood before, each party's digits as they are entered, the draw."""
    return show(request, "inspection/public/screen.html", _there(reads.card(number)), part="moving")


@page(can=PUBLIC)
def photo(request: HttpRequest, *, number: str) -> HttpResponse:
    """仪式照片: the dice as they fell."""
    found = reads.photo(number)
    if found is None:
        raise Http404("没有这张照片")
    response = HttpResponse(found[0], content_type=found[1])
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page(can=PUBLIC)
def frame(request: HttpRequest, *, number: str) -> HttpResponse:
    """名单: the frame's numbers by branch, as they were when its root was published."""
    return JsonResponse(_there(reads.frame(number)), json_dumps_params=PLAIN)


@page(can=PUBLIC)
def result(request: HttpRequest, *, number: str) -> HttpResponse:
    """结果: the dice, the seed, the rule and what was drawn."""
    return JsonResponse(_there(reads.result(number)), json_dumps_params=PLAIN)


@page(can=PUBLIC)
def script(request: HttpRequest) -> HttpResponse:
    """核验脚本: plain Python, nothing to install."""
    text = reads.script().read_bytes()
    response = HttpResponse(text, content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="sample.py"'
    return response


def _there(found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        raise Http404("没有这次抽查，或名单还没有冻结")
    return found
