"""A college's congress in the played year: an election, an appraisal, all by the real actions.

`Laptops` are the scrutineers' own machines, as their browsers would compute: nothing of it comes
from the house's tables but what every scrutineer's page is told.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import transaction

from smartunion.domains.congress.actions import calling, counting, terms, voting
from smartunion.domains.congress.models import Congress, Election, Meeting, Rectification
from smartunion.domains.congress.reads import votes
from smartunion.domains.congress.rules import boxes, keys
from smartunion.domains.congress.rules.counting import NO, YES, value_of
from smartunion.domains.congress.rules.group import ORDER
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.models import StepRun

from .aid import tick
from .campus import Campus, moment

Note = Callable[[datetime, Callable[[datetime], None]], None]
DELEGATES = 8
RESOLVED = (
    ("差额比例不低于20%，无记名投票，现场唱票。", "5 票赞成，通过，自公布之日起施行。"),
    ("候选人 3 名，应选 2 名，差额 50%。", "两名候选人得票过应到代表半数，当选。"),
    ("院长代表领导班子述职，代表当场打分。", "低于 80 分，领导班子 10 日内公示书面整改报告。"),
)
"""Of each item of the agenda: its paper, and what was resolved."""


@dataclass
class Laptops:
    """The three scrutineers' machines of one vote, and what only they know."""

    election: Election
    at: datetime
    secrets: dict[int, keys.Secret] = field(default_factory=dict)
    shares: dict[int, int] = field(default_factory=dict)

    @property
    def sworn(self) -> list[tuple[int, Person]]:
        """Return the scrutineers with their numbers."""
        rows = self.election.scrutineers.order_by("number").select_related("person")
        return [(one.number, one.person) for one in rows]

    def make_the_key(self) -> None:
        """Hold the whole ceremony: commit, send, accept."""
        context, pk = self.election.context, self.election.pk
        for number, person in self.sworn:
            secret, said = keys.begin(context, number, self.election.needed)
            self.secrets[number] = secret
            calling.commit(election_id=pk, said=said, declared=True, by=person, at=self.at)
        told = votes.commitments(self.election)
        for number, person in self.sworn:
            shares = {
                str(other): keys.share_for(
                    context, number, other, self.secrets[number],
                    keys.channel_of(told[other - 1]),
                )
                for other, _ in self.sworn if other != number
            }  # fmt: skip
            calling.send(election_id=pk, shares=shares, by=person, at=self.at)
        sent = {one.number: one.sent or {} for one in self.election.scrutineers.all()}
        for number, person in self.sworn:
            own = self.secrets[number].terms
            share = sum(one * pow(number, power, ORDER) for power, one in enumerate(own))
            for giver, _ in self.sworn:
                if giver != number:
                    share += keys.share_from(
                        context, (giver, number), self.secrets[number], told[giver - 1],
                        sent[giver][str(number)],
                    )  # fmt: skip
            self.shares[number] = share % ORDER
            said_ = keys.accept(context, number, self.shares[number])
            calling.accept(election_id=pk, said=said_, by=person, at=self.at)
        self.election.refresh_from_db()

    def vote(self, slips: Sequence[int], values: Sequence[int]) -> None:
        """Cast one ballot with each slip, as phones do."""
        it, key = self.election, bytes.fromhex(self.election.key)
        for slip, value in zip(slips, values, strict=False):
            if it.opens == Election.Opens.SUMS:
                choices = [int(value == mark) for mark in (YES, NO)]
                said = boxes.mark(it.context, key, slip, choices)
            else:
                said = boxes.cast(it.context, key, slip, value).told()
            voting.cast(election_id=it.pk, said=said, at=self.at)

    def shuffle(self, number: int) -> None:
        """Let one scrutineer shuffle what the one before left."""
        it, person = self.election, dict(self.sworn)[number]
        said = boxes.shuffle(
            it.context, bytes.fromhex(it.key), it.mixes.count() + 1, votes.opening(it)
        )
        counting.shuffle(election_id=it.pk, said=said, by=person, at=self.at)

    def open(self, *numbers: int) -> None:
        """Let scrutineers give their parts of the opening."""
        pairs = votes.opening(self.election)
        for number in numbers:
            said = boxes.part(self.election.context, number, self.shares[number], pairs)
            person = dict(self.sworn)[number]
            counting.give_part(election_id=self.election.pk, said=said, by=person, at=self.at)
        self.election.refresh_from_db()

    def hold(self, values: Sequence[int], *, keeper: Person) -> Election:
        """Hold the whole vote among who is present, from the frozen names to the signed sheet."""
        self.make_the_key()
        given: dict[str, Any] = {"election_id": self.election.pk, "at": self.at}
        slips = voting.print_slips(**given, by=keeper)
        present = list(self.election.meeting.attendance.order_by("person_id"))
        for one in present:
            voting.hand_out(**given, person_id=one.person_id, by=keeper)
        second = self.sworn[0][1]
        for person in (keeper, second):
            voting.open_box(**given, by=person)
        self.vote(slips, values)
        for person in (keeper, second):
            voting.close_box(**given, by=person)
        voting.count_left(**given, counted=len(slips) - len(present), by=second)
        if self.election.opens == Election.Opens.BALLOTS:
            self.shuffle(1)
        self.open(1, 3)
        counting.read_out(**given, upto=self.election.ballots.count(), by=keeper)
        counting.announce(**given, by=keeper)
        for _, person in self.sworn:
            counting.sign(**given, by=person)
        self.election.refresh_from_db()
        return self.election


