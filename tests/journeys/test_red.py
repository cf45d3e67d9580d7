"""Red: from the ninety answers on the person's phone to the closed case, with three other phones.

Messages leave over HTTP to the simulated telephones. A taps the signed link of the SMS, B answers
by a WeCom reply, C on the page; the wall of the command centre shows the case and never a name.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test.testcases import _StaticFilesHandler
from playwright.sync_api import BrowserContext, Page, expect

from smartunion.domains.crisis.models import Advance, RedCase
from smartunion.domains.crisis.tests.conftest import Campus, appoint, furnish
from smartunion.domains.wellbeing.models import Campaign, Invitation
from smartunion.domains.wellbeing.tests.conftest import HOTLINE, RED
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.duty import actions as duty
from smartunion.kernel.notices.tests.conftest import HouseThread, World, world
from smartunion.kernel.people.models import Unit
from smartunion.kernel.private.reads import accesses_to
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.response.models import Asked
from smartunion.kernel.trail.deliver import deliver
from tests.bank import SandboxProcess, running
from tests.browser import DESK, PHONE, check_axe, fits

from .conftest import NOON, March, answer_ten

__all__ = ["world"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}
BLINK_MS = 2_000
"""The pop-up comes within a second; the other one is for a busy machine of tests."""

TELLING = re.compile("蓝|黄色|红色|预警|因子|分数|异常")


@pytest.fixture
def bank(march: March) -> Iterator[SandboxProcess]:
    """The outside world by the campus's own clock: what it signs and what we sign agree."""
    with running(database="march", offset=march.offset.total_seconds()) as made:
        yield made


