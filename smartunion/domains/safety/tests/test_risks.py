"""Chapter 7: controls are functions that run; what does not run says so; the cut stays a gap."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from smartunion.domains.safety.actions import joining, risks
from smartunion.domains.safety.models import ControlEvaluation, Exercise, Participant
from smartunion.domains.safety.procedure import CHILD_INCIDENT
from smartunion.domains.safety.protocol import CHILD_INJURY, PROTOCOLS
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.reads.risks import (
    EVALUATIONS,
    TRIGGERS,
    ControlShown,
    alarms,
    register,
)
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.kinds import Answer
from smartunion.domains.safety.rules.risks import SCENARIOS, Standing, control, has_lapsed
from smartunion.domains.safety.rules.risks import scenario as scenario_of
from smartunion.domains.wallet.tests.conftest import Campus
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.procedures.models import Case
from smartunion.kernel.response import actions as answering
from smartunion.kernel.response import drills
from smartunion.kernel.response.models import Drill, Run
from smartunion.kernel.response.refusals import NoteMissing
from smartunion.site.org import founding

from .conftest import House


def shown(house: House) -> dict[str, ControlShown]:
    return {c.control.code: c for one in register(at=house.at) for c in one.controls}


@pytest.mark.clause("R241", "R242", "R243", "R244")
def test_every_scenario_has_controls_owner_trigger_and_exercise(house: House) -> None:
    assert [(one.clause, len(one.controls)) for one in SCENARIOS] == [
        ("7.1", 3), ("7.2", 3), ("7.3", 3),
    ]  # fmt: skip
    offices = {row["code"] for row in founding.load("offices.yaml")["offices"]}
    for one in SCENARIOS:
        assert one.owner in offices
        assert one.trigger in TRIGGERS
        assert one.exercise
        assert one.drill in {protocol.code for protocol in PROTOCOLS}
        for each in one.controls:
            runs, waits = bool(each.runs), bool(each.waits_for)
            assert runs + waits + each.is_cut_off == 1, each.code
            assert not runs or each.runs in EVALUATIONS
    assert all(one.person for one in register(at=house.at) if one.owner == "福利保障委员会主任")


@pytest.mark.clause("T71", "R243")
def test_the_cut_off_control_is_a_gap_with_a_reading_that_nobody_has_confirmed(
    house: House,
) -> None:
    risks.evaluate(by=house.wang, at=house.at)
    cut = shown(house)["death.cut_off"]
    assert (cut.standing, cut.last) == (Standing.GAP, None)
    assert "对照原件补全" in cut.control.reading
    assert not ControlEvaluation.objects.filter(control="death.cut_off").exists()


@pytest.mark.clause("R241", "R244")
def test_what_does_not_run_says_so_and_what_runs_is_told_from_rows(house: House) -> None:
    before = shown(house)
    assert before["child.agreement"].standing == Standing.ABSENT
    assert "尚未运行" in before["child.cameras"].words
    assert before["death.report"].words == "还没有评估过"
    assert before["death.report"].stale
    risks.evaluate(by=house.wang, at=house.at)
    after = shown(house)
    assert after["death.insurance"].standing == Standing.FAILS
    assert after["death.insurance"].words == "没有登记保单"
    assert after["death.report"].standing == Standing.IDLE
    assert after["cash_out.freeze"].standing == Standing.IDLE
    assert after["cash_out.callback"].standing == Standing.IDLE
    assert after["child.agreement"].last is None
    event = house.open()
    check = house.fit(event, house.lin)
    joining.sign_up(event_id=event.pk, check_id=check, by=house.lin, at=house.at)
    joining.note_check(
        event_id=event.pk, answer=Answer.SILENT, report_on=None, by=house.mo, at=house.at
    )
    risks.evaluate(by=house.wang, at=house.at)
    after = shown(house)
    assert after["death.insurance"].standing == Standing.HOLDS
    assert after["death.report"].words == "核验 2 次，拒绝 1 次，没有有效报告却报上名的 0 人"
    assert after["death.report"].last is not None
    assert after["death.report"].last.worked_at == house.at
    Participant.objects.create(event=event, person=house.mo, signed_up_at=house.at)
    risks.evaluate(by=house.wang, at=house.at)
    assert shown(house)["death.report"].standing == Standing.FAILS
    house.at += timedelta(days=31)
    assert shown(house)["death.report"].stale


@pytest.mark.clause("R241")
def test_the_freezing_rule_and_the_deposits_are_told_from_the_shops_own_rows(
    house: House,
) -> None:
    campus = Campus(at=house.at)
    mo, till = campus.member("mo", ecny=10_000), campus.shop("M02", "第二食堂")
    for minute in range(3):
        campus.pay(mo, 500, till, at=campus.at + timedelta(minutes=minute))
    risks.evaluate(by=None, at=house.at)
    found = shown(house)
    assert "自动冻结 1 次，待裁定 1 次" in found["cash_out.freeze"].words
    assert found["cash_out.freeze"].standing == Standing.HOLDS
    assert "承诺书和保证金都齐" in found["cash_out.deposit"].words
    [money] = [one for one in register(at=house.at) if one.scenario.code == "cash_out"]
    assert money.now == 1


@pytest.mark.clause("R244")
def test_an_exercise_of_each_scenario_evaluates_its_controls_on_the_spot(house: House) -> None:
    for one in SCENARIOS:
        risks.hold_exercise(
            scenario=one.code, people=12, finding="按剧本走了一遍", by=house.wang, at=house.at
        )
    assert Exercise.objects.count() == 3
    made = ControlEvaluation.objects.exclude(exercise=None)
    assert set(made.values_list("control", flat=True)) == {
        each.code for one in SCENARIOS for each in one.controls if each.runs
    }
    assert all(one.exercises for one in register(at=house.at))
    with pytest.raises(refusals.NoSuchScenario):
        risks.hold_exercise(scenario="flood", people=1, finding="x", by=house.wang, at=house.at)


@pytest.mark.clause("R244")
def test_a_control_that_did_not_run_in_its_period_is_shown_so_with_a_name(house: House) -> None:
    """Evaluated each day by itself; after thirty days without, no old result stands any more."""
    assert list(alarms(house.at)) == [], "the register has not been begun"
    runs = {each.code for one in SCENARIOS for each in one.controls if each.runs}
    assert risks.evaluate_due(at=house.at) == len(runs)
    assert risks.evaluate_due(at=house.at + timedelta(hours=9)) == 0
    house.at += timedelta(days=1)
    assert risks.evaluate_due(at=house.at) == len(runs)
    house.insure()
    risks.evaluate(by=house.wang, at=house.at)
    assert not [one for one in alarms(house.at) if "人身意外险" in one.text]
    house.at += timedelta(days=30, seconds=1)
    for code, each in shown(house).items():
        if code in runs:
            assert each.standing == Standing.LAPSED
            assert "超过 30 天没有评估" in each.words
        assert each.who
    [found] = [one for one in alarms(house.at) if "承诺书" in one.text]
    assert found.subject == "7.1① 财务风险"
    assert found.text.endswith(f"（{house.wang.name}）")
    assert "本期没有运行" in found.text


@pytest.mark.clause("R241")
def test_a_monthly_control_lapses_with_the_month_in_which_it_did_not_work() -> None:
    monthly, other = control("cash_out.callback"), control("cash_out.freeze")
    on = date(2025, 5, 5)
    april = datetime(2025, 4, 1, 0, 0, tzinfo=CAMPUS)
    assert not has_lapsed(monthly, april, on)
    assert has_lapsed(monthly, april - timedelta(seconds=1), on)
    assert has_lapsed(monthly, None, on)
    assert not has_lapsed(other, None, on)


@pytest.mark.clause("R243", "R244")
def test_the_sudden_death_is_played_on_the_telephones_and_stands_in_the_register(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    wang = Client()
    wang.force_login(house.wang)
    assert (
        wang.post("/safety/desk/risks/", {"do": "drill", "scenario": "sudden_death"}).status_code
        == 302
    )
    drill = Drill.objects.get()
    assert (drill.protocol, drill.by) == ("safety.incident", house.wang)
    run = drills.begin(drill, at=house.at)
    [death] = [one for one in register(at=house.at) if one.scenario.code == "sudden_death"]
    assert [one.run for one in death.held] == [run]
    assert death.now == 0, "a drill is nothing that happens"
    assert run.number in wang.get("/safety/desk/risks/").content.decode()
    with pytest.raises(refusals.NoSuchScenario):
        risks.order_drill(scenario="flood", by=house.wang, at=house.at)


def held(house: House, scenario: str) -> Run:
    """Order a scenario's drill from its page, and let it begin."""
    wang = Client()
    wang.force_login(house.wang)
    asked = {"do": "drill", "scenario": scenario}
    assert wang.post("/safety/desk/risks/", asked).status_code == 302
    drill = Drill.objects.latest("pk")
    assert (drill.protocol, drill.unit) == (scenario_of(scenario).drill, None)
    return drills.begin(drill, at=house.at)


