"""林老师 draws her quota and pays at the canteen; the money is seen to move on every screen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from smartunion.domains.wallet.models import Freezing, Payment, Wallet
from smartunion.kernel.people.models import Person
from tests.browser import DESK, PHONE, Complaints, check_axe, fits
from tests.cast import appoint, person, unit

from .conftest import TILL, Market

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opens = Callable[..., Page]


def code_on(phone: Page) -> str:
    """Return the digits that the phone shows now."""
    digits = phone.locator("[data-code]").get_attribute("data-code")
    assert digits is not None
    return digits


def take(till: Page, yuan: str, code: str) -> None:
    """Take a payment by keyboard alone, as a scanner in keyboard mode does."""
    till.get_by_label("金额，元").press_sequentially(yuan)
    till.keyboard.press("Enter")
    expect(till.get_by_label("付款码数字")).to_be_focused()
    till.keyboard.type(code)
    till.keyboard.press("Enter")


@pytest.mark.clause("R042")
@pytest.mark.clause("R043")
@pytest.mark.clause("R044")
def test_lin_allots_and_pays_and_every_screen_moves_without_reload(
    opens: Opens, market: Market, lin: Person, cashier: Person, officer: Person
) -> None:
    phone = opens(lin, "/")
    phone.get_by_role("link", name="去开通钱包").click()
    phone.get_by_role("button", name="开通我的钱包").click()
    phone.get_by_role("link", name="去划拨").click()
    expect(phone.get_by_text("3月还能划")).to_be_visible()
    phone.get_by_role("button", name="划拨到我的钱包").click()
    expect(phone.get_by_text("正在划拨")).to_be_visible()
    market.bank_credits()
    expect(phone.get_by_text("已到账").first).to_be_visible()

    till = opens(cashier, "/till/", TILL)
    shop = opens(cashier, "/merchant/", DESK)
    desk = opens(officer, "/wallet/desk/", DESK)
    cockpit = opens(officer, "/cockpit/", DESK)
    expect(desk.get_by_text("今天还没有付款")).to_be_visible()
    expect(shop.get_by_text("今天还没有收款")).to_be_visible()
    phone.goto("/wallet/code/")
    take(till, "28.50", code_on(phone))
    expect(till.get_by_role("heading", name="已收款")).to_be_visible()
    expect(till.locator("#sums")).to_contain_text("¥28.50")

    expect(phone.get_by_role("heading", name="已付给第一食堂")).to_be_visible(timeout=2000)
    expect(phone.locator("#stage")).to_contain_text("¥34.20")
    expect(phone.locator("#stage")).to_contain_text("¥171.50")
    expect(shop.locator("#day")).to_contain_text("¥28.50", timeout=2000)
    expect(desk.locator("#desk")).to_contain_text("¥34.20", timeout=2000)
    expect(cockpit.locator("#today")).to_contain_text("28.50", timeout=3000)

    phone.get_by_role("link", name="看这一笔和补贴规则").click()
    expect(phone.get_by_text("0.00 + 28.50 = 28.50")).to_be_visible()
    phone.goto("/wallet/statement/")
    expect(phone.locator(".ph-sumline")).to_contain_text(
        re.compile(r"0\.00.*\+200\.00.*−28\.50", re.S)
    )
    expect(phone.get_by_text("28.50 × 1.2 = 34.20")).to_be_visible()


@pytest.mark.clause("R048")
def test_a_large_purchase_waits_for_the_bank_on_every_screen_and_moves_by_itself(
    opens: Opens, market: Market, lin: Person, cashier: Person, officer: Person
) -> None:
    wallet = market.wallet(lin, ecny=200_00)
    phone, till = opens(lin, "/wallet/code/"), opens(cashier, "/till/", TILL)
    take(till, "130.00", code_on(phone))
    till.get_by_role("button", name="撤销这一笔").click()
    expect(till.get_by_text("这一笔已撤销")).to_be_visible()
    wallet.refresh_from_db()
    assert (wallet.ecny_fen, wallet.ecny_held_fen) == (200_00, 0)
    till.keyboard.press("Enter")

    phone.goto("/wallet/code/")
    take(till, "120.00", code_on(phone))
    expect(till.get_by_role("heading", name="等银行回执")).to_be_visible()
    expect(till.get_by_text("先不要交货，不要再收。")).to_be_visible()
    fits(till)
    paid = Payment.objects.get(asked_fen=120_00)
    phone.goto(f"/wallet/payments/{paid.pk}/")
    expect(phone.get_by_text("银行还没有回执，钱先留着")).to_be_visible()
    order_id = market.bank_is_asked()
    desk = opens(officer, "/wallet/desk/bank/", DESK)
    expect(desk.get_by_text(f"payment:{paid.pk}")).to_be_visible()
    market.bank_posts(order_id)
    expect(till.get_by_role("heading", name="已收款")).to_be_visible()
    expect(phone.get_by_text("已经付给商户")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("没有等银行答复的指令")).to_be_visible()


@pytest.mark.clause("R054")
def test_an_auditor_goes_from_an_indicator_to_a_fen_in_four_clicks(
    opens: Opens, market: Market, lin: Person, mo: Person
) -> None:
    """The share of calls, its rows, one purchase, its posting, the bank's own line of it."""
    paid = market.pay(market.wallet(lin, ecny=200_00), 28_57)
    market.pay(market.wallet(mo, ecny=200_00), 9_00)
    market.books_and_bank_agree()
    auditor = person("auditor", "孙审计", unit("B02", "机关工会分会"))
    appoint(
        auditor, "indicator.view", "indicator.rows", "wallet.desk", "ledger.view", "settlement.view"
    )
    page = opens(auditor, "/indicators/K22/?period=2025-03-01", DESK)
    page.get_by_role("link", name="打开全部 2 行").click()
    page.get_by_role("link", name=f"P-0310-{paid.id:05}").click()
    page.get_by_role("link", name=re.compile(r"^fold:.*:pay\.ecny$")).click()
    page.get_by_role("link", name=re.compile(r"^fold:.*:pay\.ecny$")).click()

    expect(page.get_by_role("heading", name="数字人民币付款 ¥37.57")).to_be_visible()
    expect(page.get_by_text("逐笔相加，账上与银行一分不差")).to_be_visible()
    line = page.locator("tr", has_text=f"P-0310-{paid.id:05}")
    for words in ("28.57", "CCB-", "UNION_CCB_20250310_1.txt", "第 1 行", "一致"):
        expect(line).to_contain_text(words)
    expect(page.get_by_text("林晓梅")).to_have_count(0)
    check_axe(page)
    page.set_viewport_size({"width": 390, "height": 844})
    fits(page)


