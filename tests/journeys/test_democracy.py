"""The audit checked by anybody: three witnesses' dice on phones, the browser draws again.

Then the inspector who reads the paper first, a delegates' page, an anonymous answer.
"""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from smartunion.domains.congress.actions import terms
from smartunion.domains.inspection.actions import checking, mending
from smartunion.domains.inspection.models import Inspector, Problem, Voucher
from smartunion.domains.inspection.reads import frames
from smartunion.domains.inspection.rules.parties import CENTRAL, Party
from smartunion.domains.inspection.tests.conftest import DIGITS, SPRING, Audit, audit
from smartunion.domains.proposals.actions import writing
from smartunion.domains.surveys import actions as surveys
from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Appointment, Office, Unit
from tests.browser import DESK, PHONE, OpenAs, check_axe, fits, photograph, serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
__all__ = ["audit"]


def look(page: object, name: str) -> None:
    """Check a page; leave a picture where one is asked for."""
    fits(page)
    check_axe(page)
    if folder := os.environ.get("DEMOCRACY_PICTURES"):
        photograph(page, Path(folder) / f"{name}.png")


@pytest.fixture
def spring(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the house of a day of the plan year, sixteen hours after the frame was frozen."""
    shift = str((SPRING + timedelta(hours=16) - clock.now()).total_seconds())
    monkeypatch.setenv(clock.VARIABLE, shift)
    with serving(SMARTUNION_CLOCK_OFFSET=shift) as url:
        yield url


@pytest.mark.clause("R165")
@pytest.mark.clause("T76")
def test_anybody_draws_again_what_the_dice_have_drawn(
    spring: str, audit: Audit, open_as: OpenAs
) -> None:
    it = audit.frozen()
    audit.at += timedelta(hours=16)
    for party in Party:
        phone = open_as(
            audit.witnesses[party], f"/inspection/rounds/{it.number}/", PHONE, base_url=spring
        )
        if party == Party.AUDIT:
            look(phone, "ceremony-390")
        phone.get_by_label("你掷出的点数").fill(" ".join(DIGITS[party]))
        phone.get_by_role("button", name="记下点数").click()
        expect(phone.get_by_text("点数已记下")).to_be_visible()
    audit.at += timedelta(minutes=5)
    audit.rolled(it, {})
    public = open_as(audit.people["mo"], f"/public/inspection/{it.number}/", DESK, base_url=spring)
    public.get_by_role("button", name="在浏览器里核验").click()
    expect(public.locator("#verdict")).to_contain_text("一致。您的浏览器重算了 12 份")
    look(public, "public-1440")
    drawn = Voucher.objects.filter(round=it, is_drawn=True)[0]
    Voucher.objects.filter(pk=drawn.pk).update(is_drawn=False)
    public.get_by_role("button", name="在浏览器里核验").click()
    expect(public.locator("#verdict")).to_contain_text("不一致")
    Voucher.objects.filter(pk=drawn.pk).update(is_drawn=True)
    small = open_as(audit.people["mo"], f"/public/inspection/{it.number}/", PHONE, base_url=spring)
    look(small, "public-390")

    one = frames.to_look_at(it).exclude(branch=CENTRAL)[0]
    inspector = Inspector.objects.filter(round=it, branch=one.branch)[0].person
    page = open_as(inspector, "/inspection/mine/", PHONE, base_url=spring)
    look(page, "mine-390")
    page.goto(f"/inspection/vouchers/{one.pk}/")
    expect(page.get_by_text("账面金额填完再看")).to_be_visible()
    page.get_by_label("原件金额（元）").fill(f"{one.amount_fen / 100 - 20:.2f}")
    page.get_by_role("button", name="记下，看账面").click()
    expect(page.get_by_text("账面比原件多 20 元")).to_be_visible()
    look(page, "looked-390")
    for left in frames.to_look_at(it).filter(check_of=None):
        by = Inspector.objects.filter(round=it, branch=left.branch)[0].person
        checking.check(
            voucher_id=left.pk, paper_fen=left.amount_fen, is_sound=True, problem_fen=0, note="",
            by=by, at=audit.at,
        )  # fmt: skip
    checking.conclude(round_id=it.pk, summary="查完", by=audit.lead(it), at=audit.at)
    audit.later(minutes=1)
    problem = Problem.objects.get()
    mending.give_back(
        problem_id=problem.pk, amount_fen=19_99, receipt="回单 1", by=problem.responsible,
        at=audit.at,
    )  # fmt: skip
    page = open_as(
        problem.responsible, f"/inspection/problems/{problem.pk}/", PHONE, base_url=spring
    )
    expect(page.get_by_text("还差 0.01 元").first).to_be_visible()
    look(page, "problem-390")
    desk = open_as(audit.people["sun"], f"/inspection/rounds/{it.number}/", DESK, base_url=spring)
    look(desk, "round-1440")
    desk.goto("/inspection/")
    look(desk, "rounds-1440")


@pytest.mark.clause("R158")
@pytest.mark.clause("K01")
def test_a_delegate_proposes_and_everybody_answers_unnamed(
    spring: str, audit: Audit, open_as: OpenAs
) -> None:
    lin = audit.people["lin"]
    assert lin.unit is not None
    held = terms.convene(
        unit_id=lin.unit.pk, session=1, since=date(2025, 1, 1), until=date(2028, 1, 1), by=None,
        at=audit.at,
    )  # fmt: skip
    terms.seat(congress_id=held.pk, person_id=lin.pk, delegation="教师", by=None, at=audit.at)
    made = writing.write(
        subject="延长晚间供餐",
        analysis="晚课后没有热饭",
        measures="延到 20:30",
        by=lin,
        at=audit.at,
    )
    page = open_as(lin, f"/proposals/{made.number}/", PHONE, base_url=spring)
    page.get_by_role("button", name="提交提案").click()
    expect(page.get_by_text("还差 2 人").first).to_be_visible()
    look(page, "proposal-390")
    desk = open_as(audit.people["sun"], f"/proposals/{made.number}/", DESK, base_url=spring)
    look(desk, "proposal-1440")
    desk.goto("/proposals/")
    look(desk, "proposals-1440")
    surveys.open_survey(
        title="教职工满意度", question="你对工会的工作满意吗？", indicator="K01",
        audience="members",
        by=audit.people["qian"], at=audit.at,
    )  # fmt: skip
    page.goto("/surveys/")
    page.get_by_role("button", name="领答题码").click()
    look(page, "survey-390")
    page.get_by_label("你的评价").select_option("5")
    page.get_by_role("button", name="交答卷").click()
    expect(page.get_by_text("答卷已收到")).to_be_visible()
    look(page, "answered-390")
    desk.goto("/surveys/")
    look(desk, "surveys-1440")


@pytest.mark.clause("R008")
def test_a_dispute_gives_its_calendar_on_the_phone_and_no_name_on_the_desk(
    spring: str, audit: Audit, open_as: OpenAs
) -> None:
    lin, tang, unit = audit.people["lin"], audit.people["tang"], Unit.objects.get(code="D11")
    Appointment.objects.create(
        office=Office.objects.get(code="mediator"), unit=unit, person=tang, since=date(2025, 1, 1)
    )
    phone = open_as(lin, "/disputes/", PHONE, base_url=spring)
    phone.get_by_role("link", name="申请调解").click()
    phone.get_by_label("关于什么").select_option("pay")
    phone.get_by_label("哪一天知道的").fill("2025-03-03")
    phone.get_by_label("发生了什么").fill("课时费少发了两个月")
    phone.get_by_label("请求什么").fill("补发课时费")
    look(phone, "dispute-apply-390")
    phone.get_by_role("button", name="登记并封存").click()
    expect(phone.get_by_text("2026年3月3日")).to_be_visible()
    look(phone, "dispute-390")
    phone.get_by_role("button", name="打开调解申请的事由和请求").click()
    expect(phone.get_by_text("课时费少发了两个月")).to_be_visible()
    desk = open_as(tang, "/disputes/desk/", DESK, base_url=spring)
    expect(desk.get_by_text("LD-2025-001")).to_be_visible()
    expect(desk.get_by_text(lin.name)).to_have_count(0)
    look(desk, "disputes-1440")
    desk.get_by_role("link", name="LD-2025-001").click()
    desk.get_by_label("为了什么看").fill("受理前看事由")
    desk.get_by_role("button", name="打开调解申请的事由和请求").click()
    expect(desk.get_by_text("课时费少发了两个月")).to_be_visible()
    look(desk, "dispute-1440")
    phone.goto("/private/")
    expect(phone.get_by_text("受理前看事由").first).to_be_visible()
