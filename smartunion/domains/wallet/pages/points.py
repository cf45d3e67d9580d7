"""Points for many: an Excel list is checked row by row, then credited as a whole or not at all."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import points as crediting
from smartunion.domains.wallet.reads import points as past
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web import excel
from smartunion.kernel.web.columns import Column
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, SALT, AN_HOUR = "wallet.points", "wallet.points", 3600
COLUMNS = (
    Column("username", "工号", "text", required=True),
    Column("name", "姓名", "text"),
    Column("amount_fen", "积分", "yuan", required=True),
)


@dataclass(frozen=True)
class Batch:
    """A checked list, not yet credited; its token carries it through the confirmation."""

    name: str
    because: str
    good: tuple[past.Line, ...]
    errors: tuple[past.Wrong, ...]
    token: str

    @property
    def words(self) -> str:
        """Return the state of the list in words."""
        return f"{len(self.errors)} 行有错，尚未发放"

    @property
    def total_fen(self) -> int:
        """Return what the good rows come to."""
        return sum(line.amount_fen for line in self.good)


@page(can=CAN, methods="GET POST")
def points(request: PersonRequest) -> HttpResponse:
    """积分发放: upload, check, credit."""
    if request.GET.get("as") == "xlsx":
        response = HttpResponse(excel.template(COLUMNS, title="积分发放"), content_type=excel.XLSX)
        response["Content-Disposition"] = "attachment; filename*=UTF-8''points.xlsx"
        return response
    context: dict[str, Any] = {"form": forms.Batch(), "past": past.recent()}
    status = 200
    try:
        if request.POST.get("do") == "credit":
            return _credit(request)
        if request.method == "POST":
            form = forms.Batch(request.POST, request.FILES)
            context["form"] = form
            if form.is_valid():
                context["batch"] = _checked(request, form)
    except Refused as no:
        context["no"], status = no, no.status
    response = show(request, "wallet/desk/points.html", context)
    response.status_code = status
    return response


def _checked(request: PersonRequest, form: forms.Batch) -> Batch:
    """Return the list with what is wrong in it; nothing is written."""
    file = form.cleaned_data["file"]
    data = file.read()
    file.seek(0)
    rows, errors = excel.read_rows(file, COLUMNS)
    good, wrong = past.check(rows, errors, by=request.person)
    because = form.cleaned_data["because"]
    document = f"points:{hashlib.sha256(data + because.encode()).hexdigest()[:24]}"
    token = signing.dumps(
        {
            "document": document,
            "because": because,
            "rows": [(line.person_id, line.amount_fen) for line in good],
        },
        salt=SALT,
        compress=True,
    )
    return Batch(file.name, because, tuple(good), tuple(wrong), token)


def _credit(request: PersonRequest) -> HttpResponse:
    """Credit the checked list; the same list again credits nobody twice."""
    try:
        batch = signing.loads(request.POST.get("batch", ""), salt=SALT, max_age=AN_HOUR)
    except signing.BadSignature:
        raise crediting.ListStale from None
    at = clock.now()
    done = crediting.credit_list(
        rows=[(int(person), int(fen)) for person, fen in batch["rows"]],
        document=batch["document"],
        because=batch["because"],
        fund_source=terms_on(campus_day(at)).fund_source,
        by=request.person,
        at=at,
    )
    if done:
        messages.success(request, f"已给 {done} 人发放积分：{batch['because']}。")
    else:
        messages.info(request, "这张表已经发放过，没有重复发放。")
    return redirect("wallet:points")
