"""Who holds which seat: appointing, ending, succeeding, taking over."""

from datetime import date

import pytest

from smartunion.domains.membership import rules
from smartunion.domains.membership.actions import terms
from smartunion.domains.membership.models import Recusal
from smartunion.domains.membership.tests.conftest import NOON
from smartunion.kernel.people import reads
from smartunion.kernel.people.models import Appointment, Office, Person, Seat, Unit
from smartunion.kernel.trail.models import Entry
from smartunion.site.org import founding

DAY = date(2025, 3, 5)


def who(username: str) -> Person:
    return Person.objects.get(username=username)


def committee() -> Unit:
    return Unit.objects.get(kind=Unit.Kind.STANDING)


def appoint(office: str, unit: Unit, person: Person, **values: object) -> Appointment:
    """Appoint by 钱立群, the executive vice-chair."""
    return terms.appoint(
        office=office,
        unit_id=unit.pk,
        person_id=person.pk,
        **{"since": DAY, "by": who("qian"), "at": NOON, "because": "常委会决议", **values},
    )


@pytest.mark.clause("R020")
@pytest.mark.clause("P05")
def test_an_eighth_member_of_the_standing_committee_is_refused(founded: founding.Founded) -> None:
    assert len(reads.holders("standing_member", on=DAY)) == 7
    with pytest.raises(rules.BodyFull) as no:
        appoint("vice_chair", committee(), who("lin"))
    assert str(no.value) == (
        "校工会常务委员会共 7 席（1+1+4+1），现任 7 人；兼职副主席无空席，不能有第 8 人"
    )
    assert no.value.clause == "2.1"


@pytest.mark.clause("R020")
def test_a_taken_seat_is_refused_with_its_holder(founded: founding.Founded) -> None:
    seat = Seat.objects.get(office__code="union_chair")
    with pytest.raises(rules.SeatTaken, match="已由 赵明华 担任（2025-01-01 起）"):
        appoint("union_chair", committee(), who("lin"), seat_id=seat.pk)


@pytest.mark.clause("R020")
def test_nobody_holds_two_of_the_seven_seats(founded: founding.Founded) -> None:
    vice = Appointment.objects.filter(office__code="vice_chair").order_by("pk").first()
    assert vice is not None
    terms.end_term(appointment_id=vice.pk, on=DAY, by=who("qian"), at=NOON, because="调离")
    with pytest.raises(
        rules.SitsTwice, match="赵明华 已在校工会常务委员会任主席；7 席须由 7 人分任"
    ):
        appoint("vice_chair", committee(), who("zhao"))


@pytest.mark.clause("P02")
def test_nobody_appoints_themself(founded: founding.Founded) -> None:
    with pytest.raises(rules.OwnAppointment, match="不能任命自己：钱立群"):
        appoint("congress_delegate", Unit.objects.get(code="B02"), who("qian"))


@pytest.mark.clause("R025")
def test_an_asset_manager_who_leaves_raises_the_alarm_and_is_succeeded(
    founded: founding.Founded,
) -> None:
    post = Appointment.objects.get(office__code="branch_asset_manager", unit__code="B01")
    terms.end_term(appointment_id=post.pk, on=DAY, by=who("qian"), at=NOON, because="退休")
    assert [s.office.title for s in reads.vacant_seats(on=DAY)] == ["资产管理员"]
    appoint("branch_asset_manager", post.unit, who("lin"))
    assert reads.vacant_seats(on=DAY) == []
    assert [e.what for e in Entry.objects.order_by("-pk")[:2]] == [
        "people.appointed",
        "people.term_ended",
    ]


@pytest.mark.clause("R018")
def test_a_successor_takes_the_seat_and_its_line_on_the_day(founded: founding.Founded) -> None:
    old = Appointment.objects.get(seat__line="医口")
    new = terms.succeed(
        appointment_id=old.pk,
        person_id=who("lin").pk,
        on=date(2025, 9, 1),
        by=who("qian"),
        at=NOON,
        because="常委会增补",
    )
    assert new.seat == old.seat
    names = [reads.holders("vice_chair", on=d) for d in (date(2025, 8, 31), date(2025, 9, 1))]
    assert who("lin") not in names[0]
    assert who("lin") in names[1]
    assert len(names[1]) == 4


@pytest.mark.clause("R016")
def test_a_term_is_five_years_and_ends_only_once(founded: founding.Founded) -> None:
    chair = Appointment.objects.get(office__code="union_chair")
    assert (chair.since, chair.until) == (date(2025, 1, 1), date(2030, 1, 1))
    end = {"by": who("qian"), "at": NOON, "because": "辞职"}
    terms.end_term(appointment_id=chair.pk, on=DAY, **end)
    with pytest.raises(rules.AlreadyOver, match="赵明华 的任期已于 2025-03-05 结束"):
        terms.end_term(appointment_id=chair.pk, on=DAY, **end)
    with pytest.raises(rules.EndsBeforeItStarts):
        rules.Span(DAY, DAY)


def test_an_office_is_held_only_in_its_kind_of_unit(founded: founding.Founded) -> None:
    with pytest.raises(rules.NotThere, match="主席设于常务委员会，不能在外国语学院工会分会任命"):
        appoint("union_chair", Unit.objects.get(code="B01"), who("lin"))


