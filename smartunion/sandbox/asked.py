"""What a request to the bank must look like; anything else is refused whole."""

import json
from datetime import datetime
from typing import Any

from .books import Hold, Instruction, Kind

BATCH_LIMIT = 500
TEXT_LIMIT = 80
HOLD_LIMIT_SECONDS = 7 * 24 * 3600


class BadRequestError(ValueError):
    """The request is not shaped as docs/bank.md says; the text says where."""


def new_wallets(body: bytes) -> list[tuple[str, Kind, str]]:
    """Return (reference, kind, holder) of each wallet to open."""
    asked: list[tuple[str, Kind, str]] = []
    for item in _objects(body, "wallets"):
        kind = item.get("kind")
        if kind not in ("personal", "merchant"):
            raise BadRequestError("kind is personal or merchant")
        asked.append((_text(item, "reference"), kind, _text(item, "holder")))
    return asked


def instructions(body: bytes) -> list[Instruction]:
    """Return the movements that are asked for."""
    return [_instruction(item) for item in _objects(body, "instructions")]


def holds(body: bytes) -> list[Hold]:
    """Return the purchases whose money shall be held."""
    return [
        Hold(
            key=_text(item, "key"),
            payer=_text(item, "payer"),
            payee=_text(item, "payee"),
            amount_fen=_whole(item, "amount_fen"),
            occurred_at=_moment(item),
            seconds=min(_whole(item, "seconds"), HOLD_LIMIT_SECONDS),
            terminal=_terminal(item),
        )
        for item in _objects(body, "holds")
    ]


def postings(body: bytes) -> list[tuple[str, int]]:
    """Return (key, fen) of each reservation that shall be posted."""
    items = _objects(body, "postings")
    return [(_text(item, "key"), _whole(item, "amount_fen")) for item in items]


def notify_url(body: bytes) -> str:
    """Return where the asker wants to be told; empty for nowhere."""
    given = json.loads(body).get("notify_url", "")
    if not isinstance(given, str) or (given and not given.startswith(("http://", "https://"))):
        raise BadRequestError("notify_url is an address")
    return given


def keys(body: bytes) -> list[str]:
    """Return the keys that are asked about."""
    found = _list(body, "keys")
    if not all(isinstance(key, str) for key in found):
        raise BadRequestError("keys are texts")
    return found


def _list(body: bytes, name: str) -> list[Any]:
    try:
        items = json.loads(body)[name]
    except (ValueError, KeyError, TypeError) as wrong:
        raise BadRequestError(f"the body is JSON with a list `{name}`") from wrong
    if not isinstance(items, list) or len(items) > BATCH_LIMIT:
        raise BadRequestError(f"{name} is a list of at most {BATCH_LIMIT}")
    return items


def _objects(body: bytes, name: str) -> list[dict[str, Any]]:
    items = _list(body, name)
    if not all(isinstance(item, dict) for item in items):
        raise BadRequestError(f"{name} holds objects")
    return items


def _text(item: dict[str, Any], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= TEXT_LIMIT:
        raise BadRequestError(f"{name} is a text of 1 to {TEXT_LIMIT} characters")
    return value


def _whole(item: dict[str, Any], name: str) -> int:
    value = item.get(name)
    if type(value) is not int or value <= 0:
        raise BadRequestError(f"{name} is a whole number above zero")
    return value


def _moment(item: dict[str, Any]) -> datetime:
    try:
        found = datetime.fromisoformat(_text(item, "occurred_at"))
    except ValueError as wrong:
        raise BadRequestError("occurred_at is ISO 8601 with an offset") from wrong
    if found.tzinfo is None:
        raise BadRequestError("occurred_at is ISO 8601 with an offset")
    return found


def _terminal(item: dict[str, Any]) -> str:
    value = item.get("terminal", "")
    if not isinstance(value, str) or len(value) > TEXT_LIMIT or "|" in value or "\n" in value:
        raise BadRequestError(f"terminal is a text of at most {TEXT_LIMIT} characters without |")
    return value


def _instruction(item: dict[str, Any]) -> Instruction:
    if item.get("kind") in ("OPENING", "INTEREST"):
        raise BadRequestError(f"{item['kind']} is the bank's own")
    return Instruction(
        key=_text(item, "key"),
        kind=_text(item, "kind"),
        payer=_text(item, "payer"),
        payee=_text(item, "payee"),
        amount_fen=_whole(item, "amount_fen"),
        occurred_at=_moment(item),
        terminal=_terminal(item),
    )
