"""A campus on duty: 林 is in danger; 吴 is A, 周航 B, 何伟 C; security, driver, centre, leader."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from smartunion.domains.crisis import public
from smartunion.domains.crisis.actions import aftercare, calling, locating, referring, scene
from smartunion.domains.crisis.actions.referring import Told
from smartunion.domains.crisis.models import RedCase
from smartunion.domains.crisis.rules.grounds import Legal
from smartunion.domains.planning import public as planning
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.duty.models import Shift
from smartunion.kernel.ledger import actions as ledger
from smartunion.kernel.people.models import Appointment, Office, Person, Unit
from smartunion.kernel.people.reads import Mandate, mandate_of
from smartunion.kernel.procedures.models import StepRun
from smartunion.kernel.response import actions as response
from smartunion.kernel.response.models import Run
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver

MARCH_5 = datetime(2025, 3, 5, 10, 41, tzinfo=CAMPUS)

POSTS = {
    "wu": ("吴敏", "a", "B01"), "wu2": ("何静", "a", "B01"),
    "zhoufu": ("周航", "b", "B01"), "he": ("何伟", "c", "B01"), "he2": ("邱雨", "c", "B01"),
    "guard": ("马强", "security", None), "guard2": ("罗刚", "security", None),
    "driver": ("石磊", "driver", None), "boss": ("高岩", "leader", None),
    "psy": ("苏晴", "centre", None),
}  # fmt: skip
DEPUTIES = {"wu2", "he2", "guard2"}


@dataclass
class Campus:
    """What a test says in one line; everything goes through the real actions."""

    people: dict[str, Person]
    at: datetime = MARCH_5
    told: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Person:
        return self.people[name]

    def mandate(self, name: str) -> Mandate:
        return mandate_of(self.people[name], on=self.at.date())

    def later(self, **by: float) -> datetime:
        """Move the clock second by second as the tickers do, and let what falls due happen."""
        self.at += timedelta(**by)
        for _ in range(12):
            if not fire_due(at=self.at) + deliver(at=self.at):
                break
        return self.at

    def alarm(self, **given: Any) -> RedCase:
        asked: dict[str, Any] = {
            "subject": self["lin"], "unit": self["lin"].unit, "source": "screening",
            "basis": "wellbeing.result:12", "at": self.at, **given,
        }  # fmt: skip
        return RedCase.objects.get(number=public.open_case(**asked))

    def fresh(self, case: RedCase) -> RedCase:
        return RedCase.objects.get(pk=case.pk)

    def run(self, case: RedCase) -> Run:
        return Run.objects.get(pk=case.run_id)

    def step(self, case: RedCase, code: str) -> Any:
        return self.run(case).steps.get(code=code)

    def tap(self, case: RedCase, who: str, step: str, outcome: str) -> bool:
        assert case.run_id is not None
        return response.answer(
            run_id=case.run_id, step=step, outcome=outcome, by=self[who], at=self.at, via="link"
        )

    def call(self, case: RedCase, outcome: str = "answered", **given: str) -> Any:
        said = {"safe": "danger", "place": "二教 301", "note": "在哭，说不清", **given}
        return calling.report_call(
            case_id=case.pk, outcome=outcome, by=self["wu"], at=self.at, **said
        )

    def locate(self, case: RedCase) -> Any:
        asked = locating.request_location(
            case_id=case.pk, basis="emergency", by_camera=True, by_position=False,
            by=self["zhoufu"], at=self.at, because="无人接听，不在办公室",
        )  # fmt: skip
        self.later(seconds=20)
        locating.release_location(request_id=asked.pk, by=self["guard"], at=self.at)
        self.later(seconds=40)
        return locating.note_place(
            request_id=asked.pk, place="图书馆东侧长廊", seen="10:43", photo="灰色外套",
            by=self["guard"], at=self.at,
        )  # fmt: skip

    def come(self, case: RedCase) -> Any:
        return scene.arrive(case_id=case.pk, by=self["he"], at=self.at)

    def decide(self, case: RedCase, decision: str) -> Any:
        return scene.decide(
            case_id=case.pk, decision=decision, risk="高", findings="情绪激动，愿意去医院",
            by=self["he"], at=self.at,
        )  # fmt: skip

    def legal(self, case: RedCase, **given: Any) -> Legal:
        return Legal(**{
            "number": case.number, "ground": "voluntary", "own_consent": True, "guardian": "none",
            "family_told_at": self.at, **given,
        })  # fmt: skip

    def refer(self, case: RedCase, **legal: Any) -> Any:
        told = Told(
            story="现场安抚后本人愿意就诊", risk="高", family="林母", relation="母亲",
            family_phone="13900000001",
        )  # fmt: skip
        return referring.issue(
            case_id=case.pk, legal=self.legal(case, **legal), told=told, by=self["he"], at=self.at
        )

    def referred(self, case: RedCase | None = None) -> RedCase:
        """Bring a case to the hospital: called, found, on the scene, referred, delivered."""
        case = case or self.alarm()
        self.later(seconds=18)
        self.call(case, "no_answer", safe="", place="", note="")
        self.later(seconds=60)
        self.locate(case)
        self.tap(case, "zhoufu", "locate", "found")
        self.later(minutes=3)
        self.come(case)
        self.later(minutes=2)
        self.decide(case, "refer")
        self.later(minutes=1)
        self.refer(case)
        self.later(minutes=4)
        self.tap(case, "driver", "vehicle", "here")
        self.later(minutes=9)
        referring.deliver(case_id=case.pk, by=self["he"], at=self.at)
        return self.fresh(case)

    def soothed(self, case: RedCase | None = None) -> RedCase:
        case = case or self.alarm()
        self.later(seconds=20)
        self.call(case)
        self.later(minutes=6)
        self.come(case)
        self.later(minutes=4)
        self.decide(case, "soothe")
        return self.fresh(case)

    def sheet(self, case: RedCase, which: str) -> StepRun:
        """Return the open step of a sheet of after-care."""
        found = getattr(self.fresh(case), f"{which}_case")
        return StepRun.objects.select_related("lead", "backup").get(case=found, state="open")

    def does(self, run: StepRun) -> Person:
        who = run.lead or run.backup
        assert who is not None
        return who

    def escort(self, case: RedCase, asks_fen: int = 5_000_00) -> Any:
        run = self.sheet(case, "escort")
        return aftercare.meet_family(
            run_id=run.pk, met_at=self.at, asks_fen=asks_fen, by=self.does(run), at=self.at
        )

    def advance(self, case: RedCase, receipt: str = "HD0001") -> Any:
        run = self.sheet(case, "escort")
        return aftercare.advance(run_id=run.pk, receipt=receipt, by=self.does(run), at=self.at)

    def settle(self, case: RedCase, kind: str, amount_fen: int, receipt: str) -> Any:
        run = self.sheet(case, "escort")
        return aftercare.settle(
            run_id=run.pk, kind=kind, amount_fen=amount_fen, receipt=receipt,
            by=self.does(run), at=self.at,
        )  # fmt: skip

    def tell(self, case: RedCase) -> Any:
        run = self.sheet(case, "telling")
        return aftercare.tell_of_location(run_id=run.pk, by=self.does(run), at=self.at)

    def debrief(self, case: RedCase) -> Any:
        run = self.sheet(case, "debrief")
        return aftercare.hold_debrief(
            run_id=run.pk, held_at=self.at, people=5, report="首呼无人接听后三分钟找到人",
            by=self.does(run), at=self.at,
        )  # fmt: skip


def appoint(office: str, who: Person, unit: Unit) -> None:
    Appointment.objects.create(
        office=Office.objects.get(code=office), unit=unit, person=who, since=date(2025, 1, 1)
    )


def furnish(at: datetime = MARCH_5) -> Campus:
    """Bring offices, the plan year, a full roster of one day, and those of the after-care."""
    from smartunion.site.org import founding

    founding.structure(at=at)
    planning.import_year(year=2025, by=None, at=at, because="测试")
    ledger.load_chart(at=at)
    home = Unit.objects.get(code="B01")
    people: dict[str, Person] = {}

    def person(username: str, name: str, phone: str = "") -> Person:
        people[username] = Person.objects.create(
            username=username, name=name, unit=home, kind="staff", phone=phone
        )
        return people[username]

    person("lin", "林晓梅", "13800001234")
    person("mo", "莫思齐", "13800005678")
    for number, (username, (name, post, unit)) in enumerate(POSTS.items()):
        Shift.objects.create(
            unit=home if unit else None, post=post,
            part="deputy" if username in DEPUTIES else "primary",
            person=person(username, name, f"1370000{number:04}"),
            since=at - timedelta(days=2), until=at + timedelta(days=3),
        )  # fmt: skip
    for username, name, office, unit in (
        ("tang", "唐静", "welfare_officer", "D01"), ("clerk", "李秋萍", "finance_clerk", "D03"),
        ("chair", "陈志远", "branch_chair", "B01"), ("liaison", "方敏", "college_liaison", "B01"),
        ("zhao", "赵明华", "union_chair", "U1"), ("sun", "孙敬之", "audit_director", "U1"),
        ("root", "高工", "system_keeper", "D13"), ("vice", "钱正", "executive_vice_chair", "U1"),
        ("office", "冯审", "audit_office", "D08"), ("prof", "何静宜", "psychology_head", "D05"),
    ):  # fmt: skip
        appoint(office, person(username, name), Unit.objects.get(code=unit))
    appoint("psychologist", people["psy"], Unit.objects.get(code="D05"))
    return Campus(people, at)


@pytest.fixture
def campus(db: None) -> Campus:
    return furnish()
