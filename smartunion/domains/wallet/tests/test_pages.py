"""The wallet's pages: whose they are, what they refuse, and that their figures add up."""

import io
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from smartunion.domains.wallet import forms
from smartunion.domains.wallet.actions import allotting, deciding, opening, refusals
from smartunion.domains.wallet.models import (
    Allotment,
    BankOrder,
    Freezing,
    Merchant,
    Payment,
    Refund,
    Wallet,
)
from smartunion.domains.wallet.reads import bills, heat, register
from smartunion.domains.wallet.reads.figures import terms_on
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Office, Person, Unit
from tests.cast import appoint, person, unit

from .conftest import NOON, Campus

pytestmark = pytest.mark.django_db

MEMBER_PAGES = [
    "wallet", "allotment", "pay", "statement", "devices", "shops", "rules",
]  # fmt: skip
TILL_PAGES = ["till", "till_refund", "till_day"]
MERCHANT_PAGES = ["merchant", "merchant_payments", "merchant_months", "merchant_terminals"]
DESK_PAGES = ["desk", "payments", "freezings", "bank", "heat", "subsidy"]


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stop the clock of the pages at noon of 10 March 2025."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def house(campus: Campus, noon: time_machine.Traveller) -> Campus:
    """A campus with members' rights and the canteen's till."""
    Office.objects.get_or_create(
        code="member", defaults={"title": "会员", "scope": "own", "grants": ["wallet.own", "home"]}
    )
    campus.shop("M01", "第一食堂")
    return campus


def signed_in(who: Person) -> Client:
    client = Client()
    client.force_login(who)
    return client


def clerk(number: str, name: str = "罗小军", *grants: str) -> Person:
    """Return a merchant's user, by default one who stands at the till."""
    who = person(f"clerk{number}", name, Unit.objects.get(code=number), Person.Kind.MERCHANT)
    appoint(who, *(grants or ("till.use", "merchant.own")), scope=Office.Scope.UNIT)
    return who


def frozen(house: Campus, who: Person) -> Freezing:
    """Return the freezing of somebody who paid three times within ten minutes."""
    wallet = house.member(who.username, ecny=200_00)
    for minute in (0, 4, 8):
        house.pay(wallet, 10_00, at=NOON - timedelta(minutes=20 - minute))
    return Freezing.objects.get(wallet=wallet)


def text_of(response: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))  # type: ignore[attr-defined]


