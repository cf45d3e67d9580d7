"""Three quotes: sealed, opened together, cleared, explained, held, withdrawn, awarded."""

import json
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from smartunion.domains.procurement.actions import clearing, keys, requesting, suppliers, tendering
from smartunion.domains.procurement.models import Explanation, Purchase, Quote, Tender
from smartunion.domains.procurement.reads import results
from smartunion.domains.procurement.reads.keys import live
from smartunion.domains.procurement.rules import refusals
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger.models import Encumbrance, Transfer
from smartunion.kernel.people.models import Unit
from smartunion.kernel.procedures import ballots, engine
from smartunion.kernel.procedures import refusals as engine_refusals
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun

from .conftest import SAYING, Shop

pytestmark = pytest.mark.django_db


# ---------- the eight steps ----------


@pytest.mark.clause("R029")
@pytest.mark.clause("R030")
@pytest.mark.clause("R032")
def test_june_gifts_go_their_eight_steps_in_order(shop: Shop) -> None:
    """需求征集→供应商比选→三方报价→工会常委会审议→合同签订→验收→付款→公示, none skipped."""
    purchase = shop.gathered(june_gifts=True)
    with pytest.raises(refusals.WrongState, match="供应商比选"):
        shop.run(purchase, "quoted")
    tender = shop.announced(purchase=purchase)
    for name, k in {"甲": 92, "乙": 98, "丙": 101}.items():
        shop.quote(tender, name, k * 1000_00)
    shop.opened(tender)
    clearing.award(tender_id=tender.pk, by=shop.cast["wang"], at=shop.at)
    shop.vote(purchase)
    shop.signed(purchase)
    assert (
        Encumbrance.objects.get(document=f"procurement:{purchase.number}").amount_fen == 92_000_00
    )
    shop.inspected(purchase)
    shop.paid(purchase)
    assert shop.stage(purchase) == "公示"
    steps = purchase.case.runs.order_by("pk").values_list("step", flat=True)
    assert " ".join(steps) == (
        "gathered compared quoted deliberated signed inspected paid publicized"
    )
    spent = Transfer.objects.get(document=f"procurement:{purchase.number}")
    assert (spent.amount_fen, spent.budget_code) == (92_000_00, "2025/3.1/gifts")


@pytest.mark.clause("R031")
def test_june_gifts_promise_the_tenth_of_may(shop: Shop) -> None:
    purchase = shop.gathered(june_gifts=True)
    purchase.case.refresh_from_db()
    assert purchase.case.promised_at == datetime(2025, 5, 11, tzinfo=CAMPUS)


@pytest.mark.clause("R033")
def test_the_chair_leads_and_the_procurement_centre_stands_in(shop: Shop) -> None:
    purchase = shop.ask()
    run = shop.run(purchase, "gathered")
    assert (run.lead, run.backup) == (shop.cast["wang"], shop.cast["zhou"])


# ---------- sealing ----------


@pytest.mark.clause("R036")
def test_nobody_reads_a_price_in_the_table_before_the_opening(shop: Shop) -> None:
    tender = shop.announced()
    sealed = shop.quote(tender, "甲", 92_345_67)
    row = json.dumps(Quote.objects.filter(pk=sealed.pk).values().get(), default=str)
    assert "9234567" not in row
    assert sealed.price_fen is None
    one = live()[0]
    with pytest.raises(refusals.KeysTooFew):
        tendering.open_quotes(
            tender_id=tender.pk, passphrases={one.pk: f"{SAYING}wang"}, by=shop.cast["wang"],
            at=tender.closes_at + timedelta(seconds=1),
        )  # fmt: skip


