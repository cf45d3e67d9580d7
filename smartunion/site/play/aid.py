"""The year of aid: applications, visits, votes, objections, payments; gifts beside them.

Every deed looks where its case stands and does nothing when that is not where the story expects
it, so a play that was interrupted is simply played again. Before each deed the clock's own deeds
are done: timers that are due, and what the trail has to tell.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from smartunion.domains.aid.actions import drafting, gifts, handling, paying, sealing, visiting
from smartunion.domains.aid.actions.drafting import Filled
from smartunion.domains.aid.models import Application, Gift
from smartunion.domains.aid.reads.cases import visitors
from smartunion.domains.aid.rules.amounts import GiftKind
from smartunion.domains.aid.rules.persons import Sealed
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders, mandate_of
from smartunion.kernel.procedures import ballots
from smartunion.kernel.procedures.models import StepRun, Voter
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.publicity.models import Objection, Posting
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver

from .campus import Campus, moment, told

Note = Callable[[datetime, Callable[[datetime], None]], None]
Story = dict[str, Any]

SINCE = timedelta(days=20)
"""How long before the application the trouble came."""

ROUNDS = 6
PUBLIC_DAYS = 3
PAIR = 2
SEATS = 7
APART = timedelta(minutes=6)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def paper(name: str) -> SimpleUploadedFile:
    """Return a document as somebody would upload it."""
    return SimpleUploadedFile(name, PDF, "application/pdf")


def photo(number: int) -> SimpleUploadedFile:
    """Return a picture, each of its own content."""
    return SimpleUploadedFile(f"IMG_{number}.png", PNG + bytes([number]), "image/png")


def tick(at: datetime) -> None:
    """Let everything that is due by now happen, and be heard of."""
    for _ in range(ROUNDS):
        if not fire_due(at=at) + deliver(at=at):
            return


class Aid:
    """The story of a year's aid on one campus, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.until, self._write = campus, until, note

    def plan(self) -> None:
        """Note every deed of the year."""
        story = told("aid.yaml")
        for each in story["cases"]:
            self._plan_case(each)
        for each in story["gifts"]:
            self._plan_gift(each)
        self._note(self.until, lambda at: None)  # what is due until the scene has happened

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(at, deed)

    def _work(self, day: date, n: int = 1) -> date:
        return self.campus.calendar.add_working_days(day, n)

    # --- a case of aid

    def _plan_case(self, each: Story) -> None:
        day = each["day"]
        if self._person(each) is None:
            return
        self._note(moment(day, "10:12"), partial(self._hand_in, each))
        if each.get("back"):
            self._note(moment(day, "14:30"), partial(self._ask_for_papers, each))
            day = self._work(day)
            self._note(moment(day, "09:40"), partial(self._bring_papers, each))
        if each.get("again") or self._stops(each, "accept"):
            return
        self._note(moment(day, "15:05"), partial(self._accept, each))
        day = self._work(day)
        self._note(moment(day, "10:30"), partial(self._verify, each))
        if each.get("untrue"):
            self._note(moment(day, "16:40"), partial(self._reject, each))
        elif not self._stops(each, "visit"):
            day = self._work(day, 1 + each.get("after", {}).get("visit", 0))
            self._plan_the_end(each, self._plan_vote(each, each, day))

    def _plan_the_end(self, each: Story, day: date) -> None:
        """Note what follows the vote: a no, a withdrawal, or the window, the money, the visit."""
        if each.get("letter"):
            self._note(moment(self._work(day), "11:00"), partial(self._reject, each))
            return
        if each.get("withdrawn"):
            self._note(moment(self._work(day), "12:10"), partial(self._withdraw, each))
            return
        pays = self._work(self._plan_window(each, day), 1 + each.get("after", {}).get("pay", 0))
        self._note(moment(pays, "10:40"), partial(self._pay, each))
        self._note(moment(self._work(pays, 9), "15:00"), partial(self._revisit, each))
        if reclaim := each.get("reclaim"):
            self._note(moment(reclaim["day"], "16:20"), partial(self._reclaim, each))
            back = self._work(reclaim["day"], 5)
            self._note(moment(back, "10:05"), partial(self._give_back, each))

    def _plan_vote(self, each: Story, said: Story, day: date) -> date:
        """Note the visit and the vote; return the day on which the seven have voted."""
        self._note(moment(day, "15:20"), partial(self._visit, each, said))
        self._note(moment(day, "19:45"), partial(self._sign, each))
        if meeting := said.get("meeting"):
            self._note(moment(meeting, "15:00"), partial(self._to_the_meeting, each))
            day, first = meeting, time(15, 20)
        else:
            day, first = day + timedelta(days=1), time(9, 5)
        at = moment(day, first) + APART * SEATS
        self._note(at, partial(self._vote, each, said))
        self._note(moment(day, "17:30"), lambda at: None)
        return day

    def _plan_window(self, each: Story, day: date) -> date:
        """Note what happens while it is posted; return the last day of the (last) window."""
        last = self._work(day, PUBLIC_DAYS)
        objection = each.get("objection")
        if objection is None:
            return last
        self._note(moment(last, "16:35"), partial(self._object, each))
        judged = self._work(last)
        self._note(moment(judged, "09:30"), partial(self._judge, each))
        if not objection["upheld"]:
            return judged
        day = self._plan_vote(each, each["second"], self._work(judged))
        return self._work(day, PUBLIC_DAYS)

    def _stops(self, each: Story, step: str) -> bool:
        return bool(each.get("stop") == step)

    def _person(self, each: Story) -> Person | None:
        if "office" in each:
            on, unit = each["day"], each["unit"]
            found = [p for p in holders(each["office"], on=on) if p.unit and p.unit.code == unit]
            return found[0] if found else None
        return self.campus.person(each)

    def _of(self, each: Story) -> Application | None:
        return (
            Application.objects.filter(
                beneficiary=self._person(each), happened_on=each["day"] - SINCE
            )
            .select_related("beneficiary", "case", "unit")
            .first()
        )

    def _run(self, each: Story, step: str) -> tuple[Application, StepRun, Person] | None:
        """Return the case, its open step and who does it, if it is at that step at all."""
        application = self._of(each)
        if application is None or application.case_id is None:
            return None
        run = (
            StepRun.objects.filter(case=application.case_id, step=step, state=StepRun.State.OPEN)
            .select_related("lead", "backup")
            .first()
        )
        by = run and (run.lead or run.backup)
        return (application, run, by) if run and by else None

    def _read(self, application: Application, by: Person, purpose: str, at: datetime) -> None:
        """Open what one needs for the step, as one does."""
        sealing.read(
            application_id=application.pk, part=Sealed.CIRCUMSTANCES, purpose=purpose, by=by, at=at
        )

    def _hand_in(self, each: Story, at: datetime) -> None:
        who = self._person(each)
        if who is None or self._of(each) is not None:
            return
        by = self._filer(each, who, at)
        made = drafting.start(
            beneficiary=who, by=by, mandate=mandate_of(by, on=campus_day(at)), at=at
        )
        drafting.save_draft(
            application_id=made.pk,
            filled=Filled(
                category=each["category"],
                happened_on=each["day"] - SINCE,
                asked_fen=each["asked"] * 100,
                circumstances={
                    "cause": each["cause"],
                    "story": f"{each['cause']}，自付部分超出家庭承受能力（演示数据）",
                    "family": "三口之家，一人有收入",
                    "address": "教工村（演示数据）",
                },
                account=f"62170000{made.pk:04}{6620 + made.pk:04}",
                account_bank="建设银行校园支行",
            ),
            by=by,
            at=at,
        )
        for number in (1, 2):
            drafting.add_paper(
                application_id=made.pk, upload=paper(f"材料{number}.pdf"), by=by, at=at
            )
        drafting.hand_in(application_id=made.pk, by=by, at=at)
        if by.pk != who.pk:
            drafting.consent(application_id=made.pk, by=who, at=at)

    def _filer(self, each: Story, who: Person, at: datetime) -> Person:
        if "for_by" not in each:
            return who
        found = holders(each["for_by"], who.unit_id, on=campus_day(at))
        return next((p for p in found if p.pk != who.pk), who)

    def _ask_for_papers(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "accept"):
            handling.ask_for_papers(run_id=found[1].pk, by=found[2], at=at, because=each["back"])

    def _bring_papers(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "apply"):
            it, _, who = found
            drafting.add_paper(application_id=it.pk, upload=paper("补.pdf"), by=who, at=at)
            drafting.hand_in(application_id=it.pk, by=who, at=at)

    def _accept(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "accept"):
            it, run, by = found
            self._read(it, by, "受理：核对材料是否齐全", at)
            handling.accept(run_id=run.pk, online="meeting" not in each, by=by, at=at)

    def _verify(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "verify"):
            it, run, by = found
            self._read(it, by, "核实：与本人和有关单位核对", at)
            handling.verify(
                run_id=run.pk, verified=not each.get("untrue"), kin=False, by=by, at=at,
                opinion="与本人当面核对，情况属实" if not each.get("untrue") else "收入与所述不符",
            )  # fmt: skip

    def _visit(self, each: Story, said: Story, at: datetime) -> None:
        found = self._run(each, "visit")
        if found is None or found[0].visits.filter(run_id=found[1].pk).exists():
            return
        it, run, _ = found
        two = visitors(it, at=at)[:2]
        if len(two) < PAIR:
            return
        self._read(it, two[0], "入户调查：住址和申请内容", at)
        visiting.write_visit(
            run_id=run.pk,
            companion_id=two[1].pk,
            visited_at=at - timedelta(hours=1),
            band=said["band"],
            amount_fen=said["yuan"] * 100,
            findings={
                "seen": "居住条件一般，由家人照护（演示数据）",
                "said": "希望缓解眼前的支出",
                "money": "票据已核，自付金额与申请一致",
            },
            photos=[photo(1), photo(2)],
            by=two[0],
            at=at,
        )

    def _sign(self, each: Story, at: datetime) -> None:
        found = self._run(each, "visit")
        written = found[0].visits.filter(run_id=found[1].pk).first() if found else None
        if found and written and written.signed_at is None:
            visiting.sign_visit(run_id=found[1].pk, by=written.companion, at=at)

    def _to_the_meeting(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "agenda"):
            handling.put_to_vote(run_id=found[1].pk, by=found[2], at=at, because="例会第3项议题")

    def _vote(self, each: Story, said: Story, at: datetime) -> None:
        """Let the seven vote one after the other, some minutes apart."""
        found = self._run(each, "vote")
        if found is None:
            return
        voters = Voter.objects.filter(poll__run=found[1]).select_related("person").order_by("pk")
        yes, abstain = said["agree"], said.get("abstain", 0)
        for seat, voter in enumerate(voters):
            if voter.state == Voter.State.WAITING:
                choice = "yes" if seat < yes else "abstain" if seat < yes + abstain else "no"
                when = at - APART * (SEATS - seat)
                ballots.cast(run_id=found[1].pk, choice=choice, by=voter.person, at=when)

    def _posting(self, each: Story) -> Posting | None:
        application = self._of(each)
        if application is None:
            return None
        run = StepRun.objects.filter(case=application.case_id, step="publish").first()
        return posting_of(run) if run else None

    def _object(self, each: Story, at: datetime) -> None:
        posting = self._posting(each)
        if posting and posting.state == Posting.State.OPEN and not posting.objections.exists():
            publicity.object_to(
                posting_id=posting.pk, name="匿名保护", contact="13900000000",
                text=each["objection"]["text"], by=None, at=at,
            )  # fmt: skip

    def _judge(self, each: Story, at: datetime) -> None:
        posting, told_ = self._posting(each), each["objection"]
        found = (
            posting.objections.filter(state=Objection.State.RECEIVED).first() if posting else None
        )
        if found:
            act = publicity.uphold if told_["upheld"] else publicity.dismiss
            act(
                objection_id=found.pk, because=told_["because"],
                by=self.campus.officers["sun"], at=at,
            )  # fmt: skip

    def _pay(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "pay"):
            it, run, by = found
            sealing.read(
                application_id=it.pk,
                part=Sealed.ACCOUNT,
                purpose="放款：核对收款账号",
                by=by,
                at=at,
            )
            paying.pay(
                run_id=run.pk, receipt=f"HD{at:%Y%m%d}{it.pk:04}", voucher=paper("回单.pdf"),
                by=by, at=at,
            )  # fmt: skip

    def _revisit(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "revisit"):
            handling.revisit(
                run_id=found[1].pk, received=True, story="款已收到，暂无其他需要（演示数据）",
                by=found[2], at=at,
            )  # fmt: skip

    def _reject(self, each: Story, at: datetime) -> None:
        if found := self._run(each, "reject"):
            handling.reject(run_id=found[1].pk, by=found[2], at=at, because=each["letter"])

    def _withdraw(self, each: Story, at: datetime) -> None:
        application = self._of(each)
        if application and application.state in ("open", "approved"):
            drafting.withdraw(
                application_id=application.pk, by=application.beneficiary, at=at,
                because=each["withdrawn"],
            )  # fmt: skip

    def _reclaim(self, each: Story, at: datetime) -> None:
        application = self._of(each)
        if application and application.state == Application.State.PAID:
            paying.reclaim(
                application_id=application.pk, by=self.campus.officers["qian"], at=at,
                because=each["reclaim"]["because"],
            )  # fmt: skip

    def _give_back(self, each: Story, at: datetime) -> None:
        application = self._of(each)
        owed = getattr(application, "reclaim", None) if application else None
        if application and owed and owed.returned_fen == 0:
            paying.give_back(
                application_id=application.pk, amount_fen=each["reclaim"]["returned"] * 100,
                receipt=f"TH{at:%Y%m%d}", by=self.campus.officers["li"], at=at,
            )  # fmt: skip

    # --- a gift

    def _plan_gift(self, each: Story) -> None:
        day = each["day"]
        self._note(moment(day, "11:20"), partial(self._register, each))
        if each.get("stop") == "check":
            return
        day = self._work(day)
        self._note(moment(day, "09:50"), partial(self._check, each))
        if each.get("stop") == "give" or each.get("refused"):
            self._note(moment(day, "09:55"), lambda at: None)
            return
        day = self._work(day, 2)
        self._note(moment(day, "16:10"), partial(self._give, each))
        self._note(moment(self._work(day), "14:25"), partial(self._settle, each))

    def _gift(self, each: Story, step: str) -> tuple[Gift, StepRun, Person] | None:
        gift = Gift.objects.filter(
            receiver=self._person(each), kind=each["kind"], happened_on=each["event"]
        ).first()
        run = (
            gift
            and StepRun.objects.filter(case=gift.case_id, step=step, state=StepRun.State.OPEN)
            .select_related("lead", "backup")
            .first()
        )
        by = run and (run.lead or run.backup)
        return (gift, run, by) if gift and run and by else None

    def _register(self, each: Story, at: datetime) -> None:
        who = self._person(each)
        if who is None or Gift.objects.filter(receiver=who, happened_on=each["event"]).exists():
            return
        officers = [
            *holders("branch_chair", who.unit_id, on=campus_day(at)),
            *holders("branch_member", who.unit_id, on=campus_day(at)),
            self.campus.officers["tang"],
        ]
        by = next(p for p in officers if p.pk != who.pk)
        gifts.register(
            receiver=who, kind=GiftKind(each["kind"]), happened_on=each["event"], by=by,
            mandate=mandate_of(by, on=campus_day(at)), at=at,
        )  # fmt: skip

    def _check(self, each: Story, at: datetime) -> None:
        if found := self._gift(each, "check"):
            why = each.get("refused", "")
            gifts.check(run_id=found[1].pk, agreed=not why, opinion=why, by=found[2], at=at)

    def _give(self, each: Story, at: datetime) -> None:
        if found := self._gift(each, "give"):
            gifts.give(run_id=found[1].pk, signed=paper("签收.pdf"), by=found[2], at=at)

    def _settle(self, each: Story, at: datetime) -> None:
        if found := self._gift(each, "settle"):
            gifts.settle(
                run_id=found[1].pk, receipt=f"BX{at:%Y%m%d}", voucher=paper("报销.pdf"),
                by=found[2], at=at,
            )  # fmt: skip
