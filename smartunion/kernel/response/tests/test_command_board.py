"""The command board: running clocks, who received, where they are; never who is in danger."""

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import hypot
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from smartunion.kernel.base import clock
from smartunion.kernel.people.models import Person
from smartunion.kernel.response import actions
from smartunion.kernel.response.models import Run
from smartunion.site import wiring
from smartunion.site.command import shown
from smartunion.site.command.campus import campus
from tests.browser import PHONE, OpenAs, check_axe, fits, photograph
from tests.cast import appoint

from .conftest import NIGHT, Duty, after, begin, until

WALL = {"viewport": {"width": 1920, "height": 1080}}
OFFICE = {"viewport": {"width": 1440, "height": 900}}


@dataclass(frozen=True)
class Point:
    """A responder's point, as a domain's door gives it."""

    incident: str
    label: str
    role: str
    latitude: float
    longitude: float
    at: datetime


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def board(person: Person, monkeypatch: pytest.MonkeyPatch, at: datetime = NIGHT) -> str:
    monkeypatch.setattr(clock, "now", lambda: at)
    answer = client_of(person).get("/command/")
    assert answer.status_code == 200
    return answer.content.decode()


# --- the map


@pytest.mark.clause("R119")
def test_a_place_on_campus_falls_where_it_is_and_a_metre_is_a_metre() -> None:
    """Two hundred metres to the north are two hundred on the map; outside is kept at its edge."""
    hospital = next(shape for shape in campus().shapes if shape.kind == "hospital")
    one, two = campus().spot(22.535, 113.938), campus().spot(22.535 - 200 / 110_574, 113.938)
    assert hypot(two.x - one.x, two.y - one.y) == pytest.approx(200, abs=1)
    assert two.y > one.y, "north is above"
    far = campus().spot(23.5, 115.0)
    assert far.is_outside
    assert 0 < far.x < campus().width
    found = campus().named("校医院急诊门口")
    assert found is not None
    assert (found.x, found.y) == (hospital.x, hospital.y)
    assert campus().named("某某小区") is None


# --- what stands on it


