"""The year of events: surveyed, staffed, opened, one refused, one small incident, one drill.

Like the other stories: each deed looks where its event stands and does nothing when that is not
where the story expects it, so a play that was interrupted is simply played again.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction

from smartunion.domains.safety import gateways
from smartunion.domains.safety.actions import (
    children,
    devices,
    events,
    incidents,
    insuring,
    joining,
    surveys,
)
from smartunion.domains.safety.actions import risks as registering
from smartunion.domains.safety.models import (
    ControlEvaluation,
    Device,
    Event,
    Exercise,
    Incident,
    Participant,
    RiskItem,
    Venue,
)
from smartunion.domains.safety.procedure import CHILD_INCIDENT
from smartunion.domains.safety.reads.figures import terms_on
from smartunion.domains.safety.rules import risks, staffing
from smartunion.domains.safety.rules.gate import report_months
from smartunion.domains.safety.rules.kinds import DeviceKind, EventKind, Party, Role
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun
from smartunion.kernel.response import actions as response
from smartunion.kernel.response.models import Asked, Drill, Run
from smartunion.kernel.response.models import StepRun as Clock

from .aid import photo, tick
from .campus import Campus, moment, told

Story = dict[str, Any]
Note = Callable[[datetime, Callable[[datetime], None]], None]
SPOTS = ("终点", "起点", "赛道", "观众区")
DAY = timedelta(days=1)
ACKNOWLEDGED = timedelta(seconds=9)
"""After how long the first of those who are called in a scenario's drill says 收到."""

CHILD_STEPS = {"meeting": "minutes", "invitation": "letter", "findings": "findings"}
"""Step of the childcare sheet after the statement -> what it hands in."""