class TestWhoMayOpen:
    """Deny by default; somebody else's is not found."""

    def test_nobody_signed_in_is_led_to_the_door(self) -> None:
        for name in MEMBER_PAGES + TILL_PAGES + MERCHANT_PAGES + DESK_PAGES:
            assert Client().get(reverse(f"wallet:{name}")).status_code == 302, name

    def test_a_member_opens_neither_till_nor_portal_nor_desk(
        self, house: Campus, lin: Person
    ) -> None:
        client = signed_in(lin)
        for name in [*TILL_PAGES, *MERCHANT_PAGES, *DESK_PAGES, "points"]:
            assert client.get(reverse(f"wallet:{name}")).status_code == 403, name

    def test_a_cashier_opens_no_wallet_and_no_desk(self, house: Campus) -> None:
        client = signed_in(clerk("M01"))
        for name in MEMBER_PAGES + DESK_PAGES:
            assert client.get(reverse(f"wallet:{name}")).status_code == 403, name

    def test_a_cashier_without_the_owners_right_sees_no_settlement(self, house: Campus) -> None:
        client = signed_in(clerk("M01", "罗小军", "till.use"))
        assert client.get(reverse("wallet:till")).status_code == 200
        assert client.get(reverse("wallet:merchant")).status_code == 403

    def test_every_page_answers_whom_it_is_for(
        self, house: Campus, lin: Person, wang: Person
    ) -> None:
        house.pay(house.member("lin", ecny=100_00), 10_00, at=NOON)
        appoint(wang, "wallet.desk", "wallet.points", "wallet.merchants")
        theirs = {
            lin: MEMBER_PAGES,
            clerk("M01"): TILL_PAGES + MERCHANT_PAGES,
            wang: [*DESK_PAGES, "points", "merchants", "terminals"],
        }
        for who, names in theirs.items():
            client = signed_in(who)
            for name in names:
                assert client.get(reverse(f"wallet:{name}")).status_code == 200, name

    def test_mo_finds_neither_lins_receipt_nor_her_freezing(
        self, house: Campus, lin: Person, mo: Person
    ) -> None:
        held = frozen(house, lin)
        house.member("mo")
        for who, status in ((lin, 200), (mo, 404)):
            client = signed_in(who)
            receipt = client.get(reverse("wallet:receipt", args=[held.payment_id]))
            freezing = client.get(reverse("wallet:freezing", args=[held.pk]))
            assert (receipt.status_code, freezing.status_code) == (status, status)

    def test_mo_cannot_appeal_for_lin(self, house: Campus, lin: Person, mo: Person) -> None:
        held = frozen(house, lin)
        answer = signed_in(mo).post(reverse("wallet:freezing", args=[held.pk]), {"because": "x"})
        assert answer.status_code == 404

    def test_another_shops_sale_is_not_found_at_this_till(self, house: Campus) -> None:
        house.shop("M02", "教工超市")
        paid = house.pay(house.member("lin", ecny=100_00), 10_00, at=NOON)
        number = f"P-0310-{paid.id:05}"
        here, there = signed_in(clerk("M01")), signed_in(clerk("M02", "别家"))
        for client, status in ((here, 200), (there, 404)):
            assert client.get(reverse("wallet:till_slip", args=[paid.id])).status_code == status
        assert "本店没有单号" in text_of(
            there.get(reverse("wallet:till_refund"), {"number": number})
        )
        assert number not in text_of(there.get(reverse("wallet:merchant_payments")))

    def test_a_key_of_another_shops_terminal_books_nothing(self, house: Campus) -> None:
        wallet = house.member("lin", ecny=100_00)
        house.shop("M02", "教工超市")
        other = forms.key_for(house.shop("M01").pk, NOON.date(), 1)
        there, here = signed_in(clerk("M02", "别家")), signed_in(clerk("M01"))
        answer = there.post(
            reverse("wallet:till_sale"),
            {"form_key": other, "amount": "5", "code": house.code(wallet)},
        )
        assert answer.status_code == 404
        assert not Payment.objects.exists()
        waits = house.pay(wallet, 10_00, at=NOON, pending=True)
        mine = forms.key_for(house.shop("M01").pk, NOON.date(), Payment.objects.get().terminal_seq)
        void = {"sale": mine}
        assert there.post(reverse("wallet:till_voiding"), void).status_code == 404
        assert Payment.objects.get(pk=waits.id).status == "P"
        for _ in range(2):
            assert "这一笔已撤销" in text_of(here.post(reverse("wallet:till_voiding"), void))
        assert house.row(wallet).ecny_fen == 100_00