@pytest.mark.clause("R119")
def test_the_board_shows_clocks_and_who_received_and_never_who_is_in_danger(
    duty: Duty, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Number, place of meeting, clocks and those on duty; no unit, no person of the case."""
    appoint(wang, "response.view")
    run = begin(duty, place="第二教学楼一带")
    actions.receive(run_id=run.pk, by=duty.lin, at=after(9), via="page")
    html = board(wang, monkeypatch, at=after(12))
    assert run.number in html
    assert "第二教学楼一带" in html
    assert "00:12" in html, "the clock since T0"
    assert "00:18" in html, "what is left of thirty seconds"
    assert "林晓梅 值班" in html
    assert "✓ 00:09 已应答" in html
    assert duty.branch.name not in html, "a college is small"
    assert f'href="/response/{run.pk}/"' not in html, "the run's page is for those on the case"
    later = board(wang, monkeypatch, at=after(40))
    assert "▲ 超时" in later


@pytest.mark.clause("R119", "R120")
def test_steps_that_are_not_opened_yet_are_counted_down_too(
    duty: Duty, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first call runs the wall says how long is left to locate and to be on the scene."""
    appoint(wang, "response.view")
    run = begin(duty)
    html = board(wang, monkeypatch, at=after(12))
    assert set(run.steps.exclude(state="open").values_list("code", flat=True)) == {
        "locate", "scene", "vehicle",
    }  # fmt: skip
    rungs = re.findall(r"<b>([^<]+)</b><span><i[^>]*>(.)</i><em[^>]*>([^<]+)</em>", html)
    assert rungs == [
        ("拨打电话", "▶", "00:18"), ("定位", "○", "03:48"), ("到场评估", "○", "07:48"),
        ("车辆到场", "○", "8分钟"),
    ]  # fmt: skip
    then = re.search(r"接着</span>(.*?)</p>", html)
    assert then is not None
    assert "定位 " in then[1]
    assert "03:48" in then[1]
    assert html.count("○ 未开始") == 2
    actions.answer(
        run_id=run.pk, step="call", outcome="answered", by=duty.lin, at=after(20), via="page"
    )
    begin(duty)
    much_later = board(wang, monkeypatch, at=after(300))
    assert "+01:00" not in much_later, "a step that was never needed is not late"


def test_who_must_keep_out_does_not_see_the_run_and_who_was_asked_may_open_it(
    duty: Duty, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    appoint(wang, "response.view")
    appoint(duty.sun, "response.view")
    run = begin(duty, excluded=[wang.pk])
    assert run.number not in board(wang, monkeypatch)
    assert f'href="/response/{run.pk}/"' in board(duty.sun, monkeypatch)
    monkeypatch.undo()
    assert client_of(duty.wu).get("/command/").status_code == 403


def test_a_drill_is_marked_and_counted_apart_and_many_runs_keep_their_clocks(
    duty: Duty, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    appoint(wang, "response.view")
    begin(duty)
    begin(duty, drill=True)
    html = board(wang, monkeypatch)
    assert "红色预警 1 起" in html
    assert "演练 1 起" in html
    assert html.count('<span class="mark">演练</span>') == 1
    for _ in range(5):
        begin(duty)
    crowded = board(wang, monkeypatch)
    assert crowded.count("data-run=") == shown.MOST
    assert "另有 2 起" in crowded


def test_a_step_that_ended_says_how_long_it_took_and_what_came_next(
    duty: Duty, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    appoint(wang, "response.view")
    run = begin(duty)
    actions.answer(
        run_id=run.pk, step="call", outcome="no_answer", by=duty.lin, at=after(21), via="page"
    )
    html = board(wang, monkeypatch, at=after(60))
    assert "00:21" in html
    assert "✓ 用时 · 按时" in html
    assert "03:00" in html, "four minutes to locate, one of them gone"
    until(300)
    assert "位置未锁定" in board(wang, monkeypatch, at=after(300))
    actions.answer(
        run_id=run.pk, step="locate", outcome="located", by=duty.sun, at=after(301), via="page",
        note="图书馆东侧",
    )  # fmt: skip
    located = board(wang, monkeypatch, at=after(305))
    assert "位置已锁定" in located
    assert "图书馆东侧" not in located, "where somebody in danger is stays with those on the case"


@pytest.mark.clause("R238")
def test_responders_move_on_the_map_while_their_run_stands_and_no_longer(
    duty: Duty, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Marks with a role and a number; when nothing stands nobody is even asked for."""
    appoint(wang, "response.view")
    asked = []

    def door(*, at: datetime, by: Person) -> list[Point]:
        asked.append(by)
        numbers = [*Run.objects.values_list("number", flat=True), "E-over"]
        return [
            Point(n, "医护 1", "medic", 22.535, 113.938, at - timedelta(seconds=7)) for n in numbers
        ]

    monkeypatch.setattr(wiring, "WHEREABOUTS", (door,))
    assert 'data-role="medic"' not in board(wang, monkeypatch)
    assert asked == []
    run = begin(duty)
    html = board(wang, monkeypatch, at=after(5))
    assert html.count('data-role="medic"') == 1
    assert "北斗 · 7 秒内" in html
    assert asked == [wang], "whose reading it is goes into the log of what is sealed"
    actions.stand_down(run_id=run.pk, by=duty.qian, at=after(30), via="page", because="误报")
    assert 'data-role="medic"' not in board(wang, monkeypatch, at=after(31))


# --- on the wall


def look(page: Page, name: str) -> None:
    fits(page)
    check_axe(page)
    photograph_if_asked(page, name)


def photograph_if_asked(page: Page, name: str) -> None:
    if folder := os.environ.get("DUTY_PICTURES"):
        photograph(page, Path(folder) / f"{name}.png")


def the_wall_says_that_it_stands_still(page: Page) -> None:
    """No answer for so long: a mark over everything, and gone with the next answer."""
    stopped = page.locator("[data-stopped]")
    expect(stopped).to_be_hidden()
    expect(page.locator("[data-fresh]")).to_contain_text("秒前")
    page.route("**/command/", lambda route: route.fulfill(status=204))
    page.locator("[data-board]").evaluate("e => { e.dataset.stale = '1'; }")
    expect(stopped).to_contain_text("以电话为准", timeout=8000)
    expect(page.locator("[data-said]")).to_have_text("画面已停，请用电话确认")
    photograph_if_asked(page, "board-stale-1920")
    page.unroute("**/command/")
    page.locator("[data-board]").evaluate("e => { e.dataset.stale = '15'; }")
    expect(stopped).to_be_hidden()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("R115")
@pytest.mark.clause("R119")
def test_the_wall_hears_of_an_alert_by_itself_counts_its_seconds_and_sounds(
    open_as: OpenAs, duty: Duty, wang: Person
) -> None:
    """Calm, then a run: it stands there without a reload, ticks, rings once, shows 收到."""
    appoint(wang, "response.view")
    page = open_as(wang, "/command/", WALL)
    expect(page.locator(".calm b")).to_have_text("✓ 平安")
    look(page, "board-empty-1920")
    page.locator("[data-sound]").click()
    expect(page.locator("[data-sound]")).to_have_text("声音：开")
    began = clock.now()
    run = begin(duty, at=began, place="图书馆东侧长廊")
    card = page.locator(f"[data-run={run.number}]")
    expect(card).to_be_visible(timeout=4000)
    expect(page.locator("[data-board]")).to_have_attribute("data-rang", "1")
    expect(page.locator("#headline")).to_contain_text("红色预警 1 起")
    first = card.locator(".clock").inner_text()
    assert re.fullmatch(r"00:0\d", first)
    expect(card.locator(".clock")).not_to_have_text(first, timeout=3000)
    actions.receive(run_id=run.pk, by=duty.lin, at=clock.now(), via="page")
    expect(card.locator(".ack.ok")).to_contain_text("已应答", timeout=6000)
    begin(duty, at=clock.now() - timedelta(seconds=200), drill=True, place="第二教学楼一带")
    expect(page.locator(".case.drill .mark")).to_have_text("演练", timeout=6000)
    expect(page.locator("[data-board]")).to_have_attribute("data-rang", "2")
    assert page.locator(".pinm").count() == 2
    expect(card.locator(".seven em").nth(2)).to_have_text(re.compile(r"0[67]:\d\d"))
    wide = page.locator("body").evaluate("e => e.scrollHeight - window.innerHeight")
    assert wide <= 0, "nothing of the wall is below its edge"
    size = card.locator(".clock").evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size > 100, "legible from five metres"
    look(page, "board-1920")
    the_wall_says_that_it_stands_still(page)
    look(open_as(wang, "/command/", OFFICE), "board-1440")
    look(open_as(wang, "/command/", PHONE), "board-390")
