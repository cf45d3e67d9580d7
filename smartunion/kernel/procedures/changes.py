"""What moves an open step from outside: the calendar, absences, appointments, an officer's word.

Subscribers of the trail (wired in site/wiring.py) hear after the commit and may hear twice; each
looks at what stands and changes only what is no longer right.
"""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from smartunion.kernel.base.calendar import campus
from smartunion.kernel.base.days import campus_day, start_of
from smartunion.kernel.people.models import Absence, Appointment, Person
from smartunion.kernel.people.reads import away
from smartunion.kernel.publicity.models import Posting
from smartunion.kernel.timers.actions import set_timer
from smartunion.kernel.timers.models import Timer
from smartunion.kernel.trail.models import Entry
from smartunion.kernel.trail.record import record

from . import clocks, refusals, staffing, telling
from .define import APPLICANT, NAMED, Procedure, Step
from .engine import Given, finish, hand_over, keep, locked, must_be_open
from .limits import Start, due
from .models import Case, StepRun
from .registry import sheet_of
from .windows import posting_of

STAFFING = "procedures.staffing"
OPEN = StepRun.State.OPEN
YEAR_CONFIRMED = "calendar.year_confirmed"


def calendar_changed(entry: Entry) -> None:
    """Compute open limits anew when a year is confirmed or a day is ruled; tell whose moved.

    What once stood still keeps the limit that it went on with.
    """
    runs = StepRun.objects.filter(state=OPEN, due_at__isnull=False, stops__isnull=True)
    if entry.what == YEAR_CONFIRMED:
        runs = runs.filter(provisional=True)
    why = "校历已确认" if entry.what == YEAR_CONFIRMED else "校历有变动"
    for run_id in list(runs.order_by("pk").values_list("pk", flat=True)):
        _count_anew(run_id, why=why, at=entry.at)
    for case_id in (
        Case.objects.filter(closed_at=None).exclude(promised_at=None).values_list("pk", flat=True)
    ):
        _promise_anew(case_id)


def went_away(entry: Entry) -> None:
    """Look at an absent person's open steps when the absence begins, and again when it ends."""
    absence = Absence.objects.get(pk=_key(entry))
    for name, day in (("begin", absence.since), ("end", absence.until)):
        _look_on(
            day, f"staffing/absence/{absence.pk}/{name}", person=absence.person_id, at=entry.at
        )


def posts_changed(entry: Entry) -> None:
    """Look at the steps of an office when somebody takes it up or leaves it."""
    appointment = Appointment.objects.get(pk=_key(entry))
    for name, day in (("since", appointment.since), ("until", appointment.until)):
        if day is not None:
            key = f"staffing/post/{appointment.pk}/{name}/{day}"
            _look_on(day, key, office=appointment.office.code, at=entry.at)


def look(timer: Timer, at: datetime) -> None:
    """Handle a staffing timer: somebody goes, comes back, takes up a post or leaves it today."""
    _look(timer.payload.get("person"), timer.payload.get("office"), at=at)


def window_closed(entry: Entry) -> None:
    """Pass the publicity step whose window has run out; the evidence is the posting's own."""
    if (found := _window_of(entry)) is not None:
        run, case, sheet, step, posting = found
        text = f"{posting.number} 公示期满，{posting.content_sha256[:16]}"
        keep(run, dict.fromkeys((o.code for o in step.outputs), _proof(posting, text)),
             by=None, at=entry.at)  # fmt: skip
        run.due_at, run.provisional = posting.closes_at, posting.provisional
        finish(run, case, sheet, step, by=None, at=entry.at)


def window_upheld(entry: Entry) -> None:
    """Set the declared fact and take the way for it: an objection was valid (R218)."""
    if (found := _window_of(entry)) is not None:
        run, case, sheet, step, posting = found
        if step.publicity and step.publicity.objected:
            case.facts = {**case.facts, step.publicity.objected: True}
        run.early = run.due_at is not None and entry.at < run.due_at
        keep(run, dict.fromkeys((o.code for o in step.outputs), _proof(posting, "异议成立")),
             by=None, at=entry.at)  # fmt: skip
        finish(run, case, sheet, step, by=None, at=entry.at, because="公示异议成立")


