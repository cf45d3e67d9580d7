"""5.3: 30 seconds on the spot, 4 minutes the medics, 8 minutes at the hospital, all from t0."""

from datetime import timedelta

import pytest

from smartunion.domains.safety import public
from smartunion.domains.safety.actions import events, incidents
from smartunion.domains.safety.models import Event, Incident
from smartunion.domains.safety.reads import incidents as reads
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import Role
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.duty.rules import Post
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import reads as private
from smartunion.kernel.response import actions as responding
from smartunion.kernel.response import drills, tracking
from smartunion.kernel.response import reads as response
from smartunion.kernel.response.models import Asked, Run, Tracking
from smartunion.kernel.response.refusals import (
    NotAPlace,
    NotLocated,
    PositionConsentMissing,
    RunOver,
)
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.models import Entry

from .conftest import RACE, House, at_once


@pytest.fixture
def race(house: House) -> Event:
    event = house.open()
    house.at = RACE + timedelta(minutes=30)
    return event


def begin(house: House, event: Event, **given: object) -> Incident:
    asked = {"event_id": event.pk, "place": "终点", "by": house.duty2, "at": house.at, **given}
    return incidents.report(**asked)


def later(house: House, incident: Incident, seconds: float) -> None:
    assert incident.run is not None
    house.at = incident.run.t0 + timedelta(seconds=seconds)
    fire_due(at=house.at)


def answer(house: House, it: Incident, who: Person, step: str, outcome: str) -> bool:
    return incidents.answer(incident_id=it.pk, step=step, outcome=outcome, by=who, at=house.at)


@pytest.mark.clause("R235", "R236", "R237", "T43")
def test_every_clock_counts_from_the_report_and_is_kept(house: House, race: Event) -> None:
    it = begin(house, race)
    assert it.number == "TF-2025-001"
    legs = {leg.code: leg.limit_seconds for leg in reads.legs(it)}
    assert legs == {"onsite": 30, "aed": 180, "medics": 240, "hospital": 480}
    asked = set(Asked.objects.filter(run=it.run).values_list("person__username", flat=True))
    assert {f"duty{n}" for n in range(6)} <= asked
    assert it.run is not None
    posts = {one.post for one in response.told_in(it.run)}
    assert {"医护（活动值守）", "保卫处指挥中心"} <= posts
    later(house, it, 20)
    answer(house, it, house.duty2, "onsite", "there")
    later(house, it, 150)
    answer(house, it, house.duty4, "aed", "arrived")
    later(house, it, 240)
    answer(house, it, house.duty0, "medics", "arrived")
    later(house, it, 480)
    answer(house, it, house.duty0, "hospital", "delivered")
    it.refresh_from_db()
    assert it.ended_at == house.at
    assert [leg.took_seconds for leg in reads.legs(it)] == [20, 150, 240, 480]
    [row] = public.responded(RACE.date(), RACE.date() + timedelta(days=1))
    assert (row.number, row.in_time, row.medic_seconds) == ("TF-2025-001", True, 240)


@pytest.mark.clause("R235", "R236", "R237")
def test_a_second_too_late_is_late_and_others_are_called(house: House, race: Event) -> None:
    it = begin(house, race)
    later(house, it, 31)
    assert it.run is not None
    assert it.run.steps.get(code="onsite").timed_out_at is not None
    answer(house, it, house.duty3, "onsite", "there")
    later(house, it, 241)
    answer(house, it, house.duty1, "medics", "arrived")
    answer(house, it, house.duty1, "hospital", "treated")
    late = {leg.code: leg.in_time for leg in reads.legs(it)}
    assert late == {"onsite": False, "aed": True, "medics": False, "hospital": True}
    assert not public.responded(RACE.date(), RACE.date() + timedelta(days=1))[0].in_time
    assert not answer(house, it, house.duty0, "medics", "arrived")
    other = begin(house, race, place="起点")
    for seconds, step, outcome in (
        (30, "onsite", "there"), (30, "aed", "not_needed"), (240, "medics", "arrived"),
        (481, "hospital", "delivered"),
    ):  # fmt: skip
        later(house, other, seconds)
        answer(house, other, house.duty0, step, outcome)
    late = {leg.code: leg.in_time for leg in reads.legs(other)}
    assert late == {"onsite": True, "aed": True, "medics": True, "hospital": False}


@pytest.mark.clause("R235")
def test_only_those_on_duty_report_and_two_reports_of_one_place_are_one(
    house: House, race: Event
) -> None:
    with pytest.raises(refusals.NotOnDuty):
        begin(house, race, by=house.lin)
    first = begin(house, race)
    assert begin(house, race, by=house.duty3) == first
    assert begin(house, race, place="起点").number == "TF-2025-002"
    with pytest.raises(refusals.EventNotRunning):
        begin(house, race, by=house.organiser, at=RACE + timedelta(days=1))
    events.cancel_event(event_id=race.pk, by=house.organiser, at=house.at, because="台风")
    with pytest.raises(refusals.EventNotRunning):
        begin(house, race, place="赛道")


