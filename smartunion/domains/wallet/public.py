"""The one door of the shop for other domains: ids and frozen facts."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.kernel.people.models import Person

from . import rules
from .actions import admitting, folding, ordering, penalising
from .actions.penalising import Taken
from .reads import banked, controls, keys, overview, register
from .reads import claims as claim_reads
from .reads import postings as posting_reads
from .reads import statements as statement_reads
from .reads import trades as trade_reads
from .reads.claims import Claim
from .reads.controls import Admissions, FreezingFacts
from .reads.figures import terms_on
from .reads.overview import DaySums, HeatCell, MonthOfMember, Sale, SubsidyOfMember
from .reads.postings import Behind, Part
from .reads.register import MonthRow
from .reads.register import Total as MonthTotal
from .reads.statements import Settled
from .reads.trades import Callee, ShopFact, Sold, TerminalFact, Trade
from .reads.vouchers import Voucher

__all__ = [
    "Admissions", "Behind", "Callee", "Claim", "DaySums", "FreezingFacts", "HeatCell",
    "MonthOfMember", "MonthRow", "MonthTotal", "Part", "Sale", "Settled", "ShopFact",
    "ShortCode", "Sold", "SubsidyOfMember", "Taken", "TerminalFact", "Trade", "Voucher",
]  # fmt: skip
"""The facts that the door hands out; its functions are below."""


def monthly_active(month: date) -> list[MonthOfMember]:
    """Return every registered member with what they bought in the month (K07, R053)."""
    return overview.monthly_active(month)


def monthly_active_count(month: date) -> tuple[int, int]:
    """Return the active members of the month and all registered ones, without the rows."""
    return overview.monthly_active_count(month)


def subsidies(month: date) -> list[SubsidyOfMember]:
    """Return a row for each person with a subsidy in the consumption month, and the cap (K13)."""
    return overview.subsidies(month)


def over_cap_count(month: date) -> tuple[int, int]:
    """Return for how many persons the month's subsidy passes the cap, and how many earned one."""
    return overview.over_cap_count(month)


def sales_of_month(month: date) -> list[Sale]:
    """Return what was sold in a consumption month (K22). Never a payer."""
    return overview.sales_of_month(month)


def sale_count(month: date) -> int:
    """Return how many purchases a consumption month holds."""
    return overview.sale_count(month)


def sales_of_day(day: date, *, limit: int | None = None) -> list[Sale]:
    """Return the day's purchases and declined attempts, newest first; with a limit only sales."""
    return overview.sales_of_day(day, limit=limit)


def sums_of_day(day: date) -> DaySums:
    """Return a day's turnover (fen), how many purchases and how many declined."""
    return overview.sums_of_day(day)


def heat_cells(day: date) -> list[HeatCell]:
    """Return merchant × half hour of a day; cells of too few payers hold no count (R050, T59)."""
    return overview.heat_cells(day)


def last_trading_day(*, before: date) -> date | None:
    """Return the newest day before the given one on which something was sold."""
    return overview.last_trading_day(before=before)


def admissions(*, at: datetime) -> Admissions:
    """Return how many merchants trade, and how many have signed and paid in full (7.1①, R241)."""
    return controls.admissions(at=at)


def freezing_facts() -> FreezingFacts:
    """Return when the freezing rule was last asked and last struck (7.1②, R241)."""
    return controls.freezing_facts()


def trades(month: date) -> list[Trade]:
    """Return the month's purchases that stayed, by wallet, merchant and moment (7.1)."""
    return trade_reads.trades(month)


def sold(month: date, *, at: datetime) -> list[Sold]:
    """Return the month's purchases as they stood at a moment: what R058's sample is drawn from."""
    return trade_reads.sold(month, at=at)


def callees(payment_ids: Collection[int]) -> dict[int, Callee]:
    """Return whom to ring about which purchase (R058): family name and phone, nothing more."""
    return trade_reads.callees(payment_ids)


def payers(payment_ids: Collection[int]) -> list[Person]:
    """Return who paid these purchases: nobody decides their own matter."""
    return trade_reads.payers(payment_ids)