@pytest.mark.clause("R057")
@pytest.mark.clause("T57")
def test_the_third_payment_is_held_and_wang_releases_it_after_the_appeal(
    opens: Opens, market: Market, lin: Person, cashier: Person, officer: Person
) -> None:
    market.wallet(lin, ecny=200_00)
    phone, till = opens(lin, "/wallet/code/"), opens(cashier, "/till/", TILL)
    for yuan in ("14.50", "8.00"):
        take(till, yuan, code_on(phone))
        expect(till.get_by_role("heading", name="已收款")).to_be_visible()
        till.keyboard.press("Enter")
        phone.goto("/wallet/code/")
    take(till, "26.00", code_on(phone))
    expect(till.get_by_role("heading", name="还没到账")).to_be_visible()
    expect(till.get_by_text("先不要交货，不要再收。")).to_be_visible()

    expect(phone.get_by_text("付款码已冻结")).to_be_visible(timeout=3000)
    expect(phone.get_by_role("heading", level=2)).to_have_text("这部手机 30 分钟内付了 3 笔")
    phone.get_by_label("给核实的人说一句").fill("给全家买午饭，分三次付的")
    phone.get_by_role("button", name="是我本人付的，申请解冻").click()
    expect(phone.get_by_text("已申请解冻")).to_be_visible()
    expect(phone.get_by_text("3月11日 周二 24:00")).to_be_visible()

    desk = opens(officer, "/wallet/desk/freezings/", DESK)
    desk.get_by_role("link", name="看这一件").click()
    desk.get_by_label("理由").fill("打电话核实过，确实是给家人买饭")
    desk.get_by_role("button", name=re.compile("^放行")).click()
    expect(desk.get_by_text("已放行")).to_be_visible()
    expect(phone.get_by_role("heading", name="王建国放行了这一笔")).to_be_visible(timeout=3000)
    assert Payment.objects.get(asked_fen=26_00).status == "S"
    phone.goto("/wallet/code/")
    expect(phone.locator("[data-code]")).to_be_visible()