@pytest.mark.clause("R241", "R242", "R244")
def test_the_cash_out_and_the_injured_child_are_drilled_by_the_same_engine(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Phones of those who hold the offices, clocks of the plan, 【演练】 before every word."""
    monkeypatch.setattr(clock, "now", lambda: house.at)
    terms = terms_on(house.at.date())
    child = held(house, "child_injury")
    assert not Case.objects.filter(sheet__code=CHILD_INCIDENT.code).exists(), "nothing real begins"
    assert {one.is_drill for one in child.asked.all()} == {True}
    titles = set(Notice.objects.values_list("title", flat=True))
    assert titles
    assert all(title.startswith("【演练】") for title in titles)
    due = dict(child.steps.filter(state="open").values_list("code", "due_at"))
    limit = child.t0 + timedelta(minutes=terms.statement_minutes)
    assert due == {"hold": limit, "statement": limit}
    for step, outcome, minutes in (
        ("statement", "issued", 22), ("meeting", "held", 100), ("invitation", "sent", 180),
    ):  # fmt: skip
        post = CHILD_INJURY.step(step).posts[0]
        who = child.asked.filter(post=post).order_by("turn")[0].person
        then = child.t0 + timedelta(minutes=minutes)
        assert answering.answer(
            run_id=child.pk, step=step, outcome=outcome, by=who, at=then, via="link"
        )
    child.refresh_from_db()
    assert (child.settled_at, child.breached_at) == (child.t0 + timedelta(hours=3), None)

    money = held(house, "cash_out")
    first = money.asked.filter(post="mall").order_by("turn")[0].person
    with pytest.raises(NoteMissing):
        answering.answer(
            run_id=money.pk, step="freeze", outcome="slipped", by=first, at=house.at, via="page"
        )
    answering.answer(
        run_id=money.pk, step="freeze", outcome="frozen", by=first, at=house.at, via="page"
    )
    opened = set(money.steps.filter(state="open").values_list("code", flat=True))
    assert opened == {"deduct", "ruling"}
    found = {one.scenario.code: one for one in register(at=house.at)}
    assert [one.run for one in found["child_injury"].held] == [child]
    assert [one.run for one in found["cash_out"].held] == [money]
    assert (found["cash_out"].now, found["child_injury"].now) == (0, 0)
    wang = Client()
    wang.force_login(house.wang)
    page = wang.get("/safety/desk/risks/").content.decode()
    assert "两人签发，已发布" in page
    assert "已挂起并冻结" in page
    lin = Client()
    lin.force_login(house.lin)
    assert lin.get(f"/response/{money.pk}/").status_code == 404
    assert wang.get(f"/response/{money.pk}/").status_code == 200
