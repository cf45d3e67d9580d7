"""What happens around the merchants in the played year: schemes, the monthly calls, decisions.

The schemes are played by people who buy nothing else that month; the detectors find them or not.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from smartunion.domains.merchants import jobs
from smartunion.domains.merchants.actions import calling, deciding, detecting, leaving
from smartunion.domains.merchants.models import CallBack, Suspicion
from smartunion.domains.merchants.reads import cases
from smartunion.domains.wallet import jobs as keeping
from smartunion.domains.wallet import public as wallet
from smartunion.domains.wallet.actions import numbers as explaining
from smartunion.domains.wallet.reads import numbers
from smartunion.kernel.base.days import campus_day, campus_month, next_month
from smartunion.kernel.people.models import Person
from smartunion.site.cast import BY_USERNAME

from .campus import Campus, moment

EVERY = 19
"""Every so many calls nobody answers, so that the next in the order is called."""

Note = Callable[[datetime, Callable[[datetime], None]], None]
Buy = Callable[[Person, str, int, datetime], None]


class Watching:
    """The risk desk's year."""

    def __init__(self, campus: Campus, note: Note, buy: Buy, until: datetime) -> None:
        self.campus, self.note, self.buy, self.until = campus, note, buy, until

    def schemers(self, month: date) -> set[int]:
        """Return who plays a scheme in a month and therefore buys nothing else."""
        stories = self.campus.story["schemes"]
        return set().union(*(self.players(e) for e in stories if e["month"] == month.month))

    def players(self, scheme: dict[str, Any]) -> set[int]:
        """Return who plays a scheme."""
        return {self._person(number).pk for number in scheme["people"]}

    def _person(self, number: int) -> Person:
        """Return one of the crowd who has no part in the story's bursts."""
        bursts = {self.campus.person(each).pk for each in self.campus.story["bursts"]}
        extras = [
            one
            for one in self.campus.people
            if one.username not in BY_USERNAME and one.pk not in bursts
        ]
        return extras[number % len(extras)]

    def plan(self) -> None:
        """Note what the story tells of shops that leave."""
        tang, li = self.campus.officers["tang"], self.campus.officers["li"]
        for day in wallet.trial_days(on=campus_day(self.until)):
            self.note(moment(day + timedelta(days=1), "00:20"), self._publish)
        for each in self.campus.story["skipped"]:
            till = self.campus.tills[each["shop"]][0]
            self.note(moment(each["day"], "06:40"), partial(self._skip, till))
            after = each["day"] + timedelta(days=1)
            self.note(moment(after, "09:30"), partial(self._explain, till, each))
        for each in self.campus.story["schemes"]:
            if "decided" in each:
                month = each["decided"].replace(month=each["month"], day=1)
                self.note(moment(each["decided"], "10:20"), partial(self._decide, month))
        for each in self.campus.story["departures"]:
            for what, by, act in (
                ("day", tang, self._open),
                ("settled", li, self._settle),
                ("decided", self.campus.officers["wang"], self._end),
                ("refunded", li, self._refund),
            ):
                self.note(moment(each[what], "16:10"), partial(act, each, by))

    def _skip(self, till: int, at: datetime) -> None:
        self.campus.number(till, campus_day(at))

    def _explain(self, till: int, each: dict[str, Any], at: datetime) -> None:
        day = each["day"]
        for gap in numbers.gaps([till], since=day, until=day + timedelta(days=1)):
            explaining.explain(
                terminal_id=till, biz_date=day, first=gap.first, by=self.campus.officers["tang"],
                at=at, because=each["because"],
            )  # fmt: skip

    def _departure(self, each: dict[str, Any]) -> tuple[int, str]:
        """Return the shop and its open step; an empty one when all is done."""
        shop = next(one for one in wallet.shops() if one.number == each["shop"])
        return shop.id, cases.leaving_step_of(shop.id)

    def _open(self, each: dict[str, Any], by: Person, at: datetime) -> None:
        shop, _ = self._departure(each)
        if cases.departure(shop) is None and cases.findings(shop):
            leaving.open_departure(
                merchant_id=shop, kind=each["kind"], by=by, at=at, because=each["because"]
            )

    def _settle(self, each: dict[str, Any], by: Person, at: datetime) -> None:
        shop, step = self._departure(each)
        if step == "settling":
            leaving.settle(merchant_id=shop, account="四月账款、更正与保证金已核对", by=by, at=at)

    def _end(self, each: dict[str, Any], by: Person, at: datetime) -> None:
        shop, step = self._departure(each)
        if step == "decision":
            leaving.decide(
                merchant_id=shop, forfeit_fen=each["forfeit"] * 100, by=by, at=at,
                because=each["because"],
            )  # fmt: skip

    def _refund(self, each: dict[str, Any], by: Person, at: datetime) -> None:
        shop, step = self._departure(each)
        if step == "refund":
            leaving.refund(merchant_id=shop, receipt="退款回单 0519-3", by=by, at=at)

    def plan_month(self, month: date) -> None:
        """Note the month's schemes; of the month before what is detected, called, decided."""
        for each in self.campus.story["schemes"]:
            if each["month"] == month.month:
                self._plan_scheme(each, month)
        before = campus_month(moment(month - timedelta(days=1)))
        last = next_month(month) - timedelta(days=1)
        self.note(moment(last - timedelta(days=3), "09:40"), self._remind)
        self.note(moment(month, "09:10"), partial(self._watch, before))
        self.note(moment(month.replace(day=3), "16:00"), partial(self._call, before))
        self.note(moment(month.replace(day=4), "10:20"), partial(self._decide, before))

    def _plan_scheme(self, each: dict[str, Any], month: date) -> None:
        fen = round(each["yuan"] * 100)
        for day in each["days"]:
            at = moment(month.replace(day=day), each["at"])
            for number in each["people"]:
                for _ in range(each.get("times", 1)):
                    person = self._person(number)
                    self.note(at, partial(self.buy, person, each["shop"], fen))
                    at += timedelta(minutes=each["apart"])

    def _remind(self, at: datetime) -> None:
        keeping.keep_months(at=at)

    def _publish(self, at: datetime) -> None:
        jobs.publish(at=at)

    def _watch(self, month: date, at: datetime) -> None:
        detecting.scan(month=month, by=None, at=at)
        calling.draw(month=month, by=None, at=at)

    def _call(self, month: date, at: datetime) -> None:
        caller = Person.objects.get(username="caller")
        for turn in range(2):
            waiting = CallBack.objects.filter(sample__month=month, result="").order_by("pk")
            reports = [
                calling.Report(
                    number=each.number,
                    result="unreached" if not turn and not number % EVERY else "true",
                    called_at=at - timedelta(minutes=5),
                )
                for number, each in enumerate(waiting, 1)
            ]
            if reports:
                calling.take(reports=reports, source="excel", by=caller, at=at)

    def _decide(self, month: date, at: datetime) -> None:
        """Decide what waits, as the story of the shop's scheme has it; the rest is nothing."""
        shops = {one.id: one.number for one in wallet.shops()}
        told = {
            each["shop"]: each
            for each in self.campus.story["schemes"]
            if each["month"] == month.month
        }
        wang = self.campus.officers["wang"]
        for one in Suspicion.objects.filter(month=month, state="open").order_by("pk"):
            each = told.get(shops[one.merchant_id], {})
            if "decided" in each and at < moment(each["decided"]):
                continue
            act = deciding.confirm if each.get("outcome") == "confirmed" else deciding.exclude
            because = each.get("because", "小票与监控相符，没有问题")
            act(suspicion_id=one.pk, by=wang, at=at, because=because)