def window_moved(entry: Entry) -> None:
    """Follow a posting whose window counts anew, or whose end the calendar has moved."""
    if (found := _window_of(entry)) is not None:
        run, case, sheet, step, posting = found
        clocks.move_to(run, case, step, posting.closes_at, posting.provisional, at=entry.at)
        record(
            "procedures.limit_moved", case, by=None, at=entry.at,
            because=entry.because, step=step.name, until=telling.moment(run.due_at),
        )  # fmt: skip
        why = "公示期重新起算" if entry.what == "publicity.restarted" else "校历有变动"
        telling.moved(run, case, sheet, step, why=why, at=entry.at)


def window_taken_down(entry: Entry) -> None:
    """Tell A and B that the posting is gone: they send the case back, or it is withdrawn."""
    if (found := _window_of(entry)) is not None:
        run, case, sheet, step, _ = found
        telling.stuck(
            run, case, sheet, step, why=f"公示已撤下（{entry.because}），请退回前面的步骤",
            at=entry.at,
        )  # fmt: skip


@transaction.atomic
def assign(
    *, run_id: int, to: Person, part: str = "A", by: Person, at: datetime, because: str
) -> StepRun:
    """Name another person as A or B of an open step; only by `procedures.assign`, with a reason."""
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    must_be_open(run, step)
    if not staffing.may(by, staffing.ASSIGN, at):
        raise refusals.NotPermitted(by=by.name, what="指定经办人")
    if not because.strip():
        raise refusals.ReasonMissing
    for one in (by, to):
        if step.duty.lead == APPLICANT or staffing.own_matter(step, case, one):
            raise refusals.OwnMatter(by=one.name, case=case.title)
    if to in (run.lead, run.backup):
        raise refusals.TakenAlready(step=step.name, person=to.name)
    before = run.lead if part == "A" else run.backup
    if part == "A":
        run.lead, run.taken_over_at, run.taken_over_because = to, None, ""
    else:
        run.backup = to
    _changed(run, case, sheet, step, part=part, before=before, by=by, at=at, because=because)
    return run


def substitute(run: StepRun, case: Case, step: Step, *, at: datetime) -> None:
    """Find a B for an open step whose B is missing or away: the B office, then the A office."""
    gone = away(campus_day(at))
    if run.backup is not None and run.backup.pk not in gone:
        return
    found = staffing.stand_in(step, case, run.lead, at)
    if found is not None and found != run.backup:
        before, run.backup = run.backup, found
        run.save(update_fields=["backup"])
        record(
            "procedures.assigned", case, by=None, at=at, because="B角空缺或离岗",
            step=step.name, part="B", before=before.name if before else "", person=found.name,
        )  # fmt: skip


@transaction.atomic
def restaff(run_id: int, *, at: datetime) -> None:
    """Put an open step right after its people came, went, or took up and left their posts."""
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    if run.state != OPEN or step.duty.lead == APPLICANT:
        return
    on = campus_day(at)
    lead, gone = run.lead, away(on)
    keeps = lead is not None and _serves(step.duty.lead, lead, case, on)
    if not keeps and not _assigned_by_hand(run, case, step, lead):
        found = staffing.staff_of(step, case, at)
        if found.lead != lead:
            run.lead, run.taken_over_at, run.taken_over_because = found.lead, None, ""
            if found.lead is not None and found.lead == run.backup:
                run.backup = None
            _changed(
                run, case, sheet, step, part="A", before=lead, by=None, at=at,
                because="岗位任职变动",
            )  # fmt: skip
    substitute(run, case, step, at=at)
    if staffing.is_vacant(run, step):
        telling.vacant(run, case, sheet, step, staffing.assigners(step, case, on), at=at)
        return
    missing = run.lead is None or run.lead.pk in gone
    if missing and run.taken_over_at is None:
        hand_over(run, case, sheet, step, StepRun.TakenOver.AWAY, by=None, at=at)
    elif not missing and run.taken_over_because == StepRun.TakenOver.AWAY:
        run.taken_over_at, run.taken_over_because = None, ""
        run.save(update_fields=["taken_over_at", "taken_over_because"])
        record("procedures.given_back", case, by=None, at=at, because="A角返岗", step=step.name)
        telling.returned(run, case, sheet, step, at=at)


def _look_on(
    day: date, key: str, *, at: datetime, person: int | None = None, office: str | None = None
) -> None:
    """Look at once if the day has come, else when it comes; what was looked at is not again."""
    if day <= campus_day(at):
        _look(person, office, at=at)
    elif not Timer.objects.filter(key=key, state=Timer.State.FIRED).exists():
        whose = {"person": person, "office": office}
        set_timer(kind=STAFFING, key=key, due_at=start_of(day), payload=whose, at=at)