def vouchers(payment_ids: Collection[int], *, names: bool) -> list[Voucher]:
    """Return the purchases opened row by row; payers in full only where `names`."""
    return trade_reads.opened(payment_ids, names=names)


def shops() -> list[ShopFact]:
    """Return every merchant by number, with its state and deposit (R043, R056)."""
    return trade_reads.shop_facts()


def shop(merchant_id: int) -> ShopFact | None:
    """Return one merchant, or None."""
    return trade_reads.shop_fact(merchant_id)


def penalise(
    *, payment_ids: Collection[int], bar: bool, by: Person, at: datetime, because: str
) -> Taken:
    """Take back the union's share of confirmed cash-outs, in fen, and bar the payers (R059).

    What of it was paid already, the one who asks has settlement claw back from the merchant.
    """
    return penalising.penalise(payment_ids=payment_ids, bar=bar, by=by, at=at, because=because)


def bank_mark() -> str:
    """Return this installation's mark before its keys at the bank."""
    return banked.mark()


def bank_merchants() -> dict[str, tuple[int, str, str]]:
    """Return (id, number, name) of every merchant by its reference at the bank."""
    return {ref: (m.pk, m.number, m.name) for ref, m in banked.merchants().items()}


def first_bank_day() -> date | None:
    """Return the value day of the first order to the bank."""
    return banked.first_day()


def newest_bank_order() -> int:
    """Return the number of the newest order to the bank, 0 before the first."""
    return banked.newest_order()


def newest_bank_orders(*, since: date) -> dict[date, int]:
    """Return the number of the newest order of each value day from a day on."""
    return banked.newest_orders(since=since)


def lay_bank_movements(*, day: date) -> None:
    """Lay every order of a value day, as the bank's file must show it, into a temporary table.

    It is `bank_movement` (document, kind, wallet, merchant, terminal, fen, occurred_at, state,
    bank_ref), made anew, and gone at the transaction's end; the one who asks may add rows.
    """
    banked.lay_movements(day=day)


def lay_bank_movements_named(documents: Sequence[str]) -> None:
    """Lay the orders of these documents, of whatever day, into `bank_movement` besides."""
    banked.lay_movements_named(documents)


def bank_did(
    *, document: str, bank_ref: str, posted_at: datetime, by: Person | None, at: datetime,
    because: str,
) -> bool:  # fmt: skip
    """Note what the bank's own file proves it has carried out; return whether it was news."""
    return ordering.proven_done(
        document=document, bank_ref=bank_ref, posted_at=posted_at, by=by, at=at, because=because
    )


def restore(*, payment_ids: Collection[int], by: Person, at: datetime, because: str) -> int:
    """Undo a penalty that a dispute found wrong; return what is given back, in fen."""
    return penalising.restore(payment_ids=payment_ids, by=by, at=at, because=because)


def terminals(merchant_id: int) -> list[TerminalFact]:
    """Return a merchant's terminals in service (R047)."""
    return trade_reads.terminals(merchant_id)


def deposit_due_fen(*, on: date) -> int:
    """Return the deposit that a merchant owes on a day (R056)."""
    return terms_on(on).deposit_fen


def shop_of(unit_ids: Collection[int] | None) -> ShopFact | None:
    """Return the merchant whose own people ask, or None."""
    return trade_reads.shop_of(unit_ids)


def sign_undertaking(*, merchant_id: int, by: Person, at: datetime) -> None:
    """Note that the merchant has signed the undertaking against cash-out (R055)."""
    admitting.sign_undertaking(merchant_id=merchant_id, by=by, at=at)


def pay_deposit(
    *, merchant_id: int, amount_fen: int, document: str, by: Person, at: datetime
) -> None:
    """Take a deposit: a liability, never income (R056, T21)."""
    admitting.pay_deposit(
        merchant_id=merchant_id, amount_fen=amount_fen, document=document, by=by, at=at
    )


def activate(*, merchant_id: int, by: Person, at: datetime) -> None:
    """Let the merchant trade; refused without undertaking or deposit."""
    admitting.activate(merchant_id=merchant_id, by=by, at=at)


