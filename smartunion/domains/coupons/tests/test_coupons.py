"""Sports and research coupons: issued, taken at a venue and in finance, over, and to the fen."""

import re
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from smartunion.domains.coupons import jobs, public
from smartunion.domains.coupons.actions import issuing, redeeming
from smartunion.domains.coupons.models import Coupon, Redemption, VenuePayout
from smartunion.domains.coupons.reads.audits import AUDITS
from smartunion.domains.coupons.rules import refusals
from smartunion.domains.planning import public as planning
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.actions import admitting, paying
from smartunion.domains.wallet.actions import refusals as no_payment
from smartunion.domains.wallet.models import Merchant
from smartunion.domains.wallet.tests.conftest import Campus
from smartunion.kernel.base import clock
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.reads import balance_fen, spent_fen
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Office, Person, Unit
from tests.cast import appoint, person, unit

pytestmark = [pytest.mark.django_db, pytest.mark.clause("R176")]

LINE, PROJECT = "2025/3.5/runs.coupons", "2025/3.5"


def clean() -> dict[str, object]:
    return {one.id: one.offenders() for one in AUDITS if one.offenders()}


@pytest.fixture
def hall(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Merchant:
    """The swimming hall, which takes coupons; the clock stands where the campus is."""
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    return venue(campus, "M38", "游泳馆")


def venue(campus: Campus, number: str, name: str, category: str = "文体") -> Merchant:
    made = admitting.register_merchant(
        number=number, name=name, category=category, by=None, at=campus.at
    )
    if made.state != Merchant.State.ACTIVE:
        admitting.sign_undertaking(merchant_id=made.pk, by=None, at=campus.at)
        admitting.pay_deposit(
            merchant_id=made.pk, amount_fen=20_000_00, document=f"deposit:{number}", by=None,
            at=campus.at,
        )  # fmt: skip
        admitting.activate(merchant_id=made.pk, by=None, at=campus.at)
    return Merchant.objects.get(pk=made.pk)


def give(
    holder: Person, at: datetime, kind: str = "sport", document: str = "runs:20", by: object = None
) -> Coupon:
    return issuing.issue(
        kind=kind, holder=holder, document=f"{document}:{holder.username}", by=by, at=at,
        because="晨跑满20次",
    )  # fmt: skip


def show(coupon: Coupon, at: datetime) -> str:
    return wallet.short_code(coupon.pk, purpose=redeeming.PURPOSE, at=at)


def take(coupon: Coupon, fen: int, hall: Merchant, clerk: Person, *when: object) -> Redemption:
    """Take so much at a moment, by the code that the phone shows then or by another one."""
    at, code = when if len(when) > 1 else (*when, "")
    return redeeming.redeem_at_venue(
        code=code or show(coupon, at), merchant_id=hall.pk, amount_fen=fen, by=clerk, at=at
    )


def test_twenty_runs_are_fifty_yuan_at_the_pool_in_parts_and_finance_pays_the_pool(
    campus: Campus, hall: Merchant, lin: Person, chen: Person, wang: Person
) -> None:
    coupon = give(lin, campus.at, by=wang)
    assert give(lin, campus.at, by=wang) == coupon, "the same document issues once"
    assert (coupon.face_fen, coupon.left_fen, f"{coupon.expires_on}") == (
        50_00, 50_00, "2025-09-06",
    )  # fmt: skip
    assert spent_fen(LINE) == balance_fen("coupon.payable") == 50_00
    assert Notice.objects.get(person=lin).title == "收到体育消费券 50 元"

    code = show(coupon, campus.at)
    first = take(coupon, 30_00, hall, chen, campus.at, code)
    assert take(coupon, 30_00, hall, chen, campus.at, code) == first, "pressed twice is once"
    with pytest.raises(refusals.CodeUsed, match="30 元"):
        take(coupon, 20_00, hall, chen, campus.at, code)
    campus.later(minutes=5)
    with pytest.raises(refusals.TooMuch, match="还剩 20 元"):
        take(coupon, 20_01, hall, chen, campus.at)
    take(coupon, 20_00, hall, chen, campus.at)
    coupon.refresh_from_db()
    assert coupon.left_fen == 0
    assert (balance_fen("coupon.payable"), balance_fen("venue.payable")) == (0, 50_00)

    paid = [
        redeeming.pay_venue(merchant_id=hall.pk, slip="ICBC-1", by=wang, at=campus.at)
        for _ in range(2)
    ]
    assert paid[0] == paid[1]
    assert paid[0].amount_fen == 50_00
    with pytest.raises(refusals.NothingToPay):
        redeeming.pay_venue(merchant_id=hall.pk, slip="ICBC-2", by=wang, at=campus.at)
    assert balance_fen("venue.payable") == 0
    assert spent_fen(LINE) == 50_00
    assert clean() == {}


def test_what_was_typed_wrongly_is_undone_the_same_day_by_somebody_else(
    campus: Campus, hall: Merchant, lin: Person, chen: Person, wang: Person
) -> None:
    """The coupon has it back, the ledger turns it round, the invoice may come again."""
    coupon = give(lin, campus.at)
    code = show(coupon, campus.at)
    first = take(coupon, 30_00, hall, chen, campus.at, code)
    one, other = (person(f"pool{n}", f"收银{n}", hall.unit, Person.Kind.MERCHANT) for n in range(2))
    appoint(other, "till.use", scope=Office.Scope.UNIT)
    give_back = {"redemption_id": first.pk, "at": campus.at, "because": "三十录成三十整，应收十三"}
    for who, no in ((chen, refusals.UndoneByHerself), (lin, refusals.NotForOneself)):
        with pytest.raises(no):
            redeeming.undo(by=who, **give_back)
    with pytest.raises(refusals.ReasonMissing):
        redeeming.undo(by=one, **{**give_back, "because": " "})
    with pytest.raises(refusals.TooLateToUndo, match="隔日"):
        redeeming.undo(by=one, **{**give_back, "at": campus.at + timedelta(days=1)})
    client = Client()
    client.force_login(other)
    said = client.post(
        reverse("coupons:till"), {"undo": first.pk, "because": "多收了"}, follow=True
    ).content.decode()
    assert "已撤销 30 元" in said
    assert "收银1：多收了" in said
    assert redeeming.undo(by=one, **give_back).undone_by == other, "the first undoing stands"
    coupon.refresh_from_db()
    assert (coupon.left_fen, balance_fen("coupon.payable"), balance_fen("venue.payable")) == (
        50_00, 50_00, 0,
    )  # fmt: skip
    with pytest.raises(refusals.AlreadyUndone):
        take(coupon, 30_00, hall, chen, campus.at, code)
    campus.later(minutes=2)
    second = take(coupon, 13_00, hall, chen, campus.at)
    redeeming.pay_venue(merchant_id=hall.pk, slip="ICBC-1", by=wang, at=campus.at)
    with pytest.raises(refusals.TooLateToUndo, match="结算"):
        redeeming.undo(by=one, **{**give_back, "redemption_id": second.pk})
    assert VenuePayout.objects.get().amount_fen == 13_00, "what was undone is not paid"

    research = give(lin, campus.at, "research", "camp")
    pays = {"coupon_id": research.pk, "item": "实验耗材", "invoice": "F7", "at": campus.at}
    typo = redeeming.redeem_in_finance(amount_fen=60_00, by=wang, **pays)
    assert client.post(
        reverse("coupons:till"), {"undo": typo.pk, "because": "不是本店"}
    ).status_code == 404  # fmt: skip
    redeeming.undo(redemption_id=typo.pk, by=chen, at=campus.at, because="录错金额")
    redeeming.redeem_in_finance(amount_fen=61_00, by=wang, **pays)
    assert balance_fen("bank.deposits") == -61_00 - 13_00
    assert clean() == {}


def test_every_wrong_use_is_refused_with_its_reason_and_changes_nothing(
    campus: Campus, hall: Merchant, lin: Person, chen: Person, wang: Person
) -> None:
    coupon = give(lin, campus.at)
    research = give(lin, campus.at, "research", "camp")
    canteen = venue(campus, "M01", "第一食堂", "餐饮")
    till, purse = campus.shop("M39"), campus.member("mo2", ecny=100_00)
    at, code = campus.at, show(coupon, campus.at)
    late = at + timedelta(seconds=61)

    def finance(which: Coupon, item: str = "实验耗材") -> object:
        return redeeming.redeem_in_finance(
            coupon_id=which.pk, amount_fen=1_00, item=item, invoice="F1", by=wang, at=at
        )

    wrong = [
        (refusals.CodeWrong, lambda: take(coupon, 1_00, hall, chen, late, code)),
        (refusals.CodeWrong, lambda: take(coupon, 1_00, hall, chen, at, code[:-1] + "x")),
        (refusals.CodeWrong, lambda: take(coupon, 1_00, hall, chen, at, campus.code(purse, at))),
        (refusals.NotHere, lambda: take(coupon, 1_00, canteen, chen, at)),
        (refusals.NotHere, lambda: take(research, 1_00, hall, chen, at)),
        (refusals.NotForOneself, lambda: take(coupon, 1_00, hall, lin, at)),
        (refusals.NotForOneself, lambda: give(lin, at, document="self", by=lin)),
        (refusals.DocumentUsed, lambda: give(lin, at, "research", "runs:20")),
        (refusals.TooMuch, lambda: take(coupon, 50_01, hall, chen, at)),
        (refusals.TooMuch, lambda: take(coupon, 0, hall, chen, at)),
        (refusals.NotInFinance, lambda: finance(coupon)),
        (refusals.NotInFinance, lambda: finance(research, "宴请")),
        (refusals.Over, lambda: take(coupon, 1_00, hall, chen, at + timedelta(days=181))),
    ]
    for expected, act in wrong:
        with pytest.raises(expected):
            act()
    with pytest.raises(no_payment.CodeUnknown):
        paying.pay(
            terminal_id=till.pk, biz_date=at.date(), terminal_seq=1, total_fen=1_00, code=code,
            at=at,
        )  # fmt: skip
    admitting.suspend(merchant_id=hall.pk, by=None, at=at, because="整改")
    with pytest.raises(refusals.NotHere):
        take(coupon, 1_00, hall, chen, at)
    coupon.refresh_from_db()
    assert (coupon.left_fen, Redemption.objects.count()) == (50_00, 0)
    assert clean() == {}


@pytest.mark.clause("R142")
@pytest.mark.clause("T70")
def test_a_research_coupon_pays_invoices_in_finance_each_once(
    campus: Campus, hall: Merchant, lin: Person, wang: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    coupon = give(lin, campus.at, "research", "camp")
    assert (coupon.face_fen, coupon.fund_source) == (10_000_00, "school")
    page = reverse("coupons:card", args=[coupon.pk])
    appoint(wang, "coupons.view", "coupons.pay")
    finance = Client()
    finance.force_login(wang)
    invoice = {"amount": "6,200.50", "item": "仪器设备", "invoice": "F-77"}
    assert finance.post(page, invoice).status_code == finance.post(page, invoice).status_code == 302
    answer = finance.post(page, {**invoice, "amount": "1"})
    assert "发票“F-77”已经核销过" in answer.content.decode()
    answer = finance.post(page, {**invoice, "amount": "3799.51", "invoice": "F-78"})
    assert "还剩 3,799.50 元" in answer.content.decode()
    rest = public.redeem(
        coupon_id=coupon.pk, amount_fen=3_799_50, item="实验耗材", invoice="F-79", by=wang,
        at=campus.at,
    )  # fmt: skip
    assert rest.left_fen == 0
    assert balance_fen("bank.deposits") == -10_000_00
    ((words, count, face, redeemed),) = [
        (one.kind_words, one.count, one.face_fen, one.redeemed_fen) for one in public.totals(2025)
    ]
    assert (words, count, face, redeemed) == ("科研券", 1, 10_000_00, 10_000_00)
    assert clean() == {}
    given = dict(planning.terms("coupons", on=campus.at.date()), research_sources=["grants"])
    ask = planning.terms
    monkeypatch.setattr(
        planning, "terms", lambda group, on: given if group == "coupons" else ask(group, on=on)
    )
    with pytest.raises(refusals.FundWrong, match="school"):
        give(lin, campus.at, "research", "again")


@pytest.mark.clause("T10")
def test_there_are_five_for_one_and_twenty_for_all_and_none_without_budget(
    campus: Campus, lin: Person, mo: Person
) -> None:
    for times in (20, 40, 60, 80, 100):
        give(lin, campus.at, document=f"runs:{times}")
    with pytest.raises(refusals.TooMany, match="全年最多 5 张/人，已经发了 5 张"):
        give(lin, campus.at, document="runs:108")
    give(mo, campus.at)
    for n in range(20):
        give(mo, campus.at, "research", f"camp:{n}")
    with pytest.raises(refusals.TooMany, match="已经发了 20 张"):
        give(mo, campus.at, "research", "camp:20")
    left = 1_200_000_00 - spent_fen(PROJECT)
    ledger.encumber(
        document="stage", budget_code="2025/3.5/festival.stage", fund_source="dues",
        amount_fen=left - 49_99, by=None, at=campus.at,
    )  # fmt: skip
    with pytest.raises(refusals.BudgetShort, match=r"只剩 49\.99 元，发这张券要 50 元"):
        give(mo, campus.at, document="runs:40")


def test_what_is_not_used_is_reminded_of_once_and_goes_back_to_its_line(
    campus: Campus, hall: Merchant, lin: Person, chen: Person
) -> None:
    coupon = give(lin, campus.at)
    take(coupon, 12_00, hall, chen, campus.at)
    last = datetime.combine(coupon.expires_on, campus.at.timetz())
    for at in (last - timedelta(days=15), last - timedelta(days=14), last):
        jobs.keep(at=at)
    coupon.refresh_from_db()
    assert coupon.left_fen == 38_00, "the last day is a whole day"
    told = Notice.objects.filter(person=lin, about=f"coupons.ending:{coupon.pk}")
    assert [one.title for one in told] == ["体育消费券还有 38 元没用"]
    assert [jobs.keep(at=last + timedelta(days=1)) for _ in range(2)] == [1, 0]
    coupon.refresh_from_db()
    assert (coupon.left_fen, coupon.expired_fen) == (0, 38_00)
    assert (spent_fen(LINE), balance_fen("coupon.payable")) == (12_00, 0)
    with pytest.raises(refusals.Over):
        take(coupon, 1_00, hall, chen, last + timedelta(days=1))
    late = datetime(2025, 11, 1, 12, tzinfo=campus.at.tzinfo)
    assert f"{give(lin, late, document='late').expires_on}" == "2025-12-31", "never past the year"
    assert clean() == {}


def test_each_sees_what_is_theirs_and_does_what_is_theirs(
    campus: Campus, hall: Merchant, lin: Person, mo: Person, wang: Person
) -> None:
    appoint(wang, "coupons.view", "coupons.issue")
    clerk = person("lane", "水前台", Unit.objects.get(code="M38"), Person.Kind.MERCHANT)
    appoint(clerk, "till.use", scope=Office.Scope.UNIT)
    for who in (lin, mo):
        appoint(who, "wallet.own", scope=Office.Scope.OWN)
    desk, phone, other, till = Client(), Client(), Client(), Client()
    for client, who in ((desk, wang), (phone, lin), (other, mo), (till, clerk)):
        client.force_login(who)

    def said(answer: Any) -> str:
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))

    asked = {"kind": "sport", "username": "lin", "document": "runs:20", "because": "晨跑满20次"}
    new = reverse("coupons:issuing")
    assert "没有工号为“nobody”" in said(desk.post(new, {**asked, "username": "nobody"}))
    assert "不能给自己发券" in said(desk.post(new, {**asked, "username": "wang"}))
    assert "写事由" in said(desk.post(new, {**asked, "because": ""}))
    desk.post(new, asked)
    coupon = Coupon.objects.get()
    own = reverse("coupons:coupon", args=[coupon.pk])
    assert "共 ¥50.00" in said(phone.get(reverse("coupons:mine")))
    assert other.get(own).status_code == 404
    shown = phone.get(own)
    code = re.search(r'data-code="(\d{18})"', shown.content.decode())
    assert code is not None
    counter = reverse("coupons:till")
    till.post(counter, {"amount": "35.5", "code": f"{code[1][:4]} {code[1][4:]}"})
    assert "今天收了 1 笔，共 ¥35.50；财务处还没结算的 ¥35.50" in said(till.get(counter))
    assert "林晓梅" not in said(till.get(counter)), "a venue learns no holder"
    assert "游泳馆" in said(phone.get(own))
    venues = reverse("coupons:venues")
    assert desk.post(venues, {"merchant": hall.pk, "slip": "X"}).status_code == 403
    li = person("li2", "李会计", unit("B02", "机关工会分会"))
    appoint(li, "coupons.view", "coupons.pay")
    money = Client()
    money.force_login(li)
    money.post(venues, {"merchant": hall.pk, "slip": "ICBC-9"})
    assert VenuePayout.objects.get().amount_fen == 35_50
    assert "ICBC-9" in said(till.get(counter))
    assert "体育消费券 1 张 ¥50.00" in said(desk.get(reverse("coupons:desk"), {"state": "open"}))
    assert "没有这样的券" in said(desk.get(reverse("coupons:desk"), {"kind": "research"}))


