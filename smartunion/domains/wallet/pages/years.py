"""The member's own year: page and paper."""

from pathlib import Path

from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet.reads import years
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.papers.press import press
from smartunion.kernel.web import excel
from smartunion.kernel.web.page import PersonRequest, page, show

from . import asked

TEMPLATE = Path(__file__).parents[1] / "templates/wallet/year.typ"


@page(can="wallet.own")
def year(request: PersonRequest) -> HttpResponse:
    """年度账单: the months of a year with their sums; PDF out."""
    at = clock.now()
    known = years.years(request.person, at=at)
    wanted = asked.number(request, "year") or campus_day(at).year
    of = wanted if wanted in known else campus_day(at).year
    found = years.year(request.person, year=of, terms=terms_on(campus_day(at)), at=at)
    if found is None:
        return redirect("wallet:wallet")
    if request.GET.get("as") == "pdf":
        paper = press(TEMPLATE, years.printed(found, at=at), at=at)
        return excel.answer(paper.pdf, f"年度账单_{of}.pdf", "application/pdf")
    return show(
        request, "wallet/phone/year.html", {"it": found, "rows": found.rows[::-1], "years": known}
    )
