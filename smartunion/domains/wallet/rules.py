"""What the plan says about the wallet's money. Pure; all amounts are whole fen.

The one formula, f, works on the *cumulative* net spend of a wallet's consumption month, never on
one payment alone: so rounding cancels, the cap is exact and no order of payments is better.
`sql/pay.sql` states f again; a property test holds the two equal.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from smartunion.kernel.base.days import campus_day

ON_TOP, INCLUSIVE = "ON_TOP", "INCLUSIVE"
"""The two readings of 1:1.2 (T04): the subsidy comes on top of the spend, or contains it."""

ECNY_ONLY, ALL = "ECNY_ONLY", "ALL"
"""What earns subsidy: the digital yuan only, or the points as well."""

CARRY_OVER, MONTH_END = "CARRY_OVER", "MONTH_END"
"""What becomes of an allotment that the month did not use: it stays, or returns to the fund."""

CODE_DIGITS = 18
"""A payment code is a number that a scanner reads and a cashier can type."""

_TAG, _MOMENTS = 10**8, 10**4


class Rates(Protocol):
    """What the subsidy follows from: the year's terms, or a wallet's own counter of the month."""

    @property
    def rate_num(self) -> int: ...
    @property
    def rate_den(self) -> int: ...
    @property
    def cap_fen(self) -> int: ...


@dataclass(frozen=True)
class Terms:
    """The wallet's dated numbers of one plan year (R042, R044, R045, R057)."""

    allotment_fen: int
    rate_num: int
    rate_den: int
    cap_fen: int
    subsidy_base: str
    settlement_mode: str
    burst_count: int
    burst_minutes: int
    code_seconds: int
    appeal_working_days: int
    heatmap_min_payers: int
    clock_skew_seconds: int
    future_minutes: int
    refund_days: int
    deposit_fen: int
    trial_from: date | None
    trial_until: date | None
    launch_on: date | None
    allotment_opens_on: date | None
    fund_source: str
    budget_subsidy: str
    subsidy_source: str
    budget_allotment: str
    expiry: str = CARRY_OVER
    remind_days: int = 0
    """So many days before a month ends its rest is told of; 0: not at all."""
    review_day: int = 5
    offline: bool = False
    offline_each_fen: int = 0
    offline_per_wallet: int = 0
    offline_sum_fen: int = 0
    offline_rows: int = 0
    offline_hours: int = 0
    bank_first_over_fen: int = 0
    bank_answer_seconds: int = 0
    bank_hold_seconds: int = 0

    @property
    def points_earn(self) -> bool:
        """Tell if points count towards the subsidy."""
        return self.subsidy_base != ECNY_ONLY

    @property
    def window(self) -> timedelta:
        """Return the closed window in which the burst is counted."""
        return timedelta(minutes=self.burst_minutes)


def terms_of(given: Mapping[str, Any]) -> Terms:
    """Return the terms out of the plan's own words; a missing number is never guessed."""

    def day(key: str) -> date | None:
        value = given.get(key)
        return date.fromisoformat(value) if isinstance(value, str) else value

    return Terms(
        **{
            key: int(given[key])
            for key in (
                "allotment_fen",
                "rate_num",
                "rate_den",
                "cap_fen",
                "burst_count",
                "burst_minutes",
                "code_seconds",
                "appeal_working_days",
                "heatmap_min_payers",
                "clock_skew_seconds",
                "future_minutes",
                "refund_days",
                "deposit_fen",
            )
        },
        **{
            key: int(given[key])
            for key in (
                "remind_days",
                "review_day",
                "offline_each_fen",
                "offline_per_wallet",
                "offline_sum_fen",
                "offline_rows",
                "offline_hours",
                "bank_first_over_fen",
                "bank_answer_seconds",
                "bank_hold_seconds",
            )
            if key in given
        },
        subsidy_base=str(given["subsidy_base"]),
        settlement_mode=str(given["settlement_mode"]),
        trial_from=day("trial_from"),
        trial_until=day("trial_until"),
        launch_on=day("launch_on"),
        allotment_opens_on=day("allotment_opens_on"),
        fund_source=str(given["allotment_fund_source"]),
        budget_subsidy=str(given["budget_subsidy"]),
        subsidy_source=str(given["subsidy_source"]),
        budget_allotment=str(given["budget_allotment"]),
        expiry=str(given.get("allotment_expiry", CARRY_OVER)),
        offline=bool(given.get("offline", False)),
    )