@pytest.fixture
def campus(
    transactional_db: None,
    march: March,
    world: World,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Campus:
    """The campus of the red case on the day of the browser's house, with an open screening."""
    settings.PUBLIC_URL = march.url
    monkeypatch.setenv(clock.VARIABLE, str(march.offset.total_seconds()))
    made = furnish(NOON)
    made.at = march.now()
    appoint("command_centre", made["guard"], Unit.objects.get(code="D06"))
    duty.set_hotline(number=HOTLINE, by=None, at=NOON, because="测试")
    return made


@pytest.fixture
def receipts(bank: SandboxProcess, campus: Campus) -> Iterator[None]:
    """Hear the providers where they send what somebody replies."""
    server = HouseThread("127.0.0.1", _StaticFilesHandler, port=bank.house_port)
    server.daemon = True
    server.start()
    server.is_ready.wait(10)
    assert server.error is None, server.error
    yield
    server.terminate()


def invited(campus: Campus) -> int:
    """Invite 林 to an open screening; that it may be opened at all is the gate's own test."""
    today = campus_day(campus.at)
    psy = campus["psy"]
    screening = Campaign.objects.create(
        title="春季自评", opens_on=today, closes_on=today, populations=["staff"], cap=9,
        state="open", planned_by=psy, planned_at=campus.at, opened_at=campus.at,
    )  # fmt: skip
    return Invitation.objects.create(
        campaign=screening, person=campus["lin"], population="staff", sent_on=today
    ).pk


def she_answers(lin: Page) -> None:
    """Ninety answers on her phone; the words at the end say nothing, the help lines are there."""
    lin.get_by_text("我已读完告知书").click()
    press(lin, "同意并开始")
    for number in range(1, 10):
        answer_ten(lin, number, RED, by_hand=number == 1)
        press(lin, "交上去" if number == 9 else "下一页")
        if number < 9:
            expect(lin.get_by_role("heading", level=1)).to_contain_text(f"第 {number + 1} 页")
    expect(lin.get_by_text("已收好", exact=True)).to_be_visible()
    expect(lin.get_by_role("link", name="12356")).to_have_attribute("href", "tel:12356")
    expect(lin.get_by_role("link", name=HOTLINE)).to_be_visible()
    assert not TELLING.search(lin.inner_text("main"))
    fits(lin)


def wall(board: Page) -> str:
    """Return what the wall says; never a name, never her college."""
    said = str(board.inner_text("body"))
    assert "林晓梅" not in said
    assert "外国语" not in said
    return said


def link_of(world: World, campus: Campus, who: str) -> str:
    """Return the address that lies in the newest SMS on somebody's phone."""
    (*_, newest) = world.items("sms", campus[who].phone)
    assert "林" not in newest["body"]
    return str(newest["link"])


def case() -> RedCase:
    return RedCase.objects.select_related("escort_case", "debrief_case", "telling_case").get()


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
    theirs: dict[int, Page] = {}

    def sheet(which: str) -> Page:
        run = StepRun.objects.get(case=getattr(case(), f"{which}_case"), state="open")
        who, path = run.lead or run.backup, f"/crisis/aftercare/{run.pk}/"
        assert who is not None
        if who.pk in theirs:
            theirs[who.pk].goto(path)
        else:
            theirs[who.pk] = opens(who, path)
        return theirs[who.pk]

    page = sheet("escort")
    page.get_by_label("医院要的押金（元）").fill("5000")
    press(page, "登记")
    page = sheet("escort")
    expect(page.get_by_text("全年 ¥300,000.00")).to_be_visible()
    page.get_by_label("银行回单号").fill("HD20250310")
    fits(page)
    check_axe(page)
    press(page, "垫付")
    for kind, amount in (("追回", "3000"), ("报销", "2000")):
        page = sheet("escort")
        choose(page, kind)
        page.get_by_label("金额（元）").fill(amount)
        page.get_by_label("凭据号").fill(f"PJ{amount}")
        press(page, "登记")
        page.wait_for_url("**/crisis/")
    page = sheet("debrief")
    page.get_by_label("到会人数").fill("5")
    page.get_by_label("心理危机干预报告").fill("首呼无人接听，两分钟后找到人")
    press(page, "登记")
    page.wait_for_url("**/crisis/")
    page = sheet("telling")
    fits(page)
    press(page, "现在告知本人")
    page.wait_for_url("**/crisis/")


def all_are_told(world: World, campus: Campus) -> dict[str, str]:
    """SMS and WeCom lie on three phones and A's rings; nothing of it says who. Return the links."""
    for who in ("wu", "zhoufu", "he"):
        (*_, sms) = world.items("sms", campus[who].phone)
        (*_, wecom) = world.items("wecom", campus[who].username)
        assert "R2025-001" in sms["body"]
        assert "林" not in sms["body"] + wecom["body"]
    assert world.items("voice", campus["wu"].phone) != []
    return {who: link_of(world, campus, who) for who in ("wu", "he")}


def b_replies_by_wecom(wecom: Page, campus: Campus, board: Page) -> None:
    wecom.locator(".screen.wecom [name=text]").fill("收到")
    wecom.locator(".screen.wecom .answer button").click()
    expect(wecom.locator(".screen.wecom .bubble.mine", has_text="收到")).to_be_visible()
    line = board.locator(".who li", has_text="周航")
    expect(line.locator(".ack")).to_contain_text("已应答", timeout=15_000)
    assert Asked.objects.get(person=campus["zhoufu"]).via == "wecom"


def only_those_on_it_see_where(board: Page, elsewhere: Page) -> None:
    """Security on the case reads the building and no more of it; whoever only watches, nothing."""
    theirs = board.locator("[data-run=R2025-001]")
    expect(theirs).to_contain_text("图书馆")
    assert "长廊" not in wall(board)
    shown = elsewhere.locator("[data-run=R2025-001]")
    expect(shown).to_contain_text("已登记，仅经办人可见")
    assert "图书馆" not in shown.inner_text()
    wall(elsewhere)
    elsewhere.close()


@pytest.mark.usefixtures("receipts")
@pytest.mark.clause("R106", "R111", "R115", "R116", "R117", "R118")
def test_red_from_the_person_s_phone_to_the_closed_case(
    campus: Campus,
    world: World,
    march: March,
    opens: Opens,
    screen: Callable[..., BrowserContext],
) -> None:
    board = opens(campus["guard"], "/command/", WALL)
    expect(board.get_by_text("✓ 平安")).to_be_visible()
    popup = opens(campus["wu"], "/notices/", DESK)
    expect(popup.get_by_text("R2025-001")).to_have_count(0)
    she_answers(opens(campus["lin"], f"/wellbeing/invitations/{invited(campus)}/"))
    expect(board.locator("[data-run=R2025-001]")).to_be_visible(timeout=15_000)
    first = board.locator(".case .clock").inner_text()
    expect(board.locator(".case .clock")).not_to_have_text(first)
    wall(board)
    expect(popup.locator(".rs-popup")).to_contain_text("R2025-001", timeout=BLINK_MS)
    assert "林" not in popup.inner_text(".rs-popup")
    popup.close()
    while world.send(at=march.now()):
        pass
    links = all_are_told(world, campus)
    a_cannot_reach_her(phone_of(screen, march.url, links["wu"]))
    expect(board.locator(".who li", has_text="吴敏").locator(".ack")).to_contain_text(
        "已应答", timeout=15_000
    )
    theirs = screen(DESK, base_url=world.bank.url).new_page()
    theirs.goto(f"/phones/?who={campus['zhoufu'].username}&tab=wecom")
    b_replies_by_wecom(theirs, campus, board)
    b = opens(campus["zhoufu"], f"/crisis/cases/{case().pk}/")
    two_look_for_her(b, opens(campus["guard"], "/crisis/"))
    b.goto(f"/response/{case().run_id}/alert/")
    press(b, "已找到人")
    expect(board.get_by_text("位置已锁定")).to_be_visible(timeout=15_000)
    only_those_on_it_see_where(board, opens(campus["vice"], "/command/", WALL))
    c = opens(campus["he"], f"/response/{case().run_id}/alert/")
    press(c, "收到")
    expect(c.get_by_role("button", name="我到了")).to_be_visible()
    the_doctor_refers_her(c)
    driver = opens(campus["driver"], "/crisis/")
    act(driver, "car")
    expect(driver.get_by_text("林晓梅")).to_have_count(0)
    press(driver, "车到了")
    act(c, "delivery")
    press(c, "已移交")
    expect(c.get_by_text("善后中")).to_be_visible()
    expect(board.get_by_text("✓ 已稳定").or_(board.get_by_text("✓ 平安")).first).to_be_visible(
        timeout=15_000
    )
    wall(board)
    fits(board)
    after_care(opens, campus)
    deliver(at=march.now())
    assert case().state == "closed"
    assert Advance.objects.get().settled_at is not None
    afterwards(opens, campus)


def afterwards(opens: Opens, campus: Campus) -> None:
    """The auditor follows it without a name; she sees who has read what, and why."""
    audit = opens(campus["sun"], f"/crisis/cases/{case().pk}/timeline/", DESK)
    expect(audit.get_by_text("放行定位").first).to_be_visible()
    expect(audit.get_by_text("林晓梅")).to_have_count(0)
    fits(audit)
    check_axe(audit)
    hers = opens(campus["lin"], "/private/")
    expect(hers.get_by_text("赶到现场").first).to_be_visible()
    assert len(accesses_to(campus["lin"])) > 3
