"""The data subject's own page: what is sealed of me, who has read it and why."""

from collections.abc import Sequence
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.private import actions, reads
from smartunion.kernel.private.registry import term
from smartunion.kernel.web.page import SIGNED_IN, PersonRequest, page, show

ROWS = 30


@page(can=SIGNED_IN)
def mine(request: PersonRequest) -> HttpResponse:
    """谁看过我的资料."""
    readings = cast(Sequence[reads.Reading], reads.AccessesTo(request.person))
    shown = Paginator(readings, ROWS).get_page(request.GET.get("page"))
    context = {
        "page": shown,
        "rows": reads.told(list(shown)),
        "kept": reads.kept_of(request.person),
        "gone": reads.erased_of(request.person),
        "consents": reads.consents_of(request.person),
    }
    return show(request, "private/mine.html", context)


@page(can=SIGNED_IN)
def declared(request: PersonRequest) -> HttpResponse:
    """隐私说明: what is sealed of anybody, who opens it for what, how long it is kept."""
    on = campus_day(clock.now())
    context = {"kinds": reads.declared(on=on), "minutes": term("glass_minutes", on=on)}
    return show(request, "private/declared.html", context)


@page(can=SIGNED_IN, methods="POST")
def withdrawal(request: PersonRequest, *, consent_id: int) -> HttpResponse:
    """撤回同意."""
    actions.withdraw_consent(consent_id=consent_id, by=request.person, at=clock.now())
    messages.success(request, "已撤回。此前依据同意所做的处理不受影响，今后不再依此处理。")
    return redirect("private:mine")
