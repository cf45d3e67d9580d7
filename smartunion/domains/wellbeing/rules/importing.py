"""One row from an outside assessment system: whole answers, a declared scale, a consent. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import refusals
from .scale import checked

KEYS = frozenset({"key", "username", "answers", "answered_at", "consented_at"})
MAY = frozenset({"seconds"})
LONGEST_KEY, LONGEST_NAME = 60, 150


@dataclass(frozen=True)
class Row:
    """A row that can be taken: who, when, the ninety answers on the scale of 1 to 5."""

    key: str
    username: str
    answers: tuple[int, ...]
    answered_at: datetime
    consented_at: datetime
    seconds: int | None


def shift_of(scale: object, conversion: object) -> int:
    """Return what is added to every answer; refuse a scale that nobody has declared (T40)."""
    if scale == "1-5":
        return 0
    if scale != "0-4":
        raise refusals.ScaleUndeclared
    if conversion != "plus_one":
        raise refusals.ConversionMissing
    return 1


def row_of(told: object, *, shift: int, at: datetime) -> Row:
    """Return the row that was sent; refuse it with the reason where it cannot be taken.

    Factor sums and bands that an outside system may have computed are no part of it: only answers
    are taken, and everything is counted here.
    """
    if not isinstance(told, Mapping):
        raise refusals.RowWrong(why="不是一个对象")
    if missing := sorted(KEYS - told.keys()):
        raise refusals.RowWrong(why=f"缺少 {missing[0]}")
    if unknown := sorted(told.keys() - KEYS - MAY):
        raise refusals.RowWrong(why=f"不认识的键 {str(unknown[0])[:40]}")
    key, username = _text(told, "key", LONGEST_KEY), _text(told, "username", LONGEST_NAME)
    answered_at, consented_at = _moment(told, "answered_at"), _moment(told, "consented_at")
    if answered_at > at:
        raise refusals.RowWrong(why="answered_at 在将来")
    if consented_at > answered_at:
        raise refusals.RowWrong(why="consented_at 晚于作答，没有同意在先")
    seconds = told.get("seconds")
    if seconds is not None and (type(seconds) is not int or seconds < 0):
        raise refusals.RowWrong(why="seconds 须为不小于零的整数")
    return Row(key, username, _answers(told["answers"], shift), answered_at, consented_at, seconds)


def _answers(raw: Any, shift: int) -> tuple[int, ...]:
    if shift and isinstance(raw, list):
        raw = [one + shift if type(one) is int else one for one in raw]
    return checked(raw)


def _text(told: Mapping[str, Any], name: str, most: int) -> str:
    value = told[name]
    if not isinstance(value, str) or not value.strip() or len(value) > most or "|" in value:
        raise refusals.RowWrong(why=f"{name} 须为不超过 {most} 个字符的文字")
    return value.strip()


def _moment(told: Mapping[str, Any], name: str) -> datetime:
    try:
        found = datetime.fromisoformat(told[name])
    except (TypeError, ValueError):
        found = None
    if found is None or found.tzinfo is None:
        raise refusals.RowWrong(why=f"{name} 须为带时区的时间")
    return found
