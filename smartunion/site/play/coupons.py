"""Coupons in the played year: issued by lists, taken at venues and in finance, over."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from smartunion.domains.coupons import jobs
from smartunion.domains.coupons.actions import issuing, redeeming
from smartunion.domains.coupons.models import Coupon, Redemption
from smartunion.domains.wallet import public as wallet
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import acting

from .campus import Campus, moment, told

ISSUER = {"sport": "culture_committee_chair", "research": "growth_committee_chair"}

Note = Callable[[datetime, Callable[[datetime], None]], None]


class Coupons:
    """The year of those who run in the morning, and of the best of the camp."""

    def __init__(self, campus: Campus, note: Note) -> None:
        self.campus, self.note, self.story = campus, note, told("coupons.yaml")

    def plan(self) -> None:
        """Note every issue, every use, every payment to a venue and what is looked after."""
        for each in self.story["issued"]:
            self.note(moment(each["day"], "10:30"), partial(self._issue, each))
        for each in self.story["taken"]:
            self.note(moment(each["day"], each["at"]), partial(self._take, each))
        for each in self.story["reimbursed"]:
            self.note(moment(each["day"], "15:10"), partial(self._reimburse, each))
        for each in self.story["paid"]:
            self.note(moment(each["day"], "16:20"), partial(self._pay, each))
        for day in self.story["looked_after"]:
            self.note(moment(day, "00:10"), self._keep)

    def _document(self, document: str, clue: dict[str, Any]) -> tuple[str, Person]:
        holder = self.campus.person(clue)
        return f"{document}:{holder.username}", holder

    def _issue(self, each: dict[str, Any], at: datetime) -> None:
        who = acting(ISSUER[each["kind"]], on=campus_day(at))
        for clue in each["to"]:
            document, holder = self._document(each["document"], clue)
            by = who.person if who and who.person != holder else None
            issuing.issue(
                kind=each["kind"], holder=holder, document=document, by=by, at=at,
                because=each["because"],
            )  # fmt: skip

    def _coupon(self, each: dict[str, Any]) -> Coupon:
        return Coupon.objects.get(document=self._document(each["of"], each["holder"])[0])

    def _shop(self, number: str) -> wallet.ShopFact:
        return next(one for one in wallet.shops() if one.number == number)

    def _take(self, each: dict[str, Any], at: datetime) -> None:
        coupon, shop = self._coupon(each), self._shop(each["shop"])
        redeeming.redeem_at_venue(
            code=wallet.short_code(coupon.pk, purpose=redeeming.PURPOSE, at=at),
            merchant_id=shop.id, amount_fen=each["yuan"] * 100,
            by=Person.objects.filter(unit=shop.unit_id).order_by("pk")[0], at=at,
        )  # fmt: skip

    def _reimburse(self, each: dict[str, Any], at: datetime) -> None:
        known = Redemption.objects.filter(invoice=each["invoice"])
        typed, other = each.get("typed"), self._another(at)
        if typed and other and not known.exclude(undone_at=None).exists():
            wrong = known.first() or self._redeem(each, typed, at)
            redeeming.undo(
                redemption_id=wrong.pk, by=other, at=at + timedelta(minutes=20),
                because=f"发票是 {each['yuan']} 元，录成了 {typed} 元",
            )  # fmt: skip
        self._redeem(each, each["yuan"], at + timedelta(minutes=30 if typed else 0))

    def _another(self, at: datetime) -> Person | None:
        """Return who else in finance may undo what its clerk typed."""
        on, li = campus_day(at), self.campus.officers["li"].pk
        offices = ("finance_clerk", "finance_head")
        found = (acting(each, on=on, excluding={li}) for each in offices)
        return next((one.person for one in found if one), None)

    def _redeem(self, each: dict[str, Any], yuan: int, at: datetime) -> Redemption:
        return redeeming.redeem_in_finance(
            coupon_id=self._coupon(each).pk, amount_fen=yuan * 100, item=each["item"],
            invoice=each["invoice"], by=self.campus.officers["li"], at=at,
        )  # fmt: skip

    def _pay(self, each: dict[str, Any], at: datetime) -> None:
        redeeming.pay_venue(
            merchant_id=self._shop(each["shop"]).id, slip=each["slip"],
            by=self.campus.officers["li"], at=at,
        )  # fmt: skip

    def _keep(self, at: datetime) -> None:
        jobs.keep(at=at)
