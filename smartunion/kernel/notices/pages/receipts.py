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
OF_A_CALL = {
    "ANSWERED": ("delivered", ""),
    "PRESSED": ("read", ""),
    "NO_ANSWER": ("failed", "无人接听"),
    "BUSY": ("failed", "占线"),
    "UNDELIVERED": ("failed", "未接通"),
}
"""What is reported of a call: the message's state, and how it is told; what is pressed answers."""
WRONG = ("MOBILE_NUMBER_EMPTY", "MOBILE_NUMBER_ILLEGAL")


@csrf_exempt
@page(can=PUBLIC, methods="POST")
def take(request: HttpRequest, *, channel: str) -> HttpResponse:
    """Take one report; the same number again changes nothing and is answered alike."""
    at = clock.now()
    try:
        _believe(request, at)
        if channel not in Channel.values:
            raise UnknownMessage(name=channel)
        key, provider_id, reported = _parsed(request.body, Channel(channel))
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


def _parsed(body: bytes, channel: Channel) -> tuple[str, str, Reported]:
    try:
        said = json.loads(body)
        status = said["status"]
        if channel == Channel.VOICE:
            state, told = OF_A_CALL[status]
        else:
            state, told = STATUS[status], ""
        reported = Reported(
            seq=int(said["seq"]),
            state=state,
            is_answer=status in ("REPLY", "PRESSED"),
            happened_at=datetime.fromisoformat(said["at"]),
            text=str(said.get("text", "")) or told,
            is_wrong=said.get("code") in WRONG,
        )
        if reported.happened_at.tzinfo is None:
            raise ReceiptMalformed(why="at 没有时区")
        return str(said.get("out_id", "")), str(said.get("provider_id", "")), reported
    except (ValueError, KeyError, TypeError) as wrong:
        raise ReceiptMalformed(why=repr(wrong)) from wrong
