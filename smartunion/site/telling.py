"""What people are told of: subscribers that turn happenings of the trail into notices."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from smartunion.domains.planning import public as planning
from smartunion.domains.wallet.models import Allotment, Appeal, Freezing, Payment, Refund, Wallet
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.notices import actions as notices
from smartunion.kernel.notices.rules import Priority
from smartunion.kernel.people.reads import acting, holders
from smartunion.kernel.timers import actions as timers
from smartunion.kernel.timers.handlers import Handler
from smartunion.kernel.timers.models import Timer
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


def barred(entry: Entry) -> None:
    """Tell a member that a cash-out was found in their purchases, and whom to ask."""
    wallet = Wallet.objects.select_related("owner").get(pk=_row(entry))
    notices.tell(
        to=wallet.owner,
        about=f"wallet.wallet/{wallet.pk}/barred/{entry.pk}",
        title="钱包已停用",
        text="核查认定有付款不符合福利消费规定。有异议请向工会福利部反映，由未经手的人复核。",
        link="/wallet/",
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


DECIDES_APPEALS, HEARS_LATE = "welfare_committee_chair", "executive_vice_chair"
APPEAL_DUE = "wallet.appeal_due"
A_DAY = timedelta(hours=15)
"""How long before its deadline an appeal is called to mind again: at nine of its last day."""


def appealed(entry: Entry) -> None:
    """Tell at once who answers an appeal, until when, and set what reminds them (T57)."""
    appeal = Appeal.objects.select_related("freezing__wallet").get(pk=_row(entry))
    owner = acting(
        DECIDES_APPEALS, on=campus_day(entry.at), excluding={appeal.freezing.wallet.owner_id}
    )
    if owner is not None:
        notices.tell(
            to=owner.person,
            about=f"wallet.appeal/{appeal.pk}/asked",
            title="有一件冻结申诉等您答复",
            text=f"最晚 {moment(appeal.due_at - timedelta(minutes=1))} 答复。",
            link=f"/wallet/desk/freezings/{appeal.freezing_id}/",
            priority=Priority.URGENT,
            at=entry.at,
        )
    for what, due_at in (("soon", appeal.due_at - A_DAY), ("late", appeal.due_at)):
        timers.set_timer(
            kind=APPEAL_DUE,
            key=f"{APPEAL_DUE}/{appeal.pk}/{what}",
            due_at=due_at,
            payload={"appeal": appeal.pk, "late": what == "late"},
            at=entry.at,
        )


def appeal_due(timer: Timer, at: datetime) -> None:
    """Remind of an appeal that nobody has answered; when it is late, its owner's superior too."""
    appeal = Appeal.objects.select_related("freezing__wallet").get(pk=timer.payload["appeal"])
    if appeal.answered_at is not None:
        return
    late, out = bool(timer.payload["late"]), {appeal.freezing.wallet.owner_id}
    owner = acting(DECIDES_APPEALS, on=campus_day(at), excluding=out)
    to = [owner.person] if owner else []
    if late:
        to += [one for one in holders(HEARS_LATE, on=campus_day(at)) if one.pk not in out]
    notices.tell(
        to=to,
        about=f"wallet.appeal/{appeal.pk}/{'late' if late else 'soon'}",
        title="冻结申诉已过答复期限" if late else "冻结申诉今天必须答复",
        text=f"期限 {moment(appeal.due_at - timedelta(minutes=1))}，还没有答复。",
        link=f"/wallet/desk/freezings/{appeal.freezing_id}/",
        priority=Priority.URGENT,
        at=at,
    )


TIMERS: dict[str, Handler] = {APPEAL_DUE: appeal_due}
"""What the clock does about appeals."""


def lapsed(entry: Entry) -> None:
    """Tell a member at once that a payment that waited for the bank has come back."""
    payment = Payment.objects.select_related("wallet__owner", "merchant").get(pk=_row(entry))
    notices.tell(
        to=payment.wallet.owner,
        about=f"wallet.payment/{payment.pk}/lapsed",
        title="付款没有成功，钱已退回钱包",
        text=f"在{payment.merchant}的 {_amount(payment)}，{entry.because}。要买的话请再付一次。",
        link=f"/wallet/payments/{payment.pk}/",
        at=entry.at,
    )


WALLET: dict[str, tuple[Callable[[Entry], None], ...]] = {
    "wallet.device_frozen": (payment_held,),
    "wallet.released": (payment_released,),
    "wallet.cash_out_confirmed": (cash_out_confirmed,),
    "wallet.appealed": (appealed,),
    "wallet.barred": (barred,),
    "wallet.allotment_failed": (allotment_failed,),
    "wallet.refunded": (refunded,),
    "wallet.lapsed": (lapsed,),
}
"""What members hear of their money."""
