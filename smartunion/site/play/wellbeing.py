"""The year's questionnaires: two campaigns, a dozen answers, talks and assessments, one too late.

Every deed looks where things stand and does nothing when that is not where the story expects it, so
a play that was interrupted is simply played again. A campus too small to keep a roster opens none.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from smartunion.domains.wellbeing.actions import (
    answering,
    campaigns,
    caring,
    importing,
    policy,
)
from smartunion.domains.wellbeing.models import Campaign, Invitation, Response, Task
from smartunion.domains.wellbeing.reads import cases, figures
from smartunion.domains.wellbeing.rules.importing import shift_of
from smartunion.domains.wellbeing.rules.refusals import GateShut
from smartunion.domains.wellbeing.rules.scale import FACTORS, ITEMS
from smartunion.kernel.base.days import campus_day
from smartunion.kernel.people.models import Person, Unit
from smartunion.kernel.people.reads import holders

from .aid import tick
from .campus import Campus, moment, told

Note = Callable[[datetime, Callable[[datetime], None]], None]
Story = dict[str, Any]
WRITING = timedelta(minutes=9)


class Wellbeing:
    """The story of a year's questionnaires on one campus, noted into the year's diary."""

    def __init__(self, campus: Campus, note: Note, until: datetime) -> None:
        self.campus, self.until, self._write = campus, until, note
        self.story = told("wellbeing.yaml")

    def plan(self) -> None:
        """Note every deed of the year."""
        first = self.story["campaigns"][0]
        self._note(moment(first["plan"], "09:20"), self._sign)
        for each in self.story["campaigns"]:
            self._note(moment(each["plan"], "10:00"), partial(self._plan, each))
            self._note(moment(each["opens"], "08:40"), partial(self._open, each))
        for each in self.story["answers"]:
            at = moment(each["day"], each["at"])
            self._note(at, partial(self._begin, each))
            self._note(at + WRITING, partial(self._hand_in, each))
        for each in self.story["imports"]:
            self._note(moment(each["day"], each["at"]), partial(self._import, each))
        for each in self.story["care"]:
            self._note(moment(each["day"], each["at"]), partial(self._care, each))

    def _note(self, at: datetime, do: Callable[[datetime], None]) -> None:
        def deed(now: datetime) -> None:
            tick(now)
            do(now)

        self._write(at, deed)

    def _head(self, at: datetime) -> Person | None:
        found = holders("psychology_head", on=campus_day(at))
        return found[0] if found else None

    def _sign(self, at: datetime) -> None:
        terms, head = figures.terms_on(campus_day(at)), self._head(at)
        if head is not None and figures.signed(terms) is None:
            digest = figures.digest_of(figures.proposal_of(terms))
            policy.sign(sha256=digest, by=head, at=at)

    def _plan(self, each: Story, at: datetime) -> None:
        head = self._head(at)
        if head is not None and self._campaign(each) is None:
            units = list(Unit.objects.filter(code__in=each["units"]).order_by("code"))
            campaigns.plan(
                title=each["title"], opens_on=each["opens"], closes_on=each["closes"],
                populations=["staff"], units=units, cap=each["cap"], by=head, at=at,
            )  # fmt: skip

    def _campaign(self, each: Story) -> Campaign | None:
        return Campaign.objects.filter(title=each["title"]).first()

    def _open(self, each: Story, at: datetime) -> None:
        campaign, head = self._campaign(each), self._head(at)
        if campaign is None or head is None or campaign.state != Campaign.State.PLANNED:
            return
        try:
            campaigns.open_campaign(campaign_id=campaign.pk, by=head, at=at)
        except GateShut:
            return

    def _invitation(self, each: Story) -> Invitation | None:
        campaign = self._campaign(self.story["campaigns"][each["campaign"]])
        if campaign is None or campaign.state != Campaign.State.OPEN:
            return None
        asked = campaign.invitations.exclude(sent_on=None).exclude(person__username="lin")
        return asked.select_related("person").order_by("pk")[each["n"] : each["n"] + 1].first()

    def _begin(self, each: Story, at: datetime) -> None:
        found = self._invitation(each)
        if found is None or Response.objects.filter(invitation=found).exists():
            return
        made = answering.begin(invitation_id=found.pk, by=found.person, at=at)
        given = dict(enumerate(self._answers(each["told"]), 1))
        answering.save(response_id=made.pk, given=given, by=found.person, at=at)

    def _hand_in(self, each: Story, at: datetime) -> None:
        found = self._invitation(each)
        drafts = Response.objects.filter(invitation=found, state=Response.State.DRAFT)
        if found is not None and (made := drafts.first()):
            answering.submit(response_id=made.pk, by=found.person, at=at)

    def _answers(self, form: str) -> list[int]:
        """Return ninety answers: ones, but for the factors that the form names by their sums."""
        given = [1] * ITEMS
        told = dict(self.story["forms"][form])
        for number, answer in told.pop("items", {}).items():
            given[number - 1] = answer
        for code, total in told.items():
            items = next(f.items for f in FACTORS if f.code == code)
            for step in range(total - len(items)):
                given[items[step % len(items)] - 1] += 1
        return given

    def _import(self, each: Story, at: datetime) -> None:
        """Take what an outside system sends on its scale of 0 to 4; the same again is known."""
        answered = (at - timedelta(hours=2)).isoformat()
        rows = [
            {
                "key": f"{each['day']:%Y%m%d}-{n}", "username": person.username,
                "answers": [0] * ITEMS, "answered_at": answered, "consented_at": answered,
            }
            for n, person in enumerate(self.campus.people[each["from"] : each["until"]], 1)
        ]  # fmt: skip
        shift = shift_of("0-4", "plus_one")
        importing.take(source=each["source"], rows=rows, shift=shift, at=at)

    def _care(self, each: Story, at: datetime) -> None:
        open_ones = Task.objects.filter(kind=each["kind"], done_at=None, opened_at__lt=at)
        task = open_ones.order_by("pk").first()
        run = cases.open_run(task) if task else None
        by = (run.backup if run.taken_over_at else run.lead) if run else None
        if task is not None and run is not None and by is not None:
            caring.finish(
                run_id=run.pk, kind=task.kind, way=each.get("way", "当面"),
                met_at=max(at - timedelta(minutes=20), task.opened_at),
                summary=each["said"], outcome=each["outcome"], by=by, at=at,
            )  # fmt: skip