def suspend(*, merchant_id: int, by: Person, at: datetime, because: str) -> None:
    """Stop the merchant from trading within two seconds."""
    admitting.suspend(merchant_id=merchant_id, by=by, at=at, because=because)


def let_go(
    *,
    merchant_id: int,
    expelled: bool,
    forfeited_fen: int,
    owed_fen: int,
    document: str,
    by: Person,
    at: datetime,
    because: str,
) -> int:
    """Let a merchant go; return what of the deposit goes back to it, in fen (T21, R059)."""
    return admitting.let_go(
        merchant_id=merchant_id, expelled=expelled, forfeited_fen=forfeited_fen,
        owed_fen=owed_fen, document=document, by=by, at=at, because=because,
    )  # fmt: skip


def subsidy_claims(month: date) -> Iterator[Claim]:
    """Give what we say each purchase of a consumption month earned, without penalties."""
    return claim_reads.claims(month)


def refunds_of_month(month: date) -> Iterator[tuple[str, str, int, datetime]]:
    """Give (refund, payment, fen, when) of what was given back of a month's purchases."""
    return claim_reads.backs(month)


def settled(month: date) -> list[Settled]:
    """Return every merchant's statement month; of a closed month for ever the same (M1)."""
    return statement_reads.settled(month)


def settled_total_fen(row: Settled, month: date) -> int:
    """Return what a merchant gets in all for a month, under the reading in force (T04)."""
    return statement_reads.total_fen(row, month)


def close_month(*, month: date, by: Person | None, at: datetime) -> None:
    """Close a consumption month for the review of the 5th; closing it twice keeps the first."""
    folding.close_month(month=month, by=by, at=at)


def month_report(month: date) -> tuple[list[MonthRow], MonthTotal]:
    """Return the month's subsidy report by merchant, and its sums (R052)."""
    rows = register.subsidy_report(month)
    return rows, register.total(rows)


def months(*, on: date) -> list[date]:
    """Return the months with payments up to a day, newest first."""
    return register.months(on)


def at_cap_count(month: date) -> tuple[int, int]:
    """Return for how many persons the month's subsidy reaches the cap, and how many earned one."""
    return overview.at_cap_count(month)


def freezings_between(since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many phones were frozen in [since, until), and how many of them still wait."""
    return controls.freezings_between(since, until)


def review_day(*, on: date) -> int:
    """Return the day of the month on which the committee reviews the report (T26)."""
    return terms_on(on).review_day


def least_payers(*, on: date) -> int:
    """Return below how many payers a cell of the heat map is muted (T59)."""
    return terms_on(on).heatmap_min_payers


@dataclass(frozen=True)
class ShortCode:
    """A code of ours that somebody showed: for what number, made at which tenth of a second."""

    number: int
    counter: int
    age_seconds: float


def behind(document: str) -> Behind | None:
    """Return the purchases and refunds that a transfer of the ledger sums up; None for others."""
    return posting_reads.behind(document)


def short_code(number: int, *, purpose: str, at: datetime) -> str:
    """Return 18 digits for a phone to show, of the payment code's kind but good for nothing else.

    Nothing is written: it carries its number, its moment and the house's tag for the purpose.
    """
    return rules.code_of(number, rules.counter_at(at), keys.code_key(purpose))


def read_short_code(code: str, *, purpose: str, at: datetime) -> ShortCode | None:
    """Return what a code of this purpose says; None for any other. Single use is the caller's."""
    read = rules.read_code(code, at, keys.code_key(purpose))
    if read is None:
        return None
    return ShortCode(*read, rules.code_age(read[1], at).total_seconds())


def code_seconds(*, on: date) -> int:
    """Return for how many seconds a code on a phone is good."""
    return terms_on(on).code_seconds


def trial_days(*, on: date) -> list[date]:
    """Return the days of the trial of the plan year that covers a day (R049); none without one."""
    terms = terms_on(on)
    if terms.trial_from is None or terms.trial_until is None:
        return []
    days = (terms.trial_until - terms.trial_from).days + 1
    return [terms.trial_from + timedelta(days=n) for n in range(days)]
