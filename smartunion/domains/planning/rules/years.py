"""One year against another: copy it forward, say what differs."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from smartunion.kernel.base.workdays import Calendar

from .content import SHEETS, Content, Kind, key_of

LEAP_DAY = (2, 29)


@dataclass(frozen=True)
class DayProblem:
    """A date that falls on a day off in the new year, or is not certain yet (T27)."""

    code: str
    title: str
    day: date
    words: str
    moves_to: date
    provisional: bool


def shifted(day: date, years: int) -> date:
    """Return the same date in another year; 29 February becomes 28 February."""
    if (day.month, day.day) == LEAP_DAY:
        day = day.replace(day=28)
    return day.replace(year=day.year + years)


def forward(content: Content, *, calendar: Calendar) -> tuple[Content, list[DayProblem]]:
    """Return next year's plan and which of its dates want a look (R001, T27).

    Dates move by a year, terms and targets stay, blanks that were filled stay filled; what was met
    is not copied. Dates written inside a term's value or a title move too.
    """
    old = content["plan"][0]["year"]
    fresh = deepcopy(content)
    for sheet in SHEETS:
        for row in fresh[sheet.key]:
            for column in sheet.columns:
                row[column.name] = _moved(column.kind, row[column.name], old)
    plan = fresh["plan"][0]
    plan["year"], plan["title"] = old + 1, plan["title"].replace(str(old), str(old + 1))
    problems = [
        DayProblem(
            code=row["code"],
            title=row["title"],
            day=row["due_on"],
            words=calendar.fact(row["due_on"]).words,
            moves_to=calendar.next_working_day(row["due_on"]),
            provisional=calendar.is_provisional(row["due_on"]),
        )
        for row in fresh["milestones"]
        if row["kind"] != "launch"
        and (not calendar.is_working_day(row["due_on"]) or calendar.is_provisional(row["due_on"]))
    ]
    return fresh, problems


def _moved(kind: Kind, value: Any, old: int) -> Any:
    if isinstance(value, date):
        return shifted(value, 1)
    if kind == Kind.JSON and isinstance(value, str) and value.startswith(f"{old}-"):
        return f"{old + 1}{value[4:]}"
    return value


@dataclass(frozen=True)
class Difference:
    """One thing that differs between two plans: a row added, removed, or one cell changed."""

    sheet: str
    code: str
    title: str
    what: str
    column: str = ""
    before: str = ""
    after: str = ""


Cells = dict[str, list[dict[str, Any]]]


def compare(before: Cells, after: Cells) -> list[Difference]:
    """Return what was added, removed and changed from one plan to the other, sheet by sheet."""
    found: list[Difference] = []
    for sheet in SHEETS:
        old: dict[tuple[str, ...], dict[str, Any]]
        new: dict[tuple[str, ...], dict[str, Any]]
        if sheet.key == "plan":
            old, new = {(): before["plan"][0]}, {(): after["plan"][0]}
        else:
            old = {key_of(sheet, row): row for row in before.get(sheet.key, ())}
            new = {key_of(sheet, row): row for row in after.get(sheet.key, ())}
            if sheet.key == "terms":  # a term that starts later is the same term, changed
                old = {key[:2] if _once(old, key) else key: row for key, row in old.items()}
                new = {key[:2] if _once(new, key) else key: row for key, row in new.items()}
        for key in sorted(old.keys() | new.keys()):
            row = new.get(key) or old[key]
            name = {"sheet": sheet.title, "code": " ".join(key), "title": row.get("title") or ""}
            if key not in new:
                found.append(Difference(**name, what="删除"))
            elif key not in old:
                found.append(Difference(**name, what="新增"))
            else:
                found += [
                    Difference(
                        **name,
                        what="修改",
                        column=column.title,
                        before=_words(old[key].get(column.key)),
                        after=_words(new[key].get(column.key)),
                    )
                    for column in sheet.columns
                    if old[key].get(column.key) != new[key].get(column.key)
                ]
    return found


def _once(rows: dict[tuple[str, ...], dict[str, Any]], key: tuple[str, ...]) -> bool:
    return sum(other[:2] == key[:2] for other in rows) == 1


def _words(cell: Any) -> str:
    return "" if cell is None else str(cell)
