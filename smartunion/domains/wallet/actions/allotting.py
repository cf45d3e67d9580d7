"""The monthly allotment and the points: how money comes into a wallet."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Allotment, Credit, Wallet
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day, campus_month
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record, record_each

from . import refusals

_CREDITED = """
UPDATE wallet_allotment a SET state = 'credited', credited_at = %(at)s, bank_ref = d.ref
  FROM unnest(%(ids)s::bigint[], %(refs)s::text[]) AS d(id, ref) WHERE a.id = d.id
"""


def _yuan(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return f"{whole:,}.{rest:02}"


@transaction.atomic
def allot(
    *,
    person: Person,
    month: date | None = None,
    amount_fen: int | None = None,
    by: Person | None,
    at: datetime,
) -> Allotment:
    """Ask for this month's quota, or the part of it that is named (R042: 200 yuan a month).

    The money is spendable once the bank has credited it. What is on its way counts as drawn.
    """
    terms = figures.terms_on(campus_day(at))
    this_month = campus_month(at)
    opens = terms.allotment_opens_on
    if (month or this_month).replace(day=1) != this_month or (
        opens is not None and campus_day(at) < opens
    ):
        raise refusals.AllotmentNotOpen(
            month=f"{month or this_month:%Y-%m}", opens=opens.isoformat() if opens else "当月1日"
        )
    wallet = Wallet.objects.select_for_update(no_key=True).filter(owner=person).first()
    if wallet is None:
        raise refusals.NoWallet(name=person.name)
    if wallet.barred_at is not None:
        raise refusals.Barred
    number = rules.month_number(at)
    drawn = [
        each.amount_fen
        for each in wallet.allotments.filter(month=number).exclude(state=Allotment.State.FAILED)
    ]
    left = rules.quota_left_fen(drawn, terms)
    wanted = left if amount_fen is None else amount_fen
    if type(wanted) is not int or wanted < 0:
        raise refusals.AmountWrong(most_fen=left)
    if wanted == 0 or wanted > left:
        raise refusals.QuotaUsedUp(
            quota=_yuan(terms.allotment_fen), drawn=_yuan(sum(drawn)), left=_yuan(left)
        )
    allotment = Allotment.objects.create(
        wallet=wallet,
        month=number,
        amount_fen=wanted,
        fund_source=terms.fund_source,
        budget_code=terms.budget_allotment,
        asked_at=at,
    )
    record("wallet.allotment_asked", allotment, by=by, at=at, amount_fen=wanted, month=number)
    return allotment


@transaction.atomic
def allotment_sent(*, allotment_id: int, at: datetime) -> None:
    """Note that the bank has been asked; noting it twice keeps the first time."""
    allotments_sent(allotment_ids=[allotment_id], at=at)


@transaction.atomic
def allotments_sent(*, allotment_ids: Iterable[int], at: datetime) -> None:
    """Note of each that the bank has been asked; noting it twice keeps the first time.

    :raises Refused: one of them is credited or failed already; then none is noted
    """
    fresh = []
    for allotment in _locked(allotment_ids):
        if allotment.state not in (Allotment.State.REQUESTED, Allotment.State.SENT):
            raise refusals.AllotmentStateWrong(state=allotment.get_state_display())
        if allotment.sent_at is None:
            allotment.state, allotment.sent_at = Allotment.State.SENT, at
            fresh.append(allotment)
    if fresh:
        Allotment.objects.filter(pk__in=[each.pk for each in fresh]).update(
            state=Allotment.State.SENT, sent_at=at
        )
        record_each("wallet.allotment_sent", ((each, {}) for each in fresh), by=None, at=at)


@transaction.atomic
def allotment_credited(*, allotment_id: int, bank_ref: str, at: datetime) -> None:
    """Make the money spendable, once: the same bank reference again changes nothing."""
    allotments_credited(bank_refs={allotment_id: bank_ref}, at=at)


@transaction.atomic
def allotments_credited(*, bank_refs: Mapping[int, str], at: datetime) -> None:
    """Make the money of each allotment spendable, once; `bank_refs` by allotment.

    On the first morning of a month half the campus draws: a batch is one transaction of some
    statements, not of some for each member.

    :raises Refused: one was credited under another reference before; then none is credited
    """
    fresh = []
    for allotment in _locked(bank_refs):
        if allotment.state == Allotment.State.CREDITED:
            if allotment.bank_ref == bank_refs[allotment.pk]:
                continue
            raise refusals.AllotmentStateWrong(state=allotment.get_state_display())
        allotment.state, allotment.credited_at = Allotment.State.CREDITED, at
        allotment.bank_ref = bank_refs[allotment.pk]
        fresh.append(allotment)
    if not fresh:
        return
    _fill(fresh)
    with connection.cursor() as cursor:
        refs = [each.bank_ref for each in fresh]
        cursor.execute(_CREDITED, {"ids": [each.pk for each in fresh], "refs": refs, "at": at})
    Credit.objects.bulk_create(
        Credit(
            wallet_id=each.wallet_id,
            kind=Credit.Kind.ALLOTMENT,
            month=each.month,
            ecny_fen=each.amount_fen,
            fund_source=each.fund_source,
            budget_code=each.budget_code,
            document=f"allotment:{each.pk}",
            at=at,
        )
        for each in fresh
    )
    record_each(
        "wallet.allotment_credited",
        ((each, {"bank_ref": each.bank_ref or ""}) for each in fresh),
        by=None,
        at=at,
    )


def _fill(allotments: Iterable[Allotment]) -> None:
    """Add what was allotted to the wallets, in one statement for each amount that occurs."""
    added: Counter[int] = Counter()
    for each in allotments:
        added[each.wallet_id] += each.amount_fen
    locked = Wallet.objects.select_for_update(no_key=True).filter(pk__in=added).order_by("pk")
    list(locked.values_list("pk"))  # in one order: whoever credits points locks many, too
    for amount_fen in sorted(set(added.values())):
        wallets = Wallet.objects.filter(pk__in=[pk for pk in added if added[pk] == amount_fen])
        wallets.update(ecny_fen=F("ecny_fen") + amount_fen)


def _locked(allotment_ids: Iterable[int]) -> list[Allotment]:
    """Lock allotments in one order, so that two workers never wait for each other."""
    rows = Allotment.objects.select_for_update(no_key=True).filter(pk__in=list(allotment_ids))
    return list(rows.order_by("pk"))


@transaction.atomic
def allotment_failed(*, allotment_id: int, at: datetime, because: str) -> None:
    """Note that the bank refused; the quota may be drawn again."""
    allotment = Allotment.objects.select_for_update(no_key=True).get(pk=allotment_id)
    if allotment.state == Allotment.State.FAILED:
        return
    if allotment.state == Allotment.State.CREDITED:
        raise refusals.AllotmentStateWrong(state=allotment.get_state_display())
    allotment.state, allotment.failed_at = Allotment.State.FAILED, at
    allotment.failure = because[:200]
    allotment.save(update_fields=["state", "failed_at", "failure"])
    record("wallet.allotment_failed", allotment, by=None, at=at, because=because[:400])


@transaction.atomic
def credit_points(
    *,
    persons: Iterable[Person],
    points_fen: int,
    document: str,
    fund_source: str,
    budget_code: str = "",
    by: Person,
    at: datetime,
    because: str,
) -> int:
    """Give each person points (in fen) under one document, never to oneself; return how many.

    The document names the campaign: the same document never credits a person twice.
    """
    if type(points_fen) is not int or not 0 < points_fen <= 10**9:
        raise refusals.AmountWrong(most_fen=10**9)
    if not because.strip():
        raise refusals.ReasonMissing
    receivers = {each.pk: each for each in persons}
    if by.pk in receivers:
        raise refusals.NotToOneself
    wallets = list(
        Wallet.objects.select_for_update(no_key=True).filter(owner_id__in=receivers).order_by("pk")
    )
    if missing := set(receivers) - {each.owner_id for each in wallets}:
        raise refusals.NoWallet(name=receivers[min(missing)].name)
    names = {each.pk: f"{document}:{each.pk}"[:80] for each in wallets}
    had = set(
        Credit.objects.filter(document__in=names.values()).values_list("document", flat=True)
    )  # nobody else credits these wallets now: their rows are locked
    fresh = [each for each in wallets if names[each.pk] not in had]
    Credit.objects.bulk_create(
        Credit(
            wallet=each, kind=Credit.Kind.POINTS, month=rules.month_number(at),
            points_fen=points_fen, fund_source=fund_source, budget_code=budget_code,
            document=names[each.pk], because=because, by=by, at=at,
        )
        for each in fresh
    )  # fmt: skip
    Wallet.objects.filter(pk__in=[each.pk for each in fresh]).update(
        points_fen=F("points_fen") + points_fen
    )
    done = len(fresh)
    if wallets:
        record(
            "wallet.points_credited", wallets[0], by=by, at=at, because=because,
            document=document, wallets=done, points_fen=points_fen,
        )  # fmt: skip
    return done
