"""The terminals' API under /v1/: signed both ways, safe to repeat. The manual is docs/pos-api.md.

Plain Django, and its own door (see `door`): a payment needs no session, no cookie and no page.
"""

import base64
import hashlib
import hmac
import json
import logging
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from http.client import responses
from time import monotonic
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.db import OperationalError, close_old_connections
from django.http import HttpRequest, HttpResponse

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS, campus_day
from smartunion.kernel.base.refusals import Refused

from . import rules
from .actions import numbers, paying, refunding, uploading
from .actions import refusals as no
from .reads import answers, figures, tills

log = logging.getLogger(__name__)

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
PAYMENTS = "/v1/payments"

MANY = 200
"""The longest page of a list, and the longest batch."""

BODY_BYTES = 256 * 1024
WRONG_CODES, WRONG_CODE_SECONDS = 20, 300
"""A terminal that sends so many wrong codes within so many seconds is guessing."""

NUMBERS_AWAY = timedelta(days=2)
"""A number of a business day further away is a machine's mistake and opens no day."""

_KEY = re.compile(r"(.{1,20})-(\d{8})-(\d{1,9})", re.ASCII)
_PAYMENT = re.compile(r"/v1/payments/(\d{1,18})/(refunds|void)", re.ASCII)
_wrong: dict[int, tuple[float, int]] = {}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request whose signature and clock are right."""

    key: tills.Key
    path: str
    query: dict[str, str]
    body: bytes
    idempotency_key: str
    at: datetime

    def numbered(self) -> tuple[date, int]:
        """Return (business day, number) of the idempotency key `{terminal}-{yyyymmdd}-{seq}`."""
        return numbered(self.idempotency_key, self.key.till)

    def digest(self) -> bytes:
        """Return what tells this request from another under the same key."""
        return hashlib.sha256(self.path.encode() + b"\n" + self.body).digest()


def numbered(key: str, till: tills.Till) -> tuple[date, int]:
    """Return (business day, number) of an idempotency key that is this terminal's own."""
    found = _KEY.fullmatch(key)
    if found is None or found[1] != till.code:
        raise no.RequestWrong(what="Idempotency-Key 应为 {终端号}-{yyyymmdd}-{流水号}")
    try:
        day = date(int(found[2][:4]), int(found[2][4:6]), int(found[2][6:]))
    except ValueError:
        raise no.RequestWrong(what="Idempotency-Key 里的营业日不是日期") from None
    seq = int(found[3])
    if not 0 < seq < 2**31:
        raise no.RequestWrong(what="Idempotency-Key 里的流水号须为正整数")
    return day, seq


# --- what a request must look like --------------------------------------------------------------


def _no_float(_: str) -> NoReturn:
    raise no.RequestWrong(what="金额须为整数分，不收小数")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise no.RequestWrong(what="同一个键出现了两次")
    return made


_decoder = json.JSONDecoder(
    parse_float=_no_float, parse_constant=_no_float, object_pairs_hook=_no_twice
)


def _object(body: bytes, needed: frozenset[str], allowed: frozenset[str]) -> dict[str, Any]:
    """Return the body's object; it holds what is needed and nothing that is not known."""
    try:
        said = _decoder.decode(body.decode()) if body else {}
    except (ValueError, RecursionError):
        raise no.RequestWrong(what="正文不是 JSON") from None
    if not isinstance(said, dict):
        raise no.RequestWrong(what="正文须为一个 JSON 对象")
    if missing := needed - said.keys():
        raise no.RequestWrong(what=f"缺少 {min(missing)}")
    if unknown := said.keys() - needed - allowed:
        raise no.RequestWrong(what=f"不认识的键 {min(unknown)[:40]}")
    return said


def _integer(said: dict[str, Any], name: str) -> int | None:
    value = said.get(name)
    if value is not None and type(value) is not int:
        raise no.RequestWrong(what=f"{name} 须为整数分")
    return value


def _text(said: dict[str, Any], name: str, most: int) -> str:
    value = said.get(name, "")
    if not isinstance(value, str) or len(value) > most:
        raise no.RequestWrong(what=f"{name} 须为不超过{most}个字符的文字")
    return value


def moment(said: dict[str, Any], name: str) -> datetime | None:
    """Return the RFC 3339 moment with its offset, or None where it is not given."""
    value = said.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise no.RequestWrong(what=f"{name} 须为带时区的时间")
    return found


_encode = json.JSONEncoder(ensure_ascii=False).encode
_IDEMPOTENCY = "HTTP_IDEMPOTENCY_KEY"

