"""Who hears of coupons: their holder, when one comes and before it ends."""

from datetime import datetime

from smartunion.domains.coupons.models import Coupon
from smartunion.kernel.base.money import in_yuan
from smartunion.kernel.notices.actions import tell


def issued(coupon: Coupon, *, at: datetime) -> None:
    """Tell the holder of a new coupon, and until when it is good."""
    tell(
        to=coupon.holder,
        about=f"coupons.issued:{coupon.pk}",
        title=f"收到{coupon.get_kind_display()} {in_yuan(coupon.face_fen)} 元",
        text=f"{coupon.because}。{coupon.expires_on:%-m月%-d日} 24:00 前使用。",
        link=f"/coupons/{coupon.pk}/",
        at=at,
    )


def ending(coupon: Coupon, *, at: datetime) -> None:
    """Remind the holder of what is left."""
    tell(
        to=coupon.holder,
        about=f"coupons.ending:{coupon.pk}",
        title=f"{coupon.get_kind_display()}还有 {in_yuan(coupon.left_fen)} 元没用",
        text=f"{coupon.expires_on:%-m月%-d日} 24:00 到期，过期的余额收回预算。",
        link=f"/coupons/{coupon.pk}/",
        at=at,
    )
