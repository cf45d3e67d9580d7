"""A drill on three phones: it rings over whatever page is open, is answered by one tap, is marked.

No page is reloaded: what is seen comes by the live stream, or by the phone's own small question.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Response, expect

from smartunion.domains.crisis.tests.conftest import Campus, furnish
from smartunion.kernel.notices.tests.conftest import World, world
from smartunion.kernel.people.models import Unit
from smartunion.kernel.response import drills
from tests.browser import DESK, PHONE, check_axe, fits

from .conftest import NOON, March

__all__ = ["world"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BLINK_MS = 2_000
"""The pop-up comes within a second; the other one is for a busy machine of tests."""

SOON_MS = 12_000
"""Sooner than any page asks by itself, so it came by the live stream."""


@pytest.fixture
def campus(transactional_db: None, march: March, world: World, settings: Any) -> Campus:
    settings.PUBLIC_URL = march.url
    return furnish(NOON)


def drill(march: March) -> int:
    """Order a drill of red in the first branch; return its run."""
    at, branch = march.now(), Unit.objects.get(code="B01")
    ordered = drills.order(
        protocol="crisis.red", unit=branch, planned_at=at, by=None, at=at, because="测试"
    )
    return drills.begin(ordered, at=at).pk


def answered(page: Page) -> list[int]:
    """Return how each of the page's questions for news was answered, as they come."""
    came: list[int] = []

    def note(answer: Response) -> None:
        if "seen=" in answer.url:
            came.append(answer.status)

    page.on("response", note)
    return came


@pytest.mark.clause("R115")
@pytest.mark.clause("R130")
def test_an_alert_comes_over_another_page_and_its_run_moves_by_itself(
    campus: Campus,
    world: World,
    march: March,
    opens: Callable[..., Page],
    screen: Callable[..., BrowserContext],
) -> None:
    reading = opens(campus["wu"], "/crisis/")
    others = [opens(campus["wu"], path, DESK) for path in ("/inbox/", "/people/me/")]
    expect(reading.locator(".rs-popup")).to_have_count(0)
    assert reading.locator("body[sse-connect]").count() == 0, "no part of this page is live itself"
    run = drill(march)
    popup = reading.get_by_role("alertdialog")
    for page in (reading, *others):
        expect(page.get_by_role("alertdialog")).to_contain_text("演练", timeout=BLINK_MS)
    expect(popup).to_have_class("rs-popup drill")
    fits(reading)
    for page in (reading, others[0]):  # on the phone and on the desk its button is to be read
        check_axe(page)

    watching = opens(campus["zhoufu"], f"/response/{run}/")
    expect(watching.locator("h1")).to_contain_text("演练")
    row = watching.get_by_role("row", name="吴敏")
    expect(row).to_contain_text("呼叫中")
    fits(watching)
    check_axe(watching)

    world.send(at=march.now())
    (*_, newest) = world.items("sms", campus["wu"].phone)
    assert newest["body"].startswith("【演练】") or "【演练】" in newest["body"][:40]
    tapped = screen(PHONE, base_url=march.url).new_page()  # nobody has signed in on it
    news = answered(tapped)
    tapped.goto(str(newest["link"]))
    expect(tapped.get_by_text("不是真事，请照真的做")).to_be_visible()
    tapped.get_by_role("button", name="收到").click()
    expect(tapped.get_by_role("button", name="收到")).to_have_count(0)
    fits(tapped)
    check_axe(tapped)

    expect(row).to_contain_text("已应答", timeout=SOON_MS)
    for page in (reading, *others):
        expect(page.get_by_role("alertdialog")).to_have_count(0, timeout=BLINK_MS)
    news.clear()
    tapped.wait_for_timeout(11_000)
    assert news, "it asks by itself"
    assert 204 in news, "and mostly nothing is new"
    tapped.get_by_role("button", name="无人接听").click()
    expect(watching.get_by_role("row", name="打电话")).to_contain_text("无人接听", timeout=SOON_MS)
