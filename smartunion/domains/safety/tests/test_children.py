"""7.2③: the statement in 30 minutes by two and without names, 2 hours, 24 hours; no live stream."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.safety.actions import children
from smartunion.domains.safety.models import LegalHold
from smartunion.domains.safety.procedure import CHILD_INCIDENT
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules import refusals
from smartunion.domains.safety.rules.statement import leaks, statement
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case
from smartunion.kernel.procedures.refusals import OwnMatter, SignedAlready
from smartunion.kernel.trail.models import Entry

from .conftest import House

WORDS = {"where": "户外活动区", "care": "施救并联系校医院", "escort": "已送医院检查"}


def open_case(house: House, *kept_out: Person) -> Case:
    return children.open_case(
        where="户外活动区", account="沈小雨（托大班）从滑梯跌落，左臂骨折", kept_out=kept_out,
        happened_at=house.at - timedelta(minutes=6), by=house.wang, at=house.at,
    )  # fmt: skip


@pytest.mark.clause("R242", "T55")
def test_three_clocks_run_from_the_case_and_the_recordings_are_on_hold(house: House) -> None:
    terms = terms_on(house.at.date())
    limits = {
        s.code: (s.within.amount, s.within.unit.value) for s in CHILD_INCIDENT.steps if s.within
    }
    assert limits == {
        "statement": (terms.statement_minutes, "分钟"),
        "meeting": (terms.meeting_hours, "小时"),
        "invitation": (terms.invitation_hours, "小时"),
    }
    case = open_case(house)
    hold = LegalHold.objects.get(case=case)
    assert hold.recorded_until - hold.recorded_from == timedelta(hours=4)
    run = case.runs.get(step="statement")
    assert run.due_at == house.at + timedelta(minutes=30)
    house.at += timedelta(minutes=10)
    children.approve_statement(run_id=run.pk, **WORDS, by=house.zhao, at=house.at)
    with pytest.raises(SignedAlready):
        children.approve_statement(run_id=run.pk, **WORDS, by=house.zhao, at=house.at)
    assert not case.runs.filter(step="meeting").exists()
    children.approve_statement(run_id=run.pk, **WORDS, by=house.sun, at=house.at)
    due = {r.step: r.due_at for r in case.runs.filter(state="open")}
    assert due == {
        "meeting": case.opened_at + timedelta(hours=2),
        "invitation": case.opened_at + timedelta(hours=24),
    }
    with pytest.raises(refusals.HoldStays):
        children.release_hold(case_id=case.pk, by=house.sun, at=house.at, because="已和解")
    for step, output in (
        ("meeting", "minutes"),
        ("invitation", "letter"),
        ("findings", "findings"),
    ):
        one = case.runs.get(step=step)
        by = one.lead or one.backup
        assert by is not None
        engine.pass_step(run_id=one.pk, outputs={output: Given(text="已办")}, by=by, at=house.at)
    released = children.release_hold(case_id=case.pk, by=house.sun, at=house.at, because="已和解")
    assert released.released_by == house.sun


@pytest.mark.clause("T55")
def test_the_statement_names_nobody_and_the_case_holds_no_child(house: House) -> None:
    told = statement(house.at, **WORDS)
    assert leaks(told, ["沈小雨", "林晓梅"]) == []
    assert leaks(told + "沈小雨，托大班", ["沈小雨"]) == ["沈小雨", "托大班"]
    case = open_case(house)
    assert "沈小雨" not in str(case.facts) + case.title


@pytest.mark.clause("T55")
def test_the_inquiry_is_not_streamed_while_the_term_says_no(house: House) -> None:
    case = open_case(house)
    with pytest.raises(refusals.NoLiveStream) as no:
        children.ask_for_stream(case_id=case.pk, by=house.wang, at=house.at, because="家长要求")
    assert "第28、31条" in str(no.value.as_dict()["remedy"])
    case.refresh_from_db()
    assert case.facts["streamed"] is False


@pytest.mark.clause("R242", "2.2")
def test_who_is_part_of_it_takes_no_step_reads_nothing_and_releases_nothing(
    house: House,
) -> None:
    """王主任's own child fell while 孙主任 stood by: others sign, meet the parents, read."""
    case = open_case(house, house.wang, house.sun)
    marks = case.facts["kept_out"]
    assert len(marks) == 2
    assert all(len(mark) == 24 for mark in marks), "the case names no family"
    run = case.runs.get(step="statement")
    for own in (house.sun, house.wang):
        with pytest.raises(OwnMatter):
            children.approve_statement(run_id=run.pk, **WORDS, by=own, at=house.at)
        with pytest.raises(refusals.KeptOut):
            children.read_account(case_id=case.pk, by=own, at=house.at)
        with pytest.raises(refusals.KeptOut):
            children.release_hold(case_id=case.pk, by=own, at=house.at, because="已和解")
        with pytest.raises(refusals.KeptOut):
            children.ask_for_stream(case_id=case.pk, by=own, at=house.at, because="家长要求")
    for signer in (house.zhao, house.qian):
        children.approve_statement(run_id=run.pk, **WORDS, by=signer, at=house.at)
    meeting = case.runs.get(step="meeting")
    assert meeting.lead is not None
    assert house.wang not in (meeting.lead, meeting.backup), "the welfare chair is passed over"
    assert "左臂骨折" in children.read_account(case_id=case.pk, by=house.zhao, at=house.at)
    assert "骨折" not in str(list(Entry.objects.values()))


