"""The year of red cases: one person looked for and referred, one safe on the phone.

The evening of the first, the hospital needs the family's number at once and nobody of the case can
be reached: the chair breaks the glass, is reviewed, and the person is told. Later the audit holds
the case; when two have lifted that, what is old enough is destroyed.

Every deed looks where its case stands and does nothing when that is not where the story expects
it, so a play that was interrupted is simply played again.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from smartunion.domains.crisis import public
from smartunion.domains.crisis.actions import (
    aftercare,
    calling,
    ending,
    holding,
    locating,
    referring,
    scene,
    sealing,
    vehicles,
)
from smartunion.domains.crisis.actions.referring import Told
from smartunion.domains.crisis.models import LocationRequest, RedCase, Vehicle
from smartunion.domains.crisis.procedure import mark_of
from smartunion.domains.crisis.rules.grounds import Legal
from smartunion.domains.crisis.rules.parts import Part
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.people.models import Person
from smartunion.kernel.people.reads import holders
from smartunion.kernel.private import glass
from smartunion.kernel.private.jobs import erase_due
from smartunion.kernel.private.models import Glass
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.response import actions as response
from smartunion.kernel.response.models import Asked
from smartunion.kernel.trail.record import name_of_subject

from .aid import Note, Story, tick
from .campus import Campus, told

Deed = Callable[[Story, RedCase, datetime], None]
RUNNING = RedCase.State.RUNNING


class Crisis:
    """The story of a year's red cases on one campus, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.until, self._write = campus, until, note

    def plan(self) -> None:
        """Note every deed of the year."""
        for each in told("crisis.yaml")["cases"]:
            if self.campus.person(each) is not None:
                self._plan(each)

    def _plan(self, each: Story) -> None:
        alarm = datetime.combine(each["day"], time.fromisoformat(each["at"]), CAMPUS)
        self._note(alarm, lambda at: self._open(each, at))
        course = REFERRED if each["course"] == "referred" else STOOD_DOWN
        for after, deed in course:
            self._note(alarm + after, partial(self._do, each, deed, alarm))

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(at, deed)

    def _open(self, each: Story, at: datetime) -> None:
        who = self.campus.person(each)
        if who is None or RedCase.objects.filter(subject_mark=mark_of(who.pk)).exists():
            return
        public.open_case(
            subject=who, unit=who.unit, source="report", basis="演示个案，人物虚构",
            by=None, at=at,
        )  # fmt: skip

    def _do(self, each: Story, deed: Deed, alarm: datetime, at: datetime) -> None:
        who = self.campus.person(each)
        mark = mark_of(who.pk) if who else ""
        case = RedCase.objects.filter(subject_mark=mark, opened_at=alarm).first()
        if case is not None:
            deed(each, case, at)


def _on(case: RedCase, post: str) -> Person:
    """Return who was asked first for a post."""
    asked = Asked.objects.filter(run=case.run_id, post=post).select_related("person")
    return asked.order_by("turn")[0].person


def _receive(post: str) -> Deed:
    def deed(each: Story, case: RedCase, at: datetime) -> None:
        if case.state == RUNNING and case.run_id:
            response.receive(run_id=case.run_id, by=_on(case, post), at=at, via="link")

    return deed


def _call(outcome: str, safe: str, place: str) -> Deed:
    def deed(each: Story, case: RedCase, at: datetime) -> None:
        if case.state == RUNNING and not case.calls.exists():
            calling.report_call(
                case_id=case.pk, outcome=outcome, safe=safe, place=place, note="",
                by=_on(case, "a"), at=at, via="link",
            )  # fmt: skip

    return deed


def _ask(each: Story, case: RedCase, at: datetime) -> None:
    if case.state == RUNNING and not case.locations.exists():
        locating.request_location(
            case_id=case.pk, basis="emergency", by_camera=True, by_position=False,
            by=_on(case, "b"), at=at, because="无人接听，不在办公室，同事说情绪很差",
        )  # fmt: skip


def _release(each: Story, case: RedCase, at: datetime) -> None:
    if asked := case.locations.filter(state=LocationRequest.State.ASKED).first():
        locating.release_location(request_id=asked.pk, by=_on(case, "security"), at=at)


def _found(each: Story, case: RedCase, at: datetime) -> None:
    if asked := case.locations.filter(state=LocationRequest.State.RELEASED).first():
        by = _on(case, "security")
        locating.note_place(
            request_id=asked.pk, place="图书馆东侧长廊", seen=f"{at:%H:%M}", photo="灰色外套",
            by=by, at=at,
        )  # fmt: skip
        response.answer(
            run_id=case.run_id or 0, step="locate", outcome="found", by=by, at=at, via="page"
        )


