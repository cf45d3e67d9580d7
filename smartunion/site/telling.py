"""What people are told of: subscribers that turn happenings of the trail into notices."""

from collections.abc import Callable, Mapping
from datetime import date

from smartunion.domains.planning import public as planning
from smartunion.domains.wallet.models import Allotment, Freezing, Payment, Refund
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.web.wording import moment, yuan


def terms(day: date) -> Mapping[str, object]:
    """Return the plan year's terms `notices` on a campus day; none where no plan is in force."""
    try:
        return planning.terms("notices", on=day)
    except Refused:
        return {}


def _row(entry: Entry) -> int:
    """Return the number of the row that the entry is about."""
    return int(entry.subject.rpartition(":")[2])


def _freezing(entry: Entry) -> Freezing:
    return Freezing.objects.select_related("wallet__owner", "payment__merchant").get(pk=_row(entry))


def _amount(payment: Payment) -> str:
    return yuan(payment.ecny_fen + payment.points_fen)


def payment_held(entry: Entry) -> None:
    """Tell a member at once that a payment is held and the phone frozen (7.1②)."""
    freezing = _freezing(entry)
    payment = freezing.payment
    notices.tell(
        to=freezing.wallet.owner,
        about=f"wallet.freezing/{freezing.pk}/held",
        title="付款被挂起，这部手机已冻结",
        text=f"{moment(payment.received_at)} 在{payment.merchant}的 {_amount(payment)} "
        "没有付出，余额不受影响。不是您本人付的，或有异议，请点开申诉。",
        link=f"/wallet/freezings/{freezing.pk}/",
        priority=Priority.URGENT,
        at=entry.at,
    )


def payment_released(entry: Entry) -> None:
    """Tell a member that the freezing is lifted."""
    freezing = _freezing(entry)
    notices.tell(
        to=freezing.wallet.owner,
        about=f"wallet.freezing/{freezing.pk}/released",
        title="冻结已解除，付款已完成",
        text=f"在{freezing.payment.merchant}的 {_amount(freezing.payment)} 已付出，"
        "手机可以照常出付款码。",
        link=f"/wallet/freezings/{freezing.pk}/",
        at=entry.at,
    )


def cash_out_confirmed(entry: Entry) -> None:
    """Tell a member what was found, and that it can be appealed."""
    freezing = _freezing(entry)
    notices.tell(
        to=freezing.wallet.owner,
        about=f"wallet.freezing/{freezing.pk}/confirmed",
        title="挂起的付款已作废",
        text="核查认定不符合福利消费规定，钱包停用。点开看理由和复核办法。",
        link=f"/wallet/freezings/{freezing.pk}/",
        priority=Priority.URGENT,
        at=entry.at,
    )


def allotment_failed(entry: Entry) -> None:
    """Tell a member that the bank has not carried out the month's allotment."""
    allotment = Allotment.objects.select_related("wallet__owner").get(pk=_row(entry))
    notices.tell(
        to=allotment.wallet.owner,
        about=f"wallet.allotment/{allotment.pk}/failed",
        title="福利额度没有划拨成功",
        text="银行没有办成，额度还在工会专户，可以再划一次。",
        link="/wallet/allotment/",
        at=entry.at,
    )


def refunded(entry: Entry) -> None:
    """Tell a member, with the day's digest, that money has come back."""
    refund = Refund.objects.select_related("payment__wallet__owner", "payment__merchant").get(
        pk=_row(entry)
    )
    payment = refund.payment
    notices.tell(
        to=payment.wallet.owner,
        about=f"wallet.refund/{refund.pk}",
        title=f"{payment.merchant}退款 {yuan(refund.ecny_fen + refund.points_fen)}",
        text="按原路退回钱包，本月补贴已重算。",
        link=f"/wallet/payments/{payment.pk}/",
        priority=Priority.DIGEST,
        at=entry.at,
    )


WALLET: dict[str, tuple[Callable[[Entry], None], ...]] = {
    "wallet.device_frozen": (payment_held,),
    "wallet.released": (payment_released,),
    "wallet.cash_out_confirmed": (cash_out_confirmed,),
    "wallet.allotment_failed": (allotment_failed,),
    "wallet.refunded": (refunded,),
}
"""What members hear of their money."""
