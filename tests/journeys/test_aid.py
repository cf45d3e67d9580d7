"""林老师 asks for help on her phone; the branch, two visitors, seven votes and finance answer."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from smartunion.domains.aid.models import Application
from smartunion.domains.aid.tests.conftest import PDF, PNG, House, furnish
from smartunion.kernel.people.models import Person
from smartunion.kernel.private.reads import accesses
from smartunion.kernel.procedures.models import Voter
from tests.browser import DESK, PHONE, check_axe, fits, serving, sign_in

from .conftest import NOON, March

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]


@pytest.fixture
def aided(organization: dict[str, Person], settings: Any, march: March) -> House:
    settings.PUBLICITY_LOOKS = "inside"
    house = furnish(organization)
    house.at = march.now()
    return house


@pytest.fixture
def days_later(
    aided: House, screen: Callable[..., BrowserContext]
) -> Iterator[Callable[..., Page]]:
    """Return a function that opens the same house as it is nine days later."""
    seconds = round((NOON + timedelta(days=9) - datetime.now(UTC)).total_seconds())
    with serving(SMARTUNION_CLOCK_OFFSET=str(seconds)) as url:

        def opened(who: Person, size: dict[str, Any]) -> Page:
            context = screen(size, base_url=url)
            context.add_cookies([{**sign_in(who), "url": url}])
            return context.new_page()

        yield opened


@pytest.fixture
def stranger(screen: Callable[..., BrowserContext], march: March) -> Page:
    """Return somebody's phone on the campus network, not signed in."""
    return screen(PHONE, base_url=march.url).new_page()


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "paper": tmp_path / "胃癌诊断证明.pdf",
        "one": tmp_path / "1.png",
        "two": tmp_path / "2.png",
    }
    made["paper"].write_bytes(PDF)
    made["one"].write_bytes(PNG)
    made["two"].write_bytes(PNG + b"2")
    return made


def of_lin() -> Application:
    return Application.objects.select_related("case").get(beneficiary__username="lin")


def reads(page: Page, part: str, purpose: str) -> None:
    """Open a sealed part of lin's application, saying what for."""
    page.goto(f"/aid/desk/{of_lin().pk}/sealed/{part}/")
    page.get_by_label("为了什么看").fill(purpose)
    page.get_by_role("button", name="记录用途并打开").click()


def lin_asks(phone: Page, files: dict[str, Path]) -> None:
    """She saves half done, is told all that is missing, asks too much, then enough."""
    fits(phone)
    check_axe(phone)
    phone.get_by_role("button", name="申请救助").click()
    phone.get_by_label("重大疾病", exact=True).check()
    phone.get_by_label("什么困难").fill("胃癌手术")
    phone.get_by_role("button", name="先存着").click()
    expect(phone.get_by_text("已存好")).to_be_visible()
    expect(phone.get_by_label("什么困难")).to_have_value("胃癌手术")
    phone.get_by_role("button", name="交给分会").click()
    expect(phone.get_by_text("申请还缺：")).to_be_visible()
    phone.get_by_label("哪天发生的").fill("2025-02-10")
    phone.get_by_label("情况说明").fill("手术自付七万")
    phone.get_by_label("想申请多少元").fill("50001")
    phone.get_by_label("本人银行卡号").fill("6217000012346620")
    phone.locator("#id_papers").set_input_files(files["paper"])
    phone.get_by_role("button", name="交给分会").click()
    expect(phone.locator("#no")).to_contain_text("5,000—50,000")
    fits(phone)
    check_axe(phone)
    phone.get_by_label("想申请多少元").fill("20000")
    phone.get_by_role("button", name="交给分会").click()
    expect(phone.get_by_role("heading", name="七步办到哪了")).to_be_visible()
    fits(phone)
    check_axe(phone)


def the_branch_accepts_and_verifies(desk: Page, house: House) -> None:
    """The warning proposes the extraordinary vote; the illness opens only with a purpose."""
    expect(desk.locator("main")).not_to_contain_text("胃癌")
    desk.get_by_role("link", name="办理受理").click()
    expect(desk.get_by_text("等不了例会")).to_be_visible()
    check_axe(desk)
    desk.get_by_role("button", name="材料齐全，受理").click()
    expect(desk.get_by_text("已受理，15 日从今天起算")).to_be_visible()
    check_axe(desk)
    reads(desk, "circumstances", "核实病情和自付金额")
    expect(desk.locator("main")).to_contain_text("胃癌手术")
    desk.goto(f"/aid/desk/steps/{house.run(of_lin(), 'verify').pk}/")
    desk.get_by_label("属实", exact=True).check()
    desk.get_by_label("核实意见").fill("与本人和医院核对，属实")
    desk.get_by_label("我与申请人没有亲属或其他利害关系").check()
    check_axe(desk)
    desk.get_by_role("button", name="交核实意见").click()
    expect(desk.get_by_text("转入户调查")).to_be_visible()