def _arrive(each: Story, case: RedCase, at: datetime) -> None:
    if case.state == RUNNING:
        scene.arrive(case_id=case.pk, by=_on(case, "c"), at=at)


def _decide(each: Story, case: RedCase, at: datetime) -> None:
    if case.state == RUNNING and case.decided_at is None:
        scene.decide(
            case_id=case.pk, decision="refer", risk="高", findings="情绪平复，愿意去医院",
            by=_on(case, "c"), at=at,
        )  # fmt: skip


def _refer(each: Story, case: RedCase, at: datetime) -> None:
    if case.decided_at is None or hasattr(case, "referral"):
        return
    legal = Legal(case.number, "voluntary", own_consent=True, guardian="none", family_told_at=at)
    referring.issue(
        case_id=case.pk, legal=legal, by=_on(case, "c"), at=at,
        told=Told(
            story="现场安抚后本人愿意就诊", risk="高", family="（虚构）", relation="配偶",
            family_phone="13900000000",
        ),
    )  # fmt: skip


def _drive(each: Story, case: RedCase, at: datetime) -> None:
    if Vehicle.objects.filter(case=case, kind="duty", arrived_at=None).exists():
        vehicles.come(case_id=case.pk, kind="duty", by=_on(case, "driver"), at=at, via="link")


def _deliver(each: Story, case: RedCase, at: datetime) -> None:
    if case.state == RUNNING and hasattr(case, "referral"):
        referring.deliver(case_id=case.pk, by=_on(case, "c"), at=at)


def _admit(each: Story, case: RedCase, at: datetime) -> None:
    if hasattr(case, "referral") and case.referral.admitted_at is None:
        referring.admit(case_id=case.pk, by=_on(case, "c"), at=at)


def _sheet(case: RedCase, which: str, step: str) -> tuple[StepRun, Person] | None:
    """Return an open step of after-care and who does it."""
    runs = StepRun.objects.select_related("lead", "backup")
    run = runs.filter(case=getattr(case, f"{which}_case_id"), state="open", step=step).first()
    by = (run.lead or run.backup) if run else None
    return (run, by) if run and by else None


def _escort(each: Story, case: RedCase, at: datetime) -> None:
    if found := _sheet(case, "escort", "escort"):
        run, by = found
        aftercare.meet_family(
            run_id=run.pk, met_at=at, asks_fen=each["deposit"] * 100, by=by, at=at
        )


def _advance(each: Story, case: RedCase, at: datetime) -> None:
    if found := _sheet(case, "escort", "pay"):
        run, by = found
        aftercare.advance(run_id=run.pk, receipt=f"YJ{at:%Y%m%d}", by=by, at=at)


def _recover(each: Story, case: RedCase, at: datetime) -> None:
    found = _sheet(case, "escort", "settle")
    if found and case.advance.settled_fen == 0:
        run, by = found
        aftercare.settle(
            run_id=run.pk, kind="recovered", amount_fen=each["back"] * 100,
            receipt=f"TF{at:%Y%m%d}", by=by, at=at,
        )  # fmt: skip


def _reimburse(each: Story, case: RedCase, at: datetime) -> None:
    if found := _sheet(case, "escort", "settle"):
        run, by = found
        left = case.advance.amount_fen - case.advance.settled_fen
        aftercare.settle(
            run_id=run.pk, kind="reimbursed", amount_fen=left, receipt=f"BX{at:%Y%m%d}",
            by=by, at=at,
        )  # fmt: skip


def _debrief(each: Story, case: RedCase, at: datetime) -> None:
    if found := _sheet(case, "debrief", "debrief"):
        run, by = found
        aftercare.hold_debrief(
            run_id=run.pk, held_at=at, people=5, report="演示报告：首呼无人接听，两分钟后找到人",
            by=by, at=at,
        )  # fmt: skip


def _tell(each: Story, case: RedCase, at: datetime) -> None:
    if found := _sheet(case, "telling", "tell"):
        run, by = found
        aftercare.tell_of_location(run_id=run.pk, by=by, at=at)


def _about(case: RedCase) -> str:
    return name_of_subject(case)


