"""What a request to the bank must look like; anything else is refused whole."""

import json
from datetime import datetime
from typing import Any

from .books import Instruction, Kind

BATCH_LIMIT = 500
TEXT_LIMIT = 80


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


def _instruction(item: dict[str, Any]) -> Instruction:
    amount = item.get("amount_fen")
    if type(amount) is not int or amount <= 0:
        raise BadRequestError("amount_fen is a whole number above zero")
    if item.get("kind") == "OPENING":
        raise BadRequestError("OPENING is the bank's own")
    try:
        occurred_at = datetime.fromisoformat(_text(item, "occurred_at"))
    except ValueError as wrong:
        raise BadRequestError("occurred_at is ISO 8601 with an offset") from wrong
    if occurred_at.tzinfo is None:
        raise BadRequestError("occurred_at is ISO 8601 with an offset")
    return Instruction(
        key=_text(item, "key"),
        kind=_text(item, "kind"),
        payer=_text(item, "payer"),
        payee=_text(item, "payee"),
        amount_fen=amount,
        occurred_at=occurred_at,
    )
