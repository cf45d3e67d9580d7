"""A sheet with an empty column, a dead end or a promise that cannot hold is found out."""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.procedures.define import (
    END,
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
    Way,
    Within,
)
from smartunion.kernel.procedures.lint import chain, faults, infeasible_days

OFFICES = frozenset({"officer", "deputy", "committee"})


@dataclass(frozen=True)
class Facts:
    objected: bool = False


def step(code: str, to: str, days: int, **more: object) -> Step:
    given: dict[str, object] = {
        "name": code,
        "duty": Duty(lead="officer", backup="deputy"),
        "within": Within(days, Unit.DAYS, roll=False),
        "outputs": (Output("paper", "记录"),),
        "no_risk": True,
        "ways": (Way(to),),
    }
    return Step(code=code, **(given | more))  # type: ignore[arg-type]


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
    ],
)
def test_every_fault_is_named_with_its_step(wrong: dict[str, object], says: str) -> None:
    steps = [replace(s, **wrong) if s.code == "visit" else s for s in GOOD.steps]  # type: ignore[arg-type]
    found = faults(aid(*steps), offices=OFFICES)
    assert any("visit" in fault and says in fault for fault in found), found


def test_a_step_that_nobody_reaches_is_found() -> None:
    assert "aid: step lost is never reached" in faults(
        aid(*GOOD.steps, step("lost", END, 1)), offices=OFFICES
    )


@pytest.mark.clause("T31")
def test_the_days_on_which_fifteen_days_cannot_hold_are_told() -> None:
    """Accepted right before the National Day week, publicity alone eats the promise."""
    days = infeasible_days(GOOD, 2025, Calendar())
    assert date(2025, 9, 24) in days
    assert date(2025, 3, 3) not in days


def test_the_chain_tells_each_steps_last_moment() -> None:
    from datetime import datetime

    from smartunion.kernel.base.days import CAMPUS, end_of

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
