"""A sheet with an empty column, a dead end or a promise that cannot hold is found out."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest

from smartunion.kernel.base.days import CAMPUS, end_of
from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.procedures.define import (
    END,
    By,
    Duty,
    Escalation,
    Kind,
    Output,
    Procedure,
    Promise,
    Publicity,
    Shown,
    Step,
    Unit,
    Vote,
    Way,
    Within,
    fact,
)
from smartunion.kernel.procedures.lint import chain, faults, infeasible_days, unanswered

OFFICES = frozenset({"officer", "deputy", "committee"})


@dataclass(frozen=True)
class Facts:
    objected: bool = False
    bare: str = ""
    kin: int = fact("亲属", kind="person")


def of_another_sheet(facts) -> bool:
    return facts["amount"] > 0 or "color" in facts or facts.get("objected")


def of_the_actor(facts) -> bool:
    return facts.get("by") == facts.get("kin")


BODY = Vote("committee", 7, (2, 3), (1, 2), result="objected")


def step(code: str, to: str, days: int, **more: object) -> Step:
    given: dict[str, object] = {
        "name": code,
        "duty": Duty(lead="officer", backup="deputy"),
        "within": Within(days, Unit.DAYS, roll=False),
        "outputs": (Output("paper", "记录"),),
        "no_risk": True,
        "ways": (Way(to),),
    }
    return Step(code=code, **(given | more))


def aid(*steps: Step) -> Procedure:
    return Procedure(
        code="aid",
        version="2025.1",
        matter="困难教职工救助",
        owner="welfare",
        basis=("5.2",),
        facts=Facts,
        steps=steps,
        promise=Promise(Within(15, Unit.DAYS, roll=False), starts="accept", stops="pay"),
    )


GOOD = aid(
    step("accept", "visit", 1),
    step("visit", "vote", 5),
    step("vote", "publish", 2),
    step(
        "publish", "pay", 0, within=None, kind=Kind.PUBLICITY, 
        publicity=Publicity(3, (Shown("applicant", "姓名", "surname"),), objected="objected"),
    ),
    step("pay", END, 1),
)  # fmt: skip


def test_a_well_made_sheet_has_no_faults() -> None:
    assert faults(GOOD, offices=OFFICES) == []


@pytest.mark.clause("R027")
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"within": None}, "时限 is empty"),
        ({"outputs": ()}, "输出 is empty"),
        ({"no_risk": False}, "风险 is empty"),
        ({"duty": Duty(lead="nobody")}, "A角 nobody is no office"),
        ({"duty": Duty(lead="officer", backup="officer")}, "B角 is A角"),
        ({"ways": (Way("nowhere"),)}, "leads to nowhere"),
        ({"ways": (Way("vote", when=bool),)}, "no way without doubt"),
        ({"kind": Kind.VOTE}, "a vote without body"),
        ({"escalations": (Escalation(120, "officer"),)}, "at 120 per cent"),
        ({"ways": (Way("accept", when=bool), Way("vote"))}, "no number of times"),
        ({"ways": (Way("vote", times=1),)}, "the last way may be taken only so often"),
        ({"asks": ("color",)}, "asks for color, which is no fact"),
        ({"asks": ("bare",)}, "has no Chinese name"),
        ({"guard": of_another_sheet}, "reads amount, which is no fact"),
        ({"ways": (Way("accept", when=of_another_sheet, times=1), Way("vote"))}, "reads color"),
        ({"skip": lambda facts: facts["nowhere"]}, "reads nowhere"),
        ({"duty": Duty(lead="@objected")}, "@objected is no office"),
        ({"duty": Duty(lead="officer", backup="applicant")}, "the applicant stands in"),
        (
            {"duty": Duty(lead="officer", backup="deputy", take_over_after=Within(9, Unit.DAYS))},
            "takes over after the limit",
        ),
        ({"act": "file"}, "an act in a step that is not automatic"),
        ({"kind": Kind.AUTO, "act": "file"}, "nobody does file"),
        ({"kind": Kind.OUTSIDE, "duty": Duty(lead="officer")}, "no officer records"),
        ({"kind": Kind.VOTE, "vote": replace(BODY, body="nobody")}, "the body nobody"),
        ({"kind": Kind.VOTE, "vote": replace(BODY, quorum=(3, 2))}, "the quorum is 3 of 2"),
        ({"kind": Kind.VOTE, "vote": replace(BODY, base="在场")}, "which is no base"),
        ({"kind": Kind.VOTE, "vote": replace(BODY, result="")}, "the tally sets no fact"),
        ({"vote": BODY}, "a body that never votes"),
        (
            {"kind": Kind.PUBLICITY, "publicity": Publicity(3, (Shown("size", "尺寸"),))},
            "shows size, which is no fact",
        ),
        ({"ways": (Way(("vote", "publish")),)}, "meet in publish, which does not wait"),
    ],
)
def test_every_fault_is_named_with_its_step(wrong: dict[str, object], says: str) -> None:
    steps = [replace(s, **wrong) if s.code == "visit" else s for s in GOOD.steps]
    found = faults(aid(*steps), offices=OFFICES, acts=frozenset({"pay"}))
    assert any("visit" in fault and says in fault for fault in found), found


def test_a_recusal_rule_may_ask_who_would_act() -> None:
    steps = [
        replace(s, duty=Duty(lead="officer", recuse=(of_the_actor,))) if s.code == "visit" else s
        for s in GOOD.steps
    ]
    assert faults(aid(*steps), offices=OFFICES) == []


def test_a_vote_on_a_members_own_application_needs_a_recusal_rule() -> None:
    """Whoever sits on the body may apply, or be the applicant's kin."""
    vote = step("vote", "publish", 2, kind=Kind.VOTE, vote=BODY)
    apply = step("apply", "vote", 2, duty=Duty(lead="applicant"))
    sheet = replace(aid(apply, vote, *GOOD.steps[3:]), promise=None)
    assert any("needs a recusal rule" in fault for fault in faults(sheet, offices=OFFICES))
    kept = replace(vote, duty=Duty(lead="officer", recuse=(of_the_actor,)))
    assert faults(replace(sheet, steps=(apply, kept, *GOOD.steps[3:])), offices=OFFICES) == []


