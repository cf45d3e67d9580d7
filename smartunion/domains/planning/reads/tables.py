"""Which table keeps which sheet, and a plan year read back as the content it was written from."""

from typing import Any

from django.db import models

from smartunion.domains.planning.models import (
    Baseline,
    Commitment,
    Demand,
    Funding,
    Goal,
    IncomeLine,
    Indicator,
    Milestone,
    Placeholder,
    PlanYear,
    PolicyBasis,
    Project,
    SpendingLine,
    SubTask,
    Term,
)
from smartunion.domains.planning.rules.content import SHEETS, Content, Kind, Row

TABLES: dict[str, type[models.Model]] = {
    "basis": PolicyBasis,
    "baselines": Baseline,
    "goals": Goal,
    "projects": Project,
    "subtasks": SubTask,
    "milestones": Milestone,
    "income": IncomeLine,
    "spending": SpendingLine,
    "funding": Funding,
    "indicators": Indicator,
    "terms": Term,
    "demands": Demand,
    "commitments": Commitment,
    "placeholders": Placeholder,
}
"""In the order in which rows can be written: what is referred to comes first."""

ORDER = {"terms": ("group", "key", "since"), "funding": ("spending__code", "pk")}
"""How a sheet's rows are sorted; by code where nothing else is said."""


def content_of(plan: PlanYear) -> Content:
    """Return the plan as content: 15 queries; `rules.content.cells` makes files of it."""
    content: Content = {
        "plan": [{column.name: getattr(plan, column.name) for column in SHEETS[0].columns}]
    }
    for sheet in SHEETS[1:]:
        rows: list[Row] = []
        table = TABLES[sheet.key]
        names = [
            f"{column.name}__code" if _is_link(table, column.name) else column.name
            for column in sheet.columns
        ]
        order = ORDER.get(sheet.key, ("code",))
        for values in table._default_manager.filter(plan=plan).order_by(*order).values_list(*names):
            row: dict[str, Any] = {}
            for column, value in zip(sheet.columns, values, strict=True):
                row[column.name] = list(value) if column.kind == Kind.CODES else value
            rows.append(row)
        content[sheet.key] = rows
    return content


def links_of(table: type[models.Model]) -> dict[str, type[models.Model]]:
    """Return the table's references to other rows of the same plan, by field name."""
    return {
        field.name: field.related_model
        for field in table._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and isinstance(field.related_model, type)
        and field.related_model in TABLES.values()
    }


def _is_link(table: type[models.Model], name: str) -> bool:
    return name in links_of(table)