_PAY_NEEDS, _PAY_MAY = frozenset({"amount_fen", "code"}), frozenset({"points_fen", "occurred_at"})
_BACK_NEEDS, _BACK_MAY = frozenset({"amount_fen"}), frozenset({"because"})
_NOTHING: frozenset[str] = frozenset()
_ITEM = frozenset({"key", "amount_fen", "code", "occurred_at", "signature"})


# --- the endpoints ------------------------------------------------------------------------------


def _pay(asked: Asked) -> tuple[int, dict[str, Any]]:
    """POST /v1/payments."""
    biz_date, seq = asked.numbered()
    said = _object(asked.body, _PAY_NEEDS, _PAY_MAY)
    till_id = asked.key.till.id
    _heed_guessing(till_id)
    terms, total_fen = figures.terms_on(campus_day(asked.at)), said["amount_fen"]
    try:
        paid = paying.pay(
            terminal_id=till_id,
            biz_date=biz_date,
            terminal_seq=seq,
            total_fen=total_fen,
            pending=type(total_fen) is int and rules.waits_for_bank(total_fen, terms),
            code=_text(said, "code", 40),
            points_fen=_integer(said, "points_fen"),
            occurred_at=moment(said, "occurred_at"),
            request_hash=asked.digest(),
            at=asked.at,
        )
    except no.CodeUnknown:
        _note_wrong_code(till_id)
        raise
    status = 202 if paid.status != "S" else 200 if paid.replayed else 201
    return status, {
        "id": paid.id,
        "key": asked.idempotency_key,
        "status": paid.status,
        "amount_fen": paid.total_fen,
        "ecny_fen": paid.ecny_fen,
        "points_fen": paid.points_fen,
        "subsidy_fen": paid.subsidy_fen,
        "received_at": paid.received_at.astimezone(CAMPUS).isoformat(),
        "replayed": paid.replayed,
    }


def _give_back(asked: Asked, payment_id: int, what: str) -> tuple[int, dict[str, Any]]:
    """POST /v1/payments/{id}/refunds and /void."""
    biz_date, seq = asked.numbered()
    till_id = asked.key.till.id
    if what == "void":
        said = _object(asked.body, _NOTHING, frozenset({"because"}))
        done = refunding.void(
            payment_id=payment_id, terminal_id=till_id, biz_date=biz_date, terminal_seq=seq,
            request_hash=asked.digest(), at=asked.at, because=_text(said, "because", 400),
        )  # fmt: skip
        if not isinstance(done, refunding.Refunded):
            return 200, {"payment_id": done.pk, "status": done.status, "replayed": False}
    else:
        said = _object(asked.body, _BACK_NEEDS, _BACK_MAY)
        done = refunding.refund(
            payment_id=payment_id, terminal_id=till_id, biz_date=biz_date, terminal_seq=seq,
            amount_fen=_integer(said, "amount_fen") or 0, request_hash=asked.digest(),
            at=asked.at, because=_text(said, "because", 400),
        )  # fmt: skip
    return 200 if done.replayed else 201, {
        "id": done.id,
        "key": asked.idempotency_key,
        "payment_id": done.payment_id,
        "amount_fen": done.total_fen,
        "ecny_fen": done.ecny_fen,
        "points_fen": done.points_fen,
        "subsidy_fen": done.subsidy_fen,
        "statement_month": done.statement_month,
        "replayed": done.replayed,
    }


def _look_up(asked: Asked) -> tuple[int, dict[str, Any]]:
    """GET /v1/payments: one by its key, or a page of the terminal's own, newest first."""
    query = asked.query
    if query.get("terminal", asked.key.till.code) != asked.key.till.code:
        raise no.RequestWrong(what="只能查询本终端的付款")
    try:
        day = date.fromisoformat(query["biz_date"]) if "biz_date" in query else None
        seq = int(query["seq"]) if "seq" in query else None
        after = int(query["after"]) if "after" in query else None
        limit = min(max(int(query.get("limit", MANY)), 1), MANY)
    except ValueError:
        raise no.RequestWrong(what="查询参数不是日期或整数") from None
    if seq is not None:
        found = answers.by_key(asked.key.till.id, day or campus_day(asked.at), seq)
        if found is None:
            raise no.PaymentUnknown
        return 200, found
    rows = answers.page(asked.key.till.id, day, after, limit + 1)
    return 200, {"data": rows[:limit], "has_more": len(rows) > limit}


def _me(asked: Asked) -> tuple[int, dict[str, Any]]:
    """GET /v1/terminals/me: whose terminal this is, its key, the clock, the terms it must heed."""
    till, terms = asked.key.till, figures.terms_on(campus_day(asked.at))
    return 200, {
        "terminal": till.code,
        "merchant": till.merchant,
        "trading": till.trading,
        "key_id": asked.key.key_id,
        "server_time": int(asked.at.timestamp()),
        "clock_skew_seconds": terms.clock_skew_seconds,
        "code_seconds": terms.code_seconds,
        "most_fen": paying.MOST_FEN,
        "last_seq": tills.next_seq(till.id, campus_day(asked.at)) - 1,
        "offline": {
            "open": terms.offline,
            "each_fen": terms.offline_each_fen,
            "sum_fen": terms.offline_sum_fen,
            "per_wallet": terms.offline_per_wallet,
            "rows": terms.offline_rows,
            "hours": terms.offline_hours,
        },
    }


