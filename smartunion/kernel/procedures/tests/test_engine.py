"""A case goes through its sheet: nothing skipped, nothing lost, nobody in their own matter."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import connection

from smartunion.kernel.base.days import end_of
from smartunion.kernel.base.refusals import Refused
from smartunion.kernel.people.models import Appointment, Office, Person
from smartunion.kernel.procedures import engine, refusals
from smartunion.kernel.procedures.define import (
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
    Step,
    Unit,
    Way,
    Within,
)
from smartunion.kernel.procedures.engine import Given
from smartunion.kernel.procedures.models import Case, StepRun
from smartunion.kernel.procedures.windows import posting_of
from smartunion.kernel.publicity import actions as publicity
from smartunion.kernel.timers.ticker import fire_due
from smartunion.kernel.trail.deliver import deliver
from smartunion.kernel.trail.models import Entry
from tests.cast import MARCH_5, person, unit

PAPER = Output("paper", "核实表")
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Facts:
    amount_fen: int = 0
    objected: bool = False
    relative: bool = False


class TooMuch(Refused):
    code = "procedures_test.too_much"
    text = "金额 {amount} 超过标准"
    clause = "5.2"


def within_the_standard(facts) -> Refused | None:
    return TooMuch(amount=facts["amount_fen"]) if facts["amount_fen"] > 50_000_00 else None


def objected(facts) -> bool:
    return bool(facts.get("objected"))


def is_relative(facts) -> bool:
    return bool(facts.get("relative"))


SHEET = Procedure(
    code="test.aid",
    version="1",
    matter="困难教职工救助",
    owner="welfare",
    basis=("5.2",),
    facts=Facts,
    promise=Promise(Within(15, Unit.DAYS, roll=False), starts="verify", stops="pay"),
    steps=(
        Step(
            code="verify",
            name="分工会核实",
            duty=Duty(lead="t_branch", backup="t_backup"),
            within=Within(3, Unit.DAYS),
            outputs=(PAPER,),
            guard=within_the_standard,
            risks=(Risk("R1", "优亲厚友", "亲属回避", is_relative),),
            escalations=(Escalation(50, "t_backup"),),
            ways=(Way(("visit", "ask")),),
        ),
        Step(
            code="visit",
            name="入户调查",
            duty=Duty(lead="t_visitor", staff=2),
            within=Within(4, Unit.DAYS),
            no_risk=True,
            ways=(Way("publish"),),
        ),
        Step(
            code="ask",
            name="财务核对",
            duty=Duty(lead="t_branch"),
            within=Within(24, Unit.HOURS),
            no_risk=True,
            ways=(Way("publish"),),
        ),
        Step(
            code="publish",
            name="校内公示",
            kind=Kind.PUBLICITY,
            join=True,
            duty=Duty(lead="t_branch"),
            publicity=Publicity(3, (Shown("amount_fen", "金额", "band"),), objected="objected"),
            no_risk=True,
            ways=(Way("verify", when=objected, times=1), Way(END)),
        ),
    ),
)


def uphold(window: StepRun, *, by: Person) -> None:
    """Object to the step's posting, let the objection be found valid, and let it be heard."""
    posting = posting_of(window)
    assert posting is not None
    objection = publicity.object_to(
        posting_id=posting.pk, name="莫思齐", contact="138", text="不属实", by=None, at=MARCH_5
    )
    publicity.reply(objection_id=objection.pk, text="已核查", by=by, at=MARCH_5)
    publicity.uphold(objection_id=objection.pk, because="属实", by=by, at=MARCH_5)
    deliver(at=MARCH_5)


def give(who: Person, office: str) -> None:
    post, _ = Office.objects.get_or_create(code=office, defaults={"title": office})
    Appointment.objects.create(office=post, unit=who.unit, person=who, since=date(2025, 1, 1))


