"""A year with money spent: the whole cast, the plan of 2025, some vouchers of branches."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from smartunion.domains.inspection.actions import checking, freezing, rolling
from smartunion.domains.inspection.models import Inspector, Round
from smartunion.domains.inspection.reads import frames
from smartunion.domains.inspection.rules.parties import Party
from smartunion.domains.planning import public as planning
from smartunion.kernel.base import clock
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.ledger.actions import Line
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.people.reads import holders
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver

SPRING = datetime(2025, 3, 28, 9, 0, tzinfo=CAMPUS)
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
DIGITS = {Party.AUDIT: "6038291", Party.CONGRESS: "5744027", Party.DISCIPLINE: "193856"}


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("IMG_1.png", PNG, "image/png")


@dataclass
class Audit:
    """What a test says in one line; everything goes through the real actions."""

    people: dict[str, Person]
    witnesses: dict[Party, Person]
    at: datetime = SPRING
    spent: int = field(default=0)

    def later(self, **by: float) -> datetime:
        """Move the clock, and let everything that falls due on the way happen."""
        self.at += timedelta(**by)
        for _ in range(5):
            if not fire_due(at=self.at) + deliver(at=self.at):
                break
        return self.at

    def spend(self, branches: int = 22, each: int = 3, fen: int = 400_00) -> None:
        """Let branches spend, and the union itself twice."""
        lines = []
        for code in [f"B{n:02}" for n in range(1, branches + 1)]:
            for n in range(each):
                self.spent += 1
                lines.append(self.line(f"branch:{code}:2025-03-14:{self.spent}", fen + n * 10_00))
        lines += [self.line(f"hall:{self.spent}:{n}", 900_00) for n in range(2)]
        ledger.post_many(lines=lines, at=self.at, because="分会活动")

    def line(self, document: str, fen: int) -> Line:
        return Line(
            "expense.activity", "bank.deposits", fen, "activity", document, self.at, "2025/3.5",
            "dues",
        )  # fmt: skip

    def frozen(self) -> Round:
        """Open a round and freeze its frame."""
        it = freezing.open_round(by=self.people["sun"], at=self.at)
        return freezing.freeze(round_id=it.pk, by=self.people["sun"], at=self.at)

    def rolled(self, it: Round, digits: dict[Party, str] = DIGITS) -> Round:
        """Let the three roll and the seed be made; the draw follows by the clock."""
        self.later(hours=16)
        for party, one in digits.items():
            rolling.roll(
                round_id=it.pk, party=party, digits=one, by=self.witnesses[party], at=self.at
            )
        rolling.seed(round_id=it.pk, photo=photo(), by=self.people["sun"], at=self.at)
        self.later(minutes=1)
        it.refresh_from_db()
        return it

    def look(self, it: Round, wrong: dict[str, int] | None = None) -> None:
        """Let every drawn voucher be looked at; `wrong` is how many fen too much a branch booked
        on the first of its vouchers.
        """
        left = dict(wrong or {})
        for voucher in frames.to_look_at(it):
            by = Inspector.objects.filter(round=it, branch=voucher.branch).first()
            assert by is not None
            checking.check(
                voucher_id=voucher.pk, paper_fen=voucher.amount_fen - left.pop(voucher.branch, 0),
                is_sound=True, problem_fen=0, note="", by=by.person, at=self.at,
            )  # fmt: skip

    def lead(self, it: Round) -> Person:
        """Return who ends the open step: A, or B where A keeps out."""
        run = it.case.runs.filter(state="open").get()
        found = run.lead or run.backup
        assert found is not None
        return found


@pytest.fixture
def audit(organization: dict[str, Person], monkeypatch: pytest.MonkeyPatch) -> Audit:
    planning.import_year(year=2025, by=None, at=SPRING, because="test")
    witnesses = {}
    for party in Party:
        found = holders(party, on=SPRING.date())
        if not found:
            office = Office.objects.get(code=party)
            home = Unit.objects.get(code="B02")
            person = Person.objects.create(username=f"t_{party}", name=party.words, unit=home)
            Appointment.objects.create(
                office=office, unit=home, person=person, since=date(2025, 1, 1)
            )
            found = [person]
        witnesses[party] = found[0]
    made = Audit(organization, witnesses)
    made.spend()
    monkeypatch.setattr(clock, "now", lambda: made.at)
    return made
