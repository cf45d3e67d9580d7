"""Every six-column sheet of the house is well made, and old versions stay while cases run by them.

The lint says what a good sheet is; this file asks it of every sheet that is wired.
"""

import pytest
import yaml

from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.people.models import Person
from smartunion.kernel.procedures import staffing
from smartunion.kernel.procedures.define import APPLICANT, Procedure
from smartunion.kernel.procedures.lint import faults, unanswered
from smartunion.kernel.procedures.models import Case
from smartunion.kernel.procedures.reading import facts_needed
from smartunion.site.wiring import ACTS, SHEETS

from .house import CODE, nothing

YEAR = 2025
OFFICES = frozenset(
    office["code"]
    for office in yaml.safe_load((CODE / "site/org/offices.yaml").read_text("utf-8"))["offices"]
)


@pytest.mark.clause("R027")
def test_every_sheet_is_well_made() -> None:
    nothing(
        fault for sheet in SHEETS for fault in faults(sheet, offices=OFFICES, acts=frozenset(ACTS))
    )


@pytest.mark.clause("T31")
def test_a_promise_that_the_calendar_breaks_says_what_happens_then() -> None:
    nothing(fault for sheet in SHEETS if (fault := unanswered(sheet, YEAR, Calendar())))


def test_no_two_sheets_have_one_code_and_version() -> None:
    seen: dict[tuple[str, str], Procedure] = {}
    twice = []
    for sheet in SHEETS:
        if seen.setdefault((sheet.code, sheet.version), sheet) is not sheet:
            twice.append(f"{sheet.code} {sheet.version}")
    nothing(twice)


@pytest.mark.clause("2.2")
def test_no_sheet_lets_anybody_act_on_their_own_matter() -> None:
    """The applicant, and whoever a sheet's recusal rule names, is kept out of every step."""
    lin, case = Person(pk=1, name="林晓梅"), Case(applicant_id=1, facts={})
    other = Person(pk=2, name="莫思齐")
    found = []
    for sheet in SHEETS:
        for step in sheet.steps:
            own = step.duty.lead == APPLICANT
            if staffing.own_matter(step, case, lin) == own:
                found.append(f"{sheet.code}.{step.code}: the applicant may act")
            if staffing.own_matter(step, case, other):
                found.append(f"{sheet.code}.{step.code}: somebody who has nothing to do with it")
            named = Case(facts={name: [2] for name in sheet.fact_names})
            if step.duty.recuse and not own and not staffing.own_matter(step, named, other):
                found.append(f"{sheet.code}.{step.code}: its recusal rule keeps nobody out")
    nothing(found)


def test_no_rule_of_a_sheet_stumbles_over_what_is_not_known_yet() -> None:
    """Facts are filled in step by step: until then a rule is asked without them.

    What a rule takes for given (`facts["x"]`) is what the case opens with.
    """
    found = []
    for sheet in SHEETS:
        for step in sheet.steps:
            ways = [way.when for way in step.ways]
            risks = [risk.strikes for risk in step.risks]
            called = [step.vote.extraordinary] if step.vote else []
            rules = (step.guard, step.skip, *ways, *risks, *step.duty.recuse, *called)
            for rule in filter(None, rules):
                given = dict.fromkeys(facts_needed(rule), 0)
                for facts in (given, {**dict.fromkeys(sheet.fact_names), **given}):
                    try:
                        rule({**facts, "by": 1})
                    except Exception as broke:  # whatever it is, an officer would meet it
                        found.append(f"{sheet.code}.{step.code} {rule.__name__}: {broke!r}")
    nothing(found)