def two_visit(opens: Opens, house: House, files: dict[str, Path]) -> None:
    """One writes on the phone with pictures, the other signs on theirs."""
    address = f"/aid/visits/{house.run(of_lin(), 'visit').pk}/"
    second = house.people["tang2"]
    visitor = opens(house.people["tang"], address, PHONE)
    visitor.get_by_label("同去的人").select_option(label=second.name)
    visitor.get_by_label("看到的情况").fill("两居室，由配偶照护")
    visitor.get_by_label("收支核对").fill("自付七万，报销二万")
    visitor.get_by_label("建议档次").select_option("二档")
    visitor.get_by_label("建议金额（元）").fill("20000")
    visitor.locator("#id_photos").set_input_files([files["one"], files["two"]])
    fits(visitor)
    check_axe(visitor)
    visitor.get_by_role("button", name="写成报告并签字").click()
    expect(visitor.get_by_text("等同行人签字").first).to_be_visible()
    other = opens(second, address, PHONE)
    other.get_by_role("button", name="我去了，报告属实，签字").click()
    expect(other.get_by_text("两人都已签字")).to_be_visible()


def the_seven_vote(opens: Opens, house: House) -> None:
    """Each in a browser of their own, in secret."""
    vote = house.run(of_lin(), "vote")
    for voter in Voter.objects.filter(poll__run=vote).select_related("person"):
        ballot = opens(voter.person, f"/cases/steps/{vote.pk}/", DESK)
        ballot.get_by_label("赞成").check()
        ballot.locator("form[action$='/ballot/'] button").first.click()
        ballot.wait_for_load_state()
        ballot.context.close()


def finance_pays(finance: Page, run_id: int, files: dict[str, Path]) -> None:
    """The account opens with a purpose; the illness never does."""
    reads(finance, "account", "放款核对账号")
    expect(finance.locator("main")).to_contain_text("6217000012346620")
    finance.goto(f"/aid/desk/steps/{run_id}/")
    check_axe(finance)
    finance.get_by_label("银行回单号").fill("HD20250319001")
    finance.get_by_label("付款凭证").set_input_files(files["paper"])
    finance.get_by_role("button", name="放款 ¥20,000.00").click()
    expect(finance.get_by_text("已放款，已通知本人")).to_be_visible()


@pytest.mark.clause("R224")
@pytest.mark.clause("R228")
def test_from_the_phone_to_the_money(
    opens: Opens,
    aided: House,
    files: dict[str, Path],
    stranger: Page,
    days_later: Callable[..., Page],
) -> None:
    lin, chen = aided.people["lin"], aided.people["chen"]
    phone = opens(lin, "/aid/", PHONE)
    lin_asks(phone, files)
    it = of_lin()
    the_branch_accepts_and_verifies(opens(chen, f"/aid/desk/{it.pk}/", DESK), aided)
    two_visit(opens, aided, files)
    the_seven_vote(opens, aided)
    aided.later(minutes=10)
    phone.reload()
    expect(phone.get_by_text("公示里写的是：林**")).to_be_visible()
    expect(phone.get_by_text("0 条异议")).to_be_visible()
    stranger.goto(str(phone.get_by_role("link", name="看公示页").get_attribute("href")))
    expect(stranger.locator("main")).to_contain_text("林**")
    expect(stranger.locator("main")).not_to_contain_text("胃癌")
    expect(stranger.locator("main")).not_to_contain_text("晓梅")

    aided.stand(it)
    pay = aided.run(it, "pay")
    finance_pays(days_later(pay.lead, DESK), pay.pk, files)
    phone = days_later(lin, PHONE)
    phone.goto(f"/aid/applications/{it.pk}/")
    expect(phone.get_by_text("已打到尾号 6620 的账户")).to_be_visible()
    phone.goto("/private/")
    expect(phone.get_by_text("核实病情和自付金额").first).to_be_visible()
    it.refresh_from_db()
    assert it.state == "paid"
    assert [a.by for a in accesses(f"aid.application:{it.pk}")].count(chen) == 1
