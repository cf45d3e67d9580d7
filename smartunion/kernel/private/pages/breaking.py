"""Break the glass, and look through it: one record, for minutes, everything written down."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.module_loading import import_string

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.private import actions, glass, reads
from smartunion.kernel.private.define import GLASS, RecordKind
from smartunion.kernel.private.factor import address_of_proving, proof_of
from smartunion.kernel.private.forms import Breaking
from smartunion.kernel.private.models import Glass
from smartunion.kernel.private.registry import kind_of, needed
from smartunion.kernel.web.page import PersonRequest, page, show


@page(can=glass.BREAKS, methods="GET POST")
def breaking(request: PersonRequest) -> HttpResponse:
    """紧急查阅: by the number of a case, with a second factor that is fresh."""
    at = clock.now()
    number = (request.POST.get("number") or request.GET.get("number") or "").strip()[:40]
    find: Callable[[str], str | None] = import_string(settings.PRIVATE_FINDER)
    about = find(number) if number else None
    kinds = glass.openable(about) if about else []
    form = Breaking(request.POST or None, kinds=kinds)
    no: Refused | None = None
    if about and kinds and form.is_valid():
        try:
            broken = glass.shatter(
                about=about,
                kind=form.cleaned_data["kind"],
                reason=Glass.Reason(form.cleaned_data["reason"]),
                proof=proof_of(request),
                by=request.person,
                at=at,
                because=form.cleaned_data["because"],
            )
            return redirect("private:through", glass_id=broken.pk)
        except Refused as refused:
            no = refused
    here = f"{reverse('private:breaking')}?{urlencode({'number': number})}"
    context = {
        "number": number,
        "kinds": kinds,
        "form": form,
        "no": no,
        "fresh": glass.is_fresh(proof_of(request), at=at),
        "factor_url": address_of_proving(here),
        "minutes": needed("glass_minutes", on=campus_day(at)),
        "mine": glass.shown(list(glass.broken_by(request.person)[:20]), to=request.person, at=at),
    }
    response = show(request, "private/breaking.html", context)
    response.status_code = no.status if no else response.status_code
    return response


@page(can=glass.BREAKS)
def through(request: PersonRequest, *, glass_id: int) -> HttpResponse:
    """破窗查看: the record itself, each look with its line; closed when the minutes are over."""
    at = clock.now()
    mine: QuerySet[Glass] = glass.broken_by(request.person)
    broken = mine.filter(pk=glass_id).first()
    if broken is None:
        raise Http404
    data = actions.open_sealed(
        about=broken.about, kind=broken.kind, by=request.person, purpose=GLASS, at=at
    )
    context = {
        "glass": broken,
        "what": reads.words_of(broken.kind),
        "rows": _rows(kind_of(broken.kind), data),
    }
    response = show(request, "private/through.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def _rows(kind: RecordKind, data: dict[str, Any]) -> list[tuple[str, str]]:
    """Return a record's fields for the eye: lists joined, what is empty left out."""
    return [
        (
            kind.fields.get(name, name),
            "、".join(map(str, value)) if isinstance(value, list) else str(value),
        )
        for name, value in data.items()
        if value not in (None, "", [])
    ]
