"""The risk desk and the call-backs through the real actions and pages."""

import io
import json
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from smartunion.domains.merchants.actions import calling, deciding, detecting
from smartunion.domains.merchants.models import CallBack, CallSample, Scan, Suspicion
from smartunion.domains.merchants.reads.audits import AUDITS
from smartunion.domains.merchants.rules import refusals, sampling
from smartunion.domains.performance.reads import figures as indicators
from smartunion.domains.settlement import public as settlement
from smartunion.domains.settlement.actions import months
from smartunion.domains.settlement.reads import statements
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.actions import deciding as freezings
from smartunion.domains.wallet.models import Freezing, Merchant, SubsidyAdjustment, Wallet
from smartunion.domains.wallet.tests.conftest import Campus
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Block, Transfer
from smartunion.kernel.notices.gateways import signature
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Person
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.deliver import deliver
from smartunion.site import telling
from tests.cast import appoint, person, unit

MARCH = date(2025, 3, 1)
APRIL = datetime(2025, 4, 1, 9, tzinfo=CAMPUS)


@pytest.fixture
def house(campus: Campus, monkeypatch: pytest.MonkeyPatch) -> Campus:
    """A campus in which lin has split a purchase in four, and mo has bought twice."""
    lin, mo = campus.member("lin", ecny=20_000), campus.member("mo", ecny=20_000)
    for n in range(4):
        campus.pay(lin, 4280, at=campus.at + timedelta(minutes=41 * n))
    campus.pay(mo, 1500, at=campus.at + timedelta(days=1))
    campus.pay(mo, 900, campus.shop("M02"), at=campus.at + timedelta(days=2))
    campus.at = APRIL
    monkeypatch.setattr(clock, "now", lambda: campus.at)
    return campus


def officer(username: str, *grants: str) -> Person:
    who = person(username, f"{username}老师", unit("B02", "机关工会分会"))
    appoint(who, *grants)
    return who


def block(at: datetime) -> Block:
    return Block.objects.create(
        from_xid=0, to_xid=1, rows=1, previous_hash="", hash="cd" * 32, at=at
    )


@pytest.mark.clause("R059")
@pytest.mark.clause("7.1③")
def test_a_confirmed_cash_out_takes_the_subsidy_back_once_and_bars_the_payer(
    house: Campus,
) -> None:
    """Hit, rows opened, own matter refused, confirmed: the union's share is gone, exactly."""
    wang = officer("wang", "merchants.risk", "merchants.decide", "wallet.desk")
    scan = detecting.scan(month=MARCH, by=None, at=APRIL)
    assert (scan.trades, scan.hits, scan.fresh) == (6, 2, 2)  # a split, and all to one merchant
    assert detecting.scan(month=MARCH, by=None, at=APRIL).fresh == 0
    one = Suspicion.objects.get(detector="split")
    lin = Person.objects.get(username="lin")
    with pytest.raises(refusals.OwnMatter):
        deciding.confirm(suspicion_id=one.pk, by=lin, at=APRIL, because="我看没事")
    with pytest.raises(refusals.ReasonMissing):
        deciding.exclude(suspicion_id=one.pk, by=wang, at=APRIL, because=" ")

    client = Client()
    client.force_login(wang)
    page = reverse("merchants:suspicion", args=[one.pk])
    shown = client.get(page).content.decode()
    assert "最短间隔 41 分钟" in shown
    assert "lin" in shown  # who decides reads names
    done = client.post(page, {"do": "confirm", "because": "没有货物"}, follow=True)
    assert "认定套现" in done.content.decode()
    owed = 4 * 4280 * 6 // 5
    one.refresh_from_db()
    assert (one.state, one.taken_fen) == ("confirmed", owed)
    taken = SubsidyAdjustment.objects.filter(kind="penalty")
    assert sum(each.delta_fen for each in taken) == -owed
    assert Wallet.objects.get(owner=lin).barred_at == APRIL
    assert Wallet.objects.get(owner__username="mo").barred_at is None
    with pytest.raises(refusals.AlreadyDecided):
        deciding.confirm(suspicion_id=one.pk, by=wang, at=APRIL, because="再扣一次")
    pair = Suspicion.objects.get(detector="pair")
    assert deciding.confirm(suspicion_id=pair.pk, by=wang, at=APRIL, because="同上").taken_fen == 0
    while deliver(at=APRIL):
        pass
    assert Notice.objects.filter(person=lin, title="钱包已停用").exists()
    assert "没有货物" in client.get(reverse("wallet:freezings")).content.decode()


