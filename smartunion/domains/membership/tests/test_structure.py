"""Chapter 2.1: PostgreSQL keeps 1+6+22, whatever the code above it does."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count

from smartunion.domains.membership.tests.conftest import NOON
from smartunion.kernel.people import reads
from smartunion.kernel.people.models import (
    Appointment,
    Establishment,
    Office,
    Person,
    Seat,
    Unit,
)
from smartunion.site.org import founding

DAY = date(2025, 3, 5)


def body_seats(kind: str) -> list[int]:
    """Return how many seats of its body each unit of a kind has."""
    seats = Seat.objects.filter(unit__kind=kind, office__body=True)
    return [row["n"] for row in seats.values("unit").annotate(n=Count("pk"))]


@pytest.mark.clause("R014")
def test_the_structure_is_1_plus_6_plus_22(founded: founding.Founded) -> None:
    count = {k: Unit.objects.filter(kind=k).count() for k in ("standing", "special", "branch")}
    assert count == {"standing": 1, "special": 6, "branch": 22}


@pytest.mark.clause("R014")
@pytest.mark.clause("R022")
def test_a_23rd_branch_is_refused_with_the_figures(founded: founding.Founded) -> None:
    with pytest.raises(IntegrityError, match="编制为 22 个，这将是第 23 个"), transaction.atomic():
        Unit.objects.create(code="B23", name="校医院工会分会", kind=Unit.Kind.BRANCH)
    with pytest.raises(IntegrityError, match="编制为 1 个"), transaction.atomic():
        Unit.objects.create(code="U2", name="第二常委会", kind=Unit.Kind.STANDING)
    with pytest.raises(IntegrityError, match="编制为 6 个"), transaction.atomic():
        Unit.objects.create(code="C7", name="第七专门委员会", kind=Unit.Kind.SPECIAL)


@pytest.mark.clause("R015")
@pytest.mark.clause("R020")
def test_the_standing_committee_has_exactly_seven_seats(founded: founding.Founded) -> None:
    committee = Unit.objects.get(kind=Unit.Kind.STANDING)
    assert body_seats("standing") == [7]
    per_office = Seat.objects.filter(unit=committee).values_list("office__code")
    assert dict(per_office.annotate(n=Count("pk"))) == {
        "union_chair": 1,
        "executive_vice_chair": 1,
        "vice_chair": 4,
        "audit_director": 1,
    }
    written = Establishment.objects.get(kind="standing").sum_of_seats
    assert written == "1+1+4+1"
    assert sum(map(int, written.split("+"))) == 7


@pytest.mark.clause("R020")
def test_an_eighth_seat_is_refused_with_the_figures(founded: founding.Founded) -> None:
    committee = Unit.objects.get(kind=Unit.Kind.STANDING)
    member = Office.objects.create(code="extra", title="委员", kind="standing", body=True)
    with pytest.raises(IntegrityError, match="共 7 席，这将是第 8 席"), transaction.atomic():
        Seat.objects.create(unit=committee, office=member, number=8)


@pytest.mark.clause("R020")
def test_a_body_that_loses_a_seat_cannot_be_committed(founded: founding.Founded) -> None:
    spare = Seat.objects.get(unit__kind="standing", number=6)
    Appointment.objects.filter(seat=spare).delete()
    spare.delete()
    with pytest.raises(IntegrityError, match="应为 7 席，现为 6 席"):
        connection.check_constraints()
    transaction.set_rollback(True)


@pytest.mark.clause("R018")
def test_each_of_the_four_vice_chairs_has_a_line_of_their_own(founded: founding.Founded) -> None:
    seats = Seat.objects.filter(office__code="vice_chair")
    lines = seats.order_by("number").values_list("line", flat=True)
    assert list(lines) == ["教学", "科研", "医口", "附属学校"]
    committee = Unit.objects.get(kind=Unit.Kind.STANDING)
    vice = Office.objects.get(code="vice_chair")
    with pytest.raises(IntegrityError, match="每单位 4 席，这将是第 5 席"), transaction.atomic():
        Seat.objects.create(unit=committee, office=vice, number=9, line="后勤")
    with pytest.raises(IntegrityError, match="one_seat_for_one_line"), transaction.atomic():
        Seat.objects.filter(unit=committee, line="医口").update(line="教学")


@pytest.mark.clause("R016")
@pytest.mark.clause("R017")
@pytest.mark.clause("R019")
def test_chair_executive_and_audit_director_are_one_each(founded: founding.Founded) -> None:
    for office, name in (
        ("union_chair", "赵明华"),
        ("executive_vice_chair", "钱立群"),
        ("audit_director", "孙敬之"),
    ):
        assert [p.name for p in reads.holders(office, on=DAY)] == [name]
        seat = Seat.objects.get(office__code=office)
        with pytest.raises(IntegrityError, match="每单位 1 席"), transaction.atomic():
            Seat.objects.create(unit=seat.unit, office=seat.office, number=99)


@pytest.mark.clause("R021")
def test_six_committees_serve_six_projects_one_to_one(founded: founding.Founded) -> None:
    committees = Unit.objects.filter(kind=Unit.Kind.SPECIAL).order_by("project")
    assert [u.project for u in committees] == ["3.1", "3.2", "3.3", "3.4", "3.5", "3.6"]
    with pytest.raises(IntegrityError, match="one_committee_for_one_project"), transaction.atomic():
        Unit.objects.filter(code="C2").update(project="3.1")
    with pytest.raises(IntegrityError, match="only_a_special_committee"), transaction.atomic():
        Unit.objects.filter(code="D01").update(project="3.9")


@pytest.mark.clause("R023")
def test_a_branch_cannot_be_stored_under_the_old_label(founded: founding.Founded) -> None:
    for name in ("机关部门工会", "机关分工会", "工会分会", "机关部门工会工会分会"):
        with pytest.raises(IntegrityError, match="gonghui_fenhui"), transaction.atomic():
            Unit.objects.filter(code="B02").update(name=name)


@pytest.mark.clause("R024")
def test_22_branch_committees_have_five_seats_each_110_in_all(founded: founding.Founded) -> None:
    assert body_seats("branch") == [5] * 22
    assert Seat.objects.filter(unit__kind="branch", office__body=True).count() == 110
    branch = Unit.objects.get(code="B01")
    extra = Office.objects.create(code="extra", title="委员", kind="branch", body=True)
    with pytest.raises(IntegrityError, match="共 5 席，这将是第 6 席"), transaction.atomic():
        Seat.objects.create(unit=branch, office=extra, number=20)


@pytest.mark.clause("R025")
def test_exactly_one_of_the_five_keeps_the_assets(founded: founding.Founded) -> None:
    keeper = Office.objects.get(code="branch_asset_manager")
    assert Seat.objects.filter(office=keeper).count() == 22
    branch = Unit.objects.get(code="B01")
    with pytest.raises(IntegrityError, match="资产管理员 每单位 1 席，这将是第 2 席"):
        Seat.objects.create(unit=branch, office=keeper, number=20)


@pytest.mark.clause("R025")
def test_a_branch_without_an_asset_manager_is_on_the_alarm_list(founded: founding.Founded) -> None:
    assert reads.vacant_seats(on=DAY) == []
    post = Appointment.objects.get(office__code="branch_asset_manager", unit__code="B01")
    Appointment.objects.filter(pk=post.pk).update(until=DAY)
    vacant = reads.vacant_seats(on=DAY)
    assert [(s.unit.code, s.office.code) for s in vacant] == [("B01", "branch_asset_manager")]


@pytest.mark.clause("R020")
def test_one_seat_has_one_holder_at_a_time(founded: founding.Founded) -> None:
    held = Appointment.objects.get(office__code="union_chair")
    other = Person.objects.get(username="lin")
    with pytest.raises(IntegrityError, match="one_holder_of_a_seat"), transaction.atomic():
        Appointment.objects.create(
            office=held.office, unit=held.unit, seat=held.seat, person=other, since=DAY
        )
    Appointment.objects.filter(pk=held.pk).update(until=DAY)
    Appointment.objects.create(
        office=held.office, unit=held.unit, seat=held.seat, person=other, since=DAY
    )


@pytest.mark.clause("R020")
def test_nobody_sits_twice_in_one_body(founded: founding.Founded) -> None:
    chair = Appointment.objects.get(office__code="union_chair")
    vice = Appointment.objects.filter(office__code="vice_chair").order_by("pk").first()
    assert vice is not None
    with pytest.raises(IntegrityError, match="只能占一席"), transaction.atomic():
        Appointment.objects.filter(pk=vice.pk).update(person=chair.person)


@pytest.mark.clause("R020")
def test_a_seat_cannot_be_held_under_another_office_or_unit(founded: founding.Founded) -> None:
    held = Appointment.objects.get(office__code="union_chair")
    Appointment.objects.filter(pk=held.pk).update(office=Office.objects.get(code="member"))
    with pytest.raises(IntegrityError, match="appointment_in_its_place"):
        connection.check_constraints()
    transaction.set_rollback(True)


@pytest.mark.clause("R014")
def test_founding_twice_changes_nothing(founded: founding.Founded) -> None:
    from smartunion.kernel.trail.models import Entry

    entries = Entry.objects.count()
    again = founding.found(year=2025, people=240, seed=7, at=NOON)
    assert again == founded
    assert Entry.objects.count() == entries
    assert founded.vacant == 0


@pytest.mark.clause("R014")
def test_a_larger_campus_contains_the_smaller(founded: founding.Founded) -> None:
    before = dict(Person.objects.values_list("username", "name"))
    founding.found(year=2025, people=400, seed=7, at=NOON)
    after = dict(Person.objects.values_list("username", "name"))
    assert len(after) - len(before) == 160
    assert before.items() <= after.items()


def test_a_founded_account_has_no_password(founded: founding.Founded) -> None:
    assert not any(p.has_usable_password() for p in Person.objects.all())