def test_a_till_that_loses_the_answer_asks_again_and_charges_once(
    opens: Opens, market: Market, lin: Person, cashier: Person, complaints: Complaints
) -> None:
    market.wallet(lin, ecny=200_00)
    phone, till = opens(lin, "/wallet/code/"), opens(cashier, "/till/", TILL)

    def lose(route: object) -> None:
        route.fetch()  # type: ignore[attr-defined]  # the house hears and books it
        route.abort()  # type: ignore[attr-defined]  # the till never hears the answer

    till.route("**/till/payments/", lose)
    take(till, "28.50", code_on(phone))
    expect(till.get_by_text("离线，收不了款")).to_be_visible()
    expect(till.get_by_text("先不要交货，也不要重收")).to_be_visible()
    till.unroute("**/till/payments/")
    expect(till.get_by_role("heading", name="已收款")).to_be_visible(timeout=8000)
    expect(till.get_by_text("没有重复扣款")).to_be_visible()
    assert Payment.objects.count() == 1
    complaints.forgive("/till/payments/")


def test_a_till_that_never_reached_the_house_sends_the_same_key_again(
    opens: Opens, market: Market, lin: Person, cashier: Person, complaints: Complaints
) -> None:
    market.wallet(lin, ecny=200_00)
    phone, till = opens(lin, "/wallet/code/"), opens(cashier, "/till/", TILL)
    till.route("**/till/payments/", lambda route: route.abort())
    take(till, "6.50", code_on(phone))
    expect(till.get_by_text("离线，收不了款")).to_be_visible()
    till.unroute("**/till/payments/")
    till.reload()  # what was entered outlives even this
    expect(till.get_by_role("heading", name="已收款")).to_be_visible(timeout=8000)
    paid = Payment.objects.get()
    assert (paid.asked_fen, paid.terminal_seq) == (650, 1)
    complaints.forgive("/till/payments/")


def test_a_refusal_names_the_reason_and_says_that_no_money_moved(
    opens: Opens, market: Market, lin: Person, cashier: Person
) -> None:
    market.wallet(lin, ecny=20_00)
    phone, till = opens(lin, "/wallet/code/"), opens(cashier, "/till/", TILL)
    code = code_on(phone)
    take(till, "28.50", code)
    expect(till.get_by_role("heading", name="未收款")).to_be_visible()
    expect(till.get_by_text("没有扣顾客的钱。")).to_be_visible()
    expect(till.get_by_text("余额不足：应付 ¥28.50，未扣款")).to_be_visible()
    till.keyboard.press("Enter")
    expect(till.get_by_label("金额，元")).to_be_focused()
    take(till, "12.00", code)
    expect(till.get_by_role("heading", name="已收款")).to_be_visible()

    phone.goto("/wallet/allotment/")
    phone.get_by_label("划拨金额").fill("190")
    phone.get_by_role("button", name="划拨到我的钱包").click()
    expect(phone.get_by_role("heading", name="3月只能再划 ¥180.00")).to_be_visible()
    phone.get_by_role("button", name="改划 ¥180.00").click()
    expect(phone.get_by_text("正在划拨")).to_be_visible()


def test_a_declined_payment_shows_on_the_payer_s_phone_at_once(
    opens: Opens, market: Market, lin: Person, mo: Person, cashier: Person
) -> None:
    """Nothing is written to her wallet, and yet her phone knows, with the reason; mo's does not."""
    market.wallet(lin, ecny=20_00)
    market.wallet(mo, ecny=20_00)
    phone, other = opens(lin, "/wallet/code/"), opens(mo, "/wallet/code/")
    till = opens(cashier, "/till/", TILL)
    take(till, "28.50", code_on(phone))
    expect(till.get_by_role("heading", name="未收款")).to_be_visible()
    note = phone.locator("#stage .ph-note")
    expect(note).to_contain_text("刚才 ¥28.50 没有付给第一食堂，钱没有扣", timeout=3000)
    expect(note).to_contain_text("余额不够。先划拨当月额度")
    expect(note).to_contain_text("年度计划 3.1-1①")
    fits(phone)
    check_axe(phone)
    expect(other.locator("#stage .ph-note")).to_have_count(0)
    till.keyboard.press("Enter")
    take(till, "12.00", code_on(phone))
    expect(phone.get_by_role("heading", name="已付给第一食堂")).to_be_visible(timeout=3000)


