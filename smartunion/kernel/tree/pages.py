"""The tree on pages: what stands, who witnesses it, receipts; and the witnesses' addresses."""

import base64
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.trail import reads as trail
from smartunion.kernel.web.page import PUBLIC, SIGNED_IN, PersonRequest, page, show

from . import actions, growing, notes, reads
from .forms import Admitting, Ending
from .models import Leaf
from .refusals import NotYetSigned

SHOWN = 12
MINE = 60
MOST_BYTES = 8192
EVERY = "trail.view"
KEEP = "tree.keep"


@page(can=PUBLIC)
def tree(request: HttpRequest) -> HttpResponse:
    """存证树: the newest checkpoints, who has signed under them, how to check them oneself."""
    found = reads.standing(SHOWN)
    context = {
        "newest": found[0] if found else None,
        "standing": found,
        "witnesses": reads.witnesses(),
        "enough": reads.ENOUGH,
        "waiting": reads.waiting(),
        "watched": [reads.words_of(each) for each in reads.watched()],
        "address": f"{settings.PUBLIC_URL.rstrip('/')}/tree",
    }
    return show(request, "tree/tree.html", context)


@page(can=PUBLIC)
def key(request: HttpRequest) -> HttpResponse:
    """Tell the public key that signs checkpoints."""
    return _text(str(notes.log_key(*reads.own_key())))


@page(can=PUBLIC)
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Tell the newest checkpoint as a signed note."""
    newest = reads.newest()
    if newest is None:
        raise Http404("还没有检查点")
    return _text(newest.note)


@page(can=PUBLIC)
def consistency(request: HttpRequest, *, old: int, size: int) -> HttpResponse:
    """Prove that the older tree is the beginning of the newer one."""
    try:
        path = reads.consistency(old, size)
    except Refused as no:
        return JsonResponse({"refused": no.as_dict()}, status=no.status)
    return JsonResponse({"path": [base64.b64encode(one).decode() for one in path]})


@csrf_exempt
@page(can=PUBLIC, methods="POST")
def cosignatures(request: HttpRequest) -> HttpResponse:
    """Take a witness's signature: it needs no other proof of who sends it."""
    try:
        note = request.body[:MOST_BYTES].decode("utf-8", errors="replace")
        given = growing.cosign(note=note, at=clock.now())
    except Refused as no:
        return JsonResponse({"refused": no.as_dict()}, status=no.status)
    return JsonResponse({"size": given.checkpoint_id})


@page(can=SIGNED_IN)
def mine(request: PersonRequest) -> HttpResponse:
    """我的存证: what I did and what was done in my matters, each with its place and its receipt."""
    found = reads.mine(request.person, MINE)
    told = trail.told([entry for entry, _ in found])
    newest = reads.newest()
    signed = newest.size if newest else 0
    rows = [
        {"told": one, "seq": seq, "is_signed": seq is not None and seq < signed}
        for one, (_, seq) in zip(told, found, strict=True)
    ]
    return show(request, "tree/mine.html", {"rows": rows, "standing": reads.witnessed()})


@page(can=SIGNED_IN)
def leaf(request: PersonRequest, *, seq: int) -> HttpResponse:
    """存证: one receipt; the browser checks it by itself."""
    found = _mine(request, seq)
    entry = reads.entry_of(found)
    context: dict[str, Any] = {
        "leaf": found,
        "told": trail.told([entry])[0] if entry else None,
        "words": reads.words_of(found.kind),
        "receipt": None,
    }
    try:
        context["receipt"] = _receipt(found)
    except NotYetSigned as no:
        context["no"] = no
    return show(request, "tree/leaf.html", context)


@page(can=SIGNED_IN)
def receipt(request: PersonRequest, *, seq: int) -> HttpResponse:
    """存证凭据: the same as a file, for journal.py."""
    text = json.dumps(_receipt(_mine(request, seq)), ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="receipt-{seq}.json"'
    return response


@page(can=KEEP, methods="GET POST")
def witnesses(request: PersonRequest) -> HttpResponse:
    """见证方: admit somebody outside, or end it."""
    form = Admitting(request.POST or None)
    if form.is_valid():
        actions.admit(by=request.person, at=clock.now(), **form.cleaned_data)
        return redirect("tree:witnesses")
    context = {"form": form, "witnesses": reads.witnesses(), "ending": Ending()}
    return show(request, "tree/witnesses.html", context)


@page(can=KEEP, methods="POST")
def ending(request: PersonRequest, *, witness_id: int) -> HttpResponse:
    """见证方退出."""
    form = Ending(request.POST)
    if form.is_valid():
        actions.dismiss(
            witness_id=witness_id, by=request.person, at=clock.now(), **form.cleaned_data
        )
    return redirect("tree:witnesses")


def _mine(request: PersonRequest, seq: int) -> Leaf:
    found = reads.leaf_of_mine(request.person, seq, every=request.mandate.may(EVERY))
    if found is None:
        raise Http404("没有这条存证")
    return found


def _receipt(found: Leaf) -> dict[str, object]:
    return {"log": str(notes.log_key(*reads.own_key())), **reads.receipt(found)}


def _text(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