class TestTill:
    """The browser's till is a client of the same action, with a number of its own."""

    def sell(self, client: Client, house: Campus, **more: str) -> object:
        key = more.pop("key", forms.key_for(house.shop("M01").pk, NOON.date(), 1))
        return client.post(
            reverse("wallet:till_sale"), {"form_key": key, "amount": "28.50", **more}
        )

    def test_the_same_form_sent_twice_is_one_payment(self, house: Campus) -> None:
        wallet = house.member("lin", ecny=100_00)
        client, code = signed_in(clerk("M01")), house.code(wallet, NOON)
        first, second = (self.sell(client, house, code=code) for _ in range(2))
        assert "已收款" in text_of(first)
        assert "没有重复扣款" in text_of(second)
        assert Payment.objects.count() == 1
        assert house.row(wallet).ecny_fen == 71_50

    def test_asking_by_the_key_finds_the_payment_and_404_says_it_never_came(
        self, house: Campus
    ) -> None:
        wallet = house.member("lin", ecny=100_00)
        client, key = signed_in(clerk("M01")), forms.key_for(house.shop("M01").pk, NOON.date(), 1)
        ask = lambda: client.get(reverse("wallet:till_sale"), {"form_key": key})  # noqa: E731
        assert ask().status_code == 404
        self.sell(client, house, code=house.code(wallet, NOON), key=key)
        assert "已收款" in text_of(ask())

    def test_a_shop_without_a_terminal_is_told_whom_to_ask(self, house: Campus) -> None:
        unit("M09", "新店", Unit.Kind.MERCHANT)
        answer = signed_in(clerk("M09")).get(reverse("wallet:till"))
        assert answer.status_code == 409
        assert "请工会福利部在终端名册登记" in text_of(answer)

    def test_a_forged_key_is_refused(self, house: Campus) -> None:
        wallet = house.member("lin", ecny=100_00)
        answer = self.sell(signed_in(clerk("M01")), house, code=house.code(wallet), key="1:2:3")
        assert "请刷新收银台再收" in text_of(answer)
        assert not Payment.objects.exists()

    def test_an_amount_that_is_none_is_refused_in_words(self, house: Campus) -> None:
        wallet = house.member("lin", ecny=100_00)
        client = signed_in(clerk("M01"))
        for amount, said in (
            ("0", "金额要大于 0"),
            ("1.005", "最多两位小数"),
            ("abc", "金额写成"),
            ("1e5", "最多 99,999.99"),
        ):
            answer = self.sell(client, house, code=house.code(wallet, NOON), amount=amount)
            assert answer.status_code == 400, amount  # type: ignore[attr-defined]
            assert said in text_of(answer)
        assert not Payment.objects.exists()

    def test_an_expired_code_says_that_nothing_was_taken(
        self, house: Campus, noon: time_machine.Traveller
    ) -> None:
        wallet = house.member("lin", ecny=100_00)
        code = house.code(wallet, NOON - timedelta(seconds=61))
        answer = text_of(self.sell(signed_in(clerk("M01")), house, code=code))
        assert "没有扣顾客的钱" in answer
        assert "付款码已超过60秒" in answer
        assert house.row(wallet).ecny_fen == 100_00

    @pytest.mark.clause("R048")
    def test_a_refund_pressed_twice_is_given_once(self, house: Campus) -> None:
        wallet = house.member("lin", ecny=70_00, points=30_00)
        paid = house.pay(wallet, 100_00, at=NOON)
        client = signed_in(clerk("M01"))
        asked = {
            "number": f"P-0310-{paid.id:05}", "amount": "90", "because": "少来了人", "do": "refund",
            "form_key": forms.key_for(house.shop("M01").pk, NOON.date(), 7),
        }  # fmt: skip
        for _ in range(2):
            assert "已退款" in text_of(client.post(reverse("wallet:till_refund"), asked))
        refund = Refund.objects.get()
        assert (refund.ecny_fen, refund.points_fen) == (63_00, 27_00)

    def test_the_tills_day_counts_the_refunds_given_today(self, house: Campus) -> None:
        paid = house.pay(house.member("lin", ecny=100_00), 20_00, at=NOON - timedelta(days=1))
        house.refund(paid.id, 5_00, at=NOON)
        said = text_of(signed_in(clerk("M01")).get(reverse("wallet:till_day")))
        assert "1 笔 ¥5.00" in said
        assert "今日实收 −¥5.00" in said

    def test_a_refund_past_what_is_left_names_what_is_left(self, house: Campus) -> None:
        paid = house.pay(house.member("lin", ecny=100_00), 20_00, at=NOON)
        answer = signed_in(clerk("M01")).post(
            reverse("wallet:till_refund"),
            {
                "number": f"P-0310-{paid.id:05}",
                "amount": "20.01",
                "because": "多退",
                "do": "refund",
                "form_key": forms.key_for(house.shop("M01").pk, NOON.date(), 7),
            },
        )  # fmt: skip
        assert answer.status_code == 409
        assert "最多还能退¥20.00" in text_of(answer)