@pytest.mark.clause("R048")
def test_a_refund_shows_its_split_before_it_is_given(
    opens: Opens, market: Market, lin: Person, cashier: Person
) -> None:
    market.wallet(lin, ecny=100_00, points=30_00)
    phone, till = opens(lin, "/wallet/code/"), opens(cashier, "/till/", TILL)
    take(till, "100.00", code_on(phone))
    till.get_by_role("link", name="退这一笔").click()
    till.get_by_label("退多少").fill("90")
    till.get_by_label("为什么退").fill("团餐少来了人")
    till.get_by_role("button", name="先看怎么分").click()
    expect(till.locator(".t-find .lines")).to_contain_text("¥63.00")
    expect(till.locator(".t-find .lines")).to_contain_text("¥27.00")
    till.get_by_role("button", name="退款给顾客").click()
    expect(till.get_by_role("heading", name="已退款")).to_be_visible()
    wallet = Wallet.objects.get(owner=lin)
    assert (wallet.ecny_fen, wallet.points_fen) == (93_00, 27_00)


def test_the_till_works_without_javascript(
    opens: Opens, market: Market, lin: Person, cashier: Person
) -> None:
    market.wallet(lin, ecny=100_00)
    phone = opens(lin, "/wallet/code/")
    till = opens(cashier, "/till/", TILL, java_script_enabled=False)
    till.get_by_label("金额，元").fill("9.00")
    till.get_by_label("付款码数字").fill(code_on(phone))
    till.get_by_role("button", name="收款").first.click()
    expect(till.get_by_role("heading", name="已收款")).to_be_visible()
    assert Freezing.objects.count() == 0


def pages_of(freezing: Freezing) -> dict[str, list[str]]:
    """Return the addresses of everybody's pages, round one held payment."""
    held = freezing.payment_id
    return {
        "lin": [
            "/", "/wallet/", "/wallet/allotment/", "/wallet/statement/", "/wallet/devices/",
            "/wallet/shops/", "/wallet/rules/", "/wallet/year/",
            f"/wallet/freezings/{freezing.pk}/", f"/wallet/payments/{held}/",
        ],
        "luo": [
            "/till/", "/till/day/", f"/till/refunds/?number=P-0310-{held - 1:05}", "/merchant/",
            "/merchant/payments/", "/merchant/months/", "/merchant/terminals/",
        ],
        "wang": [
            "/wallet/desk/", "/wallet/desk/payments/", f"/wallet/desk/payments/{held}/",
            "/wallet/desk/freezings/", f"/wallet/desk/freezings/{freezing.pk}/",
            "/wallet/desk/heat/", "/wallet/desk/subsidy/", "/wallet/desk/points/",
            "/wallet/desk/merchants/", "/wallet/desk/terminals/",
        ],
    }  # fmt: skip


def test_every_page_of_the_wallet_fits_and_can_be_read_aloud(
    opens: Opens, market: Market, lin: Person, cashier: Person, officer: Person
) -> None:
    wallet = market.wallet(lin, ecny=150_00, points=40_00)
    held = [market.pay(wallet, fen) for fen in (14_50, 8_00, 26_00)][-1]
    pages = pages_of(Freezing.objects.get(payment_id=held.id))
    for who in (lin, cashier, officer):
        page = opens(who, "/", PHONE if who is lin else DESK)
        for path in pages[who.username]:
            page.goto(path)
            fits(page)
            check_axe(page)
        narrow = opens(who, "/", PHONE)
        narrow.context.add_cookies([{"name": "size", "value": "elder", "url": market.march.url}])
        for path in pages[who.username]:
            narrow.goto(path)
            fits(narrow)
