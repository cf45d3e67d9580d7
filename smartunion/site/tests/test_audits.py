"""What `check` prints: each statement can be named."""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

from smartunion.domains.planning.models import PlanYear
from smartunion.kernel.base.days import CAMPUS
from smartunion.kernel.trail.record import record
from smartunion.site.audits import all_of_them

INVARIANTS = Path(__file__).parents[3] / "docs/invariants.md"
COLUMNS = 6
OF_THE_DESIGN = (
    "L1", "L2", "L3", "L4", "L5", "L6", "I1", "I2", "S1", "S2", "S3", "R1", "R2", "P1", "V1", "M1",
    "B1", "C1",
)  # fmt: skip
"""The invariants of the money's design; the document says which audits prove each."""


def test_a_journal_that_goes_past_the_plan_s_year_is_judged_by_its_last_day(db: None) -> None:
    """New Year's Eve's terms go on for audits until the new year has a plan."""
    from smartunion.domains.planning import public as planning

    june, january = (datetime(*day, tzinfo=CAMPUS) for day in ((2025, 6, 2), (2026, 1, 7)))
    assert planning.judged_day(on=june.date()) is None
    planning.import_year(year=2025, by=None, at=june, because="test")
    record("planning.seen", PlanYear.objects.get(), by=None, at=january)
    assert planning.judged_day(on=january.date()) == date(2025, 12, 31)
    assert planning.judged_day(on=date(2024, 5, 1)) == date(2025, 1, 1)
    there = Counter(audit.id for audit in all_of_them(at=january))
    assert {"L3", "A8"} <= set(there)
    assert [name for name, times in there.items() if times > 1] == [], "a letter and number each"
    table = [line.split("|") for line in INVARIANTS.read_text(encoding="utf-8").splitlines()]
    promised = {row[1].strip(): row[4].split() for row in table if len(row) == COLUMNS}
    assert [name for name in OF_THE_DESIGN if name not in promised] == []
    assert {each for name in OF_THE_DESIGN for each in promised[name]} <= set(there)