@transaction.atomic
def _break_glass(each: Story, case: RedCase, at: datetime) -> None:
    about, chairs = _about(case), holders("union_chair", on=at.date())
    if not chairs or Glass.objects.filter(about=about).exists():
        return
    glass.shatter(
        about=about, kind=Part.FAMILY, reason=Glass.Reason.MEDICAL,
        proof=glass.Proof("totp", at - timedelta(seconds=40)), by=chairs[0], at=at,
        because="医院急诊来电，抢救要家属到场，现场医生已下班、电话未接通",
    )  # fmt: skip
    sealing.open_by_glass(case=case, part=Part.FAMILY, by=chairs[0], at=at)


def _broken(case: RedCase, at: datetime, **given: Any) -> tuple[Glass | None, Person | None]:
    reviewers = holders("audit_director", on=at.date())
    found = Glass.objects.filter(about=_about(case), **given).first()
    return found, reviewers[0] if reviewers else None


def _tell_of_glass(each: Story, case: RedCase, at: datetime) -> None:
    found, by = _broken(case, at, told_at=None)
    if found and by:
        glass.tell(glass_id=found.pk, by=by, at=at)


def _review_glass(each: Story, case: RedCase, at: datetime) -> None:
    found, by = _broken(case, at, reviewed_at=None)
    if found and by:
        glass.review(
            glass_id=found.pk, verdict=Glass.Verdict.DUE, by=by, at=at,
            because="急诊通话记录相符，只看了家属电话",
        )  # fmt: skip


def _hold(each: Story, case: RedCase, at: datetime) -> None:
    audit = holders("audit_director", on=at.date())
    if audit and case.closed_at is not None and not case.holds.exists():
        holding.ask(
            case_id=case.pk, ground="discipline", paper="审〔2025〕12号", by=audit[0], at=at
        )


def _agree(each: Story, case: RedCase, at: datetime) -> None:
    centre = holders("psychologist", on=at.date())
    if centre and case.holds.filter(agreed_at=None).exists():
        holding.agree(case_id=case.pk, by=centre[0], at=at)


def _over(each: Story, case: RedCase, at: datetime) -> None:
    audit = holders("audit_director", on=at.date())
    if audit and case.holds.filter(over_asked_at=None).exists():
        holding.ask_to_lift(case_id=case.pk, over="done", by=audit[0], at=at)


def _lift(each: Story, case: RedCase, at: datetime) -> None:
    centre = holders("psychologist", on=at.date())
    if centre and case.holds.filter(lifted_at=None).exists():
        holding.lift(case_id=case.pk, by=centre[0], at=at)


def _erase(each: Story, case: RedCase, at: datetime) -> None:
    erase_due(at)


def _stand_down(each: Story, case: RedCase, at: datetime) -> None:
    if case.state == RUNNING:
        ending.stand_down(
            case_id=case.pk, reason="本人电话确认平安", note="在家，配偶在身边，约好次日再通话",
            by=_on(case, "a"), at=at,
        )  # fmt: skip


def _after(**by: float) -> timedelta:
    return timedelta(**by)


REFERRED: tuple[tuple[timedelta, Any], ...] = (
    (_after(seconds=6), _receive("a")),
    (_after(seconds=11), _receive("c")),
    (_after(seconds=14), _receive("b")),
    (_after(seconds=21), _call("no_answer", "", "")),
    (_after(seconds=38), _ask),
    (_after(seconds=61), _release),
    (_after(minutes=2, seconds=9), _found),
    (_after(minutes=6, seconds=40), _arrive),
    (_after(minutes=9, seconds=5), _decide),
    (_after(minutes=11), _refer),
    (_after(minutes=14, seconds=20), _drive),
    (_after(minutes=26), _deliver),
    (_after(hours=1, minutes=15), _admit),
    (_after(hours=4), _escort),
    (_after(hours=5, minutes=30), _advance),
    (_after(hours=9, minutes=17), _break_glass),
    (_after(hours=30), _tell),
    (_after(hours=51), _tell_of_glass),
    (_after(hours=53), _debrief),
    (_after(days=6), _recover),
    (_after(days=6, hours=1), _review_glass),
    (_after(days=8), _reimburse),
    (_after(days=21), _hold),
    (_after(days=21, hours=2), _agree),
    (_after(days=63), _over),
    (_after(days=63, hours=3), _lift),
    (_after(days=63, hours=4), _erase),
)
STOOD_DOWN: tuple[tuple[timedelta, Any], ...] = (
    (_after(seconds=5), _receive("a")),
    (_after(seconds=9), _receive("b")),
    (_after(seconds=24), _call("answered", "safe", "家中")),
    (_after(minutes=2), _stand_down),
)