def test_a_step_that_nobody_reaches_is_found() -> None:
    assert "aid: step lost is never reached" in faults(
        aid(*GOOD.steps, step("lost", END, 1)), offices=OFFICES
    )


@pytest.mark.clause("T31")
def test_a_promise_that_some_days_break_says_what_happens_then() -> None:
    told = unanswered(GOOD, 2025, Calendar())
    assert "cannot hold the promise" in told
    assert "09-24" in told
    answered = replace(GOOD, promise=replace(GOOD.promise, otherwise="提议临时线上票决"))
    assert unanswered(answered, 2025, Calendar()) == ""


@pytest.mark.clause("R031")
def test_a_promise_by_a_date_must_hold_for_some_start() -> None:
    by_may = replace(GOOD, promise=replace(GOOD.promise, within=By(5, 10)))
    assert unanswered(by_may, 2025, Calendar()) == ""
    too_soon = replace(GOOD, promise=replace(GOOD.promise, within=By(1, 3)))
    assert "no start holds" in unanswered(too_soon, 2025, Calendar())


def test_branches_that_meet_wait_for_the_slowest() -> None:
    fork = step("accept", "visit", 1, ways=(Way(("visit", "vote")),))
    visit = step("visit", "publish", 5)
    publish = replace(GOOD.steps[3], join=True)
    sheet = aid(fork, visit, GOOD.steps[2], publish, GOOD.steps[4])
    ends = dict(chain(sheet, datetime(2025, 3, 3, 9, tzinfo=CAMPUS), Calendar()))
    assert ends["publish"] == end_of(date(2025, 3, 12)), "counted from the visit, not the vote"


@pytest.mark.clause("T31")
def test_the_days_on_which_fifteen_days_cannot_hold_are_told() -> None:
    """Accepted right before the National Day week, publicity alone eats the promise."""
    days = infeasible_days(GOOD, 2025, Calendar())
    assert date(2025, 9, 24) in days
    assert date(2025, 3, 3) not in days


def test_the_chain_tells_each_steps_last_moment() -> None:
    ends = dict(chain(GOOD, datetime(2025, 3, 3, 9, tzinfo=CAMPUS), Calendar()))
    assert ends == {
        "visit": end_of(date(2025, 3, 8)),
        "vote": end_of(date(2025, 3, 10)),
        "publish": end_of(date(2025, 3, 13)),
        "pay": end_of(date(2025, 3, 14)),
    }


def test_the_digest_changes_with_the_sheet_and_only_then() -> None:
    assert GOOD.digest() == aid(*GOOD.steps).digest()
    assert GOOD.digest() != aid(step("accept", "visit", 2), *GOOD.steps[1:]).digest()