class TestPhone:
    """What a member reads about the own money."""

    @pytest.mark.clause("R042")
    def test_asking_for_more_than_the_quota_shows_the_figures_that_add_up(
        self, house: Campus, lin: Person
    ) -> None:
        house.member("lin")
        allotting.allot(person=lin, amount_fen=150_00, by=lin, at=NOON)
        answer = signed_in(lin).post(reverse("wallet:allotment"), {"amount": "80"})
        said = text_of(answer)
        assert answer.status_code == 409
        assert "3月只能再划 ¥50.00" in said
        for figure in ("200.00", "−150.00", "50.00", "80.00"):
            assert figure in said
        assert "改划 ¥50.00" in said
        assert Allotment.objects.count() == 1

    def test_a_code_is_only_shown_on_the_bound_phone(self, house: Campus, lin: Person) -> None:
        house.member("lin", ecny=100_00)
        first, second = signed_in(lin), signed_in(lin)
        assert "data-code" in first.get(reverse("wallet:pay")).content.decode()
        assert second.get(reverse("wallet:pay")).headers["Location"] == reverse("wallet:devices")
        bound = second.post(reverse("wallet:devices"), {"do": "bind", "label": "新手机"})
        assert bound.status_code == 302
        assert "data-code" in second.get(reverse("wallet:pay")).content.decode()
        assert first.get(reverse("wallet:pay")).status_code == 302

    def test_the_phone_says_why_the_last_one_was_not_paid(self, house: Campus, lin: Person) -> None:
        wallet = house.member("lin", ecny=5_00)
        client = signed_in(lin)
        assert client.post(reverse("wallet:pay"), {"order": "ecny"}).status_code == 302
        assert "只用数币，不用积分" in text_of(client.get(reverse("wallet:pay")))
        with pytest.raises(refusals.Insufficient):
            house.pay(wallet, 28_50, at=NOON)
        said = text_of(client.get(reverse("wallet:pay"), {"since": "0"}))
        assert "刚才 ¥28.50 没有付给第一食堂，钱没有扣" in said
        assert "余额不够" in said

    def test_the_house_keeps_no_phones_key(self, house: Campus, lin: Person) -> None:
        wallet = house.member("lin", ecny=100_00)
        client = signed_in(lin)
        client.get(reverse("wallet:pay"))
        cookie = client.cookies["payer"]
        assert cookie["httponly"]
        assert wallet.devices.get().key not in cookie.value

    def test_a_frozen_phone_cannot_be_exchanged(self, house: Campus, lin: Person) -> None:
        wallet = house.member("lin", ecny=100_00)
        opening.bind_device(person=lin, device_key="old", by=lin, at=NOON - timedelta(hours=1))
        for minute in (0, 4, 8):
            house.pay(wallet, 10_00, at=NOON - timedelta(minutes=20 - minute))
        answer = signed_in(lin).post(reverse("wallet:devices"), {"do": "stop"})
        assert answer.status_code == 423
        assert "核实前不能换绑" in text_of(answer)

    def test_the_bill_adds_up_over_months_refunds_and_voids(
        self, house: Campus, lin: Person
    ) -> None:
        wallet = house.member("lin", ecny=300_00, points=40_00)
        house.pay(wallet, 30_00, at=NOON - timedelta(days=20))
        paid = house.pay(wallet, 50_00, at=NOON - timedelta(days=3))
        house.refund(paid.id, 12_34, at=NOON - timedelta(days=2))
        held = frozen_payment(house, wallet)
        opened = bills.bill(lin, month=date(2025, 3, 1), terms=terms_on(NOON.date()))
        assert opened is not None
        assert opened.opening_fen + opened.in_fen - opened.out_fen == opened.closing_fen
        assert opened.closing_fen == house.row(wallet).ecny_fen
        february = bills.bill(lin, month=date(2025, 2, 1), terms=terms_on(NOON.date()))
        assert february is not None
        assert february.closing_fen == opened.opening_fen
        deciding.confirm_cash_out(
            freezing_id=held.pk, by=person("zhu", "朱", unit("B05", "理学院工会分会")), at=NOON,
            because="回访查实",
        )  # fmt: skip
        after = bills.bill(lin, month=date(2025, 3, 1), terms=terms_on(NOON.date()))
        assert after is not None
        assert after.closing_fen == house.row(wallet).ecny_fen
        assert after.closing_fen == opened.closing_fen + held.payment.ecny_fen
        assert next(row.balance_fen for row in after.rows) == after.closing_fen

    def test_the_bill_goes_out_as_excel_with_amounts_as_numbers(
        self, house: Campus, lin: Person
    ) -> None:
        house.pay(house.member("lin", ecny=300_00), 30_00, at=NOON - timedelta(hours=2))
        answer = signed_in(lin).get(reverse("wallet:statement"), {"as": "xlsx"})
        sheet = load_workbook(io.BytesIO(answer.content)).active
        assert sheet is not None
        rows = list(sheet.iter_rows(values_only=True))
        assert rows[0][3] == "数字人民币（元）"
        assert -30 in [row[3] for row in rows[1:]]

    @pytest.mark.clause("R044")
    def test_the_receipt_shows_how_the_subsidy_was_computed(
        self, house: Campus, lin: Person
    ) -> None:
        wallet = house.member("lin", ecny=300_00)
        house.pay(wallet, 180_00, at=NOON - timedelta(days=1))
        paid = house.pay(wallet, 50_00, at=NOON - timedelta(hours=1))
        said = text_of(signed_in(lin).get(reverse("wallet:receipt", args=[paid.id])))
        assert "180.00 + 50.00 = 230.00" in said
        assert "到上限 240.00" in said
        assert "−216.00" in said
        assert "工会补给商户 ¥24.00" in said

    def test_home_lists_what_waits_and_is_honest_when_nothing_does(
        self, house: Campus, lin: Person
    ) -> None:
        house.member("lin")
        client = signed_in(lin)
        assert "划拨 3 月福利额度" in text_of(client.get("/"))
        allotting.allot(person=lin, by=lin, at=NOON)
        assert "都办完了" in text_of(client.get("/"))


