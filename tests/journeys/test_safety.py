"""An event: planned, surveyed by three phones, opened, signed up to; then somebody falls."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from smartunion.domains.safety.models import Event, Incident
from smartunion.domains.safety.rules.kinds import Party
from smartunion.domains.safety.tests.conftest import PNG, House, furnish
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from tests.bank import SandboxProcess
from tests.browser import DESK, PHONE, check_axe, fits, photograph, serving, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PLANNING = datetime(2025, 5, 5, 9, 0, tzinfo=CAMPUS)
RACE = datetime(2025, 5, 17, 8, 20, tzinfo=CAMPUS)
SHOTS = os.environ.get("SAFETY_SHOTS", "")
Opens = Callable[[Person, dict[str, Any], str], Page]


def offset(at: datetime) -> str:
    return str(round((at - datetime.now(UTC)).total_seconds()))


def look(page: Page, name: str) -> None:
    """The page fits, is accessible, and is photographed for whoever wants to look."""
    fits(page)
    check_axe(page)
    if SHOTS:
        photograph(page, Path(SHOTS) / f"{name}.png")


@pytest.fixture
def events(organization: dict[str, Person]) -> House:
    house = furnish(organization)
    house.at = PLANNING
    return house


@contextmanager
def campus(
    screen: Callable[..., BrowserContext], bank: SandboxProcess, at: datetime
) -> Iterator[Opens]:
    """Serve the house at a moment; whoever looked has left before it closes."""
    hospital = {"HOSPITAL_FHIR_URL": f"{bank.url}/hospital/fhir/r5"}
    contexts: dict[tuple[int, bool], BrowserContext] = {}
    with serving(SMARTUNION_CLOCK_OFFSET=offset(at), **hospital) as url:

        def opened(who: Person, size: dict[str, Any], path: str) -> Page:
            theirs = (who.pk, size is PHONE)
            if theirs not in contexts:
                contexts[theirs] = screen(size, base_url=url)
                contexts[theirs].add_cookies([{**sign_in(who), "url": url}])
            page = contexts[theirs].new_page()
            page.goto(path)
            return page

        yield opened
        for context in contexts.values():
            context.close()


def the_event_is_planned(opened: Opens, house: House) -> Event:
    desk = opened(house.organiser, DESK, "/safety/desk/plan/")
    desk.get_by_label("名称").fill("教职工五公里赛")
    desk.get_by_label("开始").fill("2025-05-17T08:00")
    desk.get_by_label("结束").fill("2025-05-17T10:00")
    desk.get_by_label("预计人数").fill("40")
    look(desk, "plan-1440")
    desk.get_by_role("button", name="立项").click()
    expect(desk.get_by_role("heading", name="教职工五公里赛")).to_be_visible()
    expect(desk.get_by_text("三方签字还差：校医院、保卫处、工会")).to_be_visible()
    look(desk, "card-planned-1440")
    return Event.objects.select_related("survey__case").get()


def three_sign_on_their_phones(opened: Opens, house: House, event: Event, tmp: Path) -> None:
    shot = tmp / "pit.png"
    shot.write_bytes(PNG)
    run = house.run(event.survey, "list")
    phone = opened(house.organiser, PHONE, f"/safety/surveys/{run.pk}/")
    line = phone.locator(".sf-line").first
    line.get_by_text("有风险，拍下来").click()
    line.get_by_label("看到什么风险").fill("弯道排水盖板松动")
    line.get_by_label("现场照片（可多选）").set_input_files(shot)
    line.get_by_role("button", name="记进清单").click()
    expect(phone.get_by_text("弯道排水盖板松动")).to_be_visible()
    house.look_at_all(event.survey)
    phone.reload()
    look(phone, "survey-390")
    phone.get_by_role("button", name="清单看完，请三方签字").click()
    expect(phone.get_by_text("清单已交，请三方签字")).to_be_visible()
    for party in Party:
        step = house.run(event.survey, party.value)
        other = opened(house.people[party.value], PHONE, f"/safety/surveys/{step.pk}/")
        other.get_by_role("button", name="我到了现场，清单看过，签字").click()
        expect(other.locator(".sf-sign").get_by_text("已签").first).to_be_visible()
        last = other
    line = last.locator(".sf-line").first
    line.get_by_text("已整改，拍照销项").click()
    line.get_by_label("怎么整改的").fill("已加固")
    line.get_by_label("整改后的照片（可多选）").set_input_files(shot)
    line.get_by_role("button", name="销项").click()
    expect(last.locator(".sf-line").first.get_by_text("已销项").first).to_be_visible()
    look(last, "survey-signed-390")


def it_opens_and_lin_signs_up(
    opened: Opens, house: House, event: Event, bank: SandboxProcess
) -> None:
    house.staff(event, each=1)
    house.equip(event)
    house.insure()
    desk = opened(house.organiser, DESK, f"/safety/desk/events/{event.pk}/")
    look(desk, "card-ready-1440")
    desk.get_by_role("button", name="放行，开始报名").click()
    expect(desk.get_by_text("已放行，开始报名")).to_be_visible()
    told = {"number": "lin", "report_on": "2025-04-20", "mode": "ok"}
    assert httpx.post(f"{bank.url}/hospital/", data=told).status_code == 303
    lin = opened(house.lin, PHONE, "/safety/")
    look(lin, "home-390")
    lin.get_by_role("link", name="教职工五公里赛").click()
    lin.get_by_label("我单独同意核验").check()
    look(lin, "event-390")
    lin.get_by_role("button", name="报名", exact=True).click()
    expect(lin.get_by_text("报名成功")).to_be_visible()
    look(lin, "joined-390")
    for path in ("/safety/desk/", "/safety/desk/devices/", "/safety/desk/insurance/"):
        desk.goto(path)
        look(desk, f"{path.strip('/').replace('/', '-')}-1440")


def somebody_falls(opened: Opens, house: House) -> None:
    volunteer = opened(house.duty2, PHONE, "/safety/")
    look(volunteer, "on-duty-390")
    volunteer.get_by_role("link", name="报告突发事件").click()
    look(volunteer, "report-390")
    volunteer.get_by_role("button", name="终点").click()
    expect(volunteer.get_by_role("heading", name="突发事件")).to_be_visible()
    it = Incident.objects.get()
    look(volunteer, "incident-390")
    volunteer.get_by_role("button", name="我在处置").click()
    expect(volunteer.get_by_text("已记下")).to_be_visible()
    medic = opened(house.duty0, PHONE, f"/safety/incidents/{it.pk}/")
    medic.get_by_role("button", name="医护到场").click()
    medic.get_by_role("button", name="我单独同意").click()
    expect(medic.get_by_role("button", name="共享位置")).to_be_visible()
    medic.get_by_role("button", name="已送到校医院").click()
    expect(medic.get_by_text("结束", exact=False).first).to_be_visible()
    medic.close()
    volunteer.close()
    organiser = opened(house.organiser, PHONE, f"/safety/incidents/{it.pk}/")
    organiser.get_by_label("经过").fill("一人冲线后脚踝扭伤，校医院处理后自行回家")
    organiser.get_by_role("button", name="封存经过").click()
    expect(organiser.get_by_text("已写，已封存")).to_be_visible()
    look(organiser, "incident-closed-390")
    desk = opened(house.qian, DESK, "/safety/desk/incidents/")
    expect(desk.get_by_text("三段都按时")).to_be_visible()
    look(desk, "incidents-1440")
    desk.goto("/safety/desk/risks/")
    look(desk, "risks-1440")


def a_child_falls(opened: Opens, house: House) -> None:
    """王主任 opens the sheet, names who keeps out, and sees why nothing is streamed."""
    desk = opened(house.wang, DESK, "/safety/desk/child/")
    look(desk, "child-empty-1440")
    desk.get_by_label("发生时间").fill("2025-05-17T08:15")
    desk.get_by_label("经过").fill("从滑梯跌落，左臂疼痛，已送校医院")
    desk.get_by_label("须回避的人").fill(house.gu.username)
    desk.get_by_role("button", name="立件，三个时限开始").click()
    desk.goto("/safety/desk/child/")
    desk.locator("td a.t").click()
    expect(desk.get_by_text("办结以前不能解除")).to_be_visible()
    look(desk, "child-case-1440")
    desk.get_by_text("有人要求直播").click()
    desk.get_by_label("理由").last.fill("家长群要求")
    desk.get_by_role("button", name="提交，看为什么不能").click()
    expect(desk.get_by_text("第28、31条").first).to_be_visible()
    expect(desk.get_by_text("没有办成")).to_be_visible()
    phone = opened(house.zhao, PHONE, desk.url)
    phone.get_by_role("button", name="为处置打开经过").click()
    expect(phone.get_by_text("左臂疼痛")).to_be_visible()
    look(phone, "child-case-390")
    for path in ("risks", "incidents", "events", "child", "devices") if SHOTS else ():
        phone.goto(f"/safety/desk/{'' if path == 'events' else path + '/'}")
        look(phone, f"{path}-390")


def test_an_event_from_its_plan_to_a_closed_incident(
    events: House, bank: SandboxProcess, screen: Callable[..., BrowserContext], tmp_path: Path
) -> None:
    with campus(screen, bank, PLANNING + timedelta(hours=1)) as opened:
        event = the_event_is_planned(opened, events)
        three_sign_on_their_phones(opened, events, event, tmp_path)
        it_opens_and_lin_signs_up(opened, events, event, bank)
    with campus(screen, bank, RACE) as opened:
        somebody_falls(opened, events)
        a_child_falls(opened, events)
