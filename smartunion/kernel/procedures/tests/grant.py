"""A sheet that has one of everything, and the people who go through it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Appointment, Office, Person
from smartunion.kernel.procedures import engine
from smartunion.kernel.procedures.define import (
    APPLICANT,
    END,
    Duty,
    Escalation,
    Kind,
    Output,
    Procedure,
    Promise,
    Publicity,
    Risk,
    Shown,
    Since,
    Step,
    Unit,
    Vote,
    Way,
    Within,
    fact,
)
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun
from tests.cast import MARCH_5, person, unit

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Facts:
    amount_fen: int = fact("金额", kind="fen", default=0)
    complete: bool = fact("材料齐全", kind="bool", default=True)
    kin: int = fact("亲属", kind="person")
    host: int = fact("承办人", kind="person")
    carried: bool = fact("通过", kind="bool")
    yes: int = fact("赞成", kind="int")
    no: int = fact("反对", kind="int")
    abstained: int = fact("弃权", kind="int")
    objected: bool = fact("异议成立", kind="bool")
    filed: bool = fact("已归档", kind="bool")


class TooMuch(Refused):
    code = "procedures_test.grant_too_large"
    text = "金额 {amount} 超过标准"
    clause = "5.2"


def incomplete(facts) -> bool:
    return facts.get("complete") is False


def small(facts) -> bool:
    return (facts.get("amount_fen") or 0) < 100_00


def is_kin(facts) -> bool:
    return facts.get("by") == facts.get("kin")


def not_carried(facts) -> bool:
    return not facts.get("carried")


def objected(facts) -> bool:
    return bool(facts.get("objected"))


def within_the_standard(facts) -> Refused | None:
    return TooMuch(amount=facts["amount_fen"]) if (facts["amount_fen"] or 0) > 50_000_00 else None


def ever_so_late(facts) -> bool:
    return facts.get("filed") is True


BODY = Vote(
    "t_member", seats=7, quorum=(2, 3), majority=(1, 2), result="carried",
    counts=("yes", "no", "abstained"),
)  # fmt: skip

GRANT = Procedure(
    code="test.grant",
    version="1",
    matter="补助",
    owner="t_chair",
    basis=("5.2",),
    facts=Facts,
    promise=Promise(Within(30, Unit.DAYS), starts="check", stops="ship"),
    steps=(
        Step(
            code="apply",
            name="申请",
            duty=Duty(lead=APPLICANT),
            no_limit="随时",
            outputs=(Output("form", "申请表"),),
            no_risk=True,
            asks=("amount_fen",),
            ways=(Way("check"),),
        ),
        Step(
            code="check",
            name="核实",
            duty=Duty(
                lead="t_branch", backup="t_backup", take_over_after=Within(2, Unit.DAYS),
                recuse=(is_kin,),
            ),
            within=Within(4, Unit.DAYS),
            outputs=(Output("paper", "核实表"),),
            guard=within_the_standard,
            risks=(Risk("R1", "逾期归档", "先办后归", ever_so_late),),
            escalations=(Escalation(50, "t_chair"), Escalation(100, "t_chair")),
            ways=(Way("apply", when=incomplete, times=1), Way(("visit", "book"))),
        ),
        Step(
            code="visit",
            name="入户",
            duty=Duty(lead="t_visitor", staff=2),
            within=Within(4, Unit.DAYS),
            outputs=(Output("photo", "照片", "photo"),),
            no_risk=True,
            skip=small,
            ways=(Way("decide"),),
        ),
        Step(
            code="book",
            name="登记",
            kind=Kind.AUTO,
            act="test.book",
            duty=Duty(lead="t_branch", backup="t_backup"),
            no_limit="即时",
            outputs=(Output("entry", "登记单", "record"),),
            no_risk=True,
            ways=(Way("decide"),),
        ),
        Step(
            code="decide",
            name="票决",
            kind=Kind.VOTE,
            join=True,
            vote=BODY,
            duty=Duty(lead="t_chair", backup="t_backup", recuse=(is_kin,)),
            within=Within(2, Unit.DAYS),
            outputs=(Output("result", "票决结果", "record"),),
            no_risk=True,
            ways=(Way(END, when=not_carried), Way("publish")),
        ),
        Step(
            code="publish",
            name="公示",
            kind=Kind.PUBLICITY,
            duty=Duty(lead="t_branch", backup="t_backup"),
            publicity=Publicity(
                3, (Shown("applicant", "姓名", "surname"), Shown("amount_fen", "金额", "band")),
                objected="objected",
            ),
            outputs=(Output("snapshot", "公示截图", "screenshot"),),
            no_risk=True,
            ways=(Way("check", when=objected, times=1), Way(END, when=objected), Way("ship")),
        ),
        Step(
            code="ship",
            name="发货",
            kind=Kind.OUTSIDE,
            duty=Duty(lead="@host", backup="t_branch"),
            within=Within(5, Unit.WORKING_DAYS, since=Since.EVENT),
            outputs=(Output("slip", "发货单"),),
            no_risk=True,
            ways=(Way(END),),
        ),
    ),
)  # fmt: skip


def book(run: StepRun, at: datetime) -> None:
    """Pass the automatic step with its output."""
    engine.pass_step(run_id=run.pk, outputs={"entry": Given(text="已登记")}, by=None, at=at)


def give(
    who: Person, office: str, *, part: str = "A", since: date = date(2025, 1, 1)
) -> Appointment:
    """Appoint the person to a test office, made on first use."""
    post, _ = Office.objects.get_or_create(code=office, defaults={"title": office})
    return Appointment.objects.create(
        office=post, unit=who.unit, person=who, since=since, part=part
    )


def people(*names: str) -> list[Person]:
    """Return persons of another branch, made on the spot."""
    home = unit("B09", "体育部工会分会")
    return [person(name, f"{name}老师", home) for name in names]


def start(applicant: Person, *, at: datetime = MARCH_5, **facts: object) -> Case:
    """Open a case and hand in the application."""
    case = engine.open_case(
        sheet=GRANT, title="补助申请", facts={"amount_fen": 1_000_00, **facts},
        applicant=applicant, unit=applicant.unit, by=applicant, at=at,
    )  # fmt: skip
    engine.pass_step(
        run_id=run_of(case, "apply").pk, outputs={"form": Given(text="x")}, by=applicant, at=at
    )
    return case


def run_of(case: Case, step: str) -> StepRun:
    """Return the open run of a step."""
    return case.runs.get(step=step, state=StepRun.State.OPEN)


def check(case: Case, by: Person, *, at: datetime = MARCH_5, **facts: object) -> None:
    """Pass the second step."""
    engine.pass_step(
        run_id=run_of(case, "check").pk, facts=facts, outputs={"paper": Given(text="属实")},
        by=by, at=at,
    )  # fmt: skip
