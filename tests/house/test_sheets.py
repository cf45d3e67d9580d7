"""Every six-column sheet of the house is well made, and old versions stay while cases run by them.

The lint says what a good sheet is; this file asks it of every sheet that is wired.
"""

import pytest
import yaml

from smartunion.kernel.base.workdays import Calendar
from smartunion.kernel.procedures.define import Procedure
from smartunion.kernel.procedures.lint import faults, unanswered
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
