"""5.1 第7条 and 第12条: experts, challenge, negotiation; three signatures, 48 hours, ten days."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from smartunion.domains.procurement.actions import arguing, requesting
from smartunion.domains.procurement.models import Opinion, Purchase
from smartunion.domains.procurement.reads import emergencies
from smartunion.domains.procurement.rules import limits, refusals
from smartunion.domains.procurement.rules.limits import Opinion as Fact
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.notices.models import Notice
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures import refusals as engine_refusals
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.publicity.refusals import WindowOver
from smartunion.kernel.trail import deliver

from .conftest import Shop

pytestmark = pytest.mark.django_db


def posting_of(purchase: Purchase) -> Posting:
    run = purchase.case.runs.get(step="published")
    return Posting.objects.get(about=f"procedures.steprun:{run.pk}")


def hear(at: datetime) -> None:
    """Let every subscriber hear what has happened."""
    while deliver.deliver(at=at):
        pass


def three_experts(shop: Shop, purchase: Purchase) -> None:
    for name, outside in (("e1", True), ("e2", False), ("e3", False)):
        shop.opinion(purchase, shop.expert(name, outside))


def published(shop: Shop, fen: int = 120_000_00) -> Purchase:
    purchase = shop.single(fen)
    three_experts(shop, purchase)
    arguing.conclude(purchase_id=purchase.pk, by=shop.cast["wang"], at=shop.at)
    return purchase


def challenge(shop: Shop, purchase: Purchase, at: datetime | None = None) -> None:
    """Object, and let an officer who has decided nothing so far find it valid."""
    at = at or shop.at
    objection = publicity.object_to(
        posting_id=posting_of(purchase).pk, name="某公司", contact="13900000000",
        text="我公司也有原厂授权", by=None, at=at,
    )  # fmt: skip
    publicity.reply(objection_id=objection.pk, text="核实中", by=shop.cast["qian"], at=at)
    publicity.uphold(objection_id=objection.pk, because="授权书属实", by=shop.cast["qian"], at=at)
    hear(at)


# ---------- single source ----------


@pytest.mark.clause("R214")
@pytest.mark.clause("R215")
def test_99_999_99_needs_no_experts_and_100_000_00_does(shop: Shop) -> None:
    below = shop.single(99_999_99)
    assert shop.stage(below) == "工会常委会审议"
    at_it = shop.single(100_000_00)
    assert shop.stage(at_it) == "专家论证"


@pytest.mark.clause("R216")
@pytest.mark.clause("T66")
def test_three_different_experts_one_of_them_from_outside(shop: Shop) -> None:
    purchase = shop.single()
    close = {"purchase_id": purchase.pk, "by": shop.cast["wang"], "at": shop.at}
    for name in ("e1", "e2", "e3"):
        shop.opinion(purchase, shop.expert(name, outside=False))
    with pytest.raises(refusals.ExpertsMissing, match="现在有 3 位、校外 0 位"):
        arguing.conclude(**close)
    shop.opinion(purchase, shop.expert("e4", outside=True))
    arguing.conclude(**close)
    assert shop.stage(purchase) == "单一来源公示"


@pytest.mark.clause("R216")
def test_the_same_expert_twice_is_refused(shop: Shop) -> None:
    purchase = shop.single()
    expert = shop.expert("e1")
    shop.opinion(purchase, expert)
    with pytest.raises(refusals.ExpertTwice, match="三位专家必须是不同的人"):
        shop.opinion(purchase, expert)
    with pytest.raises(refusals.ExpertTwice):
        arguing.give_opinion(
            purchase_id=purchase.pk, supports=True, text="再来一次", by=expert, at=shop.at
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Opinion.objects.create(purchase=purchase, expert=expert, outside=True, asked_at=shop.at)


@pytest.mark.clause("T66")
def test_linked_experts_do_not_count(shop: Shop) -> None:
    purchase = shop.single()
    with pytest.raises(refusals.ExpertLinked):
        shop.opinion(purchase, shop.sellers["甲"])
    with pytest.raises(refusals.ExpertLinked):
        shop.opinion(purchase, shop.cast["wang"])
    for name, outside in (("e1", True), ("e2", False)):
        shop.opinion(purchase, shop.expert(name, outside))
    honest = shop.expert("e3")
    arguing.ask(purchase_id=purchase.pk, expert=honest, by=shop.cast["wang"], at=shop.at)
    arguing.give_opinion(
        purchase_id=purchase.pk, supports=True, text="同意", linked="持有该公司 2% 股份",
        by=honest, at=shop.at,
    )  # fmt: skip
    with pytest.raises(refusals.ExpertsMissing):
        arguing.conclude(purchase_id=purchase.pk, by=shop.cast["wang"], at=shop.at)


def test_an_opinion_against_does_not_carry(shop: Shop) -> None:
    purchase = shop.single()
    for n in range(3):
        shop.opinion(purchase, shop.expert(f"e{n}"), supports=n > 0)
    with pytest.raises(refusals.ExpertsMissing, match="现在有 2 位"):
        arguing.conclude(purchase_id=purchase.pk, by=shop.cast["wang"], at=shop.at)


def test_who_was_not_asked_gives_no_opinion(shop: Shop) -> None:
    purchase = shop.single()
    with pytest.raises(refusals.NotAsked):
        arguing.give_opinion(
            purchase_id=purchase.pk, supports=True, text="我来", by=shop.cast["lin"], at=shop.at
        )


def test_the_general_form_cannot_say_that_experts_were_there(shop: Shop) -> None:
    purchase = shop.single()
    with pytest.raises(refusals.ExpertsMissing):
        shop.do(purchase, "argued", "wang")


@pytest.mark.clause("R217")
def test_five_working_days_are_not_counted_from_the_day_of_posting(shop: Shop) -> None:
    """Posted on Monday 7 April, open until Monday 14 April 24:00."""
    purchase = published(shop)
    assert posting_of(purchase).closes_at == datetime(2025, 4, 15, tzinfo=CAMPUS)
    shop.at = datetime(2025, 4, 14, 23, 59, 59, tzinfo=CAMPUS)
    shop.later(seconds=0)
    assert shop.stage(purchase) == "单一来源公示"
    shop.later(minutes=1)
    hear(shop.at)
    assert shop.stage(purchase) == "工会常委会审议"


@pytest.mark.clause("R218")
def test_a_challenge_at_23_59_of_the_last_day_turns_it_into_a_negotiation(shop: Shop) -> None:
    purchase = published(shop)
    shop.at = datetime(2025, 4, 14, 23, 59, tzinfo=CAMPUS)
    challenge(shop, purchase)
    assert shop.stage(purchase) == "竞争性谈判"


@pytest.mark.clause("R218")
def test_a_challenge_after_24_00_is_too_late(shop: Shop) -> None:
    purchase = published(shop)
    shop.at = datetime(2025, 4, 15, 0, 0, 1, tzinfo=CAMPUS)
    with pytest.raises(WindowOver):
        challenge(shop, purchase)
    assert shop.stage(purchase) != "竞争性谈判"


@pytest.mark.clause("R218")
def test_nothing_leads_back_from_the_negotiation(shop: Shop) -> None:
    purchase = published(shop)
    challenge(shop, purchase)
    run = shop.run(purchase, "negotiated")
    engine.send_back(
        run_id=run.pk, to="argued", by=shop.cast["wang"], at=shop.at, because="想再试单一来源"
    )
    assert shop.stage(purchase) == "竞争性谈判"
    arguing.convert(purchase_id=purchase.pk, at=shop.at)
    for change in ({"converted_at": None}, {"method": "single", "converted_at": None}):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Purchase.objects.filter(pk=purchase.pk).update(**change)


@pytest.mark.clause("R218")
def test_the_negotiation_has_three_suppliers_and_an_odd_panel_of_experts(shop: Shop) -> None:
    purchase = published(shop)
    challenge(shop, purchase)
    listed = [shop.expert(f"x{n}") for n in range(3)]
    for person in listed[:2]:
        Appointment.objects.create(
            office=Office.objects.get(code="expert"), unit=Unit.objects.get(code="X08"),
            person=person, since=date(2025, 1, 1),
        )  # fmt: skip
    ids = [shop.supplier(name).pk for name in ("甲", "乙", "丙")]
    talk = {
        "purchase_id": purchase.pk, "winner_id": ids[1], "price_fen": 110_000_00,
        "by": shop.cast["wang"], "at": shop.at, "because": "两轮报价后乙最低",
    }  # fmt: skip
    with pytest.raises(refusals.TooFewQuotes):
        arguing.negotiate(supplier_ids=ids[:2], panel=[*listed[:2], shop.cast["tang"]], **talk)
    for panel in (listed[:2], [*listed[:2], shop.cast["tang"], shop.cast["gu"]],
                  [listed[0], shop.cast["tang"], shop.cast["gu"]]):  # fmt: skip
        with pytest.raises(refusals.PanelWrong):
            arguing.negotiate(supplier_ids=ids, panel=panel, **talk)
    arguing.negotiate(supplier_ids=ids, panel=[*listed[:2], shop.cast["tang"]], **talk)
    assert shop.stage(purchase) == "工会常委会审议"
    purchase.refresh_from_db()
    assert (purchase.method, purchase.price_fen) == ("negotiated", 110_000_00)


def test_the_rule_of_experts_counts_persons_not_papers() -> None:
    terms = limits.Terms(
        10_000_000, 3, 1, 5, 10, 48, ("自然灾害",), limits.Form.A, limits.Fraction(4, 5),
        limits.Fraction(6, 5), 3, 1, 3, limits.Fraction(2, 3), 10_000_000, 30, 3,
    )  # fmt: skip
    one_thrice = [Fact(1, True)] * 3
    assert limits.experts_missing(one_thrice, terms) is not None
    assert limits.experts_missing([Fact(1, True), Fact(2, False), Fact(3, False)], terms) is None
    linked = [Fact(1, True, linked=True), Fact(2, False), Fact(3, False), Fact(4, False)]
    assert limits.experts_missing(linked, terms) is not None


# ---------- emergency ----------


@pytest.mark.clause("R219")
def test_only_the_causes_of_article_12_are_an_emergency(shop: Shop) -> None:
    with pytest.raises(refusals.NoEmergency, match="年底花钱"):
        shop.emergency(cause="年底花钱")


@pytest.mark.clause("R220")
def test_all_three_sign_and_only_then_is_bought(shop: Shop) -> None:
    purchase = shop.emergency()
    assert set(shop.stage(purchase).split("、")) == {"主席审批", "经审委主任审批", "财务处长审批"}
    arguing.sign_emergency(
        run_id=shop.run(purchase, "signed_chair").pk, by=shop.cast["zhao"], at=shop.at,
        because="同意",
    )  # fmt: skip
    arguing.sign_emergency(
        run_id=shop.run(purchase, "signed_audit").pk, by=shop.cast["sun"], at=shop.at,
        because="同意",
    )  # fmt: skip
    with pytest.raises(refusals.WrongState):
        shop.signed(purchase)
    arguing.sign_emergency(
        run_id=shop.run(purchase, "signed_finance").pk, by=shop.cast["li"], at=shop.at,
        because="同意",
    )  # fmt: skip
    shop.signed(purchase)
    assert set(shop.stage(purchase).split("、")) == {"验收", "补齐手续"}


@pytest.mark.clause("T67")
def test_nobody_signs_twice_and_nobody_signs_for_another_office(shop: Shop) -> None:
    purchase = shop.emergency()
    chair = shop.run(purchase, "signed_chair").pk
    with pytest.raises(engine_refusals.NotYours):
        arguing.sign_emergency(run_id=chair, by=shop.cast["li"], at=shop.at, because="我签")
    arguing.sign_emergency(run_id=chair, by=shop.cast["zhao"], at=shop.at, because="同意")
    finance = shop.run(purchase, "signed_finance")
    finance.lead = shop.cast["zhao"]  # appointed acting head of finance meanwhile
    finance.save()
    with pytest.raises(refusals.SignedAlready):
        arguing.sign_emergency(
            run_id=finance.pk, by=shop.cast["zhao"], at=shop.at, because="也同意"
        )


def test_the_general_form_signs_nothing(shop: Shop) -> None:
    purchase = shop.emergency()
    with pytest.raises(refusals.TrioOnly):
        shop.do(purchase, "signed_chair", "zhao")


@pytest.mark.clause("R219")
def test_forty_eight_hours_run_through_the_weekend(shop: Shop) -> None:
    """Asked on Friday 18:00, to be done by Sunday 18:00 (T32)."""
    shop.at = datetime(2025, 4, 11, 18, 0, tzinfo=CAMPUS)
    purchase = shop.emergency()
    shop.three_sign(purchase)
    assert shop.run(purchase, "signed").due_at == datetime(2025, 4, 13, 18, 0, tzinfo=CAMPUS)


def bought(shop: Shop) -> Purchase:
    purchase = shop.emergency()
    shop.three_sign(purchase)
    shop.signed(purchase)
    return purchase


@pytest.mark.clause("R221")
def test_the_papers_are_due_on_the_tenth_day_and_day_eleven_blocks_the_next(shop: Shop) -> None:
    """Bought on Monday 7 April: due Thursday 17 April 24:00, reminders on days 7 and 9."""
    first = bought(shop)
    assert shop.run(first, "backfilled").due_at == datetime(2025, 4, 18, tzinfo=CAMPUS)
    (papers,) = emergencies.open_papers(at=shop.at)
    assert papers.due_on == date(2025, 4, 17)
    before = Notice.objects.filter(person=shop.cast["wang"]).count()
    shop.at = datetime(2025, 4, 15, 12, 0, tzinfo=CAMPUS)
    shop.later(seconds=0)
    assert Notice.objects.filter(person=shop.cast["wang"]).count() > before
    shop.at = datetime(2025, 4, 17, 23, 59, tzinfo=CAMPUS)
    second = shop.emergency()
    assert second.pk
    shop.at = datetime(2025, 4, 18, 0, 0, 1, tzinfo=CAMPUS)
    shop.later(seconds=0)
    with pytest.raises(refusals.EmergencyBlocked, match="4月17日"):
        shop.emergency()
    assert Notice.objects.filter(person=shop.cast["sun"], text__contains="补齐手续").exists()


@pytest.mark.clause("R221")
def test_papers_handed_in_late_open_the_channel_again_and_stay_late(shop: Shop) -> None:
    purchase = bought(shop)
    shop.at = datetime(2025, 4, 21, 9, 0, tzinfo=CAMPUS)
    shop.later(seconds=0)
    with pytest.raises(refusals.EmergencyBlocked):
        shop.emergency()
    shop.do(purchase, "backfilled", "wang")
    assert purchase.case.runs.get(step="backfilled").late
    assert shop.emergency().pk


def test_the_result_is_published_after_papers_and_payment(shop: Shop) -> None:
    purchase = bought(shop)
    shop.inspected(purchase)
    shop.paid(purchase)
    assert "公示" not in shop.stage(purchase).split("、")
    shop.do(purchase, "backfilled", "wang")
    assert shop.stage(purchase) == "公示"


def test_a_person_who_is_no_member_of_staff_is_from_outside(shop: Shop) -> None:
    purchase = shop.single()
    asked = arguing.ask(
        purchase_id=purchase.pk, expert=shop.expert("e9"), by=shop.cast["wang"], at=shop.at
    )
    assert asked.outside
    assert asked.expert.kind == Person.Kind.OUTSIDE


def test_who_bought_in_an_emergency_is_not_asked_for_more_than_the_budget(shop: Shop) -> None:
    with pytest.raises(refusals.BudgetShort):
        shop.emergency(9_000_000_00)


def test_a_single_source_says_why(shop: Shop) -> None:
    with pytest.raises(refusals.ReasonMissing):
        requesting.single(
            title="x", category="x", amount_fen=1, line="3.1/gifts", because=" ",
            unit=Unit.objects.get(code="C1"), supplier_id=shop.supplier("甲").pk,
            by=shop.cast["wang"], at=shop.at + timedelta(0),
        )  # fmt: skip
