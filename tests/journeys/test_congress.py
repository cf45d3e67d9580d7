"""A whole meeting: three laptops make the key, phones vote by slips, the wall reads them out."""

import json
import os
import subprocess
import sys
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
ACCESSIBLE = {"scrutiny-1440", "cast-390", "screen-read-1920", "public-1440"}
"""Looked at by axe, too; the others are by tests/screens.py."""

WALL: dict[str, Any] = {"viewport": {"width": 1920, "height": 1080}}


def look(page: Page, name: str) -> None:
    """The page fits, is accessible, and is photographed for whoever wants to look."""
    fits(page)
    if name in ACCESSIBLE:
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
    looked: bool = False
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

    def slips_are_drawn_and_the_box_opens(self, place: Path) -> list[int]:
        it, at = self.it, self.hall.at
        self.wall = self.opened(None, f"/congress/votes/{it.pk}/screen/", WALL)
        slips = voting.print_slips(election_id=it.pk, by=self.hall.keeper, at=at)
        expect(self.wall.locator("main")).to_contain_text("票号名单的摘要")
        look(self.wall, "screen-ready-1920")
        for one in self.hall.people[:10]:
            voting.hand_out(election_id=it.pk, person_id=one.pk, by=self.hall.keeper, at=at)
        self.desk.goto(f"/congress/desk/votes/{it.pk}/")
        look(self.desk, "vote-1440")
        self.a_tester_opens_a_ballot_instead(place)
        self.desk.get_by_role("button", name="同意开箱").click()
        self.laptops[0].get_by_role("button", name="同意开箱").click()
        expect(self.laptops[0].locator("#says")).to_contain_text("投票中")
        return slips

    def a_tester_opens_a_ballot_instead(self, place: Path) -> None:
        """Before the box opens a phone shows another machine that it encrypts what is pressed."""
        phone = self.opened(None, f"/congress/cast/{self.it.context}/", PHONE)
        phone.locator("input[name=c2][value='1']").check(force=True)
        phone.get_by_role("button", name="加密").click()
        expect(phone.get_by_role("button", name="投入票箱")).to_be_hidden()
        code = phone.locator("#made").inner_text()
        with phone.expect_download() as got:
            phone.get_by_role("button", name="拆开查验").click()
            look(phone, "trial-390")
            phone.get_by_role("link", name="存成 trial.json").click()
        told = json.loads(got.value.path().read_text())
        for value, words in ((3, f"试投票 {code} 装的正是 3"), (1, "没有照你点的加密")):
            (place / "election.json").write_text(json.dumps({**told, "value": value}))
            (place / "verify.py").write_bytes(
                phone.request.get(f"{self.url}/congress/votes/verify.py").body()
            )
            assert words in self.ran(place)[0]
        assert not self.it.ballots.exists()

    def phones_vote(self, slips: list[int]) -> None:
        """Nine slips on three phones, no sign-in; the tenth on paper, with a tick too many."""
        it, took = self.it, []
        phones = [self.opened(None, f"/congress/votes/{it.pk}/", PHONE) for _ in range(3)]
        for at in range(0, 9, 3):
            for phone, slip in zip(phones, slips[at:], strict=False):
                phone.goto("about:blank")
                phone.goto(f"/congress/cast/{it.context}/#{slip:064x}")
                for n in (1, 2) if slip != slips[8] else (1,):
                    phone.locator(f"input[name=c{n}][value='1']").check(force=True)
                if not self.looked:
                    self.looked = True
                    look(phone, "cast-390")
                phone.get_by_role("button", name="加密").click()
                phone.get_by_role("button", name="投入票箱").click()
            for phone in phones:
                expect(phone.locator("#done")).to_be_visible(timeout=10_000)
                self.codes.append(phone.locator("#code").inner_text())
                took.append(float(phone.locator("#cast").get_attribute("data-took") or "999"))
        look(phones[0], "cast-done-390")
        assert sorted(took)[len(took) // 2] <= 100, "encryption in Chromium takes at most 100 ms"
        for context in self.contexts[-3:]:
            names = {each["name"] for each in context.cookies()}
            assert "sessionid" not in names, "a phone has nothing by which to know it again"
        paper = self.opened(self.hall.people[-1], f"/congress/scrutiny/{it.pk}/paper/")
        paper.get_by_label("纸票上的票号").fill(f"{slips[9]:064x}")
        for n in (1, 2, 3):
            paper.locator(f"input[name=c{n}][value='1']").check(force=True)
        expect(paper.locator("#chosen")).to_contain_text("这样投出去是废票")
        look(paper, "paper-1440")
        paper.get_by_role("button", name="录入这张纸票").click()
        expect(paper.locator("#done")).to_be_visible(timeout=10_000)

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

    def anybody_checks_and_finds_an_altered_row(self, place: Path) -> None:
        it = self.it
        assert (it.state, it.result and it.result["elected"]) == ("signed", ["c1", "c2"])
        assert it.result
        assert it.result["spoilt"] == 1
        page = self.opened(None, f"/congress/votes/{it.pk}/")
        expect(page.locator("main")).to_contain_text("当选")
        page.get_by_role("button", name="在浏览器里验").click()
        script, known = self.by_the_script(page, place)
        assert script.endswith("秒"), script
        assert known == 0
        expect(page.locator("#steps")).to_contain_text("全部相符", timeout=60_000)
        look(page, "public-1440")
        Election.objects.filter(pk=it.pk).update(opened=[0, *(it.opened or [])[1:]])
        page.get_by_role("button", name="在浏览器里验").click()
        script, known = self.by_the_script(page, place)
        assert "唱错了" in script
        assert known == 1
        expect(page.locator("#steps")).to_contain_text("唱错了", timeout=60_000)
        look(self.opened(None, f"/congress/votes/{it.pk}/", PHONE), "public-390")
        self.desk.goto(f"/congress/desk/{self.hall.congress.pk}/")
        look(self.desk, "roll-1440")

    def by_the_script(self, page: Page, place: Path) -> tuple[str, int]:
        """Download the file and the script from the page and run them; what it says at last."""
        for name, words in (("election.json", "election.json"), ("verify.py", "verify.py")):
            href = page.get_by_role("link", name=words).get_attribute("href")
            assert href
            (place / name).write_bytes(page.request.get(f"{self.url}{href}").body())
        return self.ran(place)

    def ran(self, place: Path) -> tuple[str, int]:
        """Run the downloaded script on the downloaded file: its last line, its answer."""
        ran = subprocess.run(
            [sys.executable, "-I", "verify.py", "election.json"], cwd=place,
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return ran.stdout.strip().splitlines()[-1], ran.returncode


@pytest.mark.clause("3.4-1①")
@pytest.mark.clause("T65")
def test_a_meeting_with_phones_laptops_and_the_wall(
    screen: Callable[..., BrowserContext], hall: Hall, tmp_path: Path
) -> None:
    hall.come(9)
    seconds = str(round((NOV_20 - datetime.now(UTC)).total_seconds()))
    with serving(SMARTUNION_CLOCK_OFFSET=seconds) as url:
        evening = Evening(url, hall, screen)
        try:
            evening.the_tenth_signs_in()
            evening.the_keeper_prepares()
            evening.three_laptops_make_the_key()
            evening.phones_vote(evening.slips_are_drawn_and_the_box_opens(tmp_path))
            evening.the_box_is_closed_shuffled_and_opened()
            evening.it_is_read_out_and_signed()
            evening.anybody_checks_and_finds_an_altered_row(tmp_path)
        finally:
            for context in evening.contexts:
                context.close()
