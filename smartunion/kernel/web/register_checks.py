"""What a register says against rows before they are written."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.reads import Mandate

from . import register_reads as reads
from .columns import as_json, written
from .excel import RowError
from .tables import Register


class OutsideUnit(Refused):
    """The permission is for other units."""

    code = "web.outside_unit"
    text = "「{unit}」不在您任职的单位里，不能登记到它名下"
    remedy = "改选您任职的单位，或请该单位的经办人登记"
    status = 403


def confine(register: Register, row: Any, mandate: Mandate) -> None:
    """Refuse a row that is put into a unit which the permission does not reach."""
    units = mandate.units.get(register.editor(), frozenset())
    if units is None or not register.unit:
        return
    value = row
    for step in register.unit.split("__"):
        value = getattr(value, step) if value is not None else None
    unit_id = value.pk if isinstance(value, models.Model) else value
    if unit_id not in units:
        raise OutsideUnit(unit=str(getattr(row, register.unit.removesuffix("_id"), unit_id)))


def check_rows(
    register: Register, rows: list[tuple[int, dict[str, Any]]], mandate: Mandate
) -> tuple[list[dict[str, Any]], list[RowError]]:
    """Return the rows that could be written now, as JSON, and an error for each other one."""
    columns = register.entered()
    labels = {c.name: c.label for c in columns}
    named = reads.relations(register)
    keys = [values.get(register.key) for _, values in rows]
    held = {
        str(getattr(row, register.key)): row
        for row in register.table()._default_manager.filter(**{f"{register.key}__in": keys})
    }
    good: list[dict[str, Any]] = []
    errors: list[RowError] = []
    first: dict[str, int] = {}
    for number, values in rows:
        raw = tuple("" if values[c.name] is None else written(values[c.name], c) for c in columns)
        wrong: list[tuple[str, str]] = []
        key = str(values[register.key])
        if key in first:
            wrong.append((register.key, f"与第 {first[key]} 行重复，一个文件里只能出现一次"))
        first.setdefault(key, number)
        for name, known in named.items():
            if values[name] is not None:
                values[name] = known[str(values[name])]
        if not wrong:
            row = held.get(key) or register.table()()
            wrong = _try(register, row, values, mandate)
        if wrong:
            shown = dict(zip(labels, raw, strict=True))
            errors += [
                RowError(number, labels.get(name, ""), shown.get(name, ""), why, raw)
                for name, why in wrong
            ]
        else:
            kept = {name: as_json(value) for name, value in values.items() if value is not None}
            good.append({"row": number, "values": kept, "new": key not in held})
    return good, errors


def validate(register: Register, row: Any) -> None:
    """Raise ValidationError for what the table would not take; fields not entered are not asked."""
    entered = {column.name for column in register.entered()}
    row.clean_fields(exclude={f.name for f in row._meta.fields} - entered)
    row.clean()
    row.validate_unique()
    row.validate_constraints()


def _try(
    register: Register, row: Any, values: Mapping[str, Any], mandate: Mandate
) -> list[tuple[str, str]]:
    """Return what the table itself would say against these values: (field, why)."""
    try:
        if row.pk is not None:
            confine(register, row, mandate)
        for name, value in values.items():
            if value is not None:
                setattr(row, name, value)
        validate(register, row)
        confine(register, row, mandate)
    except ValidationError as no:
        return [(name, "；".join(said)) for name, said in no.message_dict.items()]
    except Refused as no:
        return [(register.unit.split("__")[0].removesuffix("_id"), str(no))]
    return []
