"""Rename a unit; the old name stays as an alias."""

from datetime import datetime

from django.db import transaction

from smartunion.domains.membership import rules
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit, UnitAlias
from smartunion.kernel.people.reads import unit_named
from smartunion.kernel.trail.record import record


@transaction.atomic
def rename_unit(*, unit_id: int, name: str, by: Person | None, at: datetime, because: str) -> None:
    """Give a unit a new name and keep the old one as an alias (R023, T64).

    A branch's name must be ××学院（部门）工会分会; another is refused with the proposed one.
    """
    unit = Unit.objects.select_for_update().filter(pk=unit_id).first()
    if unit is None:
        raise rules.Gone(what="单位")
    if unit.kind == Unit.Kind.BRANCH:
        rules.check_branch_name(name)
    holder = unit_named(name)
    if holder is not None and holder.pk != unit.pk:
        raise rules.NameTaken(name=name, holder=holder.name)
    if name == unit.name:
        return
    before = unit.name
    UnitAlias.objects.filter(unit=unit, name=name).delete()
    UnitAlias.objects.get_or_create(
        name=before, defaults={"unit": unit, "reading": "原名", "since": campus_day(at)}
    )
    unit.name = name
    unit.save(update_fields=["name"])
    record("people.unit_renamed", unit, by=by, at=at, because=because, before=before, name=name)