@pytest.fixture
def stage(chen: Person, wang: Person, mo: Person) -> None:
    give(chen, "t_branch")
    give(wang, "t_backup")
    give(mo, "t_visitor")
    give(person("tan", "谭老师", unit("B03", "文学院工会分会")), "t_visitor")


def start(lin: Person) -> Case:
    return engine.open_case(
        sheet=SHEET, title="救助", facts={"amount_fen": 10_000_00}, applicant=lin, unit=lin.unit,
        by=lin, at=MARCH_5,
    )  # fmt: skip


def run_of(case: Case, step: str) -> StepRun:
    return case.runs.get(step=step, state=StepRun.State.OPEN)


def verify(case: Case, chen: Person, **facts: object) -> None:
    engine.pass_step(
        run_id=run_of(case, "verify").pk, facts=facts, outputs={"paper": Given(text="属实")},
        by=chen, at=MARCH_5 + MINUTE,
    )  # fmt: skip


@pytest.mark.usefixtures("stage")
def test_a_step_without_its_output_does_not_pass(lin, chen) -> None:
    case = start(lin)
    with pytest.raises(refusals.OutputMissing, match="核实表"):
        engine.pass_step(run_id=run_of(case, "verify").pk, by=chen, at=MARCH_5)
    assert run_of(case, "verify")


@pytest.mark.clause("R033")
@pytest.mark.usefixtures("stage")
def test_only_a_and_b_may_act_and_the_refusal_names_them(lin, chen, mo) -> None:
    case = start(lin)
    with pytest.raises(refusals.NotYours, match="陈志远、王建国"):
        engine.pass_step(run_id=run_of(case, "verify").pk, by=mo, at=MARCH_5)


@pytest.mark.usefixtures("stage")
def test_nobody_acts_on_their_own_matter(chen, wang) -> None:
    """The branch's officer applies: the step goes to B, and A is refused."""
    case = start(chen)
    run = run_of(case, "verify")
    assert wang in (run.lead, run.backup)
    with pytest.raises(refusals.OwnMatter):
        verify(case, chen)


@pytest.mark.usefixtures("stage")
def test_the_guard_answers_with_its_own_words(lin, chen) -> None:
    case = start(lin)
    with pytest.raises(TooMuch) as no:
        verify(case, chen, amount_fen=50_000_01)
    assert no.value.clause == "5.2"
    assert isinstance(
        engine.why_not(run_of(case, "verify"), chen, at=MARCH_5), refusals.OutputMissing
    )


@pytest.mark.clause("R034")
@pytest.mark.usefixtures("stage")
def test_a_risk_that_strikes_blocks_the_step(lin, chen) -> None:
    case = start(lin)
    with pytest.raises(refusals.RiskBlocks, match="优亲厚友"):
        verify(case, chen, relative=True)


@pytest.mark.usefixtures("stage")
def test_an_undeclared_fact_is_refused(lin, chen) -> None:
    with pytest.raises(refusals.UnknownFact, match="color"):
        verify(start(lin), chen, color="red")


@pytest.mark.clause("R225")
@pytest.mark.usefixtures("stage")
def test_two_different_people_sign_a_home_visit_and_the_fork_joins(lin, chen, mo) -> None:
    case = start(lin)
    verify(case, chen)
    visit = run_of(case, "visit")
    engine.pass_step(run_id=visit.pk, by=mo, at=MARCH_5)
    with pytest.raises(refusals.SignedAlready):
        engine.pass_step(run_id=visit.pk, by=mo, at=MARCH_5)
    engine.pass_step(run_id=visit.pk, by=Person.objects.get(username="tan"), at=MARCH_5)
    assert case.runs.get(step="publish").state == "waiting", "the other branch is still open"
    engine.pass_step(run_id=run_of(case, "ask").pk, by=chen, at=MARCH_5 + MINUTE)
    assert run_of(case, "publish").due_at == end_of(date(2025, 3, 10))