def _upload(asked: Asked) -> tuple[int, dict[str, Any]]:
    """POST /v1/batches: what was taken while the line was down; each item is judged on its own."""
    said = _object(asked.body, frozenset({"items"}), _NOTHING)
    items = said["items"]
    if not isinstance(items, list) or len(items) > MANY:
        raise no.RequestWrong(what=f"items 须为不超过{MANY}项的列表")
    terms = figures.terms_on(campus_day(asked.at))
    if not terms.offline:
        raise no.OfflineClosed
    if len(items) > terms.offline_rows:
        raise no.OfflineTooMuch(what=f"一次最多{terms.offline_rows}笔")
    results = []
    for item in items:
        try:
            results.append(_one(asked, item))
        except Refused as refused:
            key = item.get("key") if isinstance(item, dict) else None
            if not isinstance(refused, no.SignatureWrong):
                _number_used(asked, str(key), refused)
            results.append({"key": key, "refused": refused.as_dict(), "http": refused.status})
    return 200, {"data": results}


def _one(asked: Asked, item: Any) -> dict[str, Any]:
    """Judge one item of a batch: it was signed when it was made."""
    if not isinstance(item, dict) or item.keys() != _ITEM:
        raise no.RequestWrong(what=f"离线项须恰有 {', '.join(sorted(_ITEM))}")
    occurred_at = moment(item, "occurred_at")
    amount, code = _integer(item, "amount_fen"), _text(item, "code", 40)
    said = f"{item['key']}\n{amount}\n{code}\n{item['occurred_at']}".encode()
    if not _signed(asked.key.secret, said, str(item["signature"])):
        raise no.SignatureWrong
    if occurred_at is None:
        raise no.RequestWrong(what="缺少 occurred_at")
    biz_date, seq = numbered(str(item["key"]), asked.key.till)
    paid = uploading.upload(
        till=asked.key.till, biz_date=biz_date, terminal_seq=seq, amount_fen=amount or 0,
        code=code, occurred_at=occurred_at, request_hash=hashlib.sha256(said).digest(),
        at=asked.at,
    )  # fmt: skip
    return {"key": item["key"], "id": paid.id, "status": paid.status, "replayed": paid.replayed}


def _number_used(asked: Asked, key: str, no: Refused) -> None:
    """Keep that one of the terminal's own numbers was refused, so that it is no gap (I2)."""
    try:
        biz_date, seq = numbered(key, asked.key.till)
    except Refused:
        return  # it is no number of this terminal
    if abs(biz_date - campus_day(asked.at)) <= NUMBERS_AWAY:
        numbers.refused(
            terminal_id=asked.key.till.id, biz_date=biz_date, terminal_seq=seq, no=no, at=asked.at
        )


# --- the way in and out -------------------------------------------------------------------------


def _route(asked: Asked, method: str) -> tuple[int, dict[str, Any]]:
    path = asked.path.partition("?")[0]
    here: dict[tuple[str, str], Callable[[Asked], tuple[int, dict[str, Any]]]] = {
        ("POST", PAYMENTS): _pay,
        ("GET", PAYMENTS): _look_up,
        ("GET", "/v1/terminals/me"): _me,
        ("POST", "/v1/batches"): _upload,
    }
    match = _PAYMENT.fullmatch(path) if method == "POST" else None
    try:
        if (found := here.get((method, path))) is not None:
            return found(asked)
        if match is not None:
            return _give_back(asked, int(match[1]), match[2])
    except Refused as refused:
        if match is not None or (path == PAYMENTS and method == "POST"):
            _number_used(asked, asked.idempotency_key, refused)
        raise
    return 404, {"refused": no.RequestWrong(what="没有这个地址或方法").as_dict()}


def _signed(secret: bytes, said: bytes, header: str) -> bool:
    """Tell if one of the header's signatures (`v1,<base64>`, a list while keys rotate) is right."""
    right = base64.b64encode(hmac.digest(secret, said, hashlib.sha256))
    good = False
    for each in header.split(" ")[:4]:
        version, _, given = each.partition(",")
        good |= version == "v1" and hmac.compare_digest(right, given.encode())
    return good


