"""The journal on a page: what happened, who did it, when and why."""

from itertools import islice

from django.core.paginator import Paginator
from django.http import HttpResponse

from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

from . import reads
from .forms import Search

ROWS = 50
MOST_EXPORTED = 20_000
COLUMNS = [
    Column("at", "时间"),
    Column("words", "事项"),
    Column("subject", "对象"),
    Column("by", "经办人"),
    Column("because", "事由"),
    Column("facts", "要素"),
]


@page(can="trail.view")
def entries(request: PersonRequest) -> HttpResponse:
    """日志与存证."""
    form = Search(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = reads.search(**asked)
    if out := request.GET.get("out"):
        rows = (_sheet_row(told) for told in reads.told(list(islice(found, MOST_EXPORTED))))
        return excel.download(rows, COLUMNS, title="留痕", form=out)
    shown = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": shown,
        "rows": reads.told(list(shown)),
        "narrowed": any(asked.values()),
        "waiting": reads.undelivered().count(),
    }
    return show(request, "trail/entries.html", context)


def _sheet_row(told: reads.Told) -> tuple[str, ...]:
    return (
        f"{told.entry.at.astimezone(CAMPUS):%Y-%m-%d %H:%M:%S}",
        told.words,
        told.subject,
        str(told.entry.by or "系统"),
        told.entry.because,
        "；".join(f"{name} {value}" for name, value in told.facts),
    )
