"""The holder's coupons on the phone: what is left, until when, and the code for the venue."""

from django.http import Http404, HttpResponse

from smartunion.domains.coupons.actions.redeeming import PURPOSE
from smartunion.domains.coupons.reads import coupons as reads
from smartunion.domains.coupons.reads.figures import terms_on
from smartunion.domains.coupons.rules.terms import SPORT
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.web.page import PersonRequest, page, show
from smartunion.kernel.web.qr import qr_of

CAN = "wallet.own"


@page(can=CAN)
def mine(request: PersonRequest) -> HttpResponse:
    """我的券: what can be spent first, what was spent, what is over."""
    on = campus_day(clock.now())
    rows = reads.of_person(request.person, on=on)
    context = {
        "open": [row for row in rows if row.is_open],
        "past": [row for row in rows if not row.is_open],
        "left_fen": sum(row.left_fen for row in rows if row.is_open),
        "terms": terms_on(on),
    }
    return show(request, "coupons/phone/mine.html", context)


@page(can=CAN)
def coupon(request: PersonRequest, *, coupon_id: int) -> HttpResponse:
    """一张券: its code while it can be spent at a venue, how it was spent; only one's own."""
    at = clock.now()
    found = reads.own(request.person, coupon_id, on=campus_day(at))
    if found is None:
        raise Http404("不是你的券")
    seconds = wallet.code_seconds(on=campus_day(at))
    context = {
        "it": found,
        "spent": reads.spent_of(found.id, at=at),
        "terms": terms_on(campus_day(at)),
        "seconds": seconds,
        "sport": found.kind == SPORT,
    }
    if found.is_open and found.kind == SPORT:
        digits = wallet.short_code(found.id, purpose=PURPOSE, at=at)
        context |= {
            "code": digits,
            "digits": " ".join((digits[:4], digits[4:8], digits[8:12], digits[12:16], digits[16:])),
            "qr": qr_of(digits, label="券码二维码"),
        }
    response = show(request, "coupons/phone/coupon.html", context, part="stage")
    response.headers["Cache-Control"] = "no-store"
    return response
