"""The year of buying: gifts by quotes, a collusion held, a challenge, an emergency, a split.

Every deed looks where its purchase stands and does nothing when that is not where the story
expects it, so a play that was interrupted is simply played again.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from smartunion.domains.procurement.actions import (
    arguing,
    clearing,
    delivering,
    keys,
    requesting,
    suppliers,
    tendering,
)
from smartunion.domains.procurement.actions.tendering import Item
from smartunion.domains.procurement.models import Purchase, Supplier, Tender
from smartunion.domains.procurement.reads.keys import live
from smartunion.kernel.files import actions as files
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import ballots, engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import StepRun, Voter
from smartunion.kernel.procedures.registry import sheet_of
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity

from .aid import paper, photo, tick
from .campus import Campus, moment, told

Story = dict[str, Any]
Note = Callable[[datetime, Callable[[datetime], None]], None]

PANEL = ("tang", "chen", "gu")
HOLDERS = ("wang", "zhou", "sun")


def saying(who: Person) -> str:
    """Return a demonstration holder's passphrase, told on the demonstration's opening page."""
    return f"开标口令{who.name}"


class Procurement:
    """The story of a year's buying, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.until, self._write = campus, until, note

    def plan(self) -> None:
        """Note every deed of the year."""
        story = told("procurement.yaml")
        first = min(each["day"] for each in (*story["compared"], story["emergency"]))
        self._note(moment(first - timedelta(days=14), "09:00"), partial(self._found, story))
        for each in story["compared"]:
            self._plan_compared(each)
        self._plan_single(story["single"])
        self._plan_emergency(story["emergency"])
        for each in story["split"]:
            self._note(moment(each["day"], "10:20"), partial(self._ask_split, each))
        self._note(self.until, lambda at: None)  # what is due until the scene has happened

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(at, deed)

    def _work(self, day: date, n: int = 1) -> date:
        return self.campus.calendar.add_working_days(day, n)

    def _who(self, username: str) -> Person:
        return self.campus.officers[username]

    # --- what stands before

    def _found(self, story: Story, at: datetime) -> None:
        """Register suppliers with accounts, experts, and the three holders' keys."""
        for each in story["suppliers"]:
            made = suppliers.register(
                number=each["number"], name=each["name"], credit_code=each["code"],
                category=each["category"], legal_representative=each["legal"],
                controller=each.get("controller", ""), bank_account=each["bank"],
                contact=each["legal"], by=self._who("zhou"), at=at,
            )  # fmt: skip
            login = each.get("username", each["number"].lower())
            seller = _outsider(login, each["legal"], "X07", "supplier", at.date())
            suppliers.bind(supplier_id=made.pk, person=seller, by=self._who("zhou"), at=at)
        for each in story["experts"]:
            _outsider(each["username"], each["name"], "X08", "expert", at.date())
        there = {key.holder_id for key in live()}
        for username in HOLDERS:
            holder = self._who(username)
            if holder.pk not in there:
                keys.choose(passphrase=saying(holder), by=holder, at=at)

    # --- three quotes

    def _plan_compared(self, each: Story) -> None:
        day = each["day"]
        self._note(moment(day, "09:20"), partial(self._ask, each))
        self._note(moment(self._work(day, 2), "16:10"), partial(self._gather, each))
        notice = self._work(day, 3)
        closes = moment(self._work(notice, each["window"] - 2), "17:00")
        self._note(moment(notice, "10:00"), partial(self._announce, each, closes))
        for n, number in enumerate(each["quotes"]):
            at = closes - timedelta(hours=26 - 3 * n, minutes=7 * n)
            self._note(at, partial(self._quote, each, number, each["quotes"][number]))
        if each.get("sealed") or each.get("open"):
            return
        day = self._work(closes.date())
        self._note(moment(day, "09:30"), partial(self._open, each))
        if again := each.get("again"):
            self._note(moment(day, "10:10"), partial(self._fail, each))
            notice = self._work(day)
            closes = moment(self._work(notice, 3), "17:00")
            self._note(moment(notice, "10:00"), partial(self._announce, each, closes))
            for n, number in enumerate(again):
                at = closes - timedelta(hours=5 - n)
                self._note(at, partial(self._quote, each, number, again[number]))
            day = self._work(closes.date())
            self._note(moment(day, "09:30"), partial(self._open, each))
        if held := each.get("held"):
            self._note(moment(day, "15:10"), partial(self._judge, each, "tang", held))
            return
        for who, minute in (("tang", "14:00"), ("chen", "14:25")):
            because = "核对了进货单和报价文件，未见串通"
            self._note(moment(day, minute), partial(self._judge, each, who, because))
        self._note(moment(self._work(day, 2), "11:00"), partial(self._award, each))
        self._plan_end(each["title"], self._work(day, 2), late=each.get("late", 0))

    def _plan_end(
        self, title: str, day: date, *, late: int = 0, signs: str = "deliberated"
    ) -> None:
        """Note the vote, the contract, the acceptance by two, the payment."""
        if signs == "deliberated":
            day = self._work(day, 2)
            for seat in range(7):
                at = moment(day, "15:00") + timedelta(minutes=4 * seat)
                self._note(at, partial(self._vote, title, seat))
            day = self._work(day)
        self._note(moment(day, "10:30"), partial(self._sign, title))
        day = self._work(day, 4 + late)
        for who, minute in (("tang", "15:00"), ("zhou", "15:20")):
            self._note(moment(day, minute), partial(self._accept, title, who))
        self._note(moment(self._work(day, 2), "11:15"), partial(self._pay, title))

    def _ask(self, each: Story, at: datetime) -> None:
        if not Purchase.objects.filter(title=each["title"]).exists():
            requesting.compare(
                title=each["title"], category=each["category"], amount_fen=each["yuan"] * 100,
                line=each["line"], unit=Unit.objects.get(code="C1"),
                june_gifts=each.get("june", False), by=self._who("wang"), at=at,
                because="按年度计划慰问教职工",
            )  # fmt: skip

    def _gather(self, each: Story, at: datetime) -> None:
        lines = "，".join(f"{name} {n} {unit}" for name, n, unit in each["items"])
        self._pass(each["title"], "gathered", "wang", at, demand=f"{lines}，按分会报名数汇总")

    def _announce(self, each: Story, closes_at: datetime, at: datetime) -> None:
        if run := _run(each["title"], "compared"):
            tendering.announce(
                purchase_id=_purchase(each["title"]).pk, closes_at=closes_at,
                items=[Item(*item) for item in each["items"]],
                supplier_ids=_ids([*each["quotes"], *each.get("again", ())], least=5),
                panel=[self._who(who) for who in PANEL], by=run.lead or self._who("wang"), at=at,
            )  # fmt: skip

    def _quote(self, each: Story, number: str, units: list[float], at: datetime) -> None:
        tender = _tender(each["title"])
        supplier = Supplier.objects.get(number=number)
        if tender and tender.state == Tender.State.QUOTING and at <= tender.closes_at:
            if tender.quotes.filter(supplier=supplier).exists():
                return
            prices = {
                item[0]: round(unit * 100) for item, unit in zip(each["items"], units, strict=True)
            }
            seller = supplier.users.select_related("person").get().person
            tendering.quote(
                tender_id=tender.pk, unit_prices=prices, device=f"{number}-pc", by=seller, at=at
            )

    def _open(self, each: Story, at: datetime) -> None:
        tender = _tender(each["title"])
        if tender and tender.state == Tender.State.QUOTING:
            words = {key.pk: saying(key.holder) for key in live()[:2]}
            tendering.open_quotes(
                tender_id=tender.pk, passphrases=words, by=self._who("wang"), at=at
            )

    def _fail(self, each: Story, at: datetime) -> None:
        tender = _tender(each["title"])
        if tender and tender.state == Tender.State.OPENED:
            clearing.fail(
                tender_id=tender.pk, by=self._who("wang"), at=at, because="有效报价只有两家"
            )

    def _judge(self, each: Story, who: str, because: str, at: datetime) -> None:
        tender = _tender(each["title"])
        if tender and tender.state == Tender.State.OPENED:
            latest = tender.clearings.latest("number")
            by = self._who(who)
            if latest.result["flags"] and not latest.judgments.filter(by=by).exists():
                clearing.judge(tender_id=tender.pk, by=by, at=at, because=because)

    def _award(self, each: Story, at: datetime) -> None:
        tender = _tender(each["title"])
        if tender and tender.state == Tender.State.OPENED:
            clearing.award(tender_id=tender.pk, by=self._who("wang"), at=at)

    # --- what every purchase ends with

    def _vote(self, title: str, seat: int, at: datetime) -> None:
        run = _run(title, "deliberated")
        body = list(dict.fromkeys(holders("standing_member", on=at.date())))
        if run and seat < len(body):
            waiting = run.poll.voters.filter(person=body[seat], state=Voter.State.WAITING)
            if waiting.exists():
                choice = "abstain" if seat == len(body) - 1 else "yes"
                ballots.cast(run_id=run.pk, choice=choice, by=body[seat], at=at)

    def _sign(self, title: str, at: datetime) -> None:
        if _run(title, "signed"):
            purchase, wang = _purchase(title), self._who("wang")
            file = files.store(
                upload=paper(f"{purchase.number}采购合同.pdf"), kind="contract", subject=purchase,
                by=wang, at=at,
            )  # fmt: skip
            delivering.sign(
                purchase_id=purchase.pk, number=purchase.number.replace("CG", "HT"),
                price_fen=purchase.price_fen or 0, file_id=file.pk, by=wang, at=at,
            )  # fmt: skip

    def _accept(self, title: str, who: str, at: datetime) -> None:
        run = _run(title, "inspected")
        by = self._who(who)
        if run and not run.signatures.filter(person=by).exists():
            purchase = _purchase(title)
            sheet = files.store(
                upload=paper("验收单.pdf"), kind="acceptance", subject=purchase, by=by, at=at
            )
            shot = files.store(
                upload=photo(run.pk % 200), kind="photo", subject=purchase, by=by, at=at
            )
            engine.pass_step(
                run_id=run.pk,
                facts={"accepted": True},
                outputs={
                    "acceptance": Given(file_id=sheet.pk, text="数量、规格相符"),
                    "photo": Given(file_id=shot.pk),
                },
                by=by,
                at=at,
            )

    def _pay(self, title: str, at: datetime) -> None:
        if run := _run(title, "paid"):
            by = run.lead or run.backup or self._who("li")
            delivering.pay(purchase_id=_purchase(title).pk, by=by, at=at)

    def _pass(self, title: str, step: str, who: str, at: datetime, **facts: Any) -> None:
        """Finish a step whose outputs are papers."""
        if run := _run(title, step):
            sheet = sheet_of(run.case.sheet.digest)
            outputs = {}
            for output in sheet.step(step).outputs:
                file = files.store(
                    upload=paper(f"{output.name}.pdf"), kind="other", subject=_purchase(title),
                    by=self._who(who), at=at,
                )  # fmt: skip
                outputs[output.code] = Given(file_id=file.pk, text=output.name)
            engine.pass_step(run_id=run.pk, facts=facts, outputs=outputs, by=self._who(who), at=at)

    # --- a single source that is challenged

    def _plan_single(self, each: Story) -> None:
        day, title = each["day"], each["title"]
        self._note(moment(day, "10:00"), partial(self._ask_single, each))
        for n, username in enumerate(("expert1", "expert2", "chen")):
            at = moment(self._work(day, 1 + n), "14:00")
            self._note(at, partial(self._argue, title, username))
        day = self._work(day, 5)
        self._note(moment(day, "09:15"), partial(self._conclude, title))
        last = self._work(day, 5)
        self._note(moment(last, "23:40"), partial(self._challenge, each))
        day = self._work(last, 2)
        self._note(moment(day, "10:30"), partial(self._uphold, title))
        day = self._work(day, 6)
        self._note(moment(day, "16:00"), partial(self._negotiate, each))
        self._plan_end(title, day)

    def _ask_single(self, each: Story, at: datetime) -> None:
        if not Purchase.objects.filter(title=each["title"]).exists():
            requesting.single(
                title=each["title"], category=each["category"], amount_fen=each["yuan"] * 100,
                line=each["line"], unit=Unit.objects.get(code="C1"),
                supplier_id=Supplier.objects.get(number=each["supplier"]).pk,
                by=self._who("wang"), at=at, because=each["reason"],
            )  # fmt: skip
        self._pass(
            each["title"], "requested", "wang", at, demand="快检设备 1 套", reason=each["reason"]
        )

    def _argue(self, title: str, username: str, at: datetime) -> None:
        expert = Person.objects.get(username=username)
        if _run(title, "argued"):
            purchase = _purchase(title)
            if not purchase.opinions.filter(expert=expert).exists():
                arguing.ask(purchase_id=purchase.pk, expert=expert, by=self._who("wang"), at=at)
                arguing.give_opinion(
                    purchase_id=purchase.pk, supports=True, by=expert, at=at,
                    text="查阅原厂授权与接口资料，未见第二家可直接供货",
                )  # fmt: skip

    def _conclude(self, title: str, at: datetime) -> None:
        if _run(title, "argued"):
            arguing.conclude(purchase_id=_purchase(title).pk, by=self._who("wang"), at=at)

    def _challenge(self, each: Story, at: datetime) -> None:
        run = _run(each["title"], "published")
        if run and (posting := posting_of(run)) and not posting.objections.exists():
            publicity.object_to(
                posting_id=posting.pk, name="食安科技公司", contact="020-3000 0009",
                text=each["challenge"], by=None, at=at,
            )  # fmt: skip

    def _uphold(self, title: str, at: datetime) -> None:
        run = _run(title, "published")
        posting = posting_of(run) if run else None
        objection = posting.objections.filter(decided_by=None).first() if posting else None
        if objection:
            judge = self._who("sun")
            publicity.reply(objection_id=objection.pk, text="已向原厂核实授权书", by=judge, at=at)
            publicity.uphold(
                objection_id=objection.pk, because="授权书属实，不止一家可供货", by=judge, at=at
            )

    def _negotiate(self, each: Story, at: datetime) -> None:
        if _run(each["title"], "negotiated"):
            said = each["negotiated"]
            ids = _ids(said["asked"])
            panel = [Person.objects.get(username=f"expert{n}") for n in (2, 3)]
            arguing.negotiate(
                purchase_id=_purchase(each["title"]).pk, supplier_ids=ids,
                winner_id=Supplier.objects.get(number=said["winner"]).pk,
                price_fen=said["yuan"] * 100, panel=[*panel, self._who("tang")],
                by=self._who("wang"), at=at, because="两轮报价后质量相当，价格最低",
            )  # fmt: skip

    # --- an emergency, and a purchase cut in two

    def _plan_emergency(self, each: Story) -> None:
        day, title = each["day"], each["title"]
        self._note(moment(day, "08:40"), partial(self._ask_emergency, each))
        for n, (step, who) in enumerate(
            (("signed_chair", "zhao"), ("signed_audit", "sun"), ("signed_finance", "li"))
        ):
            at = moment(day, "09:30") + timedelta(minutes=35 * n)
            self._note(at, partial(self._approve, title, step, who))
        self._plan_end(title, self._work(day), signs="now")
        papers = moment(day + timedelta(days=10), "15:30")
        self._note(papers, partial(self._hand_in_papers, title))

    def _ask_emergency(self, each: Story, at: datetime) -> None:
        if not Purchase.objects.filter(title=each["title"]).exists():
            requesting.emergency(
                title=each["title"], category=each["category"], amount_fen=each["yuan"] * 100,
                line=each["line"], unit=Unit.objects.get(code="C1"), cause=each["cause"],
                supplier_id=Supplier.objects.get(number=each["supplier"]).pk,
                by=self._who("wang"), at=at, because=each["reason"],
            )  # fmt: skip
        self._pass(
            each["title"], "declared", "wang", at, cause=each["cause"], demand="口罩 2 万只等"
        )

    def _approve(self, title: str, step: str, who: str, at: datetime) -> None:
        if run := _run(title, step):
            arguing.sign_emergency(
                run_id=run.pk, by=self._who(who), at=at, because="情况属实，同意应急采购"
            )

    def _hand_in_papers(self, title: str, at: datetime) -> None:
        self._pass(title, "backfilled", "wang", at)

    def _ask_split(self, each: Story, at: datetime) -> None:
        if Purchase.objects.filter(title=each["title"]).exists():
            return
        made = requesting.compare(
            title=each["title"], category="活动用品", amount_fen=each["yuan"] * 100,
            line="3.1/gifts", unit=Unit.objects.get(code="C5"), by=self._who("wang"), at=at,
            because="秋季文体活动保障",
        )  # fmt: skip
        if because := each.get("withdrawn"):
            engine.withdraw(
                case_id=made.case_id, by=self._who("wang"), at=at + timedelta(hours=3),
                because=because,
            )  # fmt: skip


