"""问政策 before a real browser: speak, read, hand over; the desk answers and teaches."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from smartunion.domains.planning import public as planning
from smartunion.domains.policy.models import Question
from smartunion.domains.policy.tests import conftest as policy
from smartunion.domains.policy.tests.conftest import MONDAY, Model
from tests.browser import DESK, PHONE, OpenAs, check_axe, fits, serving

language = policy.language
SAID = "叮咚喵呜咋弄"
"""Words that no rule uses."""


def look(page: Page) -> None:
    """Assert that the page fits its screen and that everybody can read it."""
    fits(page)
    check_axe(page)


def asks(phone: Page, text: str) -> None:
    """Type a question and send it."""
    phone.get_by_role("textbox", name="你的问题").fill(text)
    phone.get_by_role("button", name="问", exact=True).click()


@pytest.fixture
def desk_house(transactional_db: None, language: Model) -> Iterator[str]:
    """Serve the house on a working Monday with the simulated model and ear."""
    language.told(mode="honest", heard="女职工规定第七条产假多少天")
    url = f"{language.url}/llm/v1"
    offset = round((MONDAY - datetime.now(UTC)).total_seconds())
    with serving(
        SMARTUNION_CLOCK_OFFSET=str(offset), POLICY_MODEL_URL=url, POLICY_VOICE_URL=url
    ) as house:
        yield house


@pytest.mark.browser
@pytest.mark.clause("R195")
@pytest.mark.clause("R197")
@pytest.mark.clause("3.6-2")
def test_lin_speaks_and_reads_and_the_desk_teaches_what_nobody_found(
    desk_house: str, language: Model, open_as: OpenAs
) -> None:
    planning.import_year(year=2025, by=None, at=MONDAY, because="test")
    people = policy.staffed()
    policy.library(MONDAY)
    phone = open_as(people["lin"], "/policy/", PHONE, base_url=desk_house)
    look(phone)
    phone.get_by_role("button", name="说", exact=True).click()
    phone.get_by_role("button", name="停", exact=True).wait_for()
    phone.wait_for_timeout(700)
    phone.get_by_role("button", name="停", exact=True).click()
    box = phone.get_by_role("textbox", name="你的问题")
    expect(box).to_have_value("女职工规定第七条产假多少天")
    assert language.asked()["recordings"], "it was really sent"
    asks(phone, "女职工规定第七条")  # what was heard can be changed
    expect(phone.get_by_role("heading", name="第七条")).to_be_visible()
    explained = phone.get_by_label("AI 生成的解释")
    expect(explained).to_contain_text("AI 生成")
    expect(explained.locator("q")).to_contain_text("女职工生育享受98天产假")
    for verb in ("复制", "朗读"):
        expect(phone.get_by_role("button", name=verb)).to_be_visible()
    assert Question.objects.get().via == "spoken"
    look(phone)

    asks(phone, SAID)
    over = phone.get_by_text("转人工", exact=True)
    if not phone.get_by_role("button", name="转给人工答复").is_visible():
        over.click()
    phone.get_by_role("button", name="转给人工答复").click()
    expect(phone.get_by_text("已转人工")).to_be_visible()

    desk = open_as(people["tang"], "/policy/tickets/", DESK, base_url=desk_house)
    look(desk)
    desk.get_by_role("link", name=re.compile(r"^工单 \d")).first.click()
    expect(desk.get_by_text(SAID).first).to_be_visible()
    desk.get_by_label("找什么").fill("女职工规定第七条")
    desk.get_by_role("button", name="找", exact=True).click()
    desk.get_by_label("写给提问人").fill("叮当节按第七条办，“女职工生育享受98天产假”。")
    look(desk)
    desk.get_by_role("button", name="答复提问人").click()
    expect(desk.get_by_text("提问人收到了通知")).to_be_visible()
    desk.get_by_role("button", name="记为问法").click()
    expect(desk.get_by_text("由另一个人复核").first).to_be_visible()

    chief = open_as(people["ruan"], "/policy/curating/", DESK, base_url=desk_house)
    look(chief)
    chief.get_by_role("button", name="采用", exact=True).click()
    expect(chief.get_by_text("下一次提问就用上")).to_be_visible()

    phone.reload()
    expect(phone.get_by_text("叮当节按第七条办")).to_be_visible()
    asks(phone, SAID)
    expect(phone.get_by_role("heading", name="第七条").first).to_be_visible()
    look(phone)
