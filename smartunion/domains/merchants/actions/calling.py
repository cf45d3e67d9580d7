"""The monthly call-backs: drawn by a public seed, reported by the firm, odd ones suspected."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from smartunion.domains.merchants.models import CallBack, CallSample
from smartunion.domains.merchants.reads.figures import terms_on
from smartunion.domains.merchants.rules import refusals, sampling
from smartunion.domains.merchants.rules.detectors import Detector, Hit
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.public import Callee
from smartunion.kernel.base.days import campus_day, next_month
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger.models import Block
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record, record_each

from .detecting import open_suspicion

Result = CallBack.Result
ODD = {
    Result.DENIED: "付款人在电话回访中否认这笔消费",
    Result.CASH_OUT: "付款人在电话回访中承认套现",
}


@transaction.atomic
def draw(*, month: date, by: Person | None, at: datetime) -> CallSample:
    """Draw the month's sample; drawing it again returns the first (R058, C1)."""
    first = month.replace(day=1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('merchants.draw'))")
    there = CallSample.objects.filter(month=first).first()
    if there is not None:
        return there
    if campus_day(at) < next_month(first):
        raise refusals.MonthNotOver(month=f"{first:%Y-%m}")
    block = Block.objects.order_by("-to_xid").first()
    if block is None:
        raise refusals.NoBlock
    sold = wallet.sold(first, at=at)
    if not sold:
        raise refusals.NothingSold(month=f"{first:%Y-%m}")
    percent = terms_on(first).callback_percent
    seed = sampling.seed_of(first, block.hash)
    drawn = sampling.draw(
        sampling.by_merchant((each.merchant, each.number) for each in sold), seed, percent
    )
    ids = {each.number: each.id for each in sold}
    rows = [(merchant, number) for merchant, numbers in drawn.items() for number in numbers]
    made = CallSample.objects.create(
        month=first, block_hash=block.hash, seed=seed, percent=percent, population=len(sold),
        merchants=len(drawn), drawn=len(rows), drawn_at=at,
    )  # fmt: skip
    CallBack.objects.bulk_create(
        CallBack(sample=made, payment_id=ids[number], number=number, merchant=merchant)
        for merchant, number in rows
    )
    record("merchants.sample_drawn", made, by=by, at=at, drawn=len(rows), population=len(sold))
    return made


@dataclass(frozen=True)
class Report:
    """What the firm says of one call."""

    number: str
    result: str
    called_at: datetime
    note: str = ""


@dataclass(frozen=True)
class Taken:
    """What became of a report: taken, known (the same again), or refused and why."""

    number: str
    state: str
    no: Refused | None = None

    def told(self) -> Mapping[str, Any]:
        """Return it as the API answers."""
        plain: dict[str, Any] = {"number": self.number, "state": self.state}
        return plain | ({"refused": self.no.as_dict()} if self.no else {})


@transaction.atomic
def take(*, reports: Sequence[Report], source: str, by: Person | None, at: datetime) -> list[Taken]:
    """Take reports in one go: a bad one is refused by itself, the others are taken. Repeatable.

    Who was not reached is replaced; a denial or a confession becomes a suspicion, which a person
    decides.
    """
    calls = _calls(reports)
    callees = wallet.callees([each.payment_id for each in calls.values()])
    found: list[Taken] = []
    fresh: list[CallBack] = []
    for each in reports:
        call = calls.get(each.number)
        no = _refusal(each, call, callees, at)
        if no is not None or call is None:
            found.append(Taken(each.number, "refused", no))
        elif call.result:
            found.append(Taken(each.number, "known"))
        else:
            call.result, call.source, call.by = each.result, source, by
            call.note = each.note.replace("\0", "")[:200]
            call.called_at, call.reported_at = each.called_at, at
            fresh.append(call)
            found.append(Taken(each.number, "taken"))
    columns = ["result", "note", "source", "called_at", "reported_at", "by"]
    CallBack.objects.bulk_update(fresh, columns, batch_size=500)
    record_each(
        "merchants.called_back", [(call, {"result": call.result}) for call in fresh],
        by=by, at=at,
    )  # fmt: skip
    _replace([call for call in fresh if call.result == Result.UNREACHED])
    for call in fresh:
        if call.result in ODD:
            _suspect(call, callees[call.payment_id], at)
    return found


@transaction.atomic
def report(*, given: Report, source: str, by: Person | None, at: datetime) -> bool:
    """Take one report; False if it is known already. Raises the refusal of a bad one."""
    (taken,) = take(reports=[given], source=source, by=by, at=at)
    if taken.no is not None:
        raise taken.no
    return taken.state == "taken"


def _calls(reports: Sequence[Report]) -> dict[str, CallBack]:
    """Return the calls that are reported, under lock, the samples' rows first."""
    numbers = [each.number for each in reports if NUMBER.fullmatch(each.number)]
    rows = CallBack.objects.filter(number__in=numbers)
    samples = CallSample.objects.filter(pk__in=rows.values("sample")).order_by("pk")
    list(samples.select_for_update())
    locked = rows.select_for_update(of=("self",)).select_related("sample").order_by("pk")
    return {each.number: each for each in locked}


NUMBER = re.compile(r"P-\d{4}-\d{5,12}")


def _refusal(
    given: Report, call: CallBack | None, callees: Mapping[int, Callee], at: datetime
) -> Refused | None:
    if given.result not in Result.values:
        return refusals.ResultUnknown(result=given.result[:20])
    if call is None:
        return refusals.NotSampled(number=given.number[:24])
    if call.result and call.result != given.result:
        return refusals.AlreadyReported(number=call.number, result=call.get_result_display())
    if not call.result and not callees[call.payment_id].at <= given.called_at <= at:
        return refusals.MomentWrong(called=f"{given.called_at:%Y-%m-%d %H:%M}")
    return None


def _replace(calls: Sequence[CallBack]) -> None:
    """Draw for each its merchant's next in the seed's order, as long as there is one."""
    if not calls:
        return
    sold = {
        sample.month: wallet.sold(sample.month, at=sample.drawn_at)
        for sample in {call.sample for call in calls}
    }
    for call in calls:
        ids = {
            each.number: each.id
            for each in sold[call.sample.month]
            if each.merchant == call.merchant
        }
        there = CallBack.objects.filter(sample=call.sample, merchant=call.merchant)
        number = sampling.next_of(ids, there.values_list("number", flat=True), call.sample.seed)
        if number is not None:
            CallBack.objects.create(
                sample=call.sample, payment_id=ids[number], number=number,
                merchant=call.merchant, instead_of=call,
            )  # fmt: skip


def _suspect(call: CallBack, callee: Callee, at: datetime) -> None:
    merchant = next(each for each in wallet.shops() if each.number == call.merchant)
    words = f"{ODD[Result(call.result)]}：单号 {call.number}，{callee.fen / 100:,.2f} 元。"
    words += f"回访员记：{call.note}" if call.note else ""
    hit = Hit(Detector.CALL, call.number, merchant.id, (), (call.payment_id,), callee.fen, words)
    open_suspicion(hit=hit, month=call.sample.month, at=at)
