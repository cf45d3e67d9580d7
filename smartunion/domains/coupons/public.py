"""The one door of coupons for other domains: issue one, have one taken, count them."""

from dataclasses import dataclass
from datetime import date, datetime

from smartunion.kernel.people.models import Person

from .actions import issuing, redeeming
from .models import Coupon, Redemption
from .reads import coupons

SPORT, RESEARCH = "sport", "research"


@dataclass(frozen=True)
class CouponFact:
    """A coupon as other domains know it, in fen."""

    id: int
    number: str
    holder_id: int
    face_fen: int
    left_fen: int
    document: str
    expires_on: date


def _fact(row: Coupon) -> CouponFact:
    return CouponFact(
        row.pk, coupons.number_of(row.pk, row.kind), row.holder_id, row.face_fen, row.left_fen,
        row.document, row.expires_on,
    )  # fmt: skip


def issue(
    *, kind: str, holder: Person, document: str, by: Person | None, at: datetime, because: str
) -> CouponFact:
    """Issue a coupon of the plan's worth; the same document issues once (R142, R176)."""
    made = issuing.issue(kind=kind, holder=holder, document=document, by=by, at=at, because=because)
    return _fact(made)


def redeem(
    *, coupon_id: int, amount_fen: int, item: str, invoice: str, by: Person, at: datetime
) -> CouponFact:
    """Pay an invoice out of a research coupon; the same invoice pays once (R142)."""
    made: Redemption = redeeming.redeem_in_finance(
        coupon_id=coupon_id, amount_fen=amount_fen, item=item, invoice=invoice, by=by, at=at
    )
    return _fact(made.coupon)


def totals(year: int) -> list[coupons.Total]:
    """Return what of each kind was issued in a year and what became of it (K43, R176)."""
    return coupons.totals(year)
