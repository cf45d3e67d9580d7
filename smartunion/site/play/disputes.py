"""The year's disputes of work: who came to ask, four applications, what became of each.

Like the rest of the play every deed looks where things stand, so it may be played again.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from smartunion.domains.disputes.actions import counting, filing, mediating
from smartunion.domains.disputes.models import EarlierYear, Inquiry, LabourDispute
from smartunion.domains.membership.actions import terms
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Appointment, Person, Unit
from smartunion.kernel.procedures.models import StepRun

from .campus import Campus, told

Note = Callable[[date, str, Callable[[datetime], None]], None]


class Disputes:
    """What applicants and the committee of mediation do, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note) -> None:
        self.campus, self._note = campus, note
        self.story = told("disputes.yaml")

    def plan(self) -> None:
        """Note every deed of the year."""
        before = self.story["before"]
        self._note(self.story["posts"], "09:10", self._appoint)
        self._note(before["says_on"], "10:00", self._say)
        self._note(before["holds_on"], "10:00", self._hold)
        for each in self.story["inquiries"]:
            self._note(each["day"], "14:00", partial(self._inquire, each))
        deeds = {"registered": self._register, "accept": self._accept, "mediate": self._mediate,
                 "confirm": self._confirm, "follow": self._follow}  # fmt: skip
        for each in self.story["cases"]:
            for what, act in deeds.items():
                if what in each:
                    self._note(each[what], "16:20", partial(act, each))

    def _person(self, username: str) -> Person:
        return self.campus.officers[username]

    def _appoint(self, at: datetime) -> None:
        unit, on = Unit.objects.get(code="D11"), campus_day(at)
        posts = [("mediator", one) for one in self.story["mediators"]]
        for office, username in [*posts, ("mediation_chair", self.story["chair"])]:
            one = self._person(username)
            if not Appointment.objects.filter(office__code=office, person=one).exists():
                terms.appoint(
                    office=office, unit_id=unit.pk, person_id=one.pk, since=on,
                    by=self._person("qian"), at=at, because="教代会推举",
                )  # fmt: skip

    def _say(self, at: datetime) -> None:
        told_ = self.story["before"]
        year = campus_day(at).year - 1
        if not EarlierYear.objects.filter(year=year).exists():
            counting.say_year(
                year=year, cases=told_["cases"], source=told_["source"],
                by=self._person(told_["says"]), at=at,
            )  # fmt: skip

    def _hold(self, at: datetime) -> None:
        waits = EarlierYear.objects.filter(confirmed_by=None).first()
        if waits is not None:
            by = self._person(self.story["before"]["holds"])
            counting.confirm_year(year=waits.year, by=by, at=at)

    def _inquire(self, each: dict[str, Any], at: datetime) -> None:
        if not Inquiry.objects.filter(on=campus_day(at)).exists():
            counting.count_inquiry(
                way=each["way"], topic=each["topic"], by=self._person("tang"), at=at
            )

    def _of(self, each: dict[str, Any]) -> LabourDispute | None:
        who = self.campus.person(each["who"])
        return LabourDispute.objects.filter(applicant=who, topic=each["topic"]).first()

    def _register(self, each: dict[str, Any], at: datetime) -> None:
        if self._of(each) is None:
            filing.register(
                topic=each["topic"], known_on=each["known"], story=each["story"],
                demand=each["demand"], by=self.campus.person(each["who"]), at=at,
            )  # fmt: skip

    def _at(self, each: dict[str, Any], step: str) -> tuple[int, Person] | None:
        """Return the dispute and who does its step; None where it is another step's turn."""
        it = self._of(each)
        open_ones = StepRun.objects.filter(step=step, state=StepRun.State.OPEN)
        run = open_ones.filter(case=it.case_id).first() if it else None
        by = (run.lead or run.backup) if run else None
        return (it.pk, by) if it is not None and by is not None else None

    def _accept(self, each: dict[str, Any], at: datetime) -> None:
        if (found := self._at(each, "accept")) is not None:
            mediating.accept(dispute_id=found[0], by=found[1], at=at)

    def _mediate(self, each: dict[str, Any], at: datetime) -> None:
        if (found := self._at(each, "mediate")) is not None:
            mediating.mediate(
                dispute_id=found[0], is_agreed="agreement" in each, minutes=each["minutes"],
                agreement=each.get("agreement", ""), by=found[1], at=at,
            )  # fmt: skip

    def _confirm(self, each: dict[str, Any], at: datetime) -> None:
        if (found := self._at(each, "confirm")) is not None:
            mediating.confirm(dispute_id=found[0], is_confirmed=True, by=found[1], at=at)

    def _follow(self, each: dict[str, Any], at: datetime) -> None:
        if (found := self._at(each, "perform")) is not None:
            mediating.follow_up(dispute_id=found[0], is_kept=True, by=found[1], at=at)
