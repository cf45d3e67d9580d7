"""What a list's address asks for: days, a state, a number. Nonsense falls back, never fails."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest

from smartunion.domains.wallet.reads.vouchers import SHOP_WORDS
from smartunion.kernel.base.days import next_month


@dataclass(frozen=True)
class Span:
    """Business days since..until, both included."""

    since: date
    until: date


def day(request: HttpRequest, name: str, otherwise: date) -> date:
    """Return the day that the address names, or the other one."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise


def month(request: HttpRequest, otherwise: date, name: str = "month") -> date:
    """Return the first day of the month that the address names as 2025-03."""
    try:
        return date.fromisoformat(request.GET.get(name, "") + "-01")
    except ValueError:
        return otherwise.replace(day=1)


def span(request: HttpRequest, today: date) -> Span:
    """Return the days asked for: a day, a month, since..until; else the month so far."""
    if "day" in request.GET:
        one = day(request, "day", today)
        return Span(one, one)
    if "month" in request.GET:
        first = month(request, today)
        return Span(first, next_month(first) - timedelta(days=1))
    since, until = day(request, "since", today.replace(day=1)), day(request, "until", today)
    return Span(min(since, until), max(since, until))


def number(request: HttpRequest, name: str) -> int | None:
    """Return the whole number that the address names, or None."""
    text = request.GET.get(name, "")
    return int(text) if text.isdigit() and len(text) < 18 else None  # noqa: PLR2004 - a bigint's digits


def one_of(request: HttpRequest, name: str, known: Container[str]) -> str:
    """Return the value that the address names if it is known, else nothing."""
    value = request.GET.get(name, "")
    return value if value in known else ""


def states() -> list[tuple[str, str]]:
    """Return the states of a payment for a choice."""
    return [(key, words) for key, (_, words) in SHOP_WORDS.items() if key != "X"]


def query(request: HttpRequest) -> str:
    """Return the address' filters without page and format, for the links that keep them."""
    kept = request.GET.copy()
    for name in ("page", "as"):
        kept.pop(name, None)
    return kept.urlencode()
