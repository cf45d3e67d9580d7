"""Can the money be there within fifteen days of acceptance? Asked the day that it is promised.

Two courses are laid out step by step with the last moment that each step's own limit allows: the
vote at the standing committee's next meeting of the 5th, and an extraordinary vote online. T30,
T31: fifteen calendar days without roll, publicity in working days. Pure.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from smartunion.kernel.base.days import CAMPUS, campus_day, end_of, next_month
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.procedures.define import END, Procedure, Step
from smartunion.kernel.procedures.limits import Start, due

MEETING_AT = time(15)
"""When the standing committee meets; it votes there and then."""

AGENDA, VOTE, PUBLISH, PAY = "agenda", "vote", "publish", "pay"


@dataclass(frozen=True)
class Stage:
    """One step of a course: when it can begin at the latest, when its own limit ends."""

    code: str
    name: str
    begins_at: datetime
    ends_at: datetime
    off_day: str = ""
    """What sort of day the last day is, when the campus does not work then."""

    @property
    def last_on(self) -> date:
        """Return the last day of the step."""
        return campus_day(self.ends_at - timedelta(microseconds=1))


@dataclass(frozen=True)
class Course:
    """The whole way from acceptance to payment, each step taking all the time that it may."""

    online: bool
    stages: tuple[Stage, ...]
    promised_at: datetime

    @property
    def pays_by(self) -> datetime:
        """Return when the payment's own limit ends."""
        return self.stages[-1].ends_at

    @property
    def fits(self) -> bool:
        """Test if the promise holds even when every step takes all its time."""
        return self.pays_by <= self.promised_at

    @property
    def days_over(self) -> int:
        """Return by how many days the promise would be missed; 0 when it holds."""
        return max((campus_day(self.pays_by) - campus_day(self.promised_at)).days, 0)

    @property
    def over(self) -> str:
        """Return in words by how much the promise would be missed."""
        return f"超 {self.days_over} 天"


@dataclass(frozen=True)
class Feasibility:
    """What whoever accepts is told: both courses, and how late the publicity may start."""

    accepted_at: datetime
    promised_at: datetime
    meeting: Course
    online: Course
    meeting_on: date
    post_by: date | None
    """The last day on which publicity can be posted so that payment still is in time."""

    @property
    def promised_on(self) -> date:
        """Return the last day on which the money may be paid."""
        return campus_day(self.promised_at - timedelta(microseconds=1))

    @property
    def needs_online(self) -> bool:
        """Test if only an extraordinary vote can keep the promise, or get nearest to it."""
        return not self.meeting.fits

    @property
    def tight(self) -> bool:
        """Test if even the extraordinary vote needs steps to be quicker than their limits."""
        return not self.online.fits

    @property
    def impossible(self) -> bool:
        """Test if no haste helps: the window cannot close in time from today on."""
        return self.post_by is None or self.post_by < campus_day(self.accepted_at)


def meeting_after(at: datetime, meeting_day: int, calendar: Calendar) -> date:
    """Return the day of the next regular meeting at or after a moment (the 5th, T26)."""
    month = campus_day(at).replace(day=1)
    while True:
        on = calendar.next_working_day(month.replace(day=meeting_day))
        if datetime.combine(on, MEETING_AT, CAMPUS) >= at:
            return on
        month = next_month(month)


def feasibility(
    sheet: Procedure, accepted_at: datetime, calendar: Calendar, *, meeting_day: int
) -> Feasibility:
    """Return both courses of a case accepted at this moment, by the sheet's own limits."""
    promise = sheet.promise
    assert promise is not None, "the sheet promises nothing"
    promised_at = due(promise.within, Start(accepted_at, accepted_at), calendar).at
    online = _course(sheet, accepted_at, promised_at, calendar, None)
    visited_at = next(s.begins_at for s in online.stages if s.code == VOTE)
    meeting_on = meeting_after(visited_at, meeting_day, calendar)
    meeting = _course(sheet, accepted_at, promised_at, calendar, meeting_on)
    return Feasibility(
        accepted_at=accepted_at,
        promised_at=promised_at,
        meeting=meeting,
        online=online,
        meeting_on=meeting_on,
        post_by=latest_posting(sheet, accepted_at, promised_at, calendar),
    )


def latest_posting(
    sheet: Procedure, accepted_at: datetime, promised_at: datetime, calendar: Calendar
) -> date | None:
    """Return the last day to post so that a working day is left to pay in; None for no such day."""
    publicity = sheet.step(PUBLISH).publicity
    assert publicity is not None
    last = campus_day(promised_at - timedelta(microseconds=1))
    for back in range((last - campus_day(accepted_at)).days + 1):
        posted = last - timedelta(days=back)
        closes = calendar.add_working_days(posted, publicity.working_days)
        if calendar.next_working_day(closes + timedelta(days=1)) <= last:
            return posted
    return None


def _course(
    sheet: Procedure,
    accepted_at: datetime,
    promised_at: datetime,
    calendar: Calendar,
    meeting_on: date | None,
) -> Course:
    assert sheet.promise is not None
    stages: list[Stage] = []
    step, at = sheet.step(sheet.promise.starts), accepted_at
    while step.code != sheet.promise.stops:
        target = step.ways[-1].targets[0]
        assert target != END, "the promised stretch ends before its stop"
        step = sheet.step(target)
        if step.code == AGENDA:
            if meeting_on is not None:
                ends = datetime.combine(meeting_on, MEETING_AT, CAMPUS)
                stages.append(_stage(step, at, ends, calendar))
                at = ends
            continue
        whole_day = step.code == VOTE and meeting_on is not None
        ends = end_of(campus_day(at)) if whole_day else _ends(step, at, accepted_at, calendar)
        stages.append(_stage(step, at, ends, calendar))
        at = ends
    return Course(meeting_on is None, tuple(stages), promised_at)


def _stage(step: Step, at: datetime, ends: datetime, calendar: Calendar) -> Stage:
    last = calendar.fact(campus_day(ends - timedelta(microseconds=1)))
    return Stage(step.code, step.name, at, ends, "" if last.is_working else last.words)


def _ends(step: Step, at: datetime, accepted_at: datetime, calendar: Calendar) -> datetime:
    if step.limit is None:
        return at
    last_moment = at - timedelta(microseconds=1)  # 24:00 still belongs to the day that it ends
    return max(at, due(step.limit, Start(last_moment, accepted_at), calendar).at)
