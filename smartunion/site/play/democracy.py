"""The year of democracy: four audits by dice, proposals, anonymous surveys, disputes of work.

Every deed looks where things stand and does nothing when that is not where the story expects it,
so a play that was interrupted is simply played again. A campus too small for the parties of the
ceremony holds none.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from smartunion.domains.congress.actions import terms as sittings
from smartunion.domains.congress.models import Congress
from smartunion.domains.inspection.actions import checking, freezing, mending, reporting, rolling
from smartunion.domains.inspection.models import Check, Inspector, Problem, Round
from smartunion.domains.inspection.reads import frames
from smartunion.domains.inspection.rules.parties import CENTRAL, Party, widths
from smartunion.domains.membership.actions import terms
from smartunion.domains.proposals.actions import handling, rating, suggesting, waiting, writing
from smartunion.domains.proposals.models import Proposal, Suggestion
from smartunion.domains.proposals.reads import cases
from smartunion.domains.proposals.rules.outcomes import Outcome
from smartunion.domains.surveys import actions as surveys
from smartunion.domains.surveys.models import Invited, Survey
from smartunion.domains.surveys.rules.refusals import NobodyInvited
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.actions import Line
from smartunion.kernel.ledger.models import Transfer
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import changes
from smartunion.kernel.procedures.models import Case, StepRun

from .aid import tick
from .campus import Campus, moment, told
from .dice import picture
from .disputes import Disputes

Note = Callable[[datetime, Callable[[datetime], None]], None]
DIGITS = 20
CONTENT = ((5, 70), (4, 95), (2, 100))
"""How content the played campus is: scores, each up to a per cent of the people."""

DELEGATES = ("lin", "gu", "hongmei")
COLLEGE, SEATS, SESSION, YEARS = "B01", 9, 1, 3
"""Whose congress sits, with how many delegates, which term it is and how long it lasts."""


class Democracy:
    """What the audit, the delegates and the committee do, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.until, self._write = campus, until, note
        self.story = told("democracy.yaml")

    def plan(self) -> None:
        """Note every deed of the year."""
        self._note(self.story["posts"], "09:00", self._appoint)
        self._note(self.story["sits"], "09:00", self._seat)
        for day in self.story["spending"]:
            self._note(day, "15:20", partial(self._spend, day))
        for each in self.story["rounds"]:
            if spoiled := each.get("spoiled"):
                self._note(spoiled["freeze"], "17:00", self._freeze)
                self._note(spoiled["day"], "09:30", partial(self._spoil, spoiled["because"]))
            self._note(each["freeze"], "17:00", self._freeze)
            self._note(each["roll"], "09:30", self._roll)
            self._note(each["look"], "10:00", partial(self._look, each.get("wrong", 0)))
            self._note(each["mend"], "09:10", self._mend)
            self._note(each["mend"], "16:00", self._judge)
            self._note(each["report"], "11:00", self._report)
        for number, each in enumerate(self.story["proposals"]):
            for what, at in each["days"].items():
                day, _, clock = str(at).partition(" ")
                act = getattr(self, f"_{what}")
                self._note(date.fromisoformat(day), clock, partial(act, number, each))
        Disputes(self.campus, self._note).plan()
        for each in self.story["suggestions"]:
            self._note(each["day"], "12:30", partial(self._suggest, each))
            self._note(each["answer"], "15:30", partial(self._answer, each))
        for each in self.story["surveys"]:
            self._note(each["opens"], "09:00", partial(self._ask, each))
            self._note(each["closes"], "17:00", partial(self._close, each))

    def _note(self, day: date, clock: str, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(moment(day, clock), deed)

    def _person(self, username: str) -> Person:
        return self.campus.officers[username]

    def _appoint(self, at: datetime) -> None:
        """Seat the executive of the congress, who rolls, and some delegates, who propose."""
        qian, on = self._person("qian"), campus_day(at)
        staff = [one for one in self.campus.people if one.username not in DELEGATES]
        if not holders(Party.CONGRESS, on=on):
            unit = Unit.objects.get(code="D11")
            terms.appoint(
                office=Party.CONGRESS, unit_id=unit.pk, person_id=staff[-1].pk, since=on, by=qian,
                at=at, because="教代会执委会委派",
            )  # fmt: skip

    @transaction.atomic
    def _seat(self, at: datetime) -> None:
        """Seat the college's delegates where no congress of its own sits: who tells, then others.

        A college with people enough has convened its congress before (play/congress.py).
        """
        qian, on = self._person("qian"), campus_day(at)
        unit = Unit.objects.get(code=COLLEGE)
        if Congress.objects.filter(unit=unit).exists():
            return
        first = on.replace(month=1, day=1)
        held = sittings.convene(
            unit_id=unit.pk, session=SESSION, since=first,
            until=first.replace(year=on.year + YEARS), by=qian, at=at,
        )  # fmt: skip
        here = [one for one in self.campus.people if one.unit_id == unit.pk]
        for one in sorted(here, key=lambda one: one.username not in DELEGATES)[:SEATS]:
            sittings.seat(
                congress_id=held.pk, person_id=one.pk, delegation="教学一团", by=qian, at=at
            )

    def _spend(self, day: date, at: datetime) -> None:
        """Let every branch hand in two papers of its own."""
        lines = []
        for branch in frames.branch_names():
            for n in (1, 2):
                document = f"branch:{branch}:{day}:{n}"
                fen = (200 + self._chance(document, 400)) * 100
                lines.append(
                    Line(
                        "expense.activity", "bank.deposits", fen, "activity", document, at,
                        f"{day.year}/3.5", "dues",
                    )
                )  # fmt: skip
        if not Transfer.objects.filter(document=lines[0].document).exists():
            ledger.post_many(lines=lines, by=self._person("li"), at=at, because="分会活动")

    def _chance(self, key: str, below: int) -> int:
        text = f"{self.campus.seed}/{key}".encode()
        return int.from_bytes(hashlib.sha256(text).digest()[:8], "big") % below

    # --- the audit

    def _round(self, step: str) -> Round | None:
        open_cases = StepRun.objects.filter(step=step, state="open").values("case")
        return Round.objects.filter(case__in=open_cases).order_by("pk").last()

    def _doer(self, case: Case, step: str) -> Person | None:
        run = StepRun.objects.filter(case=case, step=step, state="open").order_by("pk").last()
        return None if run is None else (run.lead or run.backup)

    def _auditor(self, it: Round, case: Case, step: str, at: datetime) -> Person | None:
        """Return who does it; where director and deputy are both of drawn branches, name one."""
        by = self._doer(case, step)
        run = StepRun.objects.filter(case=case, step=step, state="open").order_by("pk").last()
        if by is None and run is not None:
            others = holders("vice_chair", on=campus_day(at))
            by = next((one for one in others if one.unit and one.unit.code not in it.drawn), None)
            if by is not None:
                because = "A角、B角都在抽中的分会，回避"
                changes.assign(
                    run_id=run.pk, to=by, by=self._person("qian"), at=at, because=because
                )
        return by

    def _freeze(self, at: datetime) -> None:
        on = campus_day(at)
        if not all(holders(party, on=on) for party in Party):
            return
        going = Round.objects.filter(case__closed_at=None).exists()
        days = [each.get("spoiled", each)["freeze"] for each in self.story["rounds"]]
        due = sum(day <= on for day in days)
        if not going and Round.objects.filter(year=on.year, spoiled_at=None).count() < due:
            freezing.open_round(by=self._person("sun"), at=at)
        it = self._round("freeze")
        if it is not None:
            freezing.freeze(round_id=it.pk, by=self._person("sun"), at=at)

    def _spoil(self, because: str, at: datetime) -> None:
        """Give a ceremony up before anybody rolled; it is done anew."""
        it = self._round("seed")
        if it is not None and it.attempt == 1 and not it.rolls.exists():
            rolling.spoil(round_id=it.pk, because=because, by=self._person("sun"), at=at)

    def _roll(self, at: datetime) -> None:
        it = self._round("seed")
        if it is None:
            return
        for party, width in widths(DIGITS).items():
            if not it.rolls.filter(party=party).exists():
                digits = str(self._chance(f"{it.number}/{party}", 10**width)).zfill(width)
                by = holders(party, on=campus_day(at))[0]
                rolling.roll(round_id=it.pk, party=party, digits=digits, by=by, at=at)
        rows = dict(it.rolls.values_list("party", "digits"))
        seen = picture([rows[party] for party in Party])
        photo = SimpleUploadedFile("dice.png", seen, "image/png")
        rolling.seed(round_id=it.pk, photo=photo, by=self._person("sun"), at=at)

    def _look(self, wrong_yuan: int, at: datetime) -> None:
        """Let the inspectors read the papers; once a paper says less than the books."""
        it = self._round("examine")
        by = self._auditor(it, it.case, "examine", at) if it else None
        if it is None or by is None:
            return
        inspectors = {
            one.branch: one.person
            for one in Inspector.objects.filter(round=it).select_related("person").order_by("-pk")
        }
        done = set(Check.objects.filter(voucher__round=it).values_list("voucher", flat=True))
        left = wrong_yuan * 100
        for voucher in frames.to_look_at(it):
            less = left if voucher.branch != CENTRAL and voucher.amount_fen > left else 0
            left -= less
            if voucher.pk not in done and voucher.branch in inspectors:
                checking.check(
                    voucher_id=voucher.pk, paper_fen=voucher.amount_fen - less, is_sound=True,
                    problem_fen=0, note="", by=inspectors[voucher.branch], at=at,
                )  # fmt: skip
        checking.conclude(round_id=it.pk, summary="照原件逐张查验", by=by, at=at)

    def _problem(self, step: str) -> Problem | None:
        open_cases = StepRun.objects.filter(step=step, state="open").values("case")
        found = Problem.objects.filter(case__in=open_cases).select_related("responsible", "case")
        return found.order_by("pk").first()

    def _mend(self, at: datetime) -> None:
        while (it := self._problem("refund")) is not None:
            mending.give_back(
                problem_id=it.pk, amount_fen=it.problem_fen - it.returned_fen,
                receipt=f"回单 {it.pk}", by=it.responsible, at=at,
            )  # fmt: skip
        while (it := self._problem("statement")) is not None:
            mending.state(
                problem_id=it.pk, text="报销时误按预算数入账，已退回并改为凭票面入账",
                by=it.responsible, at=at,
            )  # fmt: skip

    def _judge(self, at: datetime) -> None:
        while (it := self._problem("judge")) is not None:
            by = self._auditor(it.round, it.case, "judge", at)
            if by is None:
                return
            mending.judge(
                problem_id=it.pk, is_severe=False, by=by, at=at, because="金额小，已退清，非故意"
            )

    def _report(self, at: datetime) -> None:
        it = self._round("report")
        by = self._auditor(it, it.case, "report", at) if it else None
        if it is not None and by is not None and self._problem("judge") is None:
            text = "抽中凭证逐张与原件核对。问题金额已按时退回，责任人已书面说明。"
            reporting.report(round_id=it.pk, text=text, by=by, at=at)

    # --- proposals

    def _proposal(self, number: int) -> Proposal | None:
        return Proposal.objects.order_by("pk")[number : number + 1].first()

    def _at(self, number: int, step: str) -> tuple[Proposal, Person] | None:
        it = self._proposal(number)
        by = self._doer(it.case, step) if it else None
        return (it, by) if it is not None and by is not None else None

    def _write_it(self, number: int, each: dict[str, str], at: datetime) -> None:
        if Proposal.objects.count() == number:
            writing.write(
                subject=each["subject"], analysis=each["analysis"], measures=each["measures"],
                is_urgent="urgent" in each, urgent_because=each.get("urgent", ""),
                by=self._person(each["by"]), at=at,
            )  # fmt: skip

    def _sign(self, number: int, each: dict[str, str], at: datetime) -> None:
        it = self._proposal(number)
        if it is None or it.submitted_at is not None:
            return
        for username in DELEGATES:
            one = self._person(username)
            if not it.cosigners.filter(person=one).exists():
                writing.cosign(proposal_id=it.pk, by=one, at=at)
        writing.submit(proposal_id=it.pk, by=it.proposer, at=at)

    def _file(self, number: int, each: dict[str, str], at: datetime) -> None:
        found = self._at(number, "file_urgent" if "urgent" in each else "file")
        if found is not None:
            handling.file(proposal_id=found[0].pk, filing="filed", by=found[1], at=at)

    def _assign(self, number: int, each: dict[str, str], at: datetime) -> None:
        found = self._at(number, "assign")
        if found is not None:
            host = self._person(each["host"])
            handling.assign(proposal_id=found[0].pk, host=host, by=found[1], at=at)

    def _reply(self, number: int, each: dict[str, Any], at: datetime) -> None:
        if (found := self._at(number, "handle")) is not None and cases.asked(found[0]) is None:
            handling.meet(proposal_id=found[0].pk, minutes=each["minutes"], by=found[1], at=at)
        if (found := self._at(number, "reply")) is not None:
            outcome = Outcome(each["outcome"])
            handling.reply(
                proposal_id=found[0].pk, outcome=outcome, answer=each["answer"],
                planned_on=each.get("planned"), by=found[1], at=at,
            )  # fmt: skip
        if (found := self._at(number, "countersign")) is not None:
            handling.countersign(
                proposal_id=found[0].pk, agrees=True, note="同意答复", by=found[1], at=at
            )

    def _rate(self, number: int, each: dict[str, str], at: datetime) -> None:
        """Let everybody who signed say what they think: the co-signers one degree more kindly."""
        found = self._at(number, "rate")
        if found is None:
            return
        own = int(each["rating"])
        for one in cases.raters(found[0]):
            if cases.may_rate(found[0], one):
                said = own if one == found[0].proposer else min(5, own + 1)
                rating.rate(proposal_id=found[0].pk, rating=said, by=one, at=at)

    def _ask_for(self, number: int, each: dict[str, str], at: datetime) -> None:
        found = self._at(number, "handle")
        if found is not None and cases.asked(found[0]) is None:
            waiting.ask(proposal_id=found[0].pk, asks=each["asks"], by=found[1], at=at)

    def _supply(self, number: int, each: dict[str, str], at: datetime) -> None:
        it = self._proposal(number)
        if it is not None and cases.asked(it) is not None:
            waiting.supply(proposal_id=it.pk, answer=each["supplies"], by=it.proposer, at=at)

    # --- the box, the survey

    def _suggest(self, each: dict[str, str], at: datetime) -> None:
        if not Suggestion.objects.filter(text=each["text"]).exists():
            suggesting.suggest(text=each["text"], by=self._person(each["by"]), at=at)

    def _answer(self, each: dict[str, str], at: datetime) -> None:
        it = Suggestion.objects.filter(text=each["text"], answered_at=None).first()
        if it is not None:
            suggesting.answer(
                suggestion_id=it.pk, text=each["says"], by=self._person("qian"), at=at
            )

    def _ask(self, each: dict[str, str], at: datetime) -> None:
        if Survey.objects.filter(title=each["title"]).exists():
            return
        with suppress(NobodyInvited):
            surveys.open_survey(
                title=each["title"], question=each["question"], indicator=each["indicator"],
                audience=each["asks"], named=self._parents(each), by=self._person("qian"), at=at,
            )  # fmt: skip

    def _parents(self, each: dict[str, str]) -> str:
        """Return the staff numbers on the childcare centre's roster: made up, always the same."""
        if each["asks"] != "parents":
            return ""
        everybody = sorted(one.username for one in self.campus.people)
        drawn = sorted(everybody, key=lambda one: (self._chance(f"childcare/{one}", 10**6), one))
        return " ".join(drawn[: int(each["roster"])])

    def _close(self, each: dict[str, str], at: datetime) -> None:
        """Let some of the invited answer, then close."""
        it = Survey.objects.filter(title=each["title"], closed_at=None).first()
        if it is None:
            return
        people = Invited.objects.filter(survey=it, has_drawn=False).select_related("person")
        for invited in people.order_by("person__username")[: int(each["answers"])]:
            code = surveys.draw(survey_id=it.pk, by=invited.person, at=at)
            chance = self._chance(f"{it.title}/{invited.person.username}", 100)
            score = next(score for score, below in CONTENT if chance < below)
            surveys.answer(code=code, score=score)
        surveys.close(survey_id=it.pk, by=self._person("qian"), at=at)
