"""The parts in a real browser: charts and tables, keys, refusals, a lost network, no script."""

import re

import pytest
from playwright.sync_api import BrowserContext, expect

from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, Complaints, OpenAs

pytestmark = pytest.mark.browser


def test_a_chart_turns_into_its_table_and_back(open_as: OpenAs, lin: Person) -> None:
    page = open_as(lin, "/parts/", DESK)
    figure = page.locator("figure.su-chart").first
    expect(figure.locator("svg").first).to_be_visible()
    expect(figure.locator("table")).to_be_hidden()
    figure.get_by_role("button", name="表").click()
    expect(figure.locator("table")).to_be_visible()
    expect(figure.locator("[data-chart]")).to_be_hidden()
    figure.get_by_role("button", name="图").click()
    expect(figure.locator("svg").first).to_be_visible()


def test_a_table_is_walked_by_keys_and_none_fires_while_typing(
    open_as: OpenAs, lin: Person
) -> None:
    page = open_as(lin, "/parts/", DESK)
    rows = page.locator("table[data-keys] tbody tr")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="搜索", exact=True)).to_be_focused()
    page.keyboard.type("jk")
    expect(rows.nth(1)).to_have_attribute("aria-selected", "true")


def test_the_navigation_is_a_drawer_on_a_phone(open_as: OpenAs, lin: Person) -> None:
    page = open_as(lin, "/parts/", PHONE)
    drawer = page.get_by_role("navigation", name="主导航")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="打开主导航").click()
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_refused_part_speaks_at_the_head_of_its_page(open_as: OpenAs, lin: Person) -> None:
    page = open_as(lin, "/parts/", DESK)
    page.evaluate("htmx.ajax('GET', '/parts/refusing/', {target: '.su-head'})")
    expect(page.locator("#refusal")).to_contain_text("本月只能再划 50.00 元")
    expect(page.get_by_role("heading", level=1)).to_have_text("页面部件")


def test_a_lost_network_is_said_and_what_was_typed_stays(
    open_as: OpenAs, lin: Person, complaints: Complaints
) -> None:
    page = open_as(lin, "/parts/", DESK)
    page.get_by_label("在名册中搜索").fill("还没写完")
    page.context.set_offline(True)
    expect(page.locator("[data-lost]")).to_contain_text("没有网络")
    page.context.set_offline(False)
    expect(page.locator("[data-lost]")).to_be_hidden()
    expect(page.get_by_label("在名册中搜索")).to_have_value("还没写完")


@pytest.mark.parametrize("face", ["desk", "phone", "till", "public"])
def test_the_larger_type_hides_nothing_and_scrolls_nothing_sideways(
    open_as: OpenAs, lin: Person, face: str
) -> None:
    page = open_as(lin, f"/parts/{face}/", PHONE)
    words = page.locator("main").inner_text()
    page.context.add_cookies([{"name": "size", "value": "elder", "url": page.url}])
    page.reload()
    assert re.sub(r"\s+|\d\d:\d\d|\d+分", "", page.locator("main").inner_text()) == re.sub(
        r"\s+|\d\d:\d\d|\d+分", "", words
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_a_script_the_table_is_there(
    screen: "type[BrowserContext]", open_as: OpenAs, lin: Person
) -> None:
    signed_in = open_as(lin, "/parts/", DESK)
    context = screen(DESK, java_script_enabled=False)
    context.add_cookies(signed_in.context.cookies())
    page = context.new_page()
    page.goto("/parts/")
    expect(page.locator("figure.su-chart table").first).to_be_visible()
    expect(page.locator("figure.su-chart .su-seg").first).to_be_hidden()
