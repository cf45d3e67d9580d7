"""What everybody may open: the slip's page, the projector, the result with all that checks it."""

from pathlib import Path

from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from smartunion.domains.congress.pages.phone import take
from smartunion.domains.congress.reads import meetings as reads
from smartunion.domains.congress.reads import votes
from smartunion.kernel.base import clock
from smartunion.kernel.papers.press import press
from smartunion.kernel.web import excel
from smartunion.kernel.web.page import PUBLIC, PersonRequest, page, show
from smartunion.kernel.web.wording import moment

SHEET = Path(__file__).parents[1] / "templates/congress/sheet.typ"
SCRIPT = Path(__file__).parents[1] / "static/congress/verify.py"
MOVES = 2
"""After so many seconds the projector asks anew."""


@csrf_exempt
@never_cache
@page(can=PUBLIC, methods="GET POST")
def cast(request: PersonRequest, *, context: str) -> HttpResponse:
    """投票: no sign-in, no cookie; the slip's secret stays behind the # of its address."""
    it = reads.to_cast(context)
    if it is None:
        raise Http404("没有这次票决")
    if request.method == "POST":
        return take(request.body, it.pk, on_paper=False)
    found = reads.card(it, at=clock.now())
    shown = {"it": it, "card": found, "title": votes.title(it), "paper": False,
             "shown": reads.is_shown(it)}  # fmt: skip
    return show(request, "congress/public/cast.html", shown)


@page(can=PUBLIC)
def published(request: PersonRequest) -> HttpResponse:
    """票决公开: every vote of every congress, each to be checked by anybody."""
    return show(request, "congress/public/votes.html", {"rows": reads.published()})


@page(can=PUBLIC)
def result(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """票决公开页: the count, every ballot's code, and how anybody checks it."""
    it = reads.public(election_id)
    if it is None:
        raise Http404("没有这次票决")
    context = {
        "it": it, "card": reads.card(it, at=clock.now()), "title": votes.title(it),
        "codes": reads.listed_codes(it), "digests": reads.commitments(it),
        "checkable": it.state in ("reading", "announced", "signed"),
    }  # fmt: skip
    return show(request, "congress/public/vote.html", context)


@never_cache
@page(can=PUBLIC)
def screen(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """唱票大屏: legible from five metres; asked for by HTMX it is only what moves."""
    it = reads.public(election_id)
    if it is None:
        raise Http404("没有这次票决")
    context = {
        "it": it, "card": reads.card(it, at=clock.now()), "title": votes.title(it),
        "codes": reads.listed_codes(it), "moves": MOVES,
    }  # fmt: skip
    return show(request, "congress/public/screen.html", context, part="moving")


@page(can=PUBLIC)
def bundle(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """election.json: all that verify.py and the browser's verifier read."""
    it = reads.public(election_id)
    if it is None:
        raise Http404("没有这次票决")
    response = JsonResponse(votes.bundle(it), json_dumps_params={"ensure_ascii": False})
    response["Content-Disposition"] = f'attachment; filename="election-{it.pk}.json"'
    return response


@page(can=PUBLIC)
def script(request: PersonRequest) -> HttpResponse:
    """verify.py: the check in the standard library of Python."""
    return excel.answer(SCRIPT.read_bytes(), "verify.py", "text/x-python; charset=utf-8")


@page(can=PUBLIC)
def sheet(request: PersonRequest, *, election_id: int) -> HttpResponse:
    """计票报告单: the count as PDF, with the names of who signed."""
    it = reads.public(election_id)
    if it is None or it.state not in ("announced", "signed"):
        raise Http404("结果还没有宣布")
    at = clock.now()
    card = reads.card(it, at=at)
    data = {
        "title": votes.title(it), "kind": it.kind, "printed": moment(at),
        "meeting": f"{it.meeting.title}，{moment(it.meeting.starts_at)}，{it.meeting.place}",
        "figures": [
            ["怎样开票", it.get_opens_display()],
            ["应到代表", str(card.entitled)], ["实到代表", str(card.present)],
            ["印票", str(card.printed)], ["发出票数", str(it.issued)],
            ["收回票数", str(card.total)], ["其中纸票录入", str(card.on_paper)],
            ["剩票（当众作废）", str(it.left_over)], ["废票", str(card.spoilt)],
            *([["有效票平均分（不取整）", card.mean]] if card.mean else
              [["当选所需赞成票", str(card.need)]]),
        ],
        "lines": [
            [one.candidate.words, str(one.yes), str(one.no), str(one.abstained), one.words]
            for one in card.lines
        ],
        "sworn": [one.person.name for one in card.sworn],
        "signed": card.agreed["sign"],
        "digests": [list(one) for one in reads.commitments(it)],
    }  # fmt: skip
    paper = press(SHEET, data, at=at)
    return excel.answer(paper.pdf, f"计票报告单_{it.title}.pdf", "application/pdf")