def frozen_payment(house: Campus, wallet: Wallet) -> Freezing:
    for minute in (0, 4, 8):
        house.pay(wallet, 10_00, at=NOON - timedelta(minutes=20 - minute))
    return Freezing.objects.get(wallet=wallet)


class TestDesk:
    """Officers see what they must, decide with a reason, never for themselves."""

    def test_only_who_decides_reads_the_payers_name(
        self, house: Campus, lin: Person, wang: Person, chen: Person
    ) -> None:
        house.pay(house.member("lin", ecny=100_00), 10_00, at=NOON)
        appoint(chen, "wallet.desk")
        appoint(wang, "wallet.desk", "wallet.release")
        address = reverse("wallet:payments")
        seen, masked = (text_of(signed_in(each).get(address)) for each in (wang, chen))
        assert "林晓梅" in seen
        assert "林晓梅" not in masked.replace("陈志远", "")
        assert "林*梅" in masked

    def test_looking_does_not_decide(self, house: Campus, lin: Person, chen: Person) -> None:
        held = frozen(house, lin)
        appoint(chen, "wallet.desk")
        answer = signed_in(chen).post(
            reverse("wallet:case", args=[held.pk]), {"because": "放了吧", "do": "release"}
        )
        held.refresh_from_db()
        assert answer.status_code == 403
        assert held.decided_at is None

    @pytest.mark.clause("T57")
    def test_nobody_decides_their_own_freezing(self, house: Campus, wang: Person) -> None:
        held = frozen(house, wang)
        appoint(wang, "wallet.desk", "wallet.release")
        client, address = signed_in(wang), reverse("wallet:case", args=[held.pk])
        assert "这是你自己的付款手机" in text_of(client.get(address))
        answer = client.post(address, {"because": "是我自己", "do": "release"})
        held.refresh_from_db()
        assert answer.status_code == 403
        assert "不能决定自己的冻结或申诉" in text_of(answer)
        assert held.decided_at is None

    def test_a_decision_needs_a_reason(self, house: Campus, lin: Person, wang: Person) -> None:
        held = frozen(house, lin)
        appoint(wang, "wallet.desk", "wallet.release")
        answer = signed_in(wang).post(
            reverse("wallet:case", args=[held.pk]), {"because": "", "do": "release"}
        )
        held.refresh_from_db()
        assert "写一句理由" in text_of(answer)
        assert held.decided_at is None

    @pytest.mark.clause("T59")
    def test_a_cell_of_four_payers_shows_no_number_and_the_day_does_not_tell(
        self, house: Campus
    ) -> None:
        for n in range(9):
            wallet = house.member(f"p{n}", ecny=100_00)
            hour = 0 if n < 5 else 1
            house.pay(wallet, 10_00, at=NOON - timedelta(hours=hour, minutes=5 + n))
        grid = heat.grid(campus_day(NOON))
        cells = [cell for cell in grid.rows[0].cells if cell is not None]
        assert sorted(cells) == [heat.MUTED, 5]
        assert grid.rows[0].total == "至少 5 笔"

    @pytest.mark.clause("T59")
    def test_a_day_without_trade_is_no_data_and_not_zero(self, house: Campus, wang: Person) -> None:
        appoint(wang, "wallet.desk")
        said = text_of(signed_in(wang).get(reverse("wallet:heat"), {"day": "2025-03-09"}))
        assert "没有数据，不是零" in said

    @pytest.mark.clause("T04")
    def test_the_months_report_shows_both_readings_of_example_l(self, house: Campus) -> None:
        house.pay(house.member("lin", ecny=200_00), 200_00, at=NOON - timedelta(days=1))
        [row] = register.subsidy_report(date(2025, 3, 1))
        assert (row.owed_fen, row.on_top_fen, row.inclusive_fen) == (240_00, 440_00, 240_00)

    @pytest.mark.clause("R052")
    def test_the_report_is_reviewed_on_the_fifth_or_the_next_working_day(
        self, house: Campus, wang: Person
    ) -> None:
        appoint(wang, "wallet.desk")
        said = text_of(signed_in(wang).get(reverse("wallet:subsidy")))
        assert "4月7日 周一 常委会例会审议" in said  # 5 April 2025 is a Saturday of Qingming

    def test_nonsense_in_an_address_falls_back(self, house: Campus, wang: Person) -> None:
        appoint(wang, "wallet.desk")
        client = signed_in(wang)
        for name in ("payments", "heat", "subsidy"):
            answer = client.get(
                reverse(f"wallet:{name}"),
                {
                    "since": "x",
                    "day": "2025-13-40",
                    "month": "never",
                    "merchant": "1;--",
                    "page": "z",
                },
            )
            assert answer.status_code == 200


