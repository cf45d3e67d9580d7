"""Red: from the alarm to the closed case, on three phones that got a link, and the desk behind.

Messages leave over HTTP to the simulated telephones, and each phone opens the link that it got.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from smartunion.domains.crisis.models import Advance, RedCase
from smartunion.domains.crisis.tests.conftest import Campus, furnish
from smartunion.kernel.notices.models import Message
from smartunion.kernel.notices.tests.conftest import World, world
from smartunion.kernel.private.reads import accesses_to
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.trail.deliver import deliver
from tests.browser import DESK, PHONE, check_axe, fits

from .conftest import NOON, March

__all__ = ["world"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]


@pytest.fixture
def campus(transactional_db: None, march: March, world: World, settings: Any) -> Campus:
    settings.PUBLIC_URL = march.url
    made = furnish(NOON)
    made.at = march.now()
    return made


def link_of(world: World, campus: Campus, who: str) -> str:
    """Return the address that lies in the newest SMS on somebody's phone."""
    (*_, newest) = world.items("sms", campus[who].phone)
    assert "林" not in newest["body"]
    return str(newest["link"])


def case() -> RedCase:
    return RedCase.objects.select_related("escort_case", "debrief_case").get()


def act(page: Page, which: str) -> None:
    page.goto(f"/crisis/cases/{case().pk}/acts/{which}/")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def choose(page: Page, words: str) -> None:
    page.locator("label", has_text=words).first.click()


def phone_of(screen: Callable[..., BrowserContext], url: str, link: str) -> Page:
    """Open a link as a phone does that nobody has signed in on."""
    page = screen(PHONE, base_url=url).new_page()
    page.goto(link)
    return page


def a_cannot_reach_her(a: Page) -> None:
    expect(a.get_by_text("先按“收到”")).to_be_visible()
    expect(a.get_by_text("林晓梅")).to_have_count(0)
    press(a, "收到")
    expect(a.get_by_role("link", name="拨打 13800001234")).to_be_visible()
    fits(a)
    check_axe(a)
    a.get_by_role("button", name="无人接听").click()
    expect(a.get_by_text("无人接听").first).to_be_visible()


def two_look_for_her(b: Page, guard: Page) -> None:
    """B asks with the ground; security, another person, releases and enters where she was seen."""
    act(b, "location")
    press(b, "提出申请")
    expect(b.get_by_text("先选“法定依据”")).to_be_visible()
    choose(b, "第13条第1款第4项")
    b.get_by_label("调取最近监控").check()
    b.get_by_label("为何必须定位").fill("无人接听，不在办公室")
    fits(b)
    check_axe(b)
    press(b, "提出申请")
    act(guard, "release")
    press(guard, "放行")
    act(guard, "place")
    guard.get_by_label("最后位置").fill("图书馆东侧长廊")
    guard.get_by_label("何时看到").fill("12:03")
    press(guard, "确定")
    expect(guard.get_by_text("位置已封存")).to_be_visible()


def the_doctor_refers_her(c: Page) -> None:
    act(c, "arrival")
    press(c, "已到场")
    page = f"/crisis/cases/{case().pk}/"
    c.goto(page)
    choose(c, "最后位置")
    c.get_by_label("用途").first.fill("赶到现场")
    press(c, "打开，并记入查阅记录")
    expect(c.get_by_text("图书馆东侧长廊")).to_be_visible()
    act(c, "decision")
    choose(c, "转介医院")
    choose(c, "高")
    c.get_by_label("现场所见").fill("情绪平复，愿意去医院")
    press(c, "作出决定")
    act(c, "referral")
    choose(c, "本人自愿，不需监护人同意")
    choose(c, "中")
    c.get_by_label("转介事由").fill("现场安抚后本人愿意就诊")
    press(c, "开具")
    expect(c.get_by_text("没有选定法定依据")).to_be_visible()
    choose(c, "本人自愿就诊")
    c.get_by_label("本人当面同意去医院").check()
    c.get_by_label("通知家属的时间").fill("2025-03-10T12:05")
    c.get_by_label("家属姓名").fill("林母")
    fits(c)
    press(c, "开具")
    expect(c.get_by_role("heading", name="心理危机转介单")).to_be_visible()
    check_axe(c)


