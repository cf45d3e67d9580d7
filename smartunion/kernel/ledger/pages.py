"""The books on pages: accounts with their balances, and the transfers behind each."""

from collections.abc import Callable, Iterable
from itertools import groupby, islice
from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

from . import reads
from .models import Account, Transfer

ROWS = 50
MOST_EXPORTED = 20_000
ACCOUNT_COLUMNS = [
    Column("code", "代码"),
    Column("name", "科目"),
    Column("kind_words", "类别"),
    Column("debit_fen", "借方累计", "yuan"),
    Column("credit_fen", "贷方累计", "yuan"),
    Column("balance_fen", "余额", "yuan"),
    Column("gl", "会计科目编码"),
]
ROW_COLUMNS = [
    Column("id", "分录号", "number"),
    Column("event_at", "业务时间", "moment"),
    Column("document", "凭据"),
    Column("debit", "借方"),
    Column("credit", "贷方"),
    Column("amount_fen", "金额", "yuan"),
    Column("budget_code", "预算项"),
    Column("fund_source", "资金来源"),
    Column("by", "经办人"),
    Column("because", "事由"),
]


@page(can="ledger.view")
def accounts(request: PersonRequest) -> HttpResponse:
    """经费账本: every account with what went in and out; both sides must be equal."""
    order = [str(words) for _, words in Account.Kind.choices]
    every = sorted(reads.balances(), key=lambda a: order.index(a.kind_words))
    return show(
        request,
        "ledger/accounts.html",
        {
            "kinds": [(kind, list(of)) for kind, of in groupby(every, key=lambda a: a.kind_words)],
            "debit_fen": sum(each.debit_fen for each in every),
            "credit_fen": sum(each.credit_fen for each in every),
        },
    )


@page(can="ledger.view")
def accounts_sheet(request: PersonRequest, *, form: str) -> HttpResponse:
    """科目余额表: the same as a sheet."""
    rows = ([getattr(each, c.name) for c in ACCOUNT_COLUMNS] for each in reads.balances())
    return excel.download(rows, ACCOUNT_COLUMNS, title="科目余额表", form=form)


def _asked(request: HttpRequest) -> QuerySet[Transfer]:
    """Return the transfers of an account, a budget line or a document, newest first."""
    rows = Transfer.objects.select_related("debit", "credit", "by").order_by("-id")
    if account := request.GET.get("account"):
        rows = rows.filter(Q(debit=account) | Q(credit=account))
    if budget := request.GET.get("budget"):
        rows = rows.filter(pk__in=reads.budget_rows(budget).values("pk"))
    if words := request.GET.get("q", "").strip():
        rows = rows.filter(Q(document__icontains=words) | Q(because__icontains=words))
    return rows


def _with_links(rows: Iterable[Transfer]) -> list[tuple[Transfer, str]]:
    """Return each transfer with the address that opens its document; empty where there is none."""
    opens: Callable[[str], str] = import_string(settings.LEDGER_DOCUMENTS)
    return [(row, opens(row.document)) for row in rows]


@page(can="ledger.view")
def rows(request: PersonRequest) -> HttpResponse:
    """分录: the transfers behind a balance or a budget line, each with its document."""
    chosen = request.GET.get("account", "")
    every = reads.balances()
    leaf = Paginator(_asked(request), ROWS).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "page": leaf,
        "rows": _with_links(leaf),
        "account": next((each for each in every if each.code == chosen), None),
        "accounts": every,
        "budget": request.GET.get("budget", ""),
        "query": request.GET.get("q", ""),
        "most": MOST_EXPORTED,
    }
    return show(request, "ledger/rows.html", context)


@page(can="ledger.view")
def rows_sheet(request: PersonRequest, *, form: str) -> HttpResponse:
    """分录表: the same transfers as a sheet, the newest 20,000."""
    asked = islice(_asked(request).iterator(chunk_size=1000), MOST_EXPORTED)
    values = ([getattr(row, c.name) for c in ROW_COLUMNS] for row in asked)
    return excel.download(values, ROW_COLUMNS, title="分录", form=form)
