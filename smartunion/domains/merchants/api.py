"""The call-back firm's door (R058): signed like every other outside party's, row by row."""

import hmac
import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt

from smartunion.domains.merchants.actions import calling
from smartunion.domains.merchants.rules import refusals
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices.gateways import signature
from smartunion.kernel.web.page import PUBLIC, page

SKEW_SECONDS = 300
MANY = 500
"""The most rows of one message."""


@csrf_exempt
@page(can=PUBLIC, methods="POST")
def take(request: HttpRequest) -> HttpResponse:
    """Take results: for each row whether it was taken, known already, or why not."""
    at = clock.now()
    try:
        _believe(request, at)
        reports = [_report(row) for row in _rows(request.body)]
    except Refused as no:
        return JsonResponse({"refused": no.as_dict()}, status=no.status)
    taken = calling.take(reports=reports, source="api", by=None, at=at)
    return JsonResponse({"rows": [each.told() for each in taken]})


def _believe(request: HttpRequest, at: datetime) -> None:
    """Refuse what is not signed with the key that we share, or is old."""
    stamp = request.headers.get("X-Timestamp", "")
    right = signature(settings.CALLBACK_SECRET, "POST", request.path, stamp, body=request.body)
    given = request.headers.get("X-Signature", "").split()
    known = request.headers.get("X-Key-Id", "") == settings.CALLBACK_KEY_ID
    fresh = stamp.isdecimal() and abs(at.timestamp() - int(stamp)) <= SKEW_SECONDS
    signed = any(hmac.compare_digest(right, one) for one in given)
    if not (settings.CALLBACK_SECRET and known and fresh and signed):
        raise refusals.SignatureWrong(seconds=SKEW_SECONDS)


def _rows(body: bytes) -> list[Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as wrong:
        raise refusals.BodyWrong(why="不是 JSON") from wrong
    if not isinstance(said, dict) or not isinstance(said.get("rows"), list):
        raise refusals.BodyWrong(why="缺少 rows")
    if len(said["rows"]) > MANY:
        raise refusals.BodyWrong(why=f"一次最多 {MANY} 行")
    rows: list[Any] = said["rows"]
    return rows


def _report(row: Any) -> calling.Report:
    """Return a row as a report; a row that cannot be read refuses the message."""
    texts = ("number", "result", "called_at")
    if not isinstance(row, dict) or any(not isinstance(row.get(key), str) for key in texts):
        raise refusals.BodyWrong(why="每行要有 number、result、called_at 三个字符串")
    note = row.get("note", "")
    try:
        called_at = datetime.fromisoformat(row["called_at"])
    except ValueError as wrong:
        raise refusals.BodyWrong(why="called_at 不是带时区的时间") from wrong
    if called_at.tzinfo is None or not isinstance(note, str):
        raise refusals.BodyWrong(why="called_at 不带时区，或 note 不是字符串")
    return calling.Report(row["number"], row["result"], called_at, note)