def _look(person: int | None, office: str | None, *, at: datetime) -> None:
    runs = StepRun.objects.filter(state=OPEN).select_related("case__sheet").order_by("pk")
    for run in runs:
        step = sheet_of(run.case.sheet.digest).step(run.step)
        mine = person is not None and person in (run.lead_id, run.backup_id)
        ours = office is not None and office in _offices(step)
        if mine or ours or run.lead_id is None:
            restaff(run.pk, at=at)


def _offices(step: Step) -> Iterable[str]:
    return (step.duty.lead, step.duty.backup or "")


def _serves(office: str, person: Person, case: Case, on: date) -> bool:
    if office.startswith(NAMED):
        return True
    return person in staffing.holders_for(office, case, on)


def _assigned_by_hand(run: StepRun, case: Case, step: Step, lead: Person | None) -> bool:
    """Test if an officer has named this person as A: that holds until an officer names another."""
    if lead is None:
        return False
    entries = Entry.objects.filter(
        what="procedures.assigned", subject=f"procedures.case:{case.pk}", by__isnull=False
    )
    return entries.filter(facts__run=run.pk, facts__part="A", facts__person=lead.name).exists()


def _changed(
    run: StepRun,
    case: Case,
    sheet: Procedure,
    step: Step,
    *,
    part: str,
    before: Person | None,
    by: Person | None,
    at: datetime,
    because: str,
) -> None:
    run.save(update_fields=["lead", "backup", "taken_over_at", "taken_over_because"])
    now = run.lead if part == "A" else run.backup
    record(
        "procedures.assigned", case, by=by, at=at, because=because, step=step.name, part=part,
        run=run.pk, before=before.name if before else "", person=now.name if now else "",
    )  # fmt: skip
    telling.assigned(run, case, sheet, step, part, at=at)


@transaction.atomic
def _count_anew(run_id: int, *, why: str, at: datetime) -> None:
    run, case, sheet = locked(run_id)
    step = sheet.step(run.step)
    extraordinary = step.vote is not None and run.poll.extraordinary
    if run.state != OPEN or step.publicity or extraordinary:
        return  # a posting knows its own window; an online vote was set for a moment
    ends = clocks.limit_of(step, clocks.start_of_step(run, case), campus())
    if ends is not None and ends.at <= at:
        return  # what would lie in the past stays as it was promised
    before, now = clocks.move(run, case, step, ends, at=at)
    if before != now:
        if step.vote:
            run.poll.closes_at = now
            run.poll.save(update_fields=["closes_at"])
        record(
            "procedures.limit_moved", case, by=None, at=at,
            because=why, step=step.name, until=telling.moment(now),
        )  # fmt: skip
        telling.moved(run, case, sheet, step, why=why, at=at)


@transaction.atomic
def _promise_anew(case_id: int) -> None:
    case = Case.objects.select_for_update(of=("self",)).select_related("sheet").get(pk=case_id)
    promise = sheet_of(case.sheet.digest).promise
    first = promise and case.runs.filter(step=promise.starts).exclude(ended_at=None).order_by("pk")
    if not promise or not first or first[0].ended_at is None or case.closed_at is not None:
        return
    begun_at = first[0].ended_at
    case.promised_at = due(promise.within, Start(begun_at, begun_at), campus()).at
    case.save(update_fields=["promised_at"])


def _window_of(
    entry: Entry,
) -> tuple[StepRun, Case, Procedure, Step, Posting] | None:
    """Return the open publicity step that a posting's entry is about, its case locked."""
    label, _, key = str(entry.facts.get("about", "")).partition(":")
    if label != "procedures.steprun":
        return None
    run, case, sheet = locked(int(key))
    posting = posting_of(run)
    if run.state != OPEN or posting is None:
        return None
    return run, case, sheet, sheet.step(run.step), posting


def _proof(posting: Posting, text: str) -> Given:
    """Return the posting's last picture or text as an output."""
    from smartunion.kernel.publicity.models import Proof

    last = Proof.objects.filter(posting=posting).order_by("-pk").first()
    return Given(file_id=(last.picture_id or last.text_id) if last else None, text=text)


def _key(entry: Entry) -> int:
    return int(entry.subject.partition(":")[2])