def after_care(opens: Opens, campus: Campus) -> None:
    """Family met, 5,000 yuan out, 3,000 back and 2,000 charged, the college has looked back."""

    def sheet(which: str) -> tuple[StepRun, Page]:
        run = StepRun.objects.get(case=getattr(case(), f"{which}_case"), state="open")
        who = run.lead or run.backup
        return run, opens(who, f"/crisis/aftercare/{run.pk}/")

    _, page = sheet("escort")
    page.get_by_label("医院要的押金（元）").fill("5000")
    press(page, "登记")
    _, page = sheet("escort")
    expect(page.get_by_text("全年 ¥300,000.00")).to_be_visible()
    page.get_by_label("银行回单号").fill("HD20250310")
    fits(page)
    check_axe(page)
    press(page, "垫付")
    for kind, amount in (("追回", "3000"), ("报销", "2000")):
        _, page = sheet("escort")
        choose(page, kind)
        page.get_by_label("金额（元）").fill(amount)
        page.get_by_label("凭据号").fill(f"PJ{amount}")
        press(page, "登记")
        page.wait_for_url("**/crisis/")
    _, page = sheet("debrief")
    page.get_by_label("到会人数").fill("5")
    page.get_by_label("心理危机干预报告").fill("首呼无人接听，两分钟后找到人")
    press(page, "登记")
    page.wait_for_url("**/crisis/")


@pytest.mark.clause("R111")
def test_red_from_the_alarm_to_the_closed_case(
    campus: Campus,
    world: World,
    march: March,
    opens: Opens,
    screen: Callable[..., BrowserContext],
) -> None:
    campus.at = march.now()
    campus.alarm()
    world.send(at=march.now())
    assert Message.objects.filter(notice__person=campus["wu"], channel="wecom").exists()
    links = {who: link_of(world, campus, who) for who in ("wu", "zhoufu", "he")}
    a_cannot_reach_her(phone_of(screen, march.url, links["wu"]))
    b_phone = phone_of(screen, march.url, links["zhoufu"])
    two_look_for_her(
        opens(campus["zhoufu"], f"/crisis/cases/{case().pk}/"),
        opens(campus["guard"], "/crisis/"),
    )
    b_phone.reload()
    b_phone.get_by_role("button", name="已找到人").click()
    c_phone = phone_of(screen, march.url, links["he"])
    expect(c_phone.get_by_role("button", name="我到了")).to_be_visible()
    c = opens(campus["he"], "/crisis/")
    the_doctor_refers_her(c)
    driver = opens(campus["driver"], "/crisis/")
    act(driver, "car")
    expect(driver.get_by_text("林晓梅")).to_have_count(0)
    press(driver, "车到了")
    desk = opens(campus["psy"], "/response/", DESK)
    expect(desk.get_by_text("R2025-001").first).to_be_visible()
    expect(desk.get_by_text("林晓梅")).to_have_count(0)
    act(c, "delivery")
    press(c, "已移交")
    expect(c.get_by_text("善后中")).to_be_visible()
    after_care(opens, campus)
    deliver(at=march.now())
    assert case().state == "closed"
    assert Advance.objects.get().settled_at is not None
    audit = opens(campus["sun"], f"/crisis/cases/{case().pk}/timeline/", DESK)
    expect(audit.get_by_text("放行定位").first).to_be_visible()
    expect(audit.get_by_text("林晓梅")).to_have_count(0)
    fits(audit)
    check_axe(audit)
    assert len(accesses_to(campus["lin"])) > 3, "she can see who has read what, and why"
