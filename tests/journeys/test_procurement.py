"""A purchase in a real browser: asked at the desk, quoted on a phone, opened, judged, awarded."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from smartunion.domains.planning import public as planning
from smartunion.domains.procurement.actions import keys
from smartunion.domains.procurement.models import Purchase, Quote
from smartunion.domains.procurement.tests.conftest import SAYING, Shop
from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, check_axe, fits

from .conftest import NOON, March

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]


@pytest.fixture
def shop(march: March, organization: dict[str, Person]) -> Shop:
    """The whole organization in March, with suppliers to come and three keys."""
    planning.import_year(year=2025, by=None, at=NOON, because="test")
    for who in ("wang", "zhou", "sun"):
        keys.choose(passphrase=f"{SAYING}{who}", by=organization[who], at=NOON)
    return Shop(organization, at=march.now())


def good(page: Page) -> None:
    fits(page)
    check_axe(page)


@pytest.mark.clause("R036")
def test_a_purchase_is_asked_for_and_a_supplier_seals_a_quote_on_a_phone(
    opens: Opens, shop: Shop
) -> None:
    desk = opens(shop.cast["wang"], "/procurement/", DESK)
    expect(desk.get_by_text("没有这样的采购")).to_be_visible()
    desk.get_by_role("link", name="提出采购").click()
    good(desk)
    desk.get_by_label("采购什么").fill("六一关爱礼包")
    desk.get_by_label("类别").fill("慰问品")
    desk.get_by_label("预算金额").fill("150,000")
    desk.get_by_label("预算项").select_option("3.1/gifts")
    desk.get_by_label("需求单位").select_option(label="福利保障专门委员会")
    desk.get_by_label("理由").fill("慰问附属学校教职工子女")
    desk.get_by_role("button", name="立件").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("六一关爱礼包")
    good(desk)

    purchase = Purchase.objects.get()
    shop.do(purchase, "gathered", "wang", demand="礼包 100 份")
    tender = shop.announced(purchase=purchase)
    phone = opens(shop.sellers["甲"], "/supply/", PHONE)
    good(phone)
    phone.get_by_role("link", name="六一关爱礼包").click()
    phone.get_by_label("礼包").fill("150000.01")
    phone.get_by_role("button", name="密封提交").click()
    expect(phone.get_by_text("超过最高限价")).to_be_visible()
    expect(phone.get_by_label("礼包")).to_have_value("150000.01")
    good(phone)
    phone.get_by_label("礼包").fill("92345.67")
    phone.get_by_role("button", name="密封提交").click()
    expect(phone.get_by_text("报价已密封")).to_be_visible()
    expect(phone.get_by_text(Quote.objects.get().commitment)).to_be_visible()
    good(phone)
    desk.goto(f"/procurement/tenders/{tender.pk}/")
    expect(desk.get_by_text("已收到 1 份密封报价")).to_be_visible()
    expect(desk.get_by_text("92,345.67")).to_have_count(0)
    good(desk)


@pytest.mark.clause("R035")
def test_two_holders_open_two_panelists_give_reasons_and_the_award_stands(
    opens: Opens, shop: Shop
) -> None:
    now = shop.at
    shop.at = now - timedelta(days=4)
    tender = shop.announced(("甲", "乙", "丙", "丁"))
    for name, k in {"甲": 96, "乙": 97, "丙": 98, "丁": 99}.items():
        shop.quote(tender, name, k * 1000_00)

    desk = opens(shop.cast["wang"], f"/procurement/tenders/{tender.pk}/opening/", DESK)
    good(desk)
    desk.get_by_label("王建国").fill(f"{SAYING}wang")
    desk.get_by_label("周启明").fill("不是这一句")
    desk.get_by_role("button", name="打开 4 份报价").click()
    expect(desk.get_by_text("周启明的开标口令不对")).to_be_visible()
    desk.get_by_label("王建国").fill(f"{SAYING}wang")
    desk.get_by_label("孙敬之").fill(f"{SAYING}sun")
    desk.get_by_role("button", name="打开 4 份报价").click()
    expect(desk.get_by_text("4 份报价同时打开")).to_be_visible()
    expect(desk.get_by_text("等差报价")).to_be_visible()
    good(desk)
    desk.get_by_role("button", name="定为中选人").click()
    expect(desk.get_by_text("要两位评审写明理由才能中选")).to_be_visible()

    for who, size in (("tang", DESK), ("chen", PHONE)):
        page = opens(shop.cast[who], f"/procurement/tenders/{tender.pk}/", size)
        good(page)
        page.get_by_label("我作为评审的理由").fill("查过四家的进货单，供货商不同")
        page.get_by_role("button", name="签上我的理由").click()
        expect(page.get_by_text("理由已记入")).to_be_visible()

    desk.goto(f"/procurement/tenders/{tender.pk}/")
    desk.get_by_role("button", name="定为中选人").click()
    expect(desk.get_by_text("已定中选人")).to_be_visible()
    winner = opens(shop.sellers["甲"], f"/supply/{tender.pk}/", PHONE)
    expect(winner.get_by_text("中选，等常委会审议后签合同")).to_be_visible()
    loser = opens(shop.sellers["乙"], f"/supply/{tender.pk}/", PHONE)
    expect(loser.get_by_text("没有中选")).to_be_visible()
    expect(loser.get_by_text("96,000.00")).to_have_count(0)