class Assembly:
    """The fourth congress of one college: its roll, a meeting, an election, an appraisal.

    Each deed looks what stands; a vote is one transaction, since its keys live as long as the play.
    """

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        """Note deeds into a diary; `until` names the year."""
        self.campus, self._write = campus, note
        self.year = until.year
        self.unit = Unit.objects.get(code="B01")
        self.keeper = campus.officers["chen"]

    def plan(self) -> None:
        """Note the deeds of the year, where the college has members enough to sit."""
        if len(self.people) < DELEGATES:
            return
        meets = moment(date(self.year, 11, 20), "14:00")
        for at, do in (
            (moment(date(self.year, 3, 3), "10:00"), self._convene),
            (moment(date(self.year, 11, 10), "09:30"), partial(self._call, meets)),
            (moment(date(self.year, 11, 20), "14:20"), partial(self._hold, self._election)),
            (moment(date(self.year, 11, 20), "15:10"), partial(self._hold, self._appraisal)),
            (moment(date(self.year, 11, 20), "15:40"), partial(self._hold, self._motion)),
            (moment(date(self.year, 11, 20), "16:00"), self._close),
            (moment(date(self.year, 11, 25), "11:00"), self._report),
        ):
            self._note(at, do)

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(at, deed)

    @property
    def people(self) -> list[Person]:
        """Return the college's members who sit, the same in every play of the seed."""
        there = (one for one in self.campus.people if one.unit_id == self.unit.pk)
        first = ("lin", "hongmei", "gu")
        rows = [one for one in there if one != self.keeper]
        return sorted(rows, key=lambda p: (p.username not in first, p.username))[:DELEGATES]

    def _convene(self, at: datetime) -> None:
        if Congress.objects.exists():
            return
        with transaction.atomic():
            since = date(self.year, 3, 1)
            made = terms.convene(
                unit_id=self.unit.pk, session=4, since=since, until=date(self.year + 5, 3, 1),
                by=self.keeper, at=at,
            )  # fmt: skip
            for number, one in enumerate(self.people):
                terms.seat(
                    congress_id=made.pk, person_id=one.pk, by=self.keeper, at=at,
                    delegation="教学代表团" if number % 2 else "行政教辅代表团",
                )  # fmt: skip

    def _call(self, meets: datetime, at: datetime) -> None:
        congress = Congress.objects.get()
        if not congress.meetings.exists():
            terms.call(
                congress_id=congress.pk, title="四届一次会议", place="外文楼报告厅",
                starts_at=meets, by=self.keeper, at=at,
                agenda=["审议《二级教职工代表大会实施细则(2025版)》", "补选校教代会代表",
                        "学院领导班子述职与民主评议"],
            )  # fmt: skip

    def _hold(self, which: Callable[[Meeting], dict[str, Any]], at: datetime) -> None:
        meeting = Meeting.objects.get()
        given = which(meeting)
        values = given.pop("values")
        if meeting.elections.filter(title=given["title"]).exists():
            return
        with transaction.atomic():
            for one in self.people[:-1]:
                terms.attend(meeting_id=meeting.pk, person_id=one.pk, by=one, at=at)
            it = calling.prepare(meeting_id=meeting.pk, by=self.keeper, at=at, **given)
            sworn = [one.pk for one in self.people[-4:-1]]
            calling.freeze(election_id=it.pk, scrutineers=sworn, by=self.keeper, at=at)
            it.refresh_from_db()
            Laptops(it, at).hold(values, keeper=self.keeper)

    def _election(self, meeting: Meeting) -> dict[str, Any]:
        stand = [one.pk for one in self.people[:3]]
        values = [value_of([YES, YES, NO])] * 5 + [value_of([YES, NO, YES]), value_of([YES] * 3)]
        return {"kind": "election", "title": "补选校教代会代表", "seats": 2, "persons": stand,
                "values": values}  # fmt: skip

    def _appraisal(self, meeting: Meeting) -> dict[str, Any]:
        return {"kind": "appraisal", "title": "学院领导班子民主评议", "seats": 1,
                "names": ["学院领导班子"], "values": [82, 79, 78, 80, 76, 81, 79]}  # fmt: skip

    def _motion(self, meeting: Meeting) -> dict[str, Any]:
        """Vote on the rules by sums alone: seven who know each other."""
        return {"kind": "motion", "title": "《实施细则(2025版)》表决", "seats": 1, "opens": "sums",
                "names": ["通过《二级教职工代表大会实施细则(2025版)》"],
                "values": [YES, YES, NO, YES, YES, 0, YES]}  # fmt: skip

    def _close(self, at: datetime) -> None:
        meeting = Meeting.objects.get()
        if meeting.closed_at is None:
            for item, (text, resolution) in zip(
                meeting.agenda.order_by("number"), RESOLVED, strict=True
            ):
                terms.resolve(
                    item_id=item.pk, text=text, resolution=resolution, by=self.keeper, at=at
                )
            terms.close(
                meeting_id=meeting.pk,
                by=self.keeper,
                at=at,
                minutes="应到8人，实到7人。三项议程逐项审议；三次票决当场开票，监票人签字。",
            )

    def _report(self, at: datetime) -> None:
        """Hand in the report in writing; with it the posting begins."""
        case = Rectification.objects.get().case
        run = StepRun.objects.filter(case=case, step="report", state="open").first()
        if run is None or run.lead is None:
            return
        text = "教师反映会议多、报销慢：减并例会，报销材料一次告知，十二月底前由教代会复评。"
        engine.pass_step(
            run_id=run.pk, facts={"report": text}, outputs={"report": engine.Given(text=text)},
            by=run.lead, at=at,
        )  # fmt: skip
