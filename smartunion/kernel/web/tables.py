"""A register (台账) declared: a table with no verbs of its own gets its pages from here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.apps import apps
from django.db import models
from django.db.models import QuerySet

from smartunion.kernel.people.models import Person

from .columns import Column, resolved


class Save(Protocol):
    """A domain's own action for a register's row: it validates, saves and records."""

    def __call__(self, *, row: Any, created: bool, by: Person, at: datetime, because: str) -> None:
        """Write the row, already locked and filled in."""


@dataclass(frozen=True)
class Register:
    """One register. Lists of names may be written as one string: "code name deposit_fen".

    `can` opens it, `can_edit` (the same, where empty) changes it; `unit` is the path of the unit
    that a permission of one unit is confined to. Without `fields` it is read only; without `key`
    nothing can be imported; `seg` is the choice shown as pressed buttons with counts; `rows`
    returns the rows to list, where they need annotations; `save` replaces the plain saving of a
    row. `take_back_hours`: how long an import can be taken back.
    """

    model: str
    code: str
    columns: str | tuple[Column | str, ...]
    can: str
    can_edit: str = ""
    title: str = ""
    noun: str = "行"
    count: str = "行"
    lead: str | Callable[[], str] = ""
    group: str = ""
    search: str = ""
    order: str = "pk"
    seg: str = ""
    filters: str = ""
    fields: str = ""
    key: str = ""
    unit: str = ""
    link: str = ""
    rows: Callable[[], "QuerySet[Any]"] | None = None
    save: Save | None = None
    off: Callable[[Any], bool] | None = None
    empty: tuple[str, str] = ("", "")
    page_size: int = 25
    take_back_hours: int = 24

    def table(self) -> type[models.Model]:
        """Return the model, which may be named before the apps are loaded."""
        return apps.get_model(self.model)

    def heading(self) -> str:
        """Return what the register is called."""
        return self.title or f"{self.table()._meta.verbose_name}名册"

    def shown(self) -> list[Column]:
        """Return the columns of the list, with labels and kinds."""
        given = self.columns.split() if isinstance(self.columns, str) else self.columns
        return [resolved(self.table(), column) for column in given]

    def entered(self) -> list[Column]:
        """Return the columns of the form and of an import."""
        return [resolved(self.table(), name) for name in self.fields.split()]

    def editor(self) -> str:
        """Return the permission that changes rows."""
        return self.can_edit or self.can
