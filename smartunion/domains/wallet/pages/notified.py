"""What the bank tells of its own accord: signed instead of signed in (docs/bank.md)."""

from collections.abc import Iterable
from datetime import datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from smartunion.domains.wallet.actions import legs, ordering
from smartunion.domains.wallet.gateways import Outcome, notified
from smartunion.domains.wallet.reads import waits
from smartunion.kernel.base import clock
from smartunion.kernel.web.page import PUBLIC, page


@csrf_exempt
@page(can=PUBLIC, methods="POST")
def bank(request: HttpRequest) -> HttpResponse:
    """Note each outcome: before its answer, after it or twice, it is the same outcome."""
    at, head = clock.now(), request.headers
    try:
        stamp, signature = head.get("X-Timestamp", ""), head.get("X-Signature", "")
        outcomes = notified(request.path, stamp, signature, request.body, at=at)
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"code": "MALFORMED"}, status=400)
    if outcomes is None:
        return JsonResponse({"code": "WRONG_SIGNATURE"}, status=401)
    hear(outcomes, at=at)
    return JsonResponse({"heard": len(outcomes)})


def hear(outcomes: Iterable[Outcome], *, at: datetime) -> None:
    """Note outcomes that the bank tells; what is known already changes nothing."""
    for said in outcomes:
        found = waits.order_of(said.key)
        if found is None:
            continue
        order_id, two_phases = found
        if two_phases and said.status != "REFUSED":
            legs.heard(
                order_id=order_id, status=said.status, code=said.code, bank_ref=said.bank_ref,
                posted_at=said.posted_at, at=at,
            )  # fmt: skip
        elif said.posted_at is not None:
            ordering.orders_done(done=[(order_id, said.bank_ref, said.posted_at)], at=at)
