"""Columns of a table: what they are called, how their values are written for people and sheets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

from smartunion.kernel.base.days import CAMPUS

from . import wording

KINDS = ("text", "number", "yuan", "day", "moment", "choice", "flag")
FIGURES = ("number", "yuan")
YES, NO = "是", "否"


@dataclass(frozen=True)
class Column:
    """One column. What is left empty is read from the model's field of that name.

    `name` may walk a relation (`unit__name`) or name an annotation. `sub` is a second, quiet line;
    `known` are the words by which a sheet may name a row of another table;
    `states` turns a choice into a state (value -> ok, wait, late, …); `total` sums in the foot.
    """

    name: str
    label: str = ""
    kind: str = ""
    sub: str = ""
    states: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[tuple[Any, str]] = ()
    known: frozenset[str] = frozenset()
    required: bool = False
    total: bool = False
    sort: bool = True

    def head(self) -> str:
        """Return the label with its unit, as sheets and forms show it."""
        return f"{self.label}（元）" if self.kind == "yuan" else self.label


def resolved(model: type[models.Model], column: Column | str) -> Column:
    """Return the column with label, kind and choices filled in from the model."""
    column = Column(column) if isinstance(column, str) else column
    assert column.kind in ("", *KINDS), column.kind  # noqa: S101
    label, kind, choices, required = "", "text", column.choices, column.required
    here: type[models.Model] | None = model
    for step in column.name.split("__"):
        try:
            found = here._meta.get_field(step) if here else None
        except FieldDoesNotExist:
            found = None
        if not isinstance(found, models.Field):
            break
        label = label or str(found.verbose_name).removesuffix("(分)")
        kind = _kind(found)
        choices = choices or tuple(found.flatchoices)
        required = required or not (found.blank or found.has_default())
        here = found.related_model if isinstance(found.related_model, type) else None
    kind = column.kind or ("choice" if choices else kind)
    label = column.label or label or column.name
    return replace(column, label=label, kind=kind, choices=choices, required=required)


def _kind(found: "models.Field[Any, Any]") -> str:
    if found.name.endswith("_fen"):
        return "yuan"
    kinds: tuple[tuple[type[models.Field[Any, Any]], str], ...] = (
        (models.DateTimeField, "moment"),
        (models.DateField, "day"),
        (models.BooleanField, "flag"),
        (models.IntegerField, "number"),
        (models.DecimalField, "number"),
    )
    if found.is_relation:
        return "text"
    return next((kind for cls, kind in kinds if isinstance(found, cls)), "text")


def field_of(model: type[models.Model] | models.Model, name: str) -> "models.Field[Any, Any]":
    """Return the model's own field of that name (a relation that others hold is none)."""
    found = model._meta.get_field(name)
    assert isinstance(found, models.Field), name  # noqa: S101 - declared in the register
    return found


def value_of(row: Any, name: str) -> Any:
    """Return the value at a path of attributes; None where a relation is empty."""
    for step in name.split("__"):
        if row is None:
            return None
        row = row.get(step) if isinstance(row, Mapping) else getattr(row, step)
    return row


def written(value: Any, column: Column, *, this_year: int | None = None) -> str:
    """Return a value as people read it in a table whose head names the unit."""
    if value is None or value == "":
        return ""
    writers: dict[str, Callable[[Any], str]] = {
        "yuan": wording.amount,
        "number": lambda n: f"{n:,}".replace("-", wording.MINUS),
        "day": lambda day: wording.day(day, this_year=this_year),
        "moment": lambda at: wording.moment(at, this_year=this_year),
        "flag": lambda yes: YES if yes else NO,
        "choice": lambda stored: str(dict(column.choices).get(stored, stored)),
    }
    return writers.get(column.kind, str)(value)


def plain(value: Any, column: Column) -> Any:
    """Return a value for a sheet: amounts as yuan numbers, days as dates, words as text."""
    if value is None or value == "":
        return None
    match column.kind:
        case "yuan":
            return int(value) / 100
        case "moment":
            return value.astimezone(CAMPUS).replace(tzinfo=None, microsecond=0)
        case "number" | "day":
            return value
    return written(value, column)


def as_json(value: Any) -> Any:
    """Return a cleaned value as JSON keeps it: days and moments as ISO text, rows as their id."""
    if isinstance(value, models.Model):
        return value.pk
    return value.isoformat() if isinstance(value, date | datetime) else value
