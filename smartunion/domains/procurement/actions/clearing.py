"""Clearing opened quotes: compute, explain low prices, judge flags, withdraw, award."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from smartunion.domains.procurement import telling
from smartunion.domains.procurement.models import (
    Clearing,
    Explanation,
    Judgment,
    Purchase,
    Quote,
    Tender,
)
from smartunion.domains.procurement.reads import figures, links, results, runs
from smartunion.domains.procurement.reads.taking_part import panelist
from smartunion.domains.procurement.rules import refusals, sealing
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import CAMPUS, campus_day, end_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.timers.actions import cancel, set_timer
from smartunion.kernel.trail.record import record

LAPSES = "procurement.explanation_lapses"
"""The timer of a low price's explanation: silence counts as none."""

JUDGES = 2
"""How many members of the panel must give reasons before a flagged award stands."""


@transaction.atomic
def compute(*, tender: Tender, by: Person | None, at: datetime, because: str) -> Clearing:
    """Clear the tender anew from its opened quotes; the caller holds its lock.

    Each low price is asked once for its explanation; too few valid quotes end the round.
    """
    inputs = results.inputs_of(tender)
    result = results.computed(inputs)
    made = Clearing.objects.create(
        tender=tender,
        number=tender.clearings.count() + 1,
        inputs=inputs,
        result=result,
        digest=sealing.digest({"inputs": inputs, "result": result}),
        because=because,
        at=at,
    )
    record(
        "procurement.cleared", tender, by=by, at=at, because=because,
        outcome=results.WORDS[result["outcome"]], flags=len(result["flags"]), digest=made.digest,
    )  # fmt: skip
    for number in result["waiting"]:
        _ask_to_explain(tender, number, at=at)
    return made


def _ask_to_explain(tender: Tender, number: str, *, at: datetime) -> None:
    low = tender.quotes.get(supplier__number=number, replaced_at__isnull=True)
    days = figures.terms_on(campus_day(at)).explain_working_days
    due_at = end_of(add_working_days(campus_day(at), days))
    said, made = Explanation.objects.get_or_create(quote=low, defaults={"due_at": due_at})
    if made:
        set_timer(
            kind=LAPSES,
            key=f"procurement/quote/{low.pk}/lapses",
            due_at=due_at,
            payload={"quote": low.pk},
            at=at,
        )
        telling.to_explain(said, at=at)


def _opened(tender_id: int) -> Tender:
    tender = Tender.objects.select_for_update().select_related("purchase").get(pk=tender_id)
    if tender.state != Tender.State.OPENED:
        raise refusals.WrongState(
            what=tender.number, state=tender.get_state_display(), do="办清标的事"
        )
    return tender


def _latest(tender: Tender) -> Clearing:
    return tender.clearings.latest("number")


@transaction.atomic
def explain(*, tender_id: int, text: str, by: Person, at: datetime) -> Explanation:
    """Hand in the written explanation of one's own price below the band, in one working day."""
    tender = _opened(tender_id)
    said = (
        Explanation.objects.select_for_update(of=("self",))
        .select_related("quote__supplier")
        .filter(quote__tender=tender, quote__supplier__users__person=by)
        .first()
    )
    if said is None:
        raise refusals.NoSuchExplanation(tender=tender.number)
    if at >= said.due_at or said.accepted is not None:
        raise refusals.ExplanationClosed(until=said.due_at.astimezone(CAMPUS))
    if not text.strip():
        raise refusals.ReasonMissing
    said.text, said.given_at = text, at
    said.save(update_fields=["text", "given_at"])
    supplier = said.quote.supplier.number
    record("procurement.explained", tender, by=by, at=at, supplier=supplier)
    return said


@transaction.atomic
def decide_explanation(
    *, tender_id: int, quote_id: int, accepted: bool, by: Person, at: datetime, because: str
) -> Clearing:
    """Accept or refuse an explanation, with the reason; the tender is cleared anew.

    Before the explanation is there nothing can be decided; without one, the clock decides.
    """
    if not because.strip():
        raise refusals.ReasonMissing
    tender = _opened(tender_id)
    panelist(tender.pk, by)
    said = Explanation.objects.select_for_update().filter(quote_id=quote_id).first()
    if said is None or said.quote.tender_id != tender_id:
        raise refusals.NoSuchExplanation(tender=tender.number)
    low = said.quote
    if said.accepted is not None:
        raise refusals.DecidedAlready(by="评审小组")
    if said.given_at is None:
        raise refusals.ExplanationPending(
            supplier=low.supplier.name, until=said.due_at.astimezone(CAMPUS)
        )
    return _decide(tender, said, accepted, by=by, at=at, because=because)


@transaction.atomic
def lapse(*, quote_id: int, at: datetime) -> None:
    """Close an explanation that never came: the price stays out; called by the clock."""
    low = Quote.objects.get(pk=quote_id)
    tender = Tender.objects.select_for_update().get(pk=low.tender_id)
    said = Explanation.objects.select_for_update().get(quote=low)
    if said.given_at is None and said.accepted is None and tender.state == Tender.State.OPENED:
        _decide(tender, said, accepted=False, by=None, at=at, because="期满没有书面说明")


def _decide(
    tender: Tender,
    said: Explanation,
    accepted: bool,
    *,
    by: Person | None,
    at: datetime,
    because: str,
) -> Clearing:
    said.accepted, said.decided_by, said.decided_at, said.because = accepted, by, at, because
    said.save(update_fields=["accepted", "decided_by", "decided_at", "because"])
    words = "低价说明成立，重新计算" if accepted else "低价说明不成立，重新计算"
    if by is not None:
        cancel(keys=[f"procurement/quote/{said.quote_id}/lapses"], at=at)
    return compute(tender=tender, by=by, at=at, because=words)


