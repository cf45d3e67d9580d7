"""A house that helps: the whole cast in their offices, the real plan year 2025, one's own clock."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from smartunion.domains.aid.actions import drafting, handling, paying, visiting
from smartunion.domains.aid.actions.drafting import Filled
from smartunion.domains.aid.models import Application
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.people.models import Appointment, Office, Person, Seat, Unit
from smartunion.kernel.people.reads import holders, mandate_of
from smartunion.kernel.procedures import ballots
from smartunion.kernel.procedures.models import StepRun, Voter
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver

MARCH_3 = datetime(2025, 3, 3, 9, 30, tzinfo=CAMPUS)
"""A Monday without a holiday near."""
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
ACCOUNT = "6217 0000 1234 6620"
ILLNESS = "胃癌"


def paper(name: str = "胃癌诊断证明.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, "application/pdf")


def photo(name: str = "IMG_1.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PNG, "image/png")


@dataclass
class House:
    """What a test says in one line; everything goes through the real actions."""

    people: dict[str, Person]
    at: datetime = MARCH_3
    seen: list[int] = field(default_factory=list)

    def later(self, **by: float) -> datetime:
        """Move the clock, and let everything that falls due on the way happen."""
        self.at += timedelta(**by)
        return self.until(self.at)

    def until(self, at: datetime) -> datetime:
        """Move the clock to a moment."""
        self.at = at
        for _ in range(5):
            if not fire_due(at=at) + deliver(at=at):
                break
        return at

    def draft(
        self,
        who: Person,
        *,
        by: Person | None = None,
        category: str = "重大疾病",
        cause: str = ILLNESS,
        asked_fen: int = 20_000_00,
        papers: int = 1,
        **left: Any,
    ) -> Application:
        """Fill an application in, whole but for what is left out."""
        by = by or who
        made = drafting.start(
            beneficiary=who, by=by, mandate=mandate_of(by, on=self.at.date()), at=self.at
        )
        filled: dict[str, Any] = {
            "category": category,
            "happened_on": date(2025, 2, 10),
            "asked_fen": asked_fen,
            "circumstances": {
                "cause": cause, "story": "手术自费七万", "family": "三口", "address": "教工村 3 栋",
            },
            "account": ACCOUNT,
            "account_bank": "建设银行",
            **left,
        }  # fmt: skip
        drafting.save_draft(application_id=made.pk, filled=Filled(**filled), by=by, at=self.at)
        for _ in range(papers):
            drafting.add_paper(application_id=made.pk, upload=paper(), by=by, at=self.at)
        return made

    def hand_in(self, who: Person, **draft: Any) -> Application:
        made = self.draft(who, **draft)
        return drafting.hand_in(application_id=made.pk, by=draft.get("by") or who, at=self.at)

    def run(self, it: Application, step: str = "") -> StepRun:
        """Return the open step, which has to be the named one."""
        run = StepRun.objects.select_related("lead", "backup").get(case=it.case, state="open")
        assert run.step == (step or run.step)
        return run

    def accept(self, it: Application, *, online: bool = True) -> Application:
        run = self.run(it, "accept")
        by = run.lead or run.backup
        assert by is not None
        return handling.accept(run_id=run.pk, online=online, by=by, at=self.at)

    def verify(self, it: Application, *, so: bool = True) -> Application:
        run = self.run(it, "verify")
        by = run.lead or run.backup
        assert by is not None
        return handling.verify(
            run_id=run.pk, verified=so, kin=False, opinion="与本人和医院核对", by=by, at=self.at
        )

    def write(self, it: Application, **given: Any) -> Any:
        return visiting.write_visit(**self.visit_of(it, **given))

    def visit_of(self, it: Application, **given: Any) -> dict[str, Any]:
        return {
            "run_id": self.run(it, "visit").pk,
            "companion_id": self.people["tang2"].pk,
            "visited_at": self.at,
            "band": "二档",
            "amount_fen": 20_000_00,
            "findings": {"seen": "两居室，照护由配偶", "said": "", "money": "自付七万，报销二万"},
            "photos": [photo(), photo()],
            "by": self.people["tang"],
            "at": self.at,
            **given,
        }

    def visit(self, it: Application, **given: Any) -> Application:
        run = self.run(it, "visit")
        self.write(it, **given)
        visiting.sign_visit(run_id=run.pk, by=self.people["tang2"], at=self.at)
        return it

    def vote(self, it: Application, *, yes: int = 7, abstain: int = 0) -> Application:
        """Let the body vote: so many yes, so many abstain, the others no."""
        run = self.run(it, "vote")
        voters = list(Voter.objects.filter(poll__run=run, state="waiting").select_related("person"))
        choices = ["yes"] * yes + ["abstain"] * abstain + ["no"] * 7
        for voter, choice in zip(voters, choices, strict=False):
            ballots.cast(run_id=run.pk, choice=choice, by=voter.person, at=self.at)
        self.later(minutes=1)
        it.refresh_from_db()
        return it

    def to(self, it: Application, step: str) -> Application:
        """Bring an application to the named step, each a day after the other."""
        doing = {
            "accept": self.accept,
            "verify": self.verify,
            "visit": self.visit,
            "vote": self.vote,
            "publish": self.stand,
        }
        while (now := StepRun.objects.get(case=it.case, state="open").step) != step:
            doing[now](it)
            self.later(hours=20)
        it.refresh_from_db()
        return it

    def stand(self, it: Application) -> Application:
        """Let the posting stand until its window has run out."""
        until = self.run(it, "publish").due_at
        assert until is not None
        self.until(until + timedelta(minutes=2))
        it.refresh_from_db()
        return it

    def pay(self, it: Application, receipt: str = "") -> Any:
        run = self.run(it, "pay")
        assert run.lead is not None
        return paying.pay(
            run_id=run.pk, receipt=receipt or f"HD{it.pk:06}", voucher=paper("回单.pdf"),
            by=run.lead, at=self.at,
        )  # fmt: skip

    def paid(self, who: Person, **draft: Any) -> Application:
        it = self.to(self.hand_in(who, **draft), "pay")
        self.pay(it)
        it.refresh_from_db()
        return it


def _seated(office: str, username: str, name: str, like: Person, on: date) -> Person:
    """Return who holds a seat of the branch that somebody belongs to; seated if it is vacant."""
    if found := holders(office, like.unit_id, on=on):
        return found[0]
    who = Person.objects.create(username=username, name=name, unit=like.unit)
    seat = Seat.objects.filter(unit=who.unit, office__code=office).first()
    assert seat is not None
    Appointment.objects.create(
        office=seat.office, unit=seat.unit, person=who, seat=seat, since=date(2025, 1, 1)
    )
    return who


def furnish(organization: dict[str, Person]) -> House:
    """Bring the plan year and a second visitor into the organization."""
    planning.import_year(year=2025, by=None, at=MARCH_3, because="测试")
    ledger.load_chart(at=MARCH_3)
    on, people = MARCH_3.date(), dict(organization)
    tang = people["tang"]
    second = next((p for p in holders("welfare_officer", on=on) if p.pk != tang.pk), None)
    if second is None:
        second = Person.objects.create(username="tang2", name="黄志强", unit=people["tang"].unit)
        Appointment.objects.create(
            office=Office.objects.get(code="welfare_officer"), unit=Unit.objects.get(code="D01"),
            person=second, since=date(2025, 1, 1),
        )  # fmt: skip
    people["tang2"] = second
    people["wu"] = _seated("branch_member", "wu", "吴敏", people["lin"], on)
    people["mei"] = _seated("branch_chair", "mei", "梅园", people["qian"], on)
    if not holders("finance_clerk", on=on):
        clerk = Person.objects.create(username="clerk", name="李秋萍", unit=people["li"].unit)
        Appointment.objects.create(
            office=Office.objects.get(code="finance_clerk"), unit=Unit.objects.get(code="D03"),
            person=clerk, since=date(2025, 1, 1),
        )  # fmt: skip
    return House(people)


@pytest.fixture
def house(organization: dict[str, Person], settings: Any) -> House:
    settings.PUBLICITY_LOOKS = "inside"
    return furnish(organization)