@pytest.mark.clause("R059")
def test_a_cash_out_found_after_the_payout_is_clawed_back_from_the_next_statement(
    house: Campus, organization: dict[str, Person]
) -> None:
    """The frozen month stays; the next one bears it in its own column, the ledger once."""
    detecting.scan(month=MARCH, by=None, at=APRIL)
    one = Suspicion.objects.get(detector="split")
    review = months.freeze(month=MARCH, by=None, at=APRIL.replace(day=7, hour=15))
    late = APRIL.replace(day=9)
    wang = organization["wang"]
    done = deciding.confirm(suspicion_id=one.pk, by=wang, at=late, because="进货单对不上")
    owed = 4 * 4280 * 6 // 5
    assert done.taken_fen == owed
    kinds = {each.kind: each.delta_fen for each in SubsidyAdjustment.objects.all()}
    assert set(kinds) == {"clawed"}, "no correction of a statement besides"
    booked = Transfer.objects.get(code="settle.claw")
    assert (booked.amount_fen, booked.document) == (owed, f"suspicion:{one.pk}:{one.merchant_id}")
    pair = Suspicion.objects.get(detector="pair")
    again = deciding.confirm(suspicion_id=pair.pk, by=wang, at=late, because="同上")
    assert again.taken_fen == 0, "a share is taken once"
    months.freeze(month=late.date(), by=None, at=datetime(2025, 5, 6, 15, tzinfo=CAMPUS))
    found = settlement.statement(one.merchant_id, late.date().replace(day=1))
    assert found is not None
    assert (found.clawed_fen, found.corrected_fen, found.rest_fen) == (owed, 0, -owed)
    assert statements.again(review) == review.digest


def test_who_may_look_sees_masked_payers_and_cannot_decide(house: Campus) -> None:
    detecting.scan(month=MARCH, by=None, at=APRIL)
    one = Suspicion.objects.get(detector="split")
    tang = Client()
    tang.force_login(officer("tang", "merchants.risk"))
    page = reverse("merchants:suspicion", args=[one.pk])
    shown = tang.get(page).content.decode()
    assert "lin老师" not in shown
    assert "不能认定" in shown
    assert tang.post(page, {"do": "confirm", "because": "不该"}).status_code == 403
    assert tang.post(reverse("merchants:risk")).status_code == 403
    assert Scan.objects.count() == 1
    assert "误报率" in tang.get(reverse("merchants:risk")).content.decode()


@pytest.mark.breaks
@pytest.mark.clause("R058")
def test_the_sample_is_drawn_from_the_last_block_as_anybody_computes_it(house: Campus) -> None:
    """C1: from the block's hash to the same numbers."""
    with pytest.raises(refusals.NoBlock):
        calling.draw(month=MARCH, by=None, at=APRIL)
    seal = block(APRIL)
    with pytest.raises(refusals.MonthNotOver):
        calling.draw(month=APRIL.date(), by=None, at=APRIL)
    sample = calling.draw(month=MARCH, by=None, at=APRIL)
    assert calling.draw(month=MARCH, by=None, at=APRIL).pk == sample.pk
    sold = sampling.by_merchant((one.merchant, one.number) for one in wallet.sold(MARCH, at=APRIL))
    seed = sampling.seed_of(MARCH, seal.hash)
    again = sampling.draw(sold, seed, 5)
    drawn = list(CallBack.objects.values_list("number", flat=True))
    assert sorted(drawn) == sorted(number for rows in again.values() for number in rows)
    assert (sample.population, sample.drawn, sample.merchants) == (6, 2, 2)
    assert [one.offenders() for one in AUDITS] == [[], []]
    early = datetime(2025, 3, 11, 9, tzinfo=CAMPUS)  # what comes in afterwards changes no sample
    assert [len(wallet.sold(MARCH, at=at)) for at in (early, sample.drawn_at)] == [4, 6]
    CallBack.objects.filter(merchant="M02").update(merchant="M01")
    Merchant.objects.filter(number="M02").update(deposit_fen=1)
    assert all(one.offenders() for one in AUDITS), "what nobody drew or booked is named"