@transaction.atomic
def judge(*, tender_id: int, by: Person, at: datetime, because: str) -> Judgment:
    """Give one's reasons why the flagged result may stand (F1–F9 hold, they never disqualify)."""
    if not because.strip():
        raise refusals.ReasonMissing
    tender = _opened(tender_id)
    panelist(tender_id, by)
    latest = _latest(tender)
    if latest.judgments.filter(by=by).exists():
        raise refusals.DecidedAlready(by=by.name)
    made = Judgment.objects.create(clearing=latest, by=by, because=because, at=at)
    record("procurement.judged", tender, by=by, at=at, because=because)
    return made


@transaction.atomic
def award(*, tender_id: int, by: Person, at: datetime, because: str = "") -> Purchase:
    """Take the candidate as the winner; the step 三方报价 passes and the committee deliberates.

    :raises Refused: no candidate, a low price still unexplained, flags without two reasons
    """
    tender = _opened(tender_id)
    purchase = Purchase.objects.select_for_update().get(pk=tender.purchase_id)
    latest = _latest(tender)
    result = latest.result
    if result["waiting"]:
        low = tender.quotes.select_related("supplier", "explanation").get(
            supplier__number=result["waiting"][0], replaced_at__isnull=True
        )
        raise refusals.ExplanationPending(
            supplier=low.supplier.name, until=low.explanation.due_at.astimezone(CAMPUS)
        )
    if result["candidate"] is None:
        raise refusals.NoCandidate
    there = latest.judgments.count()
    if result["flags"] and there < JUDGES:
        codes = "、".join(dict.fromkeys(flag["code"] for flag in result["flags"]))
        raise refusals.OnHold(count=len(result["flags"]), codes=codes, there=there)
    winner = tender.quotes.select_related("supplier").get(
        supplier__number=result["candidate"], replaced_at__isnull=True
    )
    purchase.supplier, purchase.price_fen, purchase.awarded_at = (
        winner.supplier,
        winner.price_fen,
        at,
    )
    purchase.save(update_fields=["supplier", "price_fen", "awarded_at"])
    tender.state, tender.ended_at = Tender.State.AWARDED, at
    tender.save(update_fields=["state", "ended_at"])
    record(
        "procurement.awarded", tender, by=by, at=at, because=because,
        supplier=winner.supplier.number, price_fen=winner.price_fen or 0,
    )  # fmt: skip
    _pass(purchase, latest, by=by, at=at, because=because, facts={
        "quotes": len(result["valid"]), "failed": False, "holds": 0,
        "supplier": winner.supplier.name, "price_fen": winner.price_fen,
    })  # fmt: skip
    return purchase


@transaction.atomic
def fail(*, tender_id: int, by: Person, at: datetime, because: str = "") -> Tender:
    """End a round without a winner: too few valid quotes, or none in the band; announced anew.

    Never "the best of two" (R036).
    """
    tender = _opened(tender_id)
    latest = _latest(tender)
    result = latest.result
    if result["candidate"] is not None or result["waiting"]:
        raise refusals.WrongState(what=tender.number, state="有候选人", do="按失败结束")
    tender.state, tender.ended_at = Tender.State.FAILED, at
    tender.save(update_fields=["state", "ended_at"])
    record(
        "procurement.failed", tender, by=by, at=at, because=because,
        outcome=results.WORDS[result["outcome"]],
    )  # fmt: skip
    _pass(
        tender.purchase, latest, by=by, at=at, because=because,
        facts={"quotes": len(result["valid"]), "failed": True, "holds": 0},
    )  # fmt: skip
    return tender


def _pass(
    purchase: Purchase,
    latest: Clearing,
    *,
    facts: dict[str, Any],
    by: Person,
    at: datetime,
    because: str,
) -> None:
    run = runs.open_run(purchase, "quoted")
    words = f"{results.words_of(latest.result)}；结果哈希 {latest.digest}"
    engine.pass_step(
        run_id=run.pk, facts=facts, outputs={"cleared": Given(text=words)},
        by=by, at=at, because=because,
    )  # fmt: skip


@transaction.atomic
def give_up(*, tender_id: int, by: Person, at: datetime, because: str) -> Clearing:
    """Let the candidate or winner withdraw: with everyone linked to them, they are out.

    The rest is cleared anew from the count of quotes on, so that quotes made to be given up gain
    nothing. After the award the case goes back to the step 三方报价.
    """
    if not because.strip():
        raise refusals.ReasonMissing
    tender = Tender.objects.select_for_update().select_related("purchase").get(pk=tender_id)
    if tender.state not in (Tender.State.OPENED, Tender.State.AWARDED):
        raise refusals.WrongState(
            what=tender.number, state=tender.get_state_display(), do="放弃中选"
        )
    winner = _latest(tender).result["candidate"]
    if winner is None:
        raise refusals.NoCandidate
    if tender.state == Tender.State.AWARDED:
        run = runs.open_run(tender.purchase, "signed")
        engine.send_back(run_id=run.pk, to="quoted", by=by, at=at, because=because)
        tender.state, tender.ended_at = Tender.State.OPENED, None
        tender.save(update_fields=["state", "ended_at"])
        Purchase.objects.filter(pk=tender.purchase_id).update(
            supplier=None, price_fen=None, awarded_at=None
        )
    together = next(
        (group for group in links.groups(links.in_tender(tender)) if winner in group), {winner}
    )
    tender.quotes.filter(Q(supplier__number__in=together), replaced_at__isnull=True).update(
        withdrawn_at=at, withdrawn_because=because
    )
    record("procurement.given_up", tender, by=by, at=at, because=because, supplier=winner)
    return compute(tender=tender, by=by, at=at, because="中选人放弃，剔除后重新计算")