@pytest.mark.clause("T30")
@pytest.mark.usefixtures("stage")
def test_a_window_cannot_be_cut_short_but_by_an_objection_which_goes_back_once(
    lin, chen, mo, wang
) -> None:
    case = start(lin)
    for attempt in (1, 2):
        verify(case, chen, objected=False)
        engine.pass_step(run_id=run_of(case, "visit").pk, by=mo, at=MARCH_5)
        tan = Person.objects.get(username="tan")
        engine.pass_step(run_id=run_of(case, "visit").pk, by=tan, at=MARCH_5)
        engine.pass_step(run_id=run_of(case, "ask").pk, by=chen, at=MARCH_5)
        window = run_of(case, "publish")
        with pytest.raises(refusals.WindowOpen, match="3 个工作日"):
            engine.pass_step(run_id=window.pk, facts={"objected": True}, by=chen, at=MARCH_5)
        uphold(window, by=wang)
        window.refresh_from_db()
        assert (window.state, window.early) == ("passed", True)
        assert window.evidence.count() == 0, "the sheet asks none of this step"
        case.refresh_from_db()
        assert (case.closed_at is None) == (attempt == 1), "the way back is taken once"
    assert case.runs.filter(step="verify").count() == 2


@pytest.mark.usefixtures("stage")
def test_a_window_that_has_run_out_passes_its_step_by_itself(lin, chen, mo) -> None:
    case = start(lin)
    verify(case, chen)
    tan = Person.objects.get(username="tan")
    for who in (mo, tan):
        engine.pass_step(run_id=run_of(case, "visit").pk, by=who, at=MARCH_5)
    engine.pass_step(run_id=run_of(case, "ask").pk, by=chen, at=MARCH_5)
    posting = posting_of(run_of(case, "publish"))
    assert posting.rows == [["金额", "5,000—1万元"]], "what is shown is masked"
    fire_due(at=end_of(date(2025, 3, 10)) + MINUTE)
    deliver(at=end_of(date(2025, 3, 10)) + MINUTE)
    case.refresh_from_db()
    assert end_of(date(2025, 3, 10)) <= case.closed_at < end_of(date(2025, 3, 10)) + MINUTE


@pytest.mark.usefixtures("stage")
def test_the_promise_starts_with_acceptance_and_meeting_a_step_settles_its_deadlines(
    lin, chen
) -> None:
    case = start(lin)
    verify(case, chen)
    case.refresh_from_db()
    assert case.promised_at.astimezone(MARCH_5.tzinfo).date() == date(2025, 3, 21)


@pytest.mark.usefixtures("stage")
def test_a_withdrawn_case_says_why_and_waits_for_nobody(lin, chen) -> None:
    case = start(lin)
    with pytest.raises(refusals.ReasonMissing):
        engine.withdraw(case_id=case.pk, by=lin, at=MARCH_5, because=" ")
    engine.withdraw(case_id=case.pk, by=lin, at=MARCH_5, because="已由保险赔付")
    assert not case.runs.filter(state=StepRun.State.OPEN).exists()


def test_a_sheet_that_changes_without_a_new_version_is_refused(db) -> None:
    from dataclasses import replace

    engine.register(sheet=SHEET, at=MARCH_5)
    with pytest.raises(ValueError, match="new version"):
        engine.register(sheet=replace(SHEET, matter="别的事"), at=MARCH_5)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("stage")
def test_two_browsers_at_once_pass_a_step_once(lin, chen) -> None:
    case = start(lin)
    run = run_of(case, "verify")

    def act(_: int) -> bool:
        try:
            engine.pass_step(
                run_id=run.pk, outputs={"paper": Given(text="x")}, by=chen, at=MARCH_5 + MINUTE
            )
        except refusals.AlreadyDone:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(act, range(4))) == 1
    assert case.runs.filter(step="visit").count() == 1
    assert Entry.objects.filter(what="procedures.passed").count() == 1
