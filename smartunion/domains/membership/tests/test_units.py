"""What a unit is called: the renaming of the 22, and the plan's own variants."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from smartunion.domains.membership import rules
from smartunion.domains.membership.actions import persons, units
from smartunion.domains.membership.actions.persons import NewPerson
from smartunion.domains.membership.models import AssetItem
from smartunion.domains.membership.tests.conftest import NOON
from smartunion.kernel.people.models import Appointment, Person, Unit
from smartunion.kernel.people.reads import mandate_of, unit_named
from smartunion.kernel.trail.models import Entry
from smartunion.site.org import founding

DAY = date(2025, 3, 5)


def who(username: str) -> Person:
    return Person.objects.get(username=username)


@pytest.mark.clause("R023")
@pytest.mark.parametrize(
    "old", ["机关部门工会", "机关分工会", "机关工会", "机关", " 机关 部门工会"]
)
def test_every_old_label_has_one_official_name(old: str) -> None:
    assert rules.proposed_name(old) == "机关工会分会"


@pytest.mark.clause("R023")
@pytest.mark.clause("R022")
def test_the_old_label_is_refused_with_the_proposed_name(founded: founding.Founded) -> None:
    branch = Unit.objects.get(code="B02")
    with pytest.raises(rules.OldLabel) as no:
        units.rename_unit(
            unit_id=branch.pk, name="机关党委部门工会", by=who("qian"), at=NOON, because="合并"
        )
    assert no.value.as_dict()["remedy"] == (
        "改用「机关党委工会分会」；原称谓会留作别名，旧文件仍能查到。"
    )


@pytest.mark.clause("T64")
def test_a_renamed_branch_is_still_found_by_its_older_names(founded: founding.Founded) -> None:
    branch = Unit.objects.get(code="B02")
    units.rename_unit(
        unit_id=branch.pk, name="机关党委工会分会", by=who("qian"), at=NOON, because="合并"
    )
    for name in ("机关党委工会分会", "机关工会分会", "机关分工会", "机关部门工会", "机关"):
        found = unit_named(name)
        assert found is not None, name
        assert found.pk == branch.pk, name
    entry = Entry.objects.order_by("pk").last()
    assert entry.facts == {"before": "机关工会分会", "name": "机关党委工会分会"}


@pytest.mark.clause("T64")
def test_one_name_never_means_two_units(founded: founding.Founded) -> None:
    with pytest.raises(rules.NameTaken, match="已是 文学院工会分会 的名称或别名"):
        units.rename_unit(
            unit_id=Unit.objects.get(code="B02").pk,
            name="文学院工会分会",
            by=who("qian"),
            at=NOON,
            because="",
        )


@pytest.mark.clause("T72")
@pytest.mark.clause("P08")
def test_the_committee_decides_and_the_department_executes(founded: founding.Founded) -> None:
    """福利保障专门委员会 and 福利保障委员会 are one; 工会福利部 is another."""
    committee, same, department = map(
        unit_named, ("福利保障专门委员会", "福利保障委员会", "工会福利部")
    )
    assert committee is not None
    assert department is not None
    assert committee == same
    assert committee.function == "议事决定"
    assert department.function == "执行"
    assert department.pk != committee.pk
    tang = mandate_of(who("tang"), on=DAY)
    assert mandate_of(who("wang"), on=DAY).may("wallet.release")
    assert not tang.may("wallet.release")
    assert tang.may("wallet.points")


@pytest.mark.clause("P17")
def test_a_member_is_registered_under_any_name_of_the_branch(founded: founding.Founded) -> None:
    new = NewPerson("A99001", "宋知远", "外国语学院分工会", "13900000000")
    made = persons.register_person(person=new, by=who("qian"), at=NOON)
    assert made.unit == Unit.objects.get(code="B01")
    assert not made.has_usable_password()
    with pytest.raises(rules.NumberTaken, match="工号 A99001 已属 宋知远"):
        persons.register_person(person=new, by=who("qian"), at=NOON)
    with pytest.raises(rules.NotABranch, match="「财务处」不是 22 个分会之一"):
        persons.register_person(
            person=NewPerson("A99002", "宋知行", "财务处"), by=who("qian"), at=NOON
        )


@pytest.mark.clause("P26")
def test_a_cashier_is_invited_until_a_day_and_sees_only_their_shop(
    founded: founding.Founded,
) -> None:
    shop = Unit.objects.get(code="M02")
    guest = persons.invite(
        username="cashier2",
        name="许小红",
        office="merchant_cashier",
        unit_id=shop.pk,
        until=date(2025, 7, 1),
        by=who("tang"),
        at=NOON,
    )
    assert guest.kind == Person.Kind.MERCHANT
    assert mandate_of(guest, on=date(2025, 6, 30)).units == {"till.use": frozenset({shop.pk})}
    assert mandate_of(guest, on=date(2025, 7, 1)).units == {}
    persons.close_account(person_id=guest.pk, by=who("tang"), at=NOON, because="离店")
    guest.refresh_from_db()
    assert mandate_of(guest, on=DAY).units == {}


def test_only_outside_offices_are_invited_and_only_ahead(founded: founding.Founded) -> None:
    asked = {"username": "x", "name": "某", "by": who("qian"), "at": NOON}
    unit = Unit.objects.get(kind=Unit.Kind.STANDING)
    with pytest.raises(rules.NotInvited):
        persons.invite(office="vice_chair", unit_id=unit.pk, until=date(2026, 1, 1), **asked)
    shop = Unit.objects.get(code="M02")
    with pytest.raises(rules.AccessEnded):
        persons.invite(office="merchant_cashier", unit_id=shop.pk, until=DAY, **asked)
    with pytest.raises(rules.Gone):
        persons.close_account(person_id=who("lin").pk, by=who("qian"), at=NOON, because="")


@pytest.mark.clause("R026")
@pytest.mark.clause("P10")
def test_an_asset_is_kept_by_a_member_of_its_branch(founded: founding.Founded) -> None:
    branch = Unit.objects.get(code="B01")
    item = AssetItem(unit=branch, number="B01-001", name="投影仪", cost_fen=380_000, bought_on=DAY)
    item.keeper = who("mo")
    with pytest.raises(ValidationError, match="莫思齐 不在外国语学院工会分会的名册上"):
        item.full_clean()
    item.keeper = who("gu")
    item.full_clean()
    item.save()
    item.pk = None
    with pytest.raises(ValidationError, match=r"分会.*资产编号"):
        item.full_clean()


def test_a_seat_of_the_cast_is_where_the_cast_says(founded: founding.Founded) -> None:
    held = Appointment.objects.filter(person__username="gu").values_list(
        "office__code", "unit__code"
    )
    assert set(held) == {("branch_asset_manager", "B01"), ("college_liaison", "B01")}
