"""Two browsers, and the clock: real threads on a real database."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from smartunion.domains.procurement.actions import arguing, clearing, delivering, tendering
from smartunion.domains.procurement.models import Contract, Purchase, Quote, Tender
from smartunion.domains.procurement.reads.keys import live
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger.models import Encumbrance, Transfer
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.timers import ticker

from .conftest import SAYING, Shop

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do all at the same moment; return for each "done" or the refusal's code."""
    gate, said = threading.Barrier(len(acts)), ["" for _ in acts]

    def run(number: int, act: Callable[[], object]) -> None:
        try:
            gate.wait()
            act()
            said[number] = "done"
        except Refused as no:
            said[number] = no.code
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


def test_two_browsers_award_once(shop: Shop) -> None:
    tender = shop.tender(甲=92, 乙=95.3, 丙=104.8)
    award = {"tender_id": tender.pk, "by": shop.cast["wang"], "at": shop.at}
    said = at_once(lambda: clearing.award(**award), lambda: clearing.award(**award))
    assert sorted(said) == ["done", "procurement.wrong_state"]
    purchase = Purchase.objects.get()
    assert purchase.case.runs.filter(step="deliberated").count() == 1


def test_two_screens_open_once_and_every_price_is_there(shop: Shop) -> None:
    tender = shop.announced()
    for name, k in {"甲": 92, "乙": 98, "丙": 101}.items():
        shop.quote(tender, name, k * 1000_00)
    shop.later(days=4)
    words = {key.pk: f"{SAYING}{key.holder.username}" for key in live()[:2]}
    opening = {
        "tender_id": tender.pk, "passphrases": words, "by": shop.cast["wang"], "at": shop.at,
    }  # fmt: skip
    said = at_once(
        lambda: tendering.open_quotes(**opening), lambda: tendering.open_quotes(**opening)
    )
    assert sorted(said) == ["done", "procurement.opened_already"]
    assert tender.clearings.count() == 1
    assert Quote.objects.filter(price_fen__isnull=True).count() == 0


def test_a_quote_that_races_with_the_opening_is_in_with_all_others_or_not_at_all(
    shop: Shop,
) -> None:
    tender = shop.announced()
    for name, k in {"甲": 92, "乙": 98, "丙": 101}.items():
        shop.quote(tender, name, k * 1000_00)
    words = {key.pk: f"{SAYING}{key.holder.username}" for key in live()[:2]}
    after = tender.closes_at + timedelta(microseconds=1)
    said = at_once(
        lambda: shop.quote(tender, "甲", 90_000_00, at=tender.closes_at),
        lambda: tendering.open_quotes(
            tender_id=tender.pk, passphrases=words, by=shop.cast["wang"], at=after
        ),
    )
    assert said[1] == "done"
    assert said[0] in ("done", "procurement.too_late")
    alive = Quote.objects.filter(replaced_at__isnull=True)
    assert alive.count() == 3
    assert alive.filter(price_fen__isnull=True).count() == 0
    cleared = Tender.objects.get().clearings.get().result["price_fen"]
    assert cleared == (90_000_00 if said[0] == "done" else 92_000_00)


def test_the_same_supplier_from_two_machines_leaves_one_live_quote(shop: Shop) -> None:
    tender = shop.announced()
    said = at_once(
        lambda: shop.quote(tender, "甲", 92_000_00), lambda: shop.quote(tender, "甲", 91_000_00)
    )
    assert said == ["done", "done"]
    assert Quote.objects.filter(replaced_at__isnull=True).count() == 1
    assert Quote.objects.count() == 2


def test_two_clerks_pay_once(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    shop.signed(purchase)
    shop.inspected(purchase)
    pay = {"purchase_id": purchase.pk, "by": shop.clerk(purchase), "at": shop.at}
    said = at_once(lambda: delivering.pay(**pay), lambda: delivering.pay(**pay))
    assert sorted(said) == ["done", "procurement.wrong_state"]
    assert Transfer.objects.filter(document=f"procurement:{purchase.number}").count() == 1


def test_two_browsers_sign_one_contract_and_set_aside_once(shop: Shop) -> None:
    purchase = shop.awarded(甲=92, 乙=98, 丙=101)
    shop.vote(purchase)
    sign = {
        "purchase_id": purchase.pk, "number": "HT-1", "price_fen": 92_000_00,
        "by": shop.cast["wang"], "at": shop.at,
    }  # fmt: skip
    said = at_once(lambda: delivering.sign(**sign), lambda: delivering.sign(**sign))
    assert sorted(said) == ["done", "procurement.wrong_state"]
    assert Contract.objects.count() == 1
    assert Encumbrance.objects.filter(kind="encumber").count() == 1


@pytest.mark.clause("T67")
def test_one_person_cannot_sign_two_of_the_three_by_pressing_both_at_once(shop: Shop) -> None:
    purchase = shop.emergency()
    runs = [shop.run(purchase, step) for step in ("signed_chair", "signed_finance")]
    StepRun.objects.filter(pk=runs[1].pk).update(lead=shop.cast["zhao"])
    said = at_once(*(
        lambda run=run: arguing.sign_emergency(
            run_id=run.pk, by=shop.cast["zhao"], at=shop.at, because="同意"
        )
        for run in runs
    ))  # fmt: skip
    assert sorted(said) == ["done", "procurement.signed_already"]


def test_the_same_opinion_from_two_browsers_is_signed_once(shop: Shop) -> None:
    purchase = shop.single()
    expert = shop.expert("e1")
    arguing.ask(purchase_id=purchase.pk, expert=expert, by=shop.cast["wang"], at=shop.at)
    say = {
        "purchase_id": purchase.pk, "supports": True, "text": "只有一家", "by": expert,
        "at": shop.at,
    }  # fmt: skip
    said = at_once(lambda: arguing.give_opinion(**say), lambda: arguing.give_opinion(**say))
    assert sorted(said) == ["done", "procurement.expert_twice"]


def test_an_explanation_handed_in_while_its_time_runs_out_counts_or_lapses_never_both(
    shop: Shop,
) -> None:
    tender = shop.tender(甲=80, 乙=104, 丙=130, 丁=131, 戊=132)
    low = tender.quotes.get(supplier__name="甲")
    due_at = low.explanation.due_at
    said = at_once(
        lambda: clearing.explain(
            tender_id=tender.pk, text="自有工厂", by=shop.sellers["甲"],
            at=due_at - timedelta(microseconds=1),
        ),
        lambda: ticker.fire_due(at=due_at),
    )  # fmt: skip
    low.explanation.refresh_from_db()
    assert said[1] == "done"
    if said[0] == "done":
        assert (low.explanation.accepted, bool(low.explanation.text)) == (None, True)
    else:
        assert said[0] == "procurement.explanation_closed"
        assert (low.explanation.accepted, low.explanation.text) == (False, "")


def test_a_step_finished_while_its_deadline_fires_is_finished_once(shop: Shop) -> None:
    purchase = shop.ask()
    run = shop.run(purchase, "gathered")
    assert run.due_at is not None
    due_at = run.due_at
    shop.at = due_at - timedelta(seconds=1)
    said = at_once(
        lambda: shop.do(purchase, "gathered", "wang", demand="礼包"),
        lambda: ticker.fire_due(at=due_at),
    )
    assert said == ["done", "done"]
    run.refresh_from_db()
    assert run.state == StepRun.State.PASSED
    assert purchase.case.runs.filter(step="compared").count() == 1
