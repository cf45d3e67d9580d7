"""林老师 answers on her phone and reads the same thanks as all; an officer talks; the centre sees.

Her words and scores appear on no page but the centre's, and there only after a purpose.
"""

import os
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from smartunion.domains.wellbeing.actions import campaigns
from smartunion.domains.wellbeing.models import Campaign, Task
from smartunion.domains.wellbeing.reads import cases
from smartunion.domains.wellbeing.tests.conftest import (
    BLUE,
    HOTLINE,
    House,
    drilled,
    fill_roster,
    furnish,
)
from smartunion.kernel.duty import actions as duty
from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, check_axe, fits

from .conftest import March, answer_ten

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TELLING = re.compile("蓝|黄色|红色|预警|因子分|异常")
SHOTS = os.environ.get("WELLBEING_SHOTS", "")


@pytest.fixture
def house(organization: dict[str, Person], march: March) -> House:
    made = furnish(organization)
    made.at = march.now()
    fill_roster(made.at)
    duty.set_hotline(number=HOTLINE, by=None, at=made.at, because="测试")
    return made


def look(page: Page, name: str) -> None:
    """Look at the page at both widths: nothing hangs over, nothing is unreadable by machine."""
    fits(page)
    check_axe(page)
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


def test_from_the_phone_s_nine_pages_to_the_centre_s_desk(
    house: House, opens: Callable[..., Page]
) -> None:
    people, head = house.people, house.people["head"]
    house.plan()
    desk = opens(head, f"/wellbeing/desk/campaigns/{house.campaign.pk}/", DESK)
    desk.get_by_role("button", name="开放").click()
    expect(desk.get_by_text("到应急演练下达一次红色预警演练").first).to_be_visible()
    look(desk, "shut-1440")
    drilled(house.at - timedelta(hours=1))
    desk.goto(f"/wellbeing/desk/campaigns/{house.campaign.pk}/")
    look(desk, "campaign-1440")
    desk.get_by_role("button", name="开放").click()
    expect(desk.get_by_text("进行中").or_(desk.get_by_text("每日至多"))).to_be_visible()
    campaigns.release(campaign_id=house.campaign.pk, at=house.at)
    invited = house.invitation(people["lin"]).pk

    _answer(people["lin"], f"/wellbeing/invitations/{invited}/", opens)
    task = Task.objects.get()
    run = cases.open_run(task)
    assert run is not None
    officer = opens(run.lead, "/wellbeing/talks/", PHONE)
    look(officer, "talks-390")
    officer.get_by_role("link", name=re.compile("GX-")).click()
    assert "林晓梅" not in officer.inner_text("main")
    officer.get_by_role("button", name="看是哪位同事").click()
    expect(officer.get_by_role("heading", name="林晓梅")).to_be_visible()
    assert not TELLING.search(officer.inner_text("main"))
    look(officer, "talk-390")
    officer.get_by_label("谈了什么").fill("近来睡得少，愿意和中心聊聊")
    officer.get_by_text("请心理中心跟进").click()
    officer.get_by_role("button", name="记录并封存").click()
    expect(officer.get_by_text("已记录并封存")).to_be_visible()

    _assess(opens)
    log = opens(people["lin"], "/private/", PHONE)
    expect(log.get_by_text("专业评估：面谈前了解").first).to_be_visible()
    for name, where in (("tasks", "desk/"), ("floor", "desk/floor/"), ("list", "desk/campaigns/")):
        desk.goto(f"/wellbeing/{where}")
        look(desk, f"{name}-1440")
    assert Campaign.objects.get().state == "open"


def _answer(lin: Person, where: str, opens: Callable[..., Page]) -> None:
    """Agree, answer nine pages, lose the browser on the way, hand in."""
    phone = opens(lin, where, PHONE)
    look(phone, "invitation-390")
    phone.get_by_text("我已读完告知书").click()
    phone.get_by_role("button", name="同意并开始").click()
    for number in range(1, 10):
        expect(phone.get_by_role("heading", level=1)).to_contain_text(f"第 {number} 页")
        answer_ten(phone, number, BLUE, by_hand=number in (1, 5))
        if number == 1:
            look(phone, "answering-390")
        if number == 4:  # the browser dies; another one goes on where it was left
            phone.get_by_role("button", name="下一页").click()
            expect(phone.get_by_role("heading", level=1)).to_contain_text("第 5 页")
            phone.close()
            phone = opens(lin, "/wellbeing/", PHONE)
            phone.get_by_text("填到一半").click()
            expect(phone.get_by_role("heading", level=1)).to_contain_text("第 5 页")
            continue
        phone.get_by_role("button", name="交上去" if number == 9 else "下一页").click()
    expect(phone.get_by_text("已收好", exact=True)).to_be_visible()
    expect(phone.get_by_role("link", name="12356")).to_have_attribute("href", "tel:12356")
    assert not TELLING.search(phone.inner_text("main"))
    look(phone, "done-390")


def _assess(opens: Callable[..., Page]) -> None:
    """Open the answers with a purpose, and write the assessment."""
    assessment = Task.objects.get(kind="assessment")
    run = cases.open_run(assessment)
    assert run is not None
    centre = opens(run.lead, f"/wellbeing/desk/tasks/{run.pk}/", DESK)
    assert "35 / 12" not in centre.inner_text("main")
    centre.get_by_label("用途").fill("面谈前了解")
    centre.get_by_role("button", name="记录用途并打开").click()
    expect(centre.get_by_text("35 / 12")).to_be_visible()
    look(centre, "task-1440")
    centre.get_by_label("谈了什么").fill("面谈四十分钟")
    centre.get_by_text("情况平稳，到此为止").click()
    centre.get_by_role("button", name="记录并封存").click()
    expect(centre.get_by_text("已办结").first).to_be_visible()
