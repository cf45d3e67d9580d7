"""Freezings as cases: which payments, who answers by when, what was decided."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from smartunion.domains.wallet import rules
from smartunion.domains.wallet.models import Freezing, Payment, Wallet
from smartunion.kernel.base.calendar import add_working_days
from smartunion.kernel.base.days import campus_day, end_of
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import acting, holders
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import name_of_subject

from .vouchers import PAYER_WORDS, Voucher, detailed, masked, vouchers

A_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Case:
    """A freezing with its payments, its appeal and its decision."""

    id: int
    owner_id: int
    payer: str
    unit: str
    frozen_at: datetime
    merchant: str
    held_fen: int
    state: str
    tries: tuple[Voucher, ...]
    minutes: int
    appealed_at: datetime | None
    appealed_because: str
    answer_by: datetime | None
    decider: str
    decided_at: datetime | None
    decided_because: str

    @property
    def open(self) -> bool:
        """Tell if nobody has decided yet."""
        return self.state in ("frozen", "appealed")

    @property
    def state_words(self) -> str:
        """Return the state in words."""
        return {"released": "放行", "confirmed": "查实套现"}.get(self.state, "待核实")


def _cases(rows: QuerySet[Freezing], terms: rules.Terms, *, names: bool, tries: bool) -> list[Case]:
    found = rows.select_related("wallet__owner__unit", "payment__merchant", "decided_by", "appeal")
    return [_case(row, terms, names=names, tries=tries) for row in found]


def _case(row: Freezing, terms: rules.Terms, *, names: bool, tries: bool) -> Case:
    appeal = getattr(row, "appeal", None)
    owner = row.wallet.owner
    state = row.outcome or ("appealed" if appeal else "frozen")
    payments: tuple[Voucher, ...] = ()
    if tries:
        payments = _tries(row, terms)
    return Case(
        id=row.pk,
        owner_id=owner.pk,
        payer=owner.name if names else masked(owner.name),
        unit=owner.unit.name if owner.unit else "",
        frozen_at=row.frozen_at,
        merchant=row.payment.merchant.name,
        held_fen=row.payment.asked_fen,
        state=state,
        tries=payments,
        minutes=terms.burst_minutes,
        appealed_at=appeal.at if appeal else None,
        appealed_because=appeal.text if appeal else "",
        answer_by=appeal.due_at - A_MINUTE if appeal else None,
        decider=row.decided_by.name if row.decided_by else "",
        decided_at=row.decided_at,
        decided_because=row.because,
    )


def _tries(row: Freezing, terms: rules.Terms) -> tuple[Voucher, ...]:
    """Return the payments inside the window that ended with the held one, oldest first."""
    last = row.payment
    moment = last.received_at
    inside = Payment.objects.filter(
        wallet=row.wallet_id, seq__gt=0, received_at__range=(moment - terms.window, moment)
    ).exclude(status__in=("V", "X"), born="S")
    newest = detailed(inside).order_by("-received_at", "-seq")[: terms.burst_count]
    return tuple(reversed(vouchers(newest, words=PAYER_WORDS)))


def case(freezing_id: int, *, terms: rules.Terms, names: bool) -> Case | None:
    """Return one freezing in full, or None."""
    found = _cases(Freezing.objects.filter(pk=freezing_id), terms, names=names, tries=True)
    return found[0] if found else None


def case_of(person: Person, freezing_id: int, *, terms: rules.Terms) -> Case | None:
    """Return the person's own freezing in full; somebody else's is not found."""
    rows = Freezing.objects.filter(pk=freezing_id, wallet__owner=person)
    found = _cases(rows, terms, names=True, tries=True)
    return found[0] if found else None


def open_cases(*, terms: rules.Terms, names: bool) -> list[Case]:
    """Return what waits for a decision: appeals by their deadline, then the rest, oldest first."""
    rows = Freezing.objects.filter(decided_at__isnull=True).order_by("frozen_at")
    found = _cases(rows, terms, names=names, tries=False)
    return sorted(
        found, key=lambda each: (each.answer_by is None, each.answer_by or each.frozen_at)
    )


def closed_cases(*, terms: rules.Terms, names: bool, limit: int = 20) -> list[Case]:
    """Return what was decided last."""
    rows = Freezing.objects.filter(decided_at__isnull=False).order_by("-decided_at")[:limit]
    return _cases(rows, terms, names=names, tries=False)


@dataclass(frozen=True)
class BarredWallet:
    """A wallet whose eligibility was taken, and by which decision."""

    id: int
    owner_id: int
    payer: str
    unit: str
    barred_at: datetime | None
    freezing_id: int | None
    decider: str
    because: str


def barred(*, names: bool, wallet_id: int | None = None) -> list[BarredWallet]:
    """Return the barred wallets, the newest first; one of them where it is named."""
    rows = Wallet.objects.filter(barred_at__isnull=False).select_related("owner__unit")
    if wallet_id is not None:
        rows = rows.filter(pk=wallet_id)
    found = []
    for row in rows.order_by("-barred_at"):
        confirmed = row.freezings.filter(outcome=Freezing.Outcome.CONFIRMED)
        by = confirmed.select_related("decided_by").order_by("-decided_at").first()
        said = None if by else _barred_by(row)
        found.append(
            BarredWallet(
                id=row.pk,
                owner_id=row.owner_id,
                payer=row.owner.name if names else masked(row.owner.name),
                unit=row.owner.unit.name if row.owner.unit else "",
                barred_at=row.barred_at,
                freezing_id=by.pk if by else None,
                decider=by.decided_by.name if by and by.decided_by else _name(said),
                because=by.because if by else said.because if said else "",
            )
        )
    return found


def _barred_by(wallet: Wallet) -> Entry | None:
    """Return the journal line of a wallet that was barred without a freezing (7.1③)."""
    rows = Entry.objects.filter(what="wallet.barred", subject=name_of_subject(wallet))
    return rows.select_related("by").order_by("-pk").first()


def _name(said: Entry | None) -> str:
    return said.by.name if said and said.by else ""


def would_answer_by(at: datetime, terms: rules.Terms) -> datetime:
    """Return until when an appeal made now is answered: the end of the n-th working day (T57)."""
    return end_of(add_working_days(campus_day(at), terms.appeal_working_days)) - A_MINUTE


ANSWERS, HELPS = "welfare_committee_chair", "welfare_officer"
"""The office that decides a freezing (2.2), and the one that people may ring."""


def answerer(*, on: date, owner_id: int) -> str:
    """Return who decides the owner's freezing: nobody decides their own."""
    found = acting(ANSWERS, on=on, excluding={owner_id})
    return f"福利保障委员会 {found.person.name}" if found else "福利保障委员会"


def desk_phone(*, on: date) -> str:
    """Return a number that somebody of the welfare department answers, empty without one."""
    return next((each.phone for each in holders(HELPS, on=on) if each.phone), "")
