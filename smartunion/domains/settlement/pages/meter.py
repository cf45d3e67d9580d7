"""The error meter on a page: every row that differs, by amount and by count."""

from django.http import HttpResponse

from smartunion.domains.settlement.reads import desk, meter
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show

from .desk import VIEW, asked_month


@page(can=VIEW)
def error(request: PersonRequest) -> HttpResponse:
    """补贴误差: the month recomputed from the bank's files, with each row that is not the same."""
    months = desk.months()
    month = asked_month(request, months)
    found = meter.month(month, on=campus_day(clock.now()))
    context = {
        "found": found,
        "months": months,
        "month": month,
        "opens": request.mandate.may("wallet.desk"),
    }
    return show(request, "settlement/meter.html", context)