def test_any_two_of_the_three_holders_open_and_a_wrong_sentence_does_not(shop: Shop) -> None:
    tender = shop.announced()
    for name, k in {"甲": 92, "乙": 98, "丙": 101}.items():
        shop.quote(tender, name, k * 1000_00)
    shop.later(days=4)
    first, _, third = live()
    with pytest.raises(refusals.KeyWrong, match="孙敬之"):
        tendering.open_quotes(
            tender_id=tender.pk, by=shop.cast["sun"], at=shop.at,
            passphrases={first.pk: f"{SAYING}wang", third.pk: "猜一个口令"},
        )  # fmt: skip
    assert Tender.objects.get(pk=tender.pk).opened_at is None
    tendering.open_quotes(
        tender_id=tender.pk, by=shop.cast["sun"], at=shop.at,
        passphrases={first.pk: f"{SAYING}wang", third.pk: f"{SAYING}sun"},
    )  # fmt: skip
    prices = Quote.objects.order_by("price_fen").values_list("price_fen", flat=True)
    assert list(prices) == [92_000_00, 98_000_00, 101_000_00]


def test_a_key_changed_after_the_notice_does_not_open_it_but_the_other_two_do(shop: Shop) -> None:
    tender = shop.announced()
    for name in ("甲", "乙", "丙"):
        shop.quote(tender, name, 92_000_00)
    keys.choose(passphrase="换了一句话说", by=shop.cast["wang"], at=shop.at)
    shop.later(days=4)
    new = {key.office: key for key in live()}
    with pytest.raises(refusals.KeysTooFew):
        tendering.open_quotes(
            tender_id=tender.pk, by=shop.cast["sun"], at=shop.at,
            passphrases={
                new["welfare_committee_chair"].pk: "换了一句话说",
                new["audit_director"].pk: f"{SAYING}sun",
            },
        )  # fmt: skip
    tendering.open_quotes(
        tender_id=tender.pk, by=shop.cast["sun"], at=shop.at,
        passphrases={
            new["procurement_centre"].pk: f"{SAYING}zhou",
            new["audit_director"].pk: f"{SAYING}sun",
        },
    )  # fmt: skip


