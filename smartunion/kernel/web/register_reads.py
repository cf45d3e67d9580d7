"""The rows of a register that somebody may see, as they asked for them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, ForeignKey, Q, QuerySet, Sum

from smartunion.kernel.people.reads import Mandate

from .columns import Column, field_of, value_of, written
from .models import ImportBatch
from .tables import Register

LOOKUPS = ("code", "username", "name")
"""How a sheet may name a row of another table, in this order of preference."""


MOST_OPTIONS = 60
"""What a list of choices may hold before one rather searches."""


def visible(register: Register, mandate: Mandate, can: str) -> "QuerySet[Any]":
    """Return the rows within the units that `can` is granted for."""
    rows = register.rows() if register.rows else register.table()._default_manager.all()
    units = mandate.units[can]
    if units is not None and register.unit:
        rows = rows.filter(**{f"{register.unit}__in": units})
    paths = {c.name.rpartition("__")[0] for c in register.shown()}
    paths |= {c.sub.rpartition("__")[0] for c in register.shown()}
    own = {f.name for f in register.table()._meta.fields if isinstance(f, ForeignKey)}
    joined = sorted((paths - {""}) | (own & {c.name for c in register.shown()}))
    return rows.select_related(*joined) if joined else rows


def searched(register: Register, rows: "QuerySet[Any]", words: str) -> "QuerySet[Any]":
    """Return the rows in which every word occurs in some searched field."""
    for word in words.split():
        found = Q()
        for name in register.search.split():
            found |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(found)
    return rows


def narrowed(
    register: Register, rows: "QuerySet[Any]", asked: Mapping[str, str]
) -> "QuerySet[Any]":
    """Return the rows with the chosen values of the filters; what is no value is no filter."""
    for name in filter(None, (*register.filters.split(), register.seg)):
        if value := asked.get(name):
            found = field_of(register.table(), name)
            if found.is_relation and not value.isdecimal():
                continue
            if found.flatchoices and value not in {str(stored) for stored, _ in found.flatchoices}:
                continue
            rows = rows.filter(**{name: value})
    return rows


def ordered(register: Register, rows: "QuerySet[Any]", sort: str) -> "QuerySet[Any]":
    """Return the rows in the order asked for, if a column stands for it, else the register's."""
    sortable = {c.name for c in register.shown() if c.sort}
    name = sort.removeprefix("-")
    by = [sort] if name in sortable else register.order.split()
    return rows.order_by(*by, "pk")


def options(register: Register, name: str, rows: "QuerySet[Any]") -> list[tuple[Any, str]]:
    """Return what a filter offers: a field's choices, or what stands in the visible rows."""
    found = field_of(register.table(), name)
    if found.flatchoices:
        return list(found.flatchoices)
    used = rows.order_by().values_list(found.attname, flat=True).distinct()
    if isinstance(found, ForeignKey):
        related = found.related_model
        assert not isinstance(related, str)  # noqa: S101 - resolved when the apps are loaded
        there = related._default_manager.filter(pk__in=used)
        return sorted(((row.pk, str(row)) for row in there), key=lambda pair: pair[1])
    return [(value, str(value)) for value in sorted(filter(None, used))[:MOST_OPTIONS]]


def counts(register: Register, rows: "QuerySet[Any]") -> dict[Any, int]:
    """Return how many rows there are of each value of the segmented field."""
    grouped = rows.order_by().values_list(register.seg).annotate(n=Count("pk", distinct=True))
    return dict(grouped)


def totals(columns: list[Column], rows: "QuerySet[Any]") -> dict[str, int]:
    """Return the sums of the columns that are summed, over all rows."""
    names = [c.name for c in columns if c.total]
    if not names:
        return {}
    sums = rows.order_by().aggregate(**{f"sum_{name}": Sum(name) for name in names})
    return {name: sums[f"sum_{name}"] or 0 for name in names}


def cells(
    register: Register, columns: list[Column], row: Any, *, this_year: int
) -> list[dict[str, Any]]:
    """Return one row ready to show: a dict of column, text, sub and state for each cell."""
    shown = []
    for column in columns:
        value = value_of(row, column.name)
        sub = value_of(row, column.sub) if column.sub else ""
        shown.append(
            {
                "column": column,
                "text": written(value, column, this_year=this_year),
                "sub": "" if sub is None else str(sub),
                "state": column.states.get(value, ""),
            }
        )
    return shown


def stamp_values(register: Register, row: Any) -> dict[str, Any]:
    """Return a row's entered values by their stored names, as JSON keeps them."""
    values: dict[str, Any] = {}
    for column in register.entered():
        found = field_of(row, column.name)
        value = getattr(row, found.attname)
        values[column.name] = value.isoformat() if isinstance(value, date | datetime) else value
    return values


def relations(register: Register) -> dict[str, dict[str, Any]]:
    """Return for each entered relation the rows that a sheet may name: word -> row."""
    found: dict[str, dict[str, Any]] = {}
    for column in register.entered():
        relation = field_of(register.table(), column.name)
        if isinstance(relation, ForeignKey):
            related = relation.related_model
            assert not isinstance(related, str)  # noqa: S101 - resolved when the apps are loaded
            names = [f.name for f in related._meta.fields if f.name in LOOKUPS]
            names.sort(key=LOOKUPS.index, reverse=True)
            rows = list(related._default_manager.all())
            found[column.name] = {str(getattr(row, name)): row for name in names for row in rows}
    return found


def readable(register: Register) -> list[Column]:
    """Return the columns of an import; a relation's column knows which words name a row."""
    named = relations(register)
    return [replace(c, known=frozenset(named.get(c.name, ()))) for c in register.entered()]


def batches(register: Register, *, now: datetime) -> "QuerySet[ImportBatch]":
    """Return the imports of this register that can still be taken back, the newest first."""
    since = now - timedelta(hours=register.take_back_hours)
    return ImportBatch.objects.filter(
        register=register.model, written_at__gt=since, taken_back_at__isnull=True
    ).order_by("-written_at")
