"""What people ask the policy desk from its launch on, what is handed over and learned.

Each deed looks whether it is done, so a play that was interrupted is simply played again. No
model writes in the played year: the articles are the answer.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from smartunion.domains.policy import jobs
from smartunion.domains.policy.actions import asking, lessons, teaching, ticketing
from smartunion.domains.policy.gateways import finding
from smartunion.domains.policy.models import Alias, Question
from smartunion.domains.policy.reads import tickets
from smartunion.domains.policy.rules.asked import Lesson, Via
from smartunion.domains.policy.rules.kinds import AliasState
from smartunion.domains.policy.rules.sla import Level
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import acting

from .campus import Campus, moment, told

Note = Callable[[datetime, Callable[[datetime], None]], None]
LOOKED = timedelta(seconds=1)
"""How long the played page takes to be there; a real one is timed by the server's clock."""

REVIEWER = "selfbuild_committee_chair"
MONDAYS = timedelta(days=7)


class Policy:
    """The policy desk's first months."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.note, self.until = campus, note, until
        self.story = told("policy.yaml")["questions"]

    def plan(self) -> None:
        """Note every question, its answer at the desk and the weekly list."""
        for each in self.story:
            at = moment(each["day"], each["at"])
            self.note(at, partial(self._ask, each))
            if ticket := each.get("ticket"):
                self.note(at + timedelta(minutes=ticket["after"]), partial(self._answer, each))
                self.note(at + timedelta(days=1), partial(self._review, each))
        day = date(self.until.year, 9, 8)
        while day <= campus_day(self.until):
            self.note(moment(day, "06:00"), lambda at: jobs.keep(at=at))
            day += MONDAYS

    def _asker(self, each: dict[str, Any]) -> Person:
        who = each["who"]
        return self.campus.person({"username" if isinstance(who, str) else "person": who})

    def _there(self, each: dict[str, Any]) -> Question | None:
        at = moment(each["day"], each["at"])
        return Question.objects.filter(asker=self._asker(each), asked_at=at).first()

    def _ask(self, each: dict[str, Any], at: datetime) -> None:
        by, asked = self._asker(each), self._there(each)
        if asked is None:
            found, stages = finding.find(each["text"], day=campus_day(at), viewer=by)
            asked = asking.ask(
                text=each["text"], found=found, via=Via.TYPED, stages=stages, by=by, at=at
            )
        asking.showed(question_id=asked.pk, by=by, at=at + LOOKED)
        if "useful" in each and asked.judged_at is None:
            asking.judge(question_id=asked.pk, useful=each["useful"], by=by, at=at + LOOKED)
        if (ticket := each.get("ticket")) and not hasattr(asked, "ticket"):
            level = Level(ticket["level"])
            ticketing.hand_over(
                question_id=asked.pk, level=level, note=ticket["note"], by=by, at=at + LOOKED
            )

    def _answer(self, each: dict[str, Any], at: datetime) -> None:
        asked, said = self._there(each), each["ticket"]
        if asked is None or not hasattr(asked, "ticket"):
            return
        run = tickets.open_step(asked.ticket)
        if run is None or run.lead is None:
            return
        pieces = list(asked.shown.order_by("place").values_list("piece_id", flat=True)[:1])
        lesson = Lesson(said["lesson"]) if pieces else Lesson.NONE
        if run.step == tickets.REPLY:
            basis = pieces if lesson != Lesson.NONE else []
            ticketing.reply(
                ticket_id=asked.ticket.pk, text=said["reply"], piece_ids=basis,
                no_basis=not basis, by=run.lead, at=at,
            )  # fmt: skip
        lessons.learn(
            ticket_id=asked.ticket.pk, lesson=lesson, question=said.get("asks", ""),
            piece_id=pieces[0] if pieces else None, by=run.lead, at=at,
        )  # fmt: skip

    def _review(self, each: dict[str, Any], at: datetime) -> None:
        words = each["ticket"].get("asks", "")
        there = Alias.objects.filter(question=words, state=AliasState.PROPOSED).first()
        if there is None:
            return
        out = [there.proposed_by_id] if there.proposed_by_id else []
        who = acting(REVIEWER, on=campus_day(at), excluding=out)
        if who is not None:
            teaching.decide_alias(alias_id=there.pk, accept=True, by=who.person, at=at)