def subsidy_fen(net_fen: int, terms: Rates) -> int:
    """Return f: what the union owes for a month's net spend of one person, in whole fen.

    R044 (1:1.2, rounded down) and R045 (never past the cap).
    """
    assert net_fen >= 0
    return min(terms.cap_fen, net_fen * terms.rate_num // terms.rate_den)


def base_fen(ecny_fen: int, points_fen: int, terms: Terms) -> int:
    """Return what of a payment earns subsidy."""
    return ecny_fen + points_fen if terms.points_earn else ecny_fen


def settlement_fen(spent_fen: int, subsidy_fen: int, terms: Terms) -> tuple[int, int]:
    """Return (what the merchant gets in all, what of it the union pays), for one statement (T04).

    ON_TOP: the spend and the subsidy besides. INCLUSIVE: the subsidy is the whole, the spend is
    part of it; the cap then bounds the whole. The ledger's rows are the same (example L).
    """
    if terms.settlement_mode == INCLUSIVE:
        return max(subsidy_fen, spent_fen), max(subsidy_fen - spent_fen, 0)
    return spent_fen + subsidy_fen, subsidy_fen


def attribution(nets_fen: Sequence[int], terms: Terms) -> list[int]:
    """Return each payment's own subsidy, by replaying the month in its order.

    Replaying, not charging the difference to whoever refunds, keeps every payment within the
    rate: the naive way leaves a merchant with subsidy on money that went back (example C).
    """
    shares, before = [], 0
    for net in nets_fen:
        shares.append(subsidy_fen(before + net, terms) - subsidy_fen(before, terms))
        before += net
    return shares


def split_back(total_fen: int, points_fen: int, refunded_fen: int) -> tuple[int, int]:
    """Return (e-CNY, points) that a cumulative refund has given back (R048, example E).

    Working on the cumulative refund makes the parts telescope: a full refund in any number of
    pieces returns exactly both legs.
    """
    assert 0 <= points_fen <= total_fen
    assert 0 <= refunded_fen <= total_fen
    points_back = refunded_fen * points_fen // total_fen
    return refunded_fen - points_back, points_back


def waits_for_bank(total_fen: int, terms: Terms) -> bool:
    """Tell if a purchase is so large that the bank must hold its money before it is taken (R048).

    A floor limit, as card schemes have one: below it the house's own guard answers for the money,
    and lunch goes on while the bank is away. 0 is no limit: nothing waits.
    """
    return 0 < terms.bank_first_over_fen < total_fen


def is_open(day: date, terms: Terms) -> bool:
    """Tell if the mall trades on a day: during the trial run (R049) or since the launch (R051)."""
    trial = (
        terms.trial_from is not None
        and terms.trial_until is not None
        and terms.trial_from <= day <= terms.trial_until
    )
    return trial or (terms.launch_on is not None and day >= terms.launch_on)


def quota_left_fen(allotted_fen: Iterable[int], terms: Terms) -> int:
    """Return what of the month's allotment is still to be drawn (R042)."""
    return max(terms.allotment_fen - sum(allotted_fen), 0)


def month_number(at: datetime) -> int:
    """Return the campus month as yyyymm, as the wallet row counts it."""
    day = campus_day(at)
    return day.year * 100 + day.month


def month_day(month: int) -> date:
    """Return the first day of a month written yyyymm."""
    return date(month // 100, month % 100, 1)


# --- the payment code ---------------------------------------------------------------------------


def _tag(wallet_id: int, counter: int, key: bytes) -> int:
    mac = hmac.digest(key, b"pay-code|%d|%d" % (wallet_id, counter), hashlib.sha256)
    return int.from_bytes(mac[:16]) % _TAG


def counter_at(at: datetime) -> int:
    """Return the moment as the counter of a code: tenths of a second."""
    return int(at.timestamp() * 10)


def code_of(wallet_id: int, counter: int, key: bytes) -> str:
    """Return the payment code's 18 digits: wallet, moment, tag of both under the house's key."""
    assert 0 < wallet_id < 10**6
    return f"{wallet_id:06d}{counter % _MOMENTS:04d}{_tag(wallet_id, counter, key):08d}"


def read_code(code: str, at: datetime, key: bytes) -> tuple[int, int] | None:
    """Return (wallet, counter) of a genuine code made in the last quarter of an hour, else None.

    The counter rises with every code, and the wallet row keeps the last one used: single use
    costs no statement of its own. Whether it is still young enough, the caller asks.
    """
    if len(code) != CODE_DIGITS or not code.isascii() or not code.isdigit():
        return None
    wallet_id, moment, tag = int(code[:6]), int(code[6:10]), int(code[10:])
    now = counter_at(at) + 50  # a phone may be five seconds ahead
    counter = now - (now - moment) % _MOMENTS
    expected = _tag(wallet_id, counter, key)
    if not hmac.compare_digest(expected.to_bytes(8), tag.to_bytes(8)):
        return None
    return wallet_id, counter


def code_age(counter: int, at: datetime) -> timedelta:
    """Return how old a code is."""
    return at - datetime.fromtimestamp(counter / 10, tz=at.tzinfo)
