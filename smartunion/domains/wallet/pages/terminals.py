"""A terminal at the desk: its keys come, go and are shown once; it leaves service."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import admitting, refusals
from smartunion.domains.wallet.actions import numbers as actions
from smartunion.domains.wallet.reads import keys, numbers, rosters
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.web.page import PersonRequest, page, show

CAN, KEEPS = "wallet.desk", "wallet.merchants"


@page(can=CAN, methods="GET POST")
def terminal(request: PersonRequest, *, terminal_id: int) -> HttpResponse:
    """终端和密钥: issue a second key, take it into the machine, retire the first."""
    found = rosters.terminal(terminal_id)
    if found is None:
        raise Http404("没有这台终端")
    keeps = request.mandate.may(KEEPS)
    if request.method == "POST" and not keeps:
        return HttpResponse(status=403)
    no: Refused | None = None
    issued: admitting.IssuedKey | None = None
    explaining = request.POST.get("do") == "explain"
    gap = forms.Explaining(request.POST if explaining else None)
    stops = request.method == "POST" and request.POST.get("do") not in ("issue", "explain")
    reason = forms.Because(request.POST if stops else None)
    try:
        if request.POST.get("do") == "issue":
            issued = admitting.issue_key(terminal_id=terminal_id, by=request.person, at=clock.now())
        elif explaining and gap.is_valid():
            messages.success(request, _explained(request, terminal_id, gap))
            return redirect("wallet:terminal", terminal_id=terminal_id)
        elif stops and reason.is_valid():
            messages.success(request, _stop(request, terminal_id, reason.cleaned_data["because"]))
            return redirect("wallet:terminal", terminal_id=terminal_id)
    except Refused as refused:
        no = refused
    rows = keys.keys_of(terminal_id)
    context = {
        "terminal": found,
        "rows": rows,
        "live": sum(row.retired_at is None for row in rows),
        "most": admitting.KEYS_LIVE,
        "issued": issued,
        "keeps": keeps,
        "reason": reason,
        "asked": request.POST.get("key", ""),
        "no": no,
        "gaps": numbers.waiting(on=campus_day(clock.now()), terminal_id=terminal_id),
        "skipped": numbers.explained(terminal_id),
        "gap": gap,
    }
    response = show(request, "wallet/desk/terminal.html", context)
    response.status_code = no.status if no else response.status_code
    response.headers["Cache-Control"] = "no-store"
    return response


def _explained(request: PersonRequest, terminal_id: int, form: forms.Explaining) -> str:
    """Explain a gap in the terminal's numbers; return what was done."""
    said = form.cleaned_data
    count = actions.explain(
        terminal_id=terminal_id, biz_date=said["day"], first=said["first"], by=request.person,
        at=clock.now(), because=said["because"],
    )  # fmt: skip
    return f"已说明 {count} 个空号。"


def _stop(request: PersonRequest, terminal_id: int, because: str) -> str:
    """Retire the named key, or the whole terminal; return what was done."""
    by, at = request.person, clock.now()
    if request.POST.get("do") == "retire_terminal":
        admitting.retire_terminal(terminal_id=terminal_id, by=by, at=at, because=because)
        return "终端已停用，它的密钥一同作废，两秒内不再收款。"
    key_id = request.POST.get("key", "")
    if key_id not in {row.key_id for row in keys.keys_of(terminal_id) if row.retired_at is None}:
        raise refusals.KeyUnknown
    admitting.retire_key(key_id=key_id, by=by, at=at, because=because)
    return f"密钥 {key_id} 已停用，两秒内生效。"