@pytest.mark.django_db(transaction=True)
def test_two_thumbs_at_one_moment_open_one_incident(house: House, race: Event) -> None:
    results = at_once(
        lambda: begin(house, race),
        lambda: begin(house, race, by=house.duty3),
        lambda: begin(house, race, by=house.duty5),
    )
    assert len({one.pk for one in results}) == 1
    assert Run.objects.count() == 1


@pytest.mark.clause("R238")
def test_positions_are_sealed_seen_by_the_board_and_stop_with_the_incident(
    house: House, race: Event
) -> None:
    it = begin(house, race)
    here = {"run_id": it.run_id, "latitude": 22.5331, "longitude": 113.9362, "at": house.at}
    with pytest.raises(PositionConsentMissing):
        tracking.share(**here, by=house.duty0)
    tracking.agree(by=house.duty0, at=house.at)
    with pytest.raises(NotAPlace):
        tracking.share(**{**here, "latitude": 122.5}, by=house.duty0)
    with pytest.raises(NotLocated):
        tracking.share(**here, by=house.lin)
    tracking.share(**here, by=house.duty0)
    tracking.share(**{**here, "latitude": 22.5340}, by=house.duty0)
    [seen] = responding.look_at_positions(at=house.at, by=house.security)
    assert (seen.incident, seen.label, seen.latitude) == (it.number, "医护1", 22.534)
    responding.look_at_positions(at=house.at, by=house.security)
    row = Tracking.objects.get(person=house.duty0)
    assert len(private.accesses(f"response.tracking:{row.pk}")) == 1
    assert "22.5" not in str(list(Entry.objects.values()))
    driver = house.someone("driver")
    Shift.objects.create(
        post=Post.DRIVER, part="primary", person=driver, since=house.at,
        until=house.at + timedelta(hours=9),
    )  # fmt: skip
    with pytest.raises(NotLocated):
        tracking.share(**here, by=driver)
    later(house, it, 241)
    here |= {"at": house.at}
    tracking.agree(by=driver, at=house.at)
    tracking.share(**here, by=driver)
    tracking.share(**here, by=house.duty0)
    marks = {
        one.role: one.label for one in responding.look_at_positions(at=house.at, by=house.security)
    }
    assert marks == {"medic": "医护1", "vehicle": "值班车1"}, "called after four minutes"
    assert (
        responding.look_at_positions(at=house.at + timedelta(seconds=61), by=house.security) == []
    )
    answer(house, it, house.duty0, "hospital", "treated")
    row.refresh_from_db()
    assert row.stopped_at is not None
    assert responding.look_at_positions(at=house.at, by=house.security) == []
    with pytest.raises(RunOver):
        tracking.share(**here, by=house.duty0)


@pytest.mark.clause("R235")
def test_a_drill_says_so_first_and_counts_in_no_figure(house: House) -> None:
    event = house.open()
    it = begin(house, event, by=house.organiser, drill=True)
    assert it.number == "YL-2025-001"
    titles = Notice.objects.filter(about__startswith=f"response/{it.run_id}/")
    assert titles.exists()
    assert all(one.title.startswith("【演练】") for one in titles)
    answer(house, it, house.duty0, "hospital", "treated")
    assert public.responded(RACE.date().replace(day=1), RACE.date() + timedelta(days=9)) == []


@pytest.mark.clause("R235", "R244")
def test_each_month_a_branch_drills_the_incident_with_whoever_is_on_call(house: House) -> None:
    """No event stands behind it: the branch's roster is called, every row and message marked."""
    made = drills.plan_month(at=house.at)
    mine = [one for one in made if one.protocol == "safety.incident"]
    red = [one for one in made if one.protocol == "crisis.red"]
    assert len(mine) == len(red) > 0
    assert mine[0].planned_at - red[0].planned_at == drills.APART, "never both at one hour"
    drill = mine[0]
    for post in (Post.A, Post.C, Post.SECURITY):
        Shift.objects.create(
            unit=drill.unit if post != Post.SECURITY else None, post=post, part="primary",
            person=house.someone(f"on-{post.value}"), since=house.at, until=RACE,
        )  # fmt: skip
    run = drills.begin(drill, at=drill.planned_at)
    assert (run.is_drill, run.unit, run.number[0]) == (True, drill.unit, "演")
    asked = Asked.objects.filter(run=run).select_related("person")
    first = {one.post: one.person.username for one in asked.order_by("-turn")}
    assert [first[role] for role in Role] == ["on-c", "on-security", "on-a"]
    told = Notice.objects.filter(about__startswith=f"response/{run.pk}/")
    assert told.exists()
    assert all(one.title.startswith("【演练】") for one in told)
    marks = [
        *asked.values_list("is_drill", flat=True),
        *run.steps.values_list("is_drill", flat=True),
    ]
    assert set(marks) == {True}
    done, medic = run.t0 + timedelta(seconds=200), house.people["on-c"]
    responding.answer(
        run_id=run.pk, step="hospital", outcome="treated", by=medic, at=done, via="page"
    )
    drill.refresh_from_db()
    result = drills.result_of(drill)
    assert result is not None
    assert result.passed
    assert not Incident.objects.exists()
    year = (RACE.date().replace(month=1, day=1), RACE.date().replace(month=12, day=31))
    assert public.responded(*year) == []
    assert response.responses(protocol="safety.incident", since=year[0], until=year[1]) == []
