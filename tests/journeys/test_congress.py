"""A whole meeting: three laptops make the key, phones vote by slips, the wall reads them out."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from smartunion.domains.congress.actions import voting
from smartunion.domains.congress.models import Election
from smartunion.domains.congress.tests.conftest import NOV_20, Hall, hall
from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, check_axe, fits, photograph, serving, sign_in

__all__ = ["hall"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SHOTS = os.environ.get("CONGRESS_SHOTS", "")
WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


def look(page: Page, name: str) -> None:
    """The page fits, is accessible, and is photographed for whoever wants to look."""
    fits(page)
    check_axe(page)
    if SHOTS:
        photograph(page, Path(SHOTS) / f"{name}.png")


@dataclass
class Evening:
    """The hall with its screens: a desk, three laptops, phones and the wall."""

    url: str
    hall: Hall
    screen: Callable[..., BrowserContext]
    contexts: list[BrowserContext] = field(default_factory=list)
    laptops: list[Page] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    desk: Any = None
    wall: Any = None

    def opened(self, who: Person | None, path: str, size: dict[str, Any] = DESK) -> Page:
        self.contexts.append(self.screen(size, base_url=self.url))
        if who is not None:
            self.contexts[-1].add_cookies([{**sign_in(who), "url": self.url}])
        page = self.contexts[-1].new_page()
        page.goto(path)
        return page

    @property
    def it(self) -> Election:
        return Election.objects.get()

    def the_tenth_signs_in(self) -> None:
        page = self.opened(
            self.hall.people[9], f"/congress/meetings/{self.hall.meeting.pk}/", PHONE
        )
        page.get_by_role("button", name="签到").click()
        expect(page.locator("main")).to_contain_text("已签到")
        look(page, "sitting-390")

    def the_keeper_prepares(self) -> None:
        desk = self.desk = self.opened(
            self.hall.keeper, f"/congress/desk/meetings/{self.hall.meeting.pk}/"
        )
        look(desk, "meeting-1440")
        desk.get_by_label("名称").fill("补选校教代会代表")
        desk.get_by_label("应选名额").fill("2")
        desk.get_by_label("候选人").select_option([str(p.pk) for p in self.hall.people[:3]])
        desk.get_by_role("button", name="筹备票决").click()
        desk.get_by_role("link", name="补选校教代会代表").click()
        for one in self.hall.people[-3:]:
            desk.get_by_label(one.name).check()
        desk.get_by_role("button", name="定名单").click()
        expect(desk.locator("main")).to_contain_text("生成钥匙")

    def three_laptops_make_the_key(self) -> None:
        path = f"/congress/scrutiny/{self.it.pk}/"
        self.laptops = [self.opened(one, path) for one in self.hall.people[-3:]]
        for one in self.laptops:
            one.get_by_label("我声明").check()
            one.get_by_role("button", name="生成我的一份").click()
        expect(self.laptops[0].locator("#says")).to_have_text("钥匙已生成，等印票", timeout=20_000)
        look(self.laptops[0], "scrutiny-1440")

    def slips_are_drawn_and_the_box_opens(self) -> list[int]:
        it, at = self.it, self.hall.at
        self.wall = self.opened(None, f"/congress/votes/{it.pk}/screen/", WALL)
        slips = voting.print_slips(election_id=it.pk, by=self.hall.keeper, at=at)
        expect(self.wall.locator("main")).to_contain_text("票号名单的摘要")
        look(self.wall, "screen-ready-1920")
        for one in self.hall.people[:10]:
            voting.hand_out(election_id=it.pk, person_id=one.pk, by=self.hall.keeper, at=at)
        self.desk.goto(f"/congress/desk/votes/{it.pk}/")
        look(self.desk, "vote-1440")
        self.desk.get_by_role("button", name="同意开箱").click()
        self.laptops[0].get_by_role("button", name="同意开箱").click()
        expect(self.laptops[0].locator("#says")).to_contain_text("投票中")
        return slips

    def phones_vote(self, slips: list[int]) -> None:
        """Ten slips, no sign-in; the last one ticks too many."""
        it, took = self.it, []
        phone = self.opened(None, f"/congress/votes/{it.pk}/", PHONE)
        for at, slip in enumerate(slips[:10]):
            phone.goto("about:blank")
            phone.goto(f"/congress/cast/{it.context}/#{slip:064x}")
            for n in (0, 1, 2) if at == 9 else (0, 1) if at < 8 else (0,):
                phone.locator(f"input[name=c{n + 1}][value='1']").check(force=True)
            if not at:
                look(phone, "cast-390")
            phone.get_by_role("button", name="加密并投票").click()
            expect(phone.locator("#done")).to_be_visible(timeout=10_000)
            self.codes.append(phone.locator("#code").inner_text())
            took.append(float(phone.locator("#cast").get_attribute("data-took") or "999"))
        look(phone, "cast-done-390")
        assert sorted(took)[len(took) // 2] <= 100, "encryption in Chromium takes at most 100 ms"
        names = {each["name"] for each in self.contexts[-1].cookies()}
        assert "sessionid" not in names, "the phone has nothing by which to know it again"

    def the_box_is_closed_shuffled_and_opened(self) -> None:
        self.desk.goto(f"/congress/desk/votes/{self.it.pk}/")
        self.desk.get_by_role("button", name="同意封箱").click()
        self.laptops[1].get_by_role("button", name="同意封箱").click()
        expect(self.wall.locator("main")).to_contain_text(self.codes[0])
        look(self.wall, "screen-codes-1920")
        self.laptops[0].get_by_label("点出的剩票").fill("7")
        self.laptops[0].get_by_role("button", name="点清了").click()
        for one in self.laptops[:2]:
            one.get_by_role("button", name="洗牌").click(timeout=20_000)
            expect(one.locator("#says")).to_contain_text("再开启", timeout=60_000)
        for one in self.laptops[:2]:
            one.get_by_role("button", name="用我的钥匙开启").click()
        expect(self.laptops[0].locator("#says")).to_have_text("唱票中", timeout=20_000)

    def it_is_read_out_and_signed(self) -> None:
        self.desk.goto(f"/congress/desk/votes/{self.it.pk}/")
        for _ in range(10):
            self.desk.get_by_role("button", name="唱下一张").click()
        expect(self.wall.locator("main")).to_contain_text("已唱 10 / 10")
        look(self.wall, "screen-read-1920")
        self.desk.get_by_role("button", name="宣布结果").click()
        for one in self.laptops:
            one.get_by_role("button", name="签字").click(timeout=10_000)
        said = self.laptops[2].locator("#says")
        expect(said).to_have_text("三位已签字，结果已公布", timeout=10_000)

    def anybody_checks_and_finds_an_altered_row(self) -> None:
        it = self.it
        page = self.opened(None, f"/congress/votes/{it.pk}/")
        expect(page.locator("main")).to_contain_text("当选")
        page.get_by_role("button", name="在浏览器里验").click()
        expect(page.locator("#steps")).to_contain_text("全部相符", timeout=60_000)
        look(page, "public-1440")
        assert (it.state, it.result and it.result["elected"]) == ("signed", ["c1", "c2"])
        Election.objects.filter(pk=it.pk).update(opened=[0, *(it.opened or [])[1:]])
        page.get_by_role("button", name="在浏览器里验").click()
        expect(page.locator("#steps")).to_contain_text("唱错了", timeout=60_000)
        look(self.opened(None, f"/congress/votes/{it.pk}/", PHONE), "public-390")
        self.desk.goto(f"/congress/desk/{self.hall.congress.pk}/")
        look(self.desk, "roll-1440")


def test_a_meeting_with_phones_laptops_and_the_wall(
    screen: Callable[..., BrowserContext], hall: Hall
) -> None:
    hall.come(9)
    seconds = str(round((NOV_20 - datetime.now(UTC)).total_seconds()))
    with serving(SMARTUNION_CLOCK_OFFSET=seconds) as url:
        evening = Evening(url, hall, screen)
        evening.the_tenth_signs_in()
        evening.the_keeper_prepares()
        evening.three_laptops_make_the_key()
        evening.phones_vote(evening.slips_are_drawn_and_the_box_opens())
        evening.the_box_is_closed_shuffled_and_opened()
        evening.it_is_read_out_and_signed()
        evening.anybody_checks_and_finds_an_altered_row()
        for context in evening.contexts:
            context.close()