class Safety:
    """The story of a year's events, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.until, self._write = campus, until, note
        self.story = told("safety.yaml")

    def plan(self) -> None:
        """Note every deed of the year."""
        self._note(moment(self.story["policy"]["day"], "15:00"), self._furnish)
        for each in self.story["events"]:
            self._plan_event(each)
        for each in self.story["exercises"]:
            self._note(moment(each["day"], "16:00"), partial(self._exercise, each))
            if each.get("drill"):
                self._plan_drill(each)
        self._plan_child(self.story["child"])
        for day in self.story["evaluations"]:
            self._note(moment(day, "17:00"), self._evaluate)

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(at, deed)

    def _plan_event(self, each: Story) -> None:
        starts_at, _ = self._span(each)
        self._note(moment(each["planned"], "10:20"), partial(self._propose, each))
        survey = moment(each["survey"], "15:10")
        if each.get("late"):
            self._note(survey - timedelta(hours=5), partial(self._prepare, each))
            self._note(survey - timedelta(hours=4), partial(self._open, each))  # refused
            self._note(survey, partial(self._survey, each))
        else:
            self._note(survey, partial(self._survey, each))
            self._note(survey + timedelta(minutes=50), partial(self._prepare, each))
        self._note(survey + timedelta(hours=1), partial(self._open, each))
        self._note(survey + timedelta(hours=2), partial(self._join, each))
        for name in ("drill", "incident"):
            if deed := each.get(name):
                at = starts_at + timedelta(minutes=deed["minute"])
                self._note(at, partial(self._incident, each, deed, drill=name == "drill"))
        self._note(self._span(each)[1] + timedelta(minutes=20), partial(self._close, each))

    def _span(self, each: Story) -> tuple[datetime, datetime]:
        first, last = each["hours"]
        return moment(each["day"], f"{first:02}:00"), moment(each["day"], f"{last:02}:00")

    def _holder(self, office: str, on: date) -> Person | None:
        found = holders(office, on=on)
        return found[0] if found else None

    def _furnish(self, at: datetime) -> None:
        """Take in venues, devices and the policy."""
        for each in self.story["venues"]:
            events.register_venue(**each, by=None, at=at)
        for kind, count in self.story["devices"].items():
            for n in range(1, count + 1):
                devices.register_device(
                    number=f"{kind.upper()}-{n:02}", kind=DeviceKind(kind), home="校医院急救站",
                    by=None, at=at,
                )  # fmt: skip
        policy, chair = self.story["policy"], self._holder("culture_committee_chair", at.date())
        insurer = Unit.objects.filter(code="X04").first()
        if chair and insurer:
            insuring.register_policy(
                number=policy["number"], insurer=insurer, since=policy["since"],
                until=policy["until"], per_person_fen=policy["yuan"] * 100, by=chair, at=at,
            )  # fmt: skip

    def _of(self, each: Story, *states: str) -> Event | None:
        rows = Event.objects.select_related("survey__case", "organiser", "venue")
        found = rows.filter(title=each["title"]).first()
        return found if found and (not states or found.state in states) else None

    def _propose(self, each: Story, at: datetime) -> None:
        organiser = self._holder("event_organiser", at.date())
        if organiser is None or self._of(each) is not None:
            return
        starts_at, ends_at = self._span(each)
        events.plan_event(
            title=each["title"], kind=EventKind(each["kind"]),
            venue_id=Venue.objects.get(code=each["venue"]).pk, starts_at=starts_at,
            ends_at=ends_at, expected=each["expected"], by=organiser, at=at,
        )  # fmt: skip

    def _survey(self, each: Story, at: datetime) -> None:
        """Look at each line, photograph and settle the one risk, sign for three parties."""
        event = self._of(each, "planned")
        if event is None or event.survey.signed_at is not None:
            return
        for item in event.survey.items.filter(state=RiskItem.State.UNCHECKED).order_by("pk"):
            run = self._run(event, "list")
            by = run.lead if run else None
            if by is None:
                return
            if each.get("risk") and item.matter.startswith("场地"):
                surveys.look(
                    item_id=item.pk, found=each["risk"], photos=[photo(item.pk % 250)], by=by, at=at
                )
                surveys.settle(
                    item_id=item.pk, how="后勤已加固并围挡", photos=[photo(item.pk % 250 + 1)],
                    by=by, at=at,
                )  # fmt: skip
            else:
                surveys.look(item_id=item.pk, by=by, at=at)
        run = self._run(event, "list")
        if run is not None and run.lead is not None:
            surveys.hand_in_list(run_id=run.pk, by=run.lead, at=at)
        for n, party in enumerate(Party):
            step = self._run(event, party.value)
            if step is not None and step.lead is not None:
                surveys.sign(run_id=step.pk, by=step.lead, at=at + timedelta(minutes=4 * n))

    def _run(self, event: Event, step: str) -> StepRun | None:
        runs = StepRun.objects.filter(case=event.survey.case, step=step, state=StepRun.State.OPEN)
        return runs.select_related("lead", "backup").first()

    def _prepare(self, each: Story, at: datetime) -> None:
        """Name who is on duty, look at the devices and bring them."""
        event = self._of(each, "planned")
        if event is None:
            return
        need = staffing.need(event.expected, terms_on(event.starts_at.date())).each
        crowd = iter(self.campus.people[40:] + self.campus.people[:40])
        for role in Role:
            for _ in range(need):
                person = next((p for p in crowd if p.pk != event.organiser_id), None)
                if person is not None:
                    self._try(
                        events.station, event_id=event.pk, person_id=person.pk, role=role,
                        since=event.starts_at - timedelta(hours=1),
                        until=event.ends_at + timedelta(minutes=30), by=event.organiser, at=at,
                    )  # fmt: skip
        guard = self._holder("event_guard", at.date()) or event.organiser
        for kind, count in ((DeviceKind.AED, 1), (DeviceKind.KIT, 3)):
            ready = Device.objects.filter(kind=kind.value).order_by("number")[:count]
            for n, device in enumerate(ready):
                devices.check_device(device_id=device.pk, is_fit=True, by=guard, at=at)
                self._try(
                    events.bring, event_id=event.pk, device_id=device.pk, spot=SPOTS[n],
                    by=event.organiser, at=at,
                )  # fmt: skip

    def _open(self, each: Story, at: datetime) -> None:
        event = self._of(each, "planned")
        if event is not None:
            events.open_event(event_id=event.pk, by=event.organiser, at=at)

    def _join(self, each: Story, at: datetime) -> None:
        """Let some sign up; whom the hospital does not let in stays out."""
        event = self._of(each, "open")
        if event is None:
            return
        kind = EventKind(event.kind)
        months = report_months(kind, terms_on(event.starts_at.date()))
        for person in self.campus.people[each["expected"] % 7 :: 9][: each["join"]]:
            if person.username == "lin":
                continue  # whoever plays her may sign up
            if not Participant.objects.filter(event=event, person=person).exists():
                self._try(self._sign_up, event, person, months, at)

    def _sign_up(self, event: Event, person: Person, months: int, at: datetime) -> None:
        check_id = None
        if months:
            joining.agree(by=person, at=at)
            asked = gateways.ask(person, event_on=event.starts_at.date(), months=months, at=at)
            check_id = joining.note_check(
                event_id=event.pk, answer=asked.answer, report_on=asked.report_on, by=person, at=at
            ).pk
        joining.sign_up(event_id=event.pk, check_id=check_id, declared=True, by=person, at=at)

    def _try(self, do: Callable[..., Any], *given: Any, **named: Any) -> None:
        """Do what may be refused: the refusal is part of the story."""
        try:
            do(*given, **named)
        except Refused:
            return

    def _incident(self, each: Story, deed: Story, at: datetime, *, drill: bool) -> None:
        """Report it and answer its clocks, each so many seconds after t0."""
        event = self._of(each, "open")
        if event is None or Incident.objects.filter(event=event, is_drill=drill).exists():
            return
        crew = {role: event.on_duty.filter(role=role.value).first() for role in Role}
        guard, medic = crew[Role.GUARD], crew[Role.MEDIC]
        if guard is None or medic is None:
            return
        by = event.organiser if drill else guard.person
        it = incidents.report(event_id=event.pk, place=deed["place"], drill=drill, by=by, at=at)
        answers = (
            ("onsite", "there", deed["onsite"], guard.person),
            ("aed", deed["aed"], deed.get("aed_seconds", 60), guard.person),
            ("medics", "arrived", deed["medics"], medic.person),
            ("hospital", "delivered", deed["hospital"], medic.person),
        )
        for step, outcome, seconds, who in answers:
            then = at + timedelta(seconds=seconds)
            tick(then)
            incidents.answer(incident_id=it.pk, step=step, outcome=outcome, by=who, at=then)
        if account := deed.get("account"):
            incidents.write_account(
                incident_id=it.pk, account=account, by=event.organiser, at=at + timedelta(hours=2)
            )

    def _close(self, each: Story, at: datetime) -> None:
        event = self._of(each, "open")
        if event is not None:
            events.close_event(event_id=event.pk, by=event.organiser, at=at)

    def _exercise(self, each: Story, at: datetime) -> None:
        wang = self.campus.officers["wang"]
        if not Exercise.objects.filter(scenario=each["scenario"], held_at=at).exists():
            registering.hold_exercise(
                scenario=each["scenario"], people=each["people"], finding=each["finding"],
                improve=each["improve"], by=wang, at=at,
            )  # fmt: skip

    def _plan_drill(self, each: Story) -> None:
        """Note a scenario's drill on the telephones: whoever is called says 收到, then answers."""
        ordered = moment(each["day"], each["drill_at"])
        self._note(ordered, partial(self._order, each))
        heard = partial(self._acknowledge, each, ordered)
        self._note(ordered + ACKNOWLEDGED, heard)
        for minutes, *answer in each["drill"]:
            at = ordered + timedelta(minutes=minutes)
            self._note(at, partial(self._answer_drill, each, ordered, tuple(answer)))
            self._note(at + ACKNOWLEDGED, heard)

    def _order(self, each: Story, at: datetime) -> None:
        code = risks.scenario(each["scenario"]).drill
        if not Drill.objects.filter(protocol=code, planned_at=at).exists():
            wang = self.campus.officers["wang"]
            registering.order_drill(scenario=each["scenario"], by=wang, at=at)
        tick(at)

    def _drill(self, each: Story, ordered: datetime) -> Run | None:
        of_it = Drill.objects.filter(
            protocol=risks.scenario(each["scenario"]).drill, planned_at=ordered
        )
        found = of_it.select_related("run").first()
        return found.run if found else None

    @transaction.atomic
    def _acknowledge(self, each: Story, ordered: datetime, at: datetime) -> None:
        run = self._drill(each, ordered)
        called = Asked.objects.filter(run=run, received_at=None).exclude(summoned_at=None)
        for number, one in enumerate(called.select_related("person").order_by("pk")):
            then = at + timedelta(seconds=3 * number)
            response.receive(run_id=one.run_id, by=one.person, at=then, via="link")

    def _answer_drill(
        self, each: Story, ordered: datetime, answer: tuple[str, str, str], at: datetime
    ) -> None:
        step, outcome, post = answer
        run = self._drill(each, ordered)
        asked = Asked.objects.filter(run=run, post=post).select_related("person")
        first = asked.order_by("turn").first()
        waits = Clock.objects.filter(run=run, code=step).exclude(state=Clock.State.DONE)
        if run is not None and first is not None and waits.exists():
            response.answer(
                run_id=run.pk, step=step, outcome=outcome, by=first.person, at=at, via="link"
            )

    def _plan_child(self, each: Story) -> None:
        """Note the year's one childcare accident: reported, held, told, looked into, released."""
        told = moment(each["day"], each["at"])
        self._note(told, partial(self._hurt, each))
        for part, office in enumerate(("executive_vice_chair", "vice_chair")):
            at = told + timedelta(minutes=each["statement"] - 7 * (1 - part))
            self._note(at, partial(self._issue, each, office))
        for step, output in CHILD_STEPS.items():
            minutes, words = each[step]
            deed = partial(self._pass, step, output, words)
            self._note(told + timedelta(minutes=minutes), deed)
        minutes, why = each["released"]
        self._note(told + timedelta(minutes=minutes), partial(self._release, why))

    def _child_case(self) -> Case | None:
        return Case.objects.filter(sheet__code=CHILD_INCIDENT.code).order_by("pk").first()

    def _hurt(self, each: Story, at: datetime) -> None:
        wang = self._holder("welfare_committee_chair", at.date())
        if wang is not None and self._child_case() is None:
            children.open_case(
                where=each["where"], account=each["account"], by=wang, at=at,
                happened_at=at - timedelta(minutes=8),
            )  # fmt: skip

    def _child_step(self, step: str) -> StepRun | None:
        runs = StepRun.objects.filter(case=self._child_case(), step=step, state=StepRun.State.OPEN)
        return runs.select_related("lead", "backup").first()

    def _issue(self, each: Story, office: str, at: datetime) -> None:
        run, by = self._child_step("statement"), self._holder(office, at.date())
        if run is not None and by is not None and not run.signatures.filter(person=by).exists():
            children.approve_statement(
                run_id=run.pk, where=each["where"], care=each["care"], escort=each["escort"],
                by=by, at=at,
            )  # fmt: skip

    def _pass(self, step: str, output: str, words: str, at: datetime) -> None:
        run = self._child_step(step)
        by = (run.lead or run.backup) if run else None
        if run is not None and by is not None:
            engine.pass_step(run_id=run.pk, outputs={output: Given(text=words)}, by=by, at=at)

    def _release(self, why: str, at: datetime) -> None:
        case, by = self._child_case(), self._holder("union_chair", at.date())
        if case is not None and case.closed_at is not None and by is not None:
            children.release_hold(case_id=case.pk, by=by, at=at, because=why)

    def _evaluate(self, at: datetime) -> None:
        if not ControlEvaluation.objects.filter(evaluated_at=at).exists():
            registering.evaluate(by=self.campus.officers["wang"], at=at)