class TestBank:
    def test_what_the_bank_has_not_answered_stands_on_the_desk_with_owner_and_clock(
        self, house: Campus
    ) -> None:
        lin = house.member("lin", ecny=200_00)
        paid = house.pay(lin, 120_00, pending=True, at=NOON)
        shop_id = house.shop("M01").merchant_id
        order = BankOrder.objects.create(
            kind="PAY", document=f"payment:{paid.id}", wallet=lin, merchant_id=shop_id,
            amount_fen=120_00, occurred_at=NOON, two_phases=True, attempts=2,
            decide_by=NOON + timedelta(seconds=150),
        )  # fmt: skip
        finance = person("money", "李会计", unit("B02", "机关工会分会"))
        appoint(finance, "wallet.desk", "settlement.work", scope=Office.Scope.ALL)
        client = signed_in(finance)
        said = text_of(client.get(reverse("wallet:bank")))
        for words in (
            "1 条还没有结果，共 ¥120.00",
            f"payment:{paid.id}",
            "2 次",
            "12:02:30",
            "财务处长",
        ):
            assert words in said
        assert "lin" not in said, "nobody's name"
        BankOrder.objects.update(due_at=NOON + timedelta(days=1000))
        assert client.post(reverse("wallet:bank_asking")).status_code == 302
        order.refresh_from_db()
        assert order.due_at < NOON + timedelta(days=1000)
        viewer = person("viewer", "看的人", unit("B03", "化学系工会分会"))
        appoint(viewer, "wallet.desk", scope=Office.Scope.ALL)
        assert signed_in(viewer).post(reverse("wallet:bank_asking")).status_code == 403
        receipt = signed_in(lin.owner).get(reverse("wallet:receipt", args=[paid.id]))
        assert 'hx-trigger="every 2s"' in receipt.content.decode()

        again = reverse("wallet:bank_again", args=[order.pk])
        assert client.post(again, {"because": "已补录"}).status_code == 404, "not refused"
        small = house.pay(lin, 8_00, at=NOON)
        no = BankOrder.objects.create(
            kind="PAY", document=f"payment:{small.id}", wallet=lin, merchant_id=shop_id,
            amount_fen=8_00, occurred_at=NOON, state="refused", refusal="WRONG_ROUTE",
        )  # fmt: skip
        again = reverse("wallet:bank_again", args=[no.pk])
        assert "WRONG_ROUTE" in text_of(client.get(reverse("wallet:bank")))
        assert signed_in(viewer).post(again, {"because": "已补录"}).status_code == 403
        client.post(again, {"because": ""})
        no.refresh_from_db()
        assert no.state == "refused", "a reason is asked for"
        client.post(again, {"because": "银行已补录路由"})
        no.refresh_from_db()
        assert (no.state, no.refusal) == ("waiting", "")


