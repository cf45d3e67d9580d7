"""Points: what was credited, and whether a list of rows can be."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from smartunion.domains.wallet.models import Credit, Wallet
from smartunion.kernel.people.models import Person
from smartunion.kernel.web.excel import RowError


@dataclass(frozen=True)
class Campaign:
    """One crediting of points."""

    at: datetime
    because: str
    by: str
    people: int
    amount_fen: int


@dataclass(frozen=True)
class Line:
    """A row that can be credited."""

    line: int
    person_id: int
    username: str
    name: str
    amount_fen: int


@dataclass(frozen=True)
class Wrong:
    """A row that cannot, which cell, and how to mend it."""

    line: int
    username: str
    name: str
    amount: str
    field: str
    words: str


def recent(limit: int = 10) -> list[Campaign]:
    """Return the last creditings of points, newest first."""
    rows = (
        Credit.objects.filter(kind=Credit.Kind.POINTS)
        .values("at", "because", "by__name")
        .annotate(people=Count("pk"), fen=Sum("points_fen"))
        .order_by("-at")[:limit]
    )
    return [
        Campaign(row["at"], row["because"], row["by__name"] or "系统", row["people"], row["fen"])
        for row in rows
    ]


def check(
    rows: Iterable[tuple[int, dict[str, Any]]], errors: Iterable[RowError], *, by: Person
) -> tuple[list[Line], list[Wrong]]:
    """Return the rows that can be credited, and what is wrong with the others."""
    given = list(rows)
    wrong = [_unread(error) for error in errors]
    people = {
        each.username: each
        for each in Person.objects.filter(username__in=[v["username"] for _, v in given])
    }
    have = set(Wallet.objects.filter(owner__in=people.values()).values_list("owner", flat=True))
    good: list[Line] = []
    seen: dict[str, int] = {}
    for number, values in given:
        username, fen = values["username"], values["amount_fen"]
        name = values.get("name") or ""
        person = people.get(username)
        cell, words = _why_not(person, name, username, by)
        if person is not None and not words:
            if person.pk not in have:
                cell, words = "username", f"{person.name}还没有开通钱包，请本人先在手机上开通"
            elif username in seen:
                cell, words = "username", f"和第 {seen[username]} 行是同一个人，请合成一行"
            elif fen <= 0:
                cell, words = "amount", "积分要大于 0"
        if person is None or words:
            wrong.append(Wrong(number, username, name, f"{fen / 100:,.2f}", cell, words))
            continue
        seen[username] = number
        good.append(Line(number, person.pk, username, person.name, fen))
    return good, sorted(wrong, key=lambda each: each.line)


def _unread(error: RowError) -> Wrong:
    raw = (*error.raw, "", "", "")
    field = {"工号": "username", "积分": "amount"}.get(error.column, "")
    return Wrong(error.row, raw[0], raw[1], raw[2], field, f"{error.column}{error.expected}")


def _why_not(person: Person | None, name: str, username: str, by: Person) -> tuple[str, str]:
    """Return (cell, what to do) where the row names nobody who can be credited by this officer."""
    if person is None:
        return "username", f"没有工号「{username}」，请对照人员名册"
    if person.pk == by.pk:
        return "username", "不能给自己发放积分，请由另一位经办人发放"
    if name and name.strip() != person.name:
        return "username", f"工号 {username} 是 {person.name}，不是 {name.strip()}"
    return "", ""
