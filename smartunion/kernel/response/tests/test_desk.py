"""The desk: who sees a run, what the list, the pop-up, the corrections and the drills show."""

from dataclasses import replace

import pytest
from django.test import Client

from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.response import actions, drills, reads, reports
from smartunion.kernel.response.models import Correction, Drill, Run, Via, mark_of
from smartunion.kernel.response.registry import Wired
from smartunion.kernel.timers import ticker
from smartunion.kernel.timers.models import Timer
from smartunion.site.audits import RESPONSE
from tests.cast import appoint

from . import conftest
from .conftest import Duty, after, begin, until


def signed_in(person: object) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def run(duty: Duty) -> Run:
    return begin(duty, at=clock.now())


@pytest.fixture
def chair(duty: Duty, mo: object) -> object:
    appoint(mo, "response.view", "response.lead", "response.drill", "home")
    return mo


@pytest.mark.clause("R115")
@pytest.mark.clause("R130")
def test_whoever_is_called_sees_it_over_any_page_without_a_window_that_can_be_blocked(
    run: Run, duty: Duty
) -> None:
    lin = signed_in(duty.lin)
    home = lin.get("/notices/").content.decode()
    assert f"/response/{run.pk}/alert/" in home, "it is part of the page itself"
    assert "拨打电话" in home
    assert run.number in lin.get("/response/popup/").content.decode()
    assert run.number not in signed_in(duty.driver).get("/notices/").content.decode()
    actions.receive(run_id=run.pk, by=duty.lin, at=clock.now(), via=Via.PAGE)
    assert run.number not in lin.get("/response/popup/").content.decode()


def test_the_run_page_is_for_those_on_it_and_those_who_lead(
    run: Run, duty: Duty, chair: object, wang: object
) -> None:
    address = f"/response/{run.pk}/"
    assert signed_in(wang).get(address).status_code == 404
    for person in (duty.lin, chair):
        shown = signed_in(person).get(address).content.decode()
        assert "郑国平" in shown, "who was told"
        assert "短信" in shown
        assert "处置日志" in shown
    run.excluded = [mark_of(run.number, chair.pk)]
    run.save(update_fields=["excluded"])
    assert signed_in(chair).get(address).status_code == 404, "nobody sees their own matter"


def test_the_desk_lists_runs_and_ends_one_with_a_reason(
    run: Run, duty: Duty, chair: object
) -> None:
    client = signed_in(chair)
    assert run.number in client.get("/response/").content.decode()
    assert client.post(f"/response/{run.pk}/standing-down/", {"because": ""}).status_code == 422
    client.post(f"/response/{run.pk}/standing-down/", {"because": "误触发，已与本人核实"})
    assert run.number in client.get("/response/?segment=ended").content.decode()
    run.refresh_from_db()
    assert (run.state, run.ended_by) == ("stood_down", chair)


@pytest.mark.clause("R131")
def test_a_wrong_number_is_put_right_at_the_desk(run: Run, duty: Duty, chair: object) -> None:
    actions.number_wrong(run_id=run.pk, person=duty.lin, channel="sms", at=clock.now())
    task = Correction.objects.get(run=run)
    client = signed_in(chair)
    assert "林晓梅" in client.get("/response/corrections/").content.decode()
    assert client.get(f"/response/corrections/{task.pk}/").status_code == 200
    client.post(
        f"/response/corrections/{task.pk}/", {"value": "13912345678", "because": "本人来电"}
    )
    task.refresh_from_db()
    assert task.done_at is not None
    assert task.because == "本人来电"


def test_a_drill_is_ordered_held_measured_and_told(duty: Duty, chair: object) -> None:
    client = signed_in(chair)
    client.post(
        "/response/drills/order/",
        {"protocol": "test.red", "unit": duty.branch.pk, "because": "试一次"},
    )
    drill = Drill.objects.get()
    ticker.fire_due(at=clock.now())
    drill.refresh_from_db()
    run = drill.run
    assert run.is_drill
    for person in (duty.lin, duty.sun, duty.zheng):
        actions.receive(run_id=run.pk, by=person, at=clock.now(), via=Via.LINK)
    actions.answer(
        run_id=run.pk, step="call", outcome="no_answer", by=duty.lin, at=clock.now(), via=Via.LINK
    )
    actions.answer(
        run_id=run.pk, step="scene", outcome="soothed", by=duty.zheng, at=clock.now(), via=Via.LINK
    )
    result = drills.result_of(Drill.objects.get())
    assert (len(result.acks), result.asked, result.passed) == (3, 3, True)
    assert 0 <= result.p50 <= result.p90
    report = reports.markdown(result)
    assert report.startswith("# 【演练】红色预警")
    assert "林晓梅" not in report
    assert "无人接听" in report
    assert "通过" in client.get("/response/drills/").content.decode()
    today = clock.now().date()
    assert reads.responses(protocol="test.red", since=today, until=today.replace(year=2099)) == []


def test_each_month_another_branch_has_its_drill(
    duty: Duty, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conftest, "WIRED", [Wired(conftest.RED, drilled=True)])
    monkeypatch.setattr(
        conftest, "LIMITS", {"drill_day": 10, "drill_hour": 15, "drill_branches": 1}
    )
    made = drills.plan_month(at=after(0))
    assert [drill.unit for drill in made] == [duty.branch]
    assert drills.plan_month(at=after(60)) == []
    timer = Timer.objects.get(key=f"response.drill/{made[0].pk}")
    assert timer.due_at == made[0].planned_at
    assert drills.plan_month(at=after(86400 * 6)) == [], "the day has passed"


def test_a_protocol_that_was_changed_is_drilled_at_the_next_hour_of_drills(
    duty: Duty, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever deploys another version of what happens at red learns by a drill whether it does."""
    monkeypatch.setattr(conftest, "WIRED", [Wired(conftest.RED, drilled=True)])
    given = {"protocol": "test.red", "unit": duty.branch, "by": None}
    at = clock.now()
    drills.begin(drills.order(planned_at=at, at=at, because="测试", **given), at=at)
    monkeypatch.setattr(conftest, "LIMITS", {**conftest.LIMITS, "drill_hour": 15})
    assert drills.plan_after_change(at=at) == [], "the same version was drilled"
    newer = replace(conftest.RED, version="2")
    monkeypatch.setattr(conftest, "WIRED", [Wired(newer, drilled=True)])
    (made,) = drills.plan_after_change(at=at)
    assert (made.unit, made.planned_at > at) == (duty.branch, True)
    assert made.planned_at.astimezone(CAMPUS).hour == 15
    assert drills.plan_after_change(at=at) == [], "once"


def test_every_audit_of_responses_holds_after_a_night(duty: Duty) -> None:
    run = begin(duty)
    until(35)
    actions.answer(
        run_id=run.pk, step="scene", outcome="false_alarm", by=duty.zheng, at=after(300),
        via=Via.PAGE,
    )  # fmt: skip
    begin(duty, drill=True)
    until(4000)
    assert [audit.id for audit in RESPONSE if audit.offenders()] == []
