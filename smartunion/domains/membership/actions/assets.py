"""A branch's things: register, hand over, retire (R026)."""

from datetime import date, datetime

from django.db import transaction

from smartunion.domains.membership import rules
from smartunion.domains.membership.models import AssetItem
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.trail.record import record


@transaction.atomic
def register_asset(
    *,
    unit_id: int,
    number: str,
    name: str,
    cost_fen: int,
    bought_on: date,
    keeper_id: int,
    place: str = "",
    document: str = "",
    by: Person | None,
    at: datetime,
    because: str = "",
) -> AssetItem:
    """Register a thing that the branch owns, kept by one of its members (R025, R026)."""
    unit = Unit.objects.select_for_update().get(pk=unit_id)
    if taken := AssetItem.objects.filter(unit=unit, number=number).first():
        raise rules.VoucherTaken(number=number, name=taken.name)
    item = AssetItem.objects.create(
        unit=unit,
        number=number,
        name=name,
        place=place,
        cost_fen=cost_fen,
        bought_on=bought_on,
        document=document,
        keeper=_keeper(unit, keeper_id),
    )
    record(
        "people.asset_registered",
        item,
        by=by,
        at=at,
        because=because,
        unit=unit.name,
        number=number,
        name=name,
        cost_fen=cost_fen,
    )
    return item


@transaction.atomic
def hand_over_asset(
    *, asset_id: int, keeper_id: int, by: Person | None, at: datetime, because: str
) -> None:
    """Give a thing into another member's keeping."""
    item = _locked(asset_id)
    before = item.keeper
    item.keeper = _keeper(item.unit, keeper_id)
    item.save(update_fields=["keeper"])
    record(
        "people.asset_handed_over",
        item,
        by=by,
        at=at,
        because=because,
        before=before.name,
        keeper=item.keeper.name,
    )


@transaction.atomic
def retire_asset(*, asset_id: int, by: Person | None, at: datetime, because: str) -> None:
    """Strike a thing off the register; retiring it twice keeps the first day."""
    item = _locked(asset_id)
    if item.retired_on is None:
        item.retired_on = campus_day(at)
        item.save(update_fields=["retired_on"])
        record("people.asset_retired", item, by=by, at=at, because=because, number=item.number)


def _keeper(unit: Unit, keeper_id: int) -> Person:
    """Return the keeper, who must be on the branch's roster."""
    keeper = Person.objects.get(pk=keeper_id)
    if keeper.unit_id != unit.pk:
        raise rules.NotOfTheBranch(person=keeper.name, unit=unit.name)
    return keeper


def _locked(asset_id: int) -> AssetItem:
    """Return the thing, its row locked."""
    item = (
        AssetItem.objects.select_for_update(of=("self",))
        .select_related("unit", "keeper")
        .filter(pk=asset_id)
        .first()
    )
    if item is None:
        raise rules.Gone(what="资产")
    return item