class TestPoints:
    """An Excel list: each wrong row is named, the good ones are credited once."""

    def upload(self, client: Client, rows: list[tuple[object, ...]]) -> object:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        for row in [("工号", "姓名", "积分（元）"), *rows]:
            sheet.append(row)
        out = io.BytesIO()
        book.save(out)
        out.seek(0)
        out.name = "三八节.xlsx"
        return client.post(reverse("wallet:points"), {"file": out, "because": "三八节活动积分"})

    def test_wrong_rows_are_named_and_the_list_credits_once(
        self, house: Campus, lin: Person, mo: Person, wang: Person
    ) -> None:
        wallet = house.member("lin")
        appoint(wang, "wallet.points")
        client = signed_in(wang)
        checked = self.upload(
            client,
            [
                ("lin", "林晓梅", 30),
                ("mo", "莫思齐", 30),
                ("nobody", "", 30),
                ("lin", "林晓梅", 5),
                ("wang", "王建国", 30),
                ("lin", "别人", "三十"),
            ],
        )
        said = text_of(checked)
        for words in (
            "莫思齐还没有开通钱包",
            "没有工号「nobody」",
            "和第 2 行是同一个人",
            "不能给自己发放积分",
            "应为",
        ):
            assert words in said
        assert house.row(wallet).points_fen == 0
        token = re.search(r'name="batch" value="([^"]+)"', checked.content.decode())  # type: ignore[attr-defined]
        assert token
        for _ in range(2):
            answer = client.post(
                reverse("wallet:points"), {"do": "credit", "batch": token[1]}, follow=True
            )
        assert house.row(wallet).points_fen == 30_00
        assert "没有重复发放" in text_of(answer)

    def test_a_tampered_list_credits_nobody(self, house: Campus, wang: Person) -> None:
        appoint(wang, "wallet.points")
        answer = signed_in(wang).post(reverse("wallet:points"), {"do": "credit", "batch": "x:y:z"})
        assert answer.status_code == 409


class TestMerchants:
    """A shop is registered by who keeps the register; merchants/tests play its admission."""

    def test_a_shop_is_registered_by_who_keeps_the_register(
        self, house: Campus, wang: Person, chen: Person
    ) -> None:
        appoint(wang, "wallet.desk", "wallet.merchants")
        appoint(chen, "wallet.desk")
        client = signed_in(wang)
        new = {
            "number": "M41", "name": "西门咖啡", "category": "餐饮", "place": "西门广场",
            "because": "新签约",
        }  # fmt: skip
        assert signed_in(chen).post(reverse("wallet:merchants_new"), new).status_code == 403
        assert client.post(reverse("wallet:merchants_new"), new).status_code == 302
        shop = Merchant.objects.get(number="M41")
        assert (shop.state, shop.unit.kind) == ("pending", Unit.Kind.MERCHANT)