@pytest.mark.clause("P07")
@pytest.mark.clause("R027")
def test_the_b_part_takes_over_while_the_a_part_is_away(founded: founding.Founded) -> None:
    """责任：福利保障委员会主任A角，采购中心B角（2.2）."""
    office = "welfare_committee_chair"
    lead = reads.acting(office, on=DAY)
    assert lead is not None
    assert (lead.person.name, lead.part) == ("王建国", "A")
    assert not reads.mandate_of(who("zhou"), on=DAY).may("wallet.release")
    terms.leave_post(
        person_id=who("wang").pk,
        since=DAY,
        until=date(2025, 3, 8),
        by=who("qian"),
        at=NOON,
        because="出差",
    )
    backup = reads.acting(office, on=DAY)
    assert backup is not None
    assert (backup.person.name, backup.part) == ("周启明", "B")
    assert backup.because == "王建国 离岗至 3月8日"
    assert reads.mandate_of(who("zhou"), on=DAY).may("wallet.release")
    assert not reads.mandate_of(who("zhou"), on=date(2025, 3, 8)).may("wallet.release")


def test_nobody_is_their_own_b_part(founded: founding.Founded) -> None:
    zhou = Appointment.objects.get(office__code="welfare_committee_chair", part="B")
    Appointment.objects.filter(pk=zhou.pk).delete()
    with pytest.raises(rules.OwnBackup, match="王建国 已是该岗位的 A角"):
        appoint("welfare_committee_chair", zhou.unit, who("wang"), part="B")


@pytest.mark.clause("T46")
@pytest.mark.clause("P11")
@pytest.mark.clause("P12")
@pytest.mark.clause("P13")
def test_a_contact_who_is_the_person_in_question_is_passed_over(
    founded: founding.Founded,
) -> None:
    branch = Unit.objects.get(code="B01")
    for office in ("contact_a", "contact_b", "contact_c"):
        assert Seat.objects.filter(office__code=office).count() == 22
        assert len(reads.holders(office, branch.pk, on=DAY)) == 1
    first = reads.acting("contact_a", branch.pk, on=DAY)
    assert first is not None
    assert reads.acting("contact_a", branch.pk, on=DAY, excluding={first.person.pk}) is None
    appoint("contact_a", branch, who("lin"), part="B")
    second = reads.acting("contact_a", branch.pk, on=DAY, excluding={first.person.pk})
    assert second is not None
    assert second.person.name == "林晓梅"
    assert second.because == f"{first.person.name} 与本事项有关，回避"


@pytest.mark.clause("T17")
@pytest.mark.clause("P04")
@pytest.mark.clause("R019")
def test_the_audit_director_is_flagged_and_recuses(founded: founding.Founded) -> None:
    flagged = reads.conflicts(on=DAY)
    assert [c.person.name for c in flagged] == ["孙敬之"]
    assert "审查本机构的事项须回避" in flagged[0].text
    done = terms.recuse(
        appointment_id=flagged[0].appointment_id,
        matter="常委会 2025 年办公经费审查",
        by=who("sun"),
        at=NOON,
        because="本人为常委",
    )
    assert Recusal.objects.get().matter == done.matter
    assert Entry.objects.order_by("pk").last().what == "people.recused"
    with pytest.raises(rules.Gone):
        terms.recuse(
            appointment_id=flagged[0].appointment_id,
            matter="别人的",
            by=who("lin"),
            at=NOON,
            because="",
        )


def test_a_permission_reaches_as_far_as_the_offices_scope(founded: founding.Founded) -> None:
    branch = Unit.objects.get(code="B01")
    chen = reads.mandate_of(who("chen"), on=DAY)
    assert chen.units["people.view"] == frozenset({branch.pk})
    assert reads.mandate_of(who("zhao"), on=DAY).units["people.view"] is None
    assert reads.mandate_of(who("lin"), on=DAY).units["wallet.own"] == frozenset()
    assert not reads.mandate_of(who("lin"), on=DAY).may("people.view")


@pytest.mark.clause("P31")
@pytest.mark.clause("P32")
def test_an_outside_account_can_do_nothing_after_its_day(founded: founding.Founded) -> None:
    auditor = who("auditor")
    assert reads.mandate_of(auditor, on=date(2025, 12, 31)).may("indicator.rows")
    assert reads.mandate_of(auditor, on=date(2026, 1, 1)).units == {}
    assert reads.grounds_of(auditor, on=date(2026, 1, 1)) == []


def test_why_i_may_do_something_names_office_unit_clause_and_day(
    founded: founding.Founded,
) -> None:
    grounds = {g.permission: g for g in reads.grounds_of(who("wang"), on=DAY)}
    release = grounds["wallet.release"]
    assert (release.office, release.unit, release.clause) == (
        "福利保障委员会主任",
        "福利保障专门委员会",
        "7.1②",
    )
    assert release.until == date(2030, 1, 1)
    assert set(grounds) == set(reads.mandate_of(who("wang"), on=DAY).units)


def test_every_grant_is_a_permission_with_words(founded: founding.Founded) -> None:
    from smartunion.kernel.people.models import Permission

    known = set(Permission.objects.values_list("code", flat=True))
    assert {
        g for grants in Office.objects.values_list("grants", flat=True) for g in grants
    } == known