def test_the_page_of_a_case_shows_the_hold_and_why_nothing_is_streamed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    case = open_case(house, house.sun)
    here = reverse("safety:child_case", kwargs={"case_id": case.pk})
    zhao, sun, wang = Client(), Client(), Client()
    for browser, who in ((zhao, house.zhao), (sun, house.sun), (wang, house.wang)):
        browser.force_login(who)
    shown = zhao.get(here).content.decode()
    assert "保全中" in shown
    assert "办结以前不能解除" in shown
    for limit in ("09:30", "11:00", "5月6日 周二 09:00"):
        assert limit in shown, "all three limits stand from the first minute"
    assert "骨折" not in shown
    assert "骨折" in zhao.post(here, {"do": "account"}).content.decode()
    refused = zhao.post(here, {"do": "stream", "because": "家长要求"})
    assert (refused.status_code, "第28、31条" in refused.content.decode()) == (403, True)
    assert zhao.post(here, {"do": "release", "because": "和解"}).status_code == 409
    assert "这一件与您本人有关" in sun.get(here).content.decode()
    assert sun.post(here, {"do": "account"}).status_code == 403
    assert sun.post(here, {"do": "release", "because": "和解"}).status_code == 404
    Case.objects.filter(pk=case.pk).update(closed_at=house.at)
    assert "写明理由，解除保全" in wang.get(here).content.decode()
    assert "写明理由" in wang.post(here, {"do": "release", "because": ""}).content.decode()
    assert wang.post(here, {"do": "release", "because": "纠纷已了结"}).status_code == 302
    assert "纠纷已了结" in wang.get(here).content.decode()


def test_the_pages_of_chapter_7(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: house.at)
    wang, zhao, lin = Client(), Client(), Client()
    for browser, who in ((wang, house.wang), (zhao, house.zhao), (lin, house.lin)):
        browser.force_login(who)
    told = {"where": "午睡室", "happened_at": "2025-05-05T08:50", "account": "摔下床"}
    unknown = wang.post(reverse("safety:child"), {**told, "out": f"{house.gu.username} nobody"})
    assert "没有工号 nobody" in unknown.content.decode()
    assert "默认关闭" in wang.get(reverse("safety:child")).content.decode()
    assert wang.post(reverse("safety:child"), told).status_code == 302
    run = Case.objects.get(sheet__code=CHILD_INCIDENT.code).runs.get(step="statement")
    page = reverse("safety:statement", kwargs={"run_id": run.pk})
    assert lin.get(page).status_code == 403
    said = {"where": "午睡室", "care": "停止活动并施救", "escort": "已由校医院检查"}
    assert "当日录像已全部保全" in zhao.get(page).content.decode(), "what the first will sign"
    zhao.post(page, said)
    assert "午睡室发生一起幼儿意外伤害" in zhao.get(page).content.decode()
    register = reverse("safety:risks")
    shown = wang.get(register).content.decode()
    assert "尚未运行：等“托育中心入托合同”上线" in shown
    assert "正在发生" in shown
    assert wang.post(register, {"do": "evaluate"}).status_code == 302
    assert "没有登记保单" in wang.get(register).content.decode()
    exercise = {"do": "exercise", "scenario": "sudden_death", "people": "9", "finding": "AED 晚了"}
    assert wang.post(register, exercise).status_code == 302
    assert "AED 晚了" in wang.get(register).content.decode()
