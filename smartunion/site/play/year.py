"""`smartunion play`: a plan year lived through the real actions, day by day, from one seed.

Every row that the year leaves behind was written by the action that an officer, a member or a
till would have used; the bank is asked over HTTP as always. Living the same year again changes
nothing, so a play that was interrupted is simply played again.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any, cast

from smartunion.domains.performance import jobs as performance
from smartunion.domains.planning import public as planning
from smartunion.domains.wallet.actions import allotting, deciding, folding, opening
from smartunion.domains.wallet.gateways import Bank, HttpBank
from smartunion.domains.wallet.models import Freezing
from smartunion.domains.wallet.reads import figures
from smartunion.kernel.base.days import campus_day, campus_month, next_month
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.models import Encumbrance, Transfer
from smartunion.kernel.notices import jobs as notices
from smartunion.kernel.people.models import Person
from smartunion.kernel.private import jobs as private
from smartunion.kernel.trail.deliver import deliver
from smartunion.site.org import founding, rosters

from . import errands, lines, tills
from . import people as crowd
from .aid import Aid
from .campus import Campus, gather, moment, open_shops
from .congress import Assembly
from .coupons import Coupons
from .crisis import Crisis
from .democracy import Democracy
from .drills import Drills
from .duty import Rosters
from .merchants import Watching
from .policy import Policy
from .procurement import Procurement
from .rulebook import Rulebook
from .safety import Safety
from .settlement import Messenger, Settlement
from .wellbeing import Wellbeing

REFUND_SHARE = 0.012
SHORT_SHARE = 0.004
"""How many purchases are given back, and how many are tried with too little money."""

HALF = 0.5
TOO_MUCH = 500
"""A slip on the keypad: more than a year's allotments, so that it is never a large purchase."""

FIRST_DRAW, BRINGING_BACK = "07:00", "10:20"
"""From when on the quota is drawn, and when purchases are brought back."""

VISITOR = "lin"
"""Who has not drawn the last month's quota, so that a visitor of the demonstration can."""


@dataclass
class Tally:
    """What the year came to, counted as it is lived."""

    payments: int = 0
    refunds: int = 0
    allotments: int = 0
    refusals: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, order=True)
class Deed:
    """Something that happens at a moment of the play; the number keeps the order of equals."""

    at: datetime
    number: int
    do: Callable[[datetime], None] = field(compare=False)


Diary = dict[date, list[Deed]]


