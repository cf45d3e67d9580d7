"""What the worker does for coupons: remind before one ends, take back what has ended."""

from datetime import datetime

from smartunion.domains.coupons.actions import issuing
from smartunion.domains.coupons.reads import coupons, figures
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused


def keep(*, at: datetime) -> int:
    """Remind and expire what is due; return how many coupons ended. Safe to repeat."""
    day = campus_day(at)
    ended = coupons.ended(on=day)
    for coupon_id in ended:
        issuing.expire(coupon_id=coupon_id, at=at)
    try:
        days = figures.terms_on(day).remind_days
    except Refused:  # no plan covers the day: nothing is reminded of
        return len(ended)
    for coupon_id in coupons.ending(on=day, days=days):
        issuing.remind(coupon_id=coupon_id, at=at)
    return len(ended)