@pytest.mark.clause("R058")
@pytest.mark.clause("7.1③")
def test_calls_are_reported_by_sheet_and_by_page_and_count_in_k22(house: Campus) -> None:
    """Who was not reached is replaced; who denies is suspected; the firm alone sees phones."""
    seed = sampling.seed_of(MARCH, block(APRIL).hash)
    calling.draw(month=MARCH, by=None, at=APRIL)
    sold = sampling.by_merchant((one.merchant, one.number) for one in wallet.sold(MARCH, at=APRIL))
    again = sampling.draw(sold, seed, 5)
    house.at = APRIL + timedelta(days=1)
    firm = Client()
    firm.force_login(officer("caller2", "merchants.call"))
    listed = reverse("merchants:calls")
    names = openpyxl.load_workbook(io.BytesIO(firm.get(listed, {"as": "xlsx"}).content)).worksheets[
        0
    ]
    assert [cell.value for cell in names[1]][:3] == ["单号", "消费时间", "商户"]
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["单号", "结果", "通话时间", "说明"])
    m1, m2 = again["M01"][0], again["M02"][0]
    sheet.append([m1, "未接通", "2025-04-01 10:00", ""])
    sheet.append([m2, "属实", "2025-04-01 10:05", ""])
    sheet.append(["P-0301-99999", "属实", "2025-04-01 10:05", ""])
    sheet.append([m2, "大概", "2025-04-01 10:05", ""])
    sheet.append([m2, "属实", "2024-12-31", ""])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    out.name = "r.xlsx"
    shown = firm.post(listed, {"file": out}).content.decode()
    assert "记入 2 行，早已记过 1 行，有错 2 行" in shown
    assert "不在回访样本里" in shown
    assert "属实、否认消费、承认套现、未接通之一" in shown
    after = CallBack.objects.get(instead_of__number=m1)
    assert after.number == sampling.order(sold["M01"], seed)[1]
    march = indicators.figure("K22", on=house.at.date(), first=MARCH).now.tally
    assert march is not None
    assert (march.hits, march.n) == (1, 6)

    said = firm.post(
        reverse("merchants:reporting", args=[after.pk]), {"result": "denied", "note": "没买过"}
    )
    assert said.status_code == 302
    odd = Suspicion.objects.get(detector="call")
    assert odd.payments == [after.payment_id]
    assert "没买过" in odd.words
    sun = Client()
    sun.force_login(officer("sun2", "merchants.risk"))
    body = sun.get(reverse("merchants:sample", args=["2025-03"])).content.decode()
    assert seed in body
    population = sun.get(reverse("merchants:sample", args=["2025-03"]), {"as": "csv"})
    assert population.content.decode("utf-8-sig").count("P-03") == 6
    assert sun.get(listed).status_code == 403  # names and phones are for the firm alone


@pytest.mark.clause("R058")
def test_the_firms_system_reports_signed_and_repeats_safely(house: Campus, settings: Any) -> None:
    block(APRIL)
    calling.draw(month=MARCH, by=None, at=APRIL)
    one, two = CallBack.objects.order_by("pk")
    house.at = APRIL + timedelta(days=2)

    def push(body: Any, secret: str = "", late: int = 0) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        stamp = str(int(house.at.timestamp()) - late)
        path = "/merchants/results/"
        mac = signature(secret or settings.CALLBACK_SECRET, "POST", path, stamp, body=raw)
        heads = {"X-Key-Id": settings.CALLBACK_KEY_ID, "X-Timestamp": stamp, "X-Signature": mac}
        return Client().post(path, raw, content_type="application/json", headers=heads)

    called = (APRIL + timedelta(days=1)).isoformat()
    rows = [
        {"number": one.number, "result": "true", "called_at": called},
        {"number": two.number, "result": "true", "called_at": "2024-01-01T00:00:00+08:00"},
        {"number": "P-0101-00000\0", "result": "true", "called_at": called},
        {"number": two.number, "result": "maybe", "called_at": called},
    ]
    told = [each["state"] for each in push({"rows": rows}).json()["rows"]]
    assert told == ["taken", "refused", "refused", "refused"]
    assert [each["state"] for each in push({"rows": rows[:1]}).json()["rows"]] == ["known"]
    other = push({"rows": [rows[0] | {"result": "denied"}]}).json()["rows"][0]
    assert other["refused"]["code"] == "merchants.already_reported"
    assert push({"rows": rows}, secret="wrong").status_code == 401
    assert push({"rows": rows}, late=301).status_code == 401
    for wrong in (b"{", {"rows": 1}, {"rows": [1]}, {"rows": [rows[0] | {"called_at": "now"}]}):
        assert push(wrong).status_code == 422
    settings.CALLBACK_SECRET = ""
    assert push({"rows": rows}).status_code == 401
    assert CallSample.objects.get().calls.exclude(result="").count() == 1


@pytest.mark.clause("T57")
def test_an_appeal_has_an_owner_a_reminder_and_a_deputy_when_it_is_late(
    campus: Campus, organization: dict[str, Person]
) -> None:
    """One working day: the owner hears at once, on its last morning, and late with the deputy."""
    mo = organization["mo"]
    wallet_of_mo = campus.member("mo", ecny=20_000)
    noon = campus.at
    for minute in (0, 10, 20):
        campus.pay(wallet_of_mo, 500, at=noon + timedelta(minutes=minute))
    freezing = Freezing.objects.get()
    freezings.appeal(freezing_id=freezing.pk, text="不是套现", by=mo, at=noon)
    while deliver(at=noon):
        pass
    about = Notice.objects.filter(about__startswith="wallet.appeal/")
    assert [one.person for one in about] == [organization["wang"]]
    due = Timer.objects.filter(kind=telling.APPEAL_DUE).order_by("due_at")
    assert [f"{one.due_at.astimezone(CAMPUS):%m-%d %H:%M}" for one in due] == [
        "03-11 09:00", "03-12 00:00",
    ]  # fmt: skip
    for timer in due:
        telling.appeal_due(timer, timer.due_at)
    late = about.filter(about__endswith="/late")
    assert {one.person.username for one in late} == {"wang", "qian"}
    freezings.release(freezing_id=freezing.pk, by=organization["wang"], at=noon, because="属实")
    before = about.count()
    telling.appeal_due(due[0], due[0].due_at)
    assert about.count() == before
