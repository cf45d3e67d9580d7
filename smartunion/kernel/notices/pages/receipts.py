"""What the providers report: their own door, signed instead of signed in (docs/notices.md)."""

import hmac
import json
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices import outbox
from smartunion.kernel.notices.gateways import signature
from smartunion.kernel.notices.outbox import Reported
from smartunion.kernel.notices.refusals import ReceiptForged, ReceiptMalformed, UnknownMessage
from smartunion.kernel.notices.rules import Channel
from smartunion.kernel.web.page import PUBLIC, page

SKEW_SECONDS = 300
STATUS = {"DELIVERED": "delivered", "READ": "read", "UNDELIVERED": "failed", "REPLY": "reply"}
WRONG = ("MOBILE_NUMBER_EMPTY", "MOBILE_NUMBER_ILLEGAL")


@csrf_exempt
@page(can=PUBLIC, methods="POST")
def take(request: HttpRequest, *, channel: str) -> HttpResponse:
    """Take one report; the same number again changes nothing and is answered alike."""
    at = clock.now()
    try:
        _believe(request, at)
        key, provider_id, reported = _parsed(request.body)
        if channel not in Channel.values:
            raise UnknownMessage(name=channel)
        message = outbox.message_of(key=key, provider_id=provider_id, channel=Channel(channel))
        is_new = outbox.take_receipt(message, reported, at=at)
    except Refused as no:
        return JsonResponse({"refused": no.as_dict()}, status=no.status)
    return JsonResponse({"new": is_new})


def _believe(request: HttpRequest, at: datetime) -> None:
    """Refuse what is not signed with the key that we share, or is old."""
    stamp = request.headers.get("X-Timestamp", "")
    right = signature(settings.RECEIPT_SECRET, "POST", request.path, stamp, body=request.body)
    given = request.headers.get("X-Signature", "").split()
    fresh = stamp.isdecimal() and abs(at.timestamp() - int(stamp)) <= SKEW_SECONDS
    if not settings.RECEIPT_SECRET or not fresh:
        raise ReceiptForged(seconds=SKEW_SECONDS)
    if not any(hmac.compare_digest(right, one) for one in given):
        raise ReceiptForged(seconds=SKEW_SECONDS)


def _parsed(body: bytes) -> tuple[str, str, Reported]:
    try:
        said = json.loads(body)
        reported = Reported(
            seq=int(said["seq"]),
            state=STATUS[said["status"]],
            happened_at=datetime.fromisoformat(said["at"]),
            text=str(said.get("text", "")),
            is_wrong=said.get("code") in WRONG,
        )
        if reported.happened_at.tzinfo is None:
            raise ReceiptMalformed(why="at 没有时区")
        return str(said.get("out_id", "")), str(said.get("provider_id", "")), reported
    except (ValueError, KeyError, TypeError) as wrong:
        raise ReceiptMalformed(why=repr(wrong)) from wrong
