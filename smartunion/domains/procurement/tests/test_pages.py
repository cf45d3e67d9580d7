"""The pages: who sees what, what is typed is kept, what anybody may compute again."""

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from smartunion.domains.procurement.models import OpeningKey, Purchase, Quote, Tender
from smartunion.domains.procurement.reads.keys import live
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Unit

from .conftest import SAYING, Shop

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch, shop: Shop):
    """Set the clock to the shop's moment, and again whenever it has moved."""

    def set_clock() -> None:
        offset = (shop.at - datetime.now(CAMPUS)).total_seconds()
        monkeypatch.setenv(clock.VARIABLE, str(offset))

    set_clock()
    return set_clock


def client_of(shop: Shop, who: str) -> Client:
    client = Client()
    person = shop.cast.get(who) or shop.sellers[who]
    client.force_login(person)
    return client


def test_a_tender_from_the_notice_to_the_award_by_hand(shop: Shop, now) -> None:
    """Desk and phones: announce, three sealed quotes, two sentences, award."""
    wang = client_of(shop, "wang")
    purchase = shop.gathered()
    ids = [shop.supplier(name).pk for name in ("甲", "乙", "丙")]
    run = shop.run(purchase, "compared")
    form = {
        "closes_at": (shop.at + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"),
        "items": "绘本礼盒 10 份\n牛奶 20 箱", "suppliers": ids, "panel": "tang chen gu",
    }  # fmt: skip
    wrong = wang.post(f"/procurement/steps/{run.pk}/announcing/", {**form, "panel": "tang nobody"})
    assert "没有这些工号：nobody" in wrong.content.decode()
    assert "牛奶 20 箱" in wrong.content.decode(), "what was typed is kept"
    assert wang.post(f"/procurement/steps/{run.pk}/announcing/", form).status_code == 302
    tender = Tender.objects.get()
    for name, units in {"甲": (30, 20), "乙": (32, 21), "丙": (35, 22)}.items():
        seller = client_of(shop, name)
        assert "还没有报" in seller.get("/supply/").content.decode()
        page = seller.post(
            f"/supply/{tender.pk}/", {"item0": units[0], "item1": units[1]}, follow=True
        )
        assert "报价已密封" in page.content.decode()
    shown = wang.get(f"/procurement/tenders/{tender.pk}/").content.decode()
    assert "已收到 3 份密封报价" in shown
    assert "700.00" not in shown
    assert wang.get(f"/procurement/tenders/{tender.pk}/opening/").status_code == 200
    shop.at = tender.closes_at + timedelta(minutes=1)
    now()
    holders = live()
    opening = f"/procurement/tenders/{tender.pk}/opening/"
    # three quotes from one address and one browser count as one device: the panel rules first
    held = wang.post(opening, {f"key{k.pk}": f"{SAYING}{k.holder.username}" for k in holders[:2]})
    assert held.status_code == 409
    assert "有关联" in held.content.decode()


def test_a_wrong_sentence_says_whose(shop: Shop, now) -> None:
    tender = shop.announced()
    for name in ("甲", "乙", "丙"):
        shop.quote(tender, name, 90_000_00)
    shop.at = tender.closes_at + timedelta(minutes=1)
    now()
    wang = client_of(shop, "wang")
    first, second, _ = live()
    answer = wang.post(
        f"/procurement/tenders/{tender.pk}/opening/",
        {f"key{first.pk}": f"{SAYING}wang", f"key{second.pk}": "不是这一句"},
    )
    assert answer.status_code == 422
    assert "周启明的开标口令不对" in answer.content.decode()


def test_nobody_s_key_is_stored(shop: Shop) -> None:
    kept = json.dumps(list(OpeningKey.objects.values()), default=str)
    assert SAYING not in kept


def test_the_explanation_of_a_clearing_shows_every_figure(shop: Shop, now) -> None:
    tender = shop.tender(甲=92, 乙=98, 丙=101, 丁=103, 戊=146)
    now()
    page = client_of(shop, "wang").get(f"/procurement/tenders/{tender.pk}/").content.decode()
    for figure in ("108,000.00", "98,500.00", "78,800.00", "118,200.00", "92,000.00", "146,000.00"):
        assert figure in page
    assert "高于上限" in page
    again = client_of(shop, "wang").post(
        f"/procurement/tenders/{tender.pk}/", {"do": "recompute"}, follow=True
    )
    assert "与公布的结果一致" in again.content.decode()


def test_a_panel_member_without_the_desk_sees_their_tender_and_no_other(shop: Shop, now) -> None:
    tender = shop.tender(甲=96, 乙=97, 丙=98, 丁=99)
    now()
    gu = client_of(shop, "gu")
    assert gu.get(f"/procurement/tenders/{tender.pk}/").status_code == 200
    assert gu.get("/procurement/").status_code == 403
    assert client_of(shop, "lin").get(f"/procurement/tenders/{tender.pk}/").status_code == 404
    empty = gu.post(f"/procurement/tenders/{tender.pk}/", {"do": "judge", "because": ""})
    assert empty.status_code == 200
    answer = gu.post(
        f"/procurement/tenders/{tender.pk}/", {"do": "judge", "because": "查过进货单"}, follow=True
    )
    assert "理由已记入" in answer.content.decode()
    award = gu.post(f"/procurement/tenders/{tender.pk}/", {"do": "award", "because": "x"})
    assert award.status_code == 404, "only who keeps the matter awards"


def test_a_supplier_sees_its_own_result_and_nobody_else_s_price(shop: Shop, now) -> None:
    tender = shop.tender(甲=80, 乙=104, 丙=130, 丁=131, 戊=132)
    now()
    page = client_of(shop, "甲").get(f"/supply/{tender.pk}/").content.decode()
    assert "80,000.00" in page
    assert "请写书面说明" in page
    for other in ("104,000.00", "130,000.00", "乙"):
        assert other not in page
    client_of(shop, "甲").post(f"/supply/{tender.pk}/", {"do": "explain", "text": "自有工厂"})
    assert Quote.objects.get(supplier__name="甲").explanation.text == "自有工厂"
    shop.supplier("己")
    assert client_of(shop, "己").get(f"/supply/{tender.pk}/").status_code == 404
    assert client_of(shop, "己").get("/supply/").status_code == 200
    assert client_of(shop, "lin").get("/supply/").status_code == 403


def test_contract_and_payment_by_hand(shop: Shop, now, settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    now()
    wang = client_of(shop, "wang")
    run = shop.run(purchase, "signed")
    form = {"number": "HT-7", "price": "95,000.00", "because": ""}
    file = SimpleUploadedFile("合同.pdf", PDF, "application/pdf")
    no = wang.post(f"/procurement/steps/{run.pk}/signing/", {**form, "file": file})
    assert no.status_code == 422
    assert "与中选价 92,000.00 元不符" in no.content.decode()
    assert "95,000.00" in no.content.decode()
    file = SimpleUploadedFile("合同.pdf", PDF, "application/pdf")
    form["price"] = "92,000.00"
    yes = wang.post(f"/procurement/steps/{run.pk}/signing/", {**form, "file": file}, follow=True)
    assert "已在预算里预留" in yes.content.decode()
    shop.inspected(purchase)
    clerk = Client()
    clerk.force_login(shop.clerk(purchase))
    run = shop.run(purchase, "paid")
    paid = clerk.post(f"/procurement/steps/{run.pk}/paying/", {"amount": "92,000.00"}, follow=True)
    assert "记入总账" in paid.content.decode()


def test_everything_asked_by_hand(shop: Shop, now) -> None:
    """A new purchase by each method; what is missing is said at its field."""
    wang = client_of(shop, "wang")
    unit = Unit.objects.get(code="C1").pk
    form = {
        "method": "single", "title": "设备", "category": "设备", "amount": "100,000.00",
        "line": "3.1/gifts", "unit": unit, "because": "只有一家",
    }  # fmt: skip
    no = wang.post("/procurement/new/", form)
    assert "这个方式要先写明向哪一家买" in no.content.decode()
    supplier = shop.supplier("甲").pk
    assert wang.post("/procurement/new/", {**form, "supplier": supplier}).status_code == 302
    assert Purchase.objects.get().method == "single"
    no = wang.post("/procurement/new/", {**form, "method": "emergency", "supplier": supplier})
    assert "写明是哪一类突发事件" in no.content.decode()
    much = {**form, "method": "compared", "amount": "9,000,000"}
    assert "只剩" in wang.post("/procurement/new/", much).content.decode()
    page = wang.get(f"/procurement/{Purchase.objects.get().pk}/")
    assert page.status_code == 200


@pytest.mark.clause("R035")
def test_anybody_computes_an_award_again_with_the_published_script(
    shop: Shop, now, tmp_path: Path
) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101, 丁=103, 戊=146)
    shop.vote(purchase)
    shop.signed(purchase)
    now()
    anyone = Client()
    assert "关爱礼包" in anyone.get("/public/procurement/").content.decode()
    page = anyone.get(f"/public/procurement/{purchase.number}/").content.decode()
    assert "甲" in page
    assert "146,000.00" in page
    inputs = anyone.get(f"/public/procurement/{purchase.number}/clearing.json")
    for secret in ("S02", "S05", "乙有限", shop.suppliers["乙"].bank_account):
        assert secret not in inputs.content.decode()
    (tmp_path / "clearing.json").write_bytes(inputs.content)
    (tmp_path / "recompute.py").write_bytes(anyone.get("/public/procurement/recompute.py").content)
    told = subprocess.run(
        [sys.executable, "-I", "recompute.py", "clearing.json"], cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (told.returncode, told.stdout.splitlines()[-1]) == (0, "一致 OK")
    changed = json.loads(inputs.content)
    changed["published"]["price_fen"] -= 1
    (tmp_path / "clearing.json").write_text(json.dumps(changed))
    told = subprocess.run(
        [sys.executable, "-I", "recompute.py", "clearing.json"], cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode == 1


def test_every_page_of_a_supplier_opens(shop: Shop, now) -> None:
    shop.supplier("甲", controller="某集团")
    shop.supplier("乙", controller="某集团")
    wang = client_of(shop, "wang")
    assert "供应商名册" in wang.get("/procurement/suppliers/").content.decode()
    page = wang.get(f"/procurement/suppliers/{shop.suppliers['甲'].pk}/about/").content.decode()
    assert "某集团" in page
    assert "乙" in page
    bar = wang.post(
        f"/procurement/suppliers/{shop.suppliers['甲'].pk}/about/",
        {"do": "bar", "because": "以次充好"}, follow=True,
    )  # fmt: skip
    assert "已立件" in bar.content.decode()
    assert wang.get("/procurement/key/").status_code == 200
    tang = client_of(shop, "tang")
    assert (
        tang.post(
            f"/procurement/suppliers/{shop.suppliers['甲'].pk}/about/", {"do": "bar"}
        ).status_code
        == 403
    )