def test_quotes_cannot_be_opened_before_the_deadline(shop: Shop) -> None:
    tender = shop.announced()
    shop.quote(tender, "甲", 92_000_00)
    with pytest.raises(refusals.NotOpenYet):
        shop.opened(tender, at=tender.closes_at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Tender.objects.filter(pk=tender.pk).update(
            opened_at=tender.closes_at, state=Tender.State.OPENED
        )


def test_a_quote_late_by_one_second_is_refused_by_the_action_and_by_the_table(shop: Shop) -> None:
    tender = shop.announced()
    in_time = shop.quote(tender, "甲", 92_000_00, at=tender.closes_at)
    assert in_time.submitted_at == tender.closes_at
    late = tender.closes_at + timedelta(seconds=1)
    with pytest.raises(refusals.TooLate, match="截止"):
        shop.quote(tender, "乙", 91_000_00, at=late)
    with pytest.raises(IntegrityError, match="deadline"), transaction.atomic():
        Quote.objects.create(
            tender=tender, supplier=shop.suppliers["乙"], commitment="0" * 64, sealed={},
            submitted_by=shop.sellers["乙"], submitted_at=late,
        )  # fmt: skip


def test_a_newer_quote_replaces_and_the_older_stays_in_the_record(shop: Shop) -> None:
    tender = shop.announced()
    shop.quote(tender, "甲", 99_000_00)
    shop.quote(tender, "甲", 92_000_00)
    for name in ("乙", "丙"):
        shop.quote(tender, name, 98_000_00)
    shop.opened(tender)
    assert Quote.objects.filter(supplier=shop.suppliers["甲"]).count() == 2
    latest = Tender.objects.get().clearings.latest("number")
    assert latest.result["price_fen"] == 92_000_00


def test_a_sealed_quote_and_a_frozen_notice_cannot_be_changed(shop: Shop) -> None:
    tender = shop.announced()
    sealed = shop.quote(tender, "甲", 92_000_00)
    for change in ({"commitment": "1" * 64}, {"sealed": {}}, {"price_fen": 1}):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Quote.objects.filter(pk=sealed.pk).update(**change)
    for change in ({"closes_at": tender.closes_at + timedelta(days=1)}, {"notice": {}}):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Tender.objects.filter(pk=tender.pk).update(**change)


# ---------- who may quote ----------


def test_over_the_ceiling_is_refused_before_it_is_sealed(shop: Shop) -> None:
    tender = shop.announced(fen=100_000_00)
    shop.quote(tender, "甲", 100_000_00)
    with pytest.raises(refusals.OverCeiling, match=r"100,000\.01"):
        shop.quote(tender, "乙", 100_000_01)


def test_who_is_not_invited_or_has_no_account_does_not_quote(shop: Shop) -> None:
    tender = shop.announced()
    shop.supplier("丁")
    with pytest.raises(refusals.NotInvited):
        shop.quote(tender, "丁", 92_000_00)
    with pytest.raises(refusals.NoAccount):
        tendering.quote(
            tender_id=tender.pk, unit_prices={"礼包": 1}, by=shop.cast["lin"], at=shop.at
        )


def test_a_barred_supplier_is_neither_invited_nor_heard(shop: Shop) -> None:
    tender = shop.announced()
    bad = shop.suppliers["甲"]
    bad.barred_until_on, bad.barred_because = date(2028, 1, 1), "串通报价"
    bad.save()
    with pytest.raises(refusals.Blacklisted, match="2028年1月1日"):
        shop.quote(tender, "甲", 92_000_00)
    with pytest.raises(refusals.Blacklisted):
        shop.announced(("甲", "乙", "丙"))


def test_fewer_than_three_invited_is_refused(shop: Shop) -> None:
    with pytest.raises(refusals.InvitedTooFew):
        shop.announced(("甲", "乙"))


# ---------- clearing ----------


@pytest.mark.clause("R036")
def test_two_quotes_end_as_failed_and_are_announced_anew_never_the_best_of_two(shop: Shop) -> None:
    tender = shop.announced()
    shop.quote(tender, "甲", 92_000_00)
    shop.quote(tender, "乙", 98_000_00)
    shop.opened(tender)
    with pytest.raises(refusals.NoCandidate):
        clearing.award(tender_id=tender.pk, by=shop.cast["wang"], at=shop.at)
    clearing.fail(tender_id=tender.pk, by=shop.cast["wang"], at=shop.at, because="只有两家")
    purchase = Purchase.objects.get()
    assert shop.stage(purchase) == "供应商比选"
    again = shop.announced(("甲", "乙", "丙", "丁"), purchase=purchase)
    assert again.number.endswith("-2")
    for name, k in {"甲": 92, "乙": 98, "丙": 101}.items():
        shop.quote(again, name, k * 1000_00)
    shop.opened(again)
    clearing.award(tender_id=again.pk, by=shop.cast["wang"], at=shop.at)
    assert shop.stage(purchase) == "工会常委会审议"


@pytest.mark.clause("R036")
def test_the_general_form_cannot_pass_two_quotes_either(shop: Shop) -> None:
    tender = shop.announced()
    with pytest.raises(refusals.TooFewQuotes, match="2 家"):
        shop.do(tender.purchase, "quoted", "wang", quotes=2)


@pytest.mark.clause("R035")
def test_the_stored_result_can_be_computed_again_from_its_stored_inputs(shop: Shop) -> None:
    tender = shop.tender(甲=92, 乙=98, 丙=101, 丁=103, 戊=146)
    latest = tender.clearings.latest("number")
    assert latest.result["first_mean"] == [108_000_00, 1]
    assert latest.result["second_mean"] == [98_500_00, 1]
    assert latest.result["price_fen"] == 92_000_00
    assert results.computed(latest.inputs) == latest.result


def test_a_low_price_is_asked_and_an_accepted_explanation_restores_it(shop: Shop) -> None:
    tender = shop.tender(甲=80, 乙=104, 丙=130, 丁=131, 戊=132)
    with pytest.raises(refusals.ExplanationPending, match="甲"):
        clearing.award(tender_id=tender.pk, by=shop.cast["wang"], at=shop.at)
    low = tender.quotes.get(supplier__name="甲")
    with pytest.raises(refusals.ExplanationPending):
        clearing.decide_explanation(
            tender_id=tender.pk,
            quote_id=low.pk,
            accepted=False,
            by=shop.cast["tang"],
            at=shop.at,
            because="太低",
        )
    clearing.explain(tender_id=tender.pk, text="自有工厂", by=shop.sellers["甲"], at=shop.at)
    clearing.decide_explanation(
        tender_id=tender.pk,
        quote_id=low.pk,
        accepted=True,
        by=shop.cast["tang"],
        at=shop.at,
        because="核过成本",
    )
    latest = tender.clearings.latest("number")
    assert (latest.number, latest.result["candidate"]) == (2, "S01")


def test_a_low_price_without_explanation_lapses_by_the_clock(shop: Shop) -> None:
    """Opened on Thursday, due on Friday 24:00."""
    tender = shop.tender(甲=80, 乙=104, 丙=130, 丁=131, 戊=132)
    said = Explanation.objects.get()
    assert said.due_at == datetime(2025, 4, 12, tzinfo=CAMPUS)
    shop.at = said.due_at - timedelta(seconds=1)
    shop.later(seconds=0)
    assert Explanation.objects.get().accepted is None
    shop.later(seconds=1)
    assert Explanation.objects.get().accepted is False
    with pytest.raises(refusals.ExplanationClosed):
        clearing.explain(tender_id=tender.pk, text="晚了", by=shop.sellers["甲"], at=shop.at)
    latest = tender.clearings.latest("number")
    assert (latest.result["candidate"], latest.result["waiting"]) == ("S02", [])


@pytest.mark.clause("T68")
def test_flags_hold_the_award_until_two_different_panelists_give_reasons(shop: Shop) -> None:
    tender = shop.tender(甲=96, 乙=97, 丙=98, 丁=99)
    award = {"tender_id": tender.pk, "by": shop.cast["wang"], "at": shop.at}
    with pytest.raises(refusals.OnHold, match="F2、F3"):
        clearing.award(**award)
    judge = {"tender_id": tender.pk, "at": shop.at, "because": "三家来自同一批发市场，成本相近"}
    clearing.judge(by=shop.cast["tang"], **judge)
    with pytest.raises(refusals.DecidedAlready):
        clearing.judge(by=shop.cast["tang"], **judge)
    with pytest.raises(refusals.NotPanel):
        clearing.judge(by=shop.cast["lin"], **judge)
    with pytest.raises(refusals.OnHold):
        clearing.award(**award)
    clearing.judge(by=shop.cast["chen"], **judge)
    assert clearing.award(**award).price_fen == 96_000_00


def test_a_recused_panelist_decides_nothing(shop: Shop) -> None:
    tender = shop.tender(甲=96, 乙=97, 丙=98, 丁=99)
    tendering.recuse(
        tender_id=tender.pk, by=shop.cast["tang"], at=shop.at, because="丙的负责人是我同学"
    )
    with pytest.raises(refusals.OwnMatter):
        clearing.judge(tender_id=tender.pk, by=shop.cast["tang"], at=shop.at, because="没有问题")


@pytest.mark.clause("R034")
def test_linked_suppliers_count_once_and_the_panel_says_which_before_prices_are_seen(
    shop: Shop,
) -> None:
    shop.supplier("甲", bank_account="6222-同一个")
    shop.supplier("乙", bank_account="6222-同一个")
    tender = shop.announced(("甲", "乙", "丙", "丁"))
    for name, k in {"甲": 92, "乙": 98, "丙": 101, "丁": 99}.items():
        shop.quote(tender, name, k * 1000_00)
    shop.later(days=4)
    with pytest.raises(refusals.LinksUndecided, match="收款账户"):
        shop.opened(tender, at=shop.at)
    tendering.rule_on_links(
        tender_id=tender.pk, counted_id=shop.suppliers["乙"].pk, by=shop.cast["tang"], at=shop.at,
        because="乙先成立，甲由其设立",
    )  # fmt: skip
    shop.opened(tender, at=shop.at)
    latest = tender.clearings.latest("number")
    assert latest.result["valid"] == ["S02", "S04", "S03"]
    assert latest.result["out"] == {"S01": "与另一家关联，只计一家"}
    assert "F7" in {flag["code"] for flag in latest.result["flags"]}


def test_three_quotes_from_one_machine_are_one(shop: Shop) -> None:
    tender = shop.announced()
    for name, k in {"甲": 92, "乙": 98, "丙": 101}.items():
        shop.quote(tender, name, k * 1000_00, device="同一台电脑")
    shop.later(days=4)
    tendering.rule_on_links(
        tender_id=tender.pk, counted_id=shop.suppliers["甲"].pk, by=shop.cast["tang"], at=shop.at,
        because="三份来自同一台电脑",
    )  # fmt: skip
    shop.opened(tender, at=shop.at)
    assert tender.clearings.latest("number").result["outcome"] == "FAILED"


@pytest.mark.clause("T68")
def test_a_winner_who_gives_up_forfeits_with_everyone_linked_and_the_rest_is_cleared_anew(
    shop: Shop,
) -> None:
    shop.supplier("甲", controller="同一老板")
    shop.supplier("乙", controller="同一老板")
    tender = shop.announced(("甲", "乙", "丙", "丁", "戊"))
    for name, k in {"甲": 60, "乙": 61, "丙": 95, "丁": 99, "戊": 140}.items():
        shop.quote(tender, name, k * 1000_00)
    shop.later(days=4)
    tendering.rule_on_links(
        tender_id=tender.pk, counted_id=shop.suppliers["甲"].pk, by=shop.cast["tang"], at=shop.at,
        because="先成立",
    )  # fmt: skip
    shop.opened(tender, at=shop.at)
    first = tender.clearings.latest("number").result
    low = tender.quotes.get(supplier__name="甲")
    if first["candidate"] != "S01":
        clearing.explain(tender_id=tender.pk, text="做得到", by=shop.sellers["甲"], at=shop.at)
        clearing.decide_explanation(
            tender_id=tender.pk,
            quote_id=low.pk,
            accepted=True,
            by=shop.cast["tang"],
            at=shop.at,
            because="先信",
        )
    again = clearing.give_up(
        tender_id=tender.pk, by=shop.cast["wang"], at=shop.at, because="供应商书面放弃"
    )
    assert again.result["candidate"] == "S03"
    assert set(again.result["out"]) == {"S01", "S02"}


def test_a_winner_who_gives_up_after_the_vote_sends_the_case_back_to_the_quotes(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101, 丁=103)
    shop.vote(purchase)
    tender = purchase.tenders.get()
    clearing.give_up(tender_id=tender.pk, by=shop.cast["wang"], at=shop.at, because="不供货了")
    assert shop.stage(purchase) == "三方报价"
    latest = tender.clearings.latest("number").result
    assert latest["candidate"] == "S02"


def test_the_committee_may_say_no(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase, no=7)
    assert shop.stage(purchase) == "已办结"
    purchase.case.refresh_from_db()
    assert purchase.case.facts["approved"] is False


# ---------- contract, acceptance, payment ----------


def test_a_contract_at_another_price_is_refused(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    with pytest.raises(refusals.PriceDiffers, match=r"92,000\.00"):
        shop.signed(purchase, 95_000_00)
    run = shop.run(purchase, "signed")
    with pytest.raises(engine_refusals.OutputMissing):
        engine.pass_step(run_id=run.pk, facts={}, by=shop.cast["wang"], at=shop.at)
    with pytest.raises(refusals.SignedOnDeskOnly):
        shop.do(purchase, "signed", "wang")


def test_a_deduction_needs_its_reason_and_frees_the_rest(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    shop.signed(purchase)
    shop.inspected(purchase)
    with pytest.raises(refusals.ReasonMissing):
        shop.paid(purchase, amount_fen=90_000_00)
    shop.paid(purchase, amount_fen=90_000_00, because="少两箱")
    rows = Encumbrance.objects.filter(document=f"procurement:{purchase.number}")
    assert [(r.kind, r.amount_fen) for r in rows.order_by("pk")] == [
        ("encumber", 92_000_00), ("spend", -90_000_00), ("release", -2_000_00),
    ]  # fmt: skip


def test_bad_goods_go_back_once_and_are_not_paid(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    shop.signed(purchase)
    shop.inspected(purchase, accepted=False)
    assert shop.stage(purchase) == "合同签订"
    shop.signed(purchase)
    shop.inspected(purchase)
    shop.paid(purchase)
    assert Transfer.objects.filter(document=f"procurement:{purchase.number}").count() == 1


def test_one_person_cannot_accept_alone(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    shop.signed(purchase)
    shop.do(purchase, "inspected", "tang", accepted=True)
    with pytest.raises(engine_refusals.SignedAlready):
        shop.do(purchase, "inspected", "tang", accepted=True)
    assert shop.stage(purchase) == "验收"


def test_a_line_without_money_buys_nothing(shop: Shop) -> None:
    with pytest.raises(refusals.BudgetShort):
        shop.ask(5_000_000_00)
    with pytest.raises(refusals.BudgetUnknown):
        shop.ask(line="3.1/nothing")


@pytest.mark.clause("R215")
def test_a_request_that_looks_split_says_so_in_its_case(shop: Shop) -> None:
    shop.ask(60_000_00)
    shop.later(days=10)
    second = shop.ask(40_000_00)
    assert "合计 100,000.00 元" in second.case.facts["split"]
    shop.later(days=40)
    third = shop.ask(40_000_00)
    assert "split" not in third.case.facts


# ---------- blacklist ----------


@pytest.mark.clause("P27")
def test_a_supplier_is_barred_by_evidence_hearing_and_vote_only(shop: Shop) -> None:
    supplier = shop.supplier("甲")
    barring = suppliers.propose_barring(
        supplier_id=supplier.pk, by=shop.cast["zhou"], at=shop.at, because="两次串通报价"
    )
    for step, output, facts in (
        ("reported", "evidence", {"grounds": "两次串通报价", "years": 2}),
        ("heard", "hearing", {"defense": "4月8日书面通知，未申辩"}),
    ):
        run = barring.case.runs.get(step=step, state="open")
        engine.pass_step(
            run_id=run.pk, facts=facts, outputs={output: Given(text="附件")},
            by=run.lead, at=shop.at,
        )  # fmt: skip
    run = barring.case.runs.get(step="decided")
    for voter in run.poll.voters.all():
        if StepRun.objects.get(pk=run.pk).state == "open":
            ballots.cast(run_id=run.pk, choice="yes", by=voter.person, at=shop.at)
    shop.later(minutes=1)
    supplier.refresh_from_db()
    assert supplier.barred_until_on == date(2027, 4, 7)
    with pytest.raises(refusals.Blacklisted):
        requesting.single(
            title="x", category="x", amount_fen=1_00, line="3.1/gifts", because="x",
            unit=Unit.objects.get(code="C1"), supplier_id=supplier.pk, by=shop.cast["wang"],
            at=shop.at,
        )  # fmt: skip
