"""The door of an outside assessment system (R113): signed like every other, row by row."""

import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from smartunion.domains.wellbeing.actions import importing
from smartunion.domains.wellbeing.rules import refusals
from smartunion.domains.wellbeing.rules.importing import shift_of
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices.gateways import signature
from smartunion.kernel.web.page import PUBLIC, page

SKEW_SECONDS = 300
MANY = 200
"""The most rows of one message."""


@csrf_exempt
@page(can=PUBLIC, methods="POST")
def take(request: HttpRequest) -> HttpResponse:
    """Take results: for each row whether it was taken, known already, or why not. Never a band."""
    at = clock.now()
    try:
        _believe(request, at)
        rows, shift = _parsed(request.body)
        taken = importing.take(
            source=settings.ASSESSMENT_KEY_ID, rows=rows, shift=shift, at=at
        )  # fmt: skip
    except Refused as no:
        return JsonResponse({"refused": no.as_dict()}, status=no.status)
    return JsonResponse({"rows": [_told(one) for one in taken]})


def _told(one: importing.Taken) -> dict[str, Any]:
    plain: dict[str, Any] = {"key": one.key, "state": one.state}
    return plain | ({"refused": one.refused} if one.refused else {})


def _believe(request: HttpRequest, at: datetime) -> None:
    """Refuse what is not signed with the key that we share, or is old."""
    stamp = request.headers.get("X-Timestamp", "")
    right = signature(settings.ASSESSMENT_SECRET, "POST", request.path, stamp, body=request.body)
    given = request.headers.get("X-Signature", "").split()
    known = request.headers.get("X-Key-Id", "") == settings.ASSESSMENT_KEY_ID
    fresh = stamp.isdecimal() and abs(at.timestamp() - int(stamp)) <= SKEW_SECONDS
    if not (settings.ASSESSMENT_SECRET and known and fresh):
        raise refusals.SignatureWrong(seconds=SKEW_SECONDS)
    if not any(hmac.compare_digest(right, one) for one in given):
        raise refusals.SignatureWrong(seconds=SKEW_SECONDS)


def _parsed(body: bytes) -> tuple[list[object], int]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise refusals.BodyWrong(why="不是 JSON") from wrong
    if not isinstance(said, dict) or not isinstance(said.get("rows"), list):
        raise refusals.BodyWrong(why="缺少 rows")
    if len(said["rows"]) > MANY:
        raise refusals.BodyWrong(why=f"一次最多 {MANY} 行")
    return said["rows"], shift_of(said.get("scale"), said.get("conversion"))