def _outsider(username: str, name: str, unit: str, office: str, since: date) -> Person:
    """Return an outside party's account with its post, made on first use."""
    where = Unit.objects.get(code=unit)
    person, _ = Person.objects.get_or_create(
        username=username, defaults={"name": name, "kind": Person.Kind.OUTSIDE, "unit": where}
    )
    post = Office.objects.get(code=office)
    if not Appointment.objects.filter(office=post, person=person).exists():
        Appointment.objects.create(office=post, unit=where, person=person, since=since)
    return person


def _purchase(title: str) -> Purchase:
    return Purchase.objects.select_related("case__sheet").get(title=title)


def _run(title: str, step: str) -> StepRun | None:
    """Return the open run of a purchase's step, if the story has come that far."""
    return (
        StepRun.objects.select_related("case__sheet", "lead", "backup")
        .filter(
            case__in=Purchase.objects.filter(title=title).values("case"),
            step=step,
            state=StepRun.State.OPEN,
        )
        .first()
    )


def _tender(title: str) -> Tender | None:
    return Tender.objects.filter(purchase__title=title).order_by("-round").first()


def _ids(numbers: list[str], least: int = 0) -> list[int]:
    """Return the suppliers of these numbers, filled up with others of their trade."""
    found = list(Supplier.objects.filter(number__in=numbers).order_by("number"))
    if len(found) < least:
        trade = {supplier.category for supplier in found}
        more = Supplier.objects.filter(category__in=trade).exclude(number__in=numbers)
        found += list(more.order_by("number")[: least - len(found)])
    return [supplier.pk for supplier in found]