def _verified(request: HttpRequest, key: tills.Key | None, at: datetime) -> Asked:
    """Return what is asked, if its signature over the raw bytes is right."""
    head = request.META
    if key is None:
        raise no.TerminalUnknown
    if int(head.get("CONTENT_LENGTH") or 0) > BODY_BYTES:
        raise no.RequestWrong(what="正文太长")
    body = request.body
    raw = head.get("QUERY_STRING", "")
    query = sorted(parse_qsl(raw, keep_blank_values=True)) if raw else []
    path = f"{request.path_info}?{urlencode(query)}" if query else request.path_info
    stamp, idempotency_key = head.get("HTTP_X_TIMESTAMP", ""), head.get(_IDEMPOTENCY, "")
    digest = hashlib.sha256(body).hexdigest()
    said = f"{request.method}\n{path}\n{stamp}\n{idempotency_key}\n{digest}".encode()
    if not _signed(key.secret, said, head.get("HTTP_X_SIGNATURE", "")):
        raise no.SignatureWrong
    return Asked(key, path, dict(query), body, idempotency_key, at)


def _heed_clock(request: HttpRequest, at: datetime) -> None:
    """Refuse a request from another time: it may be an old one sent again."""
    stamp = request.META.get("HTTP_X_TIMESTAMP", "")
    skew = figures.terms_on(campus_day(at)).clock_skew_seconds
    if not stamp.isdecimal() or abs(int(stamp) - at.timestamp()) > skew:
        raise no.ClockWrong(skew=skew)


def _reply(request: HttpRequest) -> tuple[int, dict[str, str], bytes]:
    """Return what a terminal asked, or why not, signed with the terminal's own key."""
    key: tills.Key | None = None
    at = clock.now()
    try:
        asked = _verified(request, tills.key(request.META.get("HTTP_X_KEY_ID", "")), at)
        key = asked.key  # from here on the answer is signed: it is known who asks
        _heed_clock(request, at)
        status, said = _route(asked, request.method or "")
    except Refused as refused:
        status, said = refused.status, {"refused": refused.as_dict()}
        if status == 401:  # noqa: PLR2004 - a terminal may find its clock wrong thereby
            said["server_time"] = int(at.timestamp())
    except OperationalError:
        log.exception("the database did not answer")
        status, said = 503, {"refused": no.Busy().as_dict()}
    except Exception:
        log.exception("a terminal's request failed")
        status, said = 500, {"refused": no.Busy().as_dict()}
    body = _encode(said).encode()
    headers = {"Content-Type": "application/json"}
    if said.get("replayed"):
        headers["Idempotent-Replayed"] = "true"
    if status == 503:  # noqa: PLR2004 - the standard's own number
        headers["Retry-After"] = "1"
    if key is not None:
        stamp = str(int(at.timestamp()))
        name = request.META.get(_IDEMPOTENCY, "")
        text = f"{status}\n{request.path_info}\n{stamp}\n{name}\n{hashlib.sha256(body).hexdigest()}"
        mac = hmac.digest(key.secret, text.encode(), hashlib.sha256)
        headers["X-Timestamp"], headers["X-Key-Id"] = stamp, key.key_id
        headers["X-Signature"] = f"v1,{base64.b64encode(mac).decode()}"
    return status, headers, body


def answer(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer a terminal."""
    status, headers, body = _reply(request)
    return HttpResponse(body, status=status, headers=headers)


answer.permission = "terminal"  # type: ignore[attr-defined]  # who may open it: a signed terminal


def door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let terminals in before sessions, cookies and pages: the first of the middleware."""

    def handle(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith("/v1/"):
            return answer(request)
        return get_response(request)

    return handle


def fast_lane(django: Application) -> Application:
    """Let payments in before Django's own handler: its signals cost as much as all of the rest.

    What a payment needs of them, it does by itself: see to a lost connection (`sending`). Whatever
    fails in another way leaves its connection to be looked at, as the handler would have it.
    """

    def handle(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] != PAYMENTS or environ["REQUEST_METHOD"] != "POST":
            return django(environ, start_response)
        status, headers, body = _reply(WSGIRequest(environ))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            close_old_connections()
        headers["Content-Length"] = str(len(body))
        start_response(f"{status} {responses[status]}", list(headers.items()))
        return (body,)

    return handle


def _heed_guessing(till_id: int) -> None:
    since, count = _wrong.get(till_id, (0.0, 0))
    if count >= WRONG_CODES and monotonic() - since < WRONG_CODE_SECONDS:
        raise no.TooManyWrongCodes(count=count, seconds=WRONG_CODE_SECONDS)


def _note_wrong_code(till_id: int) -> None:
    since, count = _wrong.get(till_id, (0.0, 0))
    if monotonic() - since >= WRONG_CODE_SECONDS:
        since, count = monotonic(), 0
    _wrong[till_id] = (since, count + 1)