@pytest.mark.breaks
def test_the_database_keeps_what_was_given_and_an_audit_names_what_is_broken(
    campus: Campus, hall: Merchant, lin: Person, chen: Person
) -> None:
    coupon = give(lin, campus.at)
    take(coupon, 10_00, hall, chen, campus.at)
    for change in (
        "UPDATE coupons_coupon SET face_fen = face_fen + 1",
        "UPDATE coupons_coupon SET left_fen = left_fen + 1",
        "DELETE FROM coupons_redemption",
        "UPDATE coupons_redemption SET amount_fen = 1",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    Coupon.objects.update(left_fen=39_99)
    assert [who for who, _ in AUDITS[0].offenders()] == [f"coupons_coupon {coupon.pk}"]
    assert AUDITS[1].offenders() == [("ledger coupon.payable", "rows 3999, ledger 4000 fen")]


@pytest.mark.django_db(transaction=True)
def test_two_codes_at_two_counters_never_take_more_than_there_is(campus: Campus) -> None:
    lin = person("lin", "林晓梅", unit("B01", "外国语学院工会分会"))
    clerk = person("lane", "水前台", unit("B02", "机关工会分会"))
    halls = [venue(campus, number, number) for number in ("M38", "M39")]
    coupon = give(lin, campus.at)
    codes = [show(coupon, campus.at + timedelta(seconds=n)) for n in range(2)]
    outcomes: list[object] = []

    def counter(n: int) -> None:
        try:
            outcomes.append(take(coupon, 30_00, halls[n], clerk, campus.at, codes[n]).amount_fen)
        except Refused as no:
            outcomes.append(no.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=counter, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["3000", "coupons.too_much"]
    assert clean() == {}
