"""The monthly allotment and the points: how money comes into a wallet."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Allotment, Credit, Wallet
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day, campus_month
from smartunion.kernel.people.models import Person
from smartunion.kernel.trail.record import record

from . import refusals


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


def _under_way(allotment_id: int, *states: str) -> Allotment:
    allotment = Allotment.objects.select_for_update(no_key=True).get(pk=allotment_id)
    if allotment.state not in states:
        raise refusals.AllotmentStateWrong(state=allotment.get_state_display())
    return allotment


@transaction.atomic
def allotment_sent(*, allotment_id: int, at: datetime) -> None:
    """Note that the bank has been asked; noting it twice keeps the first time."""
    allotment = _under_way(allotment_id, Allotment.State.REQUESTED, Allotment.State.SENT)
    if allotment.sent_at is None:
        allotment.state, allotment.sent_at = Allotment.State.SENT, at
        allotment.save(update_fields=["state", "sent_at"])
        record("wallet.allotment_sent", allotment, by=None, at=at)


@transaction.atomic
def allotment_credited(*, allotment_id: int, bank_ref: str, at: datetime) -> None:
    """Make the money spendable, once: the same bank reference again changes nothing."""
    allotment = Allotment.objects.select_for_update(no_key=True).get(pk=allotment_id)
    if allotment.state == Allotment.State.CREDITED and allotment.bank_ref == bank_ref:
        return
    if allotment.state == Allotment.State.CREDITED:
        raise refusals.AllotmentStateWrong(state=allotment.get_state_display())
    Wallet.objects.filter(pk=allotment.wallet_id).update(
        ecny_fen=F("ecny_fen") + allotment.amount_fen
    )
    allotment.state, allotment.credited_at = Allotment.State.CREDITED, at
    allotment.bank_ref = bank_ref
    allotment.save(update_fields=["state", "credited_at", "bank_ref"])
    Credit.objects.create(
        wallet_id=allotment.wallet_id,
        kind=Credit.Kind.ALLOTMENT,
        month=allotment.month,
        ecny_fen=allotment.amount_fen,
        fund_source=allotment.fund_source,
        budget_code=allotment.budget_code,
        document=f"allotment:{allotment.pk}",
        at=at,
    )
    record("wallet.allotment_credited", allotment, by=None, at=at, bank_ref=bank_ref)


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
    done = 0
    for wallet in wallets:
        name = f"{document}:{wallet.pk}"[:80]
        try:
            with transaction.atomic():
                Credit.objects.create(
                    wallet=wallet, kind=Credit.Kind.POINTS, month=rules.month_number(at),
                    points_fen=points_fen, fund_source=fund_source, budget_code=budget_code,
                    document=name, because=because, by=by, at=at,
                )  # fmt: skip
                Wallet.objects.filter(pk=wallet.pk).update(points_fen=F("points_fen") + points_fen)
        except IntegrityError:
            continue
        done += 1
    if wallets:
        record(
            "wallet.points_credited", wallets[0], by=by, at=at, because=because,
            document=document, wallets=done, points_fen=points_fen,
        )  # fmt: skip
    return done