class Year:
    """One year on one campus; `until` is the moment at which the play stops."""

    def __init__(
        self,
        *,
        year: int,
        seed: int,
        people: int,
        until: datetime,
        bank: HttpBank,
        say: Callable[[str], None],
        world: str = "",
    ) -> None:
        """Live it with a bank; `world` is where its faults are switched, empty: nowhere."""
        self.year, self.seed, self.size, self.until = year, seed, people, until
        self.bank, self.say, self.world = bank, say, world
        self.line = cast(Bank, lines.of_the_year(bank, seed))
        self.tally = Tally()
        self.diary: Diary = defaultdict(list)
        self.papers: Diary = defaultdict(list)
        self.deeds = 0
        self.draws: dict[date, list[tills.Draw]] = defaultdict(list)
        self.visits: dict[date, list[tuple[Person, crowd.Visit]]] = defaultdict(list)
        self.returns: dict[date, list[tills.Return]] = defaultdict(list)

    def live(self) -> Tally:
        """Live every day until the end.

        Cases go their way while the crowd shops: neither asks for what the other does that day.
        """
        with errands.beside(self._messenger) as self.errands, tills.crowd() as self.people:
            self.campus = self._found()
            self._plan_the_story()
            day, last = date(self.year, 1, 2), campus_day(self.until)
            while day <= last:
                if day.day == 1:
                    self._plan_the_month(day)
                self._live(self.diary, day)
                shopping = self._shop(day)
                self._live(self.papers, day)
                self._come_home(shopping)
                self._tell(day)
                if next_month(day) == day + timedelta(days=1) or day == last:
                    self._settle(day)
                day += timedelta(days=1)
        return self.tally

    def _messenger(self) -> Messenger:
        """Return who asks the bank, in a process of their own, over connections of their own."""
        bank = self.bank.afresh()
        line = lines.of_the_year(bank, self.seed, "errands")
        return Messenger(bank, line, self.world)

    def _found(self) -> Campus:
        """Lay what the year stands on: people, plan, accounts, shops."""
        first = date(self.year, 1, 2)
        at = moment(first, "08:30")
        founding.found(year=self.year, people=self.size, seed=self.seed, at=at)
        rosters.lay(year=self.year, at=at)
        planning.import_year(year=self.year, by=None, at=at, because="年度计划经常委会审议通过")
        ledger.load_chart(at=at)
        private.keep_log(at)
        deposit = figures.terms_on(first).deposit_fen
        tills = open_shops(day=date(self.year, 1, 13), deposit_fen=deposit)
        campus = gather(seed=self.seed, year=self.year, tills=tills)
        for person in campus.people:
            opening.open_wallet(person=person, by=None, at=at)
        return campus

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        """Write a deed into the diary, unless it lies beyond the end of the play."""
        self._write(self.diary, at, do)

    def _file(self, at: datetime, do: Callable[[datetime], None]) -> None:
        """Write a deed of a case into the other diary: it has nothing to do with wallets."""
        self._write(self.papers, at, do)

    def _write(self, diary: Diary, at: datetime, do: Callable[[datetime], None]) -> None:
        if at <= self.until:
            self.deeds += 1
            diary[campus_day(at)].append(Deed(at, self.deeds, do))

    def _live(self, diary: Diary, day: date) -> None:
        """Do the day's deeds in the order of the clock; what is refused is counted."""
        for deed in sorted(diary.pop(day, ())):
            try:
                deed.do(deed.at)
            except Refused as no:
                self.tally.refusals[no.code] += 1

    def _tell(self, day: date) -> None:
        """Let everybody hear what happened to them, and get the evening's digest."""
        at = min(moment(day, "18:00"), self.until)
        while deliver(at=at):
            pass
        notices.gather(at=at)

    # --- the story beside the shopping

    def _plan_the_story(self) -> None:
        story = self.campus.story
        for each in story["income"]:
            self._note(moment(each["day"], "10:00"), partial(self._income, each))
        for number, each in enumerate(story["contracts"], 1):
            document = f"contract:{self.year}-{number:02}"
            self._note(moment(each["day"], "15:00"), partial(self._sign, each, document))
            for on, amount in each["paid"].items():
                self._note(moment(on, "15:30"), partial(self._pay_part, each, document, amount))
        for each in story["points"]:
            self._note(moment(each["day"], "11:00"), partial(self._points, each))
        for each in story["bursts"]:
            self._plan_a_burst(each)
        for each in story["large"]:
            self._note(moment(each["day"], each["at"]), partial(self._buy_large, each))
        self.watching = Watching(self.campus, self._note, self._buy_schemed, self.until)
        self.watching.plan()
        Aid(self.campus, self._file, self.until).plan()
        Procurement(self.campus, self._file, self.until).plan()
        Safety(self.campus, self._file, self.until).plan()
        Rulebook(self._file).plan()
        Crisis(self.campus, self._file, self.until).plan()
        Coupons(self.campus, self._file).plan()
        Drills(self._file, self.until).plan()
        Wellbeing(self.campus, self._file, self.until).plan()
        Democracy(self.campus, self._file, self.until).plan()
        Assembly(self.campus, self._file, self.until).plan()
        Policy(self.campus, self._file, self.until).plan()
        Rosters(self._file, self.until).plan()
        self.settlement = Settlement(
            self.campus, self._note, self.bank, line=self.line, errands=self.errands,
            world=self.world,
        )  # fmt: skip
        late, still_open = story["milestones"]["late"], set(story["milestones"]["open"])
        for each in planning.milestones(self.year):
            if each.code not in still_open:
                on = max(
                    each.counts_on + timedelta(days=late.get(each.code, 0)), date(self.year, 1, 2)
                )
                self._note(
                    moment(on, "16:00"),
                    partial(self._achieve, each.code),
                )

    def _income(self, each: dict[str, Any], at: datetime) -> None:
        document = f"income:{each['day']}"
        if not Transfer.objects.filter(document=document).exists():
            ledger.post(
                debit="bank.deposits",
                credit=each["account"],
                amount_fen=each["yuan"] * 100,
                document=document,
                by=self.campus.officers["li"],
                at=at,
                because=each["for"],
            )

    def _sign(self, each: dict[str, Any], document: str, at: datetime) -> None:
        if not Encumbrance.objects.filter(document=document).exists():
            ledger.encumber(
                document=document,
                budget_code=f"{self.year}/{each['line']}",
                fund_source=each["fund"],
                amount_fen=each["yuan"] * 100,
                by=self.campus.officers["li"],
                at=at,
                because=each["what"],
            )

    def _pay_part(self, each: dict[str, Any], document: str, amount: int, at: datetime) -> None:
        if not Transfer.objects.filter(document=document, event_at=at).exists():
            ledger.spend(
                document=document,
                debit=each["account"],
                credit="bank.deposits",
                amount_fen=amount * 100,
                by=self.campus.officers["li"],
                at=at,
                because=each["what"],
            )

    def _points(self, each: dict[str, Any], at: datetime) -> None:
        tang = self.campus.officers["tang"]
        receivers = [p for p in self.campus.people if p.pk != tang.pk]
        allotting.credit_points(
            persons=receivers,
            points_fen=each["yuan"] * 100,
            document=each["document"],
            fund_source="dues",
            budget_code=f"{self.year}/3.1/mall.points",
            by=tang,
            at=at,
            because=each["what"],
        )
        for person in receivers:
            purse = self.campus.points_fen
            purse[person.pk] = purse.get(person.pk, 0) + each["yuan"] * 100

    def _achieve(self, code: str, at: datetime) -> None:
        evidence = self.campus.story["milestones"]["evidence"]
        planning.achieve(
            year=self.year,
            code=code,
            done_on=campus_day(at),
            evidence=evidence,
            by=self.campus.officers["qian"],
            at=at,
        )

    # --- shopping

    def _plan_the_month(self, month: date) -> None:
        """Decide who uses the wallet, when the quota is drawn and what is bought."""
        terms = figures.terms_on(month)
        if terms.trial_from is None or month < campus_month(moment(terms.trial_from)):
            return
        share = self.campus.story["liveliness"].get(month.month, 1.0)
        staged = {
            self.campus.person(each).pk
            for each in (*self.campus.story["bursts"], *self.campus.story["large"])
            if each["day"].month == month.month
        } | self.watching.schemers(month)
        gone = self._out_of_the_mall(month)
        shops = [each for each in self.campus.shops if each.code not in self._shut(month)]
        present = month == campus_month(self.until)
        days = [month + timedelta(days=n) for n in range((next_month(month) - month).days)]
        for number, person in enumerate(self.campus.people):
            if person.pk in gone:
                continue
            if present and person.username == VISITOR:
                before = [day for day in days if day < campus_day(self.until)]
                self._plan_visits(
                    number, person, month, before, terms.allotment_fen // 3, shops=shops
                )
                self._note(self.until, partial(self._lose_the_phone, person))
                continue
            if person.pk in staged or crowd.uses_wallet(self.seed, number, month, share=share):
                luck = crowd.random_of(self.seed, "draws", number, month)
                drawn_on = days[luck.randrange(6)]
                at = moment(drawn_on, time(7, luck.randrange(60), luck.randrange(60)))
                self._plan_a_draw(person, at)
                if person.pk not in staged:
                    self._plan_visits(
                        number, person, month, days[drawn_on.day :], terms.allotment_fen,
                        shops=shops,
                    )  # fmt: skip
        for day in days[:6]:
            self._note(moment(day, "08:00"), self._ask_the_bank)
        self.settlement.trouble(month)
        if month > campus_month(moment(terms.trial_from)):
            self._plan_the_review(month)
            self.watching.plan_month(month)

    def _plan_the_review(self, month: date) -> None:
        """Let the committee review the month before, on the 5th or the next working day."""
        day = month.replace(day=figures.terms_on(month).review_day)
        at = moment(self.campus.calendar.next_working_day(day), "15:00")
        before = campus_month(moment(month - timedelta(days=1)))
        qian = self.campus.officers["qian"]
        self._note(at, partial(self._close, before, qian))
        self.settlement.plan(before, at)

    def _close(self, month: date, by: Person, at: datetime) -> None:
        self.settlement.close(month, by=by, at=at)
        performance.freeze_closed_periods(at=at)

    def _out_of_the_mall(self, month: date) -> set[int]:
        """Return whose wallet was stopped before a month, as the story tells it: they stay away."""
        story = self.campus.story
        found = {
            self.campus.person(each).pk
            for each in story["bursts"]
            if each["outcome"] == "confirmed" and campus_month(moment(each["day"])) < month
        }
        for each in story["schemes"]:
            if each["outcome"] == "confirmed" and each["month"] < month.month:
                found |= self.watching.players(each)
        return found

    def _shut(self, month: date) -> set[str]:
        """Return the shops that are left or are just leaving."""
        return {
            each["shop"]
            for each in self.campus.story["departures"]
            if campus_month(moment(each["day"])) <= month
        }

    def _plan_visits(
        self, number: int, person: Person, month: date, days: list[date], purse_fen: int,
        *, shops: list[crowd.Shop],
    ) -> None:  # fmt: skip
        visits = crowd.visits_of(
            self.seed,
            number,
            month,
            shops=shops,
            purse_fen=purse_fen,
            days=days,
            is_working=self.campus.calendar.is_working_day,
        )
        for visit in visits:
            if visit.at <= self.until:
                self.visits[campus_day(visit.at)].append((person, visit))

    def _lose_the_phone(self, person: Person, at: datetime) -> None:
        """Unbind the phone, so that whoever plays the person next can bind another."""
        opening.unbind_device(person=person, by=person, at=at)

    def _plan_a_draw(self, person: Person, at: datetime) -> None:
        """Note that the person draws then; all who draw on a day are one deed of the diary."""
        day = campus_day(at)
        if day not in self.draws:
            self._note(moment(day, FIRST_DRAW), partial(self._draw, day))
        if at <= self.until:
            self.draws[day].append(tills.Draw(person.pk, at))

    def _draw(self, day: date, at: datetime) -> None:
        self.settlement.quiet()  # what is sent over a bad road was asked for before
        for refusal in self.people.begin(tills.draw, self.draws.pop(day)):
            if refusal:
                self.tally.refusals[refusal] += 1
            else:
                self.tally.allotments += 1

    def _ask_the_bank(self, at: datetime) -> None:
        self.settlement.quiet()
        lines.send_all(self.line, at=at)

    def _shop(self, day: date) -> Iterator[tills.Bought]:
        """Let everybody begin to buy what they mean to buy today."""
        visits = sorted(self.visits.pop(day, ()), key=lambda pair: pair[1])
        return self.people.begin(
            tills.buy, [self._purchase(person, visit) for person, visit in visits]
        )

    def _come_home(self, shopping: Iterator[tills.Bought]) -> None:
        """Wait until all have bought, and note what will be brought back."""
        for bought in shopping:
            purchase = bought.purchase
            if bought.refusal:
                self.tally.refusals[bought.refusal] += 1
                self.campus.points_fen[purchase.person_id] += purchase.points_fen
                continue
            self.tally.payments += 1
            if purchase.back_at and purchase.back_at <= self.until:
                self._plan_a_return(bought, campus_day(purchase.back_at))

    def _plan_a_return(self, bought: tills.Bought, day: date) -> None:
        purchase = bought.purchase
        if day not in self.returns:
            self._note(moment(day, BRINGING_BACK), partial(self._give_back, day))
        self.returns[day].append(
            tills.Return(
                person_id=purchase.person_id,
                payment_id=bought.payment_id,
                terminal_id=purchase.terminal_id,
                day=day,
                number=self.campus.number(purchase.terminal_id, day),
                part_fen=purchase.back_fen,
                at=moment(day, BRINGING_BACK),
            )
        )

    def _purchase(self, person: Person, visit: crowd.Visit) -> tills.Purchase:
        """Turn a visit into a purchase; now and then too little is there, or it goes back."""
        luck = crowd.random_of(self.seed, "visit", person.username, visit.at)
        day = campus_day(visit.at)
        terminal_id = luck.choice(self.campus.tills[visit.shop])
        total = visit.total_fen * TOO_MUCH if luck.random() < SHORT_SHARE else visit.total_fen
        spare = self.campus.points_fen.setdefault(person.pk, 0)
        points = min(spare, total // 200 * 100) if visit.with_points else 0
        self.campus.points_fen[person.pk] -= points
        back = luck.random() < REFUND_SHARE
        return tills.Purchase(
            person_id=person.pk,
            terminal_id=terminal_id,
            day=day,
            number=self.campus.number(terminal_id, day),
            total_fen=total,
            points_fen=points,
            at=visit.at,
            back_at=moment(day + timedelta(days=luck.choice([1, 2, 9])), BRINGING_BACK)
            if back
            else None,
            back_fen=None if luck.random() < HALF else total // 2,
        )

    def _give_back(self, day: date, at: datetime) -> None:
        for refusal in self.people.begin(tills.give_back, self.returns.pop(day)):
            if refusal:
                self.tally.refusals[refusal] += 1
            else:
                self.tally.refunds += 1

    # --- bursts

    def _plan_a_burst(self, each: dict[str, Any]) -> None:
        person = self.campus.person(each)
        begin = moment(each["day"], each["at"])
        for minutes, shop, total in ((0, "M04", 1150), (9, "M19", 860), (17, "M04", 1320)):
            visit = crowd.Visit(begin + timedelta(minutes=minutes), person.pk, shop, total, False)
            self._note(visit.at, partial(self._buy_staged, person, visit))
        morning = moment(each["day"] + timedelta(days=1), "08:40")
        if text := each.get("appeal"):
            self._note(morning, partial(self._appeal, person, text))
        if each["outcome"] != "pending":
            day = self.campus.calendar.add_working_days(each["day"], 1)
            self._note(moment(day, "10:05"), partial(self._decide, person, each))

    def _buy_staged(self, person: Person, visit: crowd.Visit, at: datetime) -> None:
        terminal_id, day = self.campus.tills[visit.shop][0], campus_day(at)
        number = self.campus.number(terminal_id, day)
        staged = tills.Purchase(person.pk, terminal_id, day, number, visit.total_fen, 0, at)
        if refusal := tills.buy(staged).refusal:
            self.tally.refusals[refusal] += 1
        else:
            self.tally.payments += 1

    def _buy_schemed(self, person: Person, shop: str, fen: int, at: datetime) -> None:
        self._buy_staged(person, crowd.Visit(at, person.pk, shop, fen, False), at)

    def _buy_large(self, each: dict[str, Any], at: datetime) -> None:
        """Buy what is over the floor limit, and let the bank decide over the line of that day."""
        person = self.campus.person(each)
        visit = crowd.Visit(at, person.pk, each["shop"], each["yuan"] * 100, False)
        self._buy_staged(person, visit, at)
        self.settlement.quiet()
        lines.decide(self.line, each["line"], at=at)

    def _appeal(self, person: Person, text: str, at: datetime) -> None:
        deciding.appeal(freezing_id=self._freezing(person), text=text, by=person, at=at)

    def _decide(self, person: Person, each: dict[str, Any], at: datetime) -> None:
        act = deciding.release if each["outcome"] == "released" else deciding.confirm_cash_out
        act(
            freezing_id=self._freezing(person),
            by=self.campus.officers["wang"],
            at=at,
            because=each["because"],
        )

    def _freezing(self, person: Person) -> int:
        return Freezing.objects.filter(wallet__owner=person).latest("pk").pk

    # --- the end of a month

    def _settle(self, day: date) -> None:
        """Send what the month moved to the bank, fold it into the books, say how it went."""
        at = min(moment(day, "23:30"), self.until)
        self.settlement.quiet()
        lines.send_all(self.line, at=at)
        folding.fold(at=at)
        self.settlement.match(until=day, at=at)
        if day == campus_day(self.until):
            self.errands.wait()
        ledger.fold_balances(at=at)
        ledger.close_block(at=at)
        private.keep_log(at)
        self.say(
            f"{day:%Y-%m}  消费 {self.tally.payments:>7,} 笔  划拨 {self.tally.allotments:>6,} 次  "
            f"退款 {self.tally.refunds:>4,} 笔  拒付 {sum(self.tally.refusals.values()):>4,} 次"
        )
